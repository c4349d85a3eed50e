"""The words of a log against their commitments, and every gap against what made it.

Words may be missing only where a later `entry.redacted` names the entry, on the request of
someone else, or where a later `words.expired` covers it. The rules stand in `docs/log-format.md`.
"""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from warroom.domain.events import Citation
from warroom.domain.vocabulary import Via
from warroom.log.chain import commitment
from warroom.log.entry import Body, Entry, Header
from warroom.log.expiries import Expiries
from warroom.log.report import Report

_SALT = re.compile("[0-9a-f]{32}")


class Bodies:
    """Reads the entries of a log in order, and reports words that are not as they should be.

    `hashes` are those of all entries read so far, by their numbers; the caller keeps them.
    """

    def __init__(self, hashes: Mapping[int, str], problem: Report, note: Report) -> None:
        self._hashes = hashes
        self._problem = problem
        self._note = note
        self._expiries = Expiries(hashes, problem)
        self._kept: dict[int, int] = {}
        self._missing: dict[int, int] = {}
        self._requests: dict[int, tuple[Entry, Citation]] = {}

    def read(self, line: int, entry: Entry) -> None:
        """Look at the words of one entry, and at what it does to the words of others."""
        self._check_commitment(line, entry)
        facts = _redaction_facts(entry.header)
        if isinstance(facts, _Done):
            self._check_redaction(line, entry, facts)
        elif isinstance(facts, _Asked):
            self._requests[entry.seq] = entry, facts.of
        through = self._expiries.read(line, entry)
        if through is not None:
            self._check_expiry(entry, through)

    def end(self) -> None:
        """Report the words that are missing and that neither a redaction nor time took."""
        for seq, line in self._missing.items():
            text = "and no later entry redacts them or lets them expire"
            self._problem(line, seq, f"The words of entry {seq} are missing, {text}.")

    def _check_commitment(self, line: int, entry: Entry) -> None:
        seq, promised = entry.seq, entry.header.body
        if entry.body_bytes is None:
            if promised is not None:
                self._missing[seq] = line
            return
        if promised is not None:
            self._kept[seq] = line
        if fault := words_fault(entry):
            self._problem(line, seq, fault)

    def _check_redaction(self, line: int, entry: Entry, facts: "_Done") -> None:
        seq, target = entry.seq, facts.of.seq
        if self._hashes.get(target) != facts.of.hash:
            self._problem(
                line, seq, f"Entry {seq} redacts an entry {target} that does not stand before it."
            )
            return
        self._missing.pop(target, None)
        self._check_request(line, entry, facts)
        if (kept := self._kept.get(target)) is not None:
            text = f"The words of entry {target} are still here, and entry {seq} redacted them."
            self._problem(kept, target, text)

    def _check_expiry(self, entry: Entry, through: int) -> None:
        self._missing = {seq: at for seq, at in self._missing.items() if seq > through}
        kept = [seq for seq in self._kept if seq <= through]
        if kept:
            more = f" and of {len(kept) - 1} more" * (len(kept) > 1)
            text = f"are still here, and have expired with entry {entry.seq}"
            first = self._kept[kept[0]]
            self._problem(first, kept[0], f"The words of entry {kept[0]}{more} {text}.")
        for seq in kept:
            del self._kept[seq]

    def _check_request(self, line: int, entry: Entry, facts: "_Done") -> None:
        request, of = self._requests.get(facts.request.seq, (None, None))
        deed = f"Entry {entry.seq} redacts entry {facts.of.seq}"
        if request is None or request.hash != facts.request.hash or of != facts.of:
            self._problem(line, entry.seq, f"{deed}, and nobody had asked for that.")
        elif _people(request.header) & _people(entry.header):
            text = f"{deed} by the same person who asked for it, where it takes two."
            self._problem(line, entry.seq, text)
        elif Via.AS in (request.header.via, entry.header.via):
            text = f"{deed}: two people by the names they gave, which nobody checked."
            self._note(line, entry.seq, text)


def words_fault(entry: Entry) -> str | None:
    """What is wrong with the words that an entry has, if anything is."""
    if entry.body_bytes is None:
        return None
    if entry.header.body is None:
        return f"Entry {entry.seq} has words added, where it was made without any."
    if not holds(entry.body_bytes, entry.header.body):
        return f"The words of entry {entry.seq} are not those it was made with."
    return None


class _Asked(Struct, frozen=True):
    """The facts of `redaction.requested` that count here."""

    of: Citation


class _Done(Struct, frozen=True):
    """The facts of `entry.redacted` that count here."""

    of: Citation
    request: Citation


_REDACTION_FACTS: dict[str, type[_Asked | _Done]] = {
    "redaction.requested": _Asked,
    "entry.redacted": _Done,
}


def _redaction_facts(header: Header) -> _Asked | _Done | None:
    """What an entry says about redacting, if it does so in a form that can be read."""
    if header.kind not in _REDACTION_FACTS:
        return None
    try:
        return msgspec.json.decode(header.facts, type=_REDACTION_FACTS[header.kind])
    except msgspec.ValidationError:
        return None


def holds(body: bytes, promised: str) -> bool:
    """Whether the words of a body, under its salt, are those of the commitment."""
    parts = msgspec.json.decode(body, type=Body)
    if not _SALT.fullmatch(parts.salt):
        return False
    return commitment(parts.salt, bytes(parts.words)) == promised


def _people(header: Header) -> set[str]:
    """Everyone who had a hand in an entry: who wrote it, and who said it."""
    return {header.by, header.said_by or header.by}
