"""A part of a log, as someone hands it over: entries that follow each other, and signed heads.

What `verify` checks of a whole log is checked here of a part, as far as a part can show it.
"""

from msgspec import Struct

from warroom.domain.events import Citation, LogAdopted
from warroom.log.bodies import words_fault
from warroom.log.chain import canonical
from warroom.log.entry import Entry, Malformed
from warroom.log.forms import entry_faults
from warroom.log.gone import expired_by, redacted_by
from warroom.log.lines import read_item
from warroom.log.signing import SignedHead, signature_holds
from warroom.log.subset import read_strictly


class Signed(Struct, frozen=True):
    """Entries after `after`, in order, the last of them under the last of the signed heads."""

    after: Citation
    entries: tuple[Entry, ...]
    heads: tuple[SignedHead, ...]


class Part:
    """Takes lines of one log after the entry `after`, all under one key, hex.

    `size` is how many bytes of them wait for a signed head, or for the redaction or expiry that
    explains why words are missing.
    """

    def __init__(self, log: str, after: Citation, key: str) -> None:
        self.size = 0
        self._log = log
        self._key = key
        self._after = after
        self._entries: list[Entry] = []
        self._heads: dict[int, SignedHead] = {}

    @property
    def head(self) -> Citation:
        """The last entry taken, or the one that they are to follow."""
        last = self._entries[-1] if self._entries else None
        return self._after if last is None else Citation(last.seq, last.hash)

    def add(self, line: bytes) -> None:
        """Take the line of the next entry. Raises `Malformed` if it is not what comes next."""
        value, entry = _read(line)
        if not isinstance(entry, Entry):
            raise Malformed("there is a line among the entries that is none")
        header, seq = entry.header, self.head.seq + 1
        if (header.log, header.seq, header.prev) != (self._log, seq, self.head.hash):
            raise Malformed(f"entry {header.seq} does not follow entry {seq - 1} of this log")
        if self._entries and header.at < self._entries[-1].header.at:
            raise Malformed(f"entry {seq} has an earlier time than the one before")
        for fault in (*entry_faults(value, entry), words_fault(entry)):
            if fault is not None:
                raise Malformed(fault)
        if header.kind == _ADOPTED:
            raise Malformed(f"entry {seq} adopts the log: it went on in another hub")
        self._entries.append(entry)
        self.size += len(line)

    def sign(self, line: bytes) -> None:
        """Take the line of a signed head of one of the entries. Raises `Malformed`."""
        value, head = _read(line)
        if not isinstance(head, SignedHead) or head.line() != canonical(value):
            raise Malformed("there is a line among the signed heads that is none")
        at = head.seq - self._after.seq - 1
        if not 0 <= at < len(self._entries):
            raise Malformed(f"a head signs entry {head.seq}, which is not among these")
        same = (head.log, head.hash) == (self._log, self._entries[at].hash)
        if not same or head.key != self._key or not signature_holds(head):
            raise Malformed(f"the head of entry {head.seq} was not signed by the hub of this log")
        self._heads[head.seq] = head

    def take(self) -> Signed | None:
        """All up to the last signed head that nothing before is missing from; the rest waits."""
        end = self._complete_to()
        count = end - self._after.seq
        if not count:
            return None
        taken = Signed(
            self._after,
            tuple(self._entries[:count]),
            tuple(head for seq, head in sorted(self._heads.items()) if seq <= end),
        )
        self._after = Citation(end, self._entries[count - 1].hash)
        del self._entries[:count]
        self._heads = {seq: head for seq, head in self._heads.items() if seq > end}
        self.size = sum(len(entry.line()) for entry in self._entries)
        return taken

    def _complete_to(self) -> int:
        """The last entry under a head up to which all words that are missing were taken out."""
        end = self._after.seq
        missing: set[int | None] = set()
        for entry in self._entries:
            if entry.header.body and entry.body_bytes is None:
                missing.add(entry.seq)
            missing.discard(redacted_by(entry))
            if (through := expired_by(entry)) is not None:
                missing = {seq for seq in missing if seq is None or seq > through}
            if not missing and entry.seq in self._heads:
                end = entry.seq
        return end


_ADOPTED = str(LogAdopted.__struct_config__.tag)


def _read(line: bytes) -> "tuple[dict[str, object], object]":
    value = read_strictly(line)
    if canonical(value) != line:
        raise Malformed("a line is not as a hub writes it")
    return value, read_item(line)
