"""The power goes while words that have expired are being erased, part by part, between batches.

The next hub has to make an end of it by itself: nothing that was told is lost then, and the words
are in none of the journal's files. If it had been told that they are gone, they are in none before.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from server import crash, sqlite
from server.batch import Waiting
from server.journal_sql import SqlJournal, open_sqlite
from tests.proof.bench import PATIENCE, bench_on, waiting
from tests.proof.disk import Disk, Synced, watched
from tests.proof.old_rooms import OldRoom, secrets_in, write_room
from tests.proof.power_loss import Recording, Report, cut_at, found_after, judge, verifies
from warroom.clock import new_log_id
from warroom.domain.commands import Declare, ExpireWords, Post
from warroom.domain.vocabulary import HUB

DAYS = 100
"""How long ago the room ended."""


@dataclass
class Erasure:
    """What the disk saw of it, between the places `begins` and `ends` of the recording."""

    recording: Recording
    room: OldRoom
    expire: Waiting
    begins: int
    ends: int

    @property
    def secret(self) -> bytes:
        return self.room.secret.encode()


def record_erasure(rng: random.Random) -> Erasure:
    """Have a hub erase the words of an old room while people write in another."""
    with found_after({}) as folder, watched(Disk()) as disk, own_syncs(disk):
        happened = disk.happened
        with closing(open_sqlite(folder / "journal.db")) as journal:
            room = write_room(journal, happened, rng, days=DAYS)
            expire = waiting(room.log, ExpireWords(days=room.kept), HUB)
            with bench_on(journal, happened) as bench:
                log = new_log_id()
                bench.ask(waiting(log, Declare(title="The power goes")))
                begins = len(happened)
                with between_parts(lambda: bench.give(*_posts(log, rng))) as parts:
                    bench.ask(expire)
                ends = len(happened)
            assert room.parts - 1 == len(parts)
    asked = {one.id for one in (*room.asked, *bench.asked)}
    return Erasure(Recording({}, happened, asked), room, expire, begins, ends)


def _posts(log: str, rng: random.Random) -> list[Waiting]:
    return [waiting(log, Post("x" * rng.choice((10, 200, 3000)))) for _ in range(rng.randint(1, 9))]


@contextmanager
def between_parts(act: Callable[[], None]) -> Iterator[list[str]]:
    """Act in the writer's thread whenever a part was erased and more is to come; each is noted."""
    noted: list[str] = []

    def reached(point: crash.Point) -> None:
        if point == "erasing":
            noted.append(point)
            act()

    with mock.patch.object(crash, "reached", reached):
        yield noted


@contextmanager
def own_syncs(disk: Disk) -> Iterator[None]:
    """What the hub syncs past SQLite is recorded too."""
    real = sqlite.sync_to_disk

    def sync_to_disk(path: Path) -> None:
        real(path)
        disk.happened.append(Synced(path.name))

    with mock.patch.object(sqlite, "sync_to_disk", sync_to_disk):
        yield


def lose_power_erasing(erasure: Erasure, cuts: int, rng: random.Random, report: Report) -> None:
    """Cut the power in the midst of it; judge what is left, and what the next hub makes of that.

    One cut in five comes when the hub has just said that the words are gone.
    """
    points = [rng.randint(erasure.begins, erasure.ends) for _ in range(cuts - cuts // 5)]
    points += [erasure.ends] * (cuts // 5)
    for files, handed in cut_at(points, erasure.recording, rng, report):
        judge(files, erasure.recording, handed, report)
        told_twice = sum(one.id == erasure.expire.id for one in handed) == 2
        # The entry leaves the writer at the commit, the answer once the words are gone.
        report.unforgotten += told_twice and any(erasure.secret in one for one in files.values())
        judge(_finished(files, erasure, report), erasure.recording, handed, report)


def _finished(files: dict[str, bytes], erasure: Erasure, report: Report) -> dict[str, bytes]:
    """The files that the next hub leaves, once it has had the time to erase what must go."""
    with found_after(files) as folder:
        with closing(open_sqlite(folder / "journal.db")) as journal, bench_on(journal, []) as bench:
            if not _expired(journal, erasure):
                bench.ask(erasure.expire)
            report.erased += 1
            report.unforgotten += not (_gone(folder, erasure.room) and _wordless(journal, erasure))
            report.unverified += not all(
                verifies(head, journal.page(head.log, 0, 1_000_000)) for head in journal.heads()
            )
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _expired(journal: SqlJournal, erasure: Erasure) -> bool:
    """Whether it is recorded that the words have expired: the hub must go on by itself then."""
    after = journal.page(erasure.room.log, erasure.room.entries, 10)
    return any(entry.header.id == erasure.expire.id for entry in after.entries)


def _gone(folder: Path, room: OldRoom) -> bool:
    """Wait until no file holds the words; False if that never comes."""
    given_up_at = time.monotonic() + PATIENCE
    while room.secret in secrets_in(folder):
        if time.monotonic() > given_up_at:
            return False
        time.sleep(0.01)
    return True


def _wordless(journal: SqlJournal, erasure: Erasure) -> bool:
    """Whether nobody is given the words any more."""
    page = journal.page(erasure.room.log, 0, erasure.room.entries)
    return all(entry.body_bytes is None for entry in page.entries)
