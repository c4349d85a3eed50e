"""The one writer: takes waiting commands, decides them in order, commits them as one batch.

It runs in a thread of its own, which no client's disconnect can cancel. Nothing leaves it before
COMMIT: what was decided on a batch that failed was never shown to anyone.
"""

import hashlib
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from server import crash
from server.batch import Accepted, Batch, Committed, Outcome, Rejected, Waiting
from server.journal import (
    Append,
    Journal,
    JournalError,
    JournalTemporary,
    LogHead,
    OutcomeUnknown,
    Transaction,
)
from warroom.clock import HubClock, new_salt
from warroom.domain.commands import ApproveRedaction, Command, Declare, cited_by
from warroom.domain.decide import Asked, Cited, Code, Founding, Granted, Refused, decide
from warroom.domain.events import Policy
from warroom.domain.fold import apply
from warroom.domain.hublog import LABEL, FoundHub, HubState, OwnCommand, apply_own, decide_own
from warroom.domain.incident import Incident
from warroom.domain.permissions import sees
from warroom.domain.vocabulary import Scope
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.log.signing import HubKey

BATCH_COMMANDS = 100
BATCH_BYTES = 256 * 1024
QUEUE_COMMANDS = 10_000
FOLD_PAGE = 1_000
SCRUB_RETRY = 0.2

_logger = logging.getLogger(__name__)

TEMPORARY = Refused(
    Code.TEMPORARY, "the hub could not write that just now; it will be tried again", True
)


class _Local(Struct):
    """The writer's own fold of one log."""

    label: str
    state: Incident | HubState
    seq: int = 0
    head: str = GENESIS


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
        self._queue: queue.Queue[Waiting | None] = queue.Queue(QUEUE_COMMANDS)
        self._locals: dict[str, _Local] = {}
        self._unscrubbed: list[Outcome] = []
        # A hub that was killed may have committed a redaction whose words are still in the files.
        self._stale = True
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, waiting: Waiting) -> bool:
        """Queue a command; False if too many wait already, or it is stopping. From any thread."""
        if self._stopping:
            return False
        try:
            self._queue.put_nowait(waiting)
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
            waiting, stopping = self._take()
            if waiting:
                self._deliver(self._hold_redactions(self._settle(waiting)))
            self._scrub()

    def _take(self) -> tuple[list[Waiting], bool]:
        """All that waits, up to one batch, and whether the end was asked for."""
        taken: list[Waiting] = []
        size = 0
        try:
            first = self._queue.get(
                timeout=SCRUB_RETRY if self._unscrubbed or self._stale else None
            )
            while first is not None:
                taken.append(first)
                size += len(first.content)
                if len(taken) == BATCH_COMMANDS or size >= BATCH_BYTES:
                    return taken, False
                first = self._queue.get_nowait()
        except queue.Empty:
            return taken, False
        return taken, True

    def _settle(self, waiting: Sequence[Waiting]) -> Batch:
        """One batch from take to commit; temporary refusals for all if the journal fails."""
        work = _Work(self._locals, self._key, self._clock, self._policy)
        try:
            with self._journal.begin() as transaction:
                outcomes = work.decide_all(transaction, waiting)
                commits = work.write(transaction)
                crash.reached("before-commit")
                try:
                    transaction.commit()
                except OutcomeUnknown:
                    if not self._landed(commits):
                        raise
            crash.reached("after-commit")
            return Batch(outcomes, commits)
        except JournalError as error:
            _logger.error("a batch of %d commands failed: %s", len(waiting), error)
            self._locals.clear()
            return Batch(tuple(Rejected(one, TEMPORARY) for one in waiting), ())
        except Exception:
            _logger.exception("a batch of %d commands met a defect", len(waiting))
            self._locals.clear()
            return Batch(tuple(Rejected(one, _DEFECT) for one in waiting), ())

    def _landed(self, commits: Sequence[Committed]) -> bool:
        """Whether a batch whose COMMIT got no answer is in the journal after all."""
        heads = {head.log: head.hash for head in self._journal.heads()}
        return all(heads.get(commit.log) == commit.head.hash for commit in commits)

    def _hold_redactions(self, batch: Batch) -> Batch:
        """Keep back the answers to redactions until the words are gone from the files too.

        The answer to one that is sent again as well: the hub may have been killed in between.
        """
        held = [outcome for outcome in batch.outcomes if _redacts(outcome)]
        if not held:
            return batch
        self._unscrubbed += held
        return Batch(tuple(one for one in batch.outcomes if one not in held), batch.commits)

    @property
    def _must_scrub(self) -> bool:
        return self._stale or bool(self._unscrubbed)

    def _scrub(self) -> None:
        if not self._must_scrub:
            return
        if self._unscrubbed:
            crash.reached("redaction")
        try:
            self._journal.scrub()
        except JournalError as error:
            _logger.warning("redacted words are still in the write-ahead log: %s", error)
            return
        answers, self._unscrubbed, self._stale = self._unscrubbed, [], False
        if answers:
            self._deliver(Batch(tuple(answers), ()))


_DEFECT = Refused(
    Code.INVALID, "the hub met a defect with that command and wrote nothing; see the hub's log"
)


class _Work:
    """One batch in the making, on the writer's local folds."""

    def __init__(
        self, locals_: dict[str, _Local], key: HubKey, clock: HubClock, policy: Policy
    ) -> None:
        self._locals = locals_
        self._key = key
        self._clock = clock
        self._policy = policy
        self._made: dict[str, list[Append]] = defaultdict(list)

    def decide_all(self, tx: Transaction, waiting: Sequence[Waiting]) -> tuple[Outcome, ...]:
        """The outcomes of all commands, in order, each decided on what those before it made."""
        by_log: dict[str, list[Waiting]] = defaultdict(list)
        for one in waiting:
            by_log[one.log].append(one)
        known = {}
        for log, commands in by_log.items():
            self._catch_up(tx, log)
            for id_, found in tx.known(log, {one.id for one in commands}).items():
                known[log, id_] = (found.seq, found.by, found.asked)
        outcomes: list[Outcome] = []
        for one in waiting:
            digest = hashlib.sha256(one.content).digest()
            before = None if self._hidden(one) else known.get((one.log, one.id))
            outcome = (
                self._decide(tx, one, digest) if before is None else _again(one, before, digest)
            )
            if before is None and isinstance(outcome, Accepted):
                known[one.log, one.id] = (outcome.seq, one.person, digest)
            outcomes.append(outcome)
        return tuple(outcomes)

    def write(self, tx: Transaction) -> tuple[Committed, ...]:
        """Append what was decided, log by log, each under its signed head."""
        commits = []
        for log, made in self._made.items():
            local = self._locals[log]
            head = self._key.sign(log, local.seq, local.head)
            tx.append(local.label, made, head)
            commits.append(Committed(log, local.label, tuple(one.entry for one in made), head))
        return tuple(commits)

    def _hidden(self, one: Waiting) -> bool:
        """Whether the room is not for who asks: then not even an id they may know is found there.

        `decide` refuses them, in the words for a room that does not exist.
        """
        local = self._locals.get(one.log)
        incident = local.state if local is not None else None
        if not isinstance(incident, Incident) or one.scope is Scope.HUB:
            return False
        return not sees(incident, one.scope, one.bound)

    def _catch_up(self, tx: Transaction, log: str) -> None:
        """Lock the head and fold what the local state lacks."""
        head = tx.head(log)
        local = self._locals.get(log)
        if head is None:
            self._locals.pop(log, None)
            return
        if local is None:
            own = head.label == LABEL
            state = HubState(log=log) if own else Incident(log=log)
            local = self._locals[log] = _Local(head.label, state)
        while local.seq < head.seq:
            page = tx.after(log, local.seq, FOLD_PAGE)
            if not page:
                break
            for entry in page:
                _fold(local, entry)
        _check_head(local, head)

    def _decide(self, tx: Transaction, one: Waiting, digest: bytes) -> Outcome:
        local = self._locals.get(one.log)
        if local is None:
            local = self._new_log(tx, one)
        asked = Asked(
            person=one.person,
            via=one.via,
            at=self._clock.now(),
            scope=one.scope,
            bound=one.bound,
            said_by=one.said_by,
            occurred_at=one.occurred_at,
            cited=self._cited(tx, one),
            founding=Founding(local.label, self._key.public, self._policy),
        )
        verdict = _ask(local.state, one.command, asked)
        if isinstance(verdict, Refused):
            return Rejected(one, verdict)
        entry = make_entry(
            log=one.log,
            seq=local.seq + 1,
            prev=local.head,
            id=one.id,
            at=asked.at,
            by=one.person,
            via=one.via,
            event=verdict.event,
            salt=new_salt(),
            seen=min(one.seen, local.seq),
            role=verdict.role,
            said_by=one.said_by,
            refs=verdict.refs,
        )
        _fold(local, entry)
        self._locals[one.log] = local
        self._made[one.log].append(Append(entry, digest))
        return Accepted(one, entry.seq)

    def _new_log(self, tx: Transaction, one: Waiting) -> _Local:
        """The fold of a log that does not exist yet; it is kept only if its entry 1 is granted."""
        match one.command:
            case FoundHub():
                return _Local(LABEL, HubState(log=one.log))
            case Declare():
                fresh = [local.label for log, local in self._locals.items() if self._is_new(log)]
                numbers = [int(label.removeprefix("INC-")) for label in fresh if label != LABEL]
                number = max(tx.labels("INC-"), *numbers, 0) + 1
                return _Local(f"INC-{number}", Incident(log=one.log))
            case _:
                return _Local("", Incident(log=one.log))

    def _is_new(self, log: str) -> bool:
        """Whether the log was begun in this batch."""
        return log in self._made and self._made[log][0].entry.seq == 1

    def _cited(self, tx: Transaction, one: Waiting) -> dict[int, Cited]:
        """The entries that a command speaks of, from the journal or from this very batch."""
        if isinstance(one.command, OwnCommand):
            return {}
        wanted = set(cited_by(one.command))
        if not wanted:
            return {}
        fresh = {made.entry.seq: made.entry for made in self._made.get(one.log, ())}
        found = dict(tx.entries(one.log, wanted - fresh.keys()))
        found.update((seq, fresh[seq]) for seq in wanted & fresh.keys())
        return {seq: _cite(entry) for seq, entry in found.items()}


def _redacts(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted) and isinstance(outcome.waiting.command, ApproveRedaction)


def _again(one: Waiting, before: tuple[int, str, bytes], digest: bytes) -> Outcome:
    """The answer to an id that the log holds already: the same command, or another's."""
    seq, by, asked = before
    if by == one.person and asked == digest:
        return Accepted(one, seq)
    text = f"this id was used already, for #{seq}, by someone else or for something else"
    return Rejected(one, Refused(Code.DUPLICATE_ID, text))


def _ask(
    state: Incident | HubState, command: Command | OwnCommand, asked: Asked
) -> Granted | Refused:
    if isinstance(state, Incident) and not isinstance(command, OwnCommand):
        return decide(state, command, asked)
    if isinstance(state, HubState) and isinstance(command, OwnCommand):
        return decide_own(state, command, asked)
    return Refused(Code.NOT_FOUND, "there is no such room")


def _fold(local: _Local, entry: Entry) -> None:
    recorded = entry.recorded()
    if isinstance(local.state, Incident):
        local.state = apply(local.state, recorded)
    else:
        local.state = apply_own(local.state, recorded)
    local.seq, local.head = entry.seq, entry.hash


def _check_head(local: _Local, head: LogHead) -> None:
    if (local.seq, local.head) != (head.seq, head.hash):
        raise JournalTemporary(
            f"{head.label} ends at #{head.seq} in the journal, and differently in memory"
        )


def _cite(entry: Entry) -> Cited:
    recorded = entry.recorded()
    return Cited(
        entry.seq,
        recorded.id,
        entry.hash,
        entry.header.kind,
        entry.header.body is not None,
        recorded.happened_at,
    )


def journal_floor(heads: Iterable[LogHead]) -> datetime | None:
    """The time of the last entry in the journal: the hub's clock does not start before it."""
    return max((datetime.fromisoformat(head.at) for head in heads), default=None)
