"""Logs made from fixed keys, salts, ids and times, and the golden files made from them.

`python -m tests.data.golden.logbook` writes the files beside this one again. They change only
when the format does, and then `FORMAT` must too.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from warroom.domain import events
from warroom.domain.events import Citation, Event, IncidentWords, TextWords
from warroom.domain.vocabulary import HUB_LABEL, Audience, Risk, Role, Severity, Status, Via
from warroom.export.jsonl import export_lines
from warroom.log.chain import GENESIS, canonical, commitment, entry_hash, stamp
from warroom.log.entry import FORMAT, Entry, facts_of, read_line
from warroom.log.lines import Manifest
from warroom.log.signing import HubKey, SignedHead

HERE = Path(__file__).parent
START = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
KEY = HubKey(bytes(range(32)))
OTHER_KEY = HubKey(bytes(range(32, 64)))
ADA, BO, KIM = "a1" * 8, "b0" * 8, "c1" * 8


class Logbook:
    """A log under construction, which can also be made wrong on purpose.

    `add` takes header fields to forge; everything after a forged entry chains to it, and `sign`
    signs what stands there: what a hub could do that breaks the rules.
    """

    def __init__(self, label: str = "INC-7", log: str = "5eed" * 8, key: HubKey = KEY) -> None:
        self.label = label
        self.log = log
        self.key = key
        self.lines: list[bytes] = []
        self.hashes: dict[int, str] = {0: GENESIS}
        self.seq = 0

    def declare(self, **forged: Any) -> "Logbook":
        """Entry 1 of an incident, under this log's key."""
        declared = events.IncidentDeclared(
            label=self.label,
            key=self.key.public,
            policy=events.DEFAULT_POLICY,
            severity=Severity.SEV2,
            words=IncidentWords(title="Checkout is down", services=("checkout",)),
        )
        return self.add(declared, via=Via.OS, **forged)

    def note(self, text: str = "looking", **changed: Any) -> "Logbook":
        return self.add(events.NotePosted(words=TextWords(text)), **changed)

    def add(self, event: Event, by: str = ADA, **forged: Any) -> "Logbook":
        """The next entry; `forged` replaces header fields, or leaves them out where None."""
        self.seq += 1
        salt = hashlib.sha256(f"salt {self.seq}".encode()).hexdigest()[:32]
        words = None if event.words is None else canonical(event.words)
        header = {
            "v": FORMAT,
            "log": self.log,
            "seq": self.seq,
            "prev": self.hashes[self.seq - 1],
            "id": f"019ceb1a-0000-7000-8000-{self.seq:012x}",
            "at": stamp(START + timedelta(seconds=7 * (self.seq - 1))),
            "by": by,
            "via": Via.SESSION,
            "kind": event.kind,
            "facts": facts_of(event),
            "seen": self.seq - 1,
            "body": None if words is None else commitment(salt, words),
        } | forged
        header = {field: value for field, value in header.items() if value is not None}
        header_bytes = canonical(header)
        body = b"null" if words is None else canonical({"salt": salt, "words": event.words})
        self.lines.append(b'{"body":%b,"header":%b,"type":"entry"}' % (body, header_bytes))
        self.hashes[self.seq] = entry_hash(header_bytes)
        return self

    def adopt(self, key: HubKey, **changed: Any) -> "Logbook":
        """The log goes on under another hub's key."""
        head = self.cite(self.seq)
        self.key = key
        adopted = events.LogAdopted(key=key.public, head=head)
        return self.add(adopted, by="hub", via=Via.HUB, **changed)

    def restore(self, **changed: Any) -> "Logbook":
        """The hub came back from a backup, and the log goes on."""
        restored = events.LogRestored(
            head=self.cite(self.seq), restore="019ceb1a-0000-7000-8000-0000000000ff"
        )
        return self.add(restored, by="hub", via=Via.HUB, **changed)

    def sign(self, key: HubKey | None = None) -> "Logbook":
        """A signed head under the last entry."""
        head = (key or self.key).sign(self.log, self.seq, self.hashes[self.seq])
        self.lines.append(head.line())
        return self

    def cite(self, seq: int) -> Citation:
        return Citation(seq, self.hashes[seq])

    def forget(self, seq: int) -> "Logbook":
        """The log with the words of one entry gone."""
        for number, line in enumerate(self.lines):
            if b'"type":"entry"' in line and (entry := read_line(line)).seq == seq:
                self.lines[number] = msgspec.structs.replace(entry, body_bytes=None).line()
        return self

    def entries(self) -> list[Entry]:
        return [read_line(line) for line in self.lines if line.endswith(b'"type":"entry"}')]

    def heads(self) -> list[SignedHead]:
        lines = (line for line in self.lines if line.endswith(b'"type":"head"}'))
        return [msgspec.json.decode(line, type=SignedHead) for line in lines]

    def data(self, **changed: Any) -> bytes:
        """The bytes of an export; `changed` are fields of its manifest."""
        fields: dict[str, Any] = {
            "log": self.log,
            "label": self.label,
            "head": self.cite(self.seq),
        } | changed
        return joined([Manifest(**fields).line(), *self.lines])


def joined(lines: list[bytes]) -> bytes:
    """Lines as they stand in a file, each with its newline."""
    return b"".join(line + b"\n" for line in lines)


def small() -> Logbook:
    """The worked example of `docs/log-format.md`: two entries and the head of the second."""
    return (
        Logbook("INC-1").declare().note("Rolling back to 4.18 — go", role="technical_lead").sign()
    )


def incident() -> Logbook:
    """An incident with several batches, a scribe, late facts, and text of every awkward kind."""
    book = Logbook().declare().sign()
    book.add(events.PersonJoined(person=BO, words=events.PersonWords("Bo Öst", "bo")), by="hub")
    book.add(events.RoleTaken(role=Role.INCIDENT_COMMANDER), role="incident_commander").sign()
    book.add(events.StatusChanged(was=Status.DECLARED, now=Status.INVESTIGATING))
    book.note('quote " slash / back \\ tab \t line \n nul \0 del \x7f é 漢 😀 \u2028', said_by=KIM)
    book.add(
        events.DecisionRecorded(
            decision=1,
            risk=Risk.LOW,
            occurred_at=START - timedelta(minutes=3),
            words=events.DecisionWords(choice="roll back", options=("roll back", "wait")),
        ),
        refs=["019ceb1a-0000-7000-8000-000000000005"],
    ).sign()
    book.add(events.UpdateDrafted(update=1, audience=Audience.CUSTOMERS, cites=(5, 6)), by=BO)
    book.add(events.ActionOverdue(action=1, due_at=START), by="hub", via=Via.HUB).sign()
    return book


def redacted() -> Logbook:
    """The same incident, after the words of entry 5 were redacted by two people."""
    book = incident()
    book.add(events.RedactionRequested(of=book.cite(5), words=TextWords("a customer's name")), BO)
    book.add(events.EntryRedacted(of=book.cite(5), request=book.cite(9)), KIM).sign()
    return book.forget(5)


def ended(days: int = 91) -> Logbook:
    """An incident that was closed, was held for a while, and was spoken of so many days later."""
    book = Logbook().declare().note("call 555-0199").sign()
    book.add(events.StatusChanged(was=Status.DECLARED, now=Status.CANCELLED)).sign()
    book.add(events.RoomHeld(words=TextWords("the insurer asks")))
    book.add(events.RoomUnheld(words=TextWords("the claim is settled"))).sign()
    return book.note("what was this?", at=stamp(START + timedelta(days=days))).sign()


def expired() -> Logbook:
    """The same, after its words up to the end of the hold expired."""
    return forgotten(expire(ended()).sign())


def expire(book: Logbook, through: int | Citation = 5, days: int = 90, **forged: Any) -> Logbook:
    """Words expire, 92 days after the log began."""
    cited = book.cite(through) if isinstance(through, int) else through
    late = {"at": stamp(START + timedelta(days=92)), "by": "hub", "via": Via.HUB}
    return book.add(events.WordsExpired(through=cited, days=days), **(late | forged))


def forgotten(book: Logbook, through: int = 5) -> Logbook:
    """The log with the words up to an entry gone."""
    for seq in range(1, through + 1):
        book.forget(seq)
    return book


def adopted() -> Logbook:
    """A log that went on from a backup, and then in another hub."""
    book = Logbook().declare().sign().note("pool-3 is at 100 %").sign()
    book.restore().sign().note("draining it").sign()
    return book.adopt(OTHER_KEY).sign().note("and we are back").sign()


def hub() -> Logbook:
    """A hub's own log."""
    book = Logbook(HUB_LABEL, "40b0" * 8)
    book.add(
        events.HubFounded(key=KEY.public, policy=events.DEFAULT_POLICY), by="hub", via=Via.HUB
    ).sign()
    return book.add(
        events.PersonRegistered(
            person=ADA, via=Via.OS, uid=1000, words=events.PersonWords("Ada", "ada", "payments")
        ),
        by="hub",
        via=Via.HUB,
    ).sign()


GOLDEN = {
    "small": small,
    "incident": incident,
    "redacted": redacted,
    "expired": expired,
    "adopted": adopted,
    "hub": hub,
}


def export_of(book: Logbook) -> bytes:
    """A log through the door that programs use."""
    return joined(list(export_lines(book.label, book.log, book.entries(), book.heads())))


def golden(name: str) -> bytes:
    """The bytes of a golden file."""
    return (HERE / f"{name}.jsonl").read_bytes()


if __name__ == "__main__":
    for name, make in GOLDEN.items():
        (HERE / f"{name}.jsonl").write_bytes(export_of(make()))
