"""Rooms that ended long ago: as soon as words are kept for fewer days than that, theirs must go."""

import random
import re
from collections.abc import MutableSequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.batch import Waiting
from server.journal_sql import ERASED_AT_ONCE, SqlJournal
from tests.proof.bench import KEY, bench_on, waiting
from warroom.clock import HubClock, new_log_id
from warroom.domain.commands import ChangeStatus, Declare, Post
from warroom.domain.vocabulary import Status
from warroom.log.signing import HubKey

SECRET = re.compile(rb"secret-[0-9a-f]{16}")
"""Words that are to go. No two rooms and no two redacted entries have the same."""


class PastClock(HubClock):
    """The clock of a hub so many days ago."""

    def __init__(self, days: int) -> None:
        self._ago = timedelta(days=days)
        super().__init__()

    def now(self) -> datetime:
        return super().now() - self._ago


@dataclass(frozen=True)
class OldRoom:
    """A room that was cancelled `days` ago, with `secret` in its title and in every note."""

    log: str
    secret: str
    days: int
    asked: tuple[Waiting, ...]

    @property
    def kept(self) -> int:
        """Keep words for so many days, and this room's are to go."""
        return self.days - 1

    @property
    def entries(self) -> int:
        """Its entries, the last of which ended it."""
        return len(self.asked)

    @property
    def parts(self) -> int:
        """In how many parts its words are erased."""
        return -(-self.entries // ERASED_AT_ONCE)


def new_secret(rng: random.Random) -> str:
    return f"secret-{rng.randbytes(8).hex()}"


def write_room(
    journal: SqlJournal,
    happened: MutableSequence[Any],
    rng: random.Random,
    *,
    days: int,
    key: HubKey = KEY,
) -> OldRoom:
    """Have a room written by a hub so many days ago, long enough to be erased in parts."""
    log, secret = new_log_id(), new_secret(rng)
    notes = rng.choice((ERASED_AT_ONCE, 2 * ERASED_AT_ONCE)) + rng.randint(0, 99)
    said = [waiting(log, Post(f"{secret} {number}")) for number in range(notes)]
    over = ChangeStatus(to=Status.CANCELLED, reason=secret)
    with bench_on(journal, happened, key=key, clock=PastClock(days)) as bench:
        bench.ask(waiting(log, Declare(title=secret)))
        bench.ask(*said)
        bench.ask(waiting(log, over))
    return OldRoom(log, secret, days, tuple(bench.asked))


def secrets_in(folder: Path) -> set[str]:
    """The words of this kind that the journal's files in a folder hold."""
    files = [path for path in folder.glob("journal.db*") if path.suffix != ".db-shm"]
    return {text.decode() for path in files for text in SECRET.findall(path.read_bytes())}
