"""The writer on a real SQLite file: one order, all or nothing, ids that make sending again safe."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.batch import Accepted, Batch, Outcome, Rejected, Waiting
from server.journal import Journal, JournalTemporary, OutcomeUnknown
from server.journal_sql import SqlJournal, open_sqlite
from server.writer import Writer
from warroom.clock import HubClock, new_command_id, new_log_id
from warroom.domain.commands import (
    Amend,
    ApproveRedaction,
    ChangeStatus,
    Command,
    Declare,
    ExpireWords,
    Join,
    MarkActionOverdue,
    Post,
    RequestRedaction,
    TakeRole,
)
from warroom.domain.decide import Code, decide
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.vocabulary import HUB, Role, Scope, Status, Via
from warroom.log.chain import canonical
from warroom.log.signing import HubKey, signature_holds

SECRET = "hunter2-is-not-a-password"
KEY = HubKey(bytes(range(32)))


class Earlier(HubClock):
    """The time so long ago."""

    def __init__(self, ago: timedelta) -> None:
        super().__init__()
        self._ago = ago

    def now(self) -> datetime:
        return super().now() - self._ago


class Bench:
    """A writer with its batches collected, driven synchronously."""

    def __init__(self, journal: Journal, ago: timedelta = timedelta()) -> None:
        self.journal = journal
        self.batches: list[Batch] = []
        self._answered = threading.Condition()
        clock = Earlier(ago)
        self.writer = Writer(journal, KEY, clock, self._deliver, DEFAULT_POLICY)

    def _deliver(self, batch: Batch) -> None:
        with self._answered:
            self.batches.append(batch)
            self._answered.notify_all()

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for batch in self.batches for outcome in batch.outcomes]

    def ask(self, *waiting: Waiting) -> list[Outcome]:
        """Submit commands and wait for all their outcomes, in the order they came."""
        before = len(self.outcomes)
        for one in waiting:
            assert self.writer.submit(one)
        with self._answered:
            self._answered.wait_for(lambda: len(self.outcomes) >= before + len(waiting), 10)
        return self.outcomes[before:]


def waiting(log: str, command: Command, person: str = "ana", id: str | None = None) -> Waiting:
    """A command on its way, as the hub would queue it."""
    hub = person == HUB
    return Waiting(
        id=id or new_command_id(),
        log=log,
        command=command,
        content=canonical(command),
        person=person,
        via=Via.HUB if hub else Via.OS,
        scope=Scope.HUB if hub else Scope.RESPONDER,
    )


def joins(log: str, person: str) -> Waiting:
    return waiting(log, Join(person=person, name=person.title(), handle=person), HUB)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = open_sqlite(tmp_path / "log.db")
    yield opened
    opened.close()


@pytest.fixture
def bench(journal: SqlJournal) -> Iterator[Bench]:
    bench = Bench(journal)
    bench.writer.start()
    yield bench
    bench.writer.stop()


@pytest.fixture
def log(bench: Bench) -> str:
    """A declared room with two people in it."""
    log = new_log_id()
    bench.ask(waiting(log, Declare(title="x")), joins(log, "ana"), joins(log, "bo"))
    return log


def seqs(outcomes: Sequence[Outcome]) -> list[int | Code]:
    """What became of each command: the number of its entry, or the code of its refusal."""
    return [
        outcome.seq if isinstance(outcome, Accepted) else outcome.refused.code
        for outcome in outcomes
    ]


def test_commands_become_entries_in_the_order_they_came(bench: Bench, log: str) -> None:
    """L1: the hub assigns the order; nothing is left out."""
    outcomes = bench.ask(*(waiting(log, Post(f"{n}")) for n in range(250)))
    assert list(range(4, 254)) == seqs(outcomes)
    assert list(range(1, 254)) == [entry.seq for entry in bench.journal.page(log, 0, 999).entries]


def test_every_batch_is_under_a_signed_head(bench: Bench, log: str) -> None:
    """Everything acknowledged is signed."""
    bench.ask(*(waiting(log, Post(f"{n}")) for n in range(30)))
    page = bench.journal.page(log, 0, 999)
    assert page.entries[-1].hash == page.heads[-1].hash
    assert all(signature_holds(head) for head in page.heads)


def test_a_second_claim_is_refused_and_told_who(bench: Bench, log: str) -> None:
    """B2: two simultaneous claims: one wins, the loser is told who did."""
    claim = TakeRole(role=Role.INCIDENT_COMMANDER)
    first, second = bench.ask(waiting(log, claim), waiting(log, claim, "bo"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    assert (Code.CONFLICT, "ana") == (second.refused.code, second.refused.about)


def test_sending_again_gives_the_same_entry(bench: Bench, log: str) -> None:
    """An id makes a repeat safe, within one batch and later."""
    one = waiting(log, Post("once"))
    assert [4, 4] == seqs(bench.ask(one, one))
    assert [4] == seqs(bench.ask(one))
    assert 4 == bench.journal.heads()[0].seq


def test_an_id_used_for_something_else_is_refused(bench: Bench, log: str) -> None:
    """The same id from another person, or with another content, is an error of its own."""
    one = waiting(log, Post("mine"))
    bench.ask(one)
    other_text = waiting(log, Post("other"), id=one.id)
    other_person = waiting(log, Post("mine"), "bo", id=one.id)
    assert [Code.DUPLICATE_ID] * 2 == seqs(bench.ask(other_text, other_person))


def test_rooms_are_labelled_in_order(bench: Bench, log: str) -> None:
    """Two rooms declared in one batch get numbers of their own."""
    two, three = new_log_id(), new_log_id()
    bench.ask(waiting(two, Declare(title="b")), waiting(three, Declare(title="c")))
    assert ["INC-1", "INC-2", "INC-3"] == [head.label for head in bench.journal.heads()]


def test_a_room_that_does_not_exist_takes_nothing(bench: Bench) -> None:
    """A command for an unknown log makes no log."""
    assert [Code.NOT_FOUND] == seqs(bench.ask(waiting(new_log_id(), Post("hello?"))))
    assert [] == list(bench.journal.heads())


def test_a_command_may_cite_an_entry_of_its_own_batch(bench: Bench, log: str) -> None:
    """What is decided sees everything before it, committed or not yet."""
    outcomes = bench.ask(
        waiting(log, Post("teh")), waiting(log, Amend(entry=4, text="the")),
        waiting(log, Amend(entry=9, text="what?")),
    )  # fmt: skip
    assert [4, 5, Code.NOT_FOUND] == seqs(outcomes)


def test_a_redaction_is_acknowledged_when_the_words_are_gone(
    bench: Bench, log: str, tmp_path: Path
) -> None:
    """L6: after the answer no file of the journal holds the words."""
    bench.ask(waiting(log, Post(SECRET)), waiting(log, RequestRedaction(entry=4, reason="leak")))
    outcomes = bench.ask(waiting(log, ApproveRedaction(entry=4), "bo"))
    assert [6] == seqs(outcomes)
    assert not leaks(tmp_path)


def test_an_expiry_is_acknowledged_when_the_words_are_gone(
    journal: SqlJournal, tmp_path: Path
) -> None:
    """Others are answered meanwhile."""
    bench, log = Bench(journal, ago=timedelta(days=90)), new_log_id()
    over = ChangeStatus(to=Status.CANCELLED, reason="x")
    bench.writer.start()
    bench.ask(waiting(log, Declare(title="x")), joins(log, "ana"))
    bench.ask(*(waiting(log, Post(SECRET)) for _ in range(600)), waiting(log, over))
    bench.writer.stop()
    later = Bench(journal)
    later.writer.start()
    try:
        assert leaks(tmp_path)
        expiry, note = waiting(log, ExpireWords(days=90), HUB), waiting(log, Post("x"))
        # The expiry comes first and is answered last.
        assert [605, 604] == seqs(later.ask(expiry, note))
        assert not leaks(tmp_path)
        assert [Code.NOT_DUE] == seqs(later.ask(waiting(log, ExpireWords(days=90), HUB)))
    finally:
        later.writer.stop()


def leaks(folder: Path) -> list[Path]:
    """The files of a journal that hold the secret."""
    files = (path for path in folder.iterdir() if path.is_file())
    return [path for path in files if SECRET.encode() in path.read_bytes()]


class Forgetful:
    """A journal whose hub is gone before it can scrub; the rest is the real one."""

    def __init__(self, journal: SqlJournal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def scrub(self) -> None:
        raise JournalTemporary("the hub was killed here")


def test_a_redaction_sent_again_to_the_next_hub_is_answered_when_the_words_are_gone(
    journal: SqlJournal, tmp_path: Path
) -> None:
    """L6: a hub that dies between the commit and the scrubbing leaves both to the next."""
    first, log = Bench(Forgetful(journal)), new_log_id()
    first.writer.start()
    first.ask(waiting(log, Declare(title="x")), joins(log, "ana"), joins(log, "bo"))
    first.ask(waiting(log, Post(SECRET)), waiting(log, RequestRedaction(entry=4, reason="leak")))
    approval = waiting(log, ApproveRedaction(entry=4), "bo")
    # The approval is committed and held back; what comes after it is answered.
    first.writer.submit(approval)
    assert [7] == seqs(first.ask(waiting(log, Post("next"))))
    first.writer.stop()
    assert leaks(tmp_path)
    second = Bench(journal)
    second.writer.start()
    try:
        assert [6] == seqs(second.ask(approval))
        assert not leaks(tmp_path)
    finally:
        second.writer.stop()


def test_a_timer_that_no_longer_applies_makes_no_entry(bench: Bench, log: str) -> None:
    """A hub that fires late is told so."""
    late = MarkActionOverdue(action=1, due_at=HubClock().now())
    assert [Code.NOT_DUE] == seqs(bench.ask(waiting(log, late, HUB)))


def test_a_writer_that_stops_has_answered_everything(journal: SqlJournal) -> None:
    """Drain: what was taken is written, then the thread ends."""
    bench = Bench(journal)
    log = new_log_id()
    bench.writer.submit(waiting(log, Declare(title="x")))
    for n in range(120):
        bench.writer.submit(waiting(log, Post(f"{n}")))
    bench.writer.start()
    bench.writer.stop()
    assert list(range(1, 122)) == seqs(bench.outcomes)


class Flaky:
    """A journal whose next transaction fails where `fails_at` says; the rest is the real one."""

    def __init__(self, journal: SqlJournal) -> None:
        self._journal = journal
        self.fails_at: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self._journal.begin() as transaction:
            yield _FlakyTransaction(transaction, self)


class _FlakyTransaction:
    def __init__(self, transaction: Any, journal: Flaky) -> None:
        self._transaction = transaction
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    def append(self, *args: Any) -> None:
        self._transaction.append(*args)
        if self._journal.fails_at == "append":
            self._journal.fails_at = None
            raise JournalTemporary("the disk is full", "the hub's disk is full")

    def commit(self) -> None:
        at, self._journal.fails_at = self._journal.fails_at, None
        if at == "before commit":
            raise OutcomeUnknown("the line died")
        self._transaction.commit()
        if at == "after commit":
            raise OutcomeUnknown("the line died")


@pytest.fixture
def flaky(journal: SqlJournal) -> Iterator[tuple[Bench, Flaky]]:
    """A failure of the medium in the middle of a batch cannot be had from a healthy disk."""
    wrapped = Flaky(journal)
    bench = Bench(wrapped)
    bench.writer.start()
    yield bench, wrapped
    bench.writer.stop()


@pytest.mark.parametrize(
    ("point", "told"),
    [
        ("append", "the hub's disk is full, and this is not recorded"),
        ("before commit", "whether this is recorded is not known"),
    ],
)
def test_a_failed_batch_leaves_nothing_and_can_be_sent_again(
    flaky: tuple[Bench, Flaky], point: str, told: str
) -> None:
    """The sender is told that it was temporary; sending again makes one entry."""
    bench, journal = flaky
    log = new_log_id()
    bench.ask(waiting(log, Declare(title="x")))
    one = waiting(log, Post("again"))
    journal.fails_at = point
    (failed,) = bench.ask(one)
    assert isinstance(failed, Rejected)
    assert failed.refused.temporary
    assert told in failed.refused.text
    assert 1 == bench.journal.heads()[0].seq
    assert [2] == seqs(bench.ask(one))
    assert 2 == bench.journal.heads()[0].seq


def test_a_commit_without_an_answer_is_looked_up(flaky: tuple[Bench, Flaky]) -> None:
    """If the batch landed after all, it is acknowledged and told to everyone, once."""
    bench, journal = flaky
    log = new_log_id()
    bench.ask(waiting(log, Declare(title="x")))
    one = waiting(log, Post("did it land?"))
    journal.fails_at = "after commit"
    assert [2] == seqs(bench.ask(one))
    told = [entry.seq for batch in bench.batches for c in batch.commits for entry in c.entries]
    assert [1, 2] == told
    assert [2] == seqs(bench.ask(one))


def test_a_defect_refuses_the_command_that_meets_it_and_no_other(
    bench: Bench, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came with it in one batch is written, in the order in which it came."""

    def meets_a_defect(state: Any, command: Any, asked: Any) -> Any:
        if command == Post("the one"):
            raise ZeroDivisionError
        return decide(state, command, asked)

    monkeypatch.setattr("server.decisions.decide", meets_a_defect)
    outcomes = bench.ask(*(waiting(log, Post(text)) for text in ("one", "the one", "two")))
    assert [4, Code.INVALID, 5] == seqs(outcomes)
    assert [6] == seqs(bench.ask(waiting(log, Post("three"))))
