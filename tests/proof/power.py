"""What a disk may hold after the power went, given what was written and synced before.

Pure. What was synced is there. Of what was not, a disk may have kept nothing, everything, any
sectors in any order, or a beginning that ends in the middle of a write.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.proof.disk import Created, Cut, FolderSynced, Removed, Renamed, Synced, Wrote

SECTORS = (512, 4096)


class Kept(StrEnum):
    """How much of what was not synced the disk has kept."""

    NONE = "none"
    ALL = "all"
    SOME = "a random subset"
    TORN = "a torn piece"


@dataclass
class _File:
    """One file: the bytes that are durable, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Wrote | Cut] = field(default_factory=list)

    def sync(self) -> None:
        for act in self.pending:
            _do(self.durable, act)
        self.pending.clear()


class Platter:
    """The disk of a hub, as its operations go by. `files` are those that were there at first."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._names = {name: _File(bytearray(content)) for name, content in files.items()}
        self._durable_names = dict(self._names)
        self._name_acts: list[Created | Removed | Renamed] = []
        self._made: dict[int, _File] = {}

    def take(self, happened: Any) -> None:
        """Let one operation happen; anything else that stands in a recording is passed over."""
        match happened:
            case Created(name) if name not in self._names:
                self._names[name] = self._made[id(happened)] = _File()
                self._name_acts.append(happened)
            case Removed(name):
                del self._names[name]
                self._name_acts.append(happened)
            case Renamed(name, to):
                self._names[to] = self._names.pop(name)
                self._name_acts.append(happened)
            case Wrote(name) | Cut(name):
                self._names[name].pending.append(happened)
            case Synced(name):
                self._names[name].sync()
            case FolderSynced():
                self._durable_names = dict(self._names)
                self._name_acts.clear()
            case _:
                pass

    def after_the_cut(self, kept: Kept, rng: random.Random) -> dict[str, bytes]:
        """The files that are found when the power is back."""
        files: dict[str, bytes] = {}
        for name, file in self._names_found(kept, rng).items():
            content = bytearray(file.durable)
            for act in _survivors(file.pending, kept, rng):
                _do(content, act)
            files[name] = bytes(content)
        return files

    def _names_found(self, kept: Kept, rng: random.Random) -> dict[str, _File]:
        """Names are kept in the order they were given: file systems journal their folders."""
        acts = self._name_acts
        match kept:
            case Kept.NONE:
                upto = 0
            case Kept.ALL:
                upto = len(acts)
            case _:
                upto = rng.randint(0, len(acts))
        names = dict(self._durable_names)
        for act in acts[:upto]:
            match act:
                case Created(name):
                    names[name] = self._made[id(act)]
                case Removed(name):
                    names.pop(name, None)
                case Renamed(name, to):
                    names[to] = names.pop(name)
        return names


def _survivors(pending: list[Wrote | Cut], kept: Kept, rng: random.Random) -> Iterable[Wrote | Cut]:
    match kept:
        case Kept.NONE:
            return []
        case Kept.ALL:
            return pending
        case Kept.SOME:
            share, size = rng.choice((0.1, 0.5, 0.9)), rng.choice(SECTORS)
            pieces = [piece for act in pending for piece in _pieces(act, size)]
            return [piece for piece in pieces if rng.random() < share]
        case Kept.TORN:
            upto = rng.randint(0, max(len(pending) - 1, 0))
            return [*pending[:upto], *(_torn(act, rng) for act in pending[upto : upto + 1])]


def _pieces(act: Wrote | Cut, size: int) -> list[Wrote | Cut]:
    """A write as the sectors that it touches: each reaches the platter whole or not at all."""
    if isinstance(act, Cut):
        return [act]
    pieces: list[Wrote | Cut] = []
    at, end = act.offset, act.offset + len(act.data)
    while at < end:
        upto = min(end, (at // size + 1) * size)
        pieces.append(Wrote(act.name, at, act.data[at - act.offset : upto - act.offset]))
        at = upto
    return pieces


def _torn(act: Wrote | Cut, rng: random.Random) -> Wrote | Cut:
    """The beginning of a write, or its end, from any byte on."""
    if isinstance(act, Cut):
        return act
    at = rng.randint(0, len(act.data))
    if rng.random() < 0.5:
        return Wrote(act.name, act.offset, act.data[:at])
    return Wrote(act.name, act.offset + at, act.data[at:])


def _do(content: bytearray, act: Wrote | Cut) -> None:
    """Change a file's bytes; a gap that a write leaves before itself is zeros."""
    match act:
        case Wrote(_, offset, data) if data:
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Cut(_, size):
            del content[size:]
            content.extend(bytes(size - len(content)))
        case _:
            pass
