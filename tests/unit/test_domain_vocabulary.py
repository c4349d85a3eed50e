"""The words of the field, and what may stand where: facts hold no free text."""

from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from tests.unit.conftest import Playbook, aged
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.vocabulary import TRANSITIONS, Level, Role, Status, priority, spoken

EVENTS: tuple[type[e.Event], ...] = (*get_args(e.IncidentEvent), *get_args(e.HubEvent))
COMMANDS: tuple[type[c.Command], ...] = get_args(c.Command)

FACTS_OF_TEXT = {
    "label": "the room's number, made by the hub",
    "key": "a public key, hex",
    "hash": "the hash of an entry, hex",
    "log": "the id of a log, hex",
    "restore": "the id of an entry",
    "assignee": "a person id",
    "handed_over_by": "a person id",
    "people": "person ids",
    "members": "person ids",
    "person": "a person id",
    "taken_from": "a person id",
    "bound": "the id of a log",
    "invite": "the random name of an invite",
    "session": "the random name of a session",
    "sessions": "the random names of sessions",
    "credential": "the random name of an invite or a session",
    "code": "a digest, hex",
    "token": "a digest, hex",
    "to": "a person id",
}
"""Every fact that is a string, and what it is instead of free text."""


@pytest.mark.parametrize(
    ("impact", "row"),
    [(Level.HIGH, [1, 2, 3]), (Level.MEDIUM, [2, 3, 4]), (Level.LOW, [3, 4, 5])],
)
def test_priority_follows_the_matrix(impact: Level, row: list[int]) -> None:
    """B12: impact and urgency give the priority, cell by cell."""
    assert row == [priority(impact, urgency) for urgency in Level]


def test_values_are_spoken_without_underscores() -> None:
    """A role is said as one says it."""
    assert "incident commander" == spoken(Role.INCIDENT_COMMANDER)


def test_every_status_says_where_it_can_go() -> None:
    """B13: the lifecycle is whole, and no status leads to itself."""
    assert set(Status) == set(TRANSITIONS)
    assert [] == [status for status, legal in TRANSITIONS.items() if status in legal]


def test_every_status_but_the_first_can_be_reached() -> None:
    """B13: nothing stands in the lifecycle that no incident can come to."""
    assert set(Status) - {Status.CANDIDATE} == set().union(*TRANSITIONS.values())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__struct_config__.tag)
def test_facts_hold_no_free_text(event: type[e.Event]) -> None:
    """A string among the facts, which stay for ever, is an id, a hash, a key or a label."""
    hints = {name: hint for name, hint in get_type_hints(event).items() if name != "words"}
    assert set() == _texts(hints) - set(FACTS_OF_TEXT)


def test_every_string_that_facts_may_hold_is_in_use() -> None:
    """The list of strings among facts names none that is gone."""
    hints = [get_type_hints(event) for event in EVENTS]
    used = set().union(*(_texts({k: v for k, v in h.items() if k != "words"}) for h in hints))
    assert set(FACTS_OF_TEXT) == used


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__struct_config__.tag)
def test_words_are_one_field_that_can_be_missing(event: type[e.Event]) -> None:
    """An event has words of a type of their own, None once redacted, or none at all."""
    hint = get_type_hints(event).get("words")
    if issubclass(event, e.Wordless):
        assert hint is None
    else:
        kind, nothing = get_args(hint)
        assert (True, NoneType) == (kind.__name__.endswith("Words"), nothing)


def test_every_tag_is_said_once() -> None:
    """No two events share a kind, and no two commands a word."""
    kinds = [event.__struct_config__.tag for event in EVENTS]
    said = [command.__struct_config__.tag for command in COMMANDS]
    assert (len(kinds), len(said)) == (len(set(kinds)), len(set(said)))


def test_an_event_and_a_command_say_what_they_are() -> None:
    """The tag of a value is the one it is recorded, or sent, under."""
    assert "note.posted" == e.NotePosted().kind
    assert "decide" == c.RecordDecision(decision=c.DecisionText(choice="wait")).word


def test_every_kind_of_entry_comes_of_some_command(story: Playbook) -> None:
    """No event is dead: the rules make each kind that an incident's log can hold."""
    made = {type(recorded.event) for recorded in aged(story).entries}
    assert set(get_args(e.IncidentEvent)) == made


def test_every_command_is_of_use(story: Playbook) -> None:
    """Each command, those of the hub among them, is granted somewhere in a whole incident."""
    assert set(COMMANDS) == {type(command) for command in aged(story).commands}


def test_entries_of_a_whole_incident_survive_json(story: Playbook) -> None:
    """Each event is the same after it was written as JSON and read again."""
    decoder = msgspec.json.Decoder(Union[EVENTS])  # noqa: UP007 - made from a tuple
    for recorded in aged(story).entries:
        assert recorded.event == decoder.decode(msgspec.json.encode(recorded.event))


def _texts(hints: dict[str, Any]) -> set[str]:
    """The names of the fields in which a string of any kind may stand, at any depth."""
    return {name for field, hint in hints.items() for name in _texts_in(field, hint)}


def _texts_in(name: str, hint: Any) -> set[str]:
    if hint is str:
        return {name}
    if get_origin(hint) in {Union, UnionType, tuple, dict}:
        parts = [part for part in get_args(hint) if part is not Ellipsis]
        return set().union(*(_texts_in(name, part) for part in parts))
    if issubclass(hint, msgspec.Struct):
        return _texts(get_type_hints(hint))
    assert issubclass(hint, int | datetime | StrEnum | NoneType), f"{name} holds a {hint}"
    return set()
