"""Attendance: who joined with a client, and who is on the bridge by voice."""

import pytest

from tests.unit.conftest import LOG, Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import Voice
from warroom.domain.decide import Code, Refused
from warroom.domain.decide.people import rule
from warroom.domain.events import PersonWords, RollWords, TextWords
from warroom.domain.names import voice_id
from warroom.domain.vocabulary import HUB


def test_joining_is_attendance(room: Playbook) -> None:
    """B5: one entry a person, with their name, handle and team as words."""
    room.opens("ana")
    granted = room.does(HUB, c.Join(person="bo", name="Bo Berg", handle="bo", team="payments"))
    words = PersonWords(name="Bo Berg", handle="bo", team="payments")
    assert e.PersonJoined(person="bo", words=words) == granted.event
    person = room.incident.people["bo"]
    assert (False, room.incident.seq) == (person.voice, person.source.seq)


def test_attendance_is_taken_once(staffed: Playbook) -> None:
    """B5: a second connection of the same person is no second arrival."""
    expected = Refused(Code.CONFLICT, "{about} is in this room already", about="bo")
    assert expected == staffed.refuses(HUB, c.Join(person="bo", name="Bo", handle="bo"))


def test_calling_the_roll_makes_voices(staffed: Playbook) -> None:
    """B15: people on the phone are in the roster, told apart from those with a client."""
    raj = staffed.calls("ana", "raj")
    words = RollWords(("raj",))
    assert e.RollCalled(people=(raj,), words=words) == staffed.entries[-1].event
    assert (True, staffed.incident.seq) == (
        staffed.incident.people[raj].voice,
        staffed.incident.people[raj].source.seq,
    )


def test_the_same_name_is_the_same_voice(staffed: Playbook) -> None:
    """B15: two scribes who call Raj at once mean one Raj, however they spell him."""
    raj = staffed.calls("ana", "raj")
    first = staffed.incident.people[raj]
    assert raj == staffed.calls("bo", "Raj")
    assert first == staffed.incident.people[raj]


def test_a_voice_belongs_to_its_room() -> None:
    """B15: a Raj of another room is another person; neither looks like someone with a client."""
    other = f"{2:032x}"
    assert voice_id(LOG, "raj") != voice_id(other, "raj")
    assert voice_id(LOG, "raj").startswith("v")


def test_people_who_are_here_can_be_called_too(staffed: Playbook) -> None:
    """B5: the roll names who has a client by their own id, and leaves them who they are."""
    before = staffed.incident.people
    staffed.does("ana", c.CallRoll(people=(Voice("bo", "bo"),)))
    assert before == staffed.incident.people


def test_a_made_up_id_is_no_voice(staffed: Playbook) -> None:
    """B15: nobody gets into the roster under an id that is someone else's."""
    raj = Voice(voice_id(LOG, "raj"), "raj")
    refused = staffed.refuses("ana", c.CallRoll(people=(raj, Voice("eve", "eve"))))
    text = "people: the id of @eve is not that of a voice here"
    assert Refused(Code.INVALID, text) == refused


def test_a_change_of_name_is_an_entry(staffed: Playbook) -> None:
    """Whoever reads the log sees when, and what they were called before."""
    granted = staffed.does("bo", c.Rename(name="Bo Chen"))
    assert e.PersonRenamed(person="bo", words=TextWords("Bo Chen")) == granted.event
    assert 3 == staffed.incident.people["bo"].source.seq
    noted = staffed.does(HUB, c.NoteName(person="cy", name="Cyrus"))
    assert e.PersonRenamed(person="cy", words=TextWords("Cyrus")) == noted.event


def test_nobody_takes_a_name_that_is_none(staffed: Playbook) -> None:
    """Nor is a voice called by one; nobody renames someone else."""
    refused = staffed.refuses("bo", c.Rename(name="hub"))
    text = "name: hub is nobody's name here: it stands for something else"
    assert Refused(Code.INVALID, text) == refused
    voice = Voice(voice_id(LOG, "ic"), "ic")
    said = staffed.refuses("bo", c.CallRoll(people=(voice,)))
    assert (Code.INVALID, True) == (said.code, "people: ic is nobody's name" in said.text)
    other = staffed.refuses("bo", c.Rename(name="Cyrus"), said_by="cy")
    assert (Code.INVALID, True) == (other.code, "nobody for them" in other.text)
    stranger = staffed.refuses("eve", c.Rename(name="Eve"))
    assert Code.NOT_FOUND == stranger.code


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]
