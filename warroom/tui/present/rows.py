"""The rows of the timeline: entries as they now read, and commands that are still on their way."""

import contextlib
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from warroom.client.replica import Pending, Replica, Stand
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import PersonCommand
from warroom.domain.events import Recorded
from warroom.domain.names import NAMING
from warroom.domain.permissions import WORKING
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Scope
from warroom.export.phrasing import Phrase, marks, phrase
from warroom.export.times import clock_time
from warroom.protocol.envelopes import You
from warroom.text import one_line, visible
from warroom.tui.present.scene import short_name
from warroom.tui.present.waiting import diverged
from warroom.tui.widgets.rows import PENDING, Row
from warroom.words.misread import Misread

_KINDS = {
    "observation": "note",
    "role": "status",
    "severity": "status",
    "correction": "note",
    "people": "hub",
    "unknown": "hub",
}
"""How a phrase's style looks in the timeline; the others have a look of their own."""


class Rows:
    """Makes the rows of one room. Short names are worked out once, until `renamed`.

    `answers` says what one does with a line that came back.
    """

    def __init__(self, room: Transcript, answers: str = "") -> None:
        self._room = room
        self._answers = answers
        self._shorts: dict[str, str] = {}

    def of(self, recorded: Recorded) -> Row:
        """The row of an entry."""
        said = phrase(recorded, self._room)
        margin = marks(recorded, self._room)
        kind = "struck" if "struck" in margin else _KINDS.get(said.style, said.style)
        return _row(
            key=recorded.id,
            at=clock_time(recorded.at, seconds=True),
            number=f"#{recorded.seq}",
            who=self._who(recorded.by, recorded.said_by),
            tag=said.tag,
            text=said.text,
            details=said.details,
            marks=" ".join(margin),
            kind=kind,
        )

    def sending(self, pending: Pending, you: You | None) -> Row:
        """The row of a command that is no entry: on its way, waiting, or back with its author.

        Whoever has not said anything in the room yet has no name there, only one of their own.
        """
        from warroom.tui.present.foreseen import foreseen  # noqa: PLC0415 - no room begins with one

        submit = pending.submit
        me = you.person if you else ""
        if you is not None and me not in self._room.names.names:
            self._shorts[me] = one_line(you.name).split(" ")[0]
        self._call(submit.said_by, pending.typed)
        said = foreseen(submit, self._room, you, pending.written_at) if you else None
        said = said or Phrase("", asked(submit.command))
        why = (one_line(pending.why),) if pending.why else ()
        answers = (self._answers,) if pending.stand is Stand.RETURNED and self._answers else ()
        return _row(
            key=submit.id,
            at=clock_time(pending.written_at, seconds=True),
            number="",
            who=self._who(me, submit.said_by),
            tag=said.tag,
            text=said.text,
            details=(*said.details, *why, *answers),
            marks=pending.stand,
            kind=PENDING,
        )

    def _call(self, said_by: str | None, typed: str) -> None:
        """Someone who is quoted and not on the roster yet is called as in the line itself."""
        if said_by is None or said_by in self._room.names.names:
            return
        from warroom.words.parse import read_line  # noqa: PLC0415 - no room begins with such a row

        with contextlib.suppress(Misread):
            if handle := read_line(typed).said_by:
                self._shorts[said_by] = f"@{one_line(handle)}"

    def _who(self, by: str, said_by: str | None) -> str:
        if said_by is None or said_by == by:
            return self._short(by)
        return f"{self._short(said_by)}({self._short(by)})"

    def renamed(self) -> None:
        """People may be called otherwise from now on."""
        self._shorts.clear()

    def _short(self, person: str) -> str:
        names = self._room.names
        short = self._shorts.get(person)
        if short is None:
            short = self._shorts[person] = short_name(names, person)
        return short


class Later(Struct, frozen=True, gc=False):
    """The row of an entry, to be made once someone looks at it. It is small: there are many."""

    entry: Recorded
    rows: Rows

    tag: ClassVar[str] = ""
    details: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[str] = ""

    @property
    def key(self) -> str:
        return self.entry.id

    @property
    def number(self) -> str:
        return f"#{self.entry.seq}"

    @property
    def text(self) -> str:
        return getattr(self.entry.event.words, "text", "") or ""

    def make(self) -> Row:
        return self.rows.of(self.entry)


def _row(
    *,
    key: str,
    at: str,
    number: str,
    who: str,
    tag: str,
    text: str,
    details: tuple[str, ...],
    marks: str,
    kind: str,
) -> Row:
    """A row whose revision is what it says: another text is another revision."""
    revision = hash((number, who, tag, text, details, marks, kind))
    return Row(key, revision, at, number, who, tag, text, details, marks, kind)


def away_row(key: str, left_at: datetime, count: int, *, lost: bool = False) -> Row:
    """The line that stands before what one has missed: so many entries, since one went or since
    the line was `lost`. Its time is that of the moment, which is before theirs."""
    since = "the line was lost" if lost else "you were away"
    return _row(
        key=key,
        at=clock_time(left_at, seconds=True),
        number="",
        who="",
        tag="",
        text=f"--- since {since}, {clock_time(left_at)}: {count} new ---",
        details=(),
        marks="",
        kind="away",
    )


def diverged_row(replica: Replica, now: datetime) -> Row:
    """The last line of a room whose hub has another log: what has happened, and what to do."""
    text, details = diverged(replica)
    return _row(
        key="diverged",
        at=clock_time(now, seconds=True),
        number="",
        who="",
        tag="",
        text=text,
        details=details,
        marks="",
        kind="away",
    )


TEACHING = "teaching"
"""The key of the row that an empty room has."""

# Short enough for one line each beside the panes of the smallest screen that has both.
_TO_WRITE = (
    "Nothing said yet. Type what you see, then enter.",
    "/ lists every word; /r ic takes command.",
    "esc goes to the timeline, F1 lists every key.",
)
_TO_READ = (
    "Nothing said yet. What people write stands here.",
    "F2 F3 F4 show who does what, and what was told.",
    "enter opens an entry, F1 lists every key.",
)


def teaching_row(scope: Scope) -> Row:
    """What a room says of itself in which nobody has said anything."""
    text, *details = _TO_WRITE if scope in WORKING else _TO_READ
    return _row(
        key=TEACHING,
        at="",
        number="",
        who="",
        tag="",
        text=text,
        details=tuple(details),
        marks="",
        kind="hub",
    )


def says_something(recorded: Recorded) -> bool:
    """Whether an entry is more than that a room was declared, and that people came."""
    return not isinstance(recorded.event, e.IncidentDeclared | e.PersonJoined)


def is_news(recorded: Recorded, me: str) -> bool:
    """Whether an entry tells someone anything: not what they did, or that they came."""
    match recorded.event:
        case e.PersonJoined(person=person):
            return person != me
        case _:
            return recorded.by != me


def touched(recorded: Recorded, room: Transcript) -> Iterable[int]:
    """The numbers of the earlier entries that read otherwise once this one is there."""
    match recorded.event:
        case (
            e.EntryAmended(of=of)
            | e.EntryStruck(of=of)
            | e.EntryRedacted(of=of)
            | e.EntryPromoted(of=of)
        ):
            return _citing(of.seq, room)
        case e.PersonJoined():
            return (1,)  # who declared had no name until they joined
        case _:
            return ()


def _citing(seq: int, room: Transcript) -> set[int]:
    """An entry, and the later ones that show its words: decided proposals, promotions."""
    entry = room.entry(seq)
    if entry is None:
        return set()
    shown = {seq}
    for decision in room.incident.decisions.values():
        if decision.source.seq == seq and decision.decided is not None:
            shown.add(decision.decided.seq)
    shown |= {source.seq for at, source in room.incident.facts.items() if at == seq}
    shown |= {a.armed.seq for a in room.incident.actions.values() if a.source.seq == seq}
    return shown


def names_people(recorded: Recorded) -> bool:
    """Whether people are called otherwise in the entries that follow."""
    return isinstance(recorded.event, NAMING)


def unsettles(recorded: Recorded, room: Transcript) -> bool:
    """Whether any earlier entry may read otherwise: by a new name or one less, or as its words have
    expired."""
    match recorded.event:
        case e.PersonRenamed() | e.WordsExpired():
            return True
        case e.EntryRedacted(of=of):
            entry = room.entry(of.seq)
            return entry is not None and names_people(entry)
        case _:
            return False


_WORDS = ("where", "text", "reason", "note", "rationale")
"""Where commands have what a person wrote."""


def asked(command: PersonCommand) -> str:
    """What a command says that is not granted here, so that no entry of it can be foreseen."""
    match command:
        case c.RecordDecision(decision=decision) | c.ProposeDecision(decision=decision):
            words = decision.choice
        case c.Declare(title=title) | c.Retitle(title=title):
            words = title
        case c.ApproveUpdate(reason=reason):
            words = reason or ""
        case _:
            found = (getattr(command, field, None) for field in _WORDS)
            words = next((value for value in found if isinstance(value, str)), "")
    word = "" if isinstance(command, c.Post) else command.word.replace(".", " ")
    return ": ".join(filter(None, (word, visible(words))))
