"""What is drawn once is not drawn again because it moved, and the scroll bar not for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip

from warroom.tui.widgets.finished_lines import FinishedLines
from warroom.tui.widgets.rows_view import thumb


class Framer:
    """Puts bars around what a view shows, and remembers which lines it was asked for."""

    def __init__(self) -> None:
        self.contents: dict[int, Strip | None] = {}
        self.asked: list[int] = []
        self.lines = FinishedLines(self._finish)

    def _finish(self, first: int, last: int) -> list[Strip]:
        self.asked += range(first, last)
        return [self._framed(self.contents[line]) for line in range(first, last)]

    def _framed(self, content: Strip | None) -> Strip:
        return Strip([Segment(f"|{'-' if content is None else content.text}|")])

    def draw(self, *contents: Strip | None) -> list[str]:
        """What the terminal gets, and the numbers of the lines that were finished for it."""
        self.contents = dict(enumerate(contents))
        self.asked = []
        return [strip.text for strip in self.lines.lines(self.contents)]


def strip(text: str) -> Strip:
    return Strip([Segment(text)])


def test_a_line_that_moved_is_not_finished_again() -> None:
    one, two, three = strip("one"), strip("two"), strip("three")
    framer = Framer()
    assert ["|-|", "|one|", "|two|", "|-|"] == framer.draw(None, one, two, None)
    assert [0, 1, 2, 3] == framer.asked
    assert ["|-|", "|two|", "|three|", "|-|"] == framer.draw(None, two, three, None)
    assert [0, 2, 3] == framer.asked


def test_a_line_with_other_content_is_finished() -> None:
    """Also where the words are the same: colours may not be."""
    framer = Framer()
    framer.draw(strip("one"))
    assert ["|one|"] == framer.draw(strip("one"))
    assert [0] == framer.asked


def test_all_can_be_forgotten() -> None:
    one = strip("one")
    framer = Framer()
    framer.draw(one)
    framer.lines.forget()
    framer.draw(one)
    assert [0] == framer.asked


def test_what_is_gone_is_not_taken_for_what_came() -> None:
    """A strip that takes the place in memory of another is another."""
    framer = Framer()
    for number in range(2000):
        assert [f"|{number}|"] == framer.draw(strip(str(number)))


@given(
    total=st.integers(1, 5000),
    lines=st.integers(1, 60),
    tops=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_scroll_bar_that_looks_otherwise_has_another_thumb(
    total: int, lines: int, tops: tuple[float, float]
) -> None:
    """As Textual draws it; where nothing can be scrolled it draws the same for any place."""
    places = [round(top * max(0, total - lines)) for top in tops]
    drawn = [bar(total, lines, place) for place in places]
    if thumb(total, lines, places[0]) == thumb(total, lines, places[1]):
        assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("total", "lines", "top", "seen"),
    [(20, 30, 0, (0, 240)), (60, 30, 0, (0, 120)), (60, 30, 30, (120, 120))],
)
def test_where_a_thumb_is(total: int, lines: int, top: int, seen: tuple[int, int]) -> None:
    assert seen == thumb(total, lines, top)


def bar(total: int, lines: int, top: float) -> list[Segment]:
    """What Textual draws."""
    seen = lines if lines < total else 0
    drawn = ScrollBarRender.render_bar(lines, total, seen, top)
    return list(drawn.segments)
