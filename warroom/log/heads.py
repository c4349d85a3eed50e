"""The signed heads of a log against the keys of the hubs that kept it, one after the other.

A log names its hub's key in entry 1, and may go on in another hub, which says so in an entry of
its own, `log.adopted`. The rules stand in `docs/log-format.md`.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct

from warroom.domain.events import Citation
from warroom.log.chain import canonical
from warroom.log.entry import Entry, Header
from warroom.log.forms import HASH, entries_are, misshapen
from warroom.log.report import Report
from warroom.log.signing import SignedHead, is_weak, signature_holds

_FORMS = {"key": HASH, "sig": re.compile("[0-9a-f]{128}")}


class Heads:
    """Reads the heads of a log in order, and reports those that do not hold.

    `keys` are those of the hubs that kept the log, the first from entry 1; `signed` is how far up
    a good signature reaches. `trusted` are the keys that the reader accepts, None for any.
    """

    def __init__(self, trusted: frozenset[str] | None, problem: Report, note: Report) -> None:
        self.keys: list[str] = []
        self.signed = 0
        self._trusted = trusted
        self._problem = problem
        self._note = note
        self._here: set[str] = set()

    def move_on(self) -> None:
        """The next entry is here: what is signed from now on is that one."""
        self._here = set()

    def read(self, line: int, value: dict[str, Any], head: SignedHead, last: Entry | None) -> None:
        """Look at one head; `last` is the entry above it."""
        fault = (
            _form_fault(value, head) or self._place_fault(head, last) or self._signature_fault(head)
        )
        if fault:
            self._problem(line, head.seq, f"The signed head on line {line} {fault}.")
        else:
            self.signed = max(self.signed, head.seq)
        self._here.add(head.key)

    def take_key(self, line: int, seq: int, key: str) -> None:
        """Measure the heads that follow by this key, which entry `seq` names."""
        self.keys.append(key)
        if not HASH.fullmatch(key) or is_weak(key):
            text = f"Entry {seq} names a key that is none, or under which anyone could sign."
            self._problem(line, seq, text)
        elif self._trusted is not None and key not in self._trusted:
            text = f"From entry {seq} on this log is signed by a key that you did not name: {key}"
            self._problem(line, seq, text)

    def go_on(self, line: int, entry: Entry) -> None:
        """Look whether the log goes on in another hub with this entry, or from a backup."""
        if entry.header.kind == "hub.restored":
            self._note_restore(line, entry.seq)
        facts = _facts(entry.header)
        if facts is None:
            return
        seq, before = entry.seq, entry.seq - 1
        if facts.head != Citation(before, entry.header.prev):
            text = f"Entry {seq} goes on with another log than the one that stands before it."
            self._problem(line, seq, text)
        if isinstance(facts, _Adopted):
            self._adopt(line, seq, facts.key)
            return
        self._note_restore(line, seq)

    def _note_restore(self, line: int, seq: int) -> None:
        text = (
            f"At entry {seq} the hub came back from a backup: what it had recorded after entry "
            f"{seq - 1}, if anything, is not in this log."
        )
        self._note(line, seq, text)

    def _adopt(self, line: int, seq: int, key: str) -> None:
        if self.signed < seq - 1:
            missing = entries_are(self.signed + 1, seq - 1)
            text = f"Entry {seq} adopts more of the log than was signed: {missing} under no head."
            self._problem(line, seq, text)
        self.take_key(line, seq, key)
        text = (
            f"From entry {seq} on the log is kept by another hub, under the key {key}: "
            "nothing but this entry vouches for it."
        )
        self._note(line, seq, text)

    def _place_fault(self, head: SignedHead, last: Entry | None) -> str | None:
        if last and head.log != last.header.log:
            return "belongs to another log"
        if last is None or head.seq != last.seq:
            return f"signs entry {head.seq}, and does not stand right after it"
        if head.hash != last.hash:
            return f"signs another entry {head.seq} than the one that stands here"
        if head.key in self._here:
            return "stands there twice"
        return None

    def _signature_fault(self, head: SignedHead) -> str | None:
        if self.keys and head.key != self.keys[-1]:
            whose = "entry 1 names" if len(self.keys) == 1 else "the log was adopted under"
            return f"is signed with another key than the one that {whose}, {head.key}"
        if not signature_holds(head):
            return "has a signature that its key did not make"
        return None


class _Adopted(Struct, frozen=True):
    """The facts of `log.adopted`."""

    key: str
    head: Citation


class _Restored(Struct, frozen=True):
    """The facts of `log.restored`."""

    restore: str
    head: Citation


_FACTS: dict[str, type[_Adopted | _Restored]] = {
    "log.adopted": _Adopted,
    "log.restored": _Restored,
}


def _facts(header: Header) -> _Adopted | _Restored | None:
    """What an entry says about where the log goes on, if in a form that can be read."""
    if header.kind not in _FACTS:
        return None
    try:
        return msgspec.json.decode(header.facts, type=_FACTS[header.kind])
    except msgspec.ValidationError:
        return None


def _form_fault(value: dict[str, Any], head: SignedHead) -> str | None:
    if head.line() != canonical(value):
        return "has fields that no signed head has"
    field = misshapen(value, _FORMS)
    return field and f"has a {field} that is not of its form"
