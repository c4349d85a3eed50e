"""Where this machine's hub keeps its data, and where it listens. Hub and clients agree on it here.

Cheap to import: it stands in the way of every command.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

SOCKET_PATH_LIMIT = 107
"""Bytes that the path of a Unix socket may have on Linux."""


def data_folder(env: Mapping[str, str]) -> Path:
    """The hub's data folder: `WARROOM_DATA`, otherwise `warroom` in the user's data folder."""
    if chosen := env.get("WARROOM_DATA"):
        return Path(chosen).absolute()
    shared = _xdg(env, "XDG_DATA_HOME")
    return (shared or Path(env.get("HOME") or Path.home(), ".local", "share")) / "warroom"


def socket_path(data: Path, env: Mapping[str, str]) -> Path:
    """The socket of the hub whose data folder is `data`.

    It stands in the user's runtime folder, under a short hash of the data folder's real path: the
    path of a socket has little room.
    """
    name = _socket_name(data)
    return runtime_folder(env, len(name) + 1) / name


def group_socket_path(data: Path, group: int) -> Path:
    """The socket through which a group of this machine comes to the hub, if none is chosen.

    The user's runtime folder would not do: others cannot look into it.
    """
    return Path("/tmp", f"warroom-{os.getuid()}-group{group}", _socket_name(data))


def runtime_folder(env: Mapping[str, str], room: int) -> Path:
    """The user's own folder, there or not yet, for sockets whose names take `room` bytes."""
    runtime = _xdg(env, "XDG_RUNTIME_DIR")
    if runtime is not None:
        folder = runtime / "warroom"
        if len(os.fsencode(folder)) + room <= SOCKET_PATH_LIMIT:
            return folder
    return Path("/tmp", f"warroom-{os.getuid()}")


def _socket_name(data: Path) -> str:
    return hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:16] + ".sock"


def _xdg(env: Mapping[str, str], name: str) -> Path | None:
    """A base folder, if it is given; the XDG specification says to ignore a relative one."""
    path = Path(env.get(name, ""))
    return path if path.is_absolute() else None
