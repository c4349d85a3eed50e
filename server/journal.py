"""What a journal must promise, and its errors.

A journal keeps logs: entries in order, their bodies apart, signed heads, and the ids of the
commands that made them. It has one writer; readers never see a batch in part.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from warroom.log.entry import Entry
from warroom.log.signing import SignedHead

WAYS_OUT = (
    "Put a backup in its place, which keeps this one beside it: warroom restore --force FILE. "
    "Without a backup, move journal.db away and start the hub from a client's replica or from an "
    "export: warroom serve --adopt FILE."
)
"""What to do about a journal that is damaged."""


class JournalError(Exception):
    """The journal cannot do what was asked. The message is for the person who runs the hub.

    `told` is the same for whoever wrote something, in half a sentence: it names no path.

    JournalError
    ├── JournalRefused      it must not be used: another hub has it, it is damaged or too new
    ├── JournalTemporary    nothing was written; trying again can help
    └── OutcomeUnknown      COMMIT was asked for and not answered: read the head before going on
    """

    def __init__(self, text: str, told: str = "the hub has trouble with its journal") -> None:
        super().__init__(text)
        self.told = told


class JournalRefused(JournalError):
    pass


class JournalTemporary(JournalError):
    pass


class OutcomeUnknown(JournalError):
    pass


class LogHead(Struct, frozen=True, kw_only=True):
    """Where a log ends. `seq` 0 and an empty `at` do not occur: a log begins with its entry 1."""

    log: str
    label: str
    seq: int
    hash: str
    at: str


class Append(Struct, frozen=True):
    """An entry to append. `asked` is the SHA-256 of the command that made it, 32 bytes.

    It is None for an entry of another hub: that one alone knew the command.
    """

    entry: Entry
    asked: bytes | None


class Known(Struct, frozen=True):
    """A command id that the log already holds: the entry it made, by whom, from which command."""

    seq: int
    by: str
    asked: bytes | None


class Page(Struct, frozen=True):
    """Consecutive entries and the signed heads that stand at or below the last of them."""

    entries: tuple[Entry, ...]
    heads: tuple[SignedHead, ...]


class Transaction(Protocol):
    """One batch. All of it is written by `commit`, or none of it."""

    def head(self, log: str) -> LogHead | None:
        """The head of a log, locked until the transaction ends; None if there is no such log."""

    def labels(self, prefix: str) -> int:
        """The highest number in use after `prefix` among all labels (`INC-7` is 7), 0 if none."""

    def has(self, label: str) -> bool:
        """Whether a log has this label."""

    def known(self, log: str, ids: Iterable[str]) -> Mapping[str, Known]:
        """Those of the command ids that the log already holds."""

    def entries(self, log: str, seqs: Iterable[int]) -> Mapping[int, Entry]:
        """Entries by their numbers; missing ones are left out."""

    def after(self, log: str, seq: int, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries after `seq`, in order."""

    def append(
        self,
        label: str,
        batch: Sequence[Append],
        head: SignedHead,
        earlier: Sequence[SignedHead] = (),
    ) -> None:
        """Append consecutive entries of one log and the signed head of the last one.

        `earlier` are heads of entries before the last, for a batch that was made elsewhere.

        The first entry of a new log creates it under `label`. A body that an `entry.redacted`
        event of the batch names is erased, and never given out again. Bodies that a
        `words.expired` event covers are never given out again either, and `erase` erases them.
        """

    def commit(self) -> None:
        """Make it durable. Raises `JournalTemporary` or `OutcomeUnknown`."""


class Journal(Protocol):
    """Keeps logs. `begin` is for the one writer; the rest may be called from any thread."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction; leaving the block without `commit` rolls back."""

    def heads(self) -> Sequence[LogHead]:
        """The head of every log, oldest log first."""

    def page(self, log: str, after: int, limit: int) -> Page:
        """Up to `limit` entries after `after`, in order, with the signed heads among them."""

    def erase(self) -> bool:
        """Erase some more of the words that have expired, of any log; whether any are left.

        A little at a time, so that nobody waits long. Raises `JournalTemporary`.
        """

    def scrub(self) -> None:
        """See that erased words are gone from the files too; called after a redaction's commit,
        and once `erase` has nothing left to do."""

    def close(self) -> None:
        """Give up the files or connections."""
