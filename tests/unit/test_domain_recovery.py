"""A log that goes on: in another hub, or from a backup."""

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Refused
from warroom.domain.decide.recovery import rule
from warroom.domain.vocabulary import HUB

KEY = "ab" * 32


def test_a_log_is_adopted_from_where_it_stands(staffed: Playbook) -> None:
    """The entry names the last one before it, and the key that signs from here on."""
    head = e.Citation(staffed.incident.seq, staffed.incident.head)
    granted = staffed.does(HUB, c.AdoptLog(key=KEY))

    assert e.LogAdopted(key=KEY, head=head) == granted.event
    assert (KEY, head.seq + 1) == (staffed.incident.key, staffed.incident.adopted)


def test_a_hub_does_not_adopt_what_it_keeps(staffed: Playbook) -> None:
    """A second adoption by the same hub changes nothing."""
    staffed.does(HUB, c.AdoptLog(key=KEY))
    expected = Refused(Code.CONFLICT, "this hub keeps the room already")

    assert expected == staffed.refuses(HUB, c.AdoptLog(key=KEY))


def test_a_log_goes_on_from_a_backup_once(staffed: Playbook) -> None:
    """The entry names the restore; the same restore does not end twice."""
    head = e.Citation(staffed.incident.seq, staffed.incident.head)
    resume = c.ResumeLog(restore="0" * 36)

    assert e.LogRestored(head=head, restore="0" * 36) == staffed.does(HUB, resume).event
    assert "0" * 36 == staffed.incident.restore
    assert Refused(Code.CONFLICT, "the room goes on already") == staffed.refuses(HUB, resume)


def test_a_command_of_another_kind_is_a_bug(staffed: Playbook) -> None:
    """A command that this rule does not know fails loudly."""
    with pytest.raises(AssertionError):
        rule(staffed.incident, c.Post(text="x"))  # type: ignore[arg-type]
