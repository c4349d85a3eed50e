"""SQLite's own ways: its connections, what its errors mean, and how words are erased from it.

One connection writes and checkpoints; all others are read-only. SQLite 3.7.0 to 3.51.2 can lose
commits when two connections write and checkpoint at once.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, func, inspect, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from server import schema
from server.journal import WAYS_OUT, JournalError, JournalRefused, JournalTemporary, OutcomeUnknown
from server.schema import bodies

BUSY_MS = 1000
"""How long to wait for another program's lock before giving up."""

# What is set on every connection, and what SQLite must then answer.
_WRITER_PRAGMAS: dict[str, tuple[str, object]] = {
    "busy_timeout": (str(BUSY_MS), BUSY_MS),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "fullfsync": ("ON", 1),  # on macOS fsync alone leaves the disk's cache behind; no-op elsewhere
    "foreign_keys": ("ON", 1),
    "recursive_triggers": ("ON", 1),  # else INSERT OR REPLACE passes triggers on DELETE
    "secure_delete": ("ON", 1),
    "temp_store": ("MEMORY", 2),  # or words could reach a temporary file, which nothing scrubs
}
_READER_PRAGMAS: dict[str, tuple[str, object]] = {
    "busy_timeout": (str(BUSY_MS), BUSY_MS),
    "query_only": ("ON", 1),
    "temp_store": ("MEMORY", 2),
}

_LOCKED = (
    "another program has locked it; end that program or wait for it",
    "another program has locked the hub's journal",
)
_TEMPORARY = {
    sqlite3.SQLITE_FULL: ("the disk is full; free some space", "the hub's disk is full"),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: (
        "it is read-only; give its owner the right to write there",
        "the hub's disk is read-only",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk reported an I/O error; look at the disk and its limits",
        "the hub's disk reports errors",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it could not be opened; look at the rights of its folder",
        "the hub cannot open its journal",
    ),
}
"""What is wrong and what to do, for whoever runs the hub; what is wrong, for those who write."""
_DAMAGED = {
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; name another file, or move it away",
    sqlite3.SQLITE_CORRUPT: f"is damaged. {WAYS_OUT.rstrip('.')}",
}

# Redacted words are overwritten in place and their row stays. A DELETE would not do, even under
# secure_delete: when a page empties, or a row lands in the middle of a WITHOUT ROWID table, SQLite
# moves neighbouring rows to another page and leaves the old copies of *those* lying in the
# unused part; redacted later, their words would remain. In a table that only grows at its end
# nothing moves, and an UPDATE to the same length writes over the very bytes.
_ERASE = (
    update(bodies)
    .where(bodies.c.log == bindparam("of_log"), bodies.c.seq == bindparam("of_seq"))
    .values(body=func.zeroblob(func.length(bodies.c.body)))
)
_ERASE_SOME = (
    update(bodies)
    .where(
        bodies.c.log == bindparam("of_log"),
        bodies.c.seq > bindparam("after"),
        bodies.c.seq <= bindparam("upto"),
    )
    .values(body=func.zeroblob(func.length(bodies.c.body)))
)


class SqliteFile:
    """A journal's file: an engine with the one connection that writes, and one for readers."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._write_ahead = Path(f"{self._path}-wal")
        _make_private(self._path)
        # The pool of one is also the lock that keeps `scrub` out of a transaction.
        self.writer = self._engine("rw", _WRITER_PRAGMAS, size=1, overflow=0)
        event.listen(self.writer, "begin", _begin_immediate)
        self.readers = self._engine("ro", _READER_PRAGMAS, size=4, overflow=-1)
        self._known: dict[Path, tuple[int, int]] = {}

    def check_there(self) -> None:
        """Raise `JournalTemporary` if the files in use no longer stand under their names.

        Whatever was written then would be gone when this process ends.
        """
        for path in (self._path, self._write_ahead):
            try:
                found = path.stat()
                identity: tuple[int, int] | None = (found.st_dev, found.st_ino)
            except OSError:
                identity = None
            known = self._known.get(path)
            if known is None and identity is not None:
                self._known[path] = identity
            elif known != identity:
                raise JournalTemporary(
                    f"The journal's file {path} was moved or deleted under the running hub, which "
                    "acknowledges nothing until it is back; otherwise stop the hub and restore.",
                    "the hub's journal was moved or deleted",
                )

    def _engine(
        self, mode: str, pragmas: dict[str, tuple[str, object]], size: int, overflow: int
    ) -> Engine:
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=_connector(f"{self._path.as_uri()}?mode={mode}"),
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=BUSY_MS / 1000,
        )
        event.listen(engine, "connect", lambda connection, _: set_pragmas(connection, pragmas))
        return engine

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns SQLite's errors into a journal's, as far as they say something to an operator."""
        try:
            yield
        except PoolTimeout as error:
            text = f"The journal {self._path} is busy; try again."
            raise JournalTemporary(text, "the hub's journal is busy") from error
        except (DBAPIError, sqlite3.Error) as error:
            meaning = self._meaning(error)
            if meaning is None:
                raise
            raise meaning from error

    def _meaning(self, error: Exception) -> JournalError | None:
        code = _primary_code(error)
        if code in _TEMPORARY:
            what, told = _TEMPORARY[code]
            return JournalTemporary(f"The journal {self._path} cannot be used now: {what}.", told)
        if code in _DAMAGED:
            text = f"The journal {self._path} {_DAMAGED[code]}."
            return JournalRefused(text, "the hub's journal is damaged")
        return None

    def failed_commit(self, error: Exception) -> JournalError:
        """What a COMMIT that raised `error` means.

        When the disk fails, the commit may already stand in the write-ahead file, unseen by this
        process: a crash now would bring it back. SQLite's other errors come before that.
        """
        meaning = self._meaning(error)
        if isinstance(meaning, JournalTemporary) and _primary_code(error) != sqlite3.SQLITE_IOERR:
            return meaning
        text = f"{meaning or error} Whether the last commit holds is not known."
        return OutcomeUnknown(text) if meaning is None else OutcomeUnknown(text, meaning.told)

    def give_up(self, connection: Connection) -> None:
        """Close a connection for good: the next transaction starts on a fresh one."""
        connection.invalidate()
        if not self._write_ahead.exists():
            # SQLite removed it, since nobody read: the next connection makes another.
            self._known.pop(self._write_ahead, None)

    def upgrade(self) -> None:
        """Make the schema, or bring it up to date. Raises `JournalRefused` if it is not ours."""
        with self.explained(), self.writer.begin() as connection:
            if (stored := self._version(connection)) != schema.VERSION:
                if stored is not None and stored > schema.VERSION:
                    raise JournalRefused(
                        f"The journal {self._path} has schema {stored}, and this program knows"
                        f" schemas up to {schema.VERSION}; use a newer warroom."
                    )
                # Alembic costs half a second to import, and is needed only here.
                from server.migrations import upgrade  # noqa: PLC0415

                upgrade(connection)
            self._check_guards(connection)

    def _version(self, connection: Connection) -> str | None:
        tables = inspect(connection).get_table_names()
        if "alembic_version" in tables:
            versions = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return versions.scalar_one_or_none()
        if tables:
            raise JournalRefused(f"The file {self._path} is the database of another program.")
        return None

    def _check_guards(self, connection: Connection) -> None:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        if missing := schema.GUARDS.difference(found.scalars()):
            raise JournalRefused(
                f"The journal {self._path} lacks the guards {', '.join(sorted(missing))}:"
                " another program has altered it; restore it from a backup."
            )

    def erase(self, connection: Connection, log: str, seqs: Sequence[int]) -> None:
        """Overwrite the words of entries that `redactions` names."""
        connection.execute(_ERASE, [{"of_log": log, "of_seq": seq} for seq in seqs])

    def erase_some(self, connection: Connection, log: str, after: int, upto: int) -> None:
        """Overwrite the words of the entries between, which `expiries` covers."""
        connection.execute(_ERASE_SOME, {"of_log": log, "after": after, "upto": upto})

    def scrub(self) -> None:
        """Empty the write-ahead file, where older copies of erased words may still stand."""
        with self.explained(), closing(self.writer.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
            cursor.close()
        # The answer is (busy, frames in the file, frames moved); (0, 0, 0) once it is empty.
        if answer != (0, 0, 0):
            raise JournalTemporary(
                f"The write-ahead file of the journal {self._path} is still being read, so that"
                " erased words may stand in it; end what reads it or wait for it."
            )
        # SQLite leaves that to the next commit: if the power went before, the words would be back.
        try:
            sync_to_disk(self._write_ahead)
        except OSError as error:
            raise JournalTemporary(f"The journal {self._path} cannot be synced: {error}") from error

    def check(self) -> None:
        """Read the whole file. Raises `JournalRefused` if its structure is damaged."""
        with self.explained(), self.readers.connect() as connection:
            findings = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
            strays = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if findings != ["ok"] or strays:
            what = findings[0] if findings != ["ok"] else f"rows of {strays[0][0]} lead nowhere"
            raise JournalRefused(f"The journal {self._path} is damaged ({what}). {WAYS_OUT}")

    def close(self) -> None:
        """Give up the connections: the writer's last, because it tidies up the files."""
        self.readers.dispose()
        self.writer.dispose()


def sync_to_disk(path: Path) -> None:
    """Make a file durable as it is, its length too. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_pragmas(connection: Any, pragmas: dict[str, tuple[str, object]] = _WRITER_PRAGMAS) -> None:
    """Set what a connection needs, and see that it took. Raises `JournalRefused` if not."""
    for name, (value, expected) in pragmas.items():
        connection.execute(f"PRAGMA {name} = {value}").close()
        answer = connection.execute(f"PRAGMA {name}").fetchone()
        if answer != (expected,):
            raise JournalRefused(
                f"SQLite {sqlite3.sqlite_version} does not do PRAGMA {name} = {value} with this"
                f" file (it answers {answer}); put the journal on a local disk."
            )


def _begin_immediate(connection: Connection) -> None:
    # A plain BEGIN takes the lock at the first write: what was read before it may be stale.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connector(uri: str) -> Callable[[], sqlite3.Connection]:
    options: dict[str, Any] = {"uri": True, "isolation_level": None, "check_same_thread": False}
    if sys.version_info >= (3, 12):
        options["autocommit"] = sqlite3.LEGACY_TRANSACTION_CONTROL
    return lambda: sqlite3.connect(uri, **options)


def _primary_code(error: Exception) -> int | None:
    """SQLite's result code without its extension: IOERR for IOERR_FSYNC and its like."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _make_private(path: Path) -> None:
    """Make the folder (0700) and the file (0600); SQLite gives the other files the same mode.

    The file is opened only to create it: closing any descriptor of a database that this process
    has open would drop SQLite's locks on it (POSIX).
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_mode & 0o022:
            raise JournalRefused(
                f"Others may write to the folder {path.parent}: give the journal a folder of its"
                " own, or take that right away with chmod go-w."
            )
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if file.exists():
                file.chmod(0o600)
    except OSError as error:
        raise JournalRefused(f"The journal {path} cannot be made ready: {error}.") from error
