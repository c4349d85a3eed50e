"""Hostile bytes at a real hub on a real socket, while others work there and notice nothing."""

import asyncio
import contextlib
import itertools
import math
import os
import random
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.integration.conftest import HubProcess, Hubs, dialled
from tests.proof.hostile_frames import BROKEN, HANDSHAKES, UPGRADE, Known, Speaker, hello
from tests.proof.writers import Room, Writer
from warroom.client.target import Target
from warroom.clock import monotonic

PATIENCE = 600.0
"""Seconds within which the hub answers, or ends the connection."""

BATCH = 50
"""Frames of one conversation that are answered, before the one that ends it."""

LORISES = 20
"""Connections that are always in the middle of a handshake."""

ROOM_FOR_MEMORY = 50 * 1024 * 1024
ANSWER = re.compile(rb'\{"type":"(declined|acked|failed|diverged|opened)"')
Maker: TypeAlias = Callable[[random.Random], bytes]
RESET = struct.pack("ii", 1, 0)


class Assault:
    """One hostile person, from a seed. `sent` counts frames by what is wrong with them."""

    def __init__(self, path: Path, seed: int, known: Known) -> None:
        self.sent: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.odd: list[bytes] = []
        self.over = False
        self._path = str(path)
        self._dice = random.Random(seed)
        self._speaker = Speaker(self._dice, known)
        self._handshakes = self._in_turn(HANDSHAKES)
        self._broken = self._in_turn(BROKEN)

    def _in_turn(self, kinds: Mapping[str, Maker]) -> Iterator[tuple[str, Maker]]:
        return itertools.cycle(self._dice.sample([*kinds.items()], len(kinds)))

    def run(self, frames: int, ends: float = math.inf) -> None:
        """Go on until so many were sent, or until a time in monotonic seconds."""
        while not (self.over or self.odd) and self.sent.total() < frames and monotonic() < ends:
            self._shake_hands()
            self._converse()

    def _shake_hands(self) -> None:
        name, make = next(self._handshakes)
        self.sent[f"handshake: {name}"] += 1
        with self._dialled() as sock:
            self._last_words(sock, make(self._dice))

    def _converse(self) -> None:
        frames = [self._speaker.refused() for _ in range(BATCH)]
        with self._dialled() as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(UPGRADE + hello("mallory") + b"".join(frames))
            answers = self._answers(sock)
            self.answered.update(answers)
            if len(answers) < BATCH:
                self.odd += frames
                return
            self.sent["refused"] += len(frames)
            if self._dice.random() < 0.5:
                self.sent["fatal"] += 1
                self._last_words(sock, self._speaker.fatal())
            else:
                name, make = next(self._broken)
                self.sent[f"protocol: {name}"] += 1
                self._last_words(sock, make(self._dice))

    def _answers(self, sock: socket.socket) -> list[str]:
        """The kinds of answers to a batch; fewer than that if the hub ends the conversation."""
        data = b""
        found: list[str] = []
        while len(found) < BATCH and (more := sock.recv(1024 * 1024)):
            data += more
            found = [answer.decode() for answer in ANSWER.findall(data)]
        if len(found) < BATCH:
            self.odd.append(data[-200:])
        return found

    def _last_words(self, sock: socket.socket, data: bytes) -> None:
        """Send what ends the connection; now and then vanish without waiting for that."""
        with contextlib.suppress(ConnectionError):
            sock.sendall(data)
            if self._dice.random() < 0.1:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1024 * 1024):
                pass

    @contextlib.contextmanager
    def _dialled(self) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            # With a timeout, `connect` would not wait for a full backlog to empty.
            sock.connect(self._path)
            sock.settimeout(PATIENCE)
            yield sock


async def loris(path: Path, gap: float) -> None:
    """Shake hands one byte at a time, and start over whenever the hub has had enough."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                for byte in UPGRADE[:-1]:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(gap)
                await reader.read()
            finally:
                writer.transport.abort()
        await asyncio.sleep(gap)


class Siege:
    """A hub, people who work there, and attackers who know what can be known."""

    def __init__(self, hub: HubProcess) -> None:
        self.hub = hub
        self.before = self.peak = self.after = 0

    async def run(
        self, attackers: int, frames: int, seed: int, seconds: float = math.inf
    ) -> list[Assault]:
        """The attackers, when each has sent so many frames, and nobody else was harmed."""
        target = Target(socket=self.hub.socket)
        writers = [Writer(target, f"writer{number}") for number in range(3)]
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(writer.desk.run()) for writer in writers]
            running += [tasks.create_task(loris(self.hub.socket, 0.2)) for _ in range(LORISES)]
            try:
                room, known = await self._found(writers)
                self.before = self.peak = self._memory()
                assaults = [Assault(self.hub.socket, seed + n, known) for n in range(attackers)]
                await self._go_on(room, assaults, frames, monotonic() + seconds)
            finally:
                for task in running:
                    task.cancel()
        return assaults

    async def _found(self, writers: list[Writer]) -> tuple[Room, Known]:
        """The room that people work in, another to play in, and what can be known of both."""
        async with dialled(self.hub.socket) as host:
            own = (await host.hello()).hub
            room = Room(await host.declares(), writers)
            playground = await host.declares("Playground")
        await room.fill(5, window=5)
        ids = tuple(one.id for writer in writers for one in writer.asked)
        return room, Known(playground=playground, room=room.log, hub=own, ids=ids)

    async def _go_on(self, room: Room, assaults: list[Assault], frames: int, ends: float) -> None:
        """Work in the room for as long as the assault lasts."""
        attacks = asyncio.gather(*(asyncio.to_thread(one.run, frames, ends) for one in assaults))
        try:
            while not attacks.done():
                await room.fill(2, window=2)
                self.peak = max(self.peak, self._memory())
                await asyncio.wait([attacks], timeout=0.5)
            await attacks
        finally:
            for one in assaults:
                one.over = True
        self.after = self._memory()
        assert [] == room.faults(await room.served(self.hub.socket))

    def _memory(self) -> int:
        """Bytes of the hub's process that are in memory now."""
        status = Path(f"/proc/{self.hub.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024

    def check(self, assaults: list[Assault]) -> None:
        """The hub is the same process, no larger than it should be, and its log is not filled."""
        assert [] == [odd for one in assaults for odd in one.odd]
        assert self.hub.process.poll() is None
        assert self.after - self.before < ROOM_FOR_MEMORY
        assert self.hub.stop() == 0
        errors = self.hub.errors.read_text()
        assert not re.search("Traceback|WARNING|ERROR|defect", errors), errors[-5_000:]


def report(siege: Siege, assaults: list[Assault]) -> None:
    """What a long run did, for who reads its output."""
    sent = sum((one.sent for one in assaults), Counter())
    answered = sum((one.answered for one in assaults), Counter())
    sizes = (f"{size / 2**20:.1f}" for size in (siege.before, siege.peak, siege.after))
    print(f"\n{sent.total():,} frames: {dict(sent)}")  # noqa: T201
    print(f"answers: {dict(answered)}; MB before, at most, after: {', '.join(sizes)}")  # noqa: T201


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    hubs = Hubs(tmp_path)
    yield hubs.start()
    hubs.end()


async def test_hostile_frames_harm_nobody(hub: HubProcess) -> None:
    """Some thousands of them, every kind at least once, from two attackers."""
    siege = Siege(hub)
    assaults = await siege.run(attackers=2, frames=2_500, seed=5)
    siege.check(assaults)
    sent = sum((one.sent for one in assaults), Counter())
    assert {f"handshake: {name}" for name in HANDSHAKES} <= sent.keys()
    assert {f"protocol: {name}" for name in BROKEN} <= sent.keys()


@pytest.mark.soak
async def test_a_million_hostile_frames_harm_nobody(hub: HubProcess) -> None:
    """The same for long, from another seed each time."""
    frames = int(os.environ.get("WARROOM_PROOF_FRAMES", 1_000_000))
    seconds = float(os.environ.get("WARROOM_PROOF_SECONDS", "inf"))
    siege = Siege(hub)
    assaults = await siege.run(
        attackers=4, frames=frames // 4, seed=random.getrandbits(32), seconds=seconds
    )
    report(siege, assaults)
    siege.check(assaults)
