"""People write over a network that fails all the time: one log, the same for everyone.

Whatever happens to the lines, every command that was sent becomes one entry, every acknowledgement
names the place where it stands, and all replicas end with the bytes that the journal holds.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from server.journal_sql import open_sqlite
from tests.integration.conftest import Hubs, joined
from tests.proof.rough_network import RoughNetwork, Weather
from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.pace import Pace
from warroom.client.replica import Replica, Returned, Settled
from warroom.client.target import Target
from warroom.clock import monotonic
from warroom.domain.commands import Post
from warroom.export.jsonl import export_lines
from warroom.log.entry import Entry
from warroom.log.verify import verify

PATIENCE = 120.0
"""Seconds that anything may take after the last command was sent, or without any progress."""

PACE = Pace(first=0.02, longest=0.5, reopen=0.1, stale_after=1.1, given_up_after=1.3)
"""Comes back quickly; the hub's heartbeat stays what it is, so a dead direction is noticed late."""


class Load(Struct, frozen=True, kw_only=True):
    """How much is written: in each round, `rooms` new rooms with `writers` people in each."""

    rooms: int
    writers: int
    commands: int
    window: int = 10
    rounds: int = 1


class Writer:
    """A person who writes, and remembers what was asked and what was answered."""

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self.asked: set[str] = set()
        self.acked: dict[str, int] = {}
        self.refused: list[str] = []
        self.contradicted: list[str] = []
        self.desk = Desk(target, name, self._listen, pace=PACE)
        self._changed = asyncio.Event()

    def _listen(self, event: DeskEvent) -> None:
        self._changed.set()
        match event:
            case RoomChanged(change=Settled(id=id_, seq=seq)):
                if self.acked.setdefault(id_, seq) != seq:
                    self.contradicted.append(id_)
            case RoomChanged(change=Returned(text=text)):
                self.refused.append(text)
            case _:
                pass

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait for something here. Raises `TimeoutError` if nothing at all changes for long."""
        while not happened():
            self._changed.clear()
            async with asyncio.timeout(PATIENCE):
                await self._changed.wait()

    async def holds(self, log: str, seq: int) -> None:
        """Wait until the replica has come so far."""
        replica = self.desk.replicas[log]
        await self.until(lambda: replica.seq >= seq)

    async def write(self, log: str, commands: int, window: int) -> Replica:
        """Send so many notes, a few on their way at a time, until each is answered."""
        self.asked.clear()
        self.acked.clear()
        replica = self.desk.open(log)
        for number in range(commands):
            await self.until(lambda: len(replica.pending) < window)
            self.asked.add(self.desk.send(log, Draft(Post(text=f"{self.name} {number}"))))
        await self.until(lambda: not replica.pending)
        return replica


class Room(Struct):
    """One room of a round, and the people who write in it."""

    log: str
    writers: list[Writer]

    @property
    def replicas(self) -> list[Replica]:
        return [writer.desk.replicas[self.log] for writer in self.writers]

    async def fill(self, load: Load) -> None:
        async with asyncio.TaskGroup() as tasks:
            for writer in self.writers:
                tasks.create_task(writer.write(self.log, load.commands, load.window))

    def close(self) -> None:
        for writer in self.writers:
            writer.desk.close(self.log)


def faults(room: Room, kept: list[Entry]) -> list[str]:
    """What the people in a room and its journal do not agree on."""
    places = {entry.header.id: entry.seq for entry in kept}
    notes = {entry.header.id for entry in kept if entry.header.kind == "note.posted"}
    lines = [entry.line() for entry in kept]
    asked = set[str]().union(*(writer.asked for writer in room.writers))
    found = []
    if len(places) != len(kept) or [entry.seq for entry in kept] != [*range(1, len(kept) + 1)]:
        found.append("the journal is no sequence of different entries")
    if notes != asked:
        found.append(f"{len(asked - notes)} lost, {len(notes - asked)} that nobody asked for")
    for writer, replica in zip(room.writers, room.replicas, strict=True):
        if writer.acked != {id_: places.get(id_) for id_ in writer.asked}:
            found.append(f"{writer.name} was told other places than the journal's")
        if [entry.line() for entry in replica.entries[: len(kept)]] != lines:
            found.append(f"the replica of {writer.name} holds other bytes than the journal")
        if writer.refused or writer.contradicted:
            found.append(f"{writer.name}: {writer.refused[:3]} {writer.contradicted[:3]}")
    return found


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
                tasks.create_task(room.fill(self.load))
        found = [fault for room in rooms for fault in faults(room, await self._served(room))]
        for room in rooms:
            room.close()
        return found

    async def _served(self, room: Room) -> list[Entry]:
        """The log as a newcomer reads it, once everyone in the room has all of it."""
        async with joined(self.hub.socket, "auditor") as auditor:
            opened = await auditor.opens(room.log)
            entries = await auditor.reads(room.log, opened.seq)
        for writer in room.writers:
            await writer.holds(room.log, opened.seq)
        self.heads[room.log] = (opened.seq, opened.head)
        return entries[: opened.seq]

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
    chaos = Chaos(hubs, Weather(life=0.6, silence=0.3), load, seed=4)
    assert [] == await chaos.run(storms=1.0)
    assert [] == chaos.journal_faults()
    happened = chaos.network.happened
    assert {"resets", "dead up", "dead down", "stalls", "storms", "slicings"} <= happened.keys()


@pytest.mark.soak
async def test_fifty_people_write_a_million_commands_over_a_network_that_fails(
    hubs: Hubs,
) -> None:
    """Ten rooms of five at a time; a dead direction stays dead until an end notices."""
    seconds = float(os.environ.get("CHAOS_SECONDS", "inf"))
    commands = int(os.environ.get("CHAOS_COMMANDS", 1_000_000))
    load = Load(rooms=10, writers=5, commands=800, window=20, rounds=-(-commands // 40_000))
    weather = Weather(life=10.0, silence=None, silent=0.05)
    chaos = Chaos(hubs, weather, load, seed=random.getrandbits(32))
    found = await chaos.run(storms=20.0, seconds=seconds)
    report(chaos)
    assert [] == found + chaos.journal_faults()
