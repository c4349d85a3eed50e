"""A date is believed if entries lead up to it, or once the clock has run on for an hour."""

from datetime import timedelta

import pytest

from server.doubt import Doubt
from tests.unit.conftest import NINE

HOUR = 3600.0
STARTED = 500.0


@pytest.fixture
def doubt() -> Doubt:
    """Of a hub that has just started, and has seen no entry yet."""
    return Doubt(NINE, STARTED)


def test_a_date_that_nothing_leads_up_to_is_doubted_for_an_hour(doubt: Doubt) -> None:
    """Then the clock has run on for long enough, and the doubt does not come back."""
    assert doubt.holds(STARTED)
    assert doubt.holds(STARTED + HOUR - 1)
    assert not doubt.holds(STARTED + HOUR)
    assert not doubt.holds(STARTED + 1)


@pytest.mark.parametrize(
    ("ago", "doubted"),
    [
        (timedelta(days=365), True),
        (timedelta(days=1, seconds=1), True),
        (timedelta(days=1), False),
        (timedelta(hours=1), False),
        (timedelta(minutes=59), True),
        (timedelta(0), True),
        (timedelta(days=-365), True),
    ],
)
def test_an_entry_of_the_last_day_leads_up_to_the_start(
    doubt: Doubt, ago: timedelta, doubted: bool
) -> None:
    """One of the last hour may have been dated by the same wrong clock, and then by a restart it
    would vouch for itself; one from the future was."""
    doubt.saw([NINE - timedelta(days=400), NINE - ago])
    assert doubted == doubt.holds(STARTED)


def test_later_entries_take_back_no_belief(doubt: Doubt) -> None:
    """Logs are read one after the other."""
    doubt.saw([NINE - timedelta(hours=2)])
    doubt.saw([])
    doubt.saw([NINE - timedelta(days=9)])
    assert not doubt.holds(STARTED)


@pytest.mark.parametrize(
    ("step", "doubted"),
    [
        (timedelta(days=365), True),
        (timedelta(days=1), True),
        (timedelta(hours=23), False),
        (timedelta(days=-365), False),
    ],
)
def test_a_running_clock_that_is_set_far_ahead_is_doubted(
    doubt: Doubt, step: timedelta, doubted: bool
) -> None:
    """For an hour from then on. What is set back erases nothing too early."""
    doubt.settled()
    doubt.stepped(step, STARTED + HOUR)
    assert doubted == doubt.holds(STARTED + 2 * HOUR - 1)
    assert not doubt.holds(STARTED + 2 * HOUR)


@pytest.mark.parametrize("seconds", [3, -3])
def test_a_doubted_clock_that_is_set_is_doubted_anew(doubt: Doubt, seconds: int) -> None:
    """It is just being put right, or not yet."""
    doubt.stepped(timedelta(seconds=seconds), STARTED + HOUR - 1)
    assert doubt.holds(STARTED + 2 * HOUR - 2)
    assert not doubt.holds(STARTED + 2 * HOUR - 1)


def test_who_runs_the_hub_settles_it(doubt: Doubt) -> None:
    """And then a small step is none of anyone's concern."""
    doubt.settled()
    doubt.stepped(timedelta(seconds=3), STARTED)
    assert not doubt.holds(STARTED)
