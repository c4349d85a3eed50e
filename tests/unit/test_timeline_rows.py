"""One row of the timeline is laid out in columns, within its width, losing nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from warroom.tui.widgets.rows import (
    FOLD_OVER,
    FOLD_TO,
    Columns,
    Line,
    Row,
    Span,
    columns_for,
    estimate,
    lay_out,
)

ROW = Row("k", 0, "14:18:20", "#13", "Bo(Kim)", "obs", "pool-3 drained, errors 12 %")
WIDE = columns_for(70, narrow=False, number=3)
NARROW = columns_for(60, narrow=True, number=3)
PASTE = replace(ROW, text="\n".join(f"line {number}" for number in range(300)))

WORDS = st.text(st.sampled_from("ab -漢\n\t1.")).filter(lambda text: len(text) < 200)
ROWS = st.builds(
    Row,
    key=st.just("k"),
    revision=st.just(0),
    at=st.sampled_from(["14:18:20", ""]),
    number=st.sampled_from(["", "#1", "#123456"]),
    who=st.sampled_from(["", "Bo(Kim)", "Bartholomew(Kim)"]),
    tag=st.sampled_from(["", "obs", "D1234"]),
    text=WORDS,
    details=st.lists(WORDS, max_size=2).map(tuple),
    marks=st.sampled_from(["", "sending", "late 14:14, by voice, unverified"]),
)
COLUMNS = st.builds(
    columns_for, st.integers(50, 130), narrow=st.booleans(), number=st.sampled_from([0, 7])
)


def drawn(lines: list[Line]) -> list[str]:
    """The lines as one reads them."""
    return ["".join(span.text for span in line).rstrip() for line in lines]


def found(lines: list[Line]) -> list[str]:
    """The pieces that a search marked."""
    return [span.text for line in lines for span in line if span.found]


def test_a_row_stands_in_columns() -> None:
    """Time, number, who, tag and text each begin where the room's picture has them."""
    assert drawn(lay_out(ROW, WIDE)) == [
        "14:18:20  #13 Bo(Kim)  obs  pool-3 drained, errors 12 %",
    ]


def test_a_narrow_row_saves_cells() -> None:
    """A narrow terminal costs the seconds and the padding, not the text."""
    assert drawn(lay_out(ROW, NARROW)) == [
        "14:18 #13 Bo(Kim)  obs  pool-3 drained, errors 12 %",
    ]


def test_a_very_wide_row_has_room_for_names() -> None:
    """From a hundred cells on, names of twelve letters are whole."""
    columns = columns_for(100, narrow=False, number=3)
    assert drawn(lay_out(replace(ROW, who="Bartholomew"), columns)) == [
        "14:18:20  #13 Bartholomew  obs  pool-3 drained, errors 12 %",
    ]


def test_text_wraps_under_its_own_column() -> None:
    """Further lines and details begin where the text does; without a tag, where tags do."""
    text = "the gateway has been dropping connections since half past one"
    row = replace(ROW, text=text, details=("risk medium",))
    assert drawn(lay_out(row, NARROW)) == [
        "14:18 #13 Bo(Kim)  obs  the gateway has been dropping",
        "                        connections since half past one",
        "                        risk medium",
    ]
    assert drawn(lay_out(replace(row, tag=""), NARROW)) == [
        "14:18 #13 Bo(Kim)  the gateway has been dropping connections",
        "                   since half past one",
        "                   risk medium",
    ]


def test_marks_stand_at_the_right() -> None:
    """Marks end the first line where there is room for the text beside them."""
    assert drawn(lay_out(replace(ROW, marks="late 14:14"), WIDE)) == [
        "14:18:20  #13 Bo(Kim)  obs  pool-3 drained, errors 12 %     late 14:14",
    ]


def test_marks_go_below_where_there_is_no_room() -> None:
    """Marks that would squeeze the text have a line of their own."""
    row = replace(ROW, marks="late 14:14, by voice")
    assert drawn(lay_out(row, NARROW)) == [
        "14:18 #13 Bo(Kim)  obs  pool-3 drained, errors 12 %",
        "                        late 14:14, by voice",
    ]


def test_long_names_are_cut_and_long_ids_are_not() -> None:
    """A name that is too long is marked as cut; an id is said aloud, so it stays whole."""
    row = replace(ROW, who="Bartholomew", tag="A12345")
    assert drawn(lay_out(row, WIDE)) == [
        "14:18:20  #13 Barthol~ A12345 pool-3 drained, errors 12 %",
    ]


def test_what_is_folded_is_counted_in_lines_of_the_text() -> None:
    """Not in lines of the screen, of which a narrow one has more."""
    long = replace(PASTE, text="\n".join(f"line {n} " + "x" * 30 for n in range(20)))
    for columns, more in ((WIDE, "17 more lines"), (NARROW, "18 more lines")):
        assert f"… {more}, enter opens" in drawn(lay_out(long, columns))[-1]
    two_long = replace(PASTE, text="\n".join(["word " * 60] * 2))
    assert "… 1 more line, enter opens" in drawn(lay_out(two_long, NARROW))[-1]
    assert "… more, enter opens" in drawn(lay_out(replace(PASTE, text="word " * 300), NARROW))[-1]


def test_a_paste_is_folded() -> None:
    """A long text shows its first lines, and how many more there are."""
    lines = drawn(lay_out(PASTE, WIDE))
    assert len(lines) == FOLD_TO + 1
    assert lines[-1].endswith("… 297 more lines, enter opens")
    assert len(lay_out(PASTE, WIDE, expanded=True)) == 300


def test_a_text_is_folded_from_thirteen_lines_on() -> None:
    """Twelve lines are shown as they are."""
    just = replace(ROW, text="\n" * (FOLD_OVER - 1))
    assert len(lay_out(just, WIDE)) == FOLD_OVER
    assert len(lay_out(replace(just, text=just.text + "\n"), WIDE)) == FOLD_TO + 1


def test_tabs_are_blanks() -> None:
    """A pasted table keeps its columns."""
    row = replace(ROW, text="a\tb\naaa\tb", tag="")
    assert [line[23:] for line in drawn(lay_out(row, WIDE))] == ["a       b", "aaa     b"]


def test_markup_is_text() -> None:
    """What looks like markup is shown as it was written."""
    row = replace(ROW, text="[@click=app.quit]x[/]")
    assert Span("text", "[@click=app.quit]x[/]") in lay_out(row, WIDE)[0]


def test_what_is_found_is_marked_in_every_part() -> None:
    """A search marks hits in number, who, tag, text, details and marks."""
    row = replace(ROW, number="#1x", who="xBo", tag="x1", text="axx", details=("x",), marks="x")
    assert ["x"] * 7 == found(lay_out(row, WIDE, pattern=re.compile("x")))


def test_a_hit_goes_over_the_end_of_a_line() -> None:
    """Words that were parted by wrapping are both marked, and what is between them as well."""
    row = replace(ROW, text="the gateway has been dropping connections since noon")
    lines = lay_out(row, NARROW, pattern=re.compile("dropping connections since"))
    assert ["dropping", "connections since"] == found(lines)
    assert "".join(span.text for line in lines for span in line if span.part == "text") == (
        "the gateway has been droppingconnections since noon"
    )


@pytest.mark.parametrize(
    ("holds", "text"),
    [(True, "POOL-3"), (True, "bo\\(kim"), (True, "#13"), (True, "medium"), (False, "14:18")],
)
def test_a_search_looks_at_what_people_wrote(holds: bool, text: str) -> None:
    """Text, details, names and ids are searched; times are not."""
    row = replace(ROW, details=("risk medium",))
    assert holds == row.holds(re.compile(text, re.IGNORECASE))


def test_a_row_is_copied_without_columns() -> None:
    """What is copied is one line, with its details below."""
    row = replace(ROW, details=("risk medium",), number="")
    assert "14:18:20 Bo(Kim) obs pool-3 drained, errors 12 %\nrisk medium" == row.plain()


@given(ROWS, COLUMNS, st.booleans())
def test_lines_fit(row: Row, columns: Columns, expanded: bool) -> None:
    """No line is wider than the columns."""
    lines = lay_out(row, columns, expanded=expanded)
    assert lines
    assert all(cell_len(line) <= columns.width for line in drawn(lines))


@given(ROWS, st.integers(50, 130))
def test_no_letter_of_the_text_is_lost(row: Row, width: int) -> None:
    """An expanded row holds every letter of text and details, in order."""
    lines = lay_out(row, columns_for(width, narrow=True, number=2), expanded=True)
    for part, words in (("text", row.text), ("detail", "".join(row.details))):
        shown = "".join(span.text for line in lines for span in line if span.part == part)
        assert "".join(words.split()) == "".join(shown.split())


@given(ROWS, st.sampled_from(["a", "b 1", "ab"]))
def test_marking_changes_no_letter(row: Row, needle: str) -> None:
    """A search changes what is marked, never what is drawn; all hits of one line are marked."""
    pattern = re.compile(re.escape(needle))
    marked = lay_out(row, WIDE, pattern=pattern)
    assert drawn(lay_out(row, WIDE)) == drawn(marked)
    for line in marked:
        text = "".join(span.text for span in line if span.part == "text")
        hits = [span.text for span in line if span.part == "text" and span.found]
        assert text.count(needle) <= len(hits)


@given(ROWS, st.booleans())
def test_an_estimate_is_at_least_a_line(row: Row, expanded: bool) -> None:
    """An estimated row is never without height, and right for a short text."""
    assert estimate(row, WIDE, expanded=expanded) >= 1 + len(row.details)
    short = replace(row, text="short", details=(), marks="")
    assert len(lay_out(short, WIDE)) == estimate(short, WIDE)


def test_a_folded_paste_is_estimated_as_folded() -> None:
    """What is folded counts as it is shown."""
    assert len(lay_out(PASTE, WIDE)) == estimate(PASTE, WIDE)
    assert len(lay_out(PASTE, WIDE, expanded=True)) == estimate(PASTE, WIDE, expanded=True)
