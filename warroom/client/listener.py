"""Who listens at a Unix socket of this machine, and whether it can be one's own hub.

Where the user has no runtime folder of their own, the socket's folder is in /tmp, where anyone may
have made it first, and every word would go to them. The kernel says who listens.
"""

import os
import socket
import stat
import struct
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class Listener(Struct, frozen=True):
    """The process that listens, and its user."""

    pid: int
    uid: int


class NotOurs(Exception):
    """Someone else listens, or may. The message says so to a person."""


class Options(Protocol):
    """A socket, or what asyncio shows of one."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...


def listener(sock: Options) -> Listener | None:
    """Who listens at the other end of a connected Unix socket, where the system tells."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = struct.Struct("iII")
    found = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    pid, uid, _ = credentials.unpack(found)
    return Listener(int(pid), int(uid))


def check(sock: Options, path: Path) -> None:
    """Raise `NotOurs` unless our own user listens at `path`, or root."""
    found = listener(sock)
    if found is None:
        # Whoever else may listen there could put a socket into the folder, too.
        there = path.parent.lstat()
        private = stat.S_ISDIR(there.st_mode) and not there.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        if there.st_uid == os.geteuid() and private:
            return
        whose = f"its folder is open to others, or of user {there.st_uid}"
    elif found.uid in {os.geteuid(), 0}:
        return
    else:
        whose = f"user {found.uid} listens there, process {found.pid}"
    raise NotOurs(
        f"what answers at {path} is not your hub: {whose}. No word of yours went "
        "there. Set XDG_RUNTIME_DIR to a folder that is yours alone, and tell whoever runs this "
        "machine"
    )
