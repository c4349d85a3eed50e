"""Which entries take words out of a log: a redaction the words of one, an expiry all up to one."""

from msgspec.structs import replace

from warroom.domain.events import EntryRedacted, WordsExpired
from warroom.log.entry import Entry

REDACTED = str(EntryRedacted.__struct_config__.tag)
EXPIRED = str(WordsExpired.__struct_config__.tag)

ERASING = frozenset({REDACTED, EXPIRED})
"""Kinds of entries after which words that stood in a log stand there no more."""


def redacted_by(entry: Entry) -> int | None:
    """The number of the entry whose words this one redacts."""
    event = entry.recorded().event if entry.header.kind == REDACTED else None
    return event.of.seq if isinstance(event, EntryRedacted) else None


def expired_by(entry: Entry) -> int | None:
    """The number of the last entry whose words have expired with this one."""
    event = entry.recorded().event if entry.header.kind == EXPIRED else None
    through = event.through.seq if isinstance(event, WordsExpired) else entry.seq
    return through if through < entry.seq else None


def without_gone(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries without the words that others among them redact, or let expire."""
    redacted = {redacted_by(entry) for entry in entries} - {None}
    through = max((expired_by(entry) or 0 for entry in entries), default=0)
    if not redacted and not through:
        return entries
    return tuple(
        replace(entry, body_bytes=None) if entry.seq in redacted or entry.seq <= through else entry
        for entry in entries
    )
