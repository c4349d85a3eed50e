"""Kills a hub under load, again and again, and asks after each life what is left.

Writers and a reader are `Desk`s in this process; the hub is a process of its own. A life ends by
SIGKILL, from here at a random moment or by itself at a named point (`server/crash.py`).
"""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from server.journal_sql import open_sqlite
from tests.proof.history import Asked, Finding, History, Kept, Saw, Told, findings
from warroom.client.connection import LineState
from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.pace import Pace
from warroom.client.replica import Appended, Retry, Returned, Settled
from warroom.client.target import Target
from warroom.domain.commands import ApproveRedaction, PersonCommand, Post, RequestRedaction
from warroom.domain.events import NotePosted
from warroom.domain.vocabulary import HUB
from warroom.export.jsonl import export_lines
from warroom.log.verify import verify

NURSERY = Path(__file__).with_name("nursery.py")
ROOT = Path(__file__).parents[2]
PACE = Pace(first=0.02, longest=0.2, stable=0.0, reopen=0.05)
WRITERS = 4
IN_FLIGHT = 2
ACKS_A_LIFE = 10
PATIENCE = 120.0
"""Seconds after which something that should have come never will."""

START_UPS = 5
"""How many places the point `start-up` has."""

SECRET = re.compile(rb"secret-[0-9a-f]{16}")


@dataclass
class Report:
    """What a loop did. `acked` counts entries; `points` how often each kind of end was met."""

    lives: int = 0
    kills: int = 0
    acked: int = 0
    fewest: int = 1_000_000
    points: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)
    unforgotten: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        ends = ", ".join(f"{point} {count}" for point, count in sorted(self.points.items()))
        return (
            f"{self.kills} kills ({ends}) in {self.seconds:.0f} s; {self.lives} lives under load"
            f" that acknowledged {self.acked} entries, the poorest {self.fewest};"
            f" {len(self.found)} findings; {self.unforgotten} redacted texts still in the files"
        )


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
        return said


class Room:
    """The people of one data folder, what they did, and what was acknowledged."""

    def __init__(self, rng: random.Random) -> None:
        self.history = History()
        self.log = ""
        self.acks = 0
        self.retries = 0
        self.wants_redactions = False
        self.redacting = False
        self._rng = rng
        self._changed = asyncio.Event()
        self._desks: list[Desk] = []
        self._mine: list[set[str]] = []
        self._redactions: dict[str, str] = {}
        self.redacted: set[str] = set()
        self.forgotten: set[str] = set()

    async def live(self, socket: Path, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Come in, declare, and let everyone write until cancelled."""
        for number in range(WRITERS + 1):
            self._mine.append(set())
            listener = self._listener(number)
            desk = Desk(Target(socket=socket), f"person{number}", listener, pace=PACE)
            self._desks.append(desk)
        running = [tasks.create_task(desk.run()) for desk in self._desks]
        self.log = self._desks[0].declare("The hub dies")
        (declaration,) = self._desks[0].replicas[self.log].pending
        self.history.asked.append(Asked(self.log, declaration, time.monotonic_ns()))
        await self.until(lambda: self.acks > 0)
        for desk in self._desks:
            desk.open(self.log)
        self._writing = [tasks.create_task(self._write(number)) for number in range(WRITERS)]
        return running + self._writing

    async def rest(self) -> None:
        """Nobody writes any more, and everything that was sent is answered."""
        for task in self._writing:
            task.cancel()
        await self.until(lambda: not any(self._mine))

    @property
    def alone(self) -> bool:
        """Whether every desk knows that the hub is gone."""
        return not any(desk.line.state is LineState.LIVE for desk in self._desks)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that the desks say."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def _listener(self, number: int) -> Callable[[DeskEvent], None]:
        def listen(event: DeskEvent) -> None:
            now = time.monotonic_ns()
            match event:
                case RoomChanged(log=log, change=Settled(id=id_, seq=seq)):
                    self.history.told.append(Told(log, id_, seq, now))
                    self.acks += 1
                    self._mine[number].discard(id_)
                    if secret := self._redactions.pop(id_, ""):
                        self.redacted.add(secret)
                        self.redacting = False
                case RoomChanged(log=log, change=Returned(declined=declined)):
                    self.history.told.append(Told(log, declined.id, None, now))
                    self._mine[number].discard(declined.id)
                case RoomChanged(log=log, change=Appended(entries=entries)):
                    self.history.saw += [
                        Saw(str(number), log, one.seq, one.id, one.hash) for one in entries
                    ]
                case RoomChanged(change=Retry()):
                    self.retries += 1
                case _:
                    pass
            self._changed.set()

        return listen

    async def _write(self, number: int) -> None:
        """Keep a few commands on their way; the first two also redact, when that is wanted."""
        count = 0
        while True:
            if number == 0 and self.wants_redactions:
                self.wants_redactions, self.redacting = False, True
                await self._redact()
            while len(self._mine[number]) < IN_FLIGHT:
                count += 1
                self._send(number, Post(f"person{number} says {count}"))
            await self._answered(number)

    async def _answered(self, number: int) -> None:
        while len(self._mine[number]) >= IN_FLIGHT:
            self._changed.clear()
            await self._changed.wait()

    async def _redact(self) -> None:
        """Write a secret, and have two people redact it."""
        secret = f"secret-{self._rng.randbytes(8).hex()}"
        seq = await self._settled(0, self._send(0, Post(secret)))
        await self._settled(0, self._send(0, RequestRedaction(entry=seq, reason="a leak")))
        approval = self._send(1, ApproveRedaction(entry=seq))
        self._redactions[approval] = secret

    async def _settled(self, number: int, id_: str) -> int:
        await self.until(lambda: id_ not in self._mine[number])
        return next(told.seq or 0 for told in self.history.told if told.id == id_)

    def _send(self, number: int, command: PersonCommand) -> str:
        asked_at = time.monotonic_ns()
        id_ = self._desks[number].send(self.log, Draft(command))
        self.history.asked.append(Asked(self.log, id_, asked_at))
        self._mine[number].add(id_)
        return id_


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


def plans(rng: random.Random) -> Iterator[str]:
    """How lives are to end: every point as often as any other, in an order that is never again."""
    while True:
        ends = ["random", "random", "before-commit", "after-commit", "after-ack", "redaction"]
        rng.shuffle(ends)
        yield from ends


def aim(plan: str, rng: random.Random) -> str:
    """What to tell the hub: late enough in its life that ten entries were acknowledged."""
    match plan:
        case "random":
            return ""
        case "redaction":
            return "redaction:1"
        case _:
            return f"{plan}:{rng.randint(16, 40)}"


async def loop(
    folder: Path, *, lives: int, mode: str, seed: int, seconds: float = 1e9, epoch: int = 50
) -> Report:
    """Live and die `lives` times, or for `seconds`; a new data folder every `epoch` lives."""
    rng, report, began = random.Random(seed), Report(), time.monotonic()
    planned = plans(rng)
    async with nursery(mode, folder) as process:
        while report.lives < lives and time.monotonic() - began < seconds:
            data = folder / f"data-{report.lives}"
            most = min(lives, report.lives + epoch)
            era = _Era(HubLives(process, data), Room(rng), data, rng, report)
            await era.run(planned, most, began + seconds)
            report.seconds = time.monotonic() - began
            print(report, flush=True)  # noqa: T201
            shutil.rmtree(data)
    return report


@dataclass
class _Era:
    """All lives on one data folder."""

    hub: HubLives
    room: Room
    data: Path
    rng: random.Random
    report: Report

    async def run(self, planned: Iterator[str], most: int, deadline: float) -> None:
        """Lives until there were `most`; the last journal is verified line by line."""
        await self._found()
        async with asyncio.TaskGroup() as tasks:
            running = await self.room.live(self.hub.socket, tasks)
            plan = "random"
            while True:
                await self._live(plan)
                self._judge(list(rows(self.data)))
                if self.report.lives >= most or time.monotonic() > deadline:
                    break
                await self._die_young()
                plan = next(planned)
                if self.room.redacting and plan == "redaction":
                    # It would be met too early in that life.
                    planned, plan = chain([plan], planned), "random"
                assert await self.hub.start(aim(plan, self.rng)), plan
            for task in running:
                task.cancel()
        self._judge(whole(self.data, self.room.log))

    async def _found(self) -> None:
        """Die in the making, at every place there is; then start well."""
        places = [f"start-up:{n}" for n in range(1, START_UPS + 1)]
        for crash_at in ("before-commit:1", "after-commit:1", *places):
            assert not await self.hub.start(crash_at)
            self._died("start-up" if crash_at in places else crash_at.partition(":")[0])
        assert await self.hub.start()

    async def _die_young(self) -> None:
        """Now and then, a hub that is killed before anyone can reach it."""
        if self.rng.random() < 0.15:
            assert not await self.hub.start(f"start-up:{self.rng.randint(1, START_UPS)}")
            self._died("start-up")

    async def _live(self, plan: str) -> None:
        """One life under load, to its end."""
        room, before = self.room, self.room.acks
        await room.until(lambda: room.acks >= before + ACKS_A_LIFE)
        if not room.redacting:
            room.wants_redactions = plan == "redaction"
        if plan == "random":
            await asyncio.sleep(self.rng.uniform(0, 0.05))
            self.hub.kill()
        assert await self.hub.ended() == -signal.SIGKILL
        await room.until(lambda: room.alone)
        self.report.lives += 1
        self.report.acked += room.acks - before
        self.report.fewest = min(self.report.fewest, room.acks - before)
        self._died(plan)

    def _died(self, point: str) -> None:
        self.report.kills += 1
        self.report.points[point] += 1

    def _judge(self, journal: list[Kept]) -> None:
        """What the journal keeps against what the people know."""
        self.report.found += findings(self.room.history, journal)
        self._look_for_secrets()

    def _look_for_secrets(self) -> None:
        """Words whose redaction was seen in an earlier life are in no file any more.

        In this life its entry may have been seen, and the hub killed before it had scrubbed the
        files and answered; the next hub makes up for that when it starts.
        """
        room = self.room
        files = [path for path in self.data.glob("journal.db*") if path.suffix != ".db-shm"]
        left = {text.decode() for path in files for text in SECRET.findall(path.read_bytes())}
        self.report.unforgotten += len(left & room.forgotten)
        room.forgotten |= room.redacted
        room.redacted.clear()


def rows(data: Path) -> Iterator[Kept]:
    """The entries as they stand in a dead hub's files, whose next life must find them untouched."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("journal.db", "journal.db-wal"):
            if (data / name).exists():
                shutil.copy(data / name, scratch)
        with closing(sqlite3.connect(Path(scratch, "journal.db"))) as copy:
            found = copy.execute(
                "SELECT e.log, e.seq, e.id, e.hash, e.by FROM entries AS e JOIN logs USING (log)"
                " WHERE label LIKE 'INC-%' ORDER BY e.seq"
            )
            for log, seq, id_, hash_, by in found:
                yield Kept(log, seq, id_, hash_, by_hub=by == HUB)


def whole(data: Path, log: str) -> list[Kept]:
    """The room through the real journal, after `verify` has found nothing wrong with it."""
    with closing(open_sqlite(data / "journal.db")) as journal:
        journal.check()
        page = journal.page(log, 0, 1_000_000)
    lines = export_lines("INC-1", log, page.entries, page.heads)
    assert () == verify(b"".join(line + b"\n" for line in lines)).problems
    return [
        Kept(log, one.seq, one.id, one.hash, _what(one.event), by_hub=one.by == HUB)
        for one in (entry.recorded() for entry in page.entries)
    ]


def _what(event: Any) -> str:
    return str(event.words.text) if isinstance(event, NotePosted) and event.words else ""
