"""The watch on the machine's wall clock, which may be set back or forward under a running hub."""

import logging
from datetime import timedelta

from warroom.clock import HubClock

STEP_MS = 2_000
"""A step of the wall clock, in milliseconds, from which on it is noted."""

FAR_MS = 3_600_000
"""A step forward, or a lead of the hub's time, in milliseconds, of which nobody is to miss it."""

_logger = logging.getLogger(__name__)


class ClockWatch:
    """Follows the wall clock forward, never back: the order of entries holds."""

    def __init__(self, clock: HubClock) -> None:
        self._clock = clock
        self._last_drift = 0.0
        ahead = -clock.drift() / timedelta(milliseconds=1)
        if ahead > FAR_MS:
            _logger.error(
                "the hub's time is %s ahead of this machine's clock: its last entry is dated so, "
                "and time here never goes back; docs/operations.md says what to do",
                _span(ahead),
            )

    def look(self) -> int | None:
        """The milliseconds by which the wall clock was set since the last look, if it was."""
        drift = self._clock.drift().total_seconds()
        step = round((drift - self._last_drift) * 1000)
        if abs(step) < STEP_MS:
            return None
        if drift > 0:
            self._clock.follow_wall()
        self._last_drift = min(drift, 0.0)
        if step > FAR_MS:
            _logger.error(
                "this machine's clock was set forward by %s, and the hub's time with it: what fell "
                "due by then falls due, sessions and invites may have ended, and time here never "
                "goes back; docs/operations.md says what to do",
                _span(step),
            )
        return step


def _span(milliseconds: float) -> timedelta:
    return timedelta(seconds=round(milliseconds / 1000))
