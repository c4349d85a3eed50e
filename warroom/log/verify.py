"""Is this log complete, unaltered, and whose is it: the check of a whole export.

One pass in the order of the lines, in memory that grows with the number of entries.
`docs/log-format.md` lists the same checks for whoever writes a second verifier.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from warroom.domain.events import Citation, Unknown
from warroom.domain.vocabulary import HUB_LABEL
from warroom.log.bodies import Bodies
from warroom.log.chain import GENESIS, canonical
from warroom.log.entry import EVENT_TYPES, FORMAT, Entry, Header, Malformed
from warroom.log.forms import entries_are, entry_faults
from warroom.log.heads import Heads
from warroom.log.lines import Manifest, read_item, split
from warroom.log.seen import contradictions
from warroom.log.signing import SignedHead
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
    who knows from elsewhere whose key that is. `adopted_by` are the keys of the hubs that went on
    with it later.
    """

    log: str | None
    label: str | None
    entries: int
    head: Citation | None
    signed: int
    key: str | None
    adopted_by: tuple[str, ...] = ()
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, altered, or unsigned."""
        return not self.problems


def verify(
    data: bytes, trusted: frozenset[str] | None = None, seen: Iterable[SignedHead] = ()
) -> Verdict:
    """What is to be said about an export. `trusted` are the public keys, in hex, that the reader
    accepts; without them, the log is measured by the key that its own entry 1 names. `seen` are
    signed heads that someone was shown earlier, which the log must bear out.

    Never raises, whatever the bytes are.
    """
    check = _Check(trusted, tuple(seen))
    for number, line in split(data):
        check.read(number, line)
    if not data.endswith(b"\n"):
        check.problem(check.lines or 1, None, "The last line has no newline: the file is cut off.")
    return check.verdict()


_HEADER_FIELDS = frozenset(Header.__struct_fields__)


class _Check:
    """The state of one pass. Each method reports what it finds and lets the pass go on."""

    def __init__(self, trusted: frozenset[str] | None, seen: tuple[SignedHead, ...] = ()) -> None:
        self.lines = 0
        self._seen = seen
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._noted: set[str] = set()
        self._manifest: Manifest | None = None
        self._label: str | None = None
        self._hashes: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._last: Entry | None = None
        self._heads = Heads(trusted, self.problem, self._note)
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
                self._heads.read(line, value, item, self._last)
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

    # --- entries -------------------------------------------------------------------------------

    def _read_entry(self, line: int, value: dict[str, Any], entry: Entry) -> None:
        if self._last and entry.header.log != self._last.header.log:
            self.problem(line, entry.seq, f"Entry {entry.seq} on line {line} is of another log.")
            return
        if not self._takes_its_place(line, entry):
            return
        for fault in entry_faults(value, entry):
            self.problem(line, entry.seq, fault)
        self._check_id(line, entry)
        if entry.seq == 1:
            self._check_first(line, value["header"])
        self._heads.go_on(line, entry)
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
            self.problem(line, seq, f"{entries_are(due, seq - 1)} missing before line {line}.")
        elif entry.header.prev != (last.hash if last else GENESIS):
            self.problem(
                line,
                seq,
                f"Entry {seq} does not continue what stands before it: it, or entry "
                f"{seq - 1}, was changed or replaced.",
            )
        if last and entry.header.at < last.header.at:
            self.problem(line, seq, f"Entry {seq} has an earlier time than entry {last.seq}.")
        self._last = entry
        self._heads.move_on()
        self._hashes[seq] = entry.hash
        return True

    def _check_id(self, line: int, entry: Entry) -> None:
        first = self._ids.setdefault(entry.header.id, entry.seq)
        if first != entry.seq:
            self.problem(line, entry.seq, f"Entry {entry.seq} has the same id as entry {first}.")

    def _check_first(self, line: int, header: dict[str, Any]) -> None:
        match header:
            case {"kind": "incident.declared", "facts": {"label": str(label), "key": str(key)}}:
                self._label = label
            case {"kind": "hub.founded", "facts": {"key": str(key)}}:
                self._label = HUB_LABEL
            case _:
                self.problem(
                    line,
                    1,
                    "Entry 1 neither declares an incident nor founds a hub, so nothing says whose "
                    "log this is.",
                )
                return
        self._heads.take_key(line, 1, key)

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
            for seq, text in contradictions(self._seen, last.header.log, self._hashes):
                self.problem(self.lines, seq, text)
            if self._heads.signed < last.seq:
                self.problem(
                    self.lines,
                    last.seq,
                    f"{entries_are(self._heads.signed + 1, last.seq)} under no signed "
                    "head: nothing says that they are the hub's, or that they are all.",
                )
        return Verdict(
            log=last.header.log if last else None,
            label=self._label,
            entries=len(self._hashes),
            head=Citation(last.seq, last.hash) if last else None,
            signed=self._heads.signed,
            key=self._heads.keys[0] if self._heads.keys else None,
            adopted_by=tuple(self._heads.keys[1:]),
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
        if self._manifest.head is None:
            self._note(
                1, None, "This file names no end: it is a replica, complete as far as it goes."
            )
        elif self._manifest.head != Citation(last.seq, last.hash):
            self.problem(
                1,
                None,
                f"The manifest promises a log that ends with entry "
                f"{self._manifest.head.seq}; what is here ends with another, entry {last.seq}.",
            )


def _line(problem: Problem) -> int:
    return problem.line
