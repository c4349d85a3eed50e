"""Rows of a pane in lines of so many cells."""

from collections.abc import Iterator

from rich.cells import cell_len

from warroom.tui.cells import cut, wrap
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone

_LEAST_TEXT = 10
_MARK = 2

_MARKED = frozenset({Tone.GOOD, Tone.ACCENT})
"""Tones that only name and mark take: a long text is read more easily without."""


def lay_out(rows: list[PaneRow], width: int, *, lines: int | None = None) -> list[Pieces]:
    """The rows in lines of at most so many cells, one after the other."""
    return [line for row in lay_out_rows(rows, width, lines=lines) for line in row]


def lay_out_rows(
    rows: list[PaneRow], width: int, *, lines: int | None = None
) -> list[list[Pieces]]:
    """The lines of each row, none of more than so many cells.

    Texts and notes take at most `lines` lines each, all they need without it. Names stand in one
    column; text and notes hang beside it.
    """
    name = max((cell_len(row.name) for row in rows), default=0) + 1
    mark = _MARK + 1 if any(row.mark for row in rows) else 0
    indent = min(name + mark, max(0, width - _LEAST_TEXT))
    return [list(_row(row, width, name, indent, lines)) for row in rows]


def _row(row: PaneRow, width: int, name: int, indent: int, lines: int | None) -> Iterator[Pieces]:
    right = cut(row.right, max(0, width - indent - _LEAST_TEXT - 1))
    room = max(1, width - indent)
    first = max(_LEAST_TEXT, room - cell_len(right) - 1) if right else room
    head, *rest = _wrapped(row.text, first, room, lines)
    label = cut(f"{row.name:<{name}}{row.mark}", indent)
    label += " " * (indent - cell_len(label))
    gap = max(0, room - cell_len(head) - cell_len(right)) if right else 0
    strong = Tone.STRONG if row.tone is Tone.PLAIN else row.tone
    tone = Tone.PLAIN if row.tone in _MARKED else row.tone
    yield (
        Piece(label, strong),
        Piece(head, tone),
        Piece(" " * gap),
        Piece(right, Tone.QUIET if row.tone is Tone.PLAIN else row.tone),
    )
    for text in rest:
        yield (Piece(" " * indent), Piece(text, tone))
    for note in row.notes:
        for text in _wrapped(note.text, room, room, lines):
            yield (Piece(" " * indent), Piece(text, note.tone))


def _wrapped(text: str, first: int, width: int, lines: int | None) -> list[str]:
    """The text in pieces, the first of which may be narrower; what is too much is cut."""
    head, *rest = [piece.rstrip() for piece in wrap(text, first)]
    pieces = [head, *(piece.rstrip() for piece in wrap(" ".join(rest), width))] if rest else [head]
    if lines is not None and len(pieces) > lines:
        pieces = [
            *pieces[: lines - 1],
            cut(" ".join(pieces[lines - 1 :]), width if lines > 1 else first),
        ]
    return pieces
