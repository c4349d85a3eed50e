"""The key hints at the foot of a screen."""

from warroom.tui.present.pieces import Piece, Pieces, Tone


def foot(hints: list[tuple[str, str]]) -> Pieces:
    """Keys and what they do, side by side: `esc timeline  F2 command`."""
    pieces: list[Piece] = []
    for key, word in hints:
        pieces += [Piece(key, Tone.STRONG), Piece(f" {word}  ", Tone.QUIET)]
    return tuple(pieces)
