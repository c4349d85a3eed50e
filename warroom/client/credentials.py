"""The hubs that someone joined from this machine: a file for each, for this user alone.

    <data>/sessions/<name>.json

It holds the session's token, and what the hub is known by. Tokens are made here, where they are
kept; the hub is told their digests. A new one is written down before the hub hears of it, and
takes the place of the old one once the hub has said so: a crash at any point locks nobody out.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from warroom.client.private import private_folder
from warroom.clock import new_secret, now
from warroom.files import put

ROTATED_AFTER = timedelta(days=1)
LOCAL = "local"
"""What this machine's own hub is called where a known hub could be meant."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{0,39}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Unusable(Exception):
    """A session's file cannot be used. The message says why, and nothing of what it holds."""


class KnownHub(Struct, frozen=True, kw_only=True):
    """A hub that was joined, and who one is there. `certificate` is PEM, if it was pinned.

    `next` is a token that the hub may not have heard of yet.
    """

    name: str
    url: str
    hub: str
    person: str
    handle: str
    display: str
    token: str
    made_at: datetime
    certificate: str | None = None
    next: str | None = None

    def __repr__(self) -> str:
        return f"KnownHub({self.name}, {self.url})"


class Credentials:
    """One session's file, read anew for every connection: other commands renew it too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> KnownHub:
        """What the file holds. Raises `Unusable`."""
        try:
            mode = self._path.stat().st_mode
            known = msgspec.json.decode(self._path.read_bytes(), type=KnownHub)
        except (OSError, msgspec.DecodeError):
            text = f"the session in {self._path} cannot be read; join again with an invite"
            raise Unusable(text) from None
        if mode & _OTHERS:
            raise Unusable(f"others can read the session in {self._path}: chmod 600 {self._path}")
        return known

    def offer(self) -> str | None:
        """The digest of a new token, where it is time for one. Raises `Unusable`."""
        known = self.read()
        if known.next is None and now() - known.made_at < ROTATED_AFTER:
            return None
        with self._alone():
            known = self.read()
            if known.next is None:
                known = replace(known, next=new_secret())
                self._write(known)
        return digest_of(known.next or "")

    def took(self, offered: str) -> None:
        """The hub takes the token with this digest from now on."""
        with self._alone():
            known = self.read()
            if known.next is not None and digest_of(known.next) == offered:
                self._write(replace(known, token=known.next, next=None, made_at=now()))

    def _write(self, known: KnownHub) -> None:
        put(self._path, msgspec.json.encode(known))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other command of this user changes the file: two new tokens at once would
        leave one that the hub has forgotten."""
        with open(self._path.with_suffix(".lock"), "a", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def known_names(data: Path) -> tuple[str, ...]:
    """The names of the hubs that were joined from here."""
    try:
        return tuple(sorted(path.stem for path in _folder(data).glob("[a-z0-9]*.json")))
    except OSError:
        return ()


def credentials(data: Path, name: str) -> Credentials | None:
    """The session with the hub of this name, if one was joined."""
    path = _folder(data) / f"{name}.json"
    return Credentials(path) if _NAME.fullmatch(name) and path.is_file() else None


def remember(data: Path, known: KnownHub) -> Credentials:
    """Keep a session. Raises `OSError`."""
    path = private_folder(_folder(data)) / f"{known.name}.json"
    put(path, msgspec.json.encode(known))
    return Credentials(path)


def is_name(text: str) -> bool:
    """Whether a hub can be called so."""
    return _NAME.fullmatch(text) is not None


def name_for(data: Path, host: str, url: str) -> str:
    """A short name for a hub: its host's first part, with a number if another has that."""
    address = re.fullmatch(r"[0-9.]+|.*:.*", host)
    plain = (host if address else host.partition(".")[0]).lower().replace(":", "-").strip("-.")
    wanted = plain if _NAME.fullmatch(plain) and plain != LOCAL else "hub"
    name, number = wanted, 1
    while (taken := credentials(data, name)) is not None and taken.read().url != url:
        number += 1
        name = f"{wanted}-{number}"
    return name


def pending_token(data: Path, code: str) -> tuple[str, bool]:
    """The token to exchange a code for, and whether that was tried before, with the same one.

    Raises `OSError` if it cannot be kept: a session that nobody can come back to is worth nothing.
    """
    path = private_folder(_folder(data)) / f".{digest_of(code)[:32]}.pending"
    with contextlib.suppress(OSError):
        return path.read_text("ascii"), True
    token = new_secret()
    put(path, token.encode())
    return token, False


def settled(data: Path, code: str) -> None:
    """The code was exchanged, or is worth nothing."""
    # Where nothing can be written any more it stays, and harms nobody.
    with contextlib.suppress(OSError):
        (_folder(data) / f".{digest_of(code)[:32]}.pending").unlink(missing_ok=True)


def digest_of(secret: str) -> str:
    """The SHA-256 of a token, hex: all that a hub keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _folder(data: Path) -> Path:
    return data / "sessions"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
