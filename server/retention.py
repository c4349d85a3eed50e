"""Words that have been kept for as long as the hub keeps them: it looks, and has them expire.

Nothing is stored: after a restart the same rooms are found. A few are done at a time, because each
is answered only when its words are gone from the journal's files. Nothing is done while the date is
doubted: what was erased too early comes back with no right time.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from server.alarms import command_id
from server.batch import Accepted, Outcome
from server.clerk import Clerk
from server.doubt import Doubt
from server.room import Room
from warroom.clock import monotonic
from warroom.domain.commands import ExpireWords
from warroom.domain.events import Recorded, RetentionSet
from warroom.domain.hublog import HubState
from warroom.domain.incident import Incident
from warroom.domain.retention import expirable

AT_ONCE = 10
"""Rooms whose words are being erased at the same time."""

_logger = logging.getLogger(__name__)


class Retention:
    """Has the clerk let words expire, as the hub's own log says (`state`). `now` is back where it
    was once a clock was put right; `waits(log)` is whether a room takes nothing new yet. The words
    of so many rooms are `put_off`: they would expire if the date were not doubted."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        rooms: Mapping[str, Room],
        clerk: Clerk,
        state: Callable[[], HubState],
        now: Callable[[], datetime],
        doubt: Doubt,
        waits: Callable[[str], bool],
    ) -> None:
        self._loop = loop
        self._rooms = rooms
        self._clerk = clerk
        self._state = state
        self._now = now
        self._doubt = doubt
        self._said: float | None = None
        self._waits = waits
        self._asked: set[str] = set()
        self.put_off = 0

    @property
    def pending(self) -> bool:
        """Whether words are being erased, or will be if the date is right. That some will be, one
        day, does not count."""
        return bool(self._asked) or self.put_off > 0

    @property
    def _doubts(self) -> bool:
        return self._doubt.holds(monotonic())

    def committed(self, recorded: Iterable[Recorded]) -> None:
        """The hub's own log has grown. Who says for how many days words are kept knows what day it
        is."""
        for one in recorded:
            match one.event:
                case RetentionSet(days=int()):
                    self._doubt.settled()
                case _:
                    pass
        self.look()

    def due(self, days: int | None) -> int:
        """The number of rooms that would lose words at once, if they were kept for so long."""
        return 0 if days is None else sum(1 for _ in self._due(days))

    def look(self) -> None:
        """Let expire what is old enough by now."""
        days = self._state().retention
        self.put_off = self.due(days) if self._doubts else 0
        if days is None:
            return
        if self._doubts:
            self._say_why(days)
            return
        for log, id_ in self._due(days):
            if len(self._asked) == AT_ONCE:
                return
            self._asked.add(log)
            reply: asyncio.Future[Outcome] = self._loop.create_future()
            reply.add_done_callback(functools.partial(self._settled, log))
            self._clerk.ask(log, ExpireWords(days=days), id_, reply)

    def _say_why(self, days: int) -> None:
        """Say, once for each doubt, what is not erased yet, and why."""
        if not self.put_off or self._said == self._doubt.since:
            return
        self._said = self._doubt.since
        _logger.warning(
            "this machine says that it is %s, and no entry leads up to that: words are kept that "
            "would expire (rooms: %d), until its clock has run on for an hour. If the date is "
            "wrong, set the clock; if it is right, warroom hub retain %d --yes erases them now",
            f"{self._now():%Y-%m-%d %H:%M} UTC",
            self.put_off,
            days,
        )

    def _due(self, days: int) -> Iterator[tuple[str, str]]:
        """The rooms with words that are old enough, and the id of the command for each."""
        now = self._now()
        for log, room in self._rooms.items():
            spoken = expirable(room.incident, days, now)
            if spoken is not None and self._takes(room.incident):
                unheld = room.incident.unheld
                yield log, command_id(log, "words.expire", spoken.id, unheld, str(days))

    def _takes(self, incident: Incident) -> bool:
        """Whether this hub may write to a room now, and is not doing so."""
        log = incident.log
        return log not in self._asked and not incident.unknown and not self._waits(log)

    def _settled(self, log: str, reply: "asyncio.Future[Outcome]") -> None:
        self._asked.discard(log)
        if not reply.cancelled() and isinstance(reply.result(), Accepted):
            self.look()
