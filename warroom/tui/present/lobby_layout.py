"""A row of the lobby in cells: fixed columns, and the title takes what is left.

On a narrow screen the words before a title would leave nothing of it: each is one letter there, and
the foot says what the letters mean.
"""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from warroom.tui.cells import cut
from warroom.tui.present.lobby import LobbyRow, RoomMark
from warroom.tui.present.pieces import Piece, Pieces, Tone

_LABEL, _SEVERITY, _STATUS, _ELAPSED = 9, 5, 14, 8
_HERE, _OWED = 5, 13
_COMMANDER, _COMMANDER_NARROW = 18, 9
_NARROW = 100
_LEAST_TITLE = 10


def lay_out(row: LobbyRow, width: int) -> Pieces:
    """The row in a line of so many cells."""
    cells = (
        row.label,
        row.severity,
        row.status,
        row.elapsed,
        Piece(_marked(row, width), row.title.tone),
        row.commander,
        row.owed,
        row.here,
    )
    return tuple(
        Piece(_fit(piece.text, size), piece.tone)
        for piece, size in zip(cells, _sizes(width), strict=True)
    )


def heading(width: int, above: Sequence[LobbyRow] = ()) -> Pieces:
    """What the columns are; how many rooms stand above those that are seen, and how bad the first
    is."""
    names = ("", "sev", "status", "since", "title", "IC", "next", "here")
    named = tuple(
        Piece(_fit(name, size), Tone.QUIET) for name, size in zip(names, _sizes(width), strict=True)
    )
    return (_unseen(above), *named[2:]) if above else named


def _unseen(above: Sequence[LobbyRow]) -> Piece:
    worst, tone = above[0].severity
    text = f"{len(above)} above {worst.strip('-')}"
    return Piece(_fit(text, _LABEL + _SEVERITY), Tone.QUIET if tone is Tone.PLAIN else tone)


def letters(rows: Iterable[LobbyRow], width: int) -> list[RoomMark]:
    """The letters that stand in rows of so many cells, and the words for each; none where there is
    room for the words themselves."""
    if width >= _NARROW:
        return []
    return list(dict.fromkeys(mark for row in rows for mark, _ in row.marks))


def _marked(row: LobbyRow, width: int) -> str:
    """The title with what is said before it."""
    if width >= _NARROW:
        before = "".join(f"{f'{count} ' * (count > 0)}{mark.words}: " for mark, count in row.marks)
        return before + row.title.text
    before = "".join(mark.letter + str(count or "") for mark, count in row.marks)
    return f"{before} {row.title.text}" if before else row.title.text


def _sizes(width: int) -> tuple[int, ...]:
    commander = _COMMANDER_NARROW if width < _NARROW else _COMMANDER
    fixed = _LABEL + _SEVERITY + _STATUS + _ELAPSED + commander + _OWED + _HERE
    title = max(_LEAST_TITLE, width - fixed)
    return (_LABEL, _SEVERITY, _STATUS, _ELAPSED, title, commander, _OWED, _HERE)


def _fit(text: str, size: int) -> str:
    short = cut(text, size - 1)
    return set_cell_size(short, size) if cell_len(short) < size else short
