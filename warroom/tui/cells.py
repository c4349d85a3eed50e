"""Text measured in terminal cells: wide characters take two, combining ones none."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells, set_cell_size

_WORDS = re.compile(r"[^ ]+ *| +")

CUT = "~"
"""Marks where a text was cut. Not an ellipsis: some terminals draw that two cells wide."""


def cut(text: str, cells: int) -> str:
    """The text, with its end cut off and marked if it takes more than so many cells."""
    if cell_len(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept = set_cell_size(text, cells - 1)
    # Where a joiner was cut from what it joins, the pieces measure more than they did together.
    while kept and cell_len(kept + CUT) > cells:
        kept = kept[:-1]
    return kept + CUT


def wrap(line: str, cells: int) -> list[str]:
    """One line broken at blanks into pieces of at most so many cells, at least two.

    A piece keeps the blanks that end it, beyond the width if need be, so that joining the
    pieces gives the line again. A word too long for any piece is broken anywhere.
    """
    if cell_len(line) <= cells:
        return [line]
    pieces: list[str] = []
    piece = ""
    for word in _WORDS.findall(line):
        letters = word.rstrip(" ")
        # Measured together: what joins or selects a form counts by what stands before it.
        if piece.strip(" ") and cell_len(piece + letters) > cells:
            pieces.append(piece)
            piece = ""
        if cell_len(piece + letters) > cells:
            *full, piece = _chopped(piece + letters, cells)
            pieces += full
            piece += word[len(letters) :]
        else:
            piece += word
    return [*pieces, piece]


def _chopped(text: str, cells: int) -> Iterator[str]:
    """The text in pieces that fit, broken anywhere; a character wider than that stands alone."""
    for piece in chop_cells(text, cells):
        rest = piece
        # A joiner that has nothing before it to join makes the library count too little.
        while cell_len(rest) > cells and len(rest) > 1:
            fits = next(end for end in range(len(rest) - 1, 0, -1) if _fits(rest[:end], cells))
            yield rest[:fits]
            rest = rest[fits:]
        yield rest


def _fits(text: str, cells: int) -> bool:
    return len(text) == 1 or cell_len(text) <= cells
