"""One hub process after the other on the same data, as the nursery starts them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

NURSERY = Path(__file__).with_name("nursery.py")
ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds after which something that should have come never will."""


class HubLives:
    """One hub after the other on one data folder."""

    def __init__(self, nursery: asyncio.subprocess.Process, data: Path) -> None:
        self._nursery = nursery
        self._data = data
        self.pid = 0
        self.socket = Path()

    async def start(self, crash_at: str = "") -> bool:
        """Start the next life; False if it ended before it was ready."""
        env = {"WARROOM_CRASH_AT": crash_at}
        wanted = {"arguments": ["--data", str(self._data)], "env": env}
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(json.dumps(wanted).encode() + b"\n")
        said = await self._hear()
        if said["event"] == "ended":
            assert said["status"] == -signal.SIGKILL, f"the hub did not start: {said}"
            return False
        self.pid, self.socket = said["pid"], Path(said["socket"])
        return True

    def kill(self) -> None:
        """End the life that was begun last, if it goes on."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for the end of this life; its status, negative for a signal."""
        while (said := await self._hear())["event"] != "ended":
            pass
        return int(said["status"])

    async def _hear(self) -> dict[str, Any]:
        assert self._nursery.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self._nursery.stdout.readline()
        assert line, "the nursery is gone"
        said: dict[str, Any] = json.loads(line)
        if said["event"] == "ended":
            self.pid = 0
        return said


@asynccontextmanager
async def nursery(mode: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A nursery whose hubs find their sockets under `folder`."""
    env = os.environ | {"XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    with (folder / "errors").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(NURSERY), mode,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
            env=env, cwd=folder,
        )  # fmt: skip
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
    assert b"Traceback" not in (folder / "errors").read_bytes()
