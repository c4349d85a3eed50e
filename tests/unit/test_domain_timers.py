"""What falls due when: each timer fires once, not early, and not after it was answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.unit.conftest import NINE, Playbook
from warroom.domain import commands as c
from warroom.domain.decide import Code, Refused
from warroom.domain.timers import Due
from warroom.domain.vocabulary import HUB, ActionState, Audience, PromotedTo, Role, Status

Step = Callable[[Playbook], object]


def _offer(room: Playbook) -> None:
    room.does("ana", c.OfferRole(role=Role.DEPUTY, to="cy"))


def _propose(room: Playbook) -> None:
    room.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over"), window=120))


def _act(room: Playbook) -> None:
    in_two = room.now + timedelta(seconds=120)
    room.does("cy", c.AddAction(text="measure the lag", due_at=in_two))


def _promise(room: Playbook) -> None:
    in_two = room.now + timedelta(seconds=120)
    room.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="x"))
    room.does("bo", c.PublishUpdate(update=1, next_by=in_two))


ARM: dict[str, Step] = {"offer": _offer, "window": _propose, "action": _act, "promise": _promise}
"""One way to arm each timer, to fall due after two minutes."""

ANSWERS: list[tuple[str, str, c.PersonCommand]] = [
    ("offer", "cy", c.AcceptRole(role=Role.DEPUTY)),
    ("offer", "cy", c.DeclineRole(role=Role.DEPUTY)),
    ("offer", "dee", c.TakeRole(role=Role.DEPUTY)),
    ("window", "ana", c.DecideProposal(decision=1)),
    ("window", "cy", c.WithdrawProposal(decision=1)),
    ("action", "cy", c.AdvanceAction(action=1, to=ActionState.DONE)),
    ("action", "cy", c.AdvanceAction(action=1, to=ActionState.DROPPED, text="no need")),
    ("action", "cy", c.PostponeAction(action=1, due_at=NINE + timedelta(hours=2))),
    ("promise", "bo", c.PublishUpdate(update=2)),
    ("promise", "ana", c.ChangeStatus(to=Status.CANCELLED, reason="a test")),
]
"""What people do before a timer falls due, so that it never does."""


@pytest.mark.parametrize("arm", ARM.values(), ids=ARM)
def test_a_timer_fires_once_and_not_early(staffed: Playbook, arm: Step) -> None:
    """B11: the second firing, of another hub say, is refused, and nothing is left to fire."""
    arm(staffed)
    (timer,) = staffed.due()
    assert staffed.now + timedelta(seconds=120) == timer.at
    staffed.waits(119.999999)
    assert Code.NOT_DUE == staffed.refuses(HUB, timer.command).code
    staffed.waits(0.000001)
    staffed.does(HUB, timer.command)
    assert Code.NOT_DUE == staffed.refuses(HUB, timer.command).code
    assert [] == staffed.due()


@pytest.mark.parametrize(("what", "who", "answer"), ANSWERS)
def test_a_timer_does_not_fire_once_it_is_answered(
    staffed: Playbook, what: str, who: str, answer: c.PersonCommand
) -> None:
    """B11: what was done in time raises no alarm."""
    ARM[what](staffed)
    (timer,) = staffed.due()
    staffed.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="the next one"))
    staffed.does(who, answer)
    staffed.waits(121)
    assert timer not in staffed.due()
    assert Code.NOT_DUE == staffed.refuses(HUB, timer.command).code


def test_timers_come_in_the_order_of_their_times(staffed: Playbook) -> None:
    """B11: whatever they are about; the hub waits for the first."""
    staffed.does("cy", c.AddAction(text="x", due_at=staffed.now + timedelta(seconds=300)))
    staffed.does("ana", c.OfferRole(role=Role.DEPUTY, to="cy"))
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    kinds = [type(timer.command) for timer in staffed.due()]
    assert [c.CloseObjections, c.LapseOffer, c.MarkActionOverdue] == kinds


@pytest.mark.parametrize("arm", ARM.values(), ids=ARM)
def test_a_timer_names_the_entry_that_armed_it(staffed: Playbook, arm: Step) -> None:
    """B11: many hubs derive one id from it, so one of them lands."""
    arm(staffed)
    assert [staffed.entries[-1].id] == [timer.armed_by for timer in staffed.due()]


@pytest.mark.parametrize("arm", ARM.values(), ids=ARM)
def test_timers_are_of_the_log_alone(staffed: Playbook, arm: Step) -> None:
    """B11: a hub that was restarted folds the log and has the same timers."""
    arm(staffed)
    again = Playbook()
    for recorded in staffed.entries:
        again.now = recorded.at
        again.records(recorded.event, by=recorded.by, via=recorded.via, refs=recorded.refs)
    assert staffed.due() == again.due()


def test_loose_ends_fall_due_after_the_close(staffed: Playbook) -> None:
    """D11: an action that is left over is overdue in a closed incident too."""
    _act(staffed)
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm"))
    staffed.waits(120)
    staffed.fires()
    assert staffed.incident.actions[1].overdue


def test_what_has_no_time_has_no_timer(staffed: Playbook) -> None:
    """B11: an action without a due time, a decision made at once, a promoted note."""
    staffed.does("cy", c.AddAction(text="x"))
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="wait")))
    staffed.does("cy", c.Post(text="x"))
    staffed.does("cy", c.Promote(entry=staffed.incident.seq, to=PromotedTo.ACTION))
    none: list[Due] = []
    assert none == staffed.due()


def test_an_unarmed_timer_is_refused(staffed: Playbook) -> None:
    """B11: a timer of something that never was does nothing."""
    commands: list[c.TimerCommand] = [
        c.LapseOffer(role=Role.SCRIBE, offer=1),
        c.CloseObjections(decision=1),
        c.MarkActionOverdue(action=1, due_at=NINE),
        c.MarkUpdateOverdue(audience=Audience.CUSTOMERS, promised_at=NINE),
    ]
    answers = [staffed.says(HUB, command) for command in commands]
    assert all(isinstance(answer, Refused) and answer.code is Code.NOT_DUE for answer in answers)
