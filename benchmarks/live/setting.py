"""What measurements share: their sizes, a room on a hub, crowds that follow it, and floors."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from benchmarks.live.authors import Write, authors, submit
from benchmarks.live.crowd import Follow, Until, bare_readers, websocket_readers
from benchmarks.live.floors import Send, bare_server, broadcaster
from benchmarks.live.processes import Child, child
from benchmarks.live.wire import Client
from server.framing import pack
from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import Declare
from warroom.log.entry import read_line
from warroom.protocol.codec import entries_frame
from warroom.protocol.envelopes import Acked, Entries, Open, Opened, Submit

WRITERS = 32
BATCH = 100
"""Entries in a group of the floors: what the hub writes in one transaction at most."""

PAGE = 500
"""Entries in a frame of a backlog."""


class Sizes(Struct, frozen=True, kw_only=True):
    """How much is measured."""

    steps: int = 300
    readers: int = 200
    many: int = 1_000
    burst: int = 6_000
    fan: int = 3_000
    repeats: int = 3
    long: int = 100_000
    missed: int = 200


QUICK = Sizes(steps=100, burst=2_000, fan=1_000, repeats=1, long=10_000)


class Sample(Struct, frozen=True):
    """A typical entry and a signed head as the hub sent them, for the floors to send."""

    log: str
    line: bytes
    head: bytes

    def payload(self, entries: int) -> bytes:
        """A message of so many entries."""
        return entries_frame(self.log, [self.line] * entries, [self.head])

    def frame(self, entries: int) -> bytes:
        """The same, framed."""
        return pack(self.payload(entries))


class Room:
    """A fresh incident on a hub, and the client that declared it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.log = new_log_id()
        self.client = Client(path)
        declare = Declare(title="Benchmark")
        self.client.say(Submit(id=new_command_id(), log=self.log, command=declare))
        self.client.expect(Acked)
        self.write()

    def write(self) -> None:
        """One entry, durably."""
        self.client.say(submit(self.log))
        self.client.expect(Acked)

    def end(self) -> Opened:
        """Where the log stands."""
        with closing(Client(self._path, "onlooker", observer=True)) as client:
            client.say(Open(log=self.log))
            return client.expect(Opened)

    def sample(self) -> Sample:
        """The last entry as the hub sends it."""
        with closing(Client(self._path, "onlooker", observer=True)) as client:
            client.say(Open(log=self.log))
            seq = client.expect(Opened).seq
            while True:
                entries = client.expect(Entries)
                if read_line(bytes(entries.entries[-1])).seq == seq:
                    return Sample(self.log, bytes(entries.entries[-1]), bytes(entries.heads[-1]))


class Floor:
    """A bare server and the crowd on it."""

    def __init__(self, server: Child, readers: Child) -> None:
        self._server = server
        self._readers = readers
        self._have = 0

    def seconds(self, job: Send, entries: int) -> float:
        """How long a job of so many entries takes, to the last reader."""
        self._have += entries
        self._readers.ask(Until(self._have))
        begun: float = self._server.ask(job)
        return float(self._readers.hear()) - begun

    def rate(self, job: Send, entries: int) -> float:
        """Entries a second of the same."""
        return entries / self.seconds(job, entries)


def at(share: float, times: Sequence[float]) -> float:
    """The time that this share of all stays within."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)]


def fill(path: str, room: Room, entries: int) -> None:
    with child(authors, path, room.log, WRITERS) as writers:
        writers.hear()
        writers.ask(Write(entries))


def follow(readers: Child, room: Room) -> int:
    """Have a crowd follow a room from its end; how many entries each has then."""
    readers.hear()
    end = room.end()
    room.write()
    followed(readers, Open(log=room.log, after=end.seq, head=end.head), 1)
    return 1


def followed(readers: Child, ask: Open, entries: int) -> float:
    """Seconds until a crowd that opens a log has so many entries."""
    begun: float = readers.ask(Follow(ask, entries))
    return float(readers.hear()) - begun


@contextmanager
def bare_crowd(folder: Path, count: int) -> Iterator[Floor]:
    """A bare socket server with a crowd."""
    path = str(folder / "bare.sock")
    with child(bare_server, path, str(folder / "floor"), count) as server:
        server.hear()
        with child(bare_readers, path, count) as readers:
            server.hear()
            readers.hear()
            yield Floor(server, readers)


@contextmanager
def broadcast_crowd(folder: Path, count: int) -> Iterator[Floor]:
    """A bare `websockets` server with a crowd."""
    path = str(folder / "websockets.sock")
    with child(broadcaster, path, count) as server:
        server.hear()
        with child(websocket_readers, path, count) as readers:
            server.hear()
            readers.hear()
            yield Floor(server, readers)
