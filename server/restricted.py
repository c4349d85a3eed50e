"""Restricted rooms: every reading is recorded first, and who may be there no longer is cut off.

That a room is hidden is no affair of this module: `Session.sees` and the writer say so at every
door. Here is what must happen when someone comes in, and when someone has to go.
"""

from collections.abc import Iterator
from functools import reduce

from server.batch import Committed
from server.records import UNREAD, Records
from server.room import Room
from server.session import Session, sessions_among
from warroom.domain.events import MemberRemoved, RoomRestricted
from warroom.domain.fold import apply
from warroom.domain.hublog import NoteRead

_SHUTS = frozenset(event.__struct_config__.tag for event in (RoomRestricted, MemberRemoved))


async def recorded(session: Session, room: Room, records: Records) -> bool:
    """Record that someone reads a restricted room; False, and why, if it cannot be recorded.

    Once a connection: whoever opens it again and again must not fill the hub's own log.
    """
    you = session.you
    if room.log in session.recorded:
        return True
    note = NoteRead(log=room.log, person=you.person, scope=you.scope)
    if not await records.first(session, note, UNREAD):
        return False
    session.recorded.add(room.log)
    return True


def shut_out(room: Room, committed: Committed) -> Iterator[Session]:
    """Who follows the room and may not be shown what was just committed to it.

    Asked before the room takes it in: even that they were removed is no longer theirs to read. Who
    is no member has to open a room anew that was closed a moment ago, so that it is recorded.
    """
    if not any(entry.header.kind in _SHUTS for entry in committed.entries):
        return
    before = room.incident
    after = reduce(apply, (entry.recorded() for entry in committed.entries), before)
    closed = after.restricted and not before.restricted
    for session in sessions_among(room.followers):
        stays = after.open_to(session.you.person) if closed else session.sees(after)
        if not stays:
            yield session
