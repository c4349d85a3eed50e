"""People write over a network that fails all the time: one log, the same for everyone.

Whatever happens to the lines, every command that was sent becomes one entry, every acknowledgement
names the place where it stands, and all replicas end with the bytes that the journal holds.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from server.journal_sql import open_sqlite
from tests.integration.conftest import Hubs, joined
from tests.proof.rough_network import RoughNetwork, Weather
from tests.proof.writers import Room, Writer
from warroom.client.target import Target
from warroom.clock import monotonic
from warroom.export.jsonl import export_lines
from warroom.log.verify import verify


class Load(Struct, frozen=True, kw_only=True):
    """How much is written: in each round, `rooms` new rooms with `writers` people in each."""

    rooms: int
    writers: int
    commands: int
    window: int = 10
    rounds: int = 1


class Chaos:
    """A hub on a real disk, a bad network before it, and the people behind that."""

    def __init__(self, hubs: Hubs, weather: Weather, load: Load, seed: int) -> None:
        self.hub = hubs.start("--bind", "127.0.0.1:0")
        host, port = self.hub.ready["url"].removeprefix("ws://").rstrip("/").rsplit(":", 1)
        self.network = RoughNetwork((host, int(port)), weather, seed)
        self.load = load
        self.written = 0
        self.heads: dict[str, tuple[int, str]] = {}

    async def run(self, storms: float, seconds: float = float("inf")) -> list[str]:
        """Rounds until all are done or the time is over; what was wrong in any of them."""
        ends = monotonic() + seconds
        found: list[str] = []
        people = self.load.rooms * self.load.writers
        async with self.network.running(), self._at_their_desks(people, storms) as writers:
            for _ in range(self.load.rounds):
                if monotonic() > ends or found:
                    break
                found += await self._round(writers)
                self.written += people * self.load.commands
        return found

    @asynccontextmanager
    async def _at_their_desks(self, people: int, storms: float) -> AsyncIterator[list[Writer]]:
        target = Target(url=self.network.url, token=self.hub.token)
        writers = [Writer(target, f"writer{number}") for number in range(people)]
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(writer.desk.run()) for writer in writers]
            running.append(tasks.create_task(self.network.storms(storms)))
            try:
                yield writers
            finally:
                for task in running:
                    task.cancel()

    async def _round(self, writers: list[Writer]) -> list[str]:
        size = self.load.writers
        async with joined(self.hub.socket, "host") as host:
            rooms = [
                Room(await host.declares(), writers[first : first + size])
                for first in range(0, len(writers), size)
            ]
        async with asyncio.TaskGroup() as tasks:
            for room in rooms:
                tasks.create_task(room.fill(self.load.commands, self.load.window))
        found = []
        for room in rooms:
            served = await room.served(self.hub.socket)
            self.heads[room.log] = (served[-1].seq, served[-1].hash)
            found += room.faults(served)
            room.close()
        return found

    def journal_faults(self) -> list[str]:
        """What the journal itself holds otherwise than people were shown; the hub is stopped."""
        assert self.hub.stop() == 0
        found = []
        with contextlib.closing(open_sqlite(self.hub.data / "journal.db")) as journal:
            for head in journal.heads():
                page = journal.page(head.log, 0, head.seq)
                lines = export_lines(head.label, head.log, page.entries, page.heads)
                problems = verify(b"".join(line + b"\n" for line in lines)).problems
                found += [f"{head.label}: {problem.text}" for problem in problems]
                seq, hash_ = self.heads.pop(head.log, (head.seq, head.hash))
                if page.entries[seq - 1].hash != hash_:
                    found.append(f"{head.label} has another entry {seq} than people were shown")
        return found + [f"the journal does not hold {log}" for log in self.heads]


def report(chaos: Chaos) -> None:
    """What a long run did, for who reads its output."""
    happened = ", ".join(f"{count:,} {what}" for what, count in chaos.network.happened.items())
    print(f"\n{chaos.written:,} commands; {happened}")  # noqa: T201


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[Hubs]:
    hubs = Hubs(tmp_path)
    yield hubs
    hubs.end()


async def test_eight_people_write_over_a_network_that_fails(hubs: Hubs) -> None:
    """Two rooms of four, for some seconds of resets, stalls, dead directions, and storms."""
    load = Load(rooms=2, writers=4, commands=150)
    chaos = Chaos(hubs, Weather(life=0.6, silence=0.3, stalls=0.02), load, seed=4)
    assert [] == await chaos.run(storms=1.0)
    assert [] == chaos.journal_faults()
    happened = chaos.network.happened
    assert {"resets", "dead up", "dead down", "stalls", "storms", "slicings"} <= happened.keys()


@pytest.mark.soak
async def test_fifty_people_write_a_million_commands_over_a_network_that_fails(
    hubs: Hubs,
) -> None:
    """Ten rooms of five at a time; a dead direction stays dead until an end notices."""
    seconds = float(os.environ.get("WARROOM_PROOF_SECONDS", "inf"))
    commands = int(os.environ.get("WARROOM_PROOF_COMMANDS", 1_000_000))
    load = Load(rooms=10, writers=5, commands=800, window=20, rounds=-(-commands // 40_000))
    weather = Weather(life=10.0, silence=None, silent=0.05)
    chaos = Chaos(hubs, weather, load, seed=random.getrandbits(32))
    found = await chaos.run(storms=20.0, seconds=seconds)
    report(chaos)
    assert [] == found + chaos.journal_faults()
