"""A backup of a hub that people write to holds what was acknowledged before it, or is not there."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.proof.history import History, findings
from tests.proof.hub_lives import PATIENCE, ROOT
from tests.proof.hub_under_load import PLAIN, hub_under_load
from tests.proof.left_behind import whole


async def serve(*arguments: str, crash_at: str = "") -> int:
    """Run the hub's program to its end; its status."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "WARROOM_CRASH_AT": crash_at}
    process = await asyncio.create_subprocess_exec(
        *PLAIN, *arguments, env=env, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(PATIENCE):
        return await process.wait()


@pytest.mark.timeout(400)
async def test_a_backup_killed_in_the_making_is_none_and_the_next_is_whole(tmp_path: Path) -> None:
    """The hub goes on meanwhile; what was told before the backup is in what it restores."""
    data, target, restored = tmp_path / "data", tmp_path / "copy.tar", tmp_path / "restored"
    backup = ("--data", str(data), "--backup", str(target))
    async with hub_under_load(tmp_path, data) as hub:
        for place in (1, 2):
            assert -signal.SIGKILL == await serve(*backup, crash_at=f"backup:{place}")
            assert not target.exists()
        told = list(hub.room.history.told)
        assert 0 == await serve(*backup)
        room = hub.room
    assert 0 == await serve("--data", str(restored), "--restore", str(target))
    assert told
    before = History(asked=room.history.asked, told=told)
    assert () == findings(before, whole(restored))
