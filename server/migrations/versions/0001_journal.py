"""The first schema: logs, entries, bodies, signed heads, redactions, and their guards.

For whoever writes the next migration: on SQLite, `op.batch_alter_table` copies a table and drops
the old one, and the guards silently go with it. Add columns with `op.add_column`; if a table must
be copied, make its guards again in the same migration. Opening a journal refuses one that lacks
a guard. There is no way down: a log that could lose columns would not be append-only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_tables()
    for name, when, complaint in GUARDS:
        table, verb = name.split("_")
        condition = f"WHEN {when} " if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{complaint}'); END"
        )


def _create_tables() -> None:
    op.create_table(
        "logs",
        sa.Column("log", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, nullable=False, unique=True),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entries",
        sa.Column("log", sa.Text, sa.ForeignKey("logs.log"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("asked", sa.LargeBinary),
        sa.UniqueConstraint("id", "log", name="entries_id"),
        sa.CheckConstraint("length(asked) = 32", name="entries_asked"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bodies",
        sa.Column("log", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
    )
    op.create_table(
        "heads",
        sa.Column("log", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sig", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "redactions",
        sa.Column("log", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("by_seq", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["log", "seq"], ["entries.log", "entries.seq"]),
        sa.ForeignKeyConstraint(["log", "by_seq"], ["entries.log", "entries.seq"]),
        sa.CheckConstraint("by_seq > seq", name="redactions_order"),
        sqlite_with_rowid=False,
    )


# What each guard refuses. The guards on INSERT are there for INSERT OR REPLACE, which deletes
# the row in its way without asking the guard on DELETE, unless the connection happens to have
# recursive_triggers on.
GUARDS = (
    (
        "logs_insert",
        "EXISTS (SELECT 1 FROM logs WHERE log = NEW.log OR label = NEW.label)",
        "a log is never replaced",
    ),
    (
        "logs_update",
        "NEW.log IS NOT OLD.log OR NEW.label IS NOT OLD.label"
        " OR NEW.opened_at IS NOT OLD.opened_at OR NEW.seq <= OLD.seq",
        "the head of a log only moves on",
    ),
    ("logs_delete", "", "a log is never deleted"),
    (
        "entries_insert",
        "NEW.seq IS NOT 1 + coalesce((SELECT max(seq) FROM entries WHERE log = NEW.log), 0)"
        " OR EXISTS (SELECT 1 FROM entries WHERE log = NEW.log AND id = NEW.id)",
        "an entry is only ever appended, once",
    ),
    ("entries_update", "", "an entry is never changed"),
    ("entries_delete", "", "an entry is never deleted"),
    (
        "bodies_insert",
        "EXISTS (SELECT 1 FROM bodies WHERE log = NEW.log AND seq = NEW.seq OR rowid = NEW.rowid)"
        " OR EXISTS (SELECT 1 FROM redactions WHERE log = NEW.log AND seq = NEW.seq)",
        "words are never replaced, and never put back",
    ),
    (
        "bodies_update",
        "NEW.log IS NOT OLD.log OR NEW.seq IS NOT OLD.seq OR NEW.rowid IS NOT OLD.rowid"
        " OR NEW.body IS NOT zeroblob(length(OLD.body))"
        " OR NOT EXISTS (SELECT 1 FROM redactions WHERE log = OLD.log AND seq = OLD.seq)",
        "words are never changed, only erased when an entry redacts them",
    ),
    ("bodies_delete", "", "words are never deleted, only erased in place"),
    (
        "heads_insert",
        "EXISTS (SELECT 1 FROM heads WHERE log = NEW.log AND seq = NEW.seq)",
        "a signed head is never replaced",
    ),
    ("heads_update", "", "a signed head is never changed"),
    ("heads_delete", "", "a signed head is never deleted"),
    (
        "redactions_insert",
        "EXISTS (SELECT 1 FROM redactions WHERE log = NEW.log AND seq = NEW.seq)",
        "a redaction is never replaced",
    ),
    ("redactions_update", "", "a redaction is never changed"),
    ("redactions_delete", "", "a redaction is never taken back"),
)
