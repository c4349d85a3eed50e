"""What stands at a person's desk: the line to the hub, the lobby, and the rooms that are open.

A screen calls the verbs, and is told what changed; it never sees a socket. Everything runs in
one event loop. What is kept on this machine, the `Keeper` keeps.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from warroom.client.asking import Asking
from warroom.client.connection import Connection, Line, LineState
from warroom.client.draft import Draft
from warroom.client.healing import next_offer, unvouched
from warroom.client.hello import hello
from warroom.client.inviting import InviteMade, InviteRefused, InviteWanted, Inviting
from warroom.client.keeper import Keeper
from warroom.client.outflow import Outflow
from warroom.client.pace import Pace
from warroom.client.replica import (
    Appended,
    Change,
    Heal,
    Reopen,
    Replica,
    Retry,
    Returned,
    Settled,
    Sync,
    SyncChanged,
)
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.client.told import (
    DeskEvent,
    Failure,
    LineChanged,
    RoomChanged,
    RoomsChanged,
    RoomShut,
)
from warroom.client.waiting import Waiting
from warroom.clock import monotonic, new_command_id, new_log_id, now
from warroom.domain.commands import Declare
from warroom.domain.vocabulary import Code
from warroom.protocol.codec import MAX_CLIENT_FRAME, Heard
from warroom.protocol.envelopes import (
    Acked,
    Alive,
    Close,
    Declined,
    Diverged,
    Entries,
    Failed,
    Heartbeat,
    ListRooms,
    Opened,
    Presence,
    Recovering,
    Rooms,
    RoomSummary,
    Submit,
    Welcome,
    You,
)
from warroom.protocol.stewardship import InviteReady

__all__ = [
    "Desk",
    "DeskEvent",
    "Failure",
    "InviteMade",
    "InviteRefused",
    "LineChanged",
    "RoomChanged",
    "RoomShut",
    "RoomsChanged",
]

_SHORT = 500
"""Entries that are loaded at once; a longer room is loaded slice by slice."""

_ON_THE_LINE = frozenset({LineState.LIVE, LineState.STALE})


_QUIET = 60.0
"""Seconds without a key after which the hub is told of the next one."""


class Desk:
    """One person's client. `listener` is called in the event loop, never from a thread.

    With a `store`, rooms and lines that wait are kept on this machine: what it holds is there at
    once, with or without the hub.
    """

    def __init__(
        self,
        target: Target,
        name: str | None,
        listener: Callable[[DeskEvent], None],
        *,
        observer: bool = False,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        store: Store | None = None,
    ) -> None:
        self.you: You | None = None
        self.rooms: tuple[RoomSummary, ...] = ()
        self.replicas: dict[str, Replica] = {}
        self.offset = timedelta(0)
        self._listener = listener
        self._watching = False
        self._closing: set[str] = set()
        self._visited: set[str] = set()
        self._loading: dict[str, Iterator[list[Change]]] = {}
        self._troubles: list[Failure] = []
        self._running = False
        self._touched_at = monotonic()
        self._connection = Connection(
            target, hello(name, observer=observer), self._line_changed, self._receive, pace
        )
        self._keeper = Keeper(store, target, name, self._complain)
        self._outflow = Outflow(self._connection.say)
        self._asking = Asking(self._connection.say, self._outflow, pace, self._is_open)
        self._inviting = Inviting(self._connection.say, listener)
        self._waiting = Waiting(self._keeper, self._outflow.give)
        if (known := self._keeper.known) is not None:
            self.you, self.rooms = known.you, known.rooms
            self.offset = timedelta(seconds=known.offset)

    @property
    def line(self) -> Line:
        return self._connection.line

    async def run(self) -> None:
        """Connect, say hello, and come back whenever the line is lost; forever, until cancelled."""
        self._running = True
        for trouble in self._troubles:
            self._listener(trouble)
        try:
            await self._connection.run()
        finally:
            self._asking.lost()
            self._keeper.close(self.replicas.values())

    def now(self) -> datetime:
        """The hub's time as this client knows it, UTC."""
        return now() + self.offset

    def touch(self) -> None:
        """The person is here: they pressed a key. Who was quiet is back before the next beat."""
        quiet, self._touched_at = monotonic() - self._touched_at, monotonic()
        if quiet >= _QUIET:
            self._connection.say(Alive())

    def try_again(self) -> None:
        """Connect now, even after a refusal: the person asks for it."""
        self._connection.try_again()

    # --- rooms ---------------------------------------------------------------------------------

    def watch(self) -> None:
        """Ask for the lobby now, and be told whenever it changes."""
        self._watching = True
        self._connection.say(ListRooms(watch=True))

    def open(self, log: str) -> Replica:
        """Follow a room, again after every reconnect. What this machine holds of it comes first."""
        self._closing.discard(log)
        replica = self.replicas.get(log)
        if replica is None:
            replica = self.replicas[log] = Replica(log)
            self._load(replica)
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
        self._loading.pop(log, None)
        self._asking.closed(log)
        self._keeper.forget(log, replica)
        self._connection.say(Close(log=log))

    def declare(self, title: str, typed: str = "", **facts: Any) -> str:
        """Declare an incident, in a new log that is opened here. Returns the log's id.

        `typed` is the line in which that was written."""
        log = new_log_id()
        replica = self.replicas[log] = Replica(log)
        for _ in self._keeper.load(replica):
            pass
        self.send(log, Draft(Declare(title=title, **facts)), typed)
        return log

    def send(self, log: str, draft: Draft, typed: str = "") -> str:
        """Send a command to an open room; its id. It is kept, and sent again, until answered.

        Words that can wait for the hub do, also beyond the end of this process; `typed` is the
        line in which they were written.
        """
        replica = self.replicas[log]
        id_ = new_command_id()
        size = self._waiting.send(replica, id_, draft, typed, self.now(), up=self._connection.up)
        if size > MAX_CLIENT_FRAME:
            # The hub would end the connection over it, and be sent it again, and so on.
            text = f"that is {size:,} bytes, and {MAX_CLIENT_FRAME:,} is the most; shorten it"
            declined = Declined(id=id_, log=log, code=Code.INVALID, text=text)
            asyncio.get_running_loop().call_soon(self._receive, declined)
        return id_

    def take_back(self, log: str, id_: str, why: str | None = None) -> None:
        """Withdraw a line that waits, or put away one that came back.

        With `why`, it only no longer waits: it is back with its author. Raises `AlreadySent` if
        the hub may have it.
        """
        self._waiting.take_back(self.replicas[log], id_, why)

    def invite(self, wanted: InviteWanted) -> str | None:
        """Ask the hub for an invite; its id, None if there is no line.

        `InviteMade` or `InviteRefused` is the answer. The code is in the former and nowhere else.
        """
        return self._inviting.ask(wanted)

    # --- what the connection says --------------------------------------------------------------

    def _line_changed(self, line: Line) -> None:
        self._listener(LineChanged(line))
        if line.state in _ON_THE_LINE:
            return
        self._asking.lost()
        self._outflow.lost()
        self._inviting.lost()
        for replica in self.replicas.values():
            self._tell(replica, replica.lost())

    def _receive(self, message: Heard) -> None:
        match message:
            case Welcome(hub=hub, you=you, time=time):
                self.you, self.offset = you, time - now()
                self._keeper.welcomed(hub, you, self.offset)
                self._arrive()
            case Rooms(rooms=rooms):
                self.rooms = rooms
                self._keeper.saw(rooms)
                self._listener(RoomsChanged(rooms))
                self._heal_closed()
            case Heartbeat():
                self._beat(message)
            case InviteReady():
                self._inviting.made(message)
            case Failed(invite=str(id_), text=text):
                self._inviting.refused(id_, text)
            case Failed():
                self._failed(message)
            case (
                Opened(log=log)
                | Recovering(log=log)
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
        self._visited.clear()
        if self._watching:
            self._connection.say(ListRooms(watch=True))
        elif self._keeper.logs:
            self._connection.say(ListRooms())
        for replica in list(self.replicas.values()):
            if replica.log not in self._loading:
                self._load(replica)
        for log in self._keeper.waiting_logs():
            self._visit(log)

    def _heal_closed(self) -> None:
        """Some rooms take back what they lack: look at those that this machine has a file of."""
        recovering = {room.log for room in self.rooms if room.recovering} - self._visited
        if recovering:
            for log in recovering.intersection(self._keeper.logs):
                self._visit(log)

    def _visit(self, log: str) -> None:
        """Open a room for what it needs, and close it again."""
        self._visited.add(log)
        if log not in self.replicas:
            self.open(log)
            self._closing.add(log)

    def _failed(self, message: Failed) -> None:
        replica = self.replicas.get(message.log or "")
        if replica is not None and replica.sync is Sync.RECOVERING and not message.temporary:
            self._tell(replica, replica.offer_refused(message.text))
        if replica is not None and replica.sync is Sync.LIVE and message.code is Code.NOT_FOUND:
            self._tell(replica, replica.lost())
            self._listener(RoomShut(replica.log))
            return
        self._listener(Failure(message.text, message.log))

    def _beat(self, message: Heartbeat) -> None:
        self.offset = message.time - now()
        self._connection.say(Alive(idle=int(monotonic() - self._touched_at)))
        for head in message.heads:
            replica = self.replicas.get(head.log)
            if replica is not None:
                self._tell(replica, replica.heartbeat(head))
        self._keeper.heard(self.replicas.values())

    def _tell(self, replica: Replica, changes: Iterable[Change]) -> None:
        for change in changes:
            self._act(replica, change)
            self._listener(RoomChanged(replica.log, change))

    def _act(self, replica: Replica, change: Change) -> None:
        match change:
            case Retry(submit=submit):
                self._asking.come_again(replica, submit)
            case Reopen():
                self._asking.reopen(replica)
            case Settled(id=id_):
                self._asking.settled(replica.log)
                self._outflow.answered(id_)
                self._waiting.settled(replica, id_)
                if replica.sync is Sync.CLOSED:
                    self._asking.open(replica)
            case Returned(pending=pending, text=text):
                self._outflow.answered(pending.submit.id)
                self._waiting.returned(replica, pending, text)
            case Heal(seq=seq):
                self._heal(replica, seq)
            case Appended() if replica.log not in self._loading:
                self._keeper.keep(replica)
                self._waiting.go_out(replica, self.now())
            case SyncChanged():
                self._waiting.go_out(replica, self.now())
            case _:
                pass

    def _heal(self, replica: Replica, seq: int) -> None:
        """Offer what the hub lacks after `seq`, or open the room if it lacks nothing."""
        offer = next_offer(replica, seq)
        if offer is not None:
            self._connection.say(offer)
        elif seq >= replica.seq:
            self._asking.open(replica)
        else:
            self._tell(replica, replica.offer_refused(unvouched(seq)))

    # --- what is said to the hub ---------------------------------------------------------------

    def _load(self, replica: Replica) -> None:
        """Begin with what this machine holds of a room, then ask the hub for the rest."""
        self._loading[replica.log] = self._keeper.load(replica)
        self._load_on(replica)

    def _load_on(self, replica: Replica) -> None:
        """Take in one slice, and let the screen have its turn before the next."""
        steps = self._loading.get(replica.log)
        if steps is None or not self._is_open(replica):
            return
        for changes in steps:
            self._tell(replica, changes)
            if replica.seq >= _SHORT:
                asyncio.get_running_loop().call_soon(self._load_on, replica)
                return
        del self._loading[replica.log]
        self._waiting.put_back(replica)
        self._follow(replica)

    def _follow(self, replica: Replica) -> None:
        """Ask for a room from what is held, and send again what it has not answered.

        A room that is only being declared cannot be opened before the declaration is answered.
        """
        if replica.sync is Sync.DIVERGED:
            return
        pending = replica.resend()
        if not any(map(_declares, pending)):
            self._asking.open(replica)
        self._outflow.go_on(replica.log, pending)

    def _is_open(self, replica: Replica) -> bool:
        return self.replicas.get(replica.log) is replica

    def _finish_closing(self, replica: Replica) -> None:
        reached = replica.sync in {Sync.LIVE, Sync.DIVERGED} or replica.log not in self._visited
        if replica.log in self._closing and not replica.pending and reached:
            self.close(replica.log)

    def _complain(self, text: str, log: str | None) -> None:
        """Something could not be kept. Before the desk runs nobody listens."""
        trouble = Failure(text, log)
        if self._running:
            self._listener(trouble)
        else:
            self._troubles.append(trouble)


def _declares(submit: Submit) -> bool:
    return isinstance(submit.command, Declare)
