"""Folders for this user alone, and names in them that nobody else chooses."""

import contextlib
import errno
import hashlib
import os
import re
import stat
from pathlib import Path

_ID = re.compile("[0-9a-z][0-9a-z-]{0,63}")


def component(id_: str) -> str:
    """An id as a part of a path. A hub chooses it, and is not to choose where we write."""
    return id_ if _ID.fullmatch(id_) else hashlib.sha256(id_.encode()).hexdigest()[:32]


def private_folder(path: Path) -> Path:
    """The folder, made if there is none, like those above it that are missing.

    One that was there before is closed to others. Raises `OSError`, also if it is someone else's.
    """
    make_folder(path)
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EACCES, f"it belongs to user {found.st_uid}", str(path))
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        path.chmod(0o700)
    return path


def make_folder(path: Path) -> None:
    """Make the folder for this user alone, if there is none, like those above it."""
    if not path.is_dir():
        make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
