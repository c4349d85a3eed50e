"""The key hints at the foot of a screen."""

from warroom.tui.present.pieces import Piece, Pieces, Tone, cells

_GAP = Piece("  ")


def found_words(place: int, count: int) -> str:
    """Which of the rows that a search has found the reader is on: `3 of 17`; none, no words."""
    return f"{place} of {count}" if place else f"{count} found" * bool(count)


def foot(hints: list[tuple[str, str]], width: int) -> Pieces:
    """Keys and what they do, side by side: `esc timeline  F2 command`. None is cut: from the first
    on that does not fit into so many cells they are left out."""
    pieces: Pieces = ()
    for key, word in hints:
        gap = (_GAP,) if pieces else ()
        longer = (*pieces, *gap, Piece(key, Tone.STRONG), Piece(f" {word}", Tone.QUIET))
        if cells(longer) > width:
            break
        pieces = longer
    return pieces
