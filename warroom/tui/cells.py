"""Text measured in terminal cells: wide characters take two, combining ones none."""

import re

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
    piece, used = "", 0
    for word in _WORDS.findall(line):
        letters = word.rstrip(" ")
        if piece.strip(" ") and used + cell_len(letters) > cells:
            pieces.append(piece)
            piece, used = "", 0
        if used + cell_len(letters) > cells:
            *full, piece = chop_cells(piece + letters, cells)
            pieces += full
            piece += word[len(letters) :]
        else:
            piece += word
        used = cell_len(piece)
    return [*pieces, piece]
