"""A hub behind ssh, as people reach it: two homes, and the real OpenSSH client where there is one.

An SSH server runs on loopback. The tests that say "stand-in" put a program named `ssh` first in
the PATH, which runs the command of the other machine here, in the other home: they need no ssh.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WARROOM as PROGRAM
from tests.e2e.terminal import Terminal
from tests.e2e.test_cli import ROOT, Shell

WAIT = 60.0
PASSWORD = "correct horse"
STAND_IN = """#!/bin/sh
# Not ssh: it runs the command of the other machine here, in the other home.
echo $$ >> {base}/pids
[ -e {base}/away ] && {{ echo "ssh: connect to host desk: No route to host" >&2; exit 255; }}
while [ "$1" != -- ]; do shift; done
printf '%s' "$NOISE"
exec env -u WARROOM_HUB HOME={there} XDG_RUNTIME_DIR={there} sh -c "exec $3"
"""

needs_ssh = pytest.mark.skipif(
    shutil.which("ssh") is None, reason="this machine has no OpenSSH client"
)


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Shell]:
    """Whoever has the hub."""
    (tmp_path / "there").mkdir()
    shell = Shell(tmp_path / "there")
    yield shell
    shell.run("hub", "stop")


@pytest.fixture
def here(tmp_path: Path, there: Shell) -> Shell:
    """Someone at another machine, with a stand-in for ssh, and `warroom` on both."""
    (tmp_path / "here").mkdir()
    (tmp_path / "bin").mkdir()
    line = " ".join(f"'{part}'" for part in PROGRAM)
    script(tmp_path / "bin/warroom", f'#!/bin/sh\nexec {line} "$@"\n')
    script(tmp_path / "bin/ssh", STAND_IN.format(base=tmp_path, there=there.home))
    shell = Shell(tmp_path / "here")
    shell.env["PATH"] = f"{tmp_path}/bin:{shell.env['PATH']}"
    return shell


@pytest.fixture
def server(tmp_path: Path, there: Shell, here: Shell) -> Iterator[str]:
    """The address of an SSH server whose users have the other home."""
    folder = tmp_path / "keys"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("ssh_server.py")), str(folder), PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=there.env | {"PATH": here.env["PATH"]},
        cwd=ROOT,
        encoding="ascii",
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    assert port
    # OpenSSH looks up the home in the system's list of users, whatever HOME says.
    config = folder / "config"
    config.write_text(f"UserKnownHostsFile {folder}/known_hosts\nIdentityFile {folder}/client\n")
    real = shutil.which("ssh")
    script(tmp_path / "bin/ssh", f'#!/bin/sh\nexec {real} -F {config} "$@"\n')
    yield f"ssh://ana@127.0.0.1:{port}"
    process.communicate("", timeout=WAIT)


def screen(shell: Shell, *arguments: str) -> Terminal:
    env = shell.env | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", "LANG": "C.UTF-8"}
    return Terminal([*PROGRAM, *arguments], columns=110, rows=30, env=env, cwd=shell.home)


def test_words_land_in_the_room_over_there(here: Shell, there: Shell) -> None:
    """Stand-in: each word says which hub, and the hub over there starts by itself."""
    here.env["WARROOM_HUB"] = "ssh://desk"
    here.does("declare", "Checkout fails")
    here.does("post", "from elsewhere")
    assert "from elsewhere" in there.does("tail")
    assert "INC-1" in here.does("list")


def test_the_hub_is_known_after_the_first_time(here: Shell, there: Shell) -> None:
    """Stand-in: `join ssh://...` once, then its name is enough; it is nobody else's hub."""
    there.does("declare", "Checkout fails")
    said = here.run("join", "ssh://ana@desk.example").stderr
    assert "at the hub known as desk, through ssh" in said
    here.does("post", "by its name", "--hub", "desk")
    assert "by its name" in there.does("tail")
    assert "desk" in here.refuses(3, "list", "--hub", "other")


def test_a_login_shell_that_talks_is_no_hub(here: Shell, there: Shell) -> None:
    """Stand-in: what it prints comes first, and is thrown away."""
    there.does("declare", "Checkout fails")
    here.env |= {"WARROOM_HUB": "ssh://desk", "NOISE": "Welcome to desk!\nLast login: today\n> "}
    assert "INC-1" in here.does("list")


def test_the_hub_over_there_is_not_stopped_from_here(here: Shell, there: Shell) -> None:
    """Stand-in: and no process of this machine is taken for it."""
    there.does("declare", "Checkout fails")
    assert "not of this machine" in here.refuses(2, "hub", "stop", "--hub", "ssh://desk")
    assert '"pid":null' in here.does("hub", "status", "--json", "--hub", "ssh://desk")


def test_a_screen_comes_back_by_a_new_ssh(here: Shell, there: Shell, tmp_path: Path) -> None:
    """Stand-in: ssh dies, the machine is away for a while, and then the line is live again."""
    there.does("declare", "Checkout fails")
    with screen(here, "join", "ssh://desk", "INC-1") as terminal:
        terminal.wait_for("  live")
        (tmp_path / "away").touch()
        os.kill(int((tmp_path / "pids").read_text().split()[-1]), signal.SIGKILL)
        terminal.wait_for("No route to host")
        (tmp_path / "away").unlink()
        terminal.press("ctrl+r")
        terminal.wait_for("  live")
        terminal.send("back again")
        terminal.press("enter")
        until(lambda: "back again" in there.does("tail"))


def test_no_ssh_is_left_behind(here: Shell, there: Shell, tmp_path: Path) -> None:
    """Stand-in: what a command or a screen started over there ends with it."""
    there.does("declare", "Checkout fails")
    here.does("list", "--hub", "ssh://desk")
    with screen(here, "join", "ssh://desk", "INC-1") as terminal:
        terminal.wait_for("  live")
    pids = [Path("/proc", pid) for pid in (tmp_path / "pids").read_text().split()]
    until(lambda: not any(pid.exists() for pid in pids))


@needs_ssh
def test_a_real_ssh_is_the_way_in(here: Shell, there: Shell, server: str) -> None:
    """Key, host key and command are OpenSSH's; no port of the hub is open."""
    there.does("declare", "Checkout fails")
    here.env["WARROOM_HUB"] = server
    here.does("post", "through ssh")
    assert "through ssh" in there.does("tail")
    with screen(here, "join", "INC-1") as terminal:
        terminal.wait_for("  live")
        terminal.send("on the screen")
        terminal.press("enter")
        until(lambda: "on the screen" in there.does("tail"))


@needs_ssh
def test_a_password_is_typed_once_before_there_is_a_screen(
    here: Shell, there: Shell, server: str, tmp_path: Path
) -> None:
    """ssh asks at the terminal; the screen's own line goes over the same connection."""
    there.does("declare", "Checkout fails")
    (tmp_path / "keys/client").unlink()
    with screen(here, "join", server, "INC-1") as terminal:
        terminal.wait_for("assword:")
        terminal.send(PASSWORD)
        terminal.press("enter")
        terminal.wait_for("  live")


@needs_ssh
def test_without_a_terminal_ssh_asks_nobody(here: Shell, server: str, tmp_path: Path) -> None:
    """It says in one sentence who was not let in; a foreign host key ends it before that."""
    (tmp_path / "keys/client").unlink()
    assert "Permission denied" in here.refuses(4, "list", "--hub", server)
    (tmp_path / "keys/known_hosts").write_text("")
    assert "check its host key" in here.refuses(4, "list", "--hub", server)
