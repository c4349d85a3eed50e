#!/usr/bin/env python3
"""Verify an exported log with the standard library alone.

    python verify_standalone.py FILE [TRUSTED_KEY ...]

Written from `log-format.md`, whose numbered checks the comments name, and sharing no code with
warroom: two programs that agree are worth more than one. It takes its time (a signature costs some
milliseconds). Exit status 0 if the log is whole, 1 if it is not.
"""

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Fields = dict[str, Any]

LARGEST = 2**53 - 1
DEEPEST = 32


class Unfit(ValueError):
    """This is not as the format asks for. The message says why."""


def need(holds: bool, why: str) -> None:
    """Raise `Unfit` unless it holds."""
    if not holds:
        raise Unfit(why)


# --- Ed25519 (RFC 8032, section 5.1), points in extended coordinates ---------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, p: Point) -> Point:
    """A point added to itself so many times."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, p)
        p, scalar = add(p, p), scalar >> 1
    return total


def encode(p: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point | None:
    """The point that 32 bytes encode, if they encode one."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_weak(key: bytes) -> bool:
    """Whether a key is no point, or one under which anyone can sign."""
    point = decode(key)
    return point is None or encode(times(8, point)) == encode(NEUTRAL)


def signature_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message was made with the key."""
    point, s = decode(key), int.from_bytes(signature[32:], "little")
    if point is None or s >= ORDER or BASE is None:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    minus = (P - point[0], point[1], 1, P - point[3])
    return encode(add(times(s, BASE), times(k, minus))) == signature[:32]


# --- canonical JSON (check 2) -------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def no_fraction(text: str) -> None:
    raise Unfit(f"{text} is not an integer")


def read_line(raw: bytes) -> Fields:
    """The object on a line."""
    try:
        value = json.loads(raw.decode(), parse_float=no_fraction, parse_constant=no_fraction)
        check_limits(value, 1)
        need(isinstance(value, dict), "it is not an object")
        need(canonical(value) == raw, "it is not canonical")
    except (ValueError, RecursionError) as error:
        raise Unfit(f"the line cannot be read: {error}") from error
    fields: Fields = value
    return fields


def check_limits(value: Any, depth: int) -> None:
    """Keys, integers and depth."""
    if isinstance(value, int):
        need(-LARGEST <= value <= LARGEST, "it has an integer beyond 2^53 - 1")
    elif isinstance(value, dict):
        need(all(key.isascii() for key in value), "it has a key that is not ASCII")
        value = list(value.values())
    if isinstance(value, list):
        need(depth <= DEEPEST, "it is nested too deep")
        for part in value:
            check_limits(part, depth + 1)


# --- the forms of fields (check 8) --------------------------------------------------------------


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_hex(digits: int) -> Any:
    """The test for so many hexadecimal digits."""
    form = re.compile(f"[0-9a-f]{{{digits}}}")
    return lambda value: is_text(value) and form.fullmatch(value) is not None


def is_one_of(*values: str) -> Any:
    return lambda value: value in values


def is_time(value: Any) -> bool:
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
    if not is_text(value) or not re.fullmatch(form, value):
        return False
    try:
        datetime.fromisoformat(value[:-1])
    except ValueError:
        return False
    return True


def is_facts(value: Any) -> bool:
    return isinstance(value, dict) and not {"kind", "words"} & value.keys()


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_text, value))


def is_citation(value: Any) -> bool:
    return isinstance(value, dict) and is_integer(value.get("seq")) and is_text(value.get("hash"))


HEADER = {
    "v": lambda value: is_integer(value) and value == 1,
    "log": is_hex(32),
    "seq": is_integer,
    "prev": is_hex(64),
    "id": is_text,
    "at": is_time,
    "by": is_text,
    "via": is_one_of("os", "as", "session", "hub"),
    "kind": is_text,
    "facts": is_facts,
    "seen": is_integer,
}
OPTIONAL = {
    "role": is_one_of("incident_commander", "deputy", "comms_lead", "technical_lead", "scribe"),
    "said_by": lambda value: is_text(value) and value != "",
    "refs": is_texts,
    "body": is_hex(64),
}
STATUSES = (
    *("candidate", "declared", "investigating", "identified", "mitigated", "monitoring"),
    *("resolved", "debriefing", "closed", "cancelled"),
)
BODY = {"salt": is_hex(32), "words": lambda value: isinstance(value, dict)}
HEAD = {
    "hash": is_hex(64),
    "key": is_hex(64),
    "log": is_text,
    "seq": is_integer,
    "sig": is_hex(128),
    "type": is_text,
}
MANIFEST = {
    "format": lambda value: is_integer(value) and value == 1,
    "label": is_text,
    "log": is_text,
    "type": is_text,
}
MANIFEST_HEAD = {"head": lambda value: is_citation(value) and len(value) == 2}


def check_fields(fields: Any, forms: Mapping[str, Any], what: str, more: bool = False) -> None:
    """That an object has these fields in these forms, and no others unless `more`."""
    need(isinstance(fields, dict), f"the {what} is not an object")
    for name, has_form in forms.items():
        need(name in fields and has_form(fields[name]), f"the {what} has no proper {name}")
    need(more or fields.keys() == forms.keys(), f"the {what} has fields that are none of its own")


# --- the log ------------------------------------------------------------------------------------


class Log:
    """What has been read so far. Each check raises `Unfit`."""

    def __init__(self, trusted: set[str]) -> None:
        self.trusted = trusted
        self.manifest: Fields | None = None
        self.first: Fields = {}
        self.last: Fields = {"seq": 0, "at": ""}
        self.hashes = {0: "0" * 64}
        self.ids: set[str] = set()
        self.key: Any = None
        self.signed_by: set[str] = set()
        self.signed = 0
        self.with_words: set[int] = set()
        self.without_words: set[int] = set()
        self.requests: dict[int, Fields] = {}
        self.times: dict[int, str] = {}
        self.over = self.held = False

    def read(self, number: int, raw: bytes) -> None:
        """Check one line."""
        line = read_line(raw)
        need((number == 1) == (line.get("type") == "manifest"), "a manifest is line 1")  # 3
        match line.get("type"):
            case "manifest":
                check_fields(line, MANIFEST | (MANIFEST_HEAD if "head" in line else {}), "manifest")
                self.manifest = line
            case "entry":
                self.read_entry(line)
            case "head":
                self.read_head(line)
            case _:
                raise Unfit("the line is of no known type")

    def read_entry(self, line: Fields) -> None:
        need(line.keys() == {"body", "header", "type"}, "the entry has more than header and body")
        header, body = line["header"], line["body"]
        check_fields(header, HEADER, "header", more=True)  # 8
        present = {name: has_form for name, has_form in OPTIONAL.items() if name in header}
        check_fields(header, present, "header", more=True)
        seq = header["seq"]
        first, last = self.first or header, self.last
        need(header["log"] == first["log"], f"entry {seq} is of another log")  # 4
        need(seq == last["seq"] + 1, f"entry {seq} follows entry {last['seq']}")  # 5
        need(header["prev"] == self.hashes[seq - 1], f"entry {seq} breaks the chain")  # 6
        need(header["at"] >= last["at"], f"entry {seq} is earlier than the one before")  # 7
        need(header["id"] not in self.ids, f"entry {seq} repeats an id")  # 9
        if seq == 1:
            self.check_first(header)
        self.go_on(header)
        self.first, self.last = first, header
        self.hashes[seq] = hashlib.sha256(b"\0" + canonical(header)).hexdigest()
        self.ids.add(header["id"])
        self.signed_by = set()
        self.read_body(header, body)
        self.read_redaction(header)
        self.read_expiry(header)

    def check_first(self, header: Fields) -> None:  # 10
        facts, kind = header["facts"], header["kind"]
        need(kind in ("incident.declared", "hub.founded"), "entry 1 begins no log")
        need(kind == "hub.founded" or is_text(facts.get("label")), "entry 1 has no label")
        self.take_key(facts.get("key"))

    def take_key(self, key: Any) -> None:  # 10, 17
        need(HEAD["key"](key), "the entry has no proper key")
        self.key = key
        need(not is_weak(bytes.fromhex(key)), "the key is weak")
        need(not self.trusted or key in self.trusted, "the key is not a trusted one")

    def go_on(self, header: Fields) -> None:
        """An entry with which the log goes on in another hub, or from a backup."""
        facts, kind, before = header["facts"], header["kind"], header["seq"] - 1
        head, part = facts.get("head"), {"log.adopted": "key", "log.restored": "restore"}.get(kind)
        if part is None or not is_citation(head) or not is_text(facts.get(part)):
            return
        same = (head["seq"], head["hash"]) == (before, self.hashes[before])
        need(same, f"entry {before + 1} goes on with another log")  # 15
        if kind == "log.adopted":
            need(self.signed == before, f"entry {before}, before the adoption, is not signed")  # 16
            self.take_key(facts["key"])

    def read_body(self, header: Fields, body: Fields | None) -> None:  # 11
        seq, promised = header["seq"], header.get("body")
        if body is None:
            if promised is not None:
                self.without_words.add(seq)
            return
        need(promised is not None, f"entry {seq} was made without words")
        check_fields(body, BODY, "body")
        made = hmac.digest(bytes.fromhex(body["salt"]), canonical(body["words"]), "sha256")
        need(made.hex() == promised, f"the words of entry {seq} are not its own")
        self.with_words.add(seq)

    def read_redaction(self, header: Fields) -> None:
        facts, seq = header["facts"], header["seq"]
        of, asked = facts.get("of"), facts.get("request")
        if header["kind"] == "redaction.requested" and is_citation(of):
            self.requests[seq] = header
        if header["kind"] != "entry.redacted" or not is_citation(of) or not is_citation(asked):
            return
        need(self.stands(of), f"entry {seq} redacts what does not stand before it")  # 18
        self.without_words.discard(of["seq"])
        request = self.requests.get(asked["seq"])
        need(request is not None and self.stands(asked), f"nobody asked for entry {seq}")  # 19
        wanted = (request or {})["facts"]["of"]
        same = (wanted["seq"], wanted["hash"]) == (of["seq"], of["hash"])
        need(same, f"entry {seq} redacts another entry than was asked for")
        need(not people(header) & people(request or {}), f"entry {seq} took one person")  # 20
        need(of["seq"] not in self.with_words, f"entry {of['seq']} has its words still")  # 21

    def read_expiry(self, header: Fields) -> None:
        facts, kind, seq = header["facts"], header["kind"], header["seq"]
        through, days, now = facts.get("through"), facts.get("days"), facts.get("now")
        self.times[seq] = header["at"]
        if kind == "status.changed" and now in STATUSES:
            self.over = now in ("closed", "cancelled")
        if kind in ("room.held", "room.unheld"):
            self.held = kind == "room.held"
        if kind != "words.expired" or not is_citation(through) or not is_integer(days):
            return
        need(self.stands(through), f"entry {seq} ends with what does not stand before it")  # 22
        gone = set(range(1, through["seq"] + 1))
        kept, self.with_words = self.with_words & gone, self.with_words - gone
        self.without_words -= gone
        need((header["by"], header["via"]) == ("hub", "hub"), "it was not the hub")  # 23
        need(self.over and not self.held, f"entry {seq} lets words of a live room expire")  # 24
        since, until = self.times[through["seq"]], header["at"]
        passed = datetime.fromisoformat(until[:-1]) - datetime.fromisoformat(since[:-1])
        need(1 <= days <= passed.days, "the words are young")  # 25
        need(not kept, f"words up to entry {through['seq']} are here still")  # 26

    def stands(self, citation: Fields) -> bool:
        """Whether an entry with this number and hash was read."""
        seq, cited = citation["seq"], citation["hash"]
        return bool(seq > 0 and self.hashes.get(seq) == cited)

    def read_head(self, head: Fields) -> None:
        check_fields(head, HEAD, "head")  # 12
        seq, key = self.last["seq"], head["key"]
        need(bool(self.first) and head["log"] == self.first["log"], "the head is of another log")
        need(head["seq"] == seq and head["hash"] == self.hashes[seq], "the head is misplaced")  # 13
        need(key not in self.signed_by, "the head stands twice")
        need(key == self.key, "the head is signed by a stranger")  # 14
        message = b"\1" + canonical({name: head[name] for name in ("hash", "log", "seq")})
        signature = bytes.fromhex(head["sig"])
        need(signature_holds(bytes.fromhex(key), signature, message), "the signature is false")
        self.signed_by.add(key)
        self.signed = seq

    def end(self) -> Iterator[str]:
        """What only the end shows."""
        for seq in sorted(self.without_words):  # 27
            yield f"the words of entry {seq} are missing, and nothing says why"
        seq = self.last["seq"]
        if seq == 0 or self.signed < seq:  # 28
            yield f"the entries after entry {self.signed} are not signed"
        if seq and self.manifest is not None:  # 29
            label = self.first["facts"].get("label", "")
            head = {"head": {"hash": self.hashes[seq], "seq": seq}}
            expected = (head if "head" in self.manifest else {}) | {
                "format": 1,
                "label": "hub" if self.first["kind"] == "hub.founded" else label,
                "log": self.first["log"],
                "type": "manifest",
            }
            if self.manifest != expected:
                yield "the manifest does not say what is in the file"


def people(header: Fields) -> set[str]:
    """Everyone who had a hand in an entry."""
    return {header["by"], header.get("said_by", header["by"])}


def problems(data: bytes, trusted: set[str]) -> Iterator[str]:
    """What is wrong with an export, a sentence each; nothing if it is whole."""
    if not data.endswith(b"\n"):  # 1
        yield "the file does not end with a newline"
    log = Log(trusted)
    for number, raw in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        try:
            log.read(number, raw)
        except Unfit as error:
            yield f"line {number}: {error}"
    yield from log.end()


def main(arguments: list[str]) -> int:
    """Verify the file that is named first; the rest are trusted keys."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    path, *trusted = arguments
    with open(path, "rb") as file:
        found = list(problems(file.read(), set(trusted)))
    sys.stdout.write("".join(f"{problem}\n" for problem in found) or "The log is whole.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
