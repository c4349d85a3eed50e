"""The hub: rooms, people, timers, presence. The only owner of mutable state.

It lives in one event loop. Gateways bring it sessions and messages; the writer brings it
committed batches. It writes to a session only through its `Link`.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from server.adoption import Adopter, Found
from server.alarms import Alarms
from server.attendance import Attendance, remembered
from server.batch import Accepted, Batch, Outcome
from server.clerk import Clerk
from server.clockwatch import ClockWatch
from server.config import RELEASE_SECONDS
from server.delivery import Delivery
from server.directory import Directory, Known
from server.doubt import Doubt
from server.framing import pack
from server.intake import MOST_WAITING, Intake
from server.journal import Journal, JournalRefused, JournalTemporary, LogHead, Page
from server.limits import Rates
from server.lists import Lists
from server.loading import read_log
from server.presence import Presences
from server.readers import MOST_OPEN, Readers
from server.reception import Reception
from server.records import Records
from server.recovery import Recovery
from server.retention import Retention
from server.room import Room
from server.session import Link, Peer, Session, sessions_among
from server.sessions import Sessions
from server.visits import Visits
from server.writer import Writer, journal_floor
from warroom.clock import HubClock, monotonic, new_command_id, new_log_id
from warroom.domain.access import Access
from warroom.domain.commands import TimerCommand
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.hublog import (
    FoundHub,
    HubState,
    NoteClockStep,
    OwnCommand,
)
from warroom.domain.vocabulary import HUB, HUB_LABEL, Via
from warroom.log.signing import HubKey
from warroom.protocol.closing import CloseCode
from warroom.protocol.codec import MAX_CLIENT_FRAME, encode
from warroom.protocol.envelopes import (
    Alive,
    ClientMessage,
    Close,
    Draining,
    Hello,
    Limits,
    ListFeed,
    ListRooms,
    Offer,
    Open,
    Release,
    Submit,
)

HEARTBEAT = 10.0
RETURN_MS = 500
LIMITS = Limits(frame=MAX_CLIENT_FRAME, waiting=MOST_WAITING, logs=MOST_OPEN)


class Hub:
    """Everything that is true now, and who is told."""

    def __init__(
        self,
        journal: Journal,
        key: HubKey,
        *,
        release_after: float = RELEASE_SECONDS,
        rates: Rates = Rates(),  # noqa: B008 - frozen
    ) -> None:
        self._journal = journal
        self._release_after = release_after
        self._key = key
        self._rooms: dict[str, Room] = {}
        self._rates = rates
        self.records = Records(self.own, rates.looks)

    # --- life --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Fold every log, start the writer, found the hub's own log if there is none."""
        self._loop = asyncio.get_running_loop()
        heads = await asyncio.to_thread(self._journal.heads)
        self._clock = HubClock(journal_floor(heads))
        self._clock_watch = ClockWatch(self._clock)
        self._doubt = Doubt(self._clock.earlier(), monotonic())
        own = next((head.log for head in heads if head.label == HUB_LABEL), None)
        self._directory = Directory(own or new_log_id())
        reception = Reception(
            self._directory, self.own, self._called, self.now, self._rates.rotations
        )
        self._sessions = Sessions(
            self._directory,
            reception,
            self.own,
            self.now,
            lambda: self._retention.put_off,
            LIMITS,
        )
        self._alarms = Alarms(self._loop, self._clock, self._fire)
        self._presences = Presences(self._loop, self._tell_presence)
        for head in heads:
            await asyncio.to_thread(self._load, head)
        if own is not None:
            self._check_key()
        policy = self._directory.state.policy
        self._writer = Writer(self._journal, self._key, self._clock, self._from_writer, policy)
        self._clerk = Clerk(self._loop, self._writer)
        self._recovery = Recovery(
            self._rooms, self._state, self._clerk, self._writer.submit, self._release_after
        )
        self._retention = Retention(
            self._loop,
            self._rooms,
            self._clerk,
            self._state,
            self._clock.earlier,
            self._doubt,
            self._recovery.holds,
        )
        self._lists = Lists(self._loop, self._rooms, self._presences, self._recovery.holds)
        self._attendance = Attendance(self._loop, self._rooms, self._clerk, self._recovery.holds)
        self._readers = Readers(
            self._journal,
            self._rooms,
            self._recovery,
            self.records,
            self._presences,
            self._attendance,
            self._lists,
        )
        self._intake = Intake(
            self._writer,
            self._directory,
            self._readers,
            self._recovery,
            self._attendance,
            self._rates,
        )
        self._delivery = Delivery(
            self._rooms,
            self._directory,
            self._sessions,
            records=self.records,
            alarms=self._alarms,
            attendance=self._attendance,
            readers=self._readers,
            recovery=self._recovery,
            retention=self._retention,
            lists=self._lists,
        )
        self._writer.start()
        if own is None:
            await self._found()
        self._recovery.start()
        for log, room in self._rooms.items():
            if not self._recovery.holds(log):
                self._alarms.set(room.incident)
        self._retention.look()

    async def adopt(self, files: Sequence[Found]) -> None:
        """Take in logs of a hub that is lost. Raises `Unadoptable`, `JournalError`."""
        if files:
            adopter = Adopter(self._journal, self._state().log, self._writer.submit)
            await adopter.adopt(files)

    def _state(self) -> HubState:
        return self._directory.state

    def _check_key(self) -> None:
        """Refuse to sign a log with another key than the one that its first entry names."""
        if self._directory.state.key != self._key.public:
            raise JournalRefused(
                "the hub's key is not the one that this journal was signed with; "
                "put back the hub.key that belongs to it"
            )

    async def _found(self) -> None:
        founding = FoundHub(key=self._key.public, policy=DEFAULT_POLICY)
        outcome = await self.own(founding)
        if not isinstance(outcome, Accepted):
            raise JournalTemporary(f"the hub's own log cannot be begun: {outcome.refused.text}")

    def _load(self, head: LogHead) -> None:
        room = None if head.label == HUB_LABEL else Room(head.log, head.label, pack)
        for page in read_log(self._journal, head):
            self._doubt.saw(datetime.fromisoformat(entry.header.at) for entry in page)
            if room is None:
                self._directory.fold(entry.recorded() for entry in page)
            else:
                room.restore(page)
        if room is not None:
            self._rooms[head.log] = room

    async def run(self) -> None:
        """Heartbeats and the watch on the clock, until cancelled."""
        while True:
            for _ in range(int(HEARTBEAT)):
                await asyncio.sleep(1)
                self._watch_clock()
                self._recovery.look()
            self._beat()
            self._retention.look()

    async def stop(self) -> None:
        """Answer what waits, tell everyone, and stop writing."""
        await asyncio.to_thread(self._writer.stop)
        # The last batch is delivered by now: it was handed to this loop before the thread ended.
        self._alarms.stop()
        for session in self._sessions:
            session.say(Draining(after_ms=RETURN_MS))

    @property
    def pending(self) -> bool:
        """Whether anything is still to fall due."""
        return self._alarms.pending or self._recovery.pending or self._retention.pending

    def expiring(self, days: int | None) -> int:
        """The number of rooms that would lose words at once, if they were kept for so long."""
        return self._retention.due(days)

    @property
    def sessions(self) -> int:
        return len(self._sessions)

    @property
    def public_key(self) -> str:
        return self._key.public

    @property
    def directory(self) -> Directory:
        """The people that the hub knows, and who may come in."""
        return self._directory

    @property
    def access(self) -> Access:
        return self._directory.state.access

    @property
    def connected(self) -> tuple[Session, ...]:
        """Everyone who is here now, once for each connection."""
        return tuple(self._sessions)

    @property
    def visits(self) -> Visits:
        """What was noticed of those who came from elsewhere."""
        return self._sessions.visits

    def log_of(self, session: Session, label: str) -> str | None:
        """The log of the room with this label, in whatever case, if the session may know of it."""
        wanted = label.casefold()
        rooms = (room for room in self._rooms.values() if session.sees(room.incident))
        return next((room.log for room in rooms if room.label.casefold() == wanted), None)

    def now(self) -> datetime:
        """The hub's time, UTC."""
        return self._clock.now()

    def today(self) -> date:
        """The date by which words expire, UTC."""
        return self._clock.earlier().date()

    async def own_page(self, after: int, limit: int) -> Page:
        """A page of the hub's own log."""
        return await asyncio.to_thread(self._journal.page, self._directory.state.log, after, limit)

    # --- sessions ----------------------------------------------------------------------------

    async def greet(self, hello: Hello, peer: Peer, link: Link) -> Session:
        """Welcome someone, making them known if they are new. Raises `Unwelcome`."""
        return await self._sessions.greet(hello, peer, link)

    def leave(self, session: Session) -> None:
        """Forget a connection that has ended."""
        self._sessions.leave(session)
        self._lists.leave(session)
        self._recovery.leave(session)
        for log in tuple(session.logs):
            self._readers.close(session, log)
        self._lists.lobby.changed()

    # --- what sessions say -------------------------------------------------------------------

    async def receive(self, session: Session, message: ClientMessage) -> None:
        """Act on one message of a session."""
        match message:
            case Submit():
                self._intake.submit(session, message)
            case Open():
                await self._readers.open(session, message)
            case Close(log=log):
                self._readers.close(session, log)
            case ListRooms(watch=watch):
                self._lists.lobby.show(session, watch)
            case ListFeed(watch=watch):
                self._lists.feed.show(session, watch)
            case Alive(idle=idle):
                session.idle = idle
            case Offer() | Release():
                await self._recover(session, message)
            case Hello():
                session.link.close(CloseCode.BAD_FRAME, "hello was said already")

    async def _recover(self, session: Session, message: Offer | Release) -> None:
        if self._readers.room(session, message.log) is None:
            self._readers.deny(session, message.log)
        elif isinstance(message, Offer):
            await self._recovery.offer(session, message)
        else:
            await self._recovery.release(session, message.log)

    async def backlog(self, session: Session) -> bytes | None:
        """The next bytes for a session that is behind; None once it has caught up everywhere."""
        return await self._readers.backlog(session)

    # --- what the hub does by itself -----------------------------------------------------------

    def _fire(self, log: str, command: TimerCommand, id_: str) -> None:
        self._clerk.ask(log, command, id_)

    def own(
        self, command: OwnCommand, by: str = HUB, via: Via = Via.HUB
    ) -> asyncio.Future[Outcome]:
        """Write to the hub's own log, in someone's name; what comes of it."""
        reply: asyncio.Future[Outcome] = self._loop.create_future()
        log = self._directory.state.log
        self._clerk.ask(log, command, new_command_id(), reply, by=by, via=via)
        return reply

    def _watch_clock(self) -> None:
        """Log a step of the wall clock."""
        step = self._clock_watch.look()
        if step is not None:
            self._doubt.stepped(timedelta(milliseconds=step), monotonic())
            self._alarms.rearm()
            self._clerk.ask(self._directory.state.log, NoteClockStep(by_ms=step), new_command_id())

    def _beat(self) -> None:
        """Say where every open room stands, and who is there."""
        self._sessions.beat(self._rooms, 2.5 * HEARTBEAT)
        for log in self._rooms:
            if self._presences.here(log):
                self._tell_presence(log)

    def _from_writer(self, batch: Batch) -> None:
        """Called in the writer's thread."""
        self._loop.call_soon_threadsafe(self._delivery.deliver, batch)

    def _called(self, handle: str) -> Known | None:
        return remembered(self._rooms.values(), self._state(), handle)

    def _tell_presence(self, log: str) -> None:
        frame = pack(encode(self._presences.message(log)))
        for session in sessions_among(self._rooms[log].followers):
            session.link.write(frame)
