"""The disk fails, fills up, or is held by another; the hub says so, and goes on when it is over.

Writers get temporary refusals, and try again by themselves; nothing is lost, nothing doubled.
"""

import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.proof.disk import Disk, NoDoor, watched
from tests.proof.hub_under_load import hub_under_load

pytestmark = pytest.mark.timeout(400)

HUB = Path(__file__).with_name("faulty_hub.py")
IOERR_WRITE, IOERR_FSYNC = 778, 1034


async def test_the_hub_goes_on_after_each_fault_of_its_disk(tmp_path: Path) -> None:
    """Before COMMIT, in it, and after it: the disk is full, fails, or its answer is lost."""
    try:
        with watched(Disk()):
            pass
    except NoDoor as closed:
        pytest.skip(str(closed))
    launch = (sys.executable, str(HUB), str(tmp_path / "orders"))
    async with hub_under_load(tmp_path, tmp_path / "data", launch) as hub:
        for verb, code in (
            ("write", sqlite3.SQLITE_FULL),
            ("write", IOERR_WRITE),
            ("sync", IOERR_FSYNC),
            ("synced", IOERR_FSYNC),
        ):
            async with hub.disk(verb, code):
                await hub.is_refused()
            await hub.works()


async def test_the_hub_goes_on_when_its_files_may_grow_again(tmp_path: Path) -> None:
    """The kernel itself refuses every write beyond a size (RLIMIT_FSIZE): EFBIG."""
    async with hub_under_load(tmp_path, tmp_path / "data") as hub:
        soft, hard = resource.prlimit(hub.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (4096, hard))
        await hub.is_refused()
        resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (soft, hard))


LOCK = """
import sqlite3, sys, time
line = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
line.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(10)
"""


async def test_the_hub_waits_out_a_database_that_is_locked_for_ten_seconds(tmp_path: Path) -> None:
    """Another program holds the write lock for far longer than SQLite waits for it."""
    async with hub_under_load(tmp_path, tmp_path / "data") as hub:
        path = str(hub.data / "journal.db")
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOCK, path, stdout=asyncio.subprocess.PIPE
        )
        assert other.stdout is not None
        assert b"locked\n" == await other.stdout.readline()
        before = hub.room.acks
        await hub.is_refused()
        # What was committed before the lock may still be on its way here; it is no more than that.
        assert hub.room.acks - before <= 8
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
    async with hub_under_load(tmp_path, small / "data") as hub:
        ballast = small / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        await hub.is_refused()
        ballast.unlink()
