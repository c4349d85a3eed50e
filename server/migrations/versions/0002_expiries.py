"""Words that have expired: a row says up to where, and how far they are erased by now."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "expiries",
        sa.Column("log", sa.Text, primary_key=True),
        sa.Column("through", sa.BigInteger, primary_key=True),
        sa.Column("by_seq", sa.BigInteger, nullable=False),
        sa.Column("erased", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["log", "through"], ["entries.log", "entries.seq"]),
        sa.ForeignKeyConstraint(["log", "by_seq"], ["entries.log", "entries.seq"]),
        sa.CheckConstraint("by_seq > through", name="expiries_order"),
        sa.CheckConstraint("erased <= through", name="expiries_erased"),
        sqlite_with_rowid=False,
    )
    for name, when, complaint in GUARDS:
        table, verb = name.split("_")
        condition = f"WHEN {when} " if when else ""
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{complaint}'); END"
        )


# What each guard refuses. Those on `bodies` take the place of the first schema's, which know of
# redactions only.
GUARDS = (
    (
        "bodies_insert",
        "EXISTS (SELECT 1 FROM bodies WHERE log = NEW.log AND seq = NEW.seq OR rowid = NEW.rowid)"
        " OR EXISTS (SELECT 1 FROM redactions WHERE log = NEW.log AND seq = NEW.seq)"
        " OR EXISTS (SELECT 1 FROM expiries WHERE log = NEW.log AND through >= NEW.seq)",
        "words are never replaced, and never put back",
    ),
    (
        "bodies_update",
        "NEW.log IS NOT OLD.log OR NEW.seq IS NOT OLD.seq OR NEW.rowid IS NOT OLD.rowid"
        " OR NEW.body IS NOT zeroblob(length(OLD.body))"
        " OR NOT (EXISTS (SELECT 1 FROM redactions WHERE log = OLD.log AND seq = OLD.seq)"
        " OR EXISTS (SELECT 1 FROM expiries WHERE log = OLD.log AND through >= OLD.seq))",
        "words are never changed, only erased when an entry redacts them or they have expired",
    ),
    (
        "expiries_insert",
        "EXISTS (SELECT 1 FROM expiries WHERE log = NEW.log AND through >= NEW.through)",
        "an expiry is never replaced, and each goes further",
    ),
    (
        "expiries_update",
        "NEW.log IS NOT OLD.log OR NEW.through IS NOT OLD.through"
        " OR NEW.by_seq IS NOT OLD.by_seq OR NEW.erased <= OLD.erased",
        "an expiry is never changed, only how far it is carried out",
    ),
    ("expiries_delete", "", "an expiry is never taken back"),
)
