"""One entry in full: what it says, who and when, and what it is linked with, both ways."""

from collections.abc import Iterator
from typing import NamedTuple

from warroom.domain import events as e
from warroom.domain.events import Event, Recorded, Unknown
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import PromotedTo, Via, spoken
from warroom.export.phrasing import marks, phrase, who
from warroom.export.times import clock_time, day_time
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.present.subject import subject_of

_LABEL = 12
_DIGITS = 9
_GIST = 60

_VIA = {
    Via.OS: "known by the operating system",
    Via.AS: "a name that nobody checked",
    Via.SESSION: "known by an invitation",
    Via.HUB: "written by the hub itself",
}


class Link(NamedTuple):
    """Another entry, and how this one stands to it: `amended by`, `amends`."""

    how: str
    seq: int


def links(entry: Recorded, room: Transcript) -> list[Link]:
    """What an entry speaks of, what speaks of it, and the rest of the story that it is part of."""
    found = [Link(_speaks(entry, ref), seq) for ref in entry.refs if (seq := room.seq_of(ref))]
    later = [one for one in room.entries[entry.seq :] if entry.id in one.refs]
    found += [Link(_spoken_of(one.event), one.seq) for one in later]
    known = {entry.seq, *(link.seq for link in found)}
    about = subject_of(entry.event)
    if about is not None:
        story = (one.seq for one in room.entries if subject_of(one.event) == about)
        found += [Link(f"also {_spoken_name(about)}", seq) for seq in story if seq not in known]
    return found


def _speaks(entry: Recorded, ref: str) -> str:
    match entry.event:
        case e.EntryAmended():
            return "amends"
        case e.EntryStruck():
            return "strikes"
        case e.RedactionRequested():
            return "asks to redact"
        case e.EntryRedacted():
            return "redacts" if ref == entry.refs[0] else "as asked in"
        case e.EntryPromoted():
            return "made from"
        case e.WordsExpired():
            return "erases all up to"
        case e.RoomUnheld():
            return "ends the hold of"
        case _:
            return "speaks of"


def _spoken_of(event: Event | Unknown) -> str:
    match event:
        case e.EntryAmended():
            return "amended by"
        case e.EntryStruck():
            return "struck by"
        case e.RedactionRequested():
            return "redaction asked by"
        case e.EntryRedacted():
            return "redacted by"
        case e.WordsExpired():
            return "erased up to here by"
        case e.RoomUnheld():
            return "ended by"
        case e.EntryPromoted(to=PromotedTo.FACT):
            return "confirmed by"
        case e.EntryPromoted():
            return f"became {subject_of(event)} in"
        case _:
            return "spoken of in"


def _spoken_name(about: object) -> str:
    return str(about).replace("_", " ")


def entry_lines(entry: Recorded, room: Transcript) -> list[Pieces]:
    """The lines of an entry's page."""
    said = phrase(entry, room)
    head = " ".join(filter(None, (f"#{entry.seq}", said.tag, who(entry, room))))
    lines: list[Pieces] = [(Piece(head, Tone.STRONG),), (Piece(""),)]
    lines += [(Piece(line),) for line in said.text.split("\n")]
    lines += [(Piece(line, Tone.QUIET),) for part in said.details for line in part.split("\n")]
    lines.append((Piece(""),))
    lines += [
        (Piece(f"{label:<{_LABEL}}", Tone.QUIET), Piece(text))
        for label, text in _facts(entry, room)
    ]
    return lines + _linked(entry, room)


def _facts(entry: Recorded, room: Transcript) -> Iterator[tuple[str, str]]:
    name = one_line(room.names.name(entry.by))
    yield "recorded", f"{day_time(entry.at)} UTC by {name}, {_VIA[entry.via]}"
    if entry.event.occurred_at is not None:
        yield "happened", f"{day_time(entry.event.occurred_at)} UTC"
    if entry.said_by is not None:
        yield "said by", one_line(room.names.name(entry.said_by))
    if entry.role is not None:
        yield "as", spoken(entry.role)
    if entry.seen:
        yield "seen", f"up to #{entry.seen} when this was written"
    if margin := marks(entry, room):
        yield "marks", ", ".join(margin)
    yield "kind", one_line(entry.event.kind)
    yield "hash", entry.hash


def _linked(entry: Recorded, room: Transcript) -> list[Pieces]:
    found = links(entry, room)
    if not found:
        return []
    width = max(len(link.how) for link in found) + 1
    lines: list[Pieces] = [(Piece(""),), (Piece("Linked with; a digit goes there", Tone.ACCENT),)]
    for number, link in enumerate(found, 1):
        key = str(number) if number <= _DIGITS else " "
        other = room.entries[link.seq - 1]
        lines.append(
            (
                Piece(f"{key}  ", Tone.STRONG),
                Piece(f"{link.how:<{width}}", Tone.QUIET),
                Piece(
                    f"#{link.seq} {clock_time(other.at)} {who(other, room)}  {_gist(other, room)}"
                ),
            )
        )
    return lines


def _gist(entry: Recorded, room: Transcript) -> str:
    """The beginning of what an entry says."""
    said = phrase(entry, room)
    text = one_line(" ".join(filter(None, (said.tag, said.text))))
    return text if len(text) <= _GIST else f"{text[:_GIST]}~"
