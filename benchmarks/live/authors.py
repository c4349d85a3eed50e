"""Writers: many people in one process, each with several commands on their way at a time."""

import select
import time
from multiprocessing.connection import Connection

from msgspec import Struct

from benchmarks.live.wire import CHUNK, Client, frame_of
from warroom.clock import new_command_id
from warroom.domain.commands import Post
from warroom.protocol.envelopes import Alive, Submit

WINDOW = 20
"""Commands of one writer that wait for an answer."""

ACKED, DECLINED = b'"type":"acked"', b'"type":"declined"'
TEXT = (
    "checkout p99 is 4.2 s in eu-west-1, error rate 3.1 %, pool-3 drained, looking at deploy 1841"
)


class Write(Struct, frozen=True):
    """Write so many entries, all writers together."""

    entries: int


def submit(log: str) -> Submit:
    """A typical command."""
    return Submit(id=new_command_id(), log=log, command=Post(text=TEXT))


def authors(pipe: Connection, path: str, log: str, count: int) -> None:
    """Say "ready"; then, to each `Write`, when the first was sent and when the last was durable."""
    writers = [_Author(Client(path, f"writer{n}"), log) for n in range(count)]
    pipe.send("ready")
    while True:
        while not pipe.poll(5.0):
            for writer in writers:
                writer.sock.sendall(frame_of(Alive()))
        job: Write = pipe.recv()
        for n, writer in enumerate(writers):
            writer.prepare(job.entries // count + (n < job.entries % count))
        begun = time.monotonic()
        _write(writers)
        pipe.send((begun, time.monotonic()))


def _write(writers: list["_Author"]) -> None:
    by_fd = {writer.sock.fileno(): writer for writer in writers}
    with select.epoll() as epoll:
        for fd, writer in by_fd.items():
            epoll.register(fd, select.EPOLLIN)
            writer.send(WINDOW)
        while any(writer.unanswered for writer in writers):
            for fd, _ in epoll.poll():
                by_fd[fd].take()


class _Author:
    def __init__(self, client: Client, log: str) -> None:
        self.sock = client.sock
        self.unanswered = 0
        self._log = log
        self._frames: list[bytes] = []
        self._tail = b""

    def prepare(self, entries: int) -> None:
        """Make the frames beforehand."""
        self._frames = [frame_of(submit(self._log)) for _ in range(entries)]
        self.unanswered = entries

    def send(self, most: int) -> None:
        """Send the next commands, at most so many."""
        if now := self._frames[-most:]:
            del self._frames[-most:]
            self.sock.sendall(b"".join(now))

    def take(self) -> None:
        """Take answers, and send as many commands."""
        data = self._tail + self.sock.recv(CHUNK)
        if DECLINED in data or len(data) == len(self._tail):
            raise ConnectionError(f"a command was declined: {data.decode(errors='replace')}")
        answered = data.count(ACKED)
        # A mark that is cut in two is found with the next bytes; one that was counted is not.
        self._tail = data[max(data.rfind(ACKED) + 1, len(data) - len(ACKED) + 1) :]
        self.unanswered -= answered
        if answered:
            self.send(answered)
