"""The disk fails, fills up, or is held by another; the hub says so, and goes on when it is over.

Writers get temporary refusals, and try again by themselves; nothing is lost, nothing doubled.
"""

import asyncio
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.proof.crash_loop import PATIENCE, ROOT, Room, whole
from tests.proof.disk import Disk, NoDoor, watched
from tests.proof.history import findings

HUB = Path(__file__).with_name("faulty_hub.py")
SOME = 20
"""Acknowledgements that show that all is well."""

IOERR_WRITE, IOERR_FSYNC = 778, 1034


@dataclass
class Trouble:
    """A hub under load that is about to meet trouble."""

    room: Room
    pid: int
    data: Path
    orders: Path

    async def works(self) -> None:
        """Wait until new entries have been acknowledged."""
        before = self.room.acks
        await self.room.until(lambda: self.room.acks >= before + SOME)

    async def is_refused(self) -> None:
        """Wait until writers were told to try again."""
        before = self.room.retries
        await self.room.until(lambda: self.room.retries >= before + SOME)

    @asynccontextmanager
    async def disk(self, verb: str, code: int) -> AsyncIterator[None]:
        """The disk does as it is told inside."""
        draft = self.orders.with_suffix(".new")
        draft.write_text(json.dumps({"verb": verb, "code": code}))
        draft.replace(self.orders)
        yield
        self.orders.unlink()


@asynccontextmanager
async def hub_in_trouble(base: Path, data: Path, *launch: str) -> AsyncIterator[Trouble]:
    """A real hub with writers; at the end everything is answered, and the journal is judged."""
    env = os.environ | {"XDG_RUNTIME_DIR": str(base), "PYTHONPATH": str(ROOT)}
    errors = base / "errors"
    with errors.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *launch, "--data", str(data), "--json",
            stdout=asyncio.subprocess.PIPE, stderr=stderr, env=env, cwd=base,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        assert line, errors.read_text()
        ready: dict[str, Any] = json.loads(line)
        room = Room(random.Random())
        async with asyncio.TaskGroup() as tasks:
            running = await room.live(Path(ready["socket"]), tasks)
            trouble = Trouble(room, process.pid, data, base / "orders")
            await trouble.works()
            yield trouble
            await trouble.works()
            await room.rest()
            for task in running:
                task.cancel()
        process.send_signal(signal.SIGTERM)
        assert 0 == await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert () == findings(room.history, whole(data, room.log))
    assert "Traceback" not in errors.read_text()


async def test_the_hub_goes_on_after_each_fault_of_its_disk(tmp_path: Path) -> None:
    """Before COMMIT, in it, and after it: the disk is full, fails, or its answer is lost."""
    try:
        with watched(Disk()):
            pass
    except NoDoor as closed:
        pytest.skip(str(closed))
    async with hub_in_trouble(
        tmp_path, tmp_path / "data", str(HUB), str(tmp_path / "orders")
    ) as trouble:
        for verb, code in (
            ("write", sqlite3.SQLITE_FULL),
            ("write", IOERR_WRITE),
            ("sync", IOERR_FSYNC),
            ("synced", IOERR_FSYNC),
        ):
            async with trouble.disk(verb, code):
                await trouble.is_refused()
            await trouble.works()


async def test_the_hub_goes_on_when_its_files_may_grow_again(tmp_path: Path) -> None:
    """The kernel itself refuses every write beyond a size (RLIMIT_FSIZE): EFBIG."""
    async with hub_in_trouble(tmp_path, tmp_path / "data", "-P", "-m", "server") as trouble:
        soft, hard = resource.prlimit(trouble.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(trouble.pid, resource.RLIMIT_FSIZE, (4096, hard))
        await trouble.is_refused()
        resource.prlimit(trouble.pid, resource.RLIMIT_FSIZE, (soft, hard))


LOCK = """
import sqlite3, sys, time
line = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
line.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(10)
"""


async def test_the_hub_waits_out_a_database_that_is_locked_for_ten_seconds(tmp_path: Path) -> None:
    """Another program holds the write lock for far longer than SQLite waits for it."""
    async with hub_in_trouble(tmp_path, tmp_path / "data", "-P", "-m", "server") as trouble:
        path = str(trouble.data / "journal.db")
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOCK, path, stdout=asyncio.subprocess.PIPE
        )
        assert other.stdout is not None
        assert b"locked\n" == await other.stdout.readline()
        before = trouble.room.acks
        await trouble.is_refused()
        # What was committed before the lock may still be on its way here; it is no more than that.
        assert trouble.room.acks - before <= 8
        assert 0 == await other.wait()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("mounting a small file system takes root, and a machine that allows it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.soak
async def test_the_hub_goes_on_when_a_full_disk_has_room_again(tmp_path: Path, small: Path) -> None:
    """The file system fills up: ENOSPC from the kernel."""
    async with hub_in_trouble(tmp_path, small / "data", "-P", "-m", "server") as trouble:
        ballast = small / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        await trouble.is_refused()
        ballast.unlink()
