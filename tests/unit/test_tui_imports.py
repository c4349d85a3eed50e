"""What the screens load: no database, and nothing of the hub's."""

import subprocess
import sys


def loaded(module: str, *, whole: bool = False) -> set[str]:
    """The top-level packages in a process that has imported this and nothing else; or all modules,
    by their `whole` names."""
    name = "name" if whole else "name.partition('.')[0]"
    code = f"import {module}, sys; print(*{{{name} for name in sys.modules}})"
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


def test_what_is_not_seen_first_is_loaded_when_it_is_gone_to() -> None:
    """The line that one types in, the grammar, every screen but the room: a fifth of a start."""
    found = loaded("warroom.tui.app", whole=True)
    assert "warroom.tui.screens.room" in found
    assert not found & {
        "textual.widgets._text_area",
        "warroom.domain.decide",
        "warroom.domain.hublog",
        "warroom.tui.palette",
        "warroom.tui.present.completion",
        "warroom.tui.screens.inviting",
        "warroom.tui.screens.lobby",
        "warroom.tui.screens.reading",
        "warroom.tui.screens.story",
        "warroom.words.interpret",
        "warroom.words.table",
    }


def test_settings_cost_a_headless_command_nothing() -> None:
    """They are an option of every command, but only a screen reads them."""
    found = loaded("warroom.cli.options")
    assert not {"textual", "tomllib", "tempfile", "difflib"} & found
