"""Who is connected to which room now: in memory only, never in a log."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from warroom.clock import monotonic
from warroom.protocol.envelopes import Here, Presence, You

LEFT_GRACE = 15.0
"""Seconds that someone whose line dropped is still shown: most come back."""


DELAY = 0.2
"""Seconds in which changes are gathered: a room that comes back at once is told once."""


class Visitor(Protocol):
    """A session, as far as presence goes."""

    @property
    def you(self) -> You: ...

    @property
    def idle(self) -> int: ...

    @property
    def observer(self) -> bool: ...


class Presences:
    """The people in each room. `tell(log)` is called soon after a room's list may have changed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Callable[[str], None]) -> None:
        self._loop = loop
        self._tell = tell
        self._telling: set[str] = set()
        self._visitors: dict[str, set[Visitor]] = defaultdict(set)
        self._left: dict[str, dict[str, tuple[float, Here]]] = defaultdict(dict)

    def came(self, log: str, visitor: Visitor) -> None:
        self._visitors[log].add(visitor)
        self._left[log].pop(visitor.you.person, None)
        self._changed(log)

    def went(self, log: str, visitor: Visitor) -> None:
        """Someone's connection ended; they are gone after a grace time, unless they come back."""
        self._visitors[log].discard(visitor)
        self._left[log][visitor.you.person] = (monotonic(), _line(visitor))
        self._loop.call_later(LEFT_GRACE, self._changed, log)

    def _changed(self, log: str) -> None:
        if log not in self._telling:
            self._telling.add(log)
            self._loop.call_later(DELAY, self._tell_now, log)

    def _tell_now(self, log: str) -> None:
        self._telling.discard(log)
        self._tell(log)

    def here(self, log: str) -> dict[str, Here]:
        """The people in a room, by id: the least idle of each one's connections counts."""
        now = monotonic()
        left = self._left[log]
        for person in [who for who, (at, _) in left.items() if now - at > LEFT_GRACE]:
            del left[person]
        found: dict[str, Here] = {}
        for visitor in self._visitors[log]:
            line, other = _line(visitor), found.get(visitor.you.person)
            if other is None or line.idle < other.idle:
                found[visitor.you.person] = line
        return {person: line for person, (_, line) in left.items()} | found

    def message(self, log: str) -> Presence:
        """What to tell a room about who is in it."""
        return Presence(log=log, here=tuple(self.here(log).values()))


def _line(visitor: Visitor) -> Here:
    you = visitor.you
    return Here(you.person, visitor.idle, visitor.observer, you.name, you.handle)
