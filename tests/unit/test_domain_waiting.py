"""Which commands may be sent whenever the hub is back."""

import typing

import pytest

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import Role
from warroom.domain.waiting import CAN_WAIT, can_wait

STATE = {
    c.TakeRole, c.OfferRole, c.AcceptRole, c.ChangeStatus, c.ChangeSeverity, c.ApproveUpdate,
    c.PublishUpdate, c.SubmitUpdate, c.ObjectTo, c.RequestRedaction, c.ApproveRedaction,
    c.RecordDecision, c.AddAction, c.AssessHypothesis, c.Declare, c.Promote,
}  # fmt: skip


def test_only_words_wait() -> None:
    """What changes how the room stands is asked of the hub, and now."""
    assert not STATE & CAN_WAIT
    assert set(typing.get_args(PersonCommand)) > CAN_WAIT


@pytest.mark.parametrize(
    ("command", "waits"),
    [(c.Post(text="p99 is back"), True), (c.TakeRole(role=Role.SCRIBE), False)],
)
def test_a_command_waits_or_not(command: PersonCommand, waits: bool) -> None:
    """By its kind alone."""
    assert waits is can_wait(command)
