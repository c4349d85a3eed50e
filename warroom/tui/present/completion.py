"""What could be meant by what stands before the cursor: words, their forms, people, numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from warroom.domain.commands import (
    DecideProposal,
    ObjectTo,
    PersonCommand,
    RecordOutcome,
    WithdrawProposal,
)
from warroom.domain.decide.decisions import settled
from warroom.domain.incident import Decision
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    TRANSITIONS,
    DecisionState,
    HypothesisState,
    Scope,
    UpdateState,
    spoken,
)
from warroom.protocol.envelopes import Here
from warroom.text import one_line
from warroom.tui.present.addressed import ROLE_HANDLES
from warroom.tui.present.choices import NOTHING, Choice, Completion
from warroom.tui.present.forms import Followed, Form, Place, Slot, fitting
from warroom.words.meant import MEANT
from warroom.words.table import WORDS, Word, find, may, who_may

FORMS_SHOWN = 5
"""How many forms of a word are shown at once."""

_STATES: Mapping[type[PersonCommand], DecisionState] = {
    DecideProposal: DecisionState.PROPOSED,
    ObjectTo: DecisionState.PROPOSED,
    WithdrawProposal: DecisionState.PROPOSED,
    RecordOutcome: DecisionState.DECIDED,
}

_WORD = re.compile(r"/(\S*)")
_PERSON = re.compile(r"(?:(?<=\s)|\A)@([\w.\-]*)\Z")
_LONG = 60


class Speaker(Struct, frozen=True):
    """Whose line it is, and what they are let in for. An `operator` runs the hub."""

    person: str
    scope: Scope
    operator: bool = False

    def may(self, word: Word, room: Transcript) -> bool:
        """Whether they may use a word now."""
        return may(word, room.incident, self.person, self.scope, operator=self.operator)


def complete(text: str, room: Transcript, me: Speaker, here: Iterable[Here] = ()) -> Completion:
    """What could follow, for a text that the cursor ends. Nothing for plain text."""
    found = _of_word(text, room, me)
    person = _PERSON.search(text)
    if person is not None:
        return Completion(_people(person[1], room, here), person.start(), found.usage)
    return found


def _of_word(text: str, room: Transcript, me: Speaker) -> Completion:
    typed = _WORD.match(text)
    if typed is None or "\n" in text:
        return NOTHING
    if typed.end() == len(text):
        return _words(typed[1], room, me)
    word = find(typed[1])
    if word is None:
        return NOTHING
    *before, begun = text[typed.end() :].lstrip().split(" ")
    tokens = tuple(token for token in before if token)
    written = fitting(word, tokens)
    found = tuple(one for one in written if _can_be(one.form, tokens, room))
    able = {one.form: me.may(_only(word, one.form), room) for one in found}
    if not found:
        why = _settled(tokens, room) if written else ""
        return Completion(usage=(why or f"{word.help}  ({who(word)})",))
    choices = _arguments(found, begun.casefold(), room, able)
    named = {choice.name for choice in choices}
    usage = _usage(word, {form: able[form] for form in able if not _named(form, found, named)})
    return Completion(choices, len(text) - len(begun), usage)


def _can_be(form: Form, tokens: tuple[str, ...], room: Transcript) -> bool:
    """Whether a form can be meant of the decision that is named: only what is proposed is decided,
    and only what is decided has come to something."""
    decision = _decision(tokens, room)
    return decision is None or _stands_for(form, decision)


def _stands_for(form: Form, decision: Decision) -> bool:
    """Whether a decision stands where a form needs it."""
    needed = _STATES.get(form.command) if form.command else None
    return needed in {None, decision.state}


def _settled(tokens: tuple[str, ...], room: Transcript) -> str:
    """Why this cannot be done to the decision that is named; empty if none is."""
    decision = _decision(tokens, room)
    return "" if decision is None else settled(decision)


def _decision(tokens: tuple[str, ...], room: Transcript) -> Decision | None:
    """The decision that the first token names."""
    number = tokens[0][1:] if tokens and tokens[0][0] in "dD" else ""
    return room.incident.decisions.get(int(number)) if number.isdecimal() else None


def _only(word: Word, form: Form) -> Word:
    """The word as if this were its one form."""
    return replace(word, commands=(form.command,) if form.command else ())


def _named(form: Form, found: tuple[Followed, ...], names: set[str]) -> bool:
    """Whether a form needs a word next that a choice explains already."""
    places = next(one.next for one in found if one.form is form)
    return bool(places) and all(
        place.slot is Slot.LITERAL and not place.skip and names.issuperset(place.words)
        for place in places
    )


# --- how a word is used ----------------------------------------------------------------------


def _usage(word: Word, able: Mapping[Form, bool]) -> tuple[str, ...]:
    """One line for each form that the line can become: how it is written, what it does, who may."""
    several = len(able) > 1
    width = min(max((len(form.text) for form in able), default=0), _LONG) if several else 0
    lines = []
    for form, may_now in list(able.items())[:FORMS_SHOWN]:
        only = _only(word, form)
        needed = who(only) if several else who_may(only)
        able_now = "" if may_now else "not you now: "
        lines.append(f"/{form.text:<{width}}  {form.help} ({able_now}{needed})")
    return tuple(lines)


def who(word: Word) -> str:
    """Who may use a word, as short as it can be said."""
    return who_may(word) if len(who_may(word)) <= _LONG else "by role"


# --- what can stand next ---------------------------------------------------------------------


def _words(typed: str, room: Transcript, me: Speaker) -> Completion:
    """Words that begin so, a short form that is meant exactly first."""
    typed = typed.casefold()
    found = [word for word in WORDS if word.name.startswith(typed) or word.short == typed]
    found.sort(key=lambda word: (word.short != typed, WORDS.index(word)))
    return Completion(
        tuple(
            Choice(
                insert=f"/{word.name} ",
                name=f"/{word.name}" + (f" /{word.short}" if word.short else ""),
                help=word.help,
                may=me.may(word, room),
            )
            for word in found
        )
    )


def _arguments(
    found: tuple[Followed, ...], begun: str, room: Transcript, able: Mapping[Form, bool]
) -> tuple[Choice, ...]:
    """The choices for the next place, each once, of those that begin so."""
    offered: dict[str, Choice] = {}
    for one in found:
        for place in one.next:
            for name, help in _offers(place, one.form, room):
                if name.casefold().startswith(begun):
                    choice = Choice(f"{name} ", name, help, able[one.form])
                    offered.setdefault(name, choice)
    return tuple(offered.values())


def _offers(place: Place, form: Form, room: Transcript) -> Iterator[tuple[str, str]]:
    """What can stand at a place, and what is said of each."""
    incident = room.incident
    match place.slot:
        case Slot.LITERAL:
            meant = MEANT.get(form.text.split(" ")[0], {})
            yield from ((word, meant.get(word, form.help)) for word in place.words)
        case Slot.ROLE:
            for name, role in ROLE_HANDLES.items():
                holder = incident.holder(role)
                held = one_line(room.names.name(holder)) if holder else "vacant"
                yield name, f"{spoken(role)}, {held}"
        case Slot.STATUS:
            for status in sorted(TRANSITIONS[incident.status], key=list(TRANSITIONS).index):
                yield status, f"now {incident.status}"
        case Slot.DECISION | Slot.ACTION | Slot.HYPOTHESIS | Slot.UPDATE:
            yield from _numbered(place.slot, form, room)
        case Slot.TEXT | Slot.PERSON | Slot.ENTRY | Slot.MARK:
            pass


_Numbered = tuple[bool, int, str, int]
"""Whether it waits for something, its number, how it stands, and the entry with its words."""


def _numbered(slot: Slot, form: Form, room: Transcript) -> Iterator[tuple[str, str]]:
    """Things with a number that a form can be about, those that wait for something first, of these
    the latest first."""
    i = room.incident
    decisions: list[_Numbered] = [
        (d.state is DecisionState.PROPOSED or d.outcome is None, d.number, d.state, d.source.seq)
        for d in i.decisions.values()
        if _stands_for(form, d)
    ]
    actions: list[_Numbered] = [
        (a.pending, a.number, a.state, a.source.seq) for a in i.actions.values()
    ]
    hypotheses: list[_Numbered] = [
        (h.state is HypothesisState.OPEN, h.number, spoken(h.state), h.source.seq)
        for h in i.hypotheses.values()
    ]
    updates: list[_Numbered] = [
        (u.state is not UpdateState.PUBLISHED, u.number, f"{u.state} for {u.audience}", u.text.seq)
        for u in i.updates.values()
    ]
    known = {"D": decisions, "A": actions, "H": hypotheses, "U": updates}
    for _, number, state, seq in sorted(known[slot], key=lambda one: (not one[0], -one[1])):
        yield f"{slot}{number}", f"{state}: {one_line(room.text(seq))}"


def _people(typed: str, room: Transcript, here: Iterable[Here]) -> tuple[Choice, ...]:
    """Those in the room whose handles begin so, and those who have just come."""
    names, people = room.names, room.incident.people
    known = {person: handle for person, handle in names.handles.items() if person in people}
    called = {handle: names.name(person) for person, handle in known.items()}
    come = (one for one in here if one.handle and one.person not in people and not one.observer)
    called |= {one.handle: one.name for one in come}
    return tuple(
        Choice(f"@{one_line(handle)} ", f"@{one_line(handle)}", one_line(name))
        for handle, name in called.items()
        if handle.casefold().startswith(typed.casefold())
    )
