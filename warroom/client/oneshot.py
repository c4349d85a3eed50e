"""One short conversation with the hub, for a command that asks something and ends.

What comes in goes through the same `Replica` as everywhere.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from warroom.client.draft import Draft
from warroom.client.ending import unreachable
from warroom.client.healing import next_offer, unvouched
from warroom.client.hello import hello
from warroom.client.listener import listener
from warroom.client.local import dial, dial_or_start
from warroom.client.pace import Backoff
from warroom.client.replica import (
    Heal,
    Reopen,
    Replica,
    Retry,
    Returned,
    Settled,
    Sync,
    SyncChanged,
)
from warroom.client.replica_file import ReplicaFile
from warroom.client.store import Known, Store
from warroom.client.target import Target
from warroom.client.wire import LineLost, Wire, dial_address, dial_ssh
from warroom.clock import monotonic, now
from warroom.domain.vocabulary import Code, Scope
from warroom.protocol.codec import MAX_CLIENT_FRAME, BadFrame, decode_answer, decode_hub, encode
from warroom.protocol.envelopes import (
    Alive,
    Failed,
    FeedItem,
    FeedList,
    FromClient,
    FromHub,
    Heartbeat,
    HubMessage,
    ListFeed,
    ListRooms,
    Release,
    Released,
    Rooms,
    RoomSummary,
    Welcome,
    You,
)

PATIENCE = 15.0
"""Seconds that a command waits for the hub, in all."""

ANSWERS_WITHIN = 3.0
"""Seconds in which a hub that has declined something for now would answer it once more."""

_Kind = TypeVar("_Kind", bound=FromHub)


class NoRoom(Exception):
    """The hub does not open this room. The message says why."""

    def __init__(self, text: str, code: Code = Code.NOT_FOUND) -> None:
        super().__init__(text)
        self.code = code


class Denied(Exception):
    """The hub does not do what it was asked as the one who runs it. The message says why."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class Introduction(Struct, frozen=True):
    """What someone with an invite says of themselves: the digest of their token, their name."""

    token: str
    name: str | None


class Parted(Exception):
    """The hub's log of a room is not the one that this machine holds, in `replica`."""

    def __init__(self, replica: Replica) -> None:
        super().__init__(f"the hub's log of {replica.label} is another one")
        self.replica = replica


class HeldUp(Exception):
    """The hub takes the command later, not now. The message says why, and what is known of it."""


class TooLong(Exception):
    """The command does not fit into a frame, which the hub would end the connection over."""


class Conversation:
    """A connection on which the hub has welcomed us, to be used with `with`. Every verb blocks.

    The verbs raise `LineLost` when the line is lost, or the conversation takes longer than
    `patience` seconds. With `start`, a hub of this machine is started if none runs; that raises
    `NoHub` if it cannot be.
    """

    def __init__(
        self,
        target: Target,
        name: str | None,
        *,
        observer: bool = False,
        start: bool = True,
        patience: float = PATIENCE,
        env: Mapping[str, str] = os.environ,
        store: Store | None = None,
        introduction: Introduction | None = None,
    ) -> None:
        self._target = target
        self._name = name
        self._store = store
        self._observes = observer
        self._kept: list[tuple[ReplicaFile, Replica]] = []
        self._retries = Backoff(0.1, 2.0)
        sock = _dial(target, patience, env, start=start)
        self.listener = None if target.socket is None else listener(sock)
        self._deadline = monotonic() + patience
        self._wire = Wire(sock, target, self._deadline)
        try:
            self._greet(target, name, observer, introduction)
        except BaseException:
            self._wire.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up, and write what came of the rooms that were opened into their files here."""
        self._wire.close()
        for file, replica in self._kept:
            with contextlib.suppress(OSError):
                file.close(replica)

    def ask(self, message: FromClient, kind: type[_Kind]) -> _Kind:
        """What the hub answers to the one who runs it. Raises `Denied`."""
        self._say(message)
        while True:
            try:
                heard = decode_answer(self._wire.receive())
            except BadFrame:
                continue
            match heard:
                case Heartbeat():
                    self._say(Alive())
                case Failed(code=code, text=text):
                    raise Denied(code, text)
                case answer if isinstance(answer, kind):
                    return answer
                case _:
                    pass

    def rooms(self) -> tuple[RoomSummary, ...]:
        """The lobby."""
        self._say(ListRooms())
        rooms = self._expect(Rooms).rooms
        if self._store is not None and self._observes:
            with contextlib.suppress(OSError):
                self._remember(self._store, rooms)
        return rooms

    def feed(self) -> tuple[FeedItem, ...]:
        """What was published to us, the latest first."""
        self._say(ListFeed())
        return self._expect(FeedList).items

    def release(self, log: str) -> int:
        """End the recovery of a room; the entry with which it goes on. Raises `NoRoom`."""
        self._say(Release(log=log))
        return self._expect(Released).seq

    def open(self, log: str, *, export: bool = False) -> Replica:
        """A room, caught up from what this machine holds of it. Raises `NoRoom`.

        What else comes of it is written there, too, when the conversation ends.

        `export` says to the hub that it is for a file.

        A hub that takes back what it lost is given what is held beyond its head. Where what is
        held is not what the hub has, it is left alone: raises `Parted`.
        """
        if self._store is None:
            return self._catch_up(Replica(log), export=export)
        replica = Replica(log)
        try:
            with contextlib.ExitStack() as unless_kept:
                file = self._store.replica(self.welcome.hub, log)
                unless_kept.callback(file.close)
                for _ in file.load(replica):
                    pass
                self._catch_up(replica, export=export)
                file.keep(replica)
                unless_kept.pop_all()
                self._kept.append((file, replica))
        except OSError:
            pass  # what cannot be kept is not kept; the hub has it
        if replica.sync is Sync.LIVE:
            return replica
        return self._catch_up(Replica(log), export=export)

    def _catch_up(self, replica: Replica, *, export: bool) -> Replica:
        """Ask for what a replica lacks, and offer what the hub lacks, until it is live."""
        self._say(replace(replica.open(), export=export))
        while replica.sync is not Sync.LIVE:
            for change in replica.receive(self._hear_of(replica)):
                match change:
                    case Heal(seq=seq) if seq >= replica.seq:
                        self._say(replace(replica.open(), export=export))
                    case Heal(seq=seq):
                        self._give_back(replica, seq)
                    case SyncChanged(sync=Sync.DIVERGED):
                        raise Parted(replica)
                    case Reopen(why=why):
                        raise NoRoom(f"what the hub sends of this room does not fit: {why}")
                    case _:
                        pass
        return replica

    def _hear_of(self, replica: Replica) -> HubMessage:
        """The next message. An offer that the hub does not take raises `Parted`."""
        try:
            return self._hear()
        except NoRoom as failed:
            if replica.sync is not Sync.RECOVERING or failed.code is Code.TEMPORARY:
                raise
            replica.refusal = str(failed)
            raise Parted(replica) from failed

    def _give_back(self, replica: Replica, seq: int) -> None:
        """Offer what the hub lacks after entry `seq`. Raises `Parted` if nothing vouches for it."""
        offer = next_offer(replica, seq)
        if offer is None:
            replica.refusal = unvouched(seq)
            raise Parted(replica)
        self._say(offer)

    def meet(self, replica: Replica) -> None:
        """Wait until the hub has said who is in the room: it does, soon after one has come."""
        while not replica.here:
            for _ in replica.receive(self._hear()):
                pass

    def submit(self, replica: Replica, id_: str, draft: Draft) -> Settled | Returned:
        """Send a command and wait for its answer. Raises `TooLong`, and `HeldUp`.

        What was declined for now is sent again, as long as the answer would come in time: its id
        makes that safe.
        """
        submit = replica.send(id_, draft, now())
        size = len(encode(submit))
        if size > MAX_CLIENT_FRAME:
            raise TooLong(f"that is {size:,} bytes, and {MAX_CLIENT_FRAME:,} is the most")
        self._say(submit)
        while True:
            for change in replica.receive(self._hear()):
                match change:
                    case Settled(id=id) if id == id_:
                        return change
                    case Returned(pending=pending) if pending.submit.id == id_:
                        return change
                    case Retry(text=text):
                        self._pause(text)
                        self._say(submit)
                    case _:
                        pass

    def _pause(self, why: str) -> None:
        """Wait before something is sent again. Raises `HeldUp` if no answer would be waited for."""
        delay = self._retries.next()
        if monotonic() + delay + ANSWERS_WITHIN > self._deadline:
            raise HeldUp(why)
        time.sleep(delay)

    def see(self, replica: Replica, seq: int) -> None:
        """Wait until the replica holds entry `seq`."""
        while replica.seq < seq:
            for _ in replica.receive(self._hear()):
                pass

    def _greet(
        self, target: Target, name: str | None, observer: bool, new: Introduction | None
    ) -> None:
        """Say hello; with an invite, or a token that is new, leave its digest there."""
        offered = target.offer() if new is None else new.token
        called = None if new is None else new.name
        self._say(hello(name, observer=observer, token=offered, introduce=called))
        self.welcome = self._expect(Welcome)
        target.took(offered, rotated=self.welcome.rotated)

    def _remember(self, store: Store, rooms: tuple[RoomSummary, ...]) -> None:
        """Keep the lobby for when the hub is away."""
        hub, known = self.welcome, store.known(self._target, self._name)
        you = known.you if known is not None and known.hub == hub.hub else _at_work(hub.you)
        store.remember(
            self._target,
            Known(
                target=str(self._target),
                name=self._name or "",
                hub=hub.hub,
                you=you,
                heard_at=now(),
                offset=round((hub.time - now()).total_seconds()),
                rooms=rooms,
            ),
        )

    def _say(self, message: FromClient) -> None:
        self._wire.send(encode(message))

    def _hear(self) -> HubMessage:
        """The next message; heartbeats are answered on the way. Raises `NoRoom`."""
        while True:
            try:
                message = decode_hub(self._wire.receive())
            except BadFrame:
                # A message of a newer hub; what this client asked for is not in it.
                continue
            match message:
                case Heartbeat():
                    self._say(Alive())
                case Failed(code=code, text=text):
                    raise NoRoom(text, code)
                case _:
                    return message

    def _expect(self, kind: type[_Kind]) -> _Kind:
        while not isinstance(message := self._hear(), kind):
            pass
        return message


def _at_work(you: You) -> You:
    """Someone as they will come to work: that they only look on now says nothing of that."""
    working = Scope.GUEST if you.bound else Scope.RESPONDER
    return replace(you, scope=working) if you.scope is Scope.OBSERVER else you


def _dial(target: Target, patience: float, env: Mapping[str, str], *, start: bool) -> socket.socket:
    if target.ssh is not None:
        return dial_ssh(target)
    if target.socket is None:
        return dial_address(target, patience)
    if start and target.data is not None:
        return dial_or_start(target, env)
    try:
        return dial(target.socket, own=target.data is not None)
    except OSError as error:
        raise LineLost(unreachable(str(target), error)) from error
