"""A real hub process with people who write, while something happens to it."""

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proof.crash_loop import Room
from tests.proof.history import findings
from tests.proof.hub_lives import PATIENCE, ROOT
from tests.proof.left_behind import whole

SOME = 20
"""Acknowledgements that show that all is well."""

PLAIN = (sys.executable, "-P", "-m", "server")
"""How a hub is started."""


@dataclass
class UnderLoad:
    """A hub that people write to."""

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
async def hub_under_load(
    base: Path, data: Path, launch: Sequence[str] = PLAIN
) -> AsyncIterator[UnderLoad]:
    """A real hub with writers; at the end everything is answered, and the journal is judged."""
    env = os.environ | {"XDG_RUNTIME_DIR": str(base), "PYTHONPATH": str(ROOT)}
    errors = base / "errors"
    with errors.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *launch, "--data", str(data), "--json",
            stdout=asyncio.subprocess.PIPE, stderr=stderr, env=env, cwd=base,
        )  # fmt: skip
    pid = process.pid
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        assert line, errors.read_text()
        ready: dict[str, Any] = json.loads(line)
        pid = ready["pid"]
        room = Room(random.Random())
        async with asyncio.TaskGroup() as tasks:
            running = await room.live(Path(ready["socket"]), tasks)
            hub = UnderLoad(room, pid, data, base / "orders")
            await hub.works()
            yield hub
            await hub.works()
            await room.rest()
            for task in running:
                task.cancel()
        os.kill(pid, signal.SIGTERM)
        assert 0 == await process.wait()
    finally:
        if process.returncode is None:
            # What was started may be a tracer, which does not take the hub along.
            os.kill(pid, signal.SIGKILL)
            await process.wait()
    assert () == findings(room.history, whole(data))
    assert "Traceback" not in errors.read_text()
