"""Restricted rooms: every reading is recorded first, and who may be there no longer is cut off.

That a room is hidden is no affair of this module: `Session.sees` and the writer say so at every
door. Here is what must happen when someone comes in, and when someone has to go.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import reduce

from server.batch import Accepted, Committed, Outcome
from server.room import Room
from server.session import Session
from warroom.domain.decide import Code
from warroom.domain.events import MemberRemoved, RoomRestricted
from warroom.domain.fold import apply
from warroom.domain.hublog import NoteRead, OwnCommand
from warroom.protocol.envelopes import Failed

_SHUTS = frozenset(event.__struct_config__.tag for event in (RoomRestricted, MemberRemoved))

UNRECORDED = (
    "this room is restricted, and the hub could not record that you read it, so it stays shut; "
    "try again, and if it stays so, tell whoever runs the hub"
)


async def recorded(
    session: Session, room: Room, own: Callable[[OwnCommand], asyncio.Future[Outcome]]
) -> bool:
    """Record that someone reads a restricted room; False, and why, if it cannot be recorded.

    Once a connection: whoever opens it again and again must not fill the hub's own log.
    """
    you = session.you
    if room.log in session.recorded:
        return True
    outcome = await own(NoteRead(log=room.log, person=you.person, scope=you.scope))
    if isinstance(outcome, Accepted):
        session.recorded.add(room.log)
        return True
    session.say(Failed(code=Code.TEMPORARY, text=UNRECORDED, temporary=True, log=room.log))
    return False


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
    for follower in tuple(room.followers):
        if not isinstance(follower, Session):
            continue
        stays = after.open_to(follower.you.person) if closed else follower.sees(after)
        if not stays:
            yield follower
