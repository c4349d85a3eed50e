"""Lines that wait for the hub, on this machine: one file a command, until the hub has answered.

    outbox/<log>/<person>/<command id>.json

A file is there whole or not at all. It says whether the command was ever sent: from then on the
hub may have it, and it is no longer its author's to take back.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from warroom.client.private import component, private_folder
from warroom.client.replica import Pending, Stand
from warroom.files import put, sync_folder
from warroom.log.chain import canonical
from warroom.protocol.envelopes import Submit


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command as the outbox holds it. `typed` is the line it was written in.

    `refused` says why it is back with its author, who has not done with it yet.
    """

    submit: Submit
    written_at: datetime
    typed: str = ""
    sent: bool = False
    refused: str | None = None

    def pending(self) -> Pending:
        """The same, as a room shows it."""
        if self.refused is not None:
            stand = Stand.RETURNED
        else:
            stand = Stand.SENDING if self.sent else Stand.WAITING
        return Pending(
            self.submit, self.written_at, stand, kept=True, typed=self.typed, why=self.refused or ""
        )


class AlreadySent(Exception):
    """The hub may have the command: nobody can take it back."""


class Outbox:
    """What one person has waiting. Every verb raises `OSError` where the disk fails.

    Two clients of the same person share it: what one took back the other does not send.
    """

    def __init__(self, folder: Path, person: str) -> None:
        self._folder = folder
        self._person = component(person)

    def logs(self) -> list[str]:
        """The logs for which something lies here."""
        here = self._folder.glob(f"*/{self._person}/*.json")
        return sorted({path.parent.parent.name for path in here})

    def all(self, log: str) -> list[Kept]:
        """What lies here for a log, in the order in which it was written."""
        found = (self._read(path) for path in self._of(log).glob("*.json"))
        return sorted(
            (kept for kept in found if kept is not None),
            key=lambda kept: (kept.written_at, kept.submit.id),
        )

    def keep(self, kept: Kept) -> None:
        """Keep a command, durably."""
        folder = private_folder(self._of(kept.submit.log))
        put(folder / f"{kept.submit.id}.json", canonical(kept))

    def send(self, submit: Submit) -> bool:
        """Mark a command as sent, just before it is; False if it was taken back elsewhere."""
        with self._locked(submit.log):
            kept = self._get(submit)
            if kept is None or kept.refused is not None:
                return False
            if not kept.sent or kept.submit != submit:
                self.keep(replace(kept, submit=submit, sent=True))
            return True

    def give_back(self, submit: Submit, why: str) -> None:
        """A command is back with its author, who is shown why until they have done with it."""
        with self._locked(submit.log):
            kept = self._get(submit)
            if kept is not None:
                self.keep(replace(kept, refused=why))

    def take_back(self, submit: Submit, why: str | None = None) -> None:
        """Remove what was never sent, or was refused; with `why`, only take it from the queue.

        Raises `AlreadySent` if the hub may have it.
        """
        with self._locked(submit.log):
            kept = self._get(submit)
            if kept is None:
                return
            if kept.sent and kept.refused is None:
                raise AlreadySent(submit.id)
            if why is None:
                self.drop(submit.log, submit.id)
            else:
                self.keep(replace(kept, refused=why))

    def take_over(self, other: "Outbox") -> None:
        """Take what lies in another outbox: a new hub knows the same person by another id."""
        for log in other.logs():
            for kept in other.all(log):
                self.keep(kept)
                other.drop(log, kept.submit.id)

    def drop(self, log: str, id_: str) -> None:
        """Forget a command: the hub has answered it."""
        path = self._of(log) / f"{id_}.json"
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def _of(self, log: str) -> Path:
        return self._folder / component(log) / self._person

    def _get(self, submit: Submit) -> Kept | None:
        return self._read(self._of(submit.log) / f"{submit.id}.json")

    def _read(self, path: Path) -> Kept | None:
        """What a file holds; None if it is gone, or is none of ours: then it is left alone."""
        try:
            return _decoder().decode(path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError, UnicodeError):
            return None

    @contextmanager
    def _locked(self, log: str) -> Iterator[None]:
        """No other client of this person decides about the same command meanwhile."""
        folder = private_folder(self._of(log))
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


@cache
def _decoder() -> msgspec.json.Decoder[Kept]:
    """Made when something was left unsent: it knows every command, and takes its time."""
    return msgspec.json.Decoder(Kept)
