"""A log read from the journal at start, whole and in order, each entry held against the one before.

A hub that went on from a log with a gap or an altered entry would sign what it cannot know.
"""

from collections.abc import Iterator, Sequence

from server.journal import Journal, JournalRefused, LogHead
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry

PAGE = 2_000


def read_log(journal: Journal, head: LogHead) -> Iterator[Sequence[Entry]]:
    """The entries of a log, page by page. Raises `JournalRefused` at the first that is wrong."""
    seq, hash_ = 0, GENESIS
    try:
        while page := journal.page(head.log, seq, PAGE).entries:
            for entry in page:
                if (entry.seq, entry.header.prev, entry.header.log) != (seq + 1, hash_, head.log):
                    raise JournalRefused(f"entry {seq + 1} does not follow entry {seq}")
                seq, hash_ = entry.seq, entry.hash
            yield page
        if (seq, hash_) != (head.seq, head.hash):
            raise JournalRefused(f"it ends with entry {seq} and should end with {head.seq}")
    except JournalRefused as fault:
        what = str(fault).rstrip(".")
        raise JournalRefused(f"The log {head.label} is damaged: {what}. {WAYS_OUT}") from fault


WAYS_OUT = (
    "Put a backup in its place, which keeps this one beside it: warroom restore --force FILE. "
    "Without a backup, move journal.db away and start the hub from a client's replica or from an "
    "export: warroom serve --adopt FILE."
)
"""What to do about a journal that is damaged."""
