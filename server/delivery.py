"""What the writer brings, once it is durable: who asked is answered, then all who follow are told.

This is where a committed entry enters what the hub holds in memory: it is folded into its room, or
into the directory if it stands in the hub's own log, and everything that depends on it looks anew.
"""

import asyncio

from server import crash, restricted
from server.alarms import Alarms
from server.attendance import Attendance
from server.batch import Accepted, Batch, Committed, Extended, Outcome
from server.directory import Directory
from server.framing import pack
from server.lists import Lists
from server.readers import Readers
from server.records import Records
from server.recovery import Recovery
from server.retention import Retention
from server.room import Room
from server.session import Session, sessions_among
from server.sessions import Sessions
from warroom.domain.commands import Rename
from warroom.domain.vocabulary import HUB, HUB_LABEL


class Delivery:
    """Brings batches to everyone whom they concern. `rooms` gains those that are new."""

    def __init__(
        self,
        rooms: dict[str, Room],
        directory: Directory,
        sessions: Sessions,
        *,
        records: Records,
        alarms: Alarms,
        attendance: Attendance,
        readers: Readers,
        recovery: Recovery,
        retention: Retention,
        lists: Lists,
    ) -> None:
        self._rooms = rooms
        self._directory = directory
        self._sessions = sessions
        self._records = records
        self._alarms = alarms
        self._attendance = attendance
        self._readers = readers
        self._recovery = recovery
        self._retention = retention
        self._lists = lists

    def deliver(self, batch: Batch) -> None:
        """Answer those who asked, then tell everyone who follows."""
        for outcome in batch.outcomes:
            self._answer(outcome)
        crash.reached("after-ack")
        for committed in batch.commits:
            self._commit(committed)
        for extended in batch.extended:
            self._answer_extension(extended)
        if batch.commits:
            self._lists.changed()

    def _answer(self, outcome: Outcome) -> None:
        waiting = outcome.waiting
        self._attendance.settled(outcome)
        if isinstance(waiting.command, Rename) and isinstance(outcome, Accepted):
            self._sessions.renamed(waiting.person, waiting.command.name)
        if waiting.person == HUB and not isinstance(outcome, Accepted):
            self._alarms.refused(waiting.id, outcome.refused.temporary)
        if isinstance(waiting.reply_to, Session):
            waiting.reply_to.answer(outcome)
            self._records.answered(waiting.reply_to, outcome)
        else:
            _settle(waiting.reply_to, outcome)

    def _answer_extension(self, extended: Extended) -> None:
        reply_to = extended.extension.reply_to
        if isinstance(reply_to, Session):
            self._recovery.extended(extended, reply_to)
        else:
            _settle(reply_to, extended)

    def _commit(self, committed: Committed) -> None:
        if committed.label == HUB_LABEL:
            recorded = [entry.recorded() for entry in committed.entries]
            self._directory.fold(recorded)
            self._sessions.part_with_the_revoked()
            self._retention.committed(recorded)
            return
        room = self._rooms.get(committed.log)
        if room is None:
            room = self._rooms[committed.log] = Room(committed.log, committed.label, pack)
        for session in restricted.shut_out(room, committed):
            self._readers.shut(session, room)
        _tell(room, committed)
        if self._recovery.committed(room):
            self._attendance.resume(sessions_among(room.followers), room.log)
        if not self._recovery.holds(room.log):
            self._alarms.set(room.incident)


def _settle(reply_to: object, result: Outcome | Extended) -> None:
    """Give the hub itself the answer that it waits for, if it does."""
    if isinstance(reply_to, asyncio.Future) and not reply_to.done():
        reply_to.set_result(result)


def _tell(room: Room, committed: Committed) -> None:
    """Fold new entries into their room, and write them to everyone who follows it live."""
    live = room.commit(committed)
    for session in sessions_among(live.to):
        if not session.link.write(live.data):
            room.hold(session)
    for session in sessions_among(room.followers):
        if room.behind(session):
            session.link.wake()
