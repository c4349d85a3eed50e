"""A hub that can be lost, and three people in real terminals who write to it.

Tests take the fixtures `desks` and `at` by importing them.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WARROOM, Terminal, surroundings

LONG = 90.0
"""Seconds for what takes several processes on a busy machine."""

NAMES = ("ana", "bo", "cy")


class Desks:
    """A hub in a folder of its own, and people each with a home and a data folder of theirs."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.hub_data = base / "hub"
        self.env = surroundings(base)
        self._hub: subprocess.Popen[bytes] | None = None
        self.socket = ""

    def hub(self, *flags: str) -> None:
        """Start a hub, and wait until it listens."""
        command = [sys.executable, "-P", "-m", "server", "--data", str(self.hub_data), "--json"]
        self._hub = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, env=self.env)
        assert self._hub.stdout is not None
        self.socket = json.loads(self._hub.stdout.readline())["socket"]

    def release(self) -> None:
        """End the recovery of every room, as whoever runs the hub does."""
        done = self.operator("hub", "release", "--all")
        assert 0 == done.returncode, done.stderr

    def backup(self) -> Path:
        """A backup of the hub that runs."""
        file = self.base / "backup"
        done = self.operator("backup", str(file))
        assert 0 == done.returncode, done.stderr
        return file

    def go_back_to(self, backup: Path) -> None:
        """The hub dies, and the next one has only what a backup holds."""
        self.kill_hub()
        restored = self.operator("restore", str(backup), "--force")
        assert 0 == restored.returncode, restored.stderr
        self.hub()

    def kill_hub(self) -> None:
        if self._hub is not None:
            self._hub.kill()
            self._hub.wait(LONG)
            assert self._hub.stdout is not None
            self._hub.stdout.close()
            self._hub = None

    def env_of(self, name: str) -> dict[str, str]:
        """Where someone's client runs: the hub is elsewhere, their own files are their own."""
        data = {"WARROOM_DATA": str(self.base / name), "WARROOM_HUB": self.socket}
        return surroundings(self.base) | data

    def screen(self, name: str, incident: str = "INC-1") -> Terminal:
        command = [*WARROOM, "join", incident, "--as", name]
        return Terminal(command, columns=120, rows=36, env=self.env_of(name))

    def operator(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of whoever runs the hub, where it runs."""
        return subprocess.run(
            [*WARROOM, *arguments],
            env=self.env | {"WARROOM_DATA": str(self.hub_data)},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    def runs(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A headless command of someone's."""
        return subprocess.run(
            [*WARROOM, *arguments, "--as", name],
            env=self.env_of(name),
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    def export(self, name: str) -> str:
        """The room as someone exports it."""
        done = self.runs(name, "export")
        assert 0 == done.returncode, done.stderr
        return done.stdout


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    desks = Desks(tmp_path)
    yield desks
    desks.kill_hub()


@pytest.fixture
def at(desks: Desks) -> Iterator[dict[str, Terminal]]:
    """Everyone at a screen, in the room of one incident, each having said that they are there."""
    desks.hub()
    assert 0 == desks.runs("ana", "declare", "Checkout fails").returncode
    with contextlib.ExitStack() as stack:
        at = {name: stack.enter_context(desks.screen(name)) for name in NAMES}
        for name in NAMES:
            at[name].wait_for("INC-1", "live", timeout=LONG)
            says(at[name], f"{name} is here")
        for terminal in at.values():
            terminal.wait_for(*(f"{name} is here" for name in NAMES), timeout=LONG)
            settled(terminal)
        yield at


def settled(terminal: Terminal) -> None:
    """Wait until nothing of theirs waits for the hub."""
    terminal.wait_until(lambda screen: "waiting" not in screen, "settled", LONG)


def go_on(desks: Desks, at: dict[str, Terminal]) -> None:
    """The hub is lost, and everyone writes on."""
    desks.kill_hub()
    for name in NAMES:
        at[name].wait_for("OFFLINE", timeout=LONG)
        says(at[name], f"{name} goes on")
        at[name].wait_for("1 waiting", timeout=LONG)


def says(terminal: Terminal, text: str) -> None:
    """Write a line, as soon as the composer takes it."""
    terminal.send(text)
    terminal.wait_for(text, timeout=LONG)
    terminal.press("enter")


def notes(log: bytes) -> list[str]:
    """The notes in an export, in order."""
    entries = [json.loads(line) for line in log.splitlines()]
    kinds = ("note.posted", "observation.made")
    return [
        entry["body"]["words"]["text"]
        for entry in entries
        if entry["type"] == "entry" and entry["header"]["kind"] in kinds
    ]
