"""The watch on the machine's wall clock, which may be set back or forward under a running hub."""

from warroom.clock import HubClock

STEP_MS = 2_000
"""A step of the wall clock, in milliseconds, from which on it is noted."""


class ClockWatch:
    """Follows the wall clock forward, never back: the order of entries holds."""

    def __init__(self, clock: HubClock) -> None:
        self._clock = clock
        self._last_drift = 0.0

    def look(self) -> int | None:
        """The milliseconds by which the wall clock was set since the last look, if it was."""
        drift = self._clock.drift().total_seconds()
        step = round((drift - self._last_drift) * 1000)
        if abs(step) < STEP_MS:
            return None
        if drift > 0:
            self._clock.follow_wall()
        self._last_drift = min(drift, 0.0)
        return step
