"""`warroom demo` from outside: a real hub, real people, an empty home, and nothing left of it."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import warroom
from warroom.demo.scenario import Act
from warroom.demo.shipped import shipped

ROOT = Path(warroom.__file__).parents[1]
WARROOM = [sys.executable, "-P", "-c", "from warroom.cli.main import run; run()"]
WAIT = 60.0


class House:
    """An empty home, with a temporary folder that nobody else uses."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.scratch = home / "t"
        self.scratch.mkdir()
        self.env = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "TMPDIR": str(self.scratch),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
        }

    def demo(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*WARROOM, "demo", *arguments],
            env=self.env,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def processes(self) -> list[int]:
        """Those that run in this home: their environment names it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.scratch) in environment:
                found.append(int(entry.name))
        return found

    def is_empty(self) -> bool:
        """No process, no folder, no socket."""
        sockets = list((self.home / "warroom").glob("*"))
        return not [*self.processes(), *self.scratch.iterdir(), *sockets]


@pytest.fixture
def house(tmp_path: Path) -> House:
    if sys.platform != "linux":
        pytest.skip("looks for processes in /proc")
    return House(tmp_path)


def until(happened: Callable[[], object]) -> None:
    """Wait for something another process does."""
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_the_demo_plays_to_its_end_and_leaves_nothing(house: House) -> None:
    """Every line that is not for the newcomer alone, up to a resolved incident."""
    out, complaints = house.demo("--plain", "--speed", "200").communicate(timeout=WAIT)
    assert "" == complaints
    lines = [line for line in out.splitlines() if re.match(r"\d\d:\d\d:\d\d  #", line)]
    numbers = [int(line.split("#")[1].split()[0]) for line in lines]
    assert list(range(1, len(lines) + 1)) == numbers
    assert "declared SEV2: DEMO " in lines[0]
    assert "printed here as it grows" in out
    assert "whatever you type" not in out
    assert "That was the demo." in lines[-2]
    for said in (
        "lou       took incident command",
        "raj(dee)  our service cannot be reached",
        "H1   ruled out",
        "H2   supported",
        "in spite of 1 objection",
        "D1   worked",
        "U2   published to customers",
        "status resolved, was mitigated",
    ):
        assert said in out
    everyone = [step for step in shipped().steps if isinstance(step, Act)]
    for step in everyone:
        if step.line.startswith("/") or "{" in step.line or step.unless:
            continue
        assert step.line.removeprefix("@raj: ") in out
    until(house.is_empty)


def test_a_demo_that_is_interrupted_leaves_nothing(house: House) -> None:
    """As ctrl+c does it."""
    demo = house.demo("--plain", "--speed", "1")
    assert demo.stdout is not None
    assert "declared" in demo.stdout.readline()
    demo.send_signal(signal.SIGINT)
    _, complaints = demo.communicate(timeout=WAIT)
    assert (130, "") == (demo.returncode, complaints)
    until(house.is_empty)


def test_whoever_has_read_enough_of_a_demo_ends_it(house: House) -> None:
    """As `head` does: nothing is complained of, and nothing is left."""
    demo = house.demo("--plain", "--speed", "200")
    assert demo.stdout is not None
    assert demo.stderr is not None
    assert "declared" in demo.stdout.readline()
    demo.stdout.close()
    assert (0, "") == (demo.wait(WAIT), demo.stderr.read())
    demo.stderr.close()
    until(house.is_empty)


def read_until(screen: int, sought: bytes) -> bytes:
    """What a terminal shows up to something, or up to its end."""
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal ends that nobody writes to any more
        while sought not in shown:
            shown += os.read(screen, 65536)
    return shown


def test_a_screen_that_is_killed_leaves_nothing(house: House) -> None:
    """The player notices that nobody watches any more, and clears away."""
    screen, terminal = pty.openpty()
    demo = subprocess.Popen(
        [*WARROOM, "demo", "--as", "sasha"],
        env=house.env,
        cwd=house.home,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        assert b"DEMO" in read_until(screen, b"DEMO")
        assert 3 <= len(house.processes())
    finally:
        demo.kill()
        demo.wait(WAIT)
    until(house.is_empty)
    os.close(screen)


def test_a_player_that_is_killed_is_said_and_leaves_nothing(house: House) -> None:
    """Then the command clears away, and says that it failed."""
    demo = house.demo("--plain", "--speed", "1")
    assert demo.stdout is not None
    assert "declared" in demo.stdout.readline()
    (player,) = [pid for pid in house.processes() if b"warroom.demo" in command_of(pid)]
    os.kill(player, signal.SIGKILL)
    _, complaints = demo.communicate(timeout=WAIT)
    assert (1, "warroom: the demo failed: its player was killed\n") == (demo.returncode, complaints)
    until(house.is_empty)


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("name", ["kim", "Kim"])
def test_nobody_comes_as_someone_who_is_played(house: House, name: str) -> None:
    """They would be one person to the hub."""
    out, complaints = house.demo("--as", name).communicate(timeout=WAIT)
    assert ("", True) == (out, "is played by the demo" in complaints)


def test_a_speed_is_a_sensible_number(house: House) -> None:
    """Anything else is a usage error."""
    for speed in ("0", "-1", "nan", "fast", "1e9"):
        demo = house.demo("--plain", "--speed", speed)
        demo.communicate(timeout=WAIT)
        assert 2 == demo.returncode
