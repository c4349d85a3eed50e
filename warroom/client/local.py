"""The hub of this machine: found by its socket, and started if nobody listens there.

The hub is a process of its own, which outlives the command that started it, the way tmux does.
Many may start one at once: the hub's lock lets one win, and all of them connect to that one.
A client that stays starts it again if it died, and never one that was stopped.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from warroom.client.listener import NotOurs, check
from warroom.client.target import Target
from warroom.clock import monotonic
from warroom.place import socket_path

if TYPE_CHECKING:
    import subprocess

STARTS_WITHIN = 20.0
"""Seconds in which a hub that was started has to listen."""

_LOOK_AGAIN = 0.02
_START_AGAIN = 0.2

STARTING = "the hub here died, and is started again"
STOPPED = "the hub here was stopped: that starts it"
"""What is said of a hub of this machine that nobody reaches, after the key that tries again."""


class NoHub(Exception):
    """No hub listens here, and none could be started. The message says why."""


class Reviver:
    """Starts this machine's hub again for a client that stays. It never waits: the client dials
    again anyway."""

    def __init__(self, data: Path, env: Mapping[str, str] = os.environ) -> None:
        self._data = data
        self._env = env
        self._hub: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def look(self, *, asked: bool) -> str:
        """Nobody listens: start the hub if it died, or if a person `asked`. What became of it, as
        a sentence."""
        if self._hub is not None and self._hub.poll() is None:
            return STARTING
        failed = self._failure()
        if not asked and (failed or not died(self._data)):
            return failed or STOPPED
        return self._start()

    def forget(self) -> None:
        """The client ends, and the hub goes on."""
        if self._hub is not None:
            self._hub.returncode = self._hub.poll() or 0  # Popen warns of what outlives us
        if self._said is not None:
            self._said.close()

    def _start(self) -> str:
        import tempfile  # noqa: PLC0415 - as below

        self.forget()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - read when the hub has ended
        try:
            self._hub = _spawn(self._data, self._env, self._said)
        except OSError as error:
            return f"the hub could not be started: {error.strerror}"
        return STARTING

    def _failure(self) -> str:
        if self._hub is None or self._said is None or not self._hub.returncode:
            return ""
        return f"the hub could not be started: {_last_line(self._said) or self._hub.returncode}"


class _Announced(msgspec.Struct):
    """What a hub says of itself in `hub.json`, as far as it matters here."""

    auto: bool = False


def died(data: Path) -> bool:
    """Whether a hub that a client started left without taking its description along.

    For where nobody listens. A hub that someone else looks after is theirs to start.
    """
    try:
        return msgspec.json.decode((data / "hub.json").read_bytes(), type=_Announced).auto
    except (OSError, msgspec.DecodeError):
        return False


def target_of(data: Path, env: Mapping[str, str] = os.environ) -> Target:
    """The hub whose data folder is `data`, whether it runs or not."""
    return Target(socket=socket_path(data, env), data=data)


def find_or_start(data: Path, env: Mapping[str, str] = os.environ) -> Target:
    """The hub whose data folder is `data`, listening. Raises `NoHub`."""
    target = target_of(data, env)
    dial_or_start(target, env).close()
    return target


def dial(path: Path, *, own: bool) -> socket.socket:
    """A connection to a hub's socket. Raises `OSError` if nobody listens.

    `own`: it is of this user's hub, and nothing is said to anyone else. Raises `NoHub` for that.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(str(path))
        if own:
            check(sock, path)
    except NotOurs as stranger:
        sock.close()
        raise NoHub(str(stranger)) from stranger
    except OSError:
        sock.close()
        raise
    return sock


def dial_or_start(target: Target, env: Mapping[str, str] = os.environ) -> socket.socket:
    """A connection to this machine's hub, which is started if nobody listens. Raises `NoHub`."""
    if target.socket is None or target.data is None:
        raise NoHub(f"the hub at {target} is not this machine's to start")
    try:
        return dial(target.socket, own=True)
    except (FileNotFoundError, ConnectionRefusedError):
        return _start(target.socket, target.data, env)
    except OSError as error:
        raise NoHub(f"the hub at {target} cannot be reached: {error.strerror}") from error


def _start(path: Path, data: Path, env: Mapping[str, str]) -> socket.socket:
    """The connection, once a hub listens: one that we started, or one that was faster.

    Our hub ends quietly if another holds the data folder. That one may be on its way out, and
    then it takes a second start.
    """
    # Not at the top: most commands find a hub, and need none of this.
    import tempfile  # noqa: PLC0415

    until = monotonic() + STARTS_WITHIN
    with tempfile.TemporaryFile() as said:
        while monotonic() < until:
            hub = _spawn(data, env, said)
            try:
                while monotonic() < until:
                    time.sleep(_LOOK_AGAIN)
                    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                        return dial(path, own=True)
                    if hub.poll() is not None:
                        break
            finally:
                ended, hub.returncode = hub.returncode, 0  # Popen warns of what outlives us
            if ended:
                raise NoHub(f"the hub could not be started: {_last_line(said) or ended}")
            time.sleep(_START_AGAIN)
    raise NoHub(f"no hub listened within {STARTS_WITHIN:g} s; {data / 'hub.log'} may say why")


def _spawn(data: Path, env: Mapping[str, str], said: IO[bytes]) -> "subprocess.Popen[bytes]":
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    return subprocess.Popen(
        [sys.executable, "-P", "-m", "server", "--auto", "--data", str(data)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        # What lets one in elsewhere is none of its business, and would stand there for days.
        env={name: value for name, value in env.items() if name != "WARROOM_TOKEN"},
        start_new_session=True,
    )


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
