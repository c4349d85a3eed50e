"""What stands at a person's desk: the line to the hub, the lobby, and the rooms that are open.

A screen calls the verbs, and is told what changed; it never sees a socket. Everything runs in
one event loop.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from msgspec import Struct

from warroom.client.connection import Connection, Line, LineState
from warroom.client.draft import Draft
from warroom.client.hello import hello
from warroom.client.pace import Backoff, Pace
from warroom.client.replica import Change, Reopen, Replica, Retry, Returned, Settled, Sync
from warroom.client.target import Target
from warroom.clock import monotonic, new_command_id, new_log_id, now
from warroom.domain.commands import Declare
from warroom.domain.vocabulary import Code
from warroom.protocol.codec import MAX_CLIENT_FRAME, encode
from warroom.protocol.envelopes import (
    Acked,
    Alive,
    Close,
    Declined,
    Diverged,
    Entries,
    Failed,
    Heartbeat,
    HubMessage,
    ListRooms,
    Opened,
    Presence,
    Rooms,
    RoomSummary,
    Submit,
    Welcome,
    You,
)

_ON_THE_LINE = frozenset({LineState.LIVE, LineState.STALE})


class LineChanged(Struct, frozen=True):
    """The line to the hub stands otherwise."""

    line: Line


class RoomsChanged(Struct, frozen=True):
    """The lobby as it is now."""

    rooms: tuple[RoomSummary, ...]


class RoomChanged(Struct, frozen=True):
    """Something changed in an open room; its replica holds the outcome."""

    log: str
    change: Change


class Failure(Struct, frozen=True):
    """Something other than a command was refused. `text` is for a person."""

    text: str
    log: str | None


DeskEvent: TypeAlias = LineChanged | RoomsChanged | RoomChanged | Failure


class Desk:
    """One person's client. `listener` is called in the event loop, never from a thread."""

    def __init__(
        self,
        target: Target,
        name: str | None,
        listener: Callable[[DeskEvent], None],
        *,
        observer: bool = False,
        pace: Pace = Pace(),  # noqa: B008 - frozen
    ) -> None:
        self.you: You | None = None
        self.rooms: tuple[RoomSummary, ...] = ()
        self.replicas: dict[str, Replica] = {}
        self.offset = timedelta(0)
        self._listener = listener
        self._pace = pace
        self._watching = False
        self._closing: set[str] = set()
        self._touched_at = monotonic()
        self._opened_at: dict[str, float] = {}
        self._retries: dict[str, Backoff] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._connection = Connection(
            target, hello(name, observer=observer), self._line_changed, self._receive, pace
        )

    @property
    def line(self) -> Line:
        return self._connection.line

    async def run(self) -> None:
        """Connect, say hello, and come back whenever the line is lost; forever, until cancelled."""
        try:
            await self._connection.run()
        finally:
            self._cancel_timers()

    def now(self) -> datetime:
        """The hub's time as this client knows it, UTC."""
        return now() + self.offset

    def touch(self) -> None:
        """The person is here: they pressed a key."""
        self._touched_at = monotonic()

    def try_again(self) -> None:
        """Connect now, even after a refusal: the person asks for it."""
        self._connection.try_again()

    # --- rooms ---------------------------------------------------------------------------------

    def watch(self) -> None:
        """Ask for the lobby now, and be told whenever it changes."""
        self._watching = True
        self._connection.say(ListRooms(watch=True))

    def open(self, log: str) -> Replica:
        """Follow a room, again after every reconnect."""
        self._closing.discard(log)
        replica = self.replicas.get(log)
        if replica is None:
            replica = self.replicas[log] = Replica(log)
            self._follow(replica)
        return replica

    def close(self, log: str) -> None:
        """Follow a room no longer; but first, what was sent there is answered."""
        replica = self.replicas.get(log)
        if replica is None:
            return
        if replica.pending:
            self._closing.add(log)
            return
        del self.replicas[log]
        self._closing.discard(log)
        self._opened_at.pop(log, None)
        self._connection.say(Close(log=log))

    def declare(self, title: str, **facts: Any) -> str:
        """Declare an incident, in a new log that is opened here. Returns the log's id."""
        log = new_log_id()
        self.replicas[log] = Replica(log)
        self.send(log, Draft(Declare(title=title, **facts)))
        return log

    def send(self, log: str, draft: Draft) -> str:
        """Send a command to an open room; its id. It is kept, and sent again, until answered."""
        replica = self.replicas[log]
        submit = replica.send(new_command_id(), draft, self.now())
        size = len(encode(submit))
        if size > MAX_CLIENT_FRAME:
            # The hub would end the connection over it, and be sent it again, and so on.
            text = f"that is {size:,} bytes, and {MAX_CLIENT_FRAME:,} is the most; shorten it"
            declined = Declined(id=submit.id, log=log, code=Code.INVALID, text=text)
            asyncio.get_running_loop().call_soon(self._receive, declined)
        else:
            self._connection.say(submit)
        return submit.id

    # --- what the connection says --------------------------------------------------------------

    def _line_changed(self, line: Line) -> None:
        self._listener(LineChanged(line))
        if line.state in _ON_THE_LINE:
            return
        self._cancel_timers()
        for replica in self.replicas.values():
            self._tell(replica, replica.lost())

    def _receive(self, message: HubMessage) -> None:
        match message:
            case Welcome(you=you, time=time):
                self.you, self.offset = you, time - now()
                self._arrive()
            case Rooms(rooms=rooms):
                self.rooms = rooms
                self._listener(RoomsChanged(rooms))
            case Heartbeat():
                self._beat(message)
            case Failed(text=text, log=log):
                self._listener(Failure(text, log))
            case (
                Opened(log=log)
                | Diverged(log=log)
                | Entries(log=log)
                | Acked(log=log)
                | Declined(log=log)
                | Presence(log=log)
            ) if log in self.replicas:
                replica = self.replicas[log]
                self._tell(replica, replica.receive(message))
                self._finish_closing(replica)
            case _:
                pass

    def _arrive(self) -> None:
        """The hub has welcomed us: ask again for everything that was open and unanswered."""
        if self._watching:
            self._connection.say(ListRooms(watch=True))
        for replica in self.replicas.values():
            self._follow(replica)

    def _beat(self, message: Heartbeat) -> None:
        self.offset = message.time - now()
        self._connection.say(Alive(idle=int(monotonic() - self._touched_at)))
        for head in message.heads:
            replica = self.replicas.get(head.log)
            if replica is not None:
                self._tell(replica, replica.heartbeat(head))

    def _tell(self, replica: Replica, changes: Iterable[Change]) -> None:
        for change in changes:
            self._act(replica, change)
            self._listener(RoomChanged(replica.log, change))

    def _act(self, replica: Replica, change: Change) -> None:
        match change:
            case Retry(submit=submit):
                retries = self._retries.setdefault(
                    submit.id, Backoff(self._pace.first, self._pace.longest)
                )
                self._later(retries.next(), self._resend, replica, submit)
            case Reopen():
                since = monotonic() - self._opened_at.get(replica.log, 0.0)
                self._later(max(0.0, self._pace.reopen - since), self._ask, replica)
            case Settled(id=id_):
                self._retries.pop(id_, None)
                if replica.sync is Sync.CLOSED:
                    self._ask(replica)
            case Returned(declined=declined):
                self._retries.pop(declined.id, None)
            case _:
                pass

    # --- what is said to the hub ---------------------------------------------------------------

    def _follow(self, replica: Replica) -> None:
        """Ask for a room from what is held, and send again what it has not answered.

        A room that is only being declared cannot be opened before the declaration is answered.
        """
        pending = replica.resend()
        if replica.sync is not Sync.DIVERGED and not any(map(_declares, pending)):
            self._ask(replica)
        for submit in pending:
            self._connection.say(submit)

    def _ask(self, replica: Replica) -> None:
        if self.replicas.get(replica.log) is replica and self._connection.say(replica.open()):
            self._opened_at[replica.log] = monotonic()

    def _resend(self, replica: Replica, submit: Submit) -> None:
        if submit.id in replica.pending:
            self._connection.say(submit)

    def _finish_closing(self, replica: Replica) -> None:
        if replica.log in self._closing and not replica.pending:
            self.close(replica.log)

    # --- timers --------------------------------------------------------------------------------

    def _later(self, delay: float, call: Callable[..., None], *arguments: object) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            call(*arguments)

        timer = asyncio.get_running_loop().call_later(delay, fire)
        self._timers.add(timer)

    def _cancel_timers(self) -> None:
        """What was to be asked later is asked on arrival instead."""
        while self._timers:
            self._timers.pop().cancel()


def _declares(submit: Submit) -> bool:
    return isinstance(submit.command, Declare)
