"""Timers fire once, when they are due, by the hub's own clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from server.alarms import LONGEST_SLEEP, RETRY, Alarms, command_id
from tests.unit.conftest import LOG, NINE, Playbook
from warroom.domain import commands as c
from warroom.domain.commands import TimerCommand


@dataclass(eq=False)
class Handle:
    at: float
    call: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Time:
    """The loop's clock and the hub's, which agree unless a test sets the hub's apart."""

    ahead: float = 0.0
    loop_now: float = 0.0
    handles: list[Handle] = field(default_factory=list)

    def now(self) -> datetime:
        return NINE + timedelta(seconds=self.loop_now + self.ahead)

    def call_later(self, delay: float, call: Callable[[], object]) -> Handle:
        self.handles.append(Handle(self.loop_now + delay, call))
        return self.handles[-1]

    def passes(self, seconds: float) -> None:
        """Run what is due in between, in order."""
        end = self.loop_now + seconds
        while ready := [one for one in self.handles if one.at <= end and not one.cancelled]:
            first = min(ready, key=lambda one: one.at)
            self.handles.remove(first)
            self.loop_now = first.at
            first.call()
        self.loop_now = end


@dataclass
class Clockwork:
    time: Time = field(default_factory=Time)
    fired: list[tuple[TimerCommand, str]] = field(default_factory=list)
    alarms: Alarms = field(init=False)

    def __post_init__(self) -> None:
        self.alarms = Alarms(self.time, self.time, self._fire)  # type: ignore[arg-type]

    def _fire(self, log: str, command: TimerCommand, id_: str) -> None:
        assert LOG == log
        self.fired.append((command, id_))


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


def due_in(seconds: float) -> Playbook:
    """A room with one action, due then."""
    room = Playbook()
    room.opens("ana")
    room.does("ana", c.AddAction(text="drain", due_at=NINE + timedelta(seconds=seconds)))
    return room


def test_a_timer_fires_when_it_is_due_and_once(clockwork: Clockwork) -> None:
    """Also if the room is set again before its entry has come back."""
    room = due_in(60)
    clockwork.alarms.set(room.incident)
    clockwork.time.passes(59)
    assert [] == clockwork.fired
    assert clockwork.alarms.pending
    clockwork.time.passes(1)
    clockwork.alarms.set(room.incident)
    clockwork.time.passes(600)
    assert [c.MarkActionOverdue(action=1, due_at=NINE + timedelta(seconds=60))] == [
        command for command, _ in clockwork.fired
    ]
    assert not clockwork.alarms.pending


def test_an_overdue_timer_fires_at_once(clockwork: Clockwork) -> None:
    """As after a restart."""
    room = due_in(60)
    clockwork.time.ahead = 3600
    clockwork.alarms.set(room.incident)
    clockwork.time.passes(0)
    assert 1 == len(clockwork.fired)


def test_a_far_timer_is_slept_to_in_steps(clockwork: Clockwork) -> None:
    """No sleep is longer than an hour, and none fires early."""
    clockwork.alarms.set(due_in(2.5 * LONGEST_SLEEP).incident)
    clockwork.time.passes(2.5 * LONGEST_SLEEP - 1)
    assert [] == clockwork.fired
    clockwork.time.passes(1)
    assert 1 == len(clockwork.fired)


def test_a_step_of_the_clock_brings_timers_nearer(clockwork: Clockwork) -> None:
    """A laptop that was asleep does not sleep on through what has fallen due."""
    clockwork.alarms.set(due_in(1800).incident)
    clockwork.time.ahead = 1800
    clockwork.alarms.rearm()
    clockwork.time.passes(0)
    assert 1 == len(clockwork.fired)


def test_the_id_is_the_same_on_every_hub(clockwork: Clockwork) -> None:
    """It is a UUID of version 5 made of the log, the timer and the entry that armed it."""
    room = due_in(1)
    clockwork.alarms.set(room.incident)
    clockwork.time.passes(1)
    ((_, id_),) = clockwork.fired
    assert command_id(LOG, "act.overdue", room.due()[0].armed_by) == id_
    assert "5" == id_[14]


def test_what_the_journal_could_not_take_is_fired_again(clockwork: Clockwork) -> None:
    """After a while, under the same id; a refusal for good is not."""
    clockwork.alarms.set(due_in(1).incident)
    clockwork.time.passes(1)
    ((_, id_),) = clockwork.fired
    clockwork.alarms.refused("another", temporary=True)
    clockwork.alarms.refused(id_, temporary=False)
    clockwork.time.passes(600)
    assert 1 == len(clockwork.fired)
    clockwork.alarms.refused(id_, temporary=True)
    clockwork.time.passes(RETRY)
    assert [id_, id_] == [fired for _, fired in clockwork.fired]


def test_nothing_fires_after_the_end(clockwork: Clockwork) -> None:
    """Whether a timer was armed by then or not."""
    Clockwork().alarms.stop()
    clockwork.alarms.set(due_in(60).incident)
    clockwork.alarms.stop()
    clockwork.time.passes(600)
    assert [] == clockwork.fired
