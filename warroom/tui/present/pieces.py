"""Pieces of text with a tone: what a screen is made of before it has colours."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len

from warroom.tui.cells import cut
from warroom.tui.present.subject import Subject


class Tone(StrEnum):
    """How a piece is meant. A theme gives it a colour; the words have said it already."""

    PLAIN = "plain"
    QUIET = "quiet"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    ALARM = "alarm"


class Piece(NamedTuple):
    """Some text and its tone."""

    text: str
    tone: Tone = Tone.PLAIN


Pieces = tuple[Piece, ...]


class PaneRow(NamedTuple):
    """A row of a side pane: `A1 !  Bo  drain pool-3        3 min late`.

    `text` wraps, `right` does not; `notes` stand below, indented. `entry` is the number of the
    entry in which it stands, 0 for none. `about` is what the row opens and what its keys act on;
    without it the cursor passes it by.
    """

    name: str
    mark: str
    text: str
    right: str = ""
    tone: Tone = Tone.PLAIN
    notes: Pieces = ()
    entry: int = 0
    about: Subject | None = None


def cells(pieces: Iterable[Piece]) -> int:
    """The cells that the pieces take side by side."""
    return sum(cell_len(piece.text) for piece in pieces)


def fitted(pieces: Iterable[Piece], width: int) -> Pieces:
    """The pieces side by side, with the end cut off if they take more than so many cells."""
    fits: list[Piece] = []
    for piece in pieces:
        if width <= 0:
            break
        text = cut(piece.text, width)
        width -= cell_len(text)
        fits.append(Piece(text, piece.tone))
    return tuple(fits)


def spread(left: Pieces, right: Pieces, width: int) -> Pieces:
    """The pieces at both ends of a line of so many cells; the left ones are cut if need be."""
    room = max(0, width - cells(right) - (1 if right else 0))
    start = fitted(left, room)
    gap = max(0, width - cells(start) - cells(right))
    return fitted((*start, Piece(" " * gap), *right), width)
