"""Timers: what falls due in every room, fired once, by the hub's clock.

Nothing is stored: after a restart the same incidents give the same timers. A timer's command id is
derived from the log and the entry that armed it, so firing it again changes nothing.
"""

import asyncio
from collections.abc import Callable, Iterator
from uuid import UUID, uuid5

from warroom.clock import HubClock
from warroom.domain.commands import TimerCommand
from warroom.domain.incident import Incident
from warroom.domain.timers import Due, due

RETRY = 1.0
"""Seconds before a timer that the journal could not take is fired again."""

LONGEST_SLEEP = 3600.0


def command_id(log: str, *what: str) -> str:
    """The id of a command that the hub gives itself: UUIDv5 (RFC 9562) in the log's name space."""
    return str(uuid5(UUID(hex=log), ":".join(what)))


class Alarms:
    """The timers of all rooms. `fire(log, command, id)` gives a command that has fallen due."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: HubClock,
        fire: Callable[[str, TimerCommand, str], None],
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._fire = fire
        self._due: dict[str, list[Due]] = {}
        self._fired: set[str] = set()
        self._handle: asyncio.TimerHandle | None = None

    @property
    def pending(self) -> bool:
        """Whether anything is still to fall due."""
        return any(self._waiting())

    def set(self, incident: Incident) -> None:
        """Take the timers of a room as they now stand."""
        self._due[incident.log] = due(incident)
        self._arm()

    def refused(self, id_: str, temporary: bool) -> None:
        """A timer made no entry: it no longer applies, or is to be fired again."""
        if temporary and id_ in self._fired:
            self._fired.discard(id_)
            self._loop.call_later(RETRY, self._arm)

    def rearm(self) -> None:
        """Sleep anew: the hub's time has moved, and with it how far away each timer is."""
        self._arm()

    def stop(self) -> None:
        """Fire nothing any more."""
        self._due.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _arm(self) -> None:
        """Sleep until the next timer that has not been fired."""
        if self._handle is not None:
            self._handle.cancel()
        waiting = [timer.at for _, timer, _ in self._waiting()]
        if waiting:
            delay = (min(waiting) - self._clock.now()).total_seconds()
            self._handle = self._loop.call_later(min(max(delay, 0.0), LONGEST_SLEEP), self._ring)

    def _ring(self) -> None:
        now = self._clock.now()
        for log, timer, id_ in list(self._waiting()):
            if timer.at <= now:
                self._fired.add(id_)
                self._fire(log, timer.command, id_)
        self._arm()

    def _waiting(self) -> Iterator[tuple[str, Due, str]]:
        """The timers that have not been fired, each with its log and its command's id."""
        for log, timers in self._due.items():
            for timer in timers:
                id_ = command_id(log, timer.command.word, timer.armed_by)
                if id_ not in self._fired:
                    yield log, timer, id_
