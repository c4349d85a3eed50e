"""The journal on real SQLite files: what it keeps, what it refuses, and what outlives a failure."""

import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from server import sqlite
from server.journal import (
    Append,
    JournalRefused,
    JournalTemporary,
    Known,
    LogHead,
    OutcomeUnknown,
)
from server.journal_sql import SqlJournal, open_sqlite
from server.sqlite import set_pragmas
from warroom.domain.events import (
    Citation,
    EntryRedacted,
    Event,
    NotePosted,
    RoleTaken,
    TextWords,
    WordsExpired,
)
from warroom.domain.vocabulary import Role, Via
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.log.signing import HubKey, SignedHead

BRIDGE = "ab" * 16
OTHER = "cd" * 16
KEY = HubKey(b"k" * 32)
BEGAN_AT = datetime(2024, 2, 29, 12, 0, 0, 123, tzinfo=UTC)

Batch = tuple[list[Append], SignedHead]


class Author:
    """Writes the entries of one log, one after the other, without a journal."""

    def __init__(self, log: str = BRIDGE, began_at: datetime = BEGAN_AT) -> None:
        self.log = log
        self.entries: list[Entry] = []
        self._began_at = began_at

    def write(self, said: Event) -> Append:
        seq = len(self.entries) + 1
        entry = make_entry(
            log=self.log,
            seq=seq,
            prev=self.entries[-1].hash if self.entries else GENESIS,
            id=f"{self.log[:4]}-{seq}",
            at=self._began_at + timedelta(seconds=seq),
            by="ana",
            via=Via.OS,
            event=said,
            salt="5a" * 16,
        )
        self.entries.append(entry)
        return Append(entry, seq.to_bytes(32))

    def sign(self) -> SignedHead:
        last = self.entries[-1]
        return KEY.sign(self.log, last.seq, last.hash)

    def batch(self, *said: Event) -> Batch:
        return [self.write(one) for one in said], self.sign()

    def notes(self, *texts: str) -> Batch:
        return self.batch(*(NotePosted(words=TextWords(text)) for text in texts))

    def redaction(self, seq: int) -> Batch:
        of = Citation(seq, self.entries[seq - 1].hash)
        return self.batch(EntryRedacted(of=of, request=of))

    def expiry(self, through: int) -> Batch:
        cited = Citation(through, self.entries[through - 1].hash)
        return self.batch(WordsExpired(through=cited, days=90))


def append(journal: SqlJournal, batch: Batch, label: str = "INC-1") -> None:
    with journal.begin() as tx:
        tx.append(label, *batch)
        tx.commit()


def all_lines(journal: SqlJournal, log: str = BRIDGE) -> list[bytes]:
    return [entry.line() for entry in journal.page(log, 0, 10_000).entries]


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as any other program would open it: with none of our settings."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[SqlJournal]:
    with closing(open_sqlite(path)) as opened:
        yield opened


# --- what it keeps ---------------------------------------------------------------------------


def test_entries_come_back_as_the_same_bytes(journal: SqlJournal) -> None:
    """Headers, bodies and hashes are read back byte for byte, words or none."""
    author = Author()
    batch = author.batch(
        NotePosted(words=TextWords("Latenz steigt — «checkout» \N{BUG}")),
        RoleTaken(role=Role.SCRIBE),
    )

    append(journal, batch)

    assert tuple(author.entries) == journal.page(BRIDGE, 0, 10).entries


def test_the_head_is_the_last_entry(journal: SqlJournal) -> None:
    """The head moves with every batch, and names the last entry, its hash and its time."""
    author = Author()
    append(journal, author.notes("one"))
    append(journal, author.notes("two", "three"))
    last = author.entries[-1]
    head = LogHead(
        log=BRIDGE, label="INC-1", seq=3, hash=last.hash, at="2024-02-29T12:00:03.000123Z"
    )

    with journal.begin() as tx:
        assert head == tx.head(BRIDGE)
        assert None is tx.head(OTHER)
    assert [head] == journal.heads()


def test_heads_stand_in_the_order_in_which_logs_were_opened(journal: SqlJournal) -> None:
    """The oldest log comes first, whatever its id and however recently it grew."""
    old, young = Author(OTHER), Author(BRIDGE, began_at=BEGAN_AT + timedelta(hours=1))
    append(journal, old.notes("old"), "HUB")
    append(journal, young.notes("young"), "INC-1")
    append(journal, old.notes("still here"), "HUB")

    assert [("HUB", 2), ("INC-1", 1)] == [(head.label, head.seq) for head in journal.heads()]


def test_a_page_holds_the_signed_heads_up_to_its_last_entry(journal: SqlJournal) -> None:
    """A page that ends within a batch leaves the head of that batch to the next page."""
    author = Author()
    heads = []
    for texts in (("1", "2"), ("3", "4", "5"), ("6",)):
        batch = author.notes(*texts)
        heads.append(batch[1])
        append(journal, batch)

    first, second = journal.page(BRIDGE, 0, 4), journal.page(BRIDGE, 4, 4)

    assert [1, 2, 3, 4] == [entry.seq for entry in first.entries]
    assert (heads[0],) == first.heads
    assert [5, 6] == [entry.seq for entry in second.entries]
    assert (heads[1], heads[2]) == second.heads


def test_a_page_past_the_end_is_empty(journal: SqlJournal) -> None:
    """Neither the end of a log nor a log that does not exist is an error."""
    append(journal, Author().notes("one"))

    assert ((), ()) == (journal.page(BRIDGE, 1, 10).entries, journal.page(BRIDGE, 1, 10).heads)
    assert () == journal.page(OTHER, 0, 10).entries


def test_known_ids_are_found_again(journal: SqlJournal) -> None:
    """An id that was written answers with its entry, author and command, in its own log only."""
    author = Author()
    append(journal, author.notes("one", "two"))
    append(journal, Author(OTHER).notes("elsewhere"), "INC-2")

    with journal.begin() as tx:
        found = tx.known(BRIDGE, [author.entries[1].header.id, "never-sent", "cdcd-1"])

    assert {author.entries[1].header.id: Known(2, "ana", (2).to_bytes(32))} == found


def test_a_transaction_reads_entries_by_number_and_by_place(journal: SqlJournal) -> None:
    """Missing numbers are left out, and `after` is in order and within its limit."""
    author = Author()
    append(journal, author.notes("one", "two", "three"))

    with journal.begin() as tx:
        assert {2: author.entries[1]} == tx.entries(BRIDGE, [2, 9])
        assert author.entries[1:2] == tx.after(BRIDGE, 1, 1)


def test_labels_count_the_numbers_after_a_prefix(journal: SqlJournal) -> None:
    """Only labels that are the prefix and a number count, and 10 is more than 9."""
    labels = ("HUB", "INC-9", "INC-10", "inc-77", "INC-5b", "INCX88", "SEC-40")
    for number, label in enumerate(labels):
        append(journal, Author(f"{number:032x}").notes("begun"), label)

    with journal.begin() as tx:
        assert 10 == tx.labels("INC-")
        assert 40 == tx.labels("SEC-")
        assert (True, False) == (tx.has("SEC-40"), tx.has("SEC-4"))
        assert 0 == tx.labels("OPS-")


def test_a_transaction_sees_its_own_entries(journal: SqlJournal) -> None:
    """Two batches of one transaction follow one another, and become one for readers."""
    author = Author()
    with journal.begin() as tx:
        tx.append("INC-1", *author.notes("one"))
        tx.append("INC-1", *author.notes("two"))
        assert () == journal.page(BRIDGE, 0, 10).entries
        tx.commit()

    assert tuple(author.entries) == journal.page(BRIDGE, 0, 10).entries


def test_reopening_keeps_all(path: Path) -> None:
    """What was committed is there after closing, and the log goes on from it."""
    author = Author()
    with closing(open_sqlite(path)) as journal:
        append(journal, author.notes("one"))
        before = journal.heads(), journal.page(BRIDGE, 0, 10)
    with closing(open_sqlite(path)) as journal:
        assert before == (journal.heads(), journal.page(BRIDGE, 0, 10))
        append(journal, author.notes("two"))
        assert tuple(author.entries) == journal.page(BRIDGE, 0, 10).entries


def test_only_the_owner_may_read_the_files(journal: SqlJournal, path: Path) -> None:
    """The folder is 0700 and every file in it 0600, the write-ahead file too."""
    append(journal, Author().notes("one"))

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert {"journal.db": 0o600, "journal.db-wal": 0o600, "journal.db-shm": 0o600} == modes


# --- what it refuses to append ---------------------------------------------------------------


def gap(author: Author) -> Batch:
    author.write(NotePosted())
    return author.notes("after the gap")


def fork(author: Author) -> Batch:
    other = Author()
    other.notes("another first")
    return other.notes("another second")


def wrong_head(author: Author) -> Batch:
    early = author.sign()
    return author.notes("two")[0], early


def nothing(author: Author) -> Batch:
    return [], author.sign()


def two_logs(author: Author) -> Batch:
    mine, head = author.notes("two")
    return [*mine, *Author(OTHER).notes("one")[0]], head


@pytest.mark.parametrize("wrong", [gap, fork, wrong_head, nothing, two_logs])
def test_what_does_not_continue_the_log_is_not_written(journal: SqlJournal, wrong: Any) -> None:
    """A gap, a fork, a head of another entry, an empty or a mixed batch leave the log as it was."""
    author = Author()
    append(journal, author.notes("one"))
    before = all_lines(journal)

    with pytest.raises(ValueError, match=r"follow|names|nothing"):
        append(journal, wrong(author))

    assert before == all_lines(journal)
    assert [] == [head for head in journal.heads() if head.log != BRIDGE]


def fail_after_appending(journal: SqlJournal) -> None:
    with journal.begin() as tx:
        tx.append("INC-1", *Author().notes("one"))
        raise KeyError


def test_leaving_without_commit_leaves_nothing(journal: SqlJournal) -> None:
    """Neither a block that ends nor one that fails has written anything."""
    with journal.begin() as tx:
        tx.append("INC-1", *Author().notes("one"))
    with pytest.raises(KeyError):
        fail_after_appending(journal)

    assert [] == journal.heads()
    assert () == journal.page(BRIDGE, 0, 10).entries


# --- guards ----------------------------------------------------------------------------------

TAMPERING = [
    "UPDATE entries SET header = x'7b7d' WHERE seq = 1",
    "UPDATE entries SET by = 'bob'",
    "DELETE FROM entries WHERE seq = 3",
    "INSERT OR REPLACE INTO entries SELECT log, seq, id, hash, 'bob', header, asked FROM entries",
    "INSERT OR REPLACE INTO entries SELECT log, 4, id, hash, 'bob', header, asked FROM entries"
    " WHERE seq = 1",
    "INSERT INTO entries SELECT log, 9, 'gap', hash, by, header, asked FROM entries WHERE seq = 1",
    "UPDATE bodies SET body = zeroblob(length(body))",
    "UPDATE bodies SET body = x'7b7d' WHERE seq = 2",
    "DELETE FROM bodies WHERE seq = 1",
    "DELETE FROM bodies WHERE seq = 2",
    "INSERT OR REPLACE INTO bodies SELECT log, seq, x'7b7d' FROM bodies WHERE seq = 1",
    "INSERT OR REPLACE INTO bodies (rowid, log, seq, body) SELECT rowid, log, 3, body FROM bodies",
    "INSERT OR REPLACE INTO bodies VALUES (:log, 2, x'7b7d')",
    "UPDATE heads SET sig = '00'",
    "DELETE FROM heads",
    "INSERT OR REPLACE INTO heads SELECT log, seq, hash, key, '00' FROM heads",
    "UPDATE redactions SET seq = 1",
    "DELETE FROM redactions",
    "INSERT OR REPLACE INTO redactions VALUES (:log, 2, 3)",
    "UPDATE logs SET seq = seq - 1",
    "UPDATE logs SET seq = seq + 1, label = 'INC-2'",
    "DELETE FROM logs",
    "INSERT OR REPLACE INTO logs SELECT log, label, opened_at, 1, hash, at FROM logs",
    "INSERT OR REPLACE INTO logs SELECT 'other', label, opened_at, 1, hash, at FROM logs",
]


@pytest.mark.parametrize("statement", TAMPERING)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_guards_refuse_tampering(
    journal: SqlJournal, path: Path, statement: str, recursive: str
) -> None:
    """Another program's statement is refused by the file itself, whatever its own settings."""
    author = Author()
    append(journal, author.notes("one", "two"))
    append(journal, author.redaction(2))
    before = all_lines(journal), journal.heads(), journal.page(BRIDGE, 0, 10).heads

    with raw(path) as other:
        other.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite3.IntegrityError, match=r"never|only"):
            other.execute(statement, {"log": BRIDGE} if ":log" in statement else {})

    assert before == (all_lines(journal), journal.heads(), journal.page(BRIDGE, 0, 10).heads)


def test_bytes_that_changed_on_disk_are_noticed(journal: SqlJournal, path: Path) -> None:
    """A header whose hash is no longer the one that was written is not given out."""
    append(journal, Author().notes("one"))
    with raw(path) as other:
        other.execute("DROP TRIGGER entries_update")
        other.execute("UPDATE entries SET header = CAST(replace(header, 'ana', 'bob') AS BLOB)")

    with pytest.raises(JournalRefused, match=r"Entry 1 .* hash differs"):
        journal.page(BRIDGE, 0, 10)


def test_a_header_that_is_none_is_noticed(journal: SqlJournal, path: Path) -> None:
    """Bytes that are no header at all are the journal's damage, not the reader's crash."""
    append(journal, Author().notes("one"))
    with raw(path) as other:
        other.execute("DROP TRIGGER entries_update")
        other.execute("UPDATE entries SET header = x'00'")

    with pytest.raises(JournalRefused, match=r"Entry 1 .* cannot be read"):
        journal.page(BRIDGE, 0, 10)


# --- redaction -------------------------------------------------------------------------------


def bytes_of_all_files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def test_redacted_words_are_gone_and_the_log_stands(journal: SqlJournal) -> None:
    """Only the body goes: header, hash and every other entry stay as they were."""
    author = Author()
    append(journal, author.notes("keep", "hunter2", "keep too"))

    append(journal, author.redaction(2))

    entries = journal.page(BRIDGE, 0, 10).entries
    assert [entry.header_bytes for entry in author.entries] == [e.header_bytes for e in entries]
    assert [True, False, True, False] == [entry.body_bytes is not None for entry in entries]


def test_a_batch_may_redact_its_own_entry_and_redact_twice(journal: SqlJournal) -> None:
    """Words that came and went in one batch, or were redacted again, are simply gone."""
    author = Author()
    notes, _ = author.notes("hunter2")
    redaction, head = author.redaction(1)
    append(journal, ([*notes, *redaction], head))
    append(journal, author.redaction(1))

    assert [None] * 3 == [entry.body_bytes for entry in journal.page(BRIDGE, 0, 10).entries]


def test_scrub_removes_redacted_words_from_every_byte(journal: SqlJournal, path: Path) -> None:
    """Many redactions in a grown log leave no trace of any in any file, and take no word else.

    The arrangement is one of those in which a DELETE, for all of secure_delete, lets SQLite move
    neighbouring rows and leave copies of them: on 3.40 three of the secrets stayed in the file.
    """
    chance = random.Random(23)
    author = Author()
    secrets = [f"secret<{number:05}>" for number in range(600)]
    for start in range(0, len(secrets), 20):
        chunk = secrets[start : start + 20]
        append(journal, author.notes(*(one * chance.choice((1, 20, 70, 120)) for one in chunk)))
    redacted = chance.sample(range(len(secrets)), 450)
    for start in range(0, len(redacted), 15):
        batches = [author.redaction(number + 1) for number in redacted[start : start + 15]]
        append(journal, ([one for batch, _ in batches for one in batch], author.sign()))

    journal.scrub()

    content = bytes_of_all_files(path)
    left = {secret for secret in secrets if secret.encode() in content}
    assert set(secrets) - {secrets[number] for number in redacted} == left
    assert 0 == path.with_name("journal.db-wal").stat().st_size
    journal.check()


def test_a_scrub_that_is_not_durable_is_reported(
    journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emptied file has its old length again after a power cut, unless that was synced."""

    def fails(_path: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "sync_to_disk", fails)
        with pytest.raises(JournalTemporary, match="Input/output error"):
            journal.scrub()
    journal.scrub()


def test_a_reader_in_the_way_of_scrub_is_reported(journal: SqlJournal, path: Path) -> None:
    """While someone still reads the old pages the words are not gone, and scrub says so."""
    author = Author()
    append(journal, author.notes("hunter2"))
    with raw(path) as other:
        other.execute("BEGIN")
        other.execute("SELECT body FROM bodies").fetchall()
        append(journal, author.redaction(1))

        with pytest.raises(JournalTemporary, match="still being read"):
            journal.scrub()

        other.execute("COMMIT")
    journal.scrub()
    assert b"hunter2" not in bytes_of_all_files(path)


# --- expiry ----------------------------------------------------------------------------------


def test_expired_words_are_hidden_at_once_and_erased_by_and_by(
    journal: SqlJournal, path: Path
) -> None:
    """A part in each transaction, so that others can write between; what is later stays."""
    author = Author()
    secrets = [f"secret<{number:05}>" * (1 + number % 90) for number in range(1200)]
    append(journal, author.notes(*secrets))
    append(journal, author.redaction(7))
    append(journal, author.expiry(1100))
    found = journal.page(BRIDGE, 0, 10_000).entries
    assert [*range(1101, 1201)] == [entry.seq for entry in found if entry.body_bytes]
    assert secrets[0].encode() in bytes_of_all_files(path)
    parts = 1
    while journal.erase():
        append(journal, author.notes("in between"))
        parts += 1
    assert 3 == parts
    assert not journal.erase()

    journal.scrub()

    content = bytes_of_all_files(path)
    left = {number for number in range(1200) if f"secret<{number:05}>".encode() in content}
    assert set(range(1100, 1200)) == left
    journal.check()


def test_words_expire_further_and_never_again(journal: SqlJournal, path: Path) -> None:
    """What asks for less, or for what is not there, changes nothing."""
    author = Author()
    append(journal, author.notes("one", "two", "three"))
    append(journal, author.expiry(2))
    for through in (1, 2):
        append(journal, author.expiry(through))
    nowhere = Citation(99, "0" * 64)
    append(journal, author.batch(WordsExpired(through=nowhere, days=90)))
    kept = [entry.seq for entry in journal.page(BRIDGE, 0, 99).entries if entry.body_bytes]
    assert [3] == kept
    append(journal, author.expiry(5))
    with raw(path) as other:
        rows = other.execute("SELECT through, by_seq, erased FROM expiries").fetchall()
    assert [(2, 4, 0), (5, 8, 2)] == rows


def test_erasing_goes_on_in_the_next_hub(journal: SqlJournal, path: Path) -> None:
    """Whatever the one before had done of it, and in whichever room."""
    first, second = Author(), Author(OTHER)
    append(journal, first.notes(*["hunter2"] * 700))
    append(journal, second.notes("hunter2"), "INC-2")
    append(journal, first.expiry(700))
    append(journal, second.expiry(1), "INC-2")
    assert journal.erase()
    journal.close()
    with closing(open_sqlite(path)) as later:
        while later.erase():
            pass
        later.scrub()
        assert b"hunter2" not in bytes_of_all_files(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE expiries SET through = 3",
        "UPDATE expiries SET by_seq = 5",
        "UPDATE expiries SET erased = 0",
        "DELETE FROM expiries",
        "INSERT OR REPLACE INTO expiries VALUES (:log, 2, 4, 0)",
        "INSERT INTO expiries VALUES (:log, 1, 4, 0)",
        "INSERT INTO bodies VALUES (:log, 1, x'00')",
        "UPDATE bodies SET body = zeroblob(length(body)) WHERE seq = 3",
        "UPDATE bodies SET body = zeroblob(length(body) + 1) WHERE seq = 2",
    ],
)
def test_guards_refuse_to_have_less_or_more_expired(
    journal: SqlJournal, path: Path, statement: str
) -> None:
    """By any program."""
    author = Author()
    append(journal, author.batch(RoleTaken(role=Role.DEPUTY)))
    append(journal, author.notes("two", "three"))
    append(journal, author.expiry(2))
    journal.erase()
    append(journal, author.notes("five"))
    with raw(path) as other, pytest.raises(sqlite3.IntegrityError, match=r"never|only"):
        other.execute(statement, {"log": BRIDGE} if ":log" in statement else {})


# --- many at once ----------------------------------------------------------------------------


def test_readers_never_see_half_a_batch(journal: SqlJournal) -> None:
    """Threads that read while the writer appends find whole batches, in order, signed."""
    author = Author()
    seen: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            page = journal.page(BRIDGE, 0, 10_000)
            seen.append((len(page.entries), page.heads[-1].seq if page.heads else 0))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(60):
        append(journal, author.notes(*"0123456789"))
    done.set()
    for reader in readers:
        reader.join()

    assert [] == [(count, head) for count, head in seen if count % 10 or count != head]
    assert len({count for count, _ in seen}) > 1
    assert 600 == len(journal.page(BRIDGE, 0, 10_000).entries)


def test_the_writer_may_work_in_another_thread_than_the_opener(journal: SqlJournal) -> None:
    """The hub opens the journal, and its writer's thread uses it."""
    author = Author()
    writer = threading.Thread(target=append, args=(journal, author.notes("one")))
    writer.start()
    writer.join()

    assert tuple(author.entries) == journal.page(BRIDGE, 0, 10).entries


# --- failures --------------------------------------------------------------------------------


def test_a_locked_journal_is_temporary(journal: SqlJournal, path: Path) -> None:
    """Another program's lock is reported once the wait is over; afterwards all is well."""
    batch = Author().notes("one")
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalTemporary, match="another program has locked it"):
            append(journal, batch)
        other.execute("ROLLBACK")

    append(journal, batch)

    assert 1 == len(all_lines(journal))


def test_a_transaction_that_is_still_open_makes_the_next_wait(journal: SqlJournal) -> None:
    """There is one writer: a second transaction beside it is refused, and harms nothing."""
    with journal.begin() as tx:
        with pytest.raises(JournalTemporary, match="busy"), journal.begin():
            pytest.fail("two transactions at once")
        tx.append("INC-1", *Author().notes("one"))
        tx.commit()

    assert 1 == len(all_lines(journal))


@contextmanager
def every_connection_gets(pragma: str) -> Iterator[None]:
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(pragma).close()

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)


def test_a_full_disk_is_temporary(path: Path) -> None:
    """The message says so, nothing is written, and reading goes on."""
    author = Author()
    with closing(open_sqlite(path)) as journal:
        append(journal, author.notes("one"))
    full = every_connection_gets("PRAGMA max_page_count = 30")
    with full, closing(open_sqlite(path)) as journal:
        before = all_lines(journal)
        with pytest.raises(JournalTemporary, match="the disk is full; free some space"):
            append(journal, author.notes("x" * 200_000))
        assert before == all_lines(journal)


def test_a_journal_that_cannot_be_written_is_not_opened(path: Path) -> None:
    """A hub that could only read finds out when it starts, not at the first command."""
    open_sqlite(path).close()

    with (
        every_connection_gets("PRAGMA query_only = ON"),
        pytest.raises(JournalTemporary, match="it is read-only"),
    ):
        open_sqlite(path)


def test_a_disk_that_fails_in_commit_leaves_the_outcome_open(
    journal: SqlJournal, path: Path
) -> None:
    """After an I/O error in COMMIT the head has to be read again; then the writer goes on."""
    author = Author()
    append(journal, author.notes("one"))
    batch = author.notes("two")
    size = path.with_name("journal.db-wal").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with journal.begin() as tx:
        tx.append("INC-1", *batch)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            with pytest.raises(OutcomeUnknown, match=r"I/O error.* not known"):
                tx.commit()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    # A file system gives numbers of removed files away again, and others take them.
    assert not path.with_name("journal.db-wal").exists()
    for number in range(50):
        path.with_name(f"other-{number}").touch()
    assert 1 == journal.heads()[0].seq
    append(journal, batch)
    assert tuple(author.entries) == journal.page(BRIDGE, 0, 10).entries


KILLED = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    import test_journal_sql as t

    journal = t.open_sqlite(Path(sys.argv[1]))
    author = t.Author()
    t.append(journal, author.notes("one", "two"))
    with journal.begin() as tx:
        # Larger than SQLite's cache, so that part of it reaches the file before any COMMIT.
        tx.append("INC-1", *author.notes(*["unfinished" * 1000] * 400))
        print("appended", flush=True)
        time.sleep(60)
"""


def test_a_killed_hub_leaves_whole_batches_only(path: Path) -> None:
    """SIGKILL in the middle of a transaction loses that batch whole, and nothing before it."""
    script = [sys.executable, "-c", textwrap.dedent(KILLED), str(path), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(script, stdout=subprocess.PIPE, env=environment) as hub:
        assert hub.stdout is not None
        assert b"appended\n" == hub.stdout.readline()
        hub.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == hub.returncode
    assert b"unfinished" in path.with_name("journal.db-wal").read_bytes()

    with closing(open_sqlite(path)) as journal:
        page = journal.page(BRIDGE, 0, 1000)
        assert [1, 2] == [entry.seq for entry in page.entries]
        assert [2] == [head.seq for head in page.heads]
        author = Author()
        author.notes("one", "two")
        append(journal, author.notes("three"))
        assert 3 == journal.heads()[0].seq
        journal.check()


# --- what is not opened ----------------------------------------------------------------------


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """A wrong path is a sentence for the operator, and the file is left as it was."""
    content = b"Dear diary, today the checkout was down again. " * 40
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)

    with pytest.raises(JournalRefused, match=r"is not a SQLite database"):
        open_sqlite(path)

    assert content == path.read_bytes()


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    """Tables that are not ours are not mixed with ours."""
    path.parent.mkdir(mode=0o700)
    with raw(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")

    with pytest.raises(JournalRefused, match="database of another program"):
        open_sqlite(path)


def test_a_damaged_file_is_refused(path: Path) -> None:
    """A page that is overwritten is found by `check`, or earlier by whoever reads it."""
    author = Author()
    with closing(open_sqlite(path)) as journal:
        append(journal, author.notes(*(str(n) * 500 for n in range(200))))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)

    with closing(open_sqlite(path)) as journal, pytest.raises(JournalRefused) as told:
        journal.check()
    assert "is damaged" in str(told.value)
    assert "warroom serve --adopt FILE" in str(told.value)


def test_a_header_of_another_type_is_damage(journal: SqlJournal, path: Path) -> None:
    """SQLite stores what it is given; text is no entry's bytes."""
    append(journal, Author().notes("one"))
    with raw(path) as other:
        other.execute("DROP TRIGGER entries_update")
        other.execute("UPDATE entries SET header = CAST(header AS TEXT)")
    with pytest.raises(JournalRefused, match="Entry 1 in the journal is damaged: it is no bytes"):
        journal.page(BRIDGE, 0, 10)


def test_a_row_that_leads_nowhere_is_damage(journal: SqlJournal, path: Path) -> None:
    """`check` finds words whose entry does not exist."""
    append(journal, Author().notes("one"))
    journal.check()
    with raw(path) as other:
        other.execute("INSERT INTO bodies VALUES (?, 7, x'7b7d')", (BRIDGE,))

    with pytest.raises(JournalRefused, match="rows of bodies lead nowhere"):
        journal.check()


def test_a_setting_that_does_not_take_is_refused() -> None:
    """A database in memory cannot do WAL: what SQLite answers is believed, not what it was told."""
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(JournalRefused, match=r"journal_mode = WAL .*'memory'"),
    ):
        set_pragmas(connection)


def test_a_folder_that_others_may_write_to_is_refused(path: Path) -> None:
    """Whoever may write to the folder could put another journal in place of ours."""
    path.parent.mkdir()
    path.parent.chmod(0o770)

    with pytest.raises(JournalRefused, match="Others may write to the folder"):
        open_sqlite(path)

    assert [] == list(path.parent.iterdir())


def test_a_folder_that_cannot_be_made_is_refused(path: Path) -> None:
    """A path that leads through a file is a sentence, not a traceback."""
    path.parent.write_text("a file where the folder should be")

    with pytest.raises(JournalRefused, match="cannot be made ready"):
        open_sqlite(path)


def test_files_left_open_to_others_are_closed_to_them(path: Path) -> None:
    """A file that was copied back with the usual rights is the owner's alone again."""
    with closing(open_sqlite(path)) as journal:
        append(journal, Author().notes("one"))
    path.chmod(0o644)

    with closing(open_sqlite(path)):
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_path_with_the_characters_of_a_uri_is_only_a_path(tmp_path: Path) -> None:
    """Question marks, hashes and percent signs in a folder's name mean nothing."""
    path = tmp_path / "what?mode=ro#1 50%41" / "journal.db"
    with closing(open_sqlite(path)) as journal:
        append(journal, Author().notes("one"))

    assert path.exists()


def test_every_setting_holds_on_the_connection_that_writes(path: Path) -> None:
    """The settings on which durability and redaction rest are those of the open journal."""
    asked = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete")
    answers: list[object] = []

    def on_begin(connection: Any) -> None:
        answers.extend(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked)

    with closing(open_sqlite(path)) as journal:
        event.listen(Engine, "begin", on_begin)
        try:
            with journal.begin():
                pass
        finally:
            event.remove(Engine, "begin", on_begin)

    assert ["wal", 2, 1, 1, 1] == answers
