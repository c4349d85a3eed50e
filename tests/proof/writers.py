"""People who write in rooms, and what they must agree on in the end."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.integration.conftest import joined
from tests.proof.history import Asked, History, Kept, Saw, Told, findings
from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.pace import Pace
from warroom.client.replica import Returned, Settled
from warroom.client.target import Target
from warroom.domain.commands import Post
from warroom.domain.vocabulary import HUB
from warroom.log.entry import Entry

PATIENCE = 600.0
"""Seconds without any change after which waiting for something is given up."""

PACE = Pace(first=0.02, longest=0.5, reopen=0.1, stale_after=1.1, given_up_after=1.3)
"""Comes back quickly; the hub's heartbeat stays what it is, so a dead direction is noticed late."""


class Writer:
    """A person who writes, and remembers what was asked and what was answered.

    `padding` is how many characters each note has beside what tells it from others.
    """

    def __init__(self, target: Target, name: str, padding: int = 0) -> None:
        self.name = name
        self.padding = "." * padding
        self.asked: list[Asked] = []
        self.told: list[Told] = []
        self.desk = Desk(target, name, self._listen, pace=PACE)
        self._changed = asyncio.Event()

    def _listen(self, event: DeskEvent) -> None:
        self._changed.set()
        match event:
            case RoomChanged(log=log, change=Settled(id=id_, seq=seq)):
                self.told.append(Told(log, id_, seq, time.monotonic_ns()))
            case RoomChanged(log=log, change=Returned(declined=declined)):
                self.told.append(Told(log, declined.id, None, time.monotonic_ns()))
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

    async def write(self, log: str, commands: int, window: int) -> None:
        """Send so many more notes, a few on their way at a time, until each is answered."""
        replica = self.desk.open(log)
        for number in range(commands):
            await self.until(lambda: len(replica.pending) < window)
            asked_at = time.monotonic_ns()
            id_ = self.desk.send(log, Draft(Post(text=f"{self.name} {number}{self.padding}")))
            self.asked.append(Asked(log, id_, asked_at))
        await self.until(lambda: not replica.pending)

    def leave(self, log: str) -> None:
        """Close the room, and forget what was said in it."""
        self.desk.close(log)
        self.asked.clear()
        self.told.clear()


class Room(Struct):
    """A room, and the people who write in it and in no other."""

    log: str
    writers: list[Writer]

    async def fill(self, commands: int, window: int) -> None:
        """Everyone writes so many more notes."""
        async with asyncio.TaskGroup() as tasks:
            for writer in self.writers:
                tasks.create_task(writer.write(self.log, commands, window))

    async def served(self, hub: Path) -> list[Entry]:
        """The log as a newcomer reads it, once everyone in the room has all of it."""
        async with joined(hub, "auditor") as auditor:
            opened = await auditor.opens(self.log)
            entries = await auditor.reads(self.log, opened.seq)
        for writer in self.writers:
            await writer.holds(self.log, opened.seq)
        return entries[: opened.seq]

    def faults(self, served: list[Entry]) -> list[str]:
        """What the people here were told and saw otherwise than what the hub serves."""
        found = [str(one) for one in findings(self._history(len(served)), map(_kept, served))]
        asked = {one.id for writer in self.writers for one in writer.asked}
        answered = {one.id for writer in self.writers for one in writer.told if one.seq}
        if asked != answered:
            found.append(f"{len(asked - answered)} commands were not acknowledged")
        lines = [entry.line() for entry in served]
        for writer in self.writers:
            held = writer.desk.replicas[self.log].entries[: len(served)]
            if [entry.line() for entry in held] != lines:
                found.append(f"{writer.name} holds other bytes than the hub serves")
        return found

    def _history(self, seq: int) -> History:
        """What was asked and told, and what was seen up to an entry."""
        history = History()
        for writer in self.writers:
            history.asked += writer.asked
            history.told += writer.told
            held = writer.desk.replicas[self.log].entries[:seq]
            history.saw += [
                Saw(writer.name, self.log, one.seq, one.header.id, one.hash) for one in held
            ]
        return history

    def close(self) -> None:
        for writer in self.writers:
            writer.leave(self.log)


def _kept(entry: Entry) -> Kept:
    by_hub = entry.header.by == HUB or entry.header.kind == "incident.declared"
    return Kept(entry.header.log, entry.seq, entry.header.id, entry.hash, by_hub=by_hub)
