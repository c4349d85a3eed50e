"""People whose hub is lost and who all come back at once, in one process.

Each dials, shakes hands, says hello and asks for what it misses in one breath. Who is turned away
because too many are at the door, or is cut off, comes again at the pace of the real client.
"""

import contextlib
import heapq
import select
import socket
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec import Struct

from benchmarks.live.crowd import ALIVE_EVERY, CHUNK, MARK, TAIL
from benchmarks.live.wire import UPGRADE, Client, dial, frame_of
from warroom.client.pace import Backoff, Pace
from warroom.protocol.envelopes import PROTOCOL, Alive, Hello, Open

TURNED_AWAY = b"HTTP/1.1 503"
ALIVE = frame_of(Alive())


class Come(Struct, frozen=True):
    """Come back to a log, each until it has so many entries. Answered with `Back`.

    Without `open`, whoever listens sends the entries unasked.
    """

    open: Open | None
    entries: int


class Back(Struct, frozen=True):
    """When the first dialled, when the last was whole, how often one was turned away."""

    begun: float
    done: float
    turned_away: int


class _Returner:
    def __init__(self, words: bytes) -> None:
        self.words = words
        self.backoff = Backoff(Pace().first, Pace().longest)
        self.have = 0
        self.tail = b""


def returners(pipe: Connection, path: str, count: int) -> None:
    """People whom the hub knows, and who are with it: says "ready", then does every `Come`."""
    lines = [Client(path, f"returner{number}", observer=True) for number in range(count)]
    come_back(pipe, path, count, lines)


def come_back(
    pipe: Connection, path: str, count: int, lines: "Sequence[Client | _Crowd]" = ()
) -> None:
    """Say "ready"; then do every `Come`. The lines of the one before are hung up first."""
    pipe.send("ready")
    while True:
        job: Come = pipe.recv()
        for line in lines:
            line.close()
        crowd = _Crowd(path, [_Returner(_words(job, number)) for number in range(count)], job)
        pipe.send(crowd.run())
        lines = [crowd]


def _words(job: Come, number: int) -> bytes:
    if job.open is None:
        return b""
    name = f"returner{number}"
    hello = Hello(protocols=(PROTOCOL,), client="benchmark", as_name=name, observer=True)
    return UPGRADE + frame_of(hello) + frame_of(job.open)


class _Crowd:
    def __init__(self, path: str, people: list[_Returner], job: Come) -> None:
        self._path = path
        self._job = job
        self._waiting: list[tuple[float, int, _Returner]] = [
            (0.0, number, one) for number, one in enumerate(people)
        ]
        self._left = len(people)
        self._here: dict[int, tuple[socket.socket, _Returner]] = {}
        self._turned_away = 0
        self._epoll = select.epoll()

    def run(self) -> Back:
        """Until the last is whole."""
        begun = time.monotonic()
        alive_at = begun + ALIVE_EVERY
        while self._left:
            if self._job.open is not None and time.monotonic() > alive_at:
                alive_at = time.monotonic() + ALIVE_EVERY
                self._say(ALIVE)
            self._dial_who_is_due()
            for fd, _ in self._epoll.poll(self._pause(), 1_000):
                self._read(*self._here[fd])
        return Back(begun, time.monotonic(), self._turned_away)

    def _say(self, data: bytes) -> None:
        for sock, _ in self._here.values():
            with contextlib.suppress(OSError):
                sock.send(data)

    def close(self) -> None:
        """Hang up."""
        for sock, _ in self._here.values():
            sock.close()
        self._epoll.close()

    def _pause(self) -> float:
        return max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else 1.0

    def _dial_who_is_due(self) -> None:
        if self._waiting and self._waiting[0][0] <= time.monotonic():
            _, _, one = heapq.heappop(self._waiting)
            sock = dial(self._path)
            sock.sendall(one.words)
            sock.setblocking(False)
            self._here[sock.fileno()] = sock, one
            self._epoll.register(sock.fileno(), select.EPOLLIN)

    def _read(self, sock: socket.socket, one: _Returner) -> None:
        data = one.tail + sock.recv(CHUNK)
        if data.startswith(TURNED_AWAY) or len(data) == len(one.tail):
            self._come_later(sock, one)
            return
        one.tail = data[-TAIL:]
        behind = one.have < self._job.entries
        one.have += data.count(MARK)
        self._left -= behind and one.have >= self._job.entries

    def _come_later(self, sock: socket.socket, one: _Returner) -> None:
        self._turned_away += 1
        self._left += one.have >= self._job.entries
        one.tail, one.have = b"", 0
        del self._here[sock.fileno()]
        self._epoll.unregister(sock.fileno())
        number = sock.fileno()
        sock.close()
        due = time.monotonic() + one.backoff.next()
        heapq.heappush(self._waiting, (due, number, one))


def greeter(pipe: Connection, path: str, data: bytes) -> None:
    """The floor: a bare socket server that sends the same bytes to everyone who dials."""
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen(128)
        pipe.send("listening")
        kept = []
        while True:
            sock = listening.accept()[0]
            sock.sendall(data)
            kept.append(sock)
