"""Readers that stop, and a crowd that loses its hub: nobody else waits, and all are whole again.

How fast, and against which floors: `python benchmarks/stream.py --only f,g`.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import HubProcess, Hubs, joined
from tests.proof.writers import PATIENCE, Room, Writer
from warroom.client.target import Target

STOPPED = 5
CROWD = 100
MISSED = 200
CUT = "cut a client that stopped reading"


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[Hubs]:
    hubs = Hubs(tmp_path)
    yield hubs
    hubs.end()


@contextlib.asynccontextmanager
async def at_their_desks(*writers: Writer) -> AsyncIterator[None]:
    """Their desks run for as long as the block."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(writer.desk.run()) for writer in writers]
        try:
            yield
        finally:
            for task in running:
                task.cancel()


async def declared(hub: HubProcess) -> str:
    async with joined(hub.socket, "host") as host:
        return await host.declares()


def memory(hub: HubProcess) -> int:
    """Bytes of the hub that are in memory."""
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


async def test_readers_that_stop_delay_nobody_and_are_cut(hubs: Hubs) -> None:
    """Six megabytes go by them; the others have every byte meanwhile, and the hub keeps little."""
    hub = hubs.start()
    target = Target(socket=hub.socket)
    loud, quiet = Writer(target, "loud", padding=39_000), Writer(target, "quiet")
    room = Room(await declared(hub), [loud, quiet])
    async with at_their_desks(loud, quiet), contextlib.AsyncExitStack() as stack:
        await room.fill(1, window=1)
        for number in range(STOPPED):
            client = await stack.enter_async_context(joined(hub.socket, f"stopped{number}"))
            await client.opens(room.log)
            client.line.transport.pause_reading()
            stack.callback(client.line.transport.abort)
        before = memory(hub)
        await loud.write(room.log, 150, window=5)
        await quiet.write(room.log, 50, window=1)
        assert hub.errors.read_text().count(CUT) <= STOPPED
        assert [] == room.faults(await room.served(hub.socket))
        assert memory(hub) - before < 50 * 1024 * 1024
        async with asyncio.timeout(PATIENCE):
            while hub.errors.read_text().count(CUT) < STOPPED:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await room.fill(5, window=1)
        assert [] == room.faults(await room.served(hub.socket))


async def test_a_crowd_that_lost_its_hub_comes_back_whole(hubs: Hubs, tmp_path: Path) -> None:
    """A hundred miss two hundred entries each, while the new hub goes on acknowledging others."""
    first = hubs.start()
    door = tmp_path / "door"
    door.symlink_to(first.socket)
    crowd = [Writer(Target(socket=door), f"reader{number}") for number in range(CROWD)]
    log = await declared(first)
    async with at_their_desks(*crowd):
        for one in crowd:
            one.desk.open(log)
        for one in crowd:
            await one.holds(log, 1)
        first.kill()
        # The next hub has another door, so that nobody of the crowd comes in too early.
        (tmp_path / "next").mkdir(mode=0o700)
        hubs.env |= {"XDG_RUNTIME_DIR": str(tmp_path / "next")}
        second = hubs.start()
        author = Writer(Target(socket=second.socket), "author")
        async with at_their_desks(author):
            await author.write(log, MISSED, window=20)
            assert all(one.desk.replicas[log].seq < MISSED for one in crowd)
            door.unlink()
            door.symlink_to(second.socket)
            await author.write(log, 100, window=1)
            room = Room(log, [author, *crowd])
            assert [] == room.faults(await room.served(second.socket))
