"""Lists that clients watch, rooms and what was published: told soon after a change, once for many.

Everyone is told of what they may see, and of nothing else.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import TypeAlias, TypeVar

from server.framing import pack
from server.session import Session
from warroom.protocol.codec import encode
from warroom.protocol.envelopes import FromHub

DELAY = 0.2
"""Seconds in which changes are gathered."""

T = TypeVar("T")

Edition: TypeAlias = Callable[[Session], bytes]
"""The state of a list at one moment, as the frame of each session."""


def edition(
    items: tuple[T, ...],
    may_see: Callable[[Session, T], bool],
    view: Callable[[Session], Hashable],
    message: Callable[[tuple[T, ...]], FromHub],
) -> Edition:
    """A list, of which each session is told what it may see.

    `view` is the same for sessions that may see the same: it is asked of each of them, and the
    rest is done once for all of one view.
    """
    made: dict[Hashable, bytes] = {}

    def frame(session: Session) -> bytes:
        key = view(session)
        if key not in made:
            seen = tuple(item for item in items if may_see(session, item))
            made[key] = pack(encode(message(seen)))
        return made[key]

    return frame


class Board:
    """Tells its watchers what the newest edition has for each of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, newest: Callable[[], Edition]) -> None:
        self._loop = loop
        self._newest = newest
        self._watchers: dict[Session, bytes] = {}
        self._telling: asyncio.TimerHandle | None = None

    def show(self, session: Session, watch: bool) -> None:
        """Tell one session now, and from now on if it wants to watch."""
        frame = self._newest()(session)
        self._watchers.pop(session, None)
        if watch:
            self._watchers[session] = frame
        session.link.write(frame)

    def leave(self, session: Session) -> None:
        self._watchers.pop(session, None)

    def changed(self) -> None:
        """Something in the list may be different."""
        if self._telling is None and self._watchers:
            self._telling = self._loop.call_later(DELAY, self._tell)

    def _tell(self) -> None:
        """Tell those for whom something is different.

        Nobody else: a list that comes again unchanged would say that there is something one does
        not see, and when it changes.
        """
        self._telling = None
        frame_of = self._newest()
        for session, told in tuple(self._watchers.items()):
            frame = frame_of(session)
            if frame != told:
                self._watchers[session] = frame
                session.link.write(frame)
