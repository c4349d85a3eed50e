"""Whether the date is believed, before anything is erased because of it. Sans-I/O.

A clock that is a year ahead and a hub that was off for a year look the same. Time tells them apart:
a time service, or whoever sees the date, soon puts a wrong clock right. So a date that no entry
leads up to is believed once the clock has run on for an hour without a step, or when the one who
runs the hub says so.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

LEAP = timedelta(days=1)
"""How far the date may go on without an entry and not be doubted."""

PROBATION = timedelta(hours=1)
"""For how long a clock has to run on to be believed."""


class Doubt:
    """Begins with the hub, at `start` by the wall clock. `tick`, here and below, is the second of a
    clock that only ever goes forward; `since` is the one in which the doubt began, None if there
    is none."""

    def __init__(self, start: datetime, tick: float) -> None:
        self._start = start
        self.since: float | None = tick

    def saw(self, written: Iterable[datetime]) -> None:
        """Take the times of entries from before the start: one of the last day leads up to it.

        One of the last hour does not: the same wrong clock may have dated it.
        """
        if any(PROBATION <= self._start - at <= LEAP for at in written):
            self.since = None

    def stepped(self, step: timedelta, tick: float) -> None:
        """The wall clock was set. Far ahead, that is doubted; and a doubt begins anew with any."""
        if step >= LEAP or self.since is not None:
            self.since = tick

    def settled(self) -> None:
        """The one who runs the hub knows what day it is."""
        self.since = None

    def holds(self, tick: float) -> bool:
        """Whether the date is doubted still."""
        if self.since is not None and tick - self.since >= PROBATION.total_seconds():
            self.since = None
        return self.since is not None
