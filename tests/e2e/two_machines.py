"""Two machines with a cable between them: a network namespace each, as the kernel makes them.

Only root can make them, and not in every container; whoever needs them says `two_machines()`, which
skips the test with the kernel's own reason where there are none.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from tests.e2e.terminal import WAIT, Terminal
from tests.e2e.test_cli import ROOT

_RUN = "from warroom.cli.main import run; run()"


class Machine(Struct, frozen=True):
    """One of them: its namespace, its address, and the empty home of who sits there."""

    namespace: str
    address: str
    home: Path

    @property
    def env(self) -> dict[str, str]:
        """The surroundings of a shell in which `warroom` is installed."""
        return {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TEXTUAL_ANIMATIONS": "none",
            "PS1": "$ ",
        }

    def here(self, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", self.namespace, *command]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """One command line, to its end."""
        return subprocess.run(
            self.here(command),
            env=self.env,
            cwd=self.home,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=False,
        )

    def does(self, *command: str) -> str:
        """What a command prints, which has to end well."""
        done = self.run(*command)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def shell(self) -> Terminal:
        """A shell in a terminal."""
        command = self.here(["bash", "--norc", "--noprofile", "-i"])
        return Terminal(command, columns=120, rows=36, env=self.env, cwd=self.home)


@contextlib.contextmanager
def two_machines(folder: Path) -> Iterator[tuple[Machine, Machine]]:
    """Both, with a cable and no other way out."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("only root makes network namespaces, with iproute2")
    names = [f"wr{os.getpid()}{end}" for end in "ab"]
    first, second = (
        Machine(name, f"10.77.0.{number}", _home(folder / name))
        for number, name in enumerate(names, start=1)
    )
    with contextlib.ExitStack() as stack:
        for name in names:
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
        _ip("link", "add", names[0], "type", "veth", "peer", "name", names[1])
        _plug_in(first)
        _plug_in(second)
        yield first, second


def _plug_in(machine: Machine) -> None:
    """Its end of the cable; there is no way to anywhere else."""
    name = machine.namespace
    _ip("link", "set", name, "netns", name)
    for line in (
        "link set lo up",
        f"address add {machine.address}/24 dev {name}",
        f"link set {name} up",
    ):
        _ip("-n", name, *line.split())


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no network namespaces here: {done.stderr.strip()}")


def _home(home: Path) -> Path:
    """A home with nothing in it but the program."""
    (home / "bin").mkdir(parents=True)
    command = home / "bin/warroom"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -c "{_RUN}" "$@"\n')
    command.chmod(0o755)
    return home
