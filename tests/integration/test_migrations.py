"""Migrations: the schema they make is the one the program uses, and newer ones are refused."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from server import schema
from server.journal import JournalRefused
from server.journal_sql import open_sqlite
from server.migrations import configuration


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal that has been made and closed again."""
    path = tmp_path / "journal.db"
    open_sqlite(path).close()
    return path


def run(path: Path, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


def test_the_newest_migration_is_the_version_that_is_known() -> None:
    """There is one line of migrations, and it ends at `schema.VERSION`."""
    assert [schema.VERSION] == ScriptDirectory.from_config(configuration()).get_heads()


def test_migrations_make_the_tables_of_the_schema(path: Path) -> None:
    """Alembic finds nothing to add to, or take from, what the migrations made."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, schema.metadata)
    engine.dispose()


def test_migrations_make_the_layout_of_the_schema(path: Path, tmp_path: Path) -> None:
    """What Alembic does not compare, checks and WITHOUT ROWID, is the same too."""
    engine = create_engine(f"sqlite:///{tmp_path / 'from-schema.db'}")
    schema.metadata.create_all(engine)
    engine.dispose()
    tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"

    migrated = [row for row in run(path, tables) if row[0] != "alembic_version"]

    assert run(tmp_path / "from-schema.db", tables) == migrated


def test_migrations_make_every_guard(path: Path) -> None:
    """The guards in the file are those without which it is not opened."""
    triggers = run(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")

    assert schema.GUARDS == {name for (name,) in triggers}


def test_a_journal_of_the_first_schema_goes_on(tmp_path: Path) -> None:
    """What is in it stays; it gets what it lacks, guards and all."""
    old = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{old}")
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO logs VALUES ('ab', 'INC-1', 't', 1, 'h', 't')")
    engine.dispose()
    with closing(open_sqlite(old)) as journal:
        assert ["INC-1"] == [head.label for head in journal.heads()]
    schema_of = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' ORDER BY name"
    open_sqlite(tmp_path / "new.db").close()
    assert run(tmp_path / "new.db", schema_of) == run(old, schema_of)


def test_a_newer_schema_is_refused(path: Path) -> None:
    """Both versions are named, and the file is left as it was."""
    run(path, "UPDATE alembic_version SET version_num = '0417'")

    with pytest.raises(JournalRefused, match=rf"schema 0417.* up to {schema.VERSION}"):
        open_sqlite(path)

    assert [("0417",)] == run(path, "SELECT version_num FROM alembic_version")


def test_a_missing_guard_is_refused(path: Path) -> None:
    """A journal that lost a guard, to a careless migration or a hand, is not used."""
    run(path, "DROP TRIGGER entries_update")

    with pytest.raises(JournalRefused, match="lacks the guards entries_update"):
        open_sqlite(path)


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made in one transaction: after a failure the next start begins afresh."""
    path = tmp_path / "journal.db"
    with monkeypatch.context() as patched:
        patched.setattr(schema, "GUARDS", schema.GUARDS | {"of_the_future"})
        with pytest.raises(JournalRefused, match="of_the_future"):
            open_sqlite(path)

    assert [] == run(path, "SELECT name FROM sqlite_master")
    open_sqlite(path).close()


def test_opening_an_existing_journal_does_not_load_alembic(path: Path) -> None:
    """A hub that starts with its schema up to date does not pay for importing Alembic."""
    script = (
        "import sys; from pathlib import Path; from server.journal_sql import open_sqlite;"
        "open_sqlite(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(
        [sys.executable, "-c", script, path], check=True, capture_output=True, env=environment
    )

    assert b"False\n" == said.stdout
