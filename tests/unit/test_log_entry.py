"""Entries: made, read, and given to the fold."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.golden.logbook import START, golden
from warroom.domain import events
from warroom.domain.events import Citation, Event, TextWords, Unknown
from warroom.domain.vocabulary import Role, Via
from warroom.log.chain import GENESIS, canonical, commitment, entry_hash
from warroom.log.entry import (
    EVENT_TYPES,
    Entry,
    Malformed,
    facts_of,
    make_entry,
    read_entry,
    read_line,
    words_of,
)

NOTE = events.NotePosted(words=TextWords("looking"))
SALT = "5a17" * 8
HEADER: dict[str, Any] = {
    "v": 1,
    "log": "ab" * 16,
    "seq": 3,
    "prev": "cd" * 32,
    "id": "019ceb1a-0000-7000-8000-000000000003",
    "at": "2026-03-14T09:26:53.589793Z",
    "by": "ada",
    "via": "os",
    "kind": "note.posted",
    "facts": {},
    "seen": 2,
}


def made(event: Event = NOTE, **changed: Any) -> Entry:
    """An entry of the log `ab…`, where nothing else is asked for."""
    fields: dict[str, Any] = {
        "log": "ab" * 16,
        "seq": 1,
        "prev": GENESIS,
        "id": "019ceb1a-0000-7000-8000-000000000001",
        "at": START,
        "by": "ada",
        "via": Via.OS,
        "event": event,
        "salt": SALT,
    }
    return make_entry(**fields | changed)


def header(**changed: Any) -> bytes:
    """The bytes of a header, with some fields changed."""
    return canonical(HEADER | changed)


def test_an_entry_hashes_its_header_and_commits_to_its_words() -> None:
    """The header holds the commitment, the body the salt and the words, the hash the header."""
    entry = made()

    assert commitment(SALT, b'{"text":"looking"}') == entry.header.body
    assert {"salt": SALT, "words": {"text": "looking"}} == json.loads(entry.body_bytes or b"")
    assert entry_hash(entry.header_bytes) == entry.hash
    assert 1 == entry.seq


def test_what_is_not_said_is_left_out() -> None:
    """A header holds no null and no empty list."""
    held = json.loads(made(events.ActionStarted(action=1)).header_bytes)

    assert set(HEADER) == held.keys()


def test_the_line_is_canonical() -> None:
    """The line put together from kept bytes is the canonical encoding of what it holds."""
    for entry in (made(), made(events.ActionStarted(action=1))):
        assert canonical(json.loads(entry.line())) == entry.line()


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(events.NotePosted, words=st.none() | st.builds(TextWords, WORDS)),
    st.builds(
        events.DecisionRecorded,
        decision=st.integers(1, 2**53 - 1),
        occurred_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        words=st.builds(events.DecisionWords, choice=WORDS, options=st.tuples(WORDS)),
    ),
    st.builds(
        events.EntryRedacted,
        of=st.builds(Citation, st.integers(1, 9), st.just("ab" * 32)),
        request=st.builds(Citation, st.integers(1, 9), st.just("cd" * 32)),
    ),
    st.builds(events.HubFounded, key=st.just("ab" * 32), policy=st.just(events.DEFAULT_POLICY)),
)


@given(
    event=EVENTS,
    role=st.none() | st.sampled_from(Role),
    said_by=st.none() | st.just("kim"),
    refs=st.lists(st.just("x")).map(tuple),
    at=st.datetimes(timezones=st.just(UTC)),
)
def test_what_was_made_is_read_back(
    event: Event, role: Role | None, said_by: str | None, refs: tuple[str, ...], at: datetime
) -> None:
    """Decode after encode is the same entry, and the fold is given the event that was recorded."""
    entry = made(event, role=role, said_by=said_by, refs=refs, at=at, seen=5)
    again = read_line(entry.line())
    recorded = again.recorded()

    assert entry == again
    assert event == recorded.event
    assert (role, said_by, refs, at, 5) == (
        recorded.role,
        recorded.said_by,
        recorded.refs,
        recorded.at,
        recorded.seen,
    )


def test_a_redacted_entry_keeps_its_hash_and_loses_its_words() -> None:
    """Without its body an entry is the same link of the chain, and says nothing."""
    entry = made()
    gone = read_entry(entry.header_bytes, None)

    assert entry.hash == gone.hash
    assert b'{"text":"looking"}' == words_of(entry)
    assert words_of(gone) is None
    assert events.NotePosted() == gone.recorded().event
    assert gone.line().startswith(b'{"body":null,')


def test_facts_are_all_but_kind_and_words() -> None:
    """Facts do not repeat the tag, and never hold words."""
    event = events.HypothesisRaised(hypothesis=2, words=TextWords("DNS"))

    assert {"hypothesis": 2} == facts_of(event)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_kind_is_known_by_its_tag(kind: str) -> None:
    """The table of kinds is the union of events."""
    assert kind == EVENT_TYPES[kind].__struct_config__.tag


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "war.ended", "facts": {"a": 1}}, None),
        ({"kind": "war.ended", "facts": {"a": 1}}, {"text": "over"}),
        ({"kind": "action.started", "facts": {"a": 1}}, None),
        ({"kind": "action.started", "facts": {"action": 1}}, {"text": "over"}),
        ({"facts": {"kind": "action.started"}}, None),
        ({"facts": {"words": {"text": "unhashed"}}}, None),
        ({}, {"texts": "over"}),
    ],
)
def test_what_cannot_be_read_is_unknown(changed: Any, words: Any) -> None:
    """A kind, facts or words that this version cannot read become a placeholder that keeps them."""
    body = None if words is None else canonical({"salt": SALT, "words": words})
    fields = HEADER | changed

    assert (
        Unknown(kind=fields["kind"], facts=fields["facts"], words=words)
        == read_entry(canonical(fields), body).recorded().event
    )


def test_what_is_wide_is_not_deep() -> None:
    """Many parts beside each other are read; only what stands in each other is counted."""
    wide = canonical(HEADER | {"kind": "weather.observed", "facts": {"a": [{"b": 1}] * 40}})
    event = read_entry(wide, None).recorded().event
    assert Unknown(kind="weather.observed", facts={"a": [{"b": 1}] * 40}) == event


NESTED = b"[" * 3000 + b"]" * 3000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        header(at="2026-03-14 09:26:53.589793Z"),
        header(at="2026-03-14T09:26:53.589793+"),
        header(at="2026-03-14T24:00:00.000000Z"),
        header(at="2026-02-30T09:26:53.589793Z"),
        header(via="guess"),
        header(role="king"),
        header(seq="3"),
        header(facts=[]),
        header().replace(b'"facts":{}', b'"facts":{"a":"\xff"}'),
        header().replace(b'"facts":{}', b'"facts":{"a":1e999}'),
        header().replace(b'"facts":{}', b'"facts":{"a":%b}' % NESTED),
        header().replace(b'"facts":{}', b'"facts":{"a":%b}' % (b"[" * 30 + b"]" * 30)),
    ],
)
def test_what_is_no_header_is_malformed(data: bytes) -> None:
    """Bytes that are not a header are refused at the door, in one way."""
    with pytest.raises(Malformed):
        read_entry(data, None)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"salt":"00","words":null}', b'{"salt":"00","words":{"a":"\xff"}}']
)
def test_what_is_no_body_is_malformed(body: bytes) -> None:
    """So are bytes that are not a body."""
    with pytest.raises(Malformed):
        read_entry(header(), body)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b'{"type":"head"}', b'{"type":"entry","body":' + NESTED]
)
def test_what_is_no_line_is_malformed(line: bytes) -> None:
    """So are lines that hold no entry."""
    with pytest.raises(Malformed):
        read_line(line)


def test_bytes_are_kept_as_they_came() -> None:
    """An entry that another program wrote is hashed and written as it stands."""
    odd = b'{"type":"entry", "header": ' + header() + b' ,"body":null}'

    assert entry_hash(header()) == read_line(odd).hash
    assert header() == read_line(odd).header_bytes


def test_golden_entries_are_read_and_written_the_same() -> None:
    """The golden file's entries come out byte for byte."""
    lines = [line for line in golden("incident").splitlines() if b'"type":"entry"' in line]

    assert lines == [read_line(line).line() for line in lines]
    assert msgspec.json.decode(lines[0])["header"]["seq"] == read_line(lines[0]).seq
