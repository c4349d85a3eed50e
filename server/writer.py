"""The one writer: takes waiting commands, decides them in order, commits them as one batch.

It runs in a thread of its own, which no client's disconnect can cancel. Nothing leaves it before
COMMIT: what was decided on a batch that failed was never shown to anyone.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from server import crash
from server.batch import (
    Accepted,
    Batch,
    Committed,
    Extended,
    Extension,
    Outcome,
    Rejected,
    Waiting,
)
from server.decisions import Decisions, Local
from server.journal import (
    Journal,
    JournalError,
    LogHead,
    OutcomeUnknown,
)
from warroom.clock import HubClock
from warroom.domain.commands import ApproveRedaction, ExpireWords
from warroom.domain.decide import Code, Refused
from warroom.domain.events import Policy
from warroom.log.signing import HubKey

BATCH_COMMANDS = 100
BATCH_BYTES = 256 * 1024
QUEUE_COMMANDS = 10_000
SCRUB_RETRY = 0.2

_logger = logging.getLogger(__name__)

Work: TypeAlias = Waiting | Extension


class Writer:
    """Owns the journal's write side. `deliver` is called from the writer's thread."""

    def __init__(
        self,
        journal: Journal,
        key: HubKey,
        clock: HubClock,
        deliver: Callable[[Batch], None],
        policy: Policy,
    ) -> None:
        self._journal = journal
        self._key = key
        self._clock = clock
        self._deliver = deliver
        self._policy = policy
        self._queue: queue.Queue[Work | None] = queue.Queue(QUEUE_COMMANDS)
        self._locals: dict[str, Local] = {}
        self._unscrubbed: list[Outcome] = []
        # A hub that was killed may have committed that words are gone which are still in the files.
        self._stale = True
        self._unerased = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, work: Work) -> bool:
        """Queue work; False if too much waits already, or it is stopping. From any thread."""
        if self._stopping:
            return False
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            return False
        return True

    def stop(self) -> None:
        """Write all that waits, then end. Blocks until it has."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        self._scrub()
        stopping = False
        while not stopping:
            work, stopping = self._take()
            if work:
                self._deliver(self._hold_erasures(self._settle(work)))
            self._scrub()

    def _take(self) -> tuple[list[Work], bool]:
        """All that waits, up to one batch, and whether the end was asked for."""
        taken: list[Work] = []
        size = 0
        try:
            first = self._queue.get(timeout=self._patience)
            while first is not None:
                taken.append(first)
                size += _size(first)
                if len(taken) == BATCH_COMMANDS or size >= BATCH_BYTES:
                    return taken, False
                first = self._queue.get_nowait()
        except queue.Empty:
            return taken, False
        return taken, True

    def _settle(self, taken: Sequence[Work]) -> Batch:
        """One batch from take to commit; temporary refusals for all if the journal fails.

        Where a defect is met, each command is settled by itself.
        """
        extensions = [one for one in taken if isinstance(one, Extension)]
        waiting = [one for one in taken if isinstance(one, Waiting)]
        work = Decisions(self._locals, self._key, self._clock, self._policy)
        try:
            with self._journal.begin() as transaction:
                extended = tuple(work.extend(transaction, one) for one in extensions)
                notes = [one.extension.note for one in extended if one.refused is None]
                asked = [*waiting, *(note for note in notes if note is not None)]
                outcomes = work.decide_all(transaction, asked)
                commits = work.write(transaction)
                crash.reached("before-commit")
                try:
                    transaction.commit()
                except OutcomeUnknown:
                    if not self._landed(commits):
                        raise
            crash.reached("after-commit")
            return Batch(outcomes, commits, extended)
        except JournalError as error:
            _logger.error("a batch of %d commands failed: %s", len(taken), error)
            return self._refuse(waiting, extensions, _not_now(error))
        except Exception:
            _logger.exception("a batch of %d commands met a defect", len(taken))
            if len(taken) == 1:
                return self._refuse(waiting, extensions, _DEFECT)
        # It is one of them: the others must not be refused with it.
        self._locals.clear()
        return _joined([self._settle([one]) for one in taken])

    def _refuse(
        self, waiting: Iterable[Waiting], extensions: Iterable[Extension], why: Refused
    ) -> Batch:
        """Nothing was written: forget what was folded, and say so to everyone."""
        self._locals.clear()
        outcomes = tuple(Rejected(one, why) for one in waiting)
        return Batch(outcomes, (), tuple(Extended(one, why) for one in extensions))

    def _landed(self, commits: Sequence[Committed]) -> bool:
        """Whether a batch whose COMMIT got no answer is in the journal after all."""
        heads = {head.log: head.hash for head in self._journal.heads()}
        return all(heads.get(commit.log) == commit.head.hash for commit in commits)

    def _hold_erasures(self, batch: Batch) -> Batch:
        """Keep back the answers to what erases until the words are gone from the files too.

        The answer to one that is sent again as well: the hub may have been killed in between.
        """
        # Among entries that were made elsewhere may be some that erase what stands here.
        self._stale = self._stale or bool(batch.extended)
        held = [outcome for outcome in batch.outcomes if _erases(outcome)]
        if not held:
            return batch
        self._unscrubbed += held
        answers = tuple(one for one in batch.outcomes if one not in held)
        return Batch(answers, batch.commits, batch.extended)

    @property
    def _must_scrub(self) -> bool:
        return self._stale or bool(self._unscrubbed)

    @property
    def _patience(self) -> float | None:
        """Seconds to wait for work before the words that are to go are looked after again."""
        if self._unerased:
            return 0.0
        return SCRUB_RETRY if self._must_scrub else None

    def _scrub(self) -> None:
        """Erase a part of what has expired; once there is no more of it, empty the old copies."""
        if not self._must_scrub:
            return
        if self._unscrubbed:
            crash.reached("redaction")
        try:
            self._unerased = self._journal.erase()
            if self._unerased:
                crash.reached("erasing")
                return
            self._journal.scrub()
        except JournalError as error:
            self._unerased = False
            _logger.warning("words that are gone are still in the journal's files: %s", error)
            return
        answers, self._unscrubbed, self._stale = self._unscrubbed, [], False
        if answers:
            self._deliver(Batch(tuple(answers), ()))


_DEFECT = Refused(
    Code.INVALID, "the hub met a defect with that command and wrote nothing; see the hub's log"
)


def _not_now(error: JournalError) -> Refused:
    """What those who wrote are told of a journal's trouble: which it is, and what it means."""
    recorded = "whether this is recorded is not known"
    if not isinstance(error, OutcomeUnknown):
        recorded = "this is not recorded"
    text = f"{error.told}, and {recorded}; whoever runs the hub has to see to it"
    return Refused(Code.TEMPORARY, text, True)


def _joined(batches: Sequence[Batch]) -> Batch:
    """What several transactions brought, in their order."""
    return Batch(
        tuple(outcome for one in batches for outcome in one.outcomes),
        tuple(commit for one in batches for commit in one.commits),
        tuple(extended for one in batches for extended in one.extended),
    )


def _erases(outcome: Outcome) -> bool:
    command = outcome.waiting.command
    return isinstance(outcome, Accepted) and isinstance(command, ApproveRedaction | ExpireWords)


def _size(work: Work) -> int:
    """About how many bytes the work brings into a batch."""
    if isinstance(work, Waiting):
        return len(work.content)
    return sum(len(entry.header_bytes) for entry in work.part.entries)


def journal_floor(heads: Iterable[LogHead]) -> datetime | None:
    """The time of the last entry in the journal: the hub's clock does not start before it."""
    return max((datetime.fromisoformat(head.at) for head in heads), default=None)
