"""One entry in full: what it says, who and when, and what was said about it since."""

from collections.abc import Iterator

from warroom.domain.events import Recorded
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import spoken
from warroom.export.phrasing import marks, phrase, who
from warroom.export.times import day_time
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Pieces, Tone


def entry_lines(entry: Recorded, room: Transcript) -> list[Pieces]:
    """The lines of an entry's page."""
    said = phrase(entry, room)
    head = " ".join(filter(None, (f"#{entry.seq}", said.tag, who(entry, room))))
    lines: list[Pieces] = [(Piece(head, Tone.STRONG),), (Piece(""),)]
    lines += [(Piece(line),) for line in said.text.split("\n")]
    lines += [(Piece(line, Tone.QUIET),) for part in said.details for line in part.split("\n")]
    lines.append((Piece(""),))
    return lines + [(Piece(line, Tone.QUIET),) for line in _facts(entry, room)]


def _facts(entry: Recorded, room: Transcript) -> Iterator[str]:
    yield f"recorded {day_time(entry.at)} UTC by {one_line(room.names.name(entry.by))}"
    if entry.event.occurred_at is not None:
        yield f"happened {day_time(entry.event.occurred_at)} UTC"
    if entry.role is not None:
        yield f"as {spoken(entry.role)}"
    if margin := marks(entry, room):
        yield ", ".join(margin)
    refs = [seq for ref in entry.refs if (seq := room.seq_of(ref)) is not None]
    if refs:
        yield "speaks of " + " ".join(f"#{seq}" for seq in refs)
    later = [one.seq for one in room.entries[entry.seq :] if entry.id in one.refs]
    if later:
        yield "spoken of in " + " ".join(f"#{seq}" for seq in later)
    yield f"kind {one_line(entry.event.kind)}, hash {entry.hash}"
