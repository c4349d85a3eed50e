"""What can be done to an export by someone who wants it to say something else.

The forger has the file, an older copy of it, another log of the same hub, and a key of their own;
for a few, the hub's own key, and then a rule is broken under a good signature.
"""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from tests.data.golden.logbook import (
    ADA,
    BO,
    KEY,
    KIM,
    OTHER_KEY,
    Logbook,
    ended,
    expire,
    forgotten,
    joined,
)
from warroom.domain import events
from warroom.domain.events import Citation, TextWords
from warroom.domain.vocabulary import Status
from warroom.log.chain import canonical
from warroom.log.signing import SignedHead

Lines: TypeAlias = list[bytes]
Forgery: TypeAlias = Callable[[Lines], bytes]
Change: TypeAlias = Callable[[dict[str, Any]], object]

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519's group."""


def before_redaction() -> Logbook:
    """Four batches: the declaration, people, notes, and a request to redact one of them."""
    book = Logbook().declare().sign()
    book.add(events.PersonJoined(person=BO, words=events.PersonWords("Bo", "bo")), by="hub").sign()
    book.note("the gateway times out").note("call 555-0199").note("the pool is full").sign()
    words = TextWords("a phone number")
    return book.add(events.RedactionRequested(of=book.cite(4), words=words), BO).sign()


def victim() -> Logbook:
    """The log that is forged, after the redaction and one more note."""
    book = before_redaction()
    redaction = events.EntryRedacted(of=book.cite(4), request=book.cite(6))
    return book.add(redaction, KIM).note("quiet again").sign().forget(4)


def sibling() -> Logbook:
    """Another log of the same hub."""
    book = Logbook("INC-8", "0b5e" * 8).declare().sign()
    return book.note("elsewhere").note("all quiet").sign()


LINES = victim().data().splitlines()
"""0 manifest, 1 entry 1, 2 head, 3 entry 2, 4 head, 5-7 entries 3-5, 8 head, 9 entry 6 (the
request), 10 head, 11 entry 7 (the redaction), 12 entry 8, 13 head."""

OLDER = before_redaction().data().splitlines()
OTHER = sibling().data().splitlines()


# --- tools ---------------------------------------------------------------------------------------


def without(*numbers: int) -> Forgery:
    return lambda lines: joined([line for at, line in enumerate(lines) if at not in numbers])


def ordered(*numbers: int) -> Forgery:
    return lambda lines: joined([lines[at] for at in numbers])


def put(at: int, *more: bytes) -> Forgery:
    return lambda lines: joined([*lines[:at], *more, *lines[at:]])


def instead(at: int, line: bytes) -> Forgery:
    return lambda lines: joined([*lines[:at], line, *lines[at + 1 :]])


def changed(at: int, change: Change) -> Forgery:
    """One line with something else in it, in its canonical form."""

    def forge(lines: Lines) -> bytes:
        value = json.loads(lines[at])
        change(value)
        return instead(at, canonical(value))(lines)

    return forge


def bytes_changed(at: int, old: bytes, new: bytes) -> Forgery:
    def forge(lines: Lines) -> bytes:
        assert old in lines[at]
        return instead(at, lines[at].replace(old, new, 1))(lines)

    return forge


def all_bytes(change: Callable[[bytes], bytes]) -> Forgery:
    return lambda lines: change(joined(lines))


def both(first: Forgery, second: Forgery) -> Forgery:
    return lambda lines: second(first(lines).splitlines())


def rewritten(key_in_entry: bool, name_own_key: bool) -> bytes:
    """The story told otherwise, and signed by the forger."""
    book = Logbook()
    if key_in_entry:
        book.key = OTHER_KEY
    book.declare().note("all was well").sign(OTHER_KEY)
    if not name_own_key:
        last = msgspec.json.decode(book.lines[-1])
        book.lines[-1] = canonical(last | {"key": KEY.public})
    return book.data()


def retold() -> bytes:
    """Another word in entry 3, chained to the end, under the heads of the true log."""
    book = Logbook().declare()
    book.add(events.PersonJoined(person=BO, words=events.PersonWords("Bo", "bo")), by="hub")
    book.note("the gateway is fine").note().note().note().note().note("quiet again")
    return joined([LINES[0], *book.lines, LINES[13]])


def retold_under_borrowed_signatures() -> bytes:
    """The same, and the true heads are made to name the forged entries."""
    lines = retold().splitlines()
    entry = Logbook().declare().note("the gateway is fine")
    head = json.loads(LINES[4]) | {"hash": entry.hashes[2]}
    return joined([LINES[0], *entry.lines, canonical(head), *lines[3:]])


def appended(sign_with: Any = None, name: str = KEY.public) -> bytes:
    """One more note at the end, signed by whoever, and the manifest says so too."""
    book = victim().note("and the vendor is to blame", by=ADA)
    if sign_with is not None:
        book.sign(sign_with)
        book.lines[-1] = canonical(msgspec.json.decode(book.lines[-1]) | {"key": name})
    return book.data()


def under_weak_key(key: str) -> bytes:
    """A log whose key is a point of small order, under which (R = neutral, S = 0) always holds."""
    book = Logbook().add(
        events.IncidentDeclared(label="INC-7", key=key, policy=events.DEFAULT_POLICY)
    )
    neutral = (b"\1" + bytes(31)).hex()
    book.lines.append(
        SignedHead(
            log=book.log, seq=1, hash=book.hashes[1], key=key, sig=neutral + bytes(32).hex()
        ).line()
    )
    return book.data()


def raised(value: dict[str, Any]) -> None:
    """The same signature with S beyond the order of the group."""
    scalar = int.from_bytes(bytes.fromhex(value["sig"][64:]), "little") + ORDER
    value["sig"] = value["sig"][:64] + scalar.to_bytes(32, "little").hex()


def by_the_hub(*, of: int, request: int | None, by: str, said_by: str | None = None) -> bytes:
    """A redaction of entry 3 that breaks a rule, though the hub itself signed it."""
    book = Logbook().declare().note().note("the truth")
    book.add(events.RedactionRequested(of=book.cite(3), words=TextWords("hush")), BO)
    book.add(
        events.EntryRedacted(of=book.cite(of), request=book.cite(request or 2)), by, said_by=said_by
    )
    return book.sign().forget(3).data()


def told(event: events.Event) -> Logbook:
    """A room that has ended, and then something more was said."""
    return ended().add(event, at=ended().entries()[-1].header.at)


def hushed_book(book: Logbook | None = None, **changed: Any) -> Logbook:
    """Words that have expired and are gone."""
    return forgotten(expire(book or ended(), **changed).sign())


def hushed(book: Logbook, **changed: Any) -> bytes:
    return hushed_book(book, **changed).data()


def adopted_with(**facts: Any) -> bytes:
    """Adopted by the forger, with other facts than are true."""
    book = victim()
    true = {"head": msgspec.to_builtins(book.cite(book.seq)), "key": OTHER_KEY.public}
    return book.adopt(OTHER_KEY, facts=true | facts).sign().data()


def adopted_early() -> bytes:
    """The last head of the hub before is taken out, and the forger's stands for it."""
    book = victim()
    del book.lines[-1]
    return book.adopt(OTHER_KEY).sign().data()


def adopted_in_silence() -> bytes:
    """A note under the forger's key, chained to the true end as if nothing had happened."""
    return victim().note("and the vendor is to blame").sign(OTHER_KEY).data()


def moved_body(from_: int, to: int) -> Forgery:
    return lambda lines: changed(
        to, lambda value: value.update(body=json.loads(lines[from_])["body"])
    )(lines)


def swapped_bodies(one: int, two: int) -> Forgery:
    def forge(lines: Lines) -> bytes:
        bodies = [json.loads(lines[at])["body"] for at in (one, two)]
        first = changed(one, lambda value: value.update(body=bodies[1]))
        return both(first, changed(two, lambda value: value.update(body=bodies[0])))(lines)

    return forge


# --- the forgeries -------------------------------------------------------------------------------

FORGERIES: dict[str, Forgery] = {
    # something is missing
    "the last line dropped": without(13),
    "the last entry and its head dropped": without(12, 13),
    "the last batch dropped": without(11, 12, 13),
    "all after the first batch dropped": ordered(0, 1, 2),
    "the first entry dropped": without(1),
    "the first batch dropped": without(1, 2),
    "an entry in the middle dropped": without(6),
    "a batch in the middle dropped": without(5, 6, 7, 8),
    "the request to redact dropped": without(9, 10),
    "every head dropped": without(2, 4, 8, 10, 13),
    "the manifest dropped": without(0),
    "half of the last line": all_bytes(lambda data: data[:-150]),
    "no newline at the end": all_bytes(lambda data: data[:-1]),
    "the last line cut off, its newline kept": instead(13, LINES[13][:-20]),
    # something is in another place, or there twice
    "two entries swapped": ordered(0, 1, 2, 3, 4, 6, 5, 7, 8, 9, 10, 11, 12, 13),
    "two batches swapped": ordered(0, 1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12, 13),
    "the manifest at the end": ordered(*range(1, 14), 0),
    "two manifests": put(1, LINES[0]),
    "an entry twice": put(6, LINES[5]),
    "a head twice": put(9, LINES[8]),
    "the last head twice": put(14, LINES[13]),
    "a head above its entry": ordered(0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    "a head one entry late": ordered(0, 1, 2, 3, 5, 4, 6, 7, 8, 9, 10, 11, 12, 13),
    "heads exchanged": ordered(0, 1, 4, 3, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    "the file twice": all_bytes(lambda data: data * 2),
    "another file behind it": all_bytes(lambda data: data + joined(OTHER)),
    # lines of the hub's other log, and of an older copy
    "an entry of another log put in": put(5, OTHER[3]),
    "an entry of another log instead": instead(3, OTHER[3]),
    "a head of another log instead": instead(2, OTHER[2]),
    "another log under this manifest": lambda lines: joined([lines[0], *OTHER[1:]]),
    "this log under another manifest": instead(0, OTHER[0]),
    "an older manifest": instead(0, OLDER[0]),
    "redacted words put back from an older copy": instead(6, OLDER[6]),
    # other words
    "other words": bytes_changed(5, b"times out", b"works fine"),
    "words taken away without a redaction": changed(5, lambda value: value.update(body=None)),
    "words of one entry in another": moved_body(5, 7),
    "words of two entries swapped": swapped_bodies(5, 7),
    "words where there were none": moved_body(5, 11),
    "another salt": changed(5, lambda value: value["body"].update(salt="ab" * 16)),
    "a salt in capitals": changed(
        5, lambda value: value["body"].update(salt=value["body"]["salt"].upper())
    ),
    "more words": changed(5, lambda value: value["body"]["words"].update(more="and")),
    "a field beside the words": changed(5, lambda value: value["body"].update(more=1)),
    # other headers
    "another author": bytes_changed(5, f'"by":"{ADA}"'.encode(), f'"by":"{BO}"'.encode()),
    "another time": bytes_changed(5, b'"at":"2026-03-14T09:27', b'"at":"2026-03-14T09:28'),
    "another kind": bytes_changed(5, b"note.posted", b"observation.made"),
    "a role that was not held": changed(5, lambda value: value["header"].update(role="scribe")),
    "no commitment": changed(5, lambda value: value["header"].pop("body")),
    "a field beside the header": changed(5, lambda value: value.update(more=1)),
    "an entry that calls itself a head": bytes_changed(5, b'"type":"entry"', b'"type":"head"'),
    "the log retold under its last head": lambda lines: retold(),
    "the log retold under borrowed signatures": lambda lines: retold_under_borrowed_signatures(),
    # other signatures
    "an entry more that nobody signed": lambda lines: appended(),
    "an entry more, signed by the forger": lambda lines: appended(OTHER_KEY, OTHER_KEY.public),
    "an entry more, signed by the forger as the hub": lambda lines: appended(OTHER_KEY),
    "retold and signed by the forger": lambda lines: rewritten(False, True),
    "retold and signed by the forger as the hub": lambda lines: rewritten(False, False),
    "another key in the last head": changed(13, lambda value: value.update(key=OTHER_KEY.public)),
    "a signature of another head": changed(
        13, lambda value: value.update(sig=json.loads(LINES[10])["sig"])
    ),
    "a signature with S raised": changed(13, raised),
    "a signature of zeros": changed(13, lambda value: value.update(sig="00" * 64)),
    "a signature in capitals": changed(13, lambda value: value.update(sig=value["sig"].upper())),
    "a head with one field more": changed(13, lambda value: value.update(more=1)),
    "a head of a later entry": changed(13, lambda value: value.update(seq=9)),
    "a weak key": lambda lines: under_weak_key((b"\1" + bytes(31)).hex()),
    "a weak key in another encoding": lambda lines: under_weak_key("ee" + "ff" * 30 + "7f"),
    "a key of zeros": lambda lines: under_weak_key("00" * 32),
    # redactions that the hub signed and that break a rule
    "redacted without a request": lambda lines: by_the_hub(of=3, request=None, by=KIM),
    "redacted on a request for another entry": lambda lines: by_the_hub(of=2, request=4, by=KIM),
    "redacted by who asked for it": lambda lines: by_the_hub(of=3, request=4, by=BO),
    "redacted on the word of who asked": lambda lines: by_the_hub(
        of=3, request=4, by=KIM, said_by=BO
    ),
    # expiries that the hub signed and that break a rule
    "expired by someone": lambda lines: hushed(ended(), by=ADA),
    "expired before its time": lambda lines: hushed(ended(), days=93),
    "expired at once": lambda lines: hushed(ended(), days=0),
    "expired under a hold": lambda lines: hushed(told(events.RoomHeld())),
    "expired while it goes on": lambda lines: hushed(
        told(events.StatusChanged(was=Status.CANCELLED, now=Status.INVESTIGATING))
    ),
    "expired with what does not stand before": lambda lines: hushed(
        ended(), through=Citation(5, "ab" * 32)
    ),
    "expired with itself": lambda lines: hushed(ended(), through=Citation(7, "ab" * 32)),
    "words after the last that expired gone": lambda lines: forgotten(hushed_book(), 6).data(),
    "expired words put back": lambda lines: expire(ended()).sign().data(),
    "words expired, and the expiry taken out": lambda lines: forgotten(ended()).data(),
    # adoptions
    "adopted with an entry that nobody had signed": lambda lines: (
        victim().note("and the vendor is to blame").adopt(OTHER_KEY).sign().data()
    ),
    "adopted in a head's place": lambda lines: adopted_early(),
    "adopted, and signed by the hub before": lambda lines: (
        victim().adopt(OTHER_KEY).sign(KEY).data()
    ),
    "adopted, and the hub before signs on": lambda lines: (
        victim().adopt(OTHER_KEY).sign().note().sign(KEY).data()
    ),
    "adopted, and the adoption taken out": lambda lines: adopted_in_silence(),
    "adopted under another key than it names": lambda lines: adopted_with(key="ab" * 32),
    "adopted under a weak key": lambda lines: adopted_with(key=(b"\1" + bytes(31)).hex()),
    "adopted from another entry": lambda lines: adopted_with(
        head=msgspec.to_builtins(victim().cite(7))
    ),
    # the manifest
    "another label": changed(0, lambda value: value.update(label="INC-1")),
    "another log in the manifest": changed(0, lambda value: value.update(log="ab" * 16)),
    "another format": changed(0, lambda value: value.update(format=2)),
    "a manifest with one field more": changed(0, lambda value: value.update(made_by="me")),
    "a head that is null": changed(0, lambda value: value.update(head=None)),
    "a head with another hash": changed(0, lambda value: value["head"].update(hash="ab" * 32)),
    # the same in other bytes
    "a space": bytes_changed(5, b":", b": "),
    "a space at the end of a line": instead(5, LINES[5] + b" "),
    "keys in another order": instead(
        5, json.dumps(dict(reversed(json.loads(LINES[5]).items())), separators=(",", ":")).encode()
    ),
    "a letter escaped": bytes_changed(5, b"gateway", b"g\\u0061teway"),
    "a slash escaped": bytes_changed(5, b"gateway", b"gate\\/way"),
    "a key twice": bytes_changed(5, b'"seen":2', b'"seen":2,"seen":2'),
    "a key twice, the true one last": bytes_changed(5, b'"seen":2', b'"seen":0,"seen":2'),
    "a number with a fraction": bytes_changed(5, b'"seq":3', b'"seq":3.0'),
    "a number with an exponent": bytes_changed(5, b'"seq":3', b'"seq":3e0'),
    "a hash in capitals": changed(13, lambda value: value.update(hash=value["hash"].upper())),
    "lines that end as on Windows": all_bytes(lambda data: data.replace(b"\n", b"\r\n")),
    "a byte order mark": all_bytes(lambda data: b"\xef\xbb\xbf" + data),
    "an empty line": put(5, b""),
    "an empty line at the end": all_bytes(lambda data: data + b"\n"),
    "zeros at the end": all_bytes(lambda data: data + bytes(512)),
    "another encoding": all_bytes(lambda data: data.decode().encode("utf-16")),
    "a byte that is no UTF-8": bytes_changed(5, b"gateway", b"gate\xffway"),
    "a comment": put(5, b"// nothing to see here"),
    "all in one list": all_bytes(lambda data: b"[" + data.replace(b"\n", b",")[:-1] + b"]\n"),
}
