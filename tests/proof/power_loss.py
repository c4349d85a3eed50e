"""The real writer on a recorded disk; then the power goes at any moment, and the journal is opened.

What the writer hands on (answers and entries) is put between the disk's operations as it happens,
in the same list: what stands before the cut was told to someone.
"""

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, MutableSequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server import sqlite
from server.batch import Accepted, Batch, Waiting
from server.journal import JournalError
from server.journal_sql import SqlJournal, open_sqlite
from server.place import SEED_BYTES
from server.writer import Writer
from tests.proof import history
from tests.proof.disk import Disk, watched
from tests.proof.history import Asked, Fault, History, Told, findings
from tests.proof.power import Kept, Platter
from warroom.clock import HubClock, new_command_id, new_log_id
from warroom.domain.commands import (
    ApproveRedaction,
    Command,
    Declare,
    Join,
    Post,
    RequestRedaction,
)
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.vocabulary import HUB, Scope, Via
from warroom.export.jsonl import export_lines
from warroom.log.chain import canonical
from warroom.log.signing import HubKey
from warroom.log.verify import verify

KEY = HubKey(bytes(range(32)))
PATIENCE = 60.0
VERIFY_EACH = 10
"""Every so many cuts the logs are also verified, signatures and all, which takes longest."""


@dataclass(frozen=True)
class Handed:
    """An entry that left the writer: acknowledged to its sender, or on its way to all others."""

    log: str
    id: str
    seq: int


@dataclass
class Recording:
    """What one hub's disk saw, and what the hub said.

    `before` are the files it began with, `handed` what these already held. `keyed` says that the
    hub's key was recorded too.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    happened: MutableSequence[Any] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    handed: list[Handed] = field(default_factory=list)
    keyed: bool = False


@dataclass
class Report:
    """What came of all the cuts. `beyond` counts entries found that nobody had been told of yet."""

    cuts: Counter[Kept] = field(default_factory=Counter)
    handed: int = 0
    beyond: int = 0
    found: Counter[Fault] = field(default_factory=Counter)
    unreadable: int = 0
    unverified: int = 0
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        return self.found.total() + self.unreadable + self.unverified

    def __str__(self) -> str:
        cuts = ", ".join(f"{kept} {count}" for kept, count in sorted(self.cuts.items()))
        return (
            f"{self.cuts.total()} cuts ({cuts}) in {self.seconds:.0f} s: {self.handed} entries"
            f" that someone had been told of were looked for, {self.beyond} more were there;"
            f" found {dict(self.found)}, {self.unreadable} journals that do not open,"
            f" {self.unverified} that do not verify"
        )


class _Bench:
    """The real writer, told what to do by one thread, which can wait for the answers."""

    def __init__(self, journal: SqlJournal, happened: MutableSequence[Any]) -> None:
        self._happened = happened
        self._answers = threading.Condition()
        self._open: set[str] = set()
        self.places: dict[str, int] = {}
        self.asked: list[Waiting] = []
        self.writer = Writer(journal, KEY, HubClock(), self._deliver, DEFAULT_POLICY)
        self.writer.start()

    def _deliver(self, batch: Batch) -> None:
        """In the writer's thread: whatever comes here may be on its way to people."""
        told = [one for one in batch.outcomes if isinstance(one, Accepted)]
        self._happened += [Handed(one.waiting.log, one.waiting.id, one.seq) for one in told]
        for commit in batch.commits:
            self._happened += [Handed(commit.log, e.header.id, e.seq) for e in commit.entries]
        with self._answers:
            self.places.update((one.waiting.id, one.seq) for one in told)
            self._open.difference_update(one.waiting.id for one in batch.outcomes)
            self._answers.notify_all()

    def ask(self, *commands: Waiting) -> list[int]:
        """Give commands together, and wait; their places in the log."""
        self.asked += commands
        with self._answers:
            self._open.update(one.id for one in commands)
        for one in commands:
            assert self.writer.submit(one)
        with self._answers:
            assert self._answers.wait_for(lambda: not self._open, PATIENCE)
        return [self.places[one.id] for one in commands]


def waiting(log: str, command: Command, person: str = "ana") -> Waiting:
    """A command on its way, as the hub would queue it."""
    hub = person == HUB
    return Waiting(
        id=new_command_id(),
        log=log,
        command=command,
        content=canonical(command),
        person=person,
        via=Via.HUB if hub else Via.OS,
        scope=Scope.HUB if hub else Scope.RESPONDER,
    )


def record(start: Recording, commands: int, rng: random.Random) -> Recording:
    """Have a hub write in two rooms, long texts and short, redact some, and be started anew.

    `start` is an empty recording, or what `lose_power` left behind.
    """
    with found_after(start.before) as folder, watched(Disk()) as disk:
        asked = set(start.asked)
        logs = [new_log_id(), new_log_id()]
        done = 0
        while done < commands:
            with closing(open_sqlite(folder / "journal.db")) as journal:
                bench = _Bench(journal, disk.happened)
                if done == 0:
                    _found(bench, logs)
                done += _work(bench, logs, commands // 3 + 1, rng)
                bench.writer.stop()
                asked |= {one.id for one in bench.asked}
    return Recording(start.before, disk.happened, asked, start.handed)


def _found(bench: _Bench, logs: list[str]) -> None:
    for log in logs:
        bench.ask(waiting(log, Declare(title="The power goes")))
        bench.ask(*(waiting(log, Join(person=who, name=who, handle=who), HUB) for who in "ab"))


def _work(bench: _Bench, logs: list[str], commands: int, rng: random.Random) -> int:
    done = 0
    while done < commands:
        log = rng.choice(logs)
        if rng.random() < 0.05:
            (seq,) = bench.ask(waiting(log, Post("a secret")))
            bench.ask(waiting(log, RequestRedaction(entry=seq, reason="a leak")))
            bench.ask(waiting(log, ApproveRedaction(entry=seq), "b"))
            done += 3
            continue
        size = rng.choice((1, 1, 2, 5, 20))
        texts = ["x" * rng.choice((10, 200, 3000)) for _ in range(size)]
        bench.ask(*(waiting(rng.choice(logs), Post(text)) for text in texts))
        done += size
    return done


def lose_power(recording: Recording, cuts: int, rng: random.Random, report: Report) -> Recording:
    """Cut the power at random points of a recording, in order, and judge what is left.

    What the last cut left is where another recording may begin.
    """
    began = time.monotonic()
    points = sorted(rng.randint(0, len(recording.happened)) for _ in range(cuts))
    platter, at = Platter(recording.before), 0
    handed = list(recording.handed)
    left = Recording()
    for point in points:
        for happened in recording.happened[at:point]:
            platter.take(happened)
            if isinstance(happened, Handed):
                handed.append(happened)
        at = point
        kept = rng.choice(tuple(Kept))
        report.cuts[kept] += 1
        files = platter.after_the_cut(kept, rng)
        found = _judge(files, recording, handed, report)
        left = Recording(files, [], recording.asked, [Handed(e.log, e.id, e.seq) for e in found])
    report.seconds += time.monotonic() - began
    return left


@contextmanager
def found_after(files: dict[str, bytes]) -> Iterator[Path]:
    """A folder with these files, for as long as they are looked at."""
    folder = Path(tempfile.mkdtemp(prefix="power-"))
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder)


def _judge(
    files: dict[str, bytes], recording: Recording, handed: list[Handed], report: Report
) -> list[history.Kept]:
    """Open the journal as the next hub would, and look for everything that was told."""
    if recording.keyed and handed and len(files.get("hub.key", b"")) != SEED_BYTES:
        report.unreadable += 1
    try:
        with found_after(files) as folder:
            kept = _kept(folder, report)
    except JournalError:
        report.unreadable += 1
        return []
    told = [Told(one.log, one.id, one.seq, 0) for one in handed]
    asked = [Asked(one.log, one.id, 0) for one in kept if one.id in recording.asked]
    for finding in findings(History(asked=asked, told=told), kept):
        report.found[finding.fault] += 1
    report.handed += len(handed)
    report.beyond += len(kept) - len({one.id for one in handed})
    return kept


def _kept(folder: Path, report: Report) -> list[history.Kept]:
    kept: list[history.Kept] = []
    with closing(open_sqlite(folder / "journal.db")) as journal:
        journal.check()
        for head in journal.heads():
            page = journal.page(head.log, 0, 1_000_000)
            kept += [
                history.Kept(head.log, e.seq, e.header.id, e.hash, by_hub=e.header.by == HUB)
                for e in page.entries
            ]
            if report.cuts.total() % VERIFY_EACH == 0:
                lines = export_lines(head.label, head.log, page.entries, page.heads)
                whole = b"".join(line + b"\n" for line in lines)
                report.unverified += bool(verify(whole).problems)
    return kept


@contextmanager
def careless() -> Iterator[None]:
    """A hub that does not wait for the disk at each commit: what the proof must catch."""
    pragmas = sqlite._WRITER_PRAGMAS
    careful = pragmas["synchronous"]
    pragmas["synchronous"] = ("NORMAL", 1)
    try:
        yield
    finally:
        pragmas["synchronous"] = careful
