"""What a client keeps on this machine, in the user's data folder.

    hubs/<hash of an address and a name>.json   who one is there, and the rooms, as last seen
    replicas/<hub id>/<log>.jsonl               each room that was opened
    outbox/<log>/<person>/<command id>.json     lines that wait for the hub
    drafts/<log>/<person>/<process id>.txt      lines that were begun

It may be the data folder of this machine's hub as well: the names do not meet.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from warroom.client.drafts import Drafts
from warroom.client.outbox import Outbox
from warroom.client.private import component, private_folder
from warroom.client.replica_file import ReplicaFile
from warroom.client.target import Target
from warroom.files import put
from warroom.log.chain import canonical
from warroom.protocol.envelopes import RoomSummary, You


class Known(Struct, frozen=True, kw_only=True):
    """What one knew of a hub when it was last heard. `offset` is its time less ours, seconds."""

    target: str
    name: str
    hub: str
    you: You
    heard_at: datetime
    offset: int = 0
    rooms: tuple[RoomSummary, ...] = ()


class Store:
    """Makes everything it needs at first use. Every verb raises `OSError`."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def known(self, target: Target, name: str | None) -> Known | None:
        """The hub at an address, as someone knew it; if they never were there, as anyone did."""
        own = self._read(self._path(target, name))
        if own is not None:
            return own
        others = (self._read(path) for path in self._hubs.glob("*.json"))
        there = [one for one in others if one is not None and one.target == str(target)]
        return max(there, key=lambda one: one.heard_at, default=None)

    def remember(self, target: Target, known: Known) -> None:
        """Keep what is known of a hub."""
        private_folder(self._hubs)
        put(self._path(target, known.name or None), canonical(known))

    def logs(self) -> set[str]:
        """The rooms that have a file here, of whichever hub they were when they were open."""
        return {path.stem for path in self._files_of("*")}

    def replica(self, hub: str, log: str) -> ReplicaFile:
        """The file of a room. A room that another hub has adopted goes on in a copy of its file."""
        log = component(log)
        path = self._rooms_of(hub) / f"{log}.jsonl"
        if not path.exists():
            elsewhere = list(self._files_of(log))
            if elsewhere:
                longest = max(elsewhere, key=lambda file: file.stat().st_size)
                private_folder(path.parent)
                put(path, longest.read_bytes())
        return ReplicaFile(path)

    def outbox(self, person: str) -> Outbox:
        """What someone has waiting here."""
        return Outbox(self.data / "outbox", person)

    @property
    def drafts(self) -> Drafts:
        """The lines that were begun here."""
        return Drafts(self.data / "drafts")

    @property
    def _hubs(self) -> Path:
        return self.data / "hubs"

    def _rooms_of(self, hub: str) -> Path:
        return self.data / "replicas" / component(hub)

    def _files_of(self, log: str) -> Iterator[Path]:
        return (self.data / "replicas").glob(f"*/{log}.jsonl")

    def _path(self, target: Target, name: str | None) -> Path:
        said = canonical([str(target), name])
        return self._hubs / f"{hashlib.sha256(said).hexdigest()[:16]}.json"

    def _read(self, path: Path) -> Known | None:
        """None if there is no such file, or one that another version wrote."""
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError, UnicodeError):
            return msgspec.json.decode(path.read_bytes(), type=Known)
        return None
