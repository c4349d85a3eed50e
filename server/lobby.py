"""Those who watch the list of rooms: told soon after a change, once for many changes."""

import asyncio
from collections.abc import Callable

from server.framing import pack
from server.session import Session
from warroom.protocol.codec import encode
from warroom.protocol.envelopes import Rooms, RoomSummary

DELAY = 0.2
"""Seconds in which changes are gathered."""


class Lobby:
    """Tells its watchers what `summaries` gives."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, summaries: Callable[[], tuple[RoomSummary, ...]]
    ) -> None:
        self._loop = loop
        self._summaries = summaries
        self._watchers: set[Session] = set()
        self._telling: asyncio.TimerHandle | None = None

    def show(self, session: Session, watch: bool) -> None:
        """Tell one session now, and from now on if it wants to watch."""
        if watch:
            self._watchers.add(session)
        else:
            self._watchers.discard(session)
        session.say(Rooms(rooms=self._summaries()))

    def leave(self, session: Session) -> None:
        self._watchers.discard(session)

    def changed(self) -> None:
        """Something in the list may be different."""
        if self._telling is None and self._watchers:
            self._telling = self._loop.call_later(DELAY, self._tell)

    def _tell(self) -> None:
        self._telling = None
        frame = pack(encode(Rooms(rooms=self._summaries())))
        for session in self._watchers:
            session.link.write(frame)
