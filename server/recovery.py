"""Rooms that take back what they lack: which are recovering, what is offered, when it ends.

A room recovers after its log was adopted from another hub, and after this hub came back from a
backup. Nothing is stored about it: the logs themselves say so. Until it is released nothing new is
written there, and so a hub that has forgotten something cannot contradict what it had said.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Mapping

from server.alarms import command_id
from server.batch import Accepted, Extended, Extension, Outcome
from server.clerk import Clerk
from server.room import Room
from server.session import Session
from warroom.clock import monotonic
from warroom.domain.commands import AdoptLog, RecoveryCommand, ResumeLog
from warroom.domain.decide import Code
from warroom.domain.events import Citation
from warroom.domain.hublog import HubState
from warroom.domain.incident import Incident
from warroom.log.entry import Malformed
from warroom.log.part import Part, Signed
from warroom.protocol.envelopes import Failed, Offer, Recovering, Released

MOST_HELD = 512 * 1024
"""Bytes of one client's offers that may wait for the head that vouches for them."""

_logger = logging.getLogger(__name__)


def ending(room: Incident, hub: HubState) -> RecoveryCommand | None:
    """The command that ends the recovery of a room; None if it is not recovering."""
    if room.key != hub.key:
        return AdoptLog(key=hub.key) if room.seq else None
    restored_at = hub.restored.get(room.log)
    if restored_at is None or room.restore == hub.restore or room.adopted > restored_at:
        return None
    return ResumeLog(restore=hub.restore)


class Recovery:
    """The rooms that are recovering. `extend` gives work to the writer, if it has room for it."""

    def __init__(
        self,
        rooms: Mapping[str, Room],
        state: Callable[[], HubState],
        clerk: Clerk,
        extend: Callable[[Extension], bool],
        release_after: float,
    ) -> None:
        self._rooms = rooms
        self._state = state
        self._clerk = clerk
        self._extend = extend
        self._release_after = release_after
        self._since: dict[str, float] = {}
        self._claimed: dict[str, set[str]] = {}
        self._ending: set[str] = set()
        self._parts: dict[tuple[Session, str], Part] = {}

    def start(self) -> None:
        """Find the rooms that are recovering."""
        for room in self._rooms.values():
            self.committed(room)

    def holds(self, log: str) -> bool:
        """Whether a room is recovering."""
        return log in self._since

    @property
    def pending(self) -> bool:
        """Whether any room is."""
        return bool(self._since)

    def committed(self, room: Room) -> bool:
        """A room has new entries; whether they ended its recovery."""
        if ending(room.incident, self._state()) is not None:
            if not self.holds(room.log):
                self._begin(room)
            return False
        if not self.holds(room.log):
            return False
        del self._since[room.log]
        self._claimed.pop(room.log, None)
        for key in [key for key in self._parts if key[1] == room.log]:
            del self._parts[key]
        _logger.info("%s is recovered: it goes on after #%d", room.called, room.seq)
        return True

    def _begin(self, room: Room) -> None:
        self._since[room.log] = monotonic()
        _logger.warning(
            "%s is being recovered: it takes nothing new until it is released, by `warroom hub "
            "release` or after %.0f seconds in which nobody brings more",
            room.called,
            self._release_after,
        )

    def leave(self, session: Session) -> None:
        """Forget what someone offered who is gone."""
        for key in [key for key in self._parts if key[0] is session]:
            del self._parts[key]

    # --- what clients hold and the hub lacks ---------------------------------------------------

    def claimed(self, session: Session, room: Room) -> None:
        """Someone has more of a room than the hub: say where it stands, and wait for an offer."""
        held = self._parts.pop((session, room.log), None)
        if held is not None and held.size:
            text = f"nothing vouches for what this client holds after #{room.seq}"
            session.say(Failed(code=Code.INVALID, text=text, log=room.log))
            return
        claimed = self._claimed.setdefault(room.log, set())
        if session.you.person not in claimed:
            # Once for each person: who claims again and again, and brings nothing, holds up nobody.
            claimed.add(session.you.person)
            self._since[room.log] = monotonic()
        self._say_where(session, room)

    async def offer(self, session: Session, message: Offer) -> None:
        """Take what a client offers as far as it is vouched for."""
        room = self._rooms.get(message.log)
        if room is None or not self.holds(message.log):
            self._fail(session, message.log, Code.ILLEGAL_STATE, "this room is not recovering")
            return
        part = self._part(session, room, message.after)
        if part is None:
            self._say_where(session, room)
            return
        try:
            signed = await asyncio.to_thread(_take, part, message)
        except Malformed as fault:
            self._fail(session, room.log, Code.INVALID, str(fault))
            return
        if signed is not None:
            extension = Extension(log=room.log, label=room.label, part=signed, reply_to=session)
            if not self._extend(extension):
                self._fail(session, room.log, Code.TEMPORARY, "the hub is overloaded; offer again")
        elif part.size > MOST_HELD:
            text = "too much of this stands under no signed head, or has words missing"
            self._fail(session, room.log, Code.INVALID, text)
        else:
            head = part.head
            session.say(Recovering(log=room.log, seq=head.seq, head=head.hash))

    def _part(self, session: Session, room: Room, after: int) -> Part | None:
        """What an offer that begins after an entry adds to; None if it fits nowhere (any more)."""
        held = self._parts.get((session, room.log))
        if held is not None and held.head.seq == after:
            return held
        if after != room.seq:
            return None
        incident = room.incident
        part = Part(room.log, Citation(incident.seq, incident.head), incident.key)
        self._parts[session, room.log] = part
        return part

    def extended(self, outcome: Extended, session: Session) -> None:
        """The writer has answered an extension that a client offered."""
        room, refused = self._rooms[outcome.extension.log], outcome.refused
        if refused is not None:
            self._parts.pop((session, room.log), None)
        if refused is not None and refused.code is not Code.CONFLICT:
            self._fail(session, room.log, refused.code, refused.text)
            return
        if refused is None and self.holds(room.log):
            self._since[room.log] = monotonic()
            self._claimed.pop(room.log, None)
        part = self._parts.get((session, room.log))
        head = Citation(room.seq, room.incident.head) if part is None else part.head
        session.say(Recovering(log=room.log, seq=head.seq, head=head.hash))

    def _say_where(self, session: Session, room: Room) -> None:
        session.say(Recovering(log=room.log, seq=room.seq, head=room.incident.head))

    def _fail(self, session: Session, log: str, code: Code, text: str) -> None:
        self._parts.pop((session, log), None)
        temporary = code is Code.TEMPORARY
        session.say(Failed(code=code, text=text, temporary=temporary, log=log))

    # --- the end -------------------------------------------------------------------------------

    async def release(self, session: Session, log: str) -> None:
        """End the recovery of a room at its operator's word."""
        if not session.operator:
            text = "only the user that the hub runs as can release a room, on its own machine"
            session.say(Failed(code=Code.NOT_ALLOWED, text=text, log=log))
            return
        if not self.holds(log):
            text = "this room is not being recovered; there is nothing to release"
            session.say(Failed(code=Code.ILLEGAL_STATE, text=text, log=log))
            return
        outcome = await self._end(log)
        if isinstance(outcome, Accepted):
            session.say(Released(log=log, seq=outcome.seq))
        else:
            code, text = outcome.refused.code, outcome.refused.text
            session.say(Failed(code=code, text=text, log=log, temporary=outcome.refused.temporary))

    def look(self) -> None:
        """Release the rooms of which nobody brought or claimed more for long enough."""
        overdue = monotonic() - self._release_after
        for log, since in self._since.items():
            if since <= overdue and log not in self._ending:
                self._ending.add(log)
                self._end(log).add_done_callback(functools.partial(self._ended, log))

    def _ended(self, log: str, _: object) -> None:
        self._ending.discard(log)

    def _end(self, log: str) -> "asyncio.Future[Outcome]":
        """Have the entry written with which a recovering room goes on."""
        room, reply = self._rooms[log], asyncio.get_running_loop().create_future()
        command = ending(room.incident, self._state())
        assert command is not None, f"{room.log} is not recovering"
        self._clerk.ask(log, command, command_id(log, "release", room.incident.head), reply)
        return reply


def _take(part: Part, message: Offer) -> Signed | None:
    """Read the lines of an offer; what of them can be written now. Raises `Malformed`."""
    for line in message.entries:
        part.add(bytes(line))
    for line in message.heads:
        part.sign(bytes(line))
    return part.take()
