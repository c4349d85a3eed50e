"""Nothing is too strange: any log folds and reads, any command has an answer and survives JSON."""

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import reduce
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import replace

from tests.unit.conftest import LOG, NINE, Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import Command, Voice
from warroom.domain.decide import Granted, Refused, decide
from warroom.domain.events import Recorded
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id
from warroom.domain.timers import due
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Scope, Via

RAJ = voice_id(LOG, "raj")
PEOPLE = ("ana", "bo", "cy", RAJ)

quickly = settings(max_examples=40, deadline=None)

Leaf: TypeAlias = Callable[[Any], SearchStrategy[Any] | None]
"""The values of a type, or None to have it taken apart."""


def values(hint: Any, leaf: Leaf) -> SearchStrategy[Any]:
    """Values of a type. `leaf` has the first say; Structs, unions and tuples are taken apart."""
    known = leaf(hint)
    if known is not None:
        return known
    match get_origin(hint), get_args(hint):
        case (origin, (inner, Meta() as meta)) if origin is Annotated:
            parts = values(get_args(inner)[0], leaf)
            return st.lists(parts, min_size=meta.min_length or 0, max_size=3).map(tuple)
        case (origin, (key, value)) if origin is dict:
            return st.dictionaries(values(key, leaf), values(value, leaf), max_size=2)
        case (origin, (part, _)) if origin is tuple:
            return st.lists(values(part, leaf), max_size=2).map(tuple)
        case (origin, parts) if origin in (Union, UnionType):
            return st.one_of([values(part, leaf) for part in parts])
        case _:
            return plain(hint, leaf)


def plain(hint: type, leaf: Leaf) -> SearchStrategy[Any]:
    """Values of a type that has no parts, or of a Struct."""
    if hint is NoneType:
        return st.none()
    if hint is bool:
        return st.booleans()
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    assert issubclass(hint, Struct)
    return structs(hint, leaf)


def structs(cls: type[Struct], leaf: Leaf) -> SearchStrategy[Any]:
    """Values of a Struct; a field with a default is there or is not."""
    hints = get_type_hints(cls, include_extras=True)
    parts = {field.name: values(hints[field.name], leaf) for field in msgspec.structs.fields(cls)}
    needed = {f.name for f in msgspec.structs.fields(cls) if f.default is NODEFAULT}
    needed -= {f.name for f in msgspec.structs.fields(cls) if f.default_factory is not NODEFAULT}
    optional = {name: part for name, part in parts.items() if name not in needed}
    fixed = st.fixed_dictionaries({name: parts[name] for name in needed}, optional=optional)
    return fixed.map(lambda fields: cls(**fields))


def from_table(table: dict[Any, SearchStrategy[Any]]) -> Leaf:
    """The values of a type as a table has them."""
    pairs = list(table.items())
    return lambda hint: next((found for known, found in pairs if known == hint), None)


TIMES = st.integers(-600, 7200).map(lambda seconds: NINE + timedelta(seconds=seconds))
WINDOW = get_type_hints(c.ProposeDecision, include_extras=True)["window"]
TEXT_HASH = get_type_hints(c.ApproveUpdate, include_extras=True)["text"]

ALPHABET = 'aZ0 .-\t"\\/<é漢🙂\u2028'
WORDS = st.text(st.sampled_from(ALPHABET), max_size=20).map(lambda text: f"x{text}")
ID = string.ascii_lowercase + string.digits + "-"

ANYTHING = from_table(
    {
        c.Line: WORDS,
        c.Text: WORDS.map(lambda text: f"{text}\n{text}"),
        c.Handle: st.text(st.sampled_from("aZ09é漢._-"), max_size=20).map(lambda text: f"x{text}"),
        c.Days: st.integers(1, 36_500),
        c.Number: st.integers(1, 2**53 - 1),
        c.Moment: st.datetimes(timezones=st.just(UTC)),
        c.PersonId: st.text(st.sampled_from(ID), min_size=1, max_size=64),
        TEXT_HASH: st.text(st.sampled_from("0123456789abcdef"), min_size=64, max_size=64),
        c.EntryId: st.uuids().map(str),
        get_args(WINDOW)[0]: st.integers(1, 24 * 3600),
        int: st.integers(-(2**53) + 1, 2**53 - 1),
    }
)
"""All that the types of commands allow."""

SMALL = from_table(
    {
        c.Line: st.just("words"),
        c.Text: st.just("words"),
        c.Handle: st.just("raj"),
        c.Days: st.just(1),
        c.Number: st.integers(1, 4),
        c.Moment: TIMES,
        c.PersonId: st.sampled_from(PEOPLE),
        Voice: st.just(Voice(RAJ, "raj")),
        TEXT_HASH: st.just("0" * 64),
        c.EntryId: st.just("0" * 36),
        get_args(WINDOW)[0]: st.integers(1, 600),
        int: st.integers(1, 600),
    }
)
"""Few people, small numbers, near times: commands that are about the same things."""

NONSENSE = from_table(
    {
        str: st.sampled_from([*PEOPLE, "", "0" * 64]),
        int: st.integers(-2, 30),
        datetime: TIMES,
        Any: st.none() | st.integers(),
    }
)
"""What a careless hub might record: well typed, and about anything."""


def _anything_recorded() -> SearchStrategy[Recorded]:
    kinds = [*get_args(e.IncidentEvent), *get_args(e.HubEvent), e.Unknown]
    events = st.sampled_from(kinds).flatmap(lambda kind: structs(kind, NONSENSE))
    return st.builds(
        Recorded,
        seq=st.just(0),
        id=st.sampled_from(["a", "b"]),
        hash=st.sampled_from(["0" * 64, "1" * 64]),
        at=TIMES,
        by=st.sampled_from(PEOPLE),
        via=st.sampled_from(Via),
        said_by=st.none() | st.sampled_from(PEOPLE),
        refs=st.sampled_from([(), ("a",), ("a", "b")]),
        event=events,
    )


CARELESS = st.lists(_anything_recorded(), min_size=1, max_size=25).map(
    lambda entries: [replace(entry, seq=at) for at, entry in enumerate(entries, 1)]
)
"""Logs of well typed nonsense."""


@quickly
@given(CARELESS)
def test_anything_folds(entries: list[Recorded]) -> None:
    """No log stops a hub or a client: each entry moves the head, its words or none."""
    incident = Incident(log=LOG)
    for entry in entries:
        incident = apply(incident, entry)
        assert (entry.seq, entry.hash, entry.at) == (incident.seq, incident.head, incident.at)
        assert due(incident) == sorted(due(incident), key=lambda timer: timer.at)
    assert incident == reduce(apply, map(without_words, entries), Incident(log=LOG))


@quickly
@given(CARELESS)
def test_anything_reads(entries: list[Recorded]) -> None:
    """A reader shows every entry of any log, if only as a placeholder."""
    transcript = Transcript(LOG)
    for entry in entries:
        transcript.append(entry)
    assert all(transcript.text(entry.seq) for entry in entries)
    assert transcript.title


@quickly
@given(CARELESS, st.data())
def test_any_command_has_an_answer(entries: list[Recorded], data: st.DataObject) -> None:
    """Whatever stands in the log, `decide` grants or refuses; it never fails."""
    known = [replace(x, event=e.NotePosted()) if _unreadable(x) else x for x in entries]
    incident = reduce(apply, known, Incident(log=LOG))
    room = Playbook(incident=incident, entries=known, now=NINE)
    kind = data.draw(st.sampled_from(get_args(Command)))
    command = data.draw(structs(kind, SMALL))
    asked = room.asked("ana", command, scope=data.draw(st.sampled_from(Scope)))
    assert isinstance(decide(incident, command, asked), Granted | Refused)


def _unreadable(entry: Recorded) -> bool:
    return isinstance(entry.event, e.Unknown)


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_commands_survive_json(kind: type[Command]) -> None:
    """Whatever the types allow is the same after it was sent and read."""
    decoder = msgspec.json.Decoder(Command)

    @settings(max_examples=15, deadline=None, database=None)
    @given(structs(kind, ANYTHING))
    def survives(command: Command) -> None:
        assert command == decoder.decode(msgspec.json.encode(command))

    survives()


def without_words(entry: Recorded) -> Recorded:
    """The entry as it reads once its words are redacted."""
    event = entry.event
    return entry if event.words is None else replace(entry, event=replace(event, words=None))
