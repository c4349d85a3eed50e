"""Action items: who does what by when, and what became of it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest

from tests.unit.conftest import NINE, Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Refused
from warroom.domain.decide.actions import rule
from warroom.domain.events import TextWords
from warroom.domain.vocabulary import HUB, ActionState

IN_TEN = NINE + timedelta(minutes=10)


@pytest.fixture
def busy(staffed: Playbook) -> Playbook:
    """A1 is Cy's and falls due in ten minutes."""
    staffed.does("ana", c.AddAction(text="measure the lag", assignee="cy", due_at=IN_TEN))
    return staffed


def test_an_action_says_who_and_by_when(busy: Playbook) -> None:
    """L5: its words stand in its entry, its assignee and due time in the facts."""
    words = TextWords("measure the lag")
    assert e.ActionAdded(action=1, assignee="cy", due_at=IN_TEN, words=words) == (
        busy.entries[-1].event
    )
    action = busy.incident.actions[1]
    assert (ActionState.OPEN, "cy", IN_TEN, True) == (
        action.state,
        action.assignee,
        action.due_at,
        action.pending,
    )


def test_an_action_may_wait_for_both(staffed: Playbook) -> None:
    """L5: on the fast path only the text is needed."""
    staffed.does("ana", c.AddAction(text="call the bank"))
    action = staffed.incident.actions[1]
    assert (None, None) == (action.assignee, action.due_at)


def test_a_due_time_is_kept_in_utc(staffed: Playbook) -> None:
    """L5: whatever the zone it was said in."""
    said = datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    granted = staffed.does("ana", c.AddAction(text="call the bank", due_at=said))
    event = granted.event
    assert isinstance(event, e.ActionAdded)
    assert event.due_at is not None
    assert (said, UTC) == (event.due_at, event.due_at.tzinfo)


def test_an_assignee_is_in_the_room(busy: Playbook) -> None:
    """L5: someone on the phone counts, someone who was never called does not."""
    raj = busy.calls("ana", "raj")
    busy.does("ana", c.AddAction(text="look at the cache", assignee=raj))
    refusals = [
        busy.refuses("ana", c.AddAction(text="look again", assignee="eve")),
        busy.refuses("ana", c.AssignAction(action=1, assignee="eve")),
    ]
    assert [Code.NOT_FOUND] * 2 == [refused.code for refused in refusals]


def test_an_action_is_given_to_someone_else(busy: Playbook) -> None:
    """L5: to whoever has it already, it is not."""
    busy.does("ana", c.AssignAction(action=1, assignee="dee"))
    assert "dee" == busy.incident.actions[1].assignee
    expected = Refused(Code.CONFLICT, "A1 is {about}'s already", about="dee")
    assert expected == busy.refuses("ana", c.AssignAction(action=1, assignee="dee"))


def test_an_action_is_started_and_done(busy: Playbook) -> None:
    """L5: each step is an entry that cites the action."""
    started = busy.does("cy", c.AdvanceAction(action=1, to=ActionState.STARTED))
    assert (e.ActionStarted(action=1), (busy.incident.actions[1].source.id,)) == (
        started.event,
        started.refs,
    )
    done = busy.does("cy", c.AdvanceAction(action=1, to=ActionState.DONE, text="40 s"))
    assert e.ActionDone(action=1, words=TextWords("40 s")) == done.event
    assert (ActionState.DONE, False) == (
        busy.incident.actions[1].state,
        busy.incident.actions[1].pending,
    )


def test_dropping_an_action_needs_a_reason(busy: Playbook) -> None:
    """L5: what is not done after all is explained."""
    expected = Refused(Code.INVALID, "say why: /act A1 dropped REASON")
    assert expected == busy.refuses("cy", c.AdvanceAction(action=1, to=ActionState.DROPPED))
    dropped = c.AdvanceAction(action=1, to=ActionState.DROPPED, text="no longer needed")
    words = TextWords("no longer needed")
    assert e.ActionDropped(action=1, words=words) == busy.does("cy", dropped).event


def test_an_action_never_goes_back(busy: Playbook) -> None:
    """L5: open is where it begins, and it starts once."""
    to_open = c.AdvanceAction(action=1, to=ActionState.OPEN)
    to_started = c.AdvanceAction(action=1, to=ActionState.STARTED)
    assert Refused(Code.CONFLICT, "A1 is open already") == busy.refuses("cy", to_open)
    busy.does("cy", to_started)
    expected = Refused(Code.CONFLICT, "A1 is started already")
    assert [expected] * 2 == [busy.refuses("cy", to_open), busy.refuses("cy", to_started)]


@pytest.mark.parametrize(
    "command",
    [
        c.AssignAction(action=1, assignee="dee"),
        c.AdvanceAction(action=1, to=ActionState.STARTED),
        c.PostponeAction(action=1, due_at=IN_TEN),
    ],
    ids=lambda command: command.word,
)
def test_an_action_that_is_over_stays_so(staffed: Playbook, command: c.PersonCommand) -> None:
    """L5: one that is not there, and one that is done, each say so."""
    missing = Refused(Code.NOT_FOUND, "there is no action A1")
    assert missing == staffed.refuses("cy", command)
    staffed.does("cy", c.AddAction(text="measure the lag"))
    staffed.does("cy", c.AdvanceAction(action=1, to=ActionState.DONE))
    over = Refused(Code.ILLEGAL_STATE, "A1 is done already; add a new action")
    assert over == staffed.refuses("cy", command)


def test_due_times_lie_ahead(busy: Playbook) -> None:
    """L5: at once is too late."""
    refusals = [
        busy.refuses("cy", c.AddAction(text="x", due_at=busy.now)),
        busy.refuses("cy", c.PostponeAction(action=1, due_at=busy.now)),
    ]
    expected = Refused(Code.INVALID, "due_at lies in the past; give a time to come, +10m say")
    assert [expected] * 2 == refusals


def test_a_postponed_action_falls_due_anew(busy: Playbook) -> None:
    """L5: overdue is over once there is a new time, and the new time has its own timer."""
    busy.waits(600)
    busy.fires()
    assert busy.incident.actions[1].overdue
    later = busy.now + timedelta(minutes=5)
    postponed = busy.does("cy", c.PostponeAction(action=1, due_at=later, reason="slow tool"))
    words = TextWords("slow tool")
    assert e.ActionPostponed(action=1, due_at=later, words=words) == postponed.event
    (timer,) = busy.due()
    assert (later, busy.entries[-1].id) == (timer.at, timer.armed_by)
    assert not busy.incident.actions[1].overdue


@pytest.mark.parametrize(
    "stale",
    [
        c.MarkActionOverdue(action=9, due_at=IN_TEN),
        c.MarkActionOverdue(action=1, due_at=IN_TEN + timedelta(seconds=1)),
    ],
)
def test_an_action_is_overdue_by_its_own_timer_only(
    busy: Playbook, stale: c.MarkActionOverdue
) -> None:
    """L5: a timer of another action, or of a time that was postponed, does nothing."""
    busy.waits(3600)
    expected = Refused(Code.NOT_DUE, "that action is over, or not due yet")
    assert expected == busy.refuses(HUB, stale)


def test_a_command_of_another_family_is_a_bug(busy: Playbook) -> None:
    """A command, or a state, that no rule here knows fails loudly."""
    post = c.Post(text="x")
    paused = c.AdvanceAction(action=1, to=cast(ActionState, "paused"))
    for command in (post, paused):
        with pytest.raises(AssertionError):
            rule(busy.incident, command, busy.asked("ana", command))  # type: ignore[arg-type]
