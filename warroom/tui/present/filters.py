"""Which entries a timeline shows: by kind, by person, what is still open, what is confirmed.

A filter is said in words, in any order: `decisions @bo open`. Kinds add up, and so do people;
everything else narrows. A word may be as short as it is clear.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from warroom.domain.events import EntryPromoted, Recorded
from warroom.domain.incident import Decision, Incident
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import DecisionState, HypothesisState, PromotedTo
from warroom.text import one_line
from warroom.tui.present.addressed import ROLE_HANDLES
from warroom.tui.present.pieces import Piece, Pieces, Tone, spread
from warroom.tui.present.subject import Item, subject_of
from warroom.words.misread import misread

OPEN = "open"
PINNED = "pinned"

_KIND_OF_TAG = {
    "note": "notes",
    "observation": "observations",
    "hypothesis": "hypotheses",
    "decision": "decisions",
    "action": "actions",
    "update": "updates",
    "role": "roles",
    "incident": "status",
    "status": "status",
    "severity": "status",
    "policy": "status",
    "entry": "corrections",
    "redaction": "corrections",
    "words": "corrections",
    "room": "status",
    "person": "attendance",
    "roll": "attendance",
}
"""The kind of an entry by the first part of its tag."""

_KIND_OF_PROMOTED = {
    PromotedTo.DECISION: "decisions",
    PromotedTo.ACTION: "actions",
    PromotedTo.HYPOTHESIS: "hypotheses",
    PromotedTo.FACT: "facts",
}

KINDS: tuple[str, ...] = (*dict.fromkeys(_KIND_OF_TAG.values()), "facts")
"""Every kind that can be asked for, as it is said."""

HELP = f"{OPEN}, {PINNED}, @who, or kinds: {', '.join(KINDS)}"


class Filter(Struct, frozen=True):
    """What to show. All of it, if nothing is said. `pinned` are the confirmed facts."""

    kinds: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    open: bool = False
    pinned: bool = False

    def __bool__(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Filter()


# --- saying it -------------------------------------------------------------------------------


def read_filter(text: str, room: Transcript) -> Filter:
    """The filter that the words ask for. Raises `Misread`."""
    kinds, people, flags = set(), set(), set()
    for word in text.casefold().replace(",", " ").split():
        if word.startswith("@"):
            people.add(_person(word, room))
        elif (meant := _meant(word)) in {OPEN, PINNED}:
            flags.add(meant)
        else:
            kinds.add(meant)
    return Filter(frozenset(kinds), frozenset(people), OPEN in flags, PINNED in flags)


def _meant(word: str) -> str:
    """The one word that begins so."""
    known = (OPEN, PINNED, *KINDS)
    found = [one for one in known if one.startswith(word)]
    if len(found) > 1 and word not in found:
        misread(f"{word} may be {' or '.join(found)}")
    return found[0] if found else misread(f"there is no kind {word}; there are {HELP}")


def _person(handle: str, room: Transcript) -> str:
    role = ROLE_HANDLES.get(handle.removeprefix("@"))
    person = room.incident.holder(role) if role else _by_handle(handle, room)
    return person or misread(f"nobody here is called {handle}")


def _by_handle(handle: str, room: Transcript) -> str | None:
    wanted = handle.removeprefix("@")
    known = room.names.handles.items()
    hub = next((person for person, name in known if name.casefold() == wanted), None)
    return room.person(handle) or hub


def completed(text: str, room: Transcript) -> str | None:
    """The text with its last word written out, None if nothing begins so."""
    start = max(text.rfind(" "), text.rfind(",")) + 1
    begun = text[start:].casefold()
    if not begun:
        return None
    handles = (f"@{room.names.handle(person)}" for person in room.incident.people)
    for word in (OPEN, PINNED, *KINDS, *handles):
        if word.casefold().startswith(begun):
            return text[:start] + word
    return None


# --- what it keeps ---------------------------------------------------------------------------


def sieve(chosen: Filter, room: Transcript) -> Callable[[Recorded], bool]:
    """Whether to show an entry, as things stand now."""
    incident = room.incident
    opened = open_items(incident) if chosen.open else frozenset()

    def keeps(entry: Recorded) -> bool:
        return (
            (not chosen.kinds or kind_of(entry) in chosen.kinds)
            and (not chosen.people or bool({entry.by, entry.speaker} & chosen.people))
            and (not chosen.open or subject_of(entry.event) in opened)
            and (not chosen.pinned or _is_pinned(entry, incident))
        )

    return keeps


def basis(chosen: Filter, room: Transcript) -> object:
    """What the filter's view of earlier entries depends on: once this differs, look anew."""
    incident = room.incident
    opened = open_items(incident) if chosen.open else None
    return opened, (incident.facts, incident.struck) if chosen.pinned else None


def kind_of(entry: Recorded) -> str:
    """The kind of an entry; none for those that only a newer version knows."""
    match entry.event:
        case EntryPromoted(to=to):
            return _KIND_OF_PROMOTED[to]
        case event:
            return _KIND_OF_TAG.get(event.kind.partition(".")[0], "")


def open_items(incident: Incident) -> frozenset[Item]:
    """What still waits: for its decision or its outcome, to be done, to be assessed."""
    return frozenset(_open_items(incident))


def _open_items(incident: Incident) -> Iterator[Item]:
    for number, decision in incident.decisions.items():
        if _waits(decision):
            yield Item("D", number)
    for number, action in incident.actions.items():
        if action.pending:
            yield Item("A", number)
    for number, hypothesis in incident.hypotheses.items():
        if hypothesis.state is HypothesisState.OPEN:
            yield Item("H", number)


def _waits(decision: Decision) -> bool:
    return decision.state is not DecisionState.WITHDRAWN and decision.outcome is None


def _is_pinned(entry: Recorded, incident: Incident) -> bool:
    """Whether an entry is the one that confirmed a fact which still stands."""
    match entry.event:
        case EntryPromoted(to=PromotedTo.FACT, of=of):
            confirmed = incident.facts.get(of.seq)
            gone = of.seq in incident.struck or entry.seq in incident.struck
            return confirmed is not None and confirmed.seq == entry.seq and not gone
        case _:
            return False


# --- showing it ------------------------------------------------------------------------------


def describe(chosen: Filter, room: Transcript) -> str:
    """A filter in words: `decisions, actions; of Bo; open`."""
    kinds = ", ".join(kind for kind in KINDS if kind in chosen.kinds)
    names = sorted(one_line(room.names.name(person)) for person in chosen.people)
    people = f"of {' or '.join(names)}" if names else ""
    flags = ", ".join(word for word, on in ((OPEN, chosen.open), (PINNED, chosen.pinned)) if on)
    return "; ".join(filter(None, (kinds, people, flags)))


def row(chosen: Filter, room: Transcript, hidden: int, since: int, key: str, width: int) -> Pieces:
    """The line that says what is not seen. `since` of the hidden are newer than the filter."""
    newer = f", {since} of them new" if since else ""
    left = (
        Piece("only ", Tone.QUIET),
        Piece(describe(chosen, room), Tone.STRONG),
        Piece(f"  {hidden} hidden{newer}", Tone.WARN),
    )
    return spread(left, (Piece(f"{key} shows all", Tone.QUIET),), width)
