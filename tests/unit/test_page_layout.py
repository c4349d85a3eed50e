"""Lines of a page hang beside their labels."""

import pytest
from rich.cells import cell_len

from warroom.tui.keymap import Keymap
from warroom.tui.present import help
from warroom.tui.present.page_layout import hanging
from warroom.tui.present.pieces import Piece, Pieces, Tone


def plain(lines: list[Pieces]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def test_a_line_that_fits_stays_as_it_is() -> None:
    """Its tones too, and a line of nothing."""
    line = (Piece("/act", Tone.STRONG), Piece("   adds one", Tone.QUIET))
    assert ["/act   adds one", ""] == plain(hanging([line, ()], 15))
    assert [Tone.STRONG, Tone.QUIET] == [p.tone for p in hanging([line], 15)[0] if p.text.strip()]


def test_what_goes_on_stands_under_its_text() -> None:
    """Beside the label, and beside the blanks that a line without a label begins with."""
    labelled = (Piece("    who: ", Tone.QUIET), Piece("anyone while nobody is in command"))
    assert ["    who: anyone while nobody", "         is in command"] == plain(
        hanging([labelled], 30)
    )
    assert ["  one two", "  three"] == plain(hanging([(Piece("  one two three"),)], 12))


def test_a_label_that_leaves_no_room_stands_above() -> None:
    """On a very small screen nothing is lost."""
    line = (Piece("alt+enter, ctrl+enter  ", Tone.STRONG), Piece("begins another line"))
    assert ["alt+enter, ctrl+enter  ", "begins another line"] == plain(hanging([line], 30))


@pytest.mark.parametrize("width", [75, 115])
def test_no_line_of_the_help_is_broken_elsewhere(width: int) -> None:
    """All of it is laid out within its width, and every word is still there."""
    lines = help.lines(Keymap())
    laid_out = plain(hanging(lines, width))
    assert all(cell_len(line) <= width for line in laid_out)
    assert " ".join(plain(lines)).split() == " ".join(laid_out).split()
