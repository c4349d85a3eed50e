"""The real writer on a journal, told what to do by one thread, which can wait for the answers."""

import threading
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from server.batch import Accepted, Batch, Waiting
from server.journal_sql import SqlJournal
from server.writer import Writer
from warroom.clock import HubClock, new_command_id
from warroom.domain.commands import Command
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.vocabulary import HUB, Scope, Via
from warroom.log.chain import canonical
from warroom.log.signing import HubKey

KEY = HubKey(bytes(range(32)))
PATIENCE = 60.0


@dataclass(frozen=True)
class Handed:
    """An entry that left the writer: acknowledged to its sender, or on its way to all others."""

    log: str
    id: str
    seq: int


class Bench:
    """A writer at work. What leaves it is put down in `happened` as it leaves."""

    def __init__(
        self, journal: SqlJournal, happened: MutableSequence[Any], key: HubKey, clock: HubClock
    ) -> None:
        self._happened = happened
        self._answers = threading.Condition()
        self._open: set[str] = set()
        self.places: dict[str, int] = {}
        self.asked: list[Waiting] = []
        self.writer = Writer(journal, key, clock, self._deliver, DEFAULT_POLICY)

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

    def give(self, *commands: Waiting) -> None:
        """Give commands together. From any thread, the writer's own too."""
        with self._answers:
            self.asked += commands
            self._open.update(one.id for one in commands)
        for one in commands:
            assert self.writer.submit(one)

    def ask(self, *commands: Waiting) -> list[int]:
        """Give commands, and wait until all that was given is answered; their places in the log."""
        self.give(*commands)
        with self._answers:
            assert self._answers.wait_for(lambda: not self._open, PATIENCE)
        return [self.places[one.id] for one in commands]


@contextmanager
def bench_on(
    journal: SqlJournal,
    happened: MutableSequence[Any],
    *,
    key: HubKey = KEY,
    clock: HubClock | None = None,
) -> Iterator[Bench]:
    """A writer that works inside, under a hub's clock: the machine's own, if none is given."""
    bench = Bench(journal, happened, key, clock or HubClock())
    bench.writer.start()
    try:
        yield bench
    finally:
        bench.writer.stop()


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
