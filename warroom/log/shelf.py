"""Entries kept as their bytes, for as long as a room is open."""

from collections.abc import Sequence
from typing import overload

from warroom.log.entry import Entry, reread


class Shelf(Sequence[Entry]):
    """Entries in order. A header is read again whenever its entry is asked for.

    Read, it takes as much memory as its bytes, which have to be kept: they are what was hashed.
    """

    def __init__(self) -> None:
        self._headers: list[bytes] = []
        self._bodies: list[bytes | None] = []
        self._hashes: list[str] = []

    def __len__(self) -> int:
        return len(self._hashes)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return reread(self._headers[index], self._bodies[index], self._hashes[index])

    def append(self, entry: Entry) -> None:
        """Keep an entry after the others."""
        self._headers.append(entry.header_bytes)
        self._bodies.append(entry.body_bytes)
        self._hashes.append(entry.hash)

    def hash_of(self, seq: int) -> str:
        """The hash of an entry that is here, by its number."""
        return self._hashes[seq - 1]

    @property
    def bodies(self) -> int:
        """How many entries have words."""
        return len(self) - self._bodies.count(None)

    def expire(self, through: int) -> None:
        """Keep the words of the entries up to and with this one no longer."""
        self._bodies[:through] = [None] * min(through, len(self))

    def redact(self, seq: int) -> None:
        """Keep the words of an entry no longer."""
        self._bodies[seq - 1] = None
