"""The way to a hub on another machine through the person's own ssh: no port, no token.

Over there runs `warroom hub connect`, which finds that machine's hub and starts it if none runs,
and here the two ends of its pipe are one socket. Forwarding the hub's socket (`ssh -L`) would need
its path first, a hub that already runs, and a server that allows it.

What a login shell prints comes before `READY` and is thrown away. `ssh` is asked to keep its
connection for the next of our commands, so that a password is typed once.
"""

import contextlib
import os
import re
import shlex
import socket
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from msgspec import Struct

from warroom.client.ending import Ended, LineOver, ssh_ended
from warroom.client.private import make_folder
from warroom.clock import monotonic
from warroom.place import runtime_folder

SCHEME = "ssh://"
READY = b"warroom hub connect: ready\n"
"""What comes out of the pipe first, once the hub is at its other end."""

PROMPTS_WITHIN = 120.0
"""Seconds for a person to answer what ssh asks; most servers wait no longer."""

_ADDRESS = re.compile(
    r"""ssh://
    (?:(?P<user>[A-Za-z0-9_][A-Za-z0-9_.+\-]*)@)?
    (?:(?P<host>[A-Za-z0-9_][A-Za-z0-9_.\-]*) | \[(?P<ipv6>[0-9A-Fa-f:.]+)\])
    (?::(?P<port>[0-9]{1,5}))?
    (?P<socket>/[^\x00-\x1f\x7f]*)?""",
    re.VERBOSE,
)
_READ_BYTES = 64 * 1024
_MOST_NOISE = 64 * 1024
_ENDS_WITHIN = 5.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MASTER_NAME = 60
"""Bytes that ssh adds to the folder of its control sockets, while it makes one."""

_ODD = set("%$ \"'\\")
"""What a path in an option of ssh means something else by."""


class NoSuchAddress(ValueError):
    """What was given is no `ssh://` address. The message says what one looks like."""


class Remote(Struct, frozen=True):
    """A hub behind ssh: its machine, who one is there, its socket if it is not one's own hub.

    `program` is what `warroom` is called there, as that machine's shell reads it. `control` is the
    folder in which ssh may keep a connection for the next command.
    """

    host: str
    user: str | None = None
    port: int | None = None
    socket: str | None = None
    program: str = "warroom"
    control: Path | None = None

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"{SCHEME}{user}{host}{port}{self.socket or ''}"


def read_address(text: str, env: Mapping[str, str]) -> Remote:
    """What `ssh://[user@]host[:port][/path/of/socket]` means. Raises `NoSuchAddress`.

    ssh reads options where a host could stand, and a shell over there reads the path: the one is
    checked here, and the other is quoted in `command`.
    """
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or port == 0 or (port or 0) > 65535:
        raise NoSuchAddress(f"{text!r} is no address; give one like ssh://ana@bastion.example:22")
    path = found["socket"]
    return Remote(
        host=found["host"] or found["ipv6"],
        user=found["user"],
        port=port,
        socket=None if path in {None, "/"} else path,
        program=env.get("WARROOM_REMOTE") or "warroom",
        control=_control_folder(env),
    )


def command(remote: Remote, *, asks: bool) -> list[str]:
    """The command that is the pipe; without `asks`, one that rather fails than asks."""
    there = f"{remote.program} hub connect"
    if remote.socket is not None:
        there += f" --hub {shlex.quote(remote.socket)}"
    return [
        "ssh",
        *("-T", "-a", "-x"),
        *_options(remote, asks=asks),
        *(("-l", remote.user) if remote.user else ()),
        *(("-p", str(remote.port)) if remote.port else ()),
        "--",
        remote.host,
        there,
    ]


class Pipe:
    """One running ssh. `sock` is the hub's end of it, once it is open; `end` when it is over."""

    def __init__(self, remote: Remote, *, asks: bool) -> None:
        """Start it. Raises `LineOver`."""
        import subprocess  # noqa: PLC0415 - for hubs behind ssh only

        self._remote = remote
        self._asks = asks
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - see `end`
        self.sock, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command(remote, asks=asks),
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=self._said,
                    # Away from the terminal there is nothing to ask at.
                    start_new_session=not asks,
                )
            except OSError as error:
                self.sock.close()
                self._said.close()
                text = f"ssh cannot be started on this machine: {error.strerror}"
                raise LineOver(Ended(text)) from error

    def open(self, within: float) -> None:
        """Wait until the hub is at the other end; seconds. Raises `LineOver`, and has ended."""
        until, heard = monotonic() + within, b""
        try:
            while not heard.endswith(READY):
                self.sock.settimeout(max(until - monotonic(), 0.001))
                heard = self._more(heard, self.sock.recv(_READ_BYTES))
        except OSError as error:
            raise self._failed() from error
        except BaseException:
            self.end()
            raise

    async def opened(self, within: float) -> None:
        """The same in an event loop."""
        import asyncio  # noqa: PLC0415 - headless commands do without

        self.sock.setblocking(False)
        loop, heard = asyncio.get_running_loop(), b""
        try:
            async with asyncio.timeout(within):
                while not heard.endswith(READY):
                    heard = self._more(heard, await loop.sock_recv(self.sock, _READ_BYTES))
        except OSError as error:
            raise self._failed() from error
        except BaseException:
            self.end()
            raise

    def let_go(self) -> socket.socket:
        """The socket alone: ssh ends by itself when it is closed, or when this process ends."""
        self._said.close()
        self._process.returncode = 0  # Popen warns of what outlives us
        return self.sock

    def end(self) -> None:
        """See that ssh is gone."""
        import subprocess  # noqa: PLC0415

        self.sock.close()
        self._said.close()
        self._process.terminate()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _more(self, heard: bytes, data: bytes) -> bytes:
        """What has come so far. Raises `OSError` where it leads nowhere."""
        if not data:
            raise ConnectionResetError
        if len(heard) + len(data) > _MOST_NOISE:
            raise ConnectionRefusedError
        return heard + data

    def _failed(self) -> LineOver:
        """Why there is no pipe, as ssh, or the program over there, says it."""
        import subprocess  # noqa: PLC0415

        # It has closed its end, and so is about to end; or it hangs, and is ended.
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(0.5)
        self._said.seek(0)
        said = self._said.read().decode(errors="replace")
        self.end()
        return LineOver(ssh_ended(str(self._remote), status, said, asks=self._asks))


def _options(remote: Remote, *, asks: bool) -> list[str]:
    """What our use of ssh needs, whatever the person's own settings are for other uses."""
    options = {
        "BatchMode": "no" if asks else "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "3",
        "ClearAllForwardings": "yes",
        "RemoteCommand": "none",
    }
    if remote.control is not None:
        options |= {
            "ControlMaster": "auto",
            "ControlPath": f"{remote.control}/%C",
            "ControlPersist": "60",
        }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _control_folder(env: Mapping[str, str]) -> Path | None:
    """Where ssh may keep a connection: nowhere that somebody else could have put in the way."""
    folder = runtime_folder(env, _MASTER_NAME)
    try:
        # Not closed where it is open: what stands there already could be someone's.
        make_folder(folder)
        found = folder.lstat()
    except OSError:
        return None
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    readable = _ODD.isdisjoint(str(folder))
    return folder if ours and not found.st_mode & _OTHERS and readable else None
