"""The machine's clock may be set back or forward: order holds, and the step is noted."""

from datetime import UTC, datetime, timedelta

import pytest

from server.clockwatch import ClockWatch
from warroom import clock
from warroom.clock import HubClock

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


class Machine:
    """A wall clock that can be set, and a monotonic one that cannot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = NOON
        self.passed = 100.0
        monkeypatch.setattr(clock, "now", lambda: self.wall)
        monkeypatch.setattr("warroom.clock.time.monotonic", lambda: self.passed)

    def waits(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_a_clock_that_runs_far_ahead_is_said_loudly(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is set, and at each start from then on: nothing takes it back."""
    watch = ClockWatch(HubClock())
    machine.wall += timedelta(minutes=59)
    watch.look()
    assert "" == caplog.text
    machine.wall += timedelta(days=365)
    watch.look()
    assert "set forward by 365 days, 0:00:00" in caplog.text
    ClockWatch(HubClock(NOON + timedelta(days=800)))
    assert "the hub's time is 434 days, 23:01:00 ahead" in caplog.text


def test_a_clock_that_runs_is_not_noted(machine: Machine) -> None:
    """Nor a correction of a second or two."""
    watch = ClockWatch(HubClock())
    machine.waits(60)
    machine.wall += timedelta(seconds=1.9)

    assert watch.look() is None


def test_a_step_forward_is_noted_once_and_followed(machine: Machine) -> None:
    """The hub's time goes with it."""
    hub = HubClock()
    watch = ClockWatch(hub)
    machine.wall += timedelta(hours=1)

    assert [3_600_000, None] == [watch.look(), watch.look()]
    assert NOON + timedelta(hours=1) == hub.now()


def test_a_step_back_is_noted_once_and_not_followed(machine: Machine) -> None:
    """No entry is earlier than the one before; the way back is a step too."""
    hub = HubClock()
    watch = ClockWatch(hub)
    machine.wall -= timedelta(hours=1)

    assert [-3_600_000, None] == [watch.look(), watch.look()]
    assert hub.now() == NOON
    machine.waits(60)
    assert watch.look() is None
    assert NOON + timedelta(minutes=1) == hub.now()
    machine.wall += timedelta(hours=1)
    assert [3_600_000, None] == [watch.look(), watch.look()]
    assert NOON + timedelta(minutes=1) == hub.now()


def test_time_goes_on_from_an_entry_that_is_ahead(machine: Machine) -> None:
    """One that was made elsewhere, by a hub whose clock was ahead."""
    hub = HubClock()
    hub.not_before(NOON + timedelta(minutes=5))
    machine.waits(1)

    assert NOON + timedelta(minutes=5, seconds=1) == hub.now()
    hub.not_before(NOON)
    assert NOON + timedelta(minutes=5, seconds=1) == hub.now()
