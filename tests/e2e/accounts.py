"""Other accounts of this machine, and an OpenSSH server that lets them in: real ones, of root's.

Whoever needs them says `accounts()`, which skips the test with the reason where they cannot be had.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tests.e2e.terminal import WAIT
from tests.e2e.test_cli import ROOT

_RUN = "from warroom.cli.main import run; run()"
_SEPARATED = Path("/run/sshd")
"""Where sshd locks up its part that speaks to strangers; its package makes it."""


class Account(Struct, frozen=True):
    """A user of this machine, as the system knows them."""

    name: str
    uid: int
    gid: int
    home: Path
    program: Path

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One `warroom` command of theirs, on this machine."""
        return subprocess.run(
            [self.program, *arguments],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            cwd=self.home,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=False,
        )


class Accounts(Struct, frozen=True):
    """Ana and Bo, who are in the group; Cy, who is not; and the server that lets in all three."""

    ana: Account
    bo: Account
    cy: Account
    group: int
    folder: Path
    port: int

    def address(self, account: Account, path: str = "") -> str:
        return f"ssh://{account.name}@127.0.0.1:{self.port}{path}"

    @property
    def config(self) -> Path:
        """What the client's `ssh -F` takes."""
        return self.folder / "client.conf"


@contextlib.contextmanager
def accounts() -> Iterator[Accounts]:
    """All of it; nothing is left behind."""
    _look_for_what_it_takes()
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        group = f"wr{os.getpid()}"
        _system("groupadd", group)
        stack.callback(_system, "groupdel", group)
        people = []
        for end in "abc":
            people.append(_account(folder, f"{group}{end}", group if end != "c" else ""))
            stack.callback(_end, people[-1])
        _check_program(people[0])
        port = _keys_and_settings(folder, people)
        stack.enter_context(_serving(folder, port))
        ana, bo, cy = people
        gid = int(_system("getent", "group", group).split(":")[2])
        yield Accounts(ana, bo, cy, gid, folder, port)


def _look_for_what_it_takes() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes other accounts")
    for program in ("sshd", "ssh", "ssh-keygen", "useradd", "getent"):
        if shutil.which(program) is None:
            pytest.skip(f"this machine has no {program}")
    if not _SEPARATED.is_dir():
        pytest.skip(f"sshd needs {_SEPARATED}, which its package makes")


def _account(folder: Path, name: str, group: str) -> Account:
    home = folder / name
    more = ["--groups", group] if group else []
    # A password that none fits: an account without one is locked, and sshd lets nobody in.
    _system("useradd", "--create-home", "--home-dir", str(home), "--password", "*", *more, name)
    found = pwd.getpwnam(name)
    program = folder / "warroom"
    if not program.exists():
        program.write_text(_program())
        program.chmod(0o755)
    return Account(name, found.pw_uid, found.pw_gid, home, program)


def _program() -> str:
    """`warroom`, by an interpreter that others can run: ours may stand in a home of ours."""
    path = f"{ROOT}:{sysconfig.get_path('purelib')}"
    own = Path(sys.executable)
    shut = any(not part.stat().st_mode & 0o001 for part in own.resolve().parents)
    python = f"/usr/bin/python3.{sys.version_info.minor}" if shut else own
    return f'#!/bin/sh\nPYTHONPATH={path} exec {python} -P -c "{_RUN}" "$@"\n'


def _end(account: Account) -> None:
    """Their hub, what else still runs as them, and the account."""
    account.run("hub", "stop")
    until = time.monotonic() + WAIT
    while pids := _running_as(account.uid):
        assert time.monotonic() < until, f"{pids} do not end"
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    shutil.rmtree(f"/tmp/warroom-{account.uid}", ignore_errors=True)
    _system("userdel", account.name)


def _running_as(uid: int) -> list[int]:
    """The processes of a user, but for those that have ended and are not yet buried."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and entry.stat().st_uid == uid:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] * (state != "Z")
    return found


def _check_program(account: Account) -> None:
    done = account.run("hub", "--help")
    if done.returncode != 0:
        pytest.skip(f"other accounts cannot run this program here: {done.stderr.strip()[-200:]}")


def _keys_and_settings(folder: Path, people: list[Account]) -> int:
    for name in ("host", "client"):
        _system("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    key, _, _ = (folder / "host.pub").read_text().rpartition(" ")
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}\n")
    (folder / "server.conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/client.pub\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
        f"DisableForwarding yes\nAllowUsers {' '.join(one.name for one in people)}\n"
    )
    (folder / "client.conf").write_text(
        f"UserKnownHostsFile {folder}/known_hosts\nIdentityFile {folder}/client\n"
    )
    return port


@contextlib.contextmanager
def _serving(folder: Path, port: int) -> Iterator[None]:
    sshd = shutil.which("sshd")
    assert sshd is not None
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sshd, "-D", "-e", "-f", folder / "server.conf"], stderr=log)
    try:
        until = time.monotonic() + WAIT
        while not _answers(port):
            said = (folder / "server.log").read_text()
            if process.poll() is not None:
                pytest.skip(f"sshd does not run here: {said.strip()[-200:]}")
            assert time.monotonic() < until, said
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(WAIT)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as sock:
            return sock.recv(4) == b"SSH-"
    except OSError:
        return False


def _system(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT)
    if done.returncode != 0:
        pytest.skip(f"{command[0]} does not work here: {done.stderr.strip()}")
    return done.stdout
