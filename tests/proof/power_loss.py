"""The real writer on a recorded disk; then the power goes at any moment, and the journal is opened.

What the writer hands on (answers and entries) is put between the disk's operations as it happens,
in the same list: what stands before the cut was told to someone.
"""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, MutableSequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server import sqlite
from server.journal import JournalError, LogHead, Page
from server.journal_sql import open_sqlite
from server.place import SEED_BYTES
from tests.proof import history
from tests.proof.bench import Bench, Handed, bench_on, waiting
from tests.proof.disk import Disk, watched
from tests.proof.history import Asked, Fault, History, Told, findings
from tests.proof.power import Kept, Platter
from warroom.clock import new_log_id
from warroom.domain.commands import ApproveRedaction, Declare, Join, Post, RequestRedaction
from warroom.domain.vocabulary import HUB
from warroom.export.jsonl import export_lines
from warroom.log.verify import verify

VERIFY_EACH = 10
"""Every so many cuts the logs are also verified, signatures and all, which takes longest."""


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
    """What came of all the cuts. `beyond` counts entries found that nobody had been told of yet.

    `erased` counts cuts after which words had to go, `unforgotten` those where some did not.
    """

    cuts: Counter[Kept] = field(default_factory=Counter)
    handed: int = 0
    beyond: int = 0
    found: Counter[Fault] = field(default_factory=Counter)
    unreadable: int = 0
    unverified: int = 0
    erased: int = 0
    unforgotten: int = 0
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        return self.found.total() + self.unreadable + self.unverified + self.unforgotten

    def __str__(self) -> str:
        cuts = ", ".join(f"{kept} {count}" for kept, count in sorted(self.cuts.items()))
        return (
            f"{self.cuts.total()} cuts ({cuts}) in {self.seconds:.0f} s: {self.handed} entries"
            f" that someone had been told of were looked for, {self.beyond} more were there;"
            f" found {dict(self.found)}, {self.unreadable} journals that do not open,"
            f" {self.unverified} that do not verify; words had to go after {self.erased} cuts,"
            f" and did not after {self.unforgotten}"
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
                with bench_on(journal, disk.happened) as bench:
                    if done == 0:
                        _found(bench, logs)
                    done += _work(bench, logs, commands // 3 + 1, rng)
                asked |= {one.id for one in bench.asked}
    return Recording(start.before, disk.happened, asked, start.handed)


def _found(bench: Bench, logs: list[str]) -> None:
    for log in logs:
        bench.ask(waiting(log, Declare(title="The power goes")))
        bench.ask(*(waiting(log, Join(person=who, name=who, handle=who), HUB) for who in "ab"))


def _work(bench: Bench, logs: list[str], commands: int, rng: random.Random) -> int:
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
    left = Recording()
    points = [rng.randint(0, len(recording.happened)) for _ in range(cuts)]
    for files, handed in cut_at(points, recording, rng, report):
        found = judge(files, recording, handed, report)
        left = Recording(files, [], recording.asked, [Handed(e.log, e.id, e.seq) for e in found])
    return left


def cut_at(
    points: Iterable[int], recording: Recording, rng: random.Random, report: Report
) -> Iterator[tuple[dict[str, bytes], list[Handed]]]:
    """The files that each of these cuts leaves, and what had been handed out before it."""
    began = time.monotonic()
    platter, at = Platter(recording.before), 0
    handed = list(recording.handed)
    for point in sorted(points):
        for happened in recording.happened[at:point]:
            platter.take(happened)
            if isinstance(happened, Handed):
                handed.append(happened)
        at = point
        kept = rng.choice(tuple(Kept))
        report.cuts[kept] += 1
        yield platter.after_the_cut(kept, rng), handed
    report.seconds += time.monotonic() - began


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


def judge(
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
                report.unverified += not verifies(head, page)
    return kept


def verifies(head: LogHead, page: Page) -> bool:
    """Whether nothing is wrong with a whole log."""
    lines = export_lines(head.label, head.log, page.entries, page.heads)
    return not verify(b"".join(line + b"\n" for line in lines)).problems


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
