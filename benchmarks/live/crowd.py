"""Readers: many connections in one process, which count the entries that come and do no more.

An entry is counted by the bytes that end its line, so that a reader costs one `recv` and one
search whatever it is sent.
"""

import select
import socket
import time
from multiprocessing.connection import Connection

from msgspec import Struct

from benchmarks.live.wire import Client, dial, frame_of, upgrade
from warroom.protocol.envelopes import Alive, Open

MARK = b'"type":"entry"}'
TAIL = len(MARK) - 1
CHUNK = 1024 * 1024
ALIVE_EVERY = 8.0


class Follow(Struct, frozen=True):
    """Open a log on every connection, and count the entries that come from here on.

    Answered with the time, and the time when the last reader has so many entries.
    """

    open: Open
    entries: int


class Until(Struct, frozen=True):
    """Answered with "armed", and the time when the last reader has so many entries in all."""

    entries: int


class _Reader:
    __slots__ = ("have", "sock", "tail")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.have = 0
        self.tail = bytes(TAIL)


def hub_readers(pipe: Connection, path: str, count: int, name: str) -> None:
    """A crowd of observers in the hub, each another person."""
    socks = [Client(path, f"{name}{n}", observer=True).sock for n in range(count)]
    _Crowd(pipe, socks, alive=frame_of(Alive())).run()


def websocket_readers(pipe: Connection, path: str, count: int) -> None:
    """A crowd on a bare WebSocket server."""
    socks = [dial(path) for _ in range(count)]
    for sock in socks:
        upgrade(sock)
    _Crowd(pipe, socks).run()


def bare_readers(pipe: Connection, path: str, count: int) -> None:
    """A crowd on a bare socket."""
    _Crowd(pipe, [dial(path) for _ in range(count)]).run()


class _Crowd:
    """Says "ready", and answers what it is told. Times are of CLOCK_MONOTONIC, for all alike."""

    def __init__(self, pipe: Connection, socks: list[socket.socket], alive: bytes = b"") -> None:
        self._pipe = pipe
        self._alive = alive
        self._buffer = bytearray(TAIL + CHUNK)
        self._view = memoryview(self._buffer)
        self._readers = {sock.fileno(): _Reader(sock) for sock in socks}
        self._target = self._left = 0
        self._epoll = select.epoll()
        self._epoll.register(pipe.fileno(), select.EPOLLIN)
        for sock in socks:
            sock.setblocking(False)
            self._epoll.register(sock.fileno(), select.EPOLLIN)

    def run(self) -> None:
        self._pipe.send("ready")
        alive_at = time.monotonic() + ALIVE_EVERY
        while True:
            for fd, _ in self._epoll.poll(1.0, len(self._readers) + 1):
                reader = self._readers.get(fd)
                if reader is None:
                    self._obey(self._pipe.recv())
                else:
                    self._read(reader)
            if self._alive and time.monotonic() > alive_at:
                alive_at = time.monotonic() + ALIVE_EVERY
                self._say(self._alive)

    def _obey(self, what: Follow | Until) -> None:
        match what:
            case Follow(open=message, entries=entries):
                for reader in self._readers.values():
                    reader.have = 0
                self._pipe.send(time.monotonic())
                self._say(frame_of(message))
                self._aim(entries)
            case Until(entries=entries):
                self._pipe.send("armed")
                self._aim(entries)

    def _aim(self, entries: int) -> None:
        self._target = entries
        self._left = sum(one.have < entries for one in self._readers.values())
        if not self._left:
            self._pipe.send(time.monotonic())

    def _read(self, reader: _Reader) -> None:
        buffer = self._buffer
        buffer[:TAIL] = reader.tail
        size = reader.sock.recv_into(self._view[TAIL:])
        if not size:
            raise ConnectionError("a reader was cut off")
        reader.tail = bytes(self._view[size : size + TAIL])
        found = buffer.count(MARK, 0, TAIL + size)
        if not found:
            return
        behind = reader.have < self._target
        reader.have += found
        if behind and reader.have >= self._target:
            self._left -= 1
            if not self._left:
                self._pipe.send(time.monotonic())

    def _say(self, frame: bytes) -> None:
        for reader in self._readers.values():
            reader.sock.send(frame)
