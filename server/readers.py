"""Who reads which room: the way from a word to a room, opening it, and what is still lacking."""

import asyncio
from collections.abc import Mapping

from server import restricted
from server.attendance import Attendance
from server.journal import Journal
from server.lists import Lists
from server.pages import Pages
from server.presence import Presences
from server.records import Records
from server.recovery import Recovery
from server.room import Room
from server.session import Session
from warroom.domain.decide import NO_ROOM, Code
from warroom.domain.vocabulary import Denied
from warroom.protocol.envelopes import Diverged, Failed, Open, Opened

MOST_OPEN = 50
"""Rooms that one connection may have open."""


class Readers:
    """The rooms of a hub as its sessions may see them."""

    def __init__(
        self,
        journal: Journal,
        rooms: Mapping[str, Room],
        recovery: Recovery,
        records: Records,
        presences: Presences,
        attendance: Attendance,
        lists: Lists,
    ) -> None:
        self._journal = journal
        self._pages = Pages(journal)
        self._rooms = rooms
        self._recovery = recovery
        self._records = records
        self._presences = presences
        self._attendance = attendance
        self._lists = lists

    def room(self, session: Session, log: str) -> Room | None:
        """A room, for those who may know of it: the one way from a client's word to a room."""
        room = self._rooms.get(log)
        return room if room is not None and session.sees(room.incident) else None

    def deny(self, session: Session, log: str) -> None:
        """Someone asked for a room that is not for them, or is none: that is recorded alike."""
        self._say_none(session, log)
        self._records.denied(session, Denied.ROOM, log)

    async def open(self, session: Session, message: Open) -> None:
        """Show a room, from where the client stands; or say why not."""
        room = self.room(session, message.log)
        if room is None:
            self.deny(session, message.log)
            return
        if message.log not in session.logs and len(session.logs) >= MOST_OPEN:
            text = f"at most {MOST_OPEN} rooms can be open at once; close one first"
            session.say(Failed(code=Code.INVALID, text=text, log=message.log))
            return
        if self._recovery.holds(room.log) and message.after > room.seq:
            self._recovery.claimed(session, room)
            return
        holds = await self._holds(room, message.after, message.head)
        if not await self._recorded(session, room, message):
            return
        # Whoever could see it a moment ago may have been removed meanwhile.
        if self.room(session, room.log) is None:
            self._say_none(session, room.log)
        elif not holds:
            session.say(Diverged(log=room.log, seq=room.seq, head=room.incident.head))
        else:
            self._show(session, room, message.after)

    def close(self, session: Session, log: str) -> None:
        """Show a room no longer."""
        if log in session.logs:
            session.logs.discard(log)
            self._rooms[log].unfollow(session)
            self._presences.went(log, session)

    def shut(self, session: Session, room: Room) -> None:
        """Close a room for someone who may see it no longer: there is none, they are told."""
        self.close(session, room.log)
        session.recorded.discard(room.log)
        self._say_none(session, room.log)

    async def backlog(self, session: Session) -> bytes | None:
        """The next bytes for a session that is behind; None once it has caught up everywhere."""
        for log in tuple(session.logs):
            room = self._rooms[log]
            while (page := room.next_page(session)) is not None:
                if isinstance(page, bytes):
                    return page
                await self._pages.fetch(room, page)
        return None

    def _show(self, session: Session, room: Room, after: int) -> None:
        session.say(
            Opened(
                log=room.log,
                label=room.label,
                after=after,
                seq=room.seq,
                head=room.incident.head,
                recovering=self._recovery.holds(room.log),
            )
        )
        session.logs.add(room.log)
        room.follow(session, after)
        session.link.wake()
        self._presences.came(room.log, session)
        self._attendance.came(session, room.log)
        self._lists.lobby.changed()

    async def _recorded(self, session: Session, room: Room, message: Open) -> bool:
        """Whether what has to be recorded of this reading is; if not, they have been told."""
        if room.incident.restricted and not await restricted.recorded(session, room, self._records):
            return False
        return not message.export or await self._records.exported(session, room.log)

    async def _holds(self, room: Room, after: int, head: str | None) -> bool:
        """Whether the log holds the entry that a client says it ends with."""
        if after == 0:
            return head is None
        if after >= room.seq:
            return after == room.seq and head == room.incident.head
        page = await asyncio.to_thread(self._journal.page, room.log, after - 1, 1)
        return bool(page.entries) and page.entries[0].hash == head

    def _say_none(self, session: Session, log: str) -> None:
        """Say that there is no such room, or that it is not for them: the two sound the same."""
        session.say(Failed(code=Code.NOT_FOUND, text=NO_ROOM, log=log))
