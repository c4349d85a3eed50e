"""People who write in rooms, and what they must agree on in the end."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.integration.conftest import joined
from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.pace import Pace
from warroom.client.replica import Replica, Returned, Settled
from warroom.client.target import Target
from warroom.domain.commands import Post
from warroom.log.entry import Entry

PATIENCE = 120.0
"""Seconds without any change after which waiting for something is given up."""

PACE = Pace(first=0.02, longest=0.5, reopen=0.1, stale_after=1.1, given_up_after=1.3)
"""Comes back quickly; the hub's heartbeat stays what it is, so a dead direction is noticed late."""


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
        """Send so many more notes, a few on their way at a time, until each is answered."""
        replica = self.desk.open(log)
        for number in range(commands):
            await self.until(lambda: len(replica.pending) < window)
            self.asked.add(self.desk.send(log, Draft(Post(text=f"{self.name} {number}"))))
        await self.until(lambda: not replica.pending)
        return replica

    def leave(self, log: str) -> None:
        """Close the room, and forget what was said in it."""
        self.desk.close(log)
        self.asked.clear()
        self.acked.clear()


class Room(Struct):
    """A room, and the people who write in it and in no other."""

    log: str
    writers: list[Writer]

    @property
    def replicas(self) -> list[Replica]:
        return [writer.desk.replicas[self.log] for writer in self.writers]

    async def fill(self, commands: int, window: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for writer in self.writers:
                tasks.create_task(writer.write(self.log, commands, window))

    def close(self) -> None:
        for writer in self.writers:
            writer.leave(self.log)

    async def served(self, hub: Path) -> list[Entry]:
        """The log as a newcomer reads it, once everyone in the room has all of it."""
        async with joined(hub, "auditor") as auditor:
            opened = await auditor.opens(self.log)
            entries = await auditor.reads(self.log, opened.seq)
        for writer in self.writers:
            await writer.holds(self.log, opened.seq)
        return entries[: opened.seq]


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
