"""A log read from the journal at start, whole and in order, each entry held against the one before.

A hub that went on from a log with a gap or an altered entry would sign what it cannot know; one
whose words are gone, or whose end nobody signed, was altered by someone else.
"""

from collections.abc import Iterator, Sequence

from server.journal import WAYS_OUT, Journal, JournalRefused, LogHead
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry
from warroom.log.gone import expired_by, redacted_by
from warroom.log.signing import signature_holds

PAGE = 2_000


def read_log(journal: Journal, head: LogHead) -> Iterator[Sequence[Entry]]:
    """The entries of a log, page by page. Raises `JournalRefused` at the first that is wrong."""
    seq, hash_, signed, gaps = 0, GENESIS, False, Gaps()
    try:
        while (part := journal.page(head.log, seq, PAGE)).entries:
            for entry in part.entries:
                if (entry.seq, entry.header.prev, entry.header.log) != (seq + 1, hash_, head.log):
                    raise JournalRefused(f"entry {seq + 1} does not follow entry {seq}")
                seq, hash_ = entry.seq, entry.hash
                gaps.read(entry)
            last = part.heads[-1] if part.heads else None
            signed = last is not None and last.hash == hash_ and signature_holds(last)
            yield part.entries
        if (seq, hash_) != (head.seq, head.hash):
            raise JournalRefused(f"it ends with entry {seq} and should end with {head.seq}")
        if gaps.missing:
            raise JournalRefused(f"the words of entry {min(gaps.missing)} are missing")
        if not signed:
            raise JournalRefused(f"no signature vouches for its last entry, {seq}")
    except JournalRefused as fault:
        what = str(fault).rstrip(".")
        raise JournalRefused(f"The log {head.label} is damaged: {what}. {WAYS_OUT}") from fault


class Gaps:
    """Reads the entries of a log in order; `missing` are those whose words nothing took away."""

    def __init__(self) -> None:
        self.missing: set[int] = set()

    def read(self, entry: Entry) -> None:
        if entry.header.body is not None and entry.body_bytes is None:
            self.missing.add(entry.seq)
        if (redacted := redacted_by(entry)) is not None:
            self.missing.discard(redacted)
        if (through := expired_by(entry)) is not None:
            self.missing = {seq for seq in self.missing if seq > through}
