"""`hub connect` as bytes: real pipes, a real socket, and both directions at once."""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.conftest import WAIT
from warroom.client.relay import relay


@dataclass
class Relayed:
    """`into` and `out` are the person's ends, `hub` is the hub's."""

    hub: socket.socket
    into: int
    out: int
    thread: threading.Thread

    def ends(self) -> None:
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


@pytest.fixture
def relayed() -> Iterator[Relayed]:
    ours, hub = socket.socketpair()
    hub.settimeout(WAIT)
    source, into = os.pipe()
    out, sink = os.pipe()

    def run() -> None:
        with ours:
            relay(ours, source, sink)
        os.close(sink)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield Relayed(hub, into, out, thread)
    hub.close()
    for fd in (into, out):
        try:
            os.close(fd)
        except OSError:
            continue


def read_all(fd: int) -> bytes:
    parts = []
    while part := os.read(fd, 1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_one_byte_goes_at_once(relayed: Relayed) -> None:
    """Nothing is held back until there is more."""
    os.write(relayed.into, b"?")
    assert b"?" == relayed.hub.recv(10)
    relayed.hub.sendall(b"!")
    assert b"!" == os.read(relayed.out, 10)


def test_the_end_of_what_is_said_is_passed_on_and_the_answer_still_comes(relayed: Relayed) -> None:
    """Half a line closed is no line closed."""
    os.write(relayed.into, b"bye")
    os.close(relayed.into)
    assert (b"bye", b"") == (relayed.hub.recv(10), relayed.hub.recv(10))
    relayed.hub.sendall(b"goodbye")
    relayed.hub.close()
    assert b"goodbye" == read_all(relayed.out)
    relayed.ends()


def test_a_hub_that_goes_ends_it_though_nobody_stopped_talking(relayed: Relayed) -> None:
    """ssh ends with it, and the client comes back by a new one."""
    relayed.hub.close()
    relayed.ends()
    assert b"" == read_all(relayed.out)


def test_nobody_who_listens_ends_it(relayed: Relayed) -> None:
    """It is not left behind on the other machine."""
    os.close(relayed.out)
    relayed.hub.sendall(b"anyone?")
    relayed.ends()


def test_much_goes_both_ways_at_once_and_whole(relayed: Relayed) -> None:
    """More than all buffers hold, while neither side reads first."""
    there, back = os.urandom(4 << 20), os.urandom(4 << 20)

    def say() -> None:
        rest = memoryview(there)
        while rest:
            rest = rest[os.write(relayed.into, rest[: 1 << 16]) :]
        os.close(relayed.into)

    heard: list[bytes] = []
    sides = [
        threading.Thread(target=side, daemon=True)
        for side in (say, lambda: relayed.hub.sendall(back))
    ]
    sides.append(threading.Thread(target=lambda: heard.append(read_all(relayed.out)), daemon=True))
    for side in sides:
        side.start()
    got = b""
    while len(got) < len(there):
        got += relayed.hub.recv(1 << 16)
    sides[1].join(WAIT)
    relayed.hub.shutdown(socket.SHUT_WR)
    for side in sides:
        side.join(WAIT)
    assert (there, [back]) == (got, heard)
