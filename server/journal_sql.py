"""The journal in an SQL database: SQLAlchemy Core, synchronous, on SQLite.

All statements stand here once, at the top; what only SQLite does is in `server/sqlite.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RootTransaction, Row, and_, bindparam, case, func, insert, select
from sqlalchemy import update as sql_update
from sqlalchemy.exc import DBAPIError

from server.journal import (
    Append,
    JournalRefused,
    Known,
    LogHead,
    OutcomeUnknown,
    Page,
)
from server.schema import bodies, entries, expiries, heads, logs, redactions
from server.sqlite import SqliteFile
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, Malformed, read_entry
from warroom.log.gone import expired_by, redacted_by
from warroom.log.signing import SignedHead

_OF_LOG = entries.c.log == bindparam("log")

_LOGS = select(logs.c.log, logs.c.label, logs.c.seq, logs.c.hash, logs.c.at)
_HEAD = _LOGS.where(logs.c.log == bindparam("log")).with_for_update()
_ALL_HEADS = _LOGS.order_by(logs.c.opened_at, logs.c.log)
_MOVE_HEAD = sql_update(logs).where(logs.c.log == bindparam("of_log"))

# Not LIKE, which takes no heed of case on SQLite.
_LABELS = select(logs.c.label).where(
    func.substr(logs.c.label, 1, func.length(bindparam("prefix"))) == bindparam("prefix")
)
_LABELLED = select(logs.c.log).where(logs.c.label == bindparam("label"))
# By id alone: asked for the log as well, SQLite would rather read the whole log through.
_KNOWN = select(entries.c.log, entries.c.id, entries.c.seq, entries.c.by, entries.c.asked).where(
    entries.c.id.in_(bindparam("ids", expanding=True))
)

ERASED_AT_ONCE = 500
"""Entries whose words are overwritten in one transaction, once they have expired."""

_EXPIRED = select(func.coalesce(func.max(expiries.c.through), 0)).where(
    expiries.c.log == bindparam("log")
)

# A redaction or an expiry hides the words by itself; erasing them too is the file's affair.
_ENTRIES = select(
    entries.c.seq,
    entries.c.hash,
    entries.c.header,
    case(
        (
            and_(redactions.c.seq.is_(None), entries.c.seq > _EXPIRED.scalar_subquery()),
            bodies.c.body,
        )
    ).label("body"),
).select_from(
    entries.outerjoin(
        bodies, and_(bodies.c.log == entries.c.log, bodies.c.seq == entries.c.seq)
    ).outerjoin(
        redactions, and_(redactions.c.log == entries.c.log, redactions.c.seq == entries.c.seq)
    )
)
_SOME = _ENTRIES.where(_OF_LOG, entries.c.seq.in_(bindparam("seqs", expanding=True)))
_AFTER = (
    _ENTRIES.where(_OF_LOG, entries.c.seq > bindparam("after"))
    .order_by(entries.c.seq)
    .limit(bindparam("limit"))
)
_SIGNED = (
    select(heads)
    .where(
        heads.c.log == bindparam("log"),
        heads.c.seq > bindparam("after"),
        heads.c.seq <= bindparam("last"),
    )
    .order_by(heads.c.seq)
)
_REDACTED = select(redactions.c.seq).where(
    redactions.c.log == bindparam("log"), redactions.c.seq.in_(bindparam("seqs", expanding=True))
)

_UNERASED = select(expiries).where(expiries.c.erased < expiries.c.through).limit(1)
_NOTE_ERASED = sql_update(expiries).where(
    expiries.c.log == bindparam("of_log"), expiries.c.through == bindparam("of_through")
)


def open_sqlite(path: Path) -> "SqlJournal":
    """The journal in the SQLite file `path`, made if there is none, its schema brought up to date.

    Raises `JournalRefused` or `JournalTemporary`.
    """
    file = SqliteFile(path)
    try:
        file.upgrade()
    except BaseException:
        file.close()
        raise
    return SqlJournal(file)


class SqlJournal:
    """A `Journal` in an SQL database."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    @contextmanager
    def begin(self) -> Iterator["SqlTransaction"]:
        """A transaction; leaving the block without `commit` rolls back."""
        with (
            self._file.explained(),
            self._file.writer.connect() as connection,
            connection.begin() as transaction,
        ):
            self._file.check_there()
            yield SqlTransaction(self._file, connection, transaction)
            if transaction.is_active:
                transaction.rollback()

    def heads(self) -> Sequence[LogHead]:
        """The head of every log, oldest log first."""
        with self._file.explained(), self._file.readers.connect() as connection:
            return [_log_head(row) for row in connection.execute(_ALL_HEADS)]

    def page(self, log: str, after: int, limit: int) -> Page:
        """Up to `limit` entries after `after`, in order, with the signed heads among them."""
        # Two reads need no common snapshot: what stands at or below `last` no longer changes.
        with self._file.explained(), self._file.readers.connect() as connection:
            found = _read_after(connection, log, after, limit)
            last = found[-1].seq if found else after
            rows = connection.execute(_SIGNED, {"log": log, "after": after, "last": last})
            signed = tuple(SignedHead(**row) for row in rows.mappings())
        return Page(tuple(found), signed)

    def erase(self) -> bool:
        """Overwrite some more of the words that have expired; whether any are left."""
        with self._file.explained(), self._file.writer.begin() as connection:
            self._file.check_there()
            found = connection.execute(_UNERASED).one_or_none()
            if found is None:
                return False
            upto = min(found.erased + ERASED_AT_ONCE, found.through)
            self._file.erase_some(connection, found.log, found.erased, upto)
            place = {"of_log": found.log, "of_through": found.through}
            connection.execute(_NOTE_ERASED, {**place, "erased": upto})
            return connection.execute(_UNERASED).first() is not None

    def scrub(self) -> None:
        """See that erased words are gone from the files too."""
        self._file.scrub()

    def check(self) -> None:
        """Read the whole file for damage, which takes a while. Raises `JournalRefused`.

        Whether the logs are complete and unaltered is for `verify` to say.
        """
        self._file.check()

    def close(self) -> None:
        """Give up the connections. The journal must not be used after it."""
        self._file.close()


class SqlTransaction:
    """A `Transaction` on the writer's connection."""

    def __init__(
        self, file: SqliteFile, connection: Connection, transaction: RootTransaction
    ) -> None:
        self._file = file
        self._connection = connection
        self._transaction = transaction

    def head(self, log: str) -> LogHead | None:
        """The head of a log, locked until the transaction ends; None if there is no such log."""
        row = self._connection.execute(_HEAD, {"log": log}).one_or_none()
        return None if row is None else _log_head(row)

    def labels(self, prefix: str) -> int:
        """The highest number in use after `prefix` among all labels, 0 if none.

        `prefix` is taken to the letter: `INC-7` is 7 after `INC-`.
        """
        found = self._connection.execute(_LABELS, {"prefix": prefix}).scalars()
        rests = [label[len(prefix) :] for label in found]
        return max((int(rest) for rest in rests if rest.isascii() and rest.isdigit()), default=0)

    def has(self, label: str) -> bool:
        """Whether a log has this label."""
        return self._connection.execute(_LABELLED, {"label": label}).first() is not None

    def known(self, log: str, ids: Iterable[str]) -> Mapping[str, Known]:
        """Those of the command ids that the log already holds."""
        rows = self._connection.execute(_KNOWN, {"ids": list(ids)})
        # Where the command is not known (an adopted log), nothing equals it.
        return {row.id: Known(row.seq, row.by, row.asked) for row in rows if row.log == log}

    def entries(self, log: str, seqs: Iterable[int]) -> Mapping[int, Entry]:
        """Entries by their numbers; missing ones are left out."""
        rows = self._connection.execute(_SOME, {"log": log, "seqs": list(seqs)})
        return {row.seq: _entry(row) for row in rows}

    def after(self, log: str, seq: int, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries after `seq`, in order."""
        return _read_after(self._connection, log, seq, limit)

    def append(
        self,
        label: str,
        batch: Sequence[Append],
        head: SignedHead,
        earlier: Sequence[SignedHead] = (),
    ) -> None:
        """Append consecutive entries of one log, the head of the last one, and `earlier` heads.

        Raises ValueError if they do not continue the log: the caller decided on another state.
        """
        appended = [item.entry for item in batch]
        before = self.head(head.log)
        _check_continues(before, appended, head)
        if before is None:
            self._connection.execute(insert(logs), _new_log_row(label, appended))
        self._connection.execute(insert(entries), [_entry_row(item) for item in batch])
        if rows := [_body_row(entry) for entry in appended if entry.body_bytes is not None]:
            self._connection.execute(insert(bodies), rows)
        self._redact(head.log, appended)
        self._expire(head.log, appended)
        self._connection.execute(insert(heads), [_signed_row(one) for one in (*earlier, head)])
        if before is not None:
            self._connection.execute(
                _MOVE_HEAD, {"of_log": head.log, **_head_columns(appended[-1])}
            )

    def _redact(self, log: str, appended: Sequence[Entry]) -> None:
        """Note what the entries redact, and erase it. Redacting twice changes nothing."""
        named: dict[int, int] = {}
        for entry in appended:
            if (seq := redacted_by(entry)) is not None:
                named.setdefault(seq, entry.seq)
        if not named:
            return
        done = self._connection.execute(_REDACTED, {"log": log, "seqs": list(named)}).scalars()
        for seq in done.all():
            del named[seq]
        if named:
            rows = [{"log": log, "seq": seq, "by_seq": by} for seq, by in named.items()]
            self._connection.execute(insert(redactions), rows)
            self._file.erase(self._connection, log, list(named))

    def _expire(self, log: str, appended: Sequence[Entry]) -> None:
        """Note up to where the entries let words expire; `SqlJournal.erase` does the rest."""
        for entry in appended:
            through = expired_by(entry)
            if through is None:
                continue
            before = self._connection.execute(_EXPIRED, {"log": log}).scalar_one()
            if before < through < entry.seq:
                row = {"log": log, "through": through, "by_seq": entry.seq, "erased": before}
                self._connection.execute(insert(expiries), row)

    def commit(self) -> None:
        """Make it durable. Raises `JournalTemporary` or `OutcomeUnknown`."""
        self._file.check_there()
        try:
            self._transaction.commit()
        except DBAPIError as error:
            failure = self._file.failed_commit(error)
            if isinstance(failure, OutcomeUnknown):
                self._file.give_up(self._connection)
            raise failure from error


def _check_continues(before: LogHead | None, appended: Sequence[Entry], head: SignedHead) -> None:
    if not appended:
        raise ValueError("there is nothing to append")
    seq, prev = (before.seq, before.hash) if before else (0, GENESIS)
    for entry in appended:
        if (entry.header.log, entry.seq, entry.header.prev) != (head.log, seq + 1, prev):
            raise ValueError(f"entry {entry.seq} of {entry.header.log} does not follow {seq}")
        seq, prev = entry.seq, entry.hash
    if (head.seq, head.hash) != (seq, prev):
        raise ValueError(f"the signed head names entry {head.seq}, and the batch ends at {seq}")


def _read_after(connection: Connection, log: str, after: int, limit: int) -> list[Entry]:
    rows = connection.execute(_AFTER, {"log": log, "after": after, "limit": limit})
    return [_entry(row) for row in rows]


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    """The entry of a row. Raises `JournalRefused` if its bytes are not those that were written."""
    if not isinstance(row.header, bytes) or not isinstance(row.body, bytes | None):
        # SQLite keeps whatever type it is given: another program has written there.
        raise JournalRefused(f"Entry {row.seq} in the journal is damaged: it is no bytes.")
    try:
        entry = read_entry(row.header, row.body)
    except Malformed as error:
        raise JournalRefused(f"Entry {row.seq} in the journal cannot be read: {error}.") from error
    if entry.hash != row.hash:
        raise JournalRefused(f"Entry {row.seq} in the journal is damaged: its hash differs.")
    return entry


def _log_head(row: Row[*tuple[Any, ...]]) -> LogHead:
    return LogHead(log=row.log, label=row.label, seq=row.seq, hash=row.hash, at=row.at)


def _head_columns(last: Entry) -> dict[str, Any]:
    return {"seq": last.seq, "hash": last.hash, "at": last.header.at}


def _new_log_row(label: str, appended: Sequence[Entry]) -> dict[str, Any]:
    first = appended[0].header
    return {
        "log": first.log,
        "label": label,
        "opened_at": first.at,
        **_head_columns(appended[-1]),
    }


def _entry_row(item: Append) -> dict[str, Any]:
    entry, header = item.entry, item.entry.header
    return {
        "log": header.log,
        "seq": header.seq,
        "id": header.id,
        "hash": entry.hash,
        "by": header.by,
        "header": entry.header_bytes,
        "asked": item.asked,
    }


def _body_row(entry: Entry) -> dict[str, Any]:
    return {"log": entry.header.log, "seq": entry.seq, "body": entry.body_bytes}


def _signed_row(head: SignedHead) -> dict[str, Any]:
    return {"log": head.log, "seq": head.seq, "hash": head.hash, "key": head.key, "sig": head.sig}
