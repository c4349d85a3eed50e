"""A line as it is being understood: its tokens one by one, its marks, the people it names."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias, TypeVar

from warroom.client.draft import Doubt
from warroom.domain.commands import Voice
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Risk, Role, spoken
from warroom.words import marks
from warroom.words.misread import Misread, misread
from warroom.words.parse import Said
from warroom.words.table import Mark, Word

ROLES = {
    "ic": Role.INCIDENT_COMMANDER,
    "dep": Role.DEPUTY,
    "cl": Role.COMMS_LEAD,
    "tl": Role.TECHNICAL_LEAD,
    "scribe": Role.SCRIBE,
}
"""The short names of roles; as handles, `@tl`, they stand for whoever holds the role."""

_ROLE_NAMES = ROLES | {"deputy": Role.DEPUTY, "comms": Role.COMMS_LEAD}

_NUMBER = r"([1-9]\d{0,14})"
_ENTRY = re.compile(f"#?{_NUMBER}", re.ASCII)
_CITED = re.compile(rf"(?:(?<=\s)|\A)#{_NUMBER}\Z", re.ASCII)
_THING = re.compile(f"([dahu]){_NUMBER}", re.ASCII | re.IGNORECASE)
_SAID_BY = re.compile(r"@([^\W_][\w.\-]{0,23}):")
_HANDLE = re.compile(r"@([^\W_][\w.\-]{0,23}),?")

_TIMES = re.compile(r"(?:(?<=\s)|\A)x(\d{1,6})\Z", re.ASCII | re.IGNORECASE)

_MARKS = {Mark.AT: "time when it happened", Mark.DUE: "due time", Mark.RISK: "risk"}

E = TypeVar("E", bound=StrEnum)

Present: TypeAlias = Callable[[str], str | None]
"""Finds the person who is connected under a handle."""


def nobody(handle: str) -> None:
    """Finds no one: where it is not known who is connected."""


class Reader:
    """What is left of a line. Words of a family take from it what they need.

    `calls` are people to put on the roster by voice before the command itself, `doubts` what may
    have been meant otherwise. `present` finds those who have just come, whom the room does not
    know yet.
    """

    def __init__(
        self, word: Word, said: Said, room: Transcript, now: datetime, me: str, present: Present
    ) -> None:
        self.word = word
        self.room = room
        self.now = now
        self._present = present
        self.calls: list[Voice] = []
        self.doubts = [Doubt(said.unread, "keeps it as text")] if said.unread else []
        self._left = said.rest
        written = {kind: getattr(said.marks, kind) for kind in Mark}
        self._marks = {kind: text for kind, text in written.items() if text is not None}
        self.said_by = None if said.said_by is None else self._speaker(said.said_by)
        self.speaker = self.said_by or me

    @property
    def incident(self) -> Incident:
        return self.room.incident

    @property
    def left(self) -> str:
        """What nobody has taken yet."""
        return self._left

    # tokens and text

    def peek(self) -> str:
        """The next token, in lower case; empty at the end."""
        return (self._left.split(None, 1) or [""])[0].casefold()

    def take(self) -> str:
        """The next token, as it was written; empty at the end."""
        token, *rest = re.split(r"\s+", self._left.lstrip(), maxsplit=1)
        self._left = "".join(rest)
        return token

    def take_if(self, *tokens: str) -> bool:
        """Take the next token if it is one of these."""
        return self.peek() in tokens and bool(self.take())

    def text(self, missing: str) -> str:
        """All that is left; `missing` says what should be there if nothing is."""
        return self.maybe_text() or misread(missing)

    def maybe_text(self) -> str | None:
        """All that is left, None if nothing is."""
        text, self._left = self._left.strip() and self._left, ""
        return text or None

    def reason(self) -> str | None:
        """All that is left, without a `because` before it."""
        self.take_if("because", "because:")
        return self.maybe_text()

    def end(self) -> None:
        """Nothing may be left."""
        if self._left.strip():
            misread(f'"{_short(self._left)}" is too much; {self._example()}')

    # what tokens mean

    def choice(self, values: type[E], missing: str) -> E:
        """The next token as one of a closed set of values."""
        token = self.take().casefold()
        found = next((value for value in values if token == value), None)
        if found is not None:
            return found
        if not token:
            misread(missing)
        near = get_close_matches(token, list(values), n=1)
        hint = f"did you mean {near[0]}?" if near else f"write {', '.join(values)}"
        raise Misread(f'"{_short(token)}" is none of what can stand here; {hint}')

    def number(self, letter: str) -> int | None:
        """Take the number of a decision, an action, a hypothesis, an update: `D2` is 2.

        A said-by may follow it: `/x D2 @raj: replica lags 40 s`.
        """
        found = _THING.fullmatch(self.peek())
        if found is None or found[1] != letter:
            return None
        self.take()
        said_by = _SAID_BY.fullmatch(self.peek())
        if said_by is not None and self.said_by is None:
            self.take()
            self.said_by = self.speaker = self._speaker(said_by[1])
        return int(found[2])

    def entry(self) -> int:
        """The number of an entry: `#41`, `41`, or the entry that D2, A1, H1 or U3 stands in."""
        token = self.take()
        if found := _ENTRY.fullmatch(token):
            return int(found[1])
        if found := _THING.fullmatch(token):
            return self._entry_of(found[1].casefold(), int(found[2]))
        raise Misread(f"say which entry by its number: /{self.word.name} #41")

    def cites(self) -> tuple[int, ...]:
        """Take the entries that the text cites in its last tokens, `#41 #42`."""
        text, cites = self._left.rstrip(), list[int]()
        while found := _CITED.search(text, max(0, len(text) - 20)):
            cites.insert(0, int(found[1]))
            text = text[: found.start()].rstrip()
        self._left = text
        return tuple(dict.fromkeys(cites))

    def times(self) -> int:
        """Take how often, `x3`, from the end; once, if it does not say."""
        text = self._left.rstrip()
        found = _TIMES.search(text, max(0, len(text) - 20))
        if found is None:
            return 1
        self._left = text[: found.start()].rstrip()
        return int(found[1])

    def _entry_of(self, letter: str, number: int) -> int:
        i = self.incident
        match letter:
            case "d" if number in i.decisions:
                return i.decisions[number].source.seq
            case "a" if number in i.actions:
                return i.actions[number].source.seq
            case "h" if number in i.hypotheses:
                return i.hypotheses[number].source.seq
            case "u" if number in i.updates:
                return i.updates[number].text.seq
            case _:
                raise Misread(f"there is no {letter.upper()}{number} in this room")

    # people and roles

    def role(self) -> Role | None:
        """Take the name of a role, None if there is none."""
        found = _ROLE_NAMES.get(self.peek()) or next(
            (role for role in Role if self.peek() == role), None
        )
        if found is not None:
            self.take()
        return found

    def handle(self) -> str | None:
        """Take a handle, without its sign; None if there is none."""
        found = _HANDLE.fullmatch(self.peek())
        return self.take().strip("@,") if found else None

    def person(self) -> str | None:
        """Take the handle of someone who is in the room; None if there is none."""
        handle = self.handle()
        if handle is None:
            return None
        return self.known(handle) or misread(
            f"nobody here is called @{handle}; call them first: /here @{handle} voice"
        )

    def known(self, handle: str) -> str | None:
        """The person with a handle, or in the role that it names; None if there is nobody."""
        role = ROLES.get(handle.casefold())
        if role is None:
            return self._by_handle(handle)
        return self.incident.holder(role) or misread(
            f"nobody is {spoken(role)} now; name a person, @bo say"
        )

    def _by_handle(self, handle: str) -> str | None:
        """Who has a handle; someone with a client counts before a voice."""
        known = self.room.person(handle)
        if known is None or self.incident.people[known].voice:
            return self._present(handle) or known
        return known

    def voice(self, handle: str) -> Voice:
        """Someone as the roll is called: the person with a handle, otherwise a voice."""
        known = self.known(handle)
        if known is None:
            return Voice(voice_id(self.incident.log, handle), handle)
        return Voice(known, self.room.names.handles.get(known, handle))

    def call(self, handle: str) -> str:
        """The person with a handle, who is put on the roster by voice if nobody has it."""
        voice = self.voice(handle)
        listed = {called.person for called in self.calls}
        if self.known(handle) is None and voice.person not in listed:
            self.calls.append(voice)
        return voice.person

    def _speaker(self, handle: str) -> str:
        if not _HANDLE.fullmatch(f"@{handle}") or handle.endswith(","):
            misread(f'"{_short(handle)}" is no handle; say who it was as @bo')
        return self.call(handle)

    # marks

    def leading_time(self) -> None:
        """Take the time that what is left begins with as the mark of when it happened."""
        at, left = marks.take_leading_time(self._left)
        if at is not None and Mark.AT not in self._marks:
            self._marks[Mark.AT], self._left = at, left

    def occurred_at(self) -> datetime | None:
        text = self._marks.pop(Mark.AT, None)
        return None if text is None else self.moment(text)

    def moment(self, text: str) -> datetime:
        """When something happened that is told by this text."""
        moment = marks.occurred(text, self.now)
        if why := marks.doubt(text, self.now):
            self.doubts.append(Doubt(why, "means that"))
        return moment

    def due_at(self) -> datetime | None:
        text = self._marks.pop(Mark.DUE, None)
        return None if text is None else marks.due(text, self.now)

    def window(self) -> int | None:
        """Whole seconds until what is due, the last one counted whole."""
        due_at = self.due_at()
        return None if due_at is None else -((self.now - due_at) // timedelta(seconds=1))

    def risk(self) -> Risk | None:
        text = self._marks.pop(Mark.RISK, None)
        return None if text is None else marks.risk(text)

    def no_marks_left(self) -> None:
        """Every mark must have meant something to the word."""
        for kind in self._marks:
            misread(f"this takes no {_MARKS[kind]}; {self._example()}")

    def _example(self) -> str:
        return f"write {self.word.examples[0]}, for example"


def _short(text: str) -> str:
    """The beginning of a text, to quote it back."""
    text = " ".join(text.split())
    return text if len(text) <= 30 else f"{text[:29]}…"
