"""Trailing marks: when they count, and what times, durations and risks they say."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.domain.vocabulary import Risk
from warroom.words import marks
from warroom.words.marks import Marks, take_leading_time, take_marks
from warroom.words.misread import Misread
from warroom.words.table import Mark

NOON = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)
ALL = frozenset(Mark)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        ("p99 4.2 s ~14:01", "p99 4.2 s", Marks(at="14:01")),
        ("p99 ~14:01:30", "p99", Marks(at="14:01:30")),
        ("p99 ~2020-02-12T11:45Z", "p99", Marks(at="2020-02-12T11:45Z")),
        ('p99 ~"10 min ago"', "p99", Marks(at="10 min ago")),
        ("drain +10m", "drain", Marks(due="10m")),
        ("drain +1h30m", "drain", Marks(due="1h30m")),
        ("drain +@14:30", "drain", Marks(due="14:30")),
        ("fail over !HIGH +30s", "fail over", Marks(due="30s", risk="HIGH")),
        ('a !low +2d ~"yesterday 23:10" ', "a", Marks("yesterday 23:10", "2d", "low")),
        ("~14:01", "", Marks(at="14:01")),
        ("gone ~now", "gone", Marks(at="now")),
        ("two\nlines +10m", "two\nlines", Marks(due="10m")),
    ],
)
def test_marks_that_end_a_line_are_taken_off(line: str, text: str, found: Marks) -> None:
    """The text stays as it is, without its marks."""
    assert (text, found) == take_marks(line, ALL)


@pytest.mark.parametrize(
    "line",
    [
        "at ~14:01 it broke",
        "it is ~5",
        "load+10m",
        "wow !important",
        "+10 m",
        "+999999m",
        "~",
        "a ~ \n b",
        "",
    ],
)
def test_anything_else_is_text(line: str) -> None:
    """Only the last tokens count, and only in the forms there are."""
    assert (line.rstrip(), Marks()) == take_marks(line, ALL)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("gone ~noon", "~14:01"),
        ("gone ~14:1", "~14:01"),
        ("gone ~2026-03-2", "~14:01"),
        ("drain +10min", "+10m"),
        ("drain +@soon", ""),
        ("fail over !hihg", "!high"),
        ("p99 ~200ms", ""),
        ("it is ~5", ""),
        ("see ~/notes", ""),
        ("between ~14:01", ""),
        ("wow !", ""),
        ("~noon it broke", ""),
        ("", ""),
    ],
)
def test_what_looks_like_a_mark_at_the_end_and_is_none_is_told(text: str, form: str) -> None:
    """It says how such a mark is written; a quantity is no mark."""
    told = marks.unread(text, ALL)
    assert (bool(form), True) == (bool(told), f"write {form}" in told or not form)


def test_only_marks_that_a_word_takes_are_missed() -> None:
    """Where nothing falls due, +10min is what someone said."""
    assert "" == marks.unread("up by +10min", frozenset({Mark.AT}))


def test_a_kind_of_mark_counts_once() -> None:
    """A second time is part of the text: nobody's words are dropped."""
    assert ("between ~14:01", Marks(at="14:05")) == take_marks("between ~14:01 ~14:05", ALL)


def test_marks_that_a_word_does_not_take_are_text() -> None:
    """Where nothing falls due, +10m is what someone said."""
    assert ("up by +10m", Marks()) == take_marks("up by +10m", frozenset({Mark.AT}))


def test_a_time_can_lead_a_text() -> None:
    """A time right after a status is a mark; any other token is not."""
    assert ("04:31", "cache warm") == take_leading_time("~04:31 cache warm")
    assert (None, "cache ~04:31") == take_leading_time("cache ~04:31")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("11:59", "2026-03-02T11:59"),
        ("12:00:20", "2026-03-02T12:00:20"),
        ("12:01", "2026-03-02T12:01"),
        ("12:02", "2026-03-01T12:02"),
        ("~14:01:30", "2026-03-01T14:01:30"),
        ("2020-02-12T11:45Z", "2020-02-12T11:45"),
        ("2020-02-12t11:45z", "2020-02-12T11:45"),
        ("2020-02-12 11:45", "2020-02-12T11:45"),
        ("2020-02-12T11:45+02:00", "2020-02-12T09:45"),
        ("2020-02-12", "2020-02-12T00:00"),
        ("10 min ago", "2026-03-02T11:50:20"),
        ("~NOW", "2026-03-02T12:00:20"),
        ("1 h 20 min ago", "2026-03-02T10:40:20"),
        ("90s ago", "2026-03-02T11:58:50"),
        ("yesterday 23:10", "2026-03-01T23:10"),
        ('~"Yesterday 23:10"', "2026-03-01T23:10"),
    ],
)
def test_when_something_happened(text: str, moment: str) -> None:
    """A time of day is the latest that has come, give or take the minute clocks may differ."""
    assert at(moment) == marks.occurred(text, NOON)


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("12:02", "2026-03-01T12:02Z"),
        ("~14:01:30", "2026-03-01T14:01:30Z"),
        ("23:59", "2026-03-01T23:59Z"),
        ("0:00", ""),
        ("12:01", ""),
        ("yesterday 14:01", ""),
        ("2026-03-01T14:01Z", ""),
        ("10 min ago", ""),
    ],
)
def test_a_time_of_day_that_is_yet_to_come_is_doubtful(text: str, dated: str) -> None:
    """It may be another zone's; the date is there to say it with. Dated, it is plain."""
    doubt = marks.doubt(text, NOON)
    assert (bool(dated), True) == (bool(doubt), doubt.endswith(dated))
    assert not dated or "" == marks.doubt(dated, NOON)


def test_the_evening_before_is_not_doubtful() -> None:
    """Shortly after midnight, 23:58 was yesterday: today's is further away."""
    assert "" == marks.doubt("23:58", datetime(2026, 3, 2, 0, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10m", "2026-03-02T12:10:20"),
        ("+90s", "2026-03-02T12:01:50"),
        ("+1h30m", "2026-03-02T13:30:20"),
        ("2D", "2026-03-04T12:00:20"),
        ("+@14:30", "2026-03-02T14:30"),
        ("@11:00", "2026-03-03T11:00"),
        ("+@2026-03-05T08:00Z", "2026-03-05T08:00"),
    ],
)
def test_when_something_is_due(text: str, moment: str) -> None:
    """A due time of day is the next such time."""
    assert at(moment) == marks.due(text, NOON)


def test_a_risk_is_high_medium_or_low() -> None:
    """A risk is read with or without its sign."""
    assert [Risk.HIGH, Risk.LOW] == [marks.risk("!high"), marks.risk("LOW")]


@pytest.mark.parametrize(
    "text",
    [
        "25:00",
        "yesterday",
        "yesterday 99:00",
        "soon",
        "ago",
        "3 fortnights ago",
        "99999 days ago",
        "2020-02-30T11:45Z",
        "0001-01-01T00:00+23:00",
        "2026-03-02T13:00Z",
        'a "quoted" time',
        "",
    ],
)
def test_what_is_no_time_is_misread(text: str) -> None:
    """Whoever writes no time that has come is told how to write one."""
    with pytest.raises(Misread, match=r"write .*\d"):
        marks.occurred(text, NOON)


@pytest.mark.parametrize("text", ["0m", "10", "soon", "99999d", "24:30", "2020-01-01T00:00Z", ""])
def test_what_is_no_due_time_is_misread(text: str) -> None:
    """Whoever writes no time to come is told how to write one."""
    with pytest.raises(Misread, match=r"write .*\d"):
        marks.due(text, NOON)


def test_what_is_no_risk_is_misread() -> None:
    """Whoever names no risk is told which there are."""
    with pytest.raises(Misread, match="write !high, !medium or !low"):
        marks.risk("!huge")


@given(st.text(max_size=60), st.sampled_from([marks.occurred, marks.due]))
def test_a_time_is_a_time_or_misread(text: str, read: Callable[[str, datetime], datetime]) -> None:
    """Whatever stands in a mark, it is a time in UTC or one clear sentence."""
    with suppress(Misread):
        assert timedelta(0) == read(text, NOON).utcoffset()
