"""Lines of a page in lines of so many cells: what goes on stands under the text it belongs to."""

from collections.abc import Iterable, Iterator

from warroom.tui.cells import wrap
from warroom.tui.present.pieces import Piece, Pieces, cells

_LEAST_TEXT = 10
"""Cells that a text must have beside its label; with fewer it stands below."""


def hanging(lines: Iterable[Pieces], width: int) -> list[Pieces]:
    """The lines, none of more than so many cells if its label is not.

    The last piece of a line is its text, which wraps; what stands before it, and the blanks that
    it begins with, is the label it hangs beside.
    """
    return [short for line in lines for short in (_hung(line, width) if line else [line])]


def _hung(line: Pieces, width: int) -> Iterator[Pieces]:
    *before, (text, tone) = line
    label = (*before, Piece(" " * (len(text) - len(text.lstrip(" ")))))
    indent = cells(label)
    if cells(line) > width and indent > width - _LEAST_TEXT:
        yield label
        label, indent = (Piece(""),), 0
    head, *rest = wrap(text.lstrip(" "), max(2, width - indent))
    yield (*label, Piece(head.rstrip(" ") if rest else head, tone))
    for piece in rest:
        yield Piece(" " * indent), Piece(piece.rstrip(" "), tone)
