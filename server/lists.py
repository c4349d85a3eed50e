"""What is told of all rooms at once: the lobby, and the feed of what was published."""

import asyncio
from collections.abc import Callable, Hashable, Mapping

from server.lobby import Board, Edition, edition
from server.presence import Presences
from server.room import Room
from server.session import Session
from warroom.protocol.envelopes import FeedItem, FeedList, Rooms, RoomSummary
from warroom.protocol.summary import summary_of


class Lists:
    """The two boards. `recovering(log)` is whether a room takes back what it lacks."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        rooms: Mapping[str, Room],
        presences: Presences,
        recovering: Callable[[str], bool],
    ) -> None:
        self._rooms = rooms
        self._presences = presences
        self._recovering = recovering
        self.lobby = Board(loop, self._rooms_edition)
        self.feed = Board(loop, self._feed_edition)

    def leave(self, session: Session) -> None:
        """Tell a session nothing more."""
        self.lobby.leave(session)
        self.feed.leave(session)

    def changed(self) -> None:
        """Something in either list may be different."""
        self.lobby.changed()
        self.feed.changed()

    def summaries(self) -> tuple[RoomSummary, ...]:
        """The lobby: every room, the newest first."""
        lines = [
            summary_of(
                room,
                room.label,
                here=len(self._presences.here(log)),
                recovering=self._recovering(log),
            )
            for log, room in self._rooms.items()
        ]
        rooms = [line for line in lines if line is not None]
        return tuple(sorted(rooms, key=lambda line: line.declared_at, reverse=True))

    def published(self) -> tuple[FeedItem, ...]:
        """What was published in all rooms, the latest first."""
        items = [
            FeedItem(log=room.log, label=room.label, published=published)
            for room in self._rooms.values()
            for published in room.feed.published
        ]
        return tuple(sorted(items, key=lambda item: item.published.at, reverse=True))

    def _view(self) -> Callable[[Session], Hashable]:
        incidents = (room.incident for room in self._rooms.values())
        restricted = [incident for incident in incidents if incident.restricted]
        return lambda session: session.view(restricted)

    def _rooms_edition(self) -> Edition:
        return edition(
            self.summaries(),
            lambda session, room: session.sees(self._rooms[room.log].incident),
            self._view(),
            lambda rooms: Rooms(rooms=rooms),
        )

    def _feed_edition(self) -> Edition:
        return edition(
            self.published(),
            lambda session, item: session.hears(self._rooms[item.log].incident, item.published),
            self._view(),
            lambda items: FeedList(items=items),
        )
