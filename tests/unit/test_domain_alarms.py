"""Alarms: what nobody may miss, the worst first."""

from datetime import timedelta

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain.alarms import Alarm, AlarmKind, alarms
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import ActionState, Audience, Role, Status


def kinds(room: Playbook, me: str = "cy") -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms(room.incident, me)]


def only(room: Playbook, me: str = "cy") -> Alarm:
    (alarm,) = alarms(room.incident, me)
    return alarm


def overdue_action(room: Playbook, assignee: str | None) -> None:
    soon = room.now + timedelta(minutes=1)
    room.does("ana", c.AddAction(text="drain", assignee=assignee, due_at=soon))
    room.waits(60)
    room.fires()


def test_an_empty_log_has_none() -> None:
    """Before the declaration there is nothing to be alarmed about."""
    assert [] == alarms(Incident(), "ana")


def test_a_quiet_room_has_none(staffed: Playbook) -> None:
    """With a commander and nothing late the row stays empty."""
    assert [] == kinds(staffed)


def test_a_room_without_a_commander(room: Playbook) -> None:
    """A vacant command rings for everybody."""
    room.opens("ana", "bo")
    alarm = only(room)
    assert (AlarmKind.VACANT_COMMAND, 1) == (alarm.kind, alarm.entry)
    assert alarm.rings_for("bo")


def test_command_may_be_vacant_once_it_is_over(staffed: Playbook) -> None:
    """After the incident is resolved nobody needs to command it."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    assert [] == kinds(staffed)


def test_an_objection_stands_until_the_decision(staffed: Playbook) -> None:
    """An objection rings for the proposer and the commander, until it is decided."""
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    assert [] == kinds(staffed)
    staffed.does("dee", c.ObjectTo(decision=1, reason="the replica lags"))
    alarm = only(staffed)
    assert (AlarmKind.OBJECTION, 1) == (alarm.kind, alarm.number)
    assert staffed.incident.seq == alarm.entry
    assert frozenset({"ana", "cy"}) == alarm.concerns
    assert not alarm.rings_for("dee")
    staffed.does("ana", c.DecideProposal(decision=1))
    assert [] == kinds(staffed)


def test_an_offer_is_an_alarm_of_the_one_it_was_made_to(staffed: Playbook) -> None:
    """A role offered to me is an alarm of mine and of nobody else."""
    staffed.does("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="dee"))
    alarm = only(staffed, "dee")
    assert (AlarmKind.OFFER, Role.INCIDENT_COMMANDER) == (alarm.kind, alarm.role)
    assert [] == kinds(staffed, "cy")


def test_an_update_waits_for_those_who_can_approve_it(staffed: Playbook) -> None:
    """It is an alarm of theirs, not of its author's nor of anyone else's, until they answer."""
    staffed.does("ana", c.AppointRole(role=Role.DEPUTY, person="dee"))
    staffed.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="We look."))
    assert [] == kinds(staffed, "ana")
    staffed.does("dee", c.SubmitUpdate(update=1))
    alarm = only(staffed, "ana")
    assert (AlarmKind.APPROVAL, 1) == (alarm.kind, alarm.number)
    assert (staffed.incident.updates[1].text.seq, frozenset({"ana"})) == (
        alarm.entry,
        alarm.concerns,
    )
    assert [[], []] == [kinds(staffed, "dee"), kinds(staffed, "cy")]
    staffed.does("ana", staffed.approval(1))
    assert [] == kinds(staffed, "ana")


def test_a_redaction_waits_for_anyone_but_who_asked(staffed: Playbook) -> None:
    """The words stay on every screen until a second person agrees that they go."""
    staffed.does("ana", c.Post(text="the card of Jo Doe is 4111"))
    said = staffed.incident.seq
    staffed.does("bo", c.RequestRedaction(entry=said, reason="a customer"), said_by="cy")
    alarm = only(staffed, "ana")
    assert (AlarmKind.REDACTION, said) == (alarm.kind, alarm.entry)
    assert alarm.rings_for("ana")
    assert [[], [], []] == [kinds(staffed, who) for who in ("bo", "cy", "a stranger")]
    staffed.does("ana", c.ApproveRedaction(entry=said))
    assert [] == kinds(staffed, "ana")


def test_an_overdue_update(staffed: Playbook) -> None:
    """A promised update that did not come rings for communications and command."""
    staffed.does("cy", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    staffed.does("cy", c.SubmitUpdate(update=1))
    staffed.does("ana", staffed.approval(1))
    soon = staffed.now + timedelta(minutes=20)
    staffed.does("bo", c.PublishUpdate(update=1, next_by=soon))
    assert [] == kinds(staffed)
    staffed.waits(20 * 60)
    staffed.fires()
    alarm = only(staffed)
    assert (AlarmKind.OVERDUE_UPDATE, Audience.INTERNAL) == (alarm.kind, alarm.audience)
    assert frozenset({"ana", "bo"}) == alarm.concerns


def test_an_overdue_action_is_over_once_done(staffed: Playbook) -> None:
    """An overdue action rings for assignee and commander, until it is done."""
    overdue_action(staffed, "cy")
    alarm = only(staffed)
    assert (AlarmKind.OVERDUE_ACTION, 1) == (alarm.kind, alarm.number)
    assert frozenset({"ana", "cy"}) == alarm.concerns
    staffed.does("cy", c.AdvanceAction(action=1, to=ActionState.DONE))
    assert [] == kinds(staffed)


@pytest.mark.parametrize("end", [Status.CLOSED, Status.CANCELLED])
def test_after_the_close_only_words_that_are_to_go_are_an_alarm(
    staffed: Playbook, end: Status
) -> None:
    """A late action is a follow-up then; nothing else can be answered. Reopened, all is back."""
    overdue_action(staffed, "cy")
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("dee", c.ObjectTo(decision=1, reason="no"))
    staffed.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="We look."))
    staffed.does("dee", c.SubmitUpdate(update=1))
    staffed.does("bo", c.OfferRole(role=Role.COMMS_LEAD, to="ana"))
    late = [AlarmKind.OBJECTION, AlarmKind.OFFER, AlarmKind.APPROVAL, AlarmKind.OVERDUE_ACTION]
    assert late == kinds(staffed, "ana")
    if end is Status.CLOSED:
        staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ChangeStatus(to=end, reason="enough for today"))
    assert [] == kinds(staffed, "ana")
    staffed.does("bo", c.RequestRedaction(entry=1, reason="a customer"))
    assert [AlarmKind.REDACTION] == kinds(staffed, "ana")
    staffed.does("ana", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    assert {AlarmKind.OVERDUE_ACTION, AlarmKind.REDACTION} < set(kinds(staffed, "ana"))


def test_an_action_in_time_is_no_alarm(staffed: Playbook) -> None:
    """An action that is not late yet stays quiet."""
    later = staffed.now + timedelta(minutes=5)
    staffed.does("ana", c.AddAction(text="drain", assignee="cy", due_at=later))
    assert [] == kinds(staffed)


def test_the_debrief(staffed: Playbook) -> None:
    """The opening of the debrief is for everybody."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ChangeStatus(to=Status.DEBRIEFING))
    assert AlarmKind.DEBRIEF == only(staffed).kind


def test_the_worst_comes_first(staffed: Playbook) -> None:
    """A vacant command stands before an objection, that before an overdue action."""
    overdue_action(staffed, "cy")
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("dee", c.ObjectTo(decision=1, reason="no"))
    staffed.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    expected = [AlarmKind.VACANT_COMMAND, AlarmKind.OBJECTION, AlarmKind.OVERDUE_ACTION]
    assert expected == kinds(staffed)


def test_mine_come_before_those_of_others(staffed: Playbook) -> None:
    """Of the same kind, what concerns me comes first, then the oldest."""
    for assignee in ("bo", "dee", "cy", None):
        overdue_action(staffed, assignee)
    assert [3, 1, 2, 4] == [alarm.number for alarm in alarms(staffed.incident, "cy")]


def test_ones_own_late_action_comes_first(staffed: Playbook) -> None:
    """A commander is concerned by all of them, and has one to do: that one is not hidden."""
    soon = staffed.now + timedelta(minutes=1)
    for assignee in ("bo", "ana", "cy"):
        staffed.does("ana", c.AddAction(text="drain", assignee=assignee, due_at=soon))
    staffed.waits(60)
    staffed.fires()
    for me, numbers in (("ana", [2, 1, 3]), ("cy", [3, 1, 2]), ("dee", [1, 2, 3])):
        found = alarms(staffed.incident, me)
        assert numbers == [a.number for a in found if a.kind is AlarmKind.OVERDUE_ACTION]
