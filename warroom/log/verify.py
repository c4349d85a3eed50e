"""Is this log complete, unaltered, and whose is it: the check of a whole export.

One pass in the order of the lines, in memory that grows with the number of entries.
`docs/log-format.md` lists the same checks for whoever writes a second verifier.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from warroom.domain.events import Citation, Unknown
from warroom.log.bodies import Bodies
from warroom.log.chain import GENESIS, canonical
from warroom.log.entry import EVENT_TYPES, FORMAT, Entry, Header, Malformed
from warroom.log.lines import HUB_LABEL, Manifest, read_item, split
from warroom.log.signing import SignedHead, is_weak, signature_holds
from warroom.log.subset import read_strictly


class Problem(Struct, frozen=True):
    """What is wrong, in a sentence, and where: the line, and the entry if it is about one."""

    line: int
    seq: int | None
    text: str


class Verdict(Struct, frozen=True, kw_only=True):
    """What a check found. The log is whole if there is no problem; notes do not count against it.

    `entries` is how many were read, `head` the last of them, `signed` how far up a good signature
    reaches. `key` is the public key that entry 1 names: it says whose log this is only to someone
    who knows from elsewhere whose key that is.
    """

    log: str | None
    label: str | None
    entries: int
    head: Citation | None
    signed: int
    key: str | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, altered, or unsigned."""
        return not self.problems


def verify(data: bytes, trusted: frozenset[str] | None = None) -> Verdict:
    """What is to be said about an export. `trusted` are the public keys, in hex, that the reader
    accepts; without them, the log is measured by the key that its own entry 1 names.

    Never raises, whatever the bytes are.
    """
    check = _Check(trusted)
    for number, line in split(data):
        check.read(number, line)
    if not data.endswith(b"\n"):
        check.problem(check.lines or 1, None, "The last line has no newline: the file is cut off.")
    return check.verdict()


_HASH = re.compile("[0-9a-f]{64}")
_HEADER_FORMS = {"log": re.compile("[0-9a-f]{32}"), "prev": _HASH, "body": _HASH}
_HEAD_FORMS = {"key": _HASH, "sig": re.compile("[0-9a-f]{128}")}
_HEADER_FIELDS = frozenset(Header.__struct_fields__)
_ENTRY_FIELDS = {"body", "header", "type"}
_BODY_FIELDS = {"salt", "words"}
_LEFT_OUT_IF_EMPTY = ("role", "said_by", "refs", "body")
_NOT_FACTS = ("kind", "words")


class _Check:
    """The state of one pass. Each method reports what it finds and lets the pass go on."""

    def __init__(self, trusted: frozenset[str] | None) -> None:
        self.lines = 0
        self._trusted = trusted
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._noted: set[str] = set()
        self._manifest: Manifest | None = None
        self._key: str | None = None
        self._label: str | None = None
        self._hashes: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._last: Entry | None = None
        self._heads_here: set[str] = set()
        self._signed = 0
        self._bodies = Bodies(self._hashes, self.problem, self._note)

    def problem(self, line: int, seq: int | None, text: str) -> None:
        self._problems.append(Problem(line, seq, text))

    def _note(self, line: int, seq: int | None, text: str) -> None:
        self._notes.append(Problem(line, seq, text))

    def _note_once(self, what: str, line: int, seq: int, text: str) -> None:
        if what not in self._noted:
            self._noted.add(what)
            self._note(line, seq, text)

    # --- lines ---------------------------------------------------------------------------------

    def read(self, line: int, raw: bytes) -> None:
        """Check one line."""
        self.lines = line
        try:
            value = read_strictly(raw)
            item = read_item(raw)
        except Malformed as error:
            self.problem(line, None, f"Line {line} cannot be read: {error}.")
            return
        if canonical(value) != raw:
            self.problem(
                line, None, f"Line {line} is not as a hub writes it: it was changed or rewritten."
            )
        if line == 1 and not isinstance(item, Manifest):
            self.problem(line, None, "Line 1 is not the manifest that an export begins with.")
        match item:
            case Manifest():
                self._read_manifest(line, value, item)
            case SignedHead():
                self._read_head(line, value, item)
            case _:
                self._read_entry(line, value, item)

    def _read_manifest(self, line: int, value: dict[str, Any], manifest: Manifest) -> None:
        if line > 1:
            self.problem(line, None, f"Line {line} is a manifest, which only line 1 can be.")
            return
        self._manifest = manifest
        if manifest.format != FORMAT:
            self.problem(
                line,
                None,
                f"The manifest names format {manifest.format}; this program reads format {FORMAT}.",
            )
        if manifest.line() != canonical(value):
            self.problem(line, None, "The manifest has fields that no manifest has.")

    # --- signed heads --------------------------------------------------------------------------

    def _read_head(self, line: int, value: dict[str, Any], head: SignedHead) -> None:
        fault = (
            self._form_fault(value, head) or self._place_fault(head) or self._signature_fault(head)
        )
        if fault:
            self.problem(line, head.seq, f"The signed head on line {line} {fault}.")
        else:
            self._signed = max(self._signed, head.seq)
        self._heads_here.add(head.key)

    def _form_fault(self, value: dict[str, Any], head: SignedHead) -> str | None:
        if head.line() != canonical(value):
            return "has fields that no signed head has"
        field = _misshapen(value, _HEAD_FORMS)
        return field and f"has a {field} that is not of its form"

    def _place_fault(self, head: SignedHead) -> str | None:
        last = self._last
        if last and head.log != last.header.log:
            return "belongs to another log"
        if last is None or head.seq != last.seq:
            return f"signs entry {head.seq}, and does not stand right after it"
        if head.hash != last.hash:
            return f"signs another entry {head.seq} than the one that stands here"
        if head.key in self._heads_here:
            return "stands there twice"
        return None

    def _signature_fault(self, head: SignedHead) -> str | None:
        if self._key is not None and head.key != self._key:
            return f"is signed with another key than the one that entry 1 names, {head.key}"
        if not signature_holds(head):
            return "has a signature that its key did not make"
        return None

    # --- entries -------------------------------------------------------------------------------

    def _read_entry(self, line: int, value: dict[str, Any], entry: Entry) -> None:
        if self._last and entry.header.log != self._last.header.log:
            self.problem(line, entry.seq, f"Entry {entry.seq} on line {line} is of another log.")
            return
        if not self._takes_its_place(line, entry):
            return
        self._check_form(line, value, entry)
        self._check_id(line, entry)
        if entry.seq == 1:
            self._check_first(line, value["header"])
        self._bodies.read(line, entry)
        self._note_unknown(line, value["header"], entry)

    def _takes_its_place(self, line: int, entry: Entry) -> bool:
        """Whether the entry continues the log, perhaps after a gap; reports if all is not well."""
        seq, last = entry.seq, self._last
        due = last.seq + 1 if last else 1
        if seq < due:
            again = "again" if self._hashes.get(seq) == entry.hash else "where it does not belong"
            self.problem(
                line, seq, f"Entry {seq} stands on line {line} {again}; {due} is due there."
            )
            return False
        if seq > due:
            self.problem(line, seq, f"{_entries(due, seq - 1)} missing before line {line}.")
        elif entry.header.prev != (last.hash if last else GENESIS):
            self.problem(
                line,
                seq,
                f"Entry {seq} does not continue what stands before it: it, or entry "
                f"{seq - 1}, was changed or replaced.",
            )
        if last and entry.header.at < last.header.at:
            self.problem(line, seq, f"Entry {seq} has an earlier time than entry {last.seq}.")
        self._last, self._heads_here = entry, set()
        self._hashes[seq] = entry.hash
        return True

    def _check_form(self, line: int, value: dict[str, Any], entry: Entry) -> None:
        header, body, seq = value["header"], value["body"], entry.seq
        if value.keys() != _ENTRY_FIELDS or (body and body.keys() != _BODY_FIELDS):
            self.problem(line, seq, f"Entry {seq} has something beside its header and its words.")
        if entry.header.v != FORMAT:
            self.problem(
                line,
                seq,
                f"Entry {seq} is of format {entry.header.v}; this program reads format {FORMAT}.",
            )
        if field := _misshapen(header, _HEADER_FORMS):
            self.problem(line, seq, f"Entry {seq} has a {field} that is not of its form.")
        for field in _LEFT_OUT_IF_EMPTY:
            if field in header and header[field] in (None, [], ""):
                self.problem(line, seq, f"Entry {seq} has an empty {field}, which is left out.")
        for field in _NOT_FACTS:
            if field in header["facts"]:
                self.problem(line, seq, f"Entry {seq} has {field} among its facts.")

    def _check_id(self, line: int, entry: Entry) -> None:
        first = self._ids.setdefault(entry.header.id, entry.seq)
        if first != entry.seq:
            self.problem(line, entry.seq, f"Entry {entry.seq} has the same id as entry {first}.")

    def _check_first(self, line: int, header: dict[str, Any]) -> None:
        match header:
            case {"kind": "incident.declared", "facts": {"label": str(label), "key": str(key)}}:
                self._label, self._key = label, key
            case {"kind": "hub.founded", "facts": {"key": str(key)}}:
                self._label, self._key = HUB_LABEL, key
            case _:
                self.problem(
                    line,
                    1,
                    "Entry 1 neither declares an incident nor founds a hub, so nothing says whose "
                    "log this is.",
                )
                return
        if not _HASH.fullmatch(key) or is_weak(key):
            self.problem(
                line, 1, "Entry 1 names a key that is none, or under which anyone could sign."
            )
        elif self._trusted is not None and key not in self._trusted:
            self.problem(line, 1, f"This log is signed by a key that you did not name: {key}")

    def _note_unknown(self, line: int, header: dict[str, Any], entry: Entry) -> None:
        seq, event = entry.seq, entry.recorded().event
        for field in sorted(header.keys() - _HEADER_FIELDS):
            self._note_once(
                f"field {field}",
                line,
                seq,
                f"This version does not know the field {field!r} of "
                f"entry {seq} (and perhaps of later ones).",
            )
        if not isinstance(event, Unknown):
            return
        kind = event.kind
        why = "does not know" if kind not in EVENT_TYPES else "cannot read this form of"
        self._note_once(
            f"{why} {kind}",
            line,
            seq,
            f"This version {why} the kind {kind!r} of entry {seq} (and perhaps of later ones).",
        )

    # --- the end -------------------------------------------------------------------------------

    def verdict(self) -> Verdict:
        """Close the pass: what only the whole file can show, and all findings by their lines."""
        last = self._last
        self._bodies.end()
        if last is None:
            self.problem(self.lines or 1, None, "There is no entry in this file.")
        else:
            self._check_manifest(last)
            if self._signed < last.seq:
                self.problem(
                    self.lines,
                    last.seq,
                    f"{_entries(self._signed + 1, last.seq)} under no signed "
                    "head: nothing says that they are the hub's, or that they are all.",
                )
        return Verdict(
            log=last.header.log if last else None,
            label=self._label,
            entries=len(self._hashes),
            head=Citation(last.seq, last.hash) if last else None,
            signed=self._signed,
            key=self._key,
            problems=tuple(sorted(self._problems, key=_line)),
            notes=tuple(sorted(self._notes, key=_line)),
        )

    def _check_manifest(self, last: Entry) -> None:
        if self._manifest is None:
            return
        if self._manifest.log != last.header.log:
            self.problem(1, None, "The manifest names another log than the one in this file.")
        if self._label is not None and self._manifest.label != self._label:
            self.problem(
                1,
                None,
                f"The manifest calls this {self._manifest.label!r}; entry 1 says {self._label!r}.",
            )
        if self._manifest.head != Citation(last.seq, last.hash):
            self.problem(
                1,
                None,
                f"The manifest promises a log that ends with entry "
                f"{self._manifest.head.seq}; what is here ends with another, entry {last.seq}.",
            )


def _misshapen(fields: dict[str, Any], forms: Mapping[str, re.Pattern[str]]) -> str | None:
    """The first field that is not of the form asked for."""
    for field, form in forms.items():
        value = fields.get(field)
        if value is not None and not form.fullmatch(value):
            return field
    return None


def _entries(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _line(problem: Problem) -> int:
    return problem.line
