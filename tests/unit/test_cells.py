"""Text is cut and wrapped by terminal cells."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from warroom.tui.cells import cut, wrap

TEXTS = st.text(st.sampled_from("ab -漢é😀\u0301\u200d\ufe0f1"))


@pytest.mark.parametrize(
    ("shown", "text", "cells"),
    [
        ("Bo(Kim)", "Bo(Kim)", 7),
        ("Barthol~", "Bartholomew", 8),
        ("漢~", "漢字", 3),
        (" ~", "漢字", 2),
        ("~", "Bo", 1),
        ("", "Bo", 0),
        ("", "Bo", -1),
        ("", "", 0),
    ],
)
def test_a_cut_is_marked(shown: str, text: str, cells: int) -> None:
    """What fits stays as it is, what does not ends in the mark."""
    assert shown == cut(text, cells)


@example("\u200d\u200d1漢", 2)
@given(TEXTS, st.integers(0, 12))
def test_a_cut_text_fits(text: str, cells: int) -> None:
    """A cut text takes no more cells than it may, and ends as it did or in the mark."""
    shown = cut(text, cells)
    assert cell_len(shown) <= cells
    assert shown == text or shown[-1:] in ("", "~")


@pytest.mark.parametrize(
    ("pieces", "line", "cells"),
    [
        ([""], "", 5),
        (["drain ", "pool-3"], "drain pool-3", 6),
        (["drain  ", "pool-3"], "drain  pool-3", 7),
        (["a    ", "b"], "a    b", 3),
        (["abcd", "ef g"], "abcdef g", 4),
        (["x ", "abcd", "ef"], "x abcdef", 4),
        (["漢字", "漢"], "漢字漢", 5),
        (["  two", "words"], "  twowords", 5),
        (["abcd", "ef  ", "next"], "abcdef  next", 4),
    ],
)
def test_lines_break_at_blanks(pieces: list[str], line: str, cells: int) -> None:
    """Words stay whole where they can, and their blanks stay with them."""
    assert pieces == wrap(line, cells)


@example("\u200d\u200d漢a", 2)
@example("\u200d\u200d😀\ufe0f1\ufe0f漢", 5)
@given(TEXTS, st.integers(2, 12))
def test_wrapping_loses_nothing(line: str, cells: int) -> None:
    """The pieces make the line again, and each fits but for the blanks that end it."""
    pieces = wrap(line, cells)
    assert line == "".join(pieces)
    assert all(cell_len(piece.rstrip(" ")) <= cells for piece in pieces)
