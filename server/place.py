"""The data folder of a hub: whose it is, which hub has it, its key, its token, its socket.

    hub.lock       held by the running hub, whose process id it names
    hub.key        the seed of the hub's signing key
    token          what a program of this machine shows on the plain port of this machine
    hub.pem        the certificate that the hub made for itself, and its key
    share.json     where `warroom share` opened a port, to open it again
    hub.json       where the running hub listens
    journal.db     the logs
    hub.log        what a hub says that a client started

Only who holds the lock writes here, and unlinks and binds the socket.
"""

import fcntl
import os
import secrets
import socket
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from warroom.files import put
from warroom.place import group_socket_path, socket_path

SEED_BYTES = 32
TOKEN_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PlaceRefused(Exception):
    """This folder or file is not to be trusted. The message says what to do about it."""


class Taken(Exception):
    """Another hub has the folder. `pid` is its process, if it has said so yet."""

    def __init__(self, data: Path, pid: int | None) -> None:
        who = "another hub" if pid is None else f"the hub with process id {pid}"
        super().__init__(f"{who} is running on {data}; use that one, or stop it first")
        self.pid = pid


class Running(Struct, frozen=True, kw_only=True):
    """Where the running hub listens, for whoever reads `hub.json`. `url` is of its TCP port.

    A hub that ends takes the file along. Where one is and nobody listens, the hub died, and if it
    is `auto`, clients start it again.
    """

    pid: int
    socket: str
    url: str | None
    version: str
    auto: bool


class Place:
    """A data folder that this process holds, until `release`. Make one with `take`."""

    def __init__(self, data: Path, env: Mapping[str, str], lock: int) -> None:
        self._data = data
        self._lock = lock
        self._bound: set[Path] = set()
        self.socket = socket_path(data, env)

    @classmethod
    def take(cls, data: Path, env: Mapping[str, str]) -> Self:
        """Make the folder if there is none, and lock it. Raises `PlaceRefused` or `Taken`."""
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(data, data.stat())
            lock = os.open(data / "hub.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise PlaceRefused(f"the data folder {data} cannot be used: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0)
            os.close(lock)
            raise Taken(data, int(holder) if holder.strip().isdigit() else None) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        # What a hub that was killed left behind.
        (data / "hub.json").unlink(missing_ok=True)
        return cls(data, env, lock)

    @property
    def journal(self) -> Path:
        return self._data / "journal.db"

    @property
    def log_file(self) -> Path:
        return self._data / "hub.log"

    @property
    def seed_file(self) -> Path:
        return self._data / "hub.key"

    @property
    def restoring(self) -> Path:
        """A journal that is being put back from a backup."""
        return self._data / ".journal.db.restoring"

    def check_restored(self) -> None:
        """Refuse a folder in which a restore was cut off after it had begun to replace files."""
        if self.restoring.exists() and not self.journal.exists():
            raise PlaceRefused(
                f"a restore into {self._data} was cut off: run warroom restore FILE again"
            )

    def replace_seed(self, seed: bytes) -> None:
        """Take the key of a hub that comes back from a backup."""
        put(self._data / "hub.key", seed)

    def seed(self) -> bytes:
        """The seed of the hub's key, made at first."""
        seed = self._secret("hub.key", lambda: secrets.token_bytes(SEED_BYTES))
        if len(seed) != SEED_BYTES:
            raise PlaceRefused(
                f"{self._data / 'hub.key'} is not a hub's key; put the right one back from a backup"
            )
        return seed

    def token(self) -> str:
        """What a client must show on the TCP port, made at first."""
        token = self._secret("token", lambda: secrets.token_urlsafe(TOKEN_BYTES).encode())
        return token.decode("ascii", "replace").strip()

    @property
    def certificate_file(self) -> Path:
        return self._data / "hub.pem"

    def certificate(self, make: Callable[[], bytes]) -> bytes:
        """The certificate that the hub made for itself, with its key; made at first."""
        return self._secret("hub.pem", make)

    def shared(self) -> bytes | None:
        """What `share` kept, if the port that it opened is to be open again."""
        try:
            return (self._data / "share.json").read_bytes()
        except FileNotFoundError:
            return None

    def share(self, what: bytes | None) -> None:
        """Keep where a port was opened, or forget it."""
        if what is None:
            (self._data / "share.json").unlink(missing_ok=True)
        else:
            put(self._data / "share.json", what)

    def listen(self) -> socket.socket:
        """The hub's Unix socket, bound anew, for this user alone. Raises `PlaceRefused`."""
        folder = self.socket.parent
        try:
            _make_folder(folder)
            _check_private_folder(folder)
            return self._bind(self.socket)
        except OSError as error:
            raise PlaceRefused(
                f"no socket can be made at {self.socket} ({error.strerror}); "
                "XDG_RUNTIME_DIR chooses its folder"
            ) from None

    def listen_to_group(self, path: Path, group: int) -> socket.socket:
        """A second socket, bound anew, for a Unix group. Raises `PlaceRefused`.

        Its mode is the lock. A folder that was there is left as it is: it may hold other things.
        """
        try:
            if _make_folder(path.parent):
                os.chown(path.parent, -1, group)
                path.parent.chmod(0o710)
            _check_folder(path.parent)
            sock = self._bind(path)
            try:
                os.chown(path, -1, group)
                path.chmod(0o660)
            except OSError:
                sock.close()
                raise
        except OSError as error:
            raise PlaceRefused(
                f"no socket can be made at {path} for group {group} ({error.strerror}); "
                "this hub's user must be in that group, and own the folder"
            ) from None
        return sock

    def group_socket(self, group: int) -> Path:
        """Where a group's socket is, if nobody chooses."""
        return group_socket_path(self._data, group)

    def _bind(self, path: Path) -> socket.socket:
        """Raises `OSError`, also where something else than a socket is in the way."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if path.is_socket():
                path.unlink()
            sock.bind(os.fspath(path))
        except OSError:
            sock.close()
            raise
        self._bound.add(path)
        return sock

    def announce(self, running: Running) -> None:
        """Write down where the hub listens."""
        put(self._data / "hub.json", msgspec.json.encode(running))

    def withdraw(self) -> None:
        """Take back where the hub listens: it is about to end."""
        (self._data / "hub.json").unlink(missing_ok=True)

    def release(self) -> None:
        """Give the folder up: no socket, no description, no lock."""
        for path in self._bound:
            path.unlink(missing_ok=True)
        self.withdraw()
        os.close(self._lock)

    def _secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._data / name
        if not path.exists():
            put(self._data / name, make())
        found = path.stat()
        _check_owner(path, found)
        if found.st_mode & _OTHERS:
            raise PlaceRefused(f"others can read the secret {path}: chmod 600 {path}")
        return path.read_bytes()


def _check_owner(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise PlaceRefused(
            f"{path} belongs to user {found.st_uid}, and this hub runs as user {os.geteuid()}: "
            f"choose another folder with --data, or run the hub as its owner"
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PlaceRefused(f"others may write to {path}: chmod go-w {path}")


def _make_folder(folder: Path) -> bool:
    """Whether it was not there before."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _check_folder(folder: Path) -> os.stat_result:
    """Refuse a folder that someone else may have put in the way, as anyone can in /tmp."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PlaceRefused(f"{folder} is no folder of the hub's own; remove it")
    _check_owner(folder, found)
    return found


def _check_private_folder(folder: Path) -> None:
    """Refuse it too if others can look into it."""
    found = _check_folder(folder)
    if found.st_mode & _OTHERS:
        raise PlaceRefused(f"others can look into {folder}: chmod 700 {folder}")
