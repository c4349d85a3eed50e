"""An invite from the room, in a real terminal: it lets someone in, and leaves no trace."""

import base64
import contextlib
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WAIT, WARROOM, Terminal, surroundings
from warroom.client.invite import Invite

EMPTY = "type and press enter"
_COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")


class Home:
    """An empty home on this machine, whose hub ends with the test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.env = surroundings(folder)

    def run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*WARROOM, *arguments],
            env=self.env,
            cwd=self.folder,
            input=given,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=False,
        )

    def does(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def enters(self, *arguments: str) -> Terminal:
        return Terminal(
            [*WARROOM, "join", "INC-1", *arguments],
            columns=120,
            rows=36,
            env=self.env,
            cwd=self.folder,
        )


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "here")
    home.does("declare", "Checkout fails")
    yield home
    home.run("hub", "stop")


def says(terminal: Terminal, line: str) -> None:
    terminal.send(line)
    terminal.wait_for(line)
    terminal.press("enter")


def copied(terminal: Terminal) -> str:
    """What the terminal has in its clipboard."""
    terminal.wait_until(lambda _: _COPIED.search(terminal.raw), "the clipboard")
    return base64.b64decode(_COPIED.findall(terminal.raw)[-1]).decode()


def test_an_invite_from_the_room_lets_someone_in(here: Home, tmp_path: Path) -> None:
    """Without a port it says what opens one; then it is shown, copied, put away, and works."""
    there = Home(tmp_path / "there")
    with here.enters() as ana:
        ana.wait_for("#1", "live", EMPTY)
        says(ana, "/invite observer for Dee Park")
        ana.wait_for("warroom share", "/invite observer for Dee Park")
        here.does("share", f"127.0.0.1:{_free_port()}")
        ana.press("enter")
        ana.wait_for("'wrs://127.0.0.1", "lets in once, as observer", "y copy")
        ana.press("y")
        line = copied(ana)
        ana.press("escape")
        ana.wait_for(EMPTY, gone="wrs://")
        ana.press("up")
        ana.wait_for("/invite observer for Dee Park", gone="wrs://")
    invite = Invite.read(line.removeprefix("warroom join "))
    assert "Dee Park" == invite.name
    _searched(tmp_path, invite.code)
    done = there.run("join", "-", given=invite.line())
    assert "you are Dee Park (@dee), observer" in done.stderr, done.stderr
    assert "INC-1" in there.does("list")
    _searched(tmp_path, invite.code)


def test_who_does_not_run_the_hub_invites_nobody(here: Home, tmp_path: Path) -> None:
    """Someone from another machine is told who can, and how; nothing is asked of the hub."""
    there = Home(tmp_path / "there")
    printed = here.does("share", f"127.0.0.1:{_free_port()}")
    there.run("join", "-", "--as", "Bo", given=printed.split("'")[1])
    invites = here.does("invites", "--all", "--json")
    with there.enters() as bo:
        bo.wait_for("#1", "live", EMPTY)
        says(bo, "/invite @bo")
        bo.wait_for("only whoever runs the hub", "warroom invite")
    assert invites == here.does("invites", "--all", "--json")
    assert "access.denied" not in here.does("audit", "--json")


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    return port


def _searched(folder: Path, code: str) -> None:
    """The code stands in no file of either home."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [] == [path for path in files if code.encode() in path.read_bytes()]
