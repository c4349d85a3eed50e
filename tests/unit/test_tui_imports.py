"""What the screens load: no database, and nothing of the hub's."""

import subprocess
import sys


def loaded(module: str) -> set[str]:
    """The top-level packages in a process that has imported this and nothing else."""
    code = f"import {module}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    return set(done.stdout.split())


def test_the_screens_load_no_database() -> None:
    """SQLAlchemy alone would cost half of the start again."""
    found = loaded("warroom.tui.app")
    assert {"textual", "msgspec"} <= found
    assert not {"sqlalchemy", "alembic", "server", "sqlite3"} & found


def test_a_room_is_drawn_before_what_dials_is_loaded() -> None:
    """It would be a tenth of the start; see `warroom.client.dialling`."""
    assert not {"websockets", "http", "email"} & loaded("warroom.tui.app")


def test_a_room_is_drawn_before_the_templates_of_drafts_are_read() -> None:
    """Reading TOML costs a fiftieth of the start, and many a room never has a draft."""
    assert "tomllib" not in loaded("warroom.tui.app")


def test_settings_cost_a_headless_command_nothing() -> None:
    """They are an option of every command, but only a screen reads them."""
    found = loaded("warroom.cli.options")
    assert not {"textual", "tomllib", "tempfile", "difflib"} & found
