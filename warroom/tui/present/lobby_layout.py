"""A row of the lobby in cells: the title takes what other columns leave.

On a narrow screen these are only as wide as what stands in them. The words before a title would
leave nothing of it: each is one letter there, and the foot says what the letters mean.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from warroom.tui.cells import cut
from warroom.tui.present.lobby import LobbyRow, RoomMark
from warroom.tui.present.pieces import Piece, Pieces, Tone

_LABEL, _SEVERITY, _STATUS, _ELAPSED = 9, 5, 14, 8
_HERE, _OWED = 5, 13
_COMMANDER, _COMMANDER_NARROW = 18, 9
_NARROW = 100
_LEAST_TITLE = 10


class Columns(NamedTuple):
    """How many cells each column has, and whether they are of a `narrow` screen."""

    sizes: tuple[int, ...]
    narrow: bool


def columns(rows: Sequence[LobbyRow], width: int) -> Columns:
    """The columns of these rows in a line of so many cells."""
    narrow = width < _NARROW
    status, commander, owed = _STATUS, _COMMANDER, _OWED
    if narrow:
        status = _needed(_STATUS, "status", (row.status for row in rows))
        commander = _needed(_COMMANDER_NARROW, "IC", (row.commander for row in rows))
        owed = _needed(_OWED, "next", (row.owed for row in rows))
    title = width - (_LABEL + _SEVERITY + status + _ELAPSED + commander + owed + _HERE)
    sizes = _LABEL, _SEVERITY, status, _ELAPSED, max(_LEAST_TITLE, title), commander, owed, _HERE
    return Columns(sizes, narrow)


def _needed(most: int, name: str, cells: Iterable[Piece]) -> int:
    """How many cells a column of this name takes, with a blank at its end."""
    return min(most, 1 + max(map(cell_len, (name, *(cell.text for cell in cells)))))


def lay_out(row: LobbyRow, columns: Columns) -> Pieces:
    """The row in a line of these columns."""
    cells = (
        row.label,
        row.severity,
        row.status,
        row.elapsed,
        Piece(_marked(row, columns), row.title.tone),
        row.commander,
        row.owed,
        row.here,
    )
    return tuple(
        Piece(_fit(piece.text, size), piece.tone)
        for piece, size in zip(cells, columns.sizes, strict=True)
    )


def heading(columns: Columns, above: Sequence[LobbyRow] = ()) -> Pieces:
    """What the columns are; how many rooms stand above those that are seen, and how bad the first
    is."""
    names = ("", "sev", "status", "since", "title", "IC", "next", "here")
    named = tuple(
        Piece(_fit(name, size), Tone.QUIET) for name, size in zip(names, columns.sizes, strict=True)
    )
    return (_unseen(above), *named[2:]) if above else named


def _unseen(above: Sequence[LobbyRow]) -> Piece:
    worst, tone = above[0].severity
    text = f"{len(above)} above {worst.strip('-')}"
    return Piece(_fit(text, _LABEL + _SEVERITY), Tone.QUIET if tone is Tone.PLAIN else tone)


def letters(rows: Iterable[LobbyRow], columns: Columns) -> list[RoomMark]:
    """The letters that stand in rows of these columns, and the words for each; none where there is
    room for the words themselves."""
    if not columns.narrow:
        return []
    return list(dict.fromkeys(mark for row in rows for mark, _ in row.marks))


def _marked(row: LobbyRow, columns: Columns) -> str:
    """The title with what is said before it."""
    if not columns.narrow:
        before = "".join(f"{f'{count} ' * (count > 0)}{mark.words}: " for mark, count in row.marks)
        return before + row.title.text
    before = "".join(mark.letter + str(count or "") for mark, count in row.marks)
    return f"{before} {row.title.text}" if before else row.title.text


def _fit(text: str, size: int) -> str:
    short = cut(text, size - 1)
    return set_cell_size(short, size) if cell_len(short) < size else short
