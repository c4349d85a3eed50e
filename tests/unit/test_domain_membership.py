"""Restricted rooms: closed by who commands, opened by name, and recorded."""

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import NO_ROOM, Code, Refused
from warroom.domain.decide.membership import rule
from warroom.domain.events import PersonWords, TextWords
from warroom.domain.vocabulary import HUB, Role, Scope


@pytest.fixture
def secret(room: Playbook) -> Playbook:
    """A room that was declared restricted, by Ana, who commands."""
    room.does("ana", c.Declare(title="A laptop is gone", security=True, restricted=True))
    room.joins("ana")
    room.does("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    return room


def test_who_declares_is_the_first_member(secret: Playbook) -> None:
    """To everyone else there is no such room; the hub keeps its timers all the same."""
    declared = secret.entries[0].event
    assert isinstance(declared, e.IncidentDeclared)
    assert (True, True) == (declared.security, declared.restricted)
    assert frozenset({"ana"}) == secret.incident.members
    stranger = secret.refuses("bo", c.Post(text="x"))
    assert (
        Refused(Code.NOT_FOUND, NO_ROOM) == stranger == Playbook().refuses("bo", c.Post(text="x"))
    )


def test_a_room_that_anyone_may_see_has_no_members(staffed: Playbook) -> None:
    """Nobody is asked for their name at an open door."""
    assert (False, frozenset()) == (staffed.incident.restricted, staffed.incident.members)
    said = staffed.refuses("ana", c.Admit(handle="kim"))
    assert (Code.ILLEGAL_STATE, True) == (said.code, "/restrict closes it first" in said.text)


def test_the_commander_admits_by_name(secret: Playbook) -> None:
    """The entry holds who it is; from then on the room is there for them."""
    granted = secret.does("ana", c.Admit(handle="bo"))
    words = PersonWords(name="Bo", handle="bo")
    assert e.MemberAdmitted(person="bo", words=words) == granted.event
    assert Role.INCIDENT_COMMANDER is granted.role
    secret.joins("bo")
    secret.does("bo", c.Post(text="here"))
    again = secret.refuses("ana", c.Admit(handle="bo"))
    assert Refused(Code.CONFLICT, "@bo is in this room already") == again


def test_nobody_else_admits(secret: Playbook) -> None:
    """Not a member without the role, not by word of mouth, not while nobody commands."""
    secret.does("ana", c.Admit(handle="bo"))
    secret.joins("bo")
    admit = c.Admit(handle="cy")
    assert Code.NOT_ALLOWED == secret.refuses("bo", admit).code
    mouth = secret.refuses("bo", admit, said_by="ana")
    assert (Code.NOT_ALLOWED, True) == (mouth.code, "themselves" in mouth.text)
    secret.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    assert Code.NOT_ALLOWED == secret.refuses("bo", admit).code


def test_nobody_whom_the_hub_does_not_know_is_admitted(secret: Playbook) -> None:
    """A handle that is free today could be anyone's tomorrow."""
    said = secret.refuses("ana", c.Admit(handle="stranger"))
    assert (Code.NOT_FOUND, True) == (said.code, "must have come to it once" in said.text)


def test_who_is_removed_is_out_with_all_they_held(secret: Playbook) -> None:
    """Roles fall vacant, offers lapse; nothing is given to them, nor said in their name."""
    secret.does("ana", c.Admit(handle="bo"))
    secret.joins("bo")
    secret.does("bo", c.TakeRole(role=Role.SCRIBE))
    secret.does("ana", c.OfferRole(role=Role.DEPUTY, to="bo"))
    granted = secret.does("ana", c.Remove(handle="bo", reason="not needed"))
    assert e.MemberRemoved(person="bo", words=TextWords("not needed")) == granted.event
    assert (None, {}) == (secret.incident.holder(Role.SCRIBE), dict(secret.incident.offers))
    assert Refused(Code.NOT_FOUND, NO_ROOM) == secret.refuses("bo", c.Post(text="x"))
    gone = Refused(Code.NOT_FOUND, "{about} is not in this room any more", about="bo")
    assert gone == secret.refuses("ana", c.AppointRole(role=Role.SCRIBE, person="bo"))
    assert gone == secret.refuses("ana", c.Post(text="x"), said_by="bo")
    out = secret.refuses("ana", c.Remove(handle="bo"))
    assert Refused(Code.CONFLICT, "@bo is not in this room") == out


def test_who_commands_is_not_removed(secret: Playbook) -> None:
    """Not even by their deputy: command is taken over first, for all to see."""
    secret.does("ana", c.Admit(handle="bo"))
    secret.joins("bo")
    secret.does("bo", c.TakeRole(role=Role.DEPUTY))
    said = secret.refuses("bo", c.Remove(handle="ana"))
    assert (Code.ILLEGAL_STATE, "ana") == (said.code, said.about)


def test_restricting_keeps_those_who_are_in(staffed: Playbook) -> None:
    """They have read it; those on the phone have no client to shut out."""
    staffed.calls("ana", "raj")
    granted = staffed.does("ana", c.Restrict(reason="an insider"))
    members = ("ana", "bo", "cy", "dee")
    assert e.RoomRestricted(members=members, words=TextWords("an insider")) == granted.event
    assert frozenset(members) == staffed.incident.members
    assert Refused(Code.NOT_FOUND, NO_ROOM) == staffed.refuses("eve", c.Post(text="x"))
    again = staffed.refuses("ana", c.Restrict())
    assert Refused(Code.CONFLICT, "this room is restricted already") == again
    voice = next(person for person in staffed.incident.people if person.startswith("v"))
    staffed.does("ana", c.Post(text="still on the phone"), said_by=voice)


def test_the_hub_puts_nobody_into_a_restricted_room(secret: Playbook) -> None:
    """Attendance follows membership, never the other way round."""
    join = c.Join(person="eve", name="Eve", handle="eve")
    assert Refused(Code.NOT_FOUND, NO_ROOM) == secret.refuses(HUB, join)


def test_an_auditor_reads_and_does_not_write(secret: Playbook) -> None:
    """They are told why, since they may know that the room is there."""
    said = secret.refuses("olu", c.Post(text="x"), scope=Scope.AUDITOR)
    assert Code.NOT_ALLOWED == said.code


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]
