"""The tables of a journal, and the version of its schema.

What makes them, with the triggers that guard them, stands in `migrations/`; a test holds the
two together. An entry's header and its body are kept apart, because the one never changes and
the other can be redacted.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = "0002"
"""The newest migration: what this program reads and writes. Four digits, so that they sort."""

metadata = MetaData()

logs = Table(
    "logs",
    metadata,
    Column("log", Text, primary_key=True),
    Column("label", Text, nullable=False, unique=True),
    Column("opened_at", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""One row a log: its head. `opened_at` is the time of entry 1, and orders the logs."""

entries = Table(
    "entries",
    metadata,
    Column("log", Text, ForeignKey("logs.log"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("asked", LargeBinary),
    UniqueConstraint("id", "log", name="entries_id"),
    CheckConstraint("length(asked) = 32", name="entries_asked"),
    sqlite_with_rowid=False,
)

bodies = Table(
    "bodies",
    metadata,
    Column("log", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
)
"""The words of entries. Never WITHOUT ROWID: see `server/sqlite.py` on erasing."""

heads = Table(
    "heads",
    metadata,
    Column("log", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sig", Text, nullable=False),
    ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
    sqlite_with_rowid=False,
)

redactions = Table(
    "redactions",
    metadata,
    Column("log", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("by_seq", BigInteger, nullable=False),
    ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
    ForeignKeyConstraint(["log", "by_seq"], ["entries.log", "entries.seq"]),
    CheckConstraint("by_seq > seq", name="redactions_order"),
    sqlite_with_rowid=False,
)
"""Entries whose words are gone for good, and the entry that says so."""

expiries = Table(
    "expiries",
    metadata,
    Column("log", Text, primary_key=True),
    Column("through", BigInteger, primary_key=True),
    Column("by_seq", BigInteger, nullable=False),
    Column("erased", BigInteger, nullable=False),
    ForeignKeyConstraint(["log", "through"], ["entries.log", "entries.seq"]),
    ForeignKeyConstraint(["log", "by_seq"], ["entries.log", "entries.seq"]),
    CheckConstraint("by_seq > through", name="expiries_order"),
    CheckConstraint("erased <= through", name="expiries_erased"),
    sqlite_with_rowid=False,
)
"""Up to which entry all words of a log have expired, the entry that says so, and the last one
whose words are overwritten by now."""

GUARDS = frozenset(
    {
        "logs_insert",
        "logs_update",
        "logs_delete",
        "entries_insert",
        "entries_update",
        "entries_delete",
        "bodies_insert",
        "bodies_update",
        "bodies_delete",
        "heads_insert",
        "heads_update",
        "heads_delete",
        "redactions_insert",
        "redactions_update",
        "redactions_delete",
        "expiries_insert",
        "expiries_update",
        "expiries_delete",
    }
)
"""The triggers without which a journal is not used."""
