"""Expiries: whether the hub could rightly let the words of a room expire, and up to where.

The rules stand in `docs/log-format.md`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from warroom.domain.events import Citation
from warroom.domain.vocabulary import CLOSED, HUB, Status, Via
from warroom.log.entry import Entry
from warroom.log.gone import EXPIRED
from warroom.log.report import Report

_HOLDS = {"room.held": True, "room.unheld": False}
_CHANGED = "status.changed"


F = TypeVar("F", bound=Struct)


class Expiries:
    """Reads the entries of a log in order. `hashes` are those of all entries read so far."""

    def __init__(self, hashes: Mapping[int, str], problem: Report) -> None:
        self._hashes = hashes
        self._problem = problem
        self._times: dict[int, str] = {}
        self._over = False
        self._held = False

    def read(self, line: int, entry: Entry) -> int | None:
        """The last entry whose words may be gone with this one; None if it lets none expire."""
        header = entry.header
        self._times[entry.seq] = header.at
        self._held = _HOLDS.get(header.kind, self._held)
        if header.kind == _CHANGED:
            changed = _facts(entry, _Changed)
            self._over = self._over if changed is None else changed.now in CLOSED
        expired = _facts(entry, _Expired) if header.kind == EXPIRED else None
        if expired is None:
            return None
        through = expired.through
        if self._hashes.get(through.seq) != through.hash:
            text = f"lets words expire up to an entry {through.seq} that does not stand before it"
            self._problem(line, entry.seq, f"Entry {entry.seq} {text}.")
            return None
        for fault in self._faults(entry, expired):
            self._problem(line, entry.seq, f"Entry {entry.seq} lets words expire, and {fault}.")
        return through.seq

    def _faults(self, entry: Entry, expired: "_Expired") -> list[str]:
        """Why the hub should not have written this."""
        header = entry.header
        found = {
            "it was not the hub that did": (header.by, header.via) != (HUB, Via.HUB),
            "the room had not ended": not self._over,
            "the room was held": self._held,
            f"not all of them were {expired.days} days old": not _kept_for(
                self._times[expired.through.seq], header.at, expired.days
            ),
        }
        return [fault for fault, holds in found.items() if holds]


class _Expired(Struct, frozen=True):
    """The facts of `words.expired`."""

    through: Citation
    days: int


class _Changed(Struct, frozen=True):
    """The fact of `status.changed` that counts here."""

    now: Status


def _facts(entry: Entry, form: type[F]) -> F | None:
    """What an entry says, if it does so in a form that can be read."""
    try:
        return msgspec.json.decode(entry.header.facts, type=form)
    except msgspec.ValidationError:
        return None


def _kept_for(since: str, until: str, days: int) -> bool:
    """Whether at least so many days, one or more, lie between two times of entries."""
    passed = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return 1 <= days <= passed.days
