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
    name = hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:16] + ".sock"
    runtime = _xdg(env, "XDG_RUNTIME_DIR")
    if runtime is not None:
        path = runtime / "warroom" / name
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
    return Path("/tmp", f"warroom-{os.getuid()}", name)


def _xdg(env: Mapping[str, str], name: str) -> Path | None:
    """A base folder, if it is given; the XDG specification says to ignore a relative one."""
    path = Path(env.get(name, ""))
    return path if path.is_absolute() else None
