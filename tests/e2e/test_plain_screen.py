"""Terminals that show less: without colours, with sixteen, and with none that could be drawn on."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WARROOM, Terminal, surroundings
from tests.integration.conftest import Hubs

_SGR = re.compile(rb"\x1b\[([0-9;]*)m")
_COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose hub has a room, with a commander who is missed."""
    hubs = Hubs(tmp_path)
    hubs.start()
    command = [*WARROOM, "declare", "Checkout fails", "--as", "cat"]
    subprocess.run(command, env=surroundings(tmp_path), check=True, capture_output=True)
    yield tmp_path
    hubs.end()


def joined(home: Path, **env: str) -> Terminal:
    """Ana's terminal, in the room."""
    return Terminal(
        [*WARROOM, "join", "INC-1", "--as", "ana"],
        columns=120,
        rows=36,
        env=surroundings(home) | env,
        cwd=home,
    )


def codes(terminal: Terminal) -> set[int]:
    """What was asked of the terminal for the look of its text."""
    return {int(one) for found in _SGR.findall(terminal.raw) for one in found.split(b";") if one}


def test_no_color_means_none(home: Path) -> None:
    """Nothing is coloured; words and marks say it, and what is chosen is reversed."""
    with joined(home, NO_COLOR="1") as ana:
        ana.wait_for("#1", "live", "! nobody is incident commander", "IC", "VACANT")
        ana.press("escape")
        ana.wait_for("> ", "i write")
        assert set() == codes(ana) & _COLOURS
        assert {1, 7} <= codes(ana)


def test_sixteen_colours_are_the_terminals_own(home: Path) -> None:
    """Where there are no more, the theme takes the sixteen, and says everything with them."""
    with joined(home, TERM="xterm", COLORTERM="") as ana:
        ana.wait_for("#1", "live", "! nobody is incident commander")
        assert codes(ana) & _COLOURS
        assert not codes(ana) & {38, 48}


def test_a_theme_is_chosen_in_the_palette_and_kept(home: Path) -> None:
    """^p, its name, enter: it is there at once, and the next time."""
    with joined(home) as ana:
        ana.wait_for("#1", "live")
        ana.press("ctrl+p")
        ana.wait_for("Search for commands")
        ana.send("theme light")
        ana.wait_for("theme light", "Wear these colours")
        ana.press("enter")
        settings = home / ".config" / "warroom" / "config.toml"
        ana.wait_until(lambda _: settings.exists(), "the settings")
        assert 'theme = "light"\n' == settings.read_text()


@pytest.mark.parametrize("arguments", [["join", "INC-1"], []])
def test_a_dumb_terminal_is_told_what_serves(home: Path, arguments: list[str]) -> None:
    """Nothing is drawn on it."""
    env = surroundings(home) | {"TERM": "dumb"}
    with Terminal([*WARROOM, *arguments], columns=80, rows=24, env=env, cwd=home) as terminal:
        terminal.wait_for("TERM is dumb", "warroom tail")
        assert 2 == terminal.ended()
        assert b"\x1b" not in terminal.raw
