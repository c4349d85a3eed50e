"""One entry: a hashed header, and a body that can be redacted.

An entry is kept as the bytes it was received in: they are hashed as they stand, and never
encoded again. On a line of an export and on the wire an entry is

    {"body":{"salt":…,"words":…},"header":{…},"type":"entry"}

with `"body":null` once its words are redacted, or where there were none.
"""

import functools
import re
from datetime import datetime
from sys import intern
from typing import Any

import msgspec
from msgspec import Raw, Struct

from warroom.domain import events
from warroom.domain.events import Event, Recorded, Unknown, Wordless
from warroom.domain.vocabulary import Role, Via
from warroom.log.chain import canonical, commitment, entry_hash, stamp

FORMAT = 1
"""The version of the record that this program writes."""

DEEPEST = 32
"""How deep objects and arrays may stand in each other, the line itself being the first."""

EVENT_TYPES: dict[str, type[Event]] = {
    cls.__struct_config__.tag: cls
    for cls in (*events.IncidentEvent.__args__, *events.HubEvent.__args__)
}
"""Every kind of entry that this version knows, by its tag."""


class Malformed(ValueError):
    """These bytes are not an entry. The message says what is wrong."""


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hashed part of an entry; `docs/log-format.md` explains each field."""

    v: int
    log: str
    seq: int
    prev: str
    id: str
    at: str
    by: str
    via: Via
    kind: str
    facts: Raw
    seen: int
    role: Role | None = None
    said_by: str | None = None
    refs: tuple[str, ...] = ()
    body: str | None = None


class Body(Struct, frozen=True):
    """The words of an entry with the salt of their commitment."""

    salt: str
    words: Raw


class Entry(Struct, frozen=True, kw_only=True):
    """An entry with the exact bytes of its parts. `body_bytes` is None where no words are kept."""

    header: Header
    header_bytes: bytes
    body_bytes: bytes | None
    hash: str

    @property
    def seq(self) -> int:
        return self.header.seq

    def line(self) -> bytes:
        """The entry as it stands on the wire and on a line of an export, without a newline."""
        body = self.body_bytes or b"null"
        return b'{"body":' + body + b',"header":' + self.header_bytes + b',"type":"entry"}'

    def recorded(self) -> Recorded:
        """What the fold reads. Facts that this version cannot read become `Unknown`."""
        header = self.header
        return Recorded(
            seq=header.seq,
            id=header.id,
            hash=self.hash,
            at=datetime.fromisoformat(header.at),
            by=intern(header.by),
            via=header.via,
            role=header.role,
            said_by=header.said_by,
            seen=header.seen,
            refs=header.refs,
            event=self._event(),
        )

    def _event(self) -> Event | Unknown:
        words = _body(self.body_bytes).words if self.body_bytes else None
        cls = EVENT_TYPES.get(self.header.kind)
        if cls is not None:
            try:
                return _read_event(cls, self.header.facts, words)
            except msgspec.ValidationError:
                pass
        return Unknown(
            kind=self.header.kind,
            facts=_object_decoder.decode(self.header.facts),
            words=None if words is None else _object_decoder.decode(words),
        )


def make_entry(
    *,
    log: str,
    seq: int,
    prev: str,
    id: str,
    at: datetime,
    by: str,
    via: Via,
    event: Event,
    salt: str,
    seen: int = 0,
    role: Role | None = None,
    said_by: str | None = None,
    refs: tuple[str, ...] = (),
) -> Entry:
    """The entry that records an event. `salt` keys the commitment to its words, if it has any."""
    words = None if event.words is None else canonical(event.words)
    header = Header(
        v=FORMAT,
        log=log,
        seq=seq,
        prev=prev,
        id=id,
        at=stamp(at),
        by=by,
        via=via,
        kind=event.kind,
        facts=Raw(canonical(facts_of(event))),
        seen=seen,
        role=role,
        said_by=said_by,
        refs=refs,
        body=None if words is None else commitment(salt, words),
    )
    header_bytes = canonical(header)
    return Entry(
        header=header,
        header_bytes=header_bytes,
        body_bytes=None if words is None else canonical(Body(salt, Raw(words))),
        hash=entry_hash(header_bytes),
    )


def facts_of(event: Event) -> dict[str, Any]:
    """The facts of an event: all of it but its kind and its words."""
    facts: dict[str, Any] = msgspec.to_builtins(event)
    del facts["kind"]
    facts.pop("words", None)
    return facts


def read_entry(header: bytes, body: bytes | None) -> Entry:
    """An entry from the stored bytes of its parts.

    Raises `Malformed` if the header or the body is none. Whether it is canonical, chained and
    true to its commitment is for `verify` to say.
    """
    try:
        decoded = _header_decoder.decode(header)
        if not _STAMP.fullmatch(decoded.at):
            raise Malformed(f"the header's time {decoded.at!r} is not of the fixed form")
        datetime.fromisoformat(decoded.at)
        # Raw parts are skipped over unread: what is wrong in them has to show here, at the door.
        _check_object(decoded.facts)
        if body is not None:
            _check_object(_body(body).words)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    return Entry(header=decoded, header_bytes=header, body_bytes=body, hash=entry_hash(header))


def read_line(line: bytes) -> Entry:
    """An entry from its line, without the newline. Raises `Malformed`."""
    try:
        parts = _line_decoder.decode(line)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    body = bytes(parts.body)
    return read_entry(bytes(parts.header), None if body == b"null" else body)


def reread(header: bytes, body: bytes | None, hash: str) -> Entry:
    """An entry that was read before, from its bytes and its hash. Nothing is checked again."""
    decoded = _header_decoder.decode(header)
    return Entry(header=decoded, header_bytes=header, body_bytes=body, hash=hash)


def words_of(entry: Entry) -> bytes | None:
    """The canonical words of an entry, or None where there are none (any more)."""
    return None if entry.body_bytes is None else bytes(_body(entry.body_bytes).words)


class _Line(Struct, frozen=True, tag="entry"):
    header: Raw
    body: Raw


_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)

_header_decoder = msgspec.json.Decoder(Header)
_body_decoder = msgspec.json.Decoder(Body)
_line_decoder = msgspec.json.Decoder(_Line)
_object_decoder = msgspec.json.Decoder(dict[str, Any])


def _body(data: bytes) -> Body:
    return _body_decoder.decode(data)


def _check_object(raw: Raw) -> None:
    """Refuse what is no JSON object, or nested deeper than a line may be.

    How deep the decoder itself goes depends on the interpreter, and no two may disagree.
    """
    value = _object_decoder.decode(raw)
    text = bytes(raw)
    if text.count(b"[") + text.count(b"{") > DEEPEST - 2 and _depth(value) > DEEPEST - 2:
        raise Malformed(f"it is nested more than {DEEPEST} deep")


def _depth(value: object) -> int:
    """How deep objects and arrays stand in each other: 1 for an empty one."""
    deepest, todo = 0, [(value, 1)]
    while todo:
        part, depth = todo.pop()
        if isinstance(part, dict | list):
            deepest = max(deepest, depth)
            inner = part.values() if isinstance(part, dict) else part
            todo.extend((one, depth + 1) for one in inner)
    return deepest


def _read_event(cls: type[Event], facts: Raw, words: Raw | None) -> Event:
    """The event of known class. Raises `msgspec.ValidationError` if it is not of its shape."""
    event = _facts_decoder(cls).decode(facts)
    if event.words is not None:
        raise msgspec.ValidationError("words stand among the facts")
    if words is None:
        return event
    if issubclass(cls, Wordless):
        raise msgspec.ValidationError("words where this kind has none")
    return msgspec.structs.replace(event, words=_words_decoder(cls).decode(words))


@functools.cache
def _facts_decoder(cls: type[Event]) -> "msgspec.json.Decoder[Event]":
    """Reads facts as the event itself, whose tag they do not repeat."""
    return msgspec.json.Decoder(cls)


@functools.cache
def _words_decoder(cls: type[Event]) -> "msgspec.json.Decoder[Any]":
    hint: Any = cls.__annotations__["words"]
    return msgspec.json.Decoder(hint)
