"""Who was in a room: one entry a person, after a while there, or before they speak or are named."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from server.alarms import command_id
from server.batch import Outcome
from server.clerk import Clerk
from server.directory import Known
from server.room import Room
from server.session import Session, sessions_among
from warroom.clock import new_command_id
from warroom.domain.commands import Join, NoteName
from warroom.domain.hublog import HubState

GRACE = 10.0
"""Seconds in a room before attendance is recorded."""


def remembered(rooms: Iterable[Room], state: HubState, handle: str) -> Known | None:
    """Someone who was in a room under this handle, and whom the hub does not know.

    After an adoption, or a restore from a backup, rooms remember people that the hub's own log
    does not. Under the same id they go on in their roles.
    """
    for room in rooms:
        for person, known in room.names.handles.items():
            here = room.incident.people.get(person)
            strange = here is not None and not here.voice and person not in state.people
            if strange and known.casefold() == handle.casefold():
                return Known(person, room.names.name(person), known)
    return None


class Attendance:
    """Has the clerk record attendance. `waits(log)` is whether a room takes nothing new yet."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        rooms: Mapping[str, Room],
        clerk: Clerk,
        waits: Callable[[str], bool],
    ) -> None:
        self._loop = loop
        self._rooms = rooms
        self._clerk = clerk
        self._waits = waits
        self._joining: set[tuple[str, str]] = set()

    def came(self, session: Session, log: str) -> None:
        """Someone opened a room: if they are still there after a while, they attend."""
        if not session.observer:
            self._loop.call_later(GRACE, self._stayed, session, log)

    def attend(self, session: Session, log: str) -> None:
        """Record that someone is in a room, once, and that they go by another name since."""
        person = session.you.person
        room = self._rooms.get(log)
        if room is not None and not session.sees(room.incident):
            return
        if session.observer or (log, person) in self._joining or self._waits(log):
            return
        if room is None or not room.incident.attends(person):
            self._joining.add((log, person))
            join = Join(person=person, name=session.you.name, handle=session.you.handle)
            # Once the name has expired, coming back is an arrival of its own.
            since = [str(room.incident.expired)] if room and room.incident.expired else []
            self._clerk.ask(log, join, command_id(log, "join", person, *since))
        elif room.names.names.get(person) not in {None, session.you.name}:
            self._joining.add((log, person))
            note = NoteName(person=person, name=session.you.name)
            self._clerk.ask(log, note, new_command_id())

    def named(self, people: Iterable[str], room: Room) -> None:
        """People are spoken of: those who are in the room attend, before the entry says so."""
        strangers = {person for person in people if not room.incident.attends(person)}
        if not strangers:
            return
        for session in sessions_among(room.followers):
            if session.you.person in strangers:
                self.attend(session, room.log)

    def resume(self, sessions: Iterable[Session], log: str) -> None:
        """A room takes entries again: whoever is there attends."""
        for session in sessions:
            self._stayed(session, log)

    def settled(self, outcome: Outcome) -> None:
        """A command came back from the writer."""
        waiting = outcome.waiting
        if isinstance(waiting.command, Join | NoteName):
            self._joining.discard((waiting.log, waiting.command.person))

    def _stayed(self, session: Session, log: str) -> None:
        if log in session.logs:
            self.attend(session, log)
