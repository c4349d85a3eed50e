"""Decisions: recorded at once, or proposed, objected to, decided; then what came of them."""

from datetime import timedelta

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.decide.decisions import rule
from warroom.domain.events import DecisionWords, TextWords
from warroom.domain.vocabulary import HUB, DecisionState, Outcome, Risk, Role

FAIL_OVER = c.DecisionText(choice="fail over to Dublin")
DECIDED = "D1 is decided, no longer a proposal; to go back on it: /decide D1 reversed"
WITHDRAWN = "D1 is withdrawn, no longer a proposal; propose it anew: /propose TEXT"


@pytest.fixture
def proposed(staffed: Playbook) -> Playbook:
    """Cy has proposed D1, and strong objections are heard."""
    staffed.does("cy", c.ProposeDecision(decision=FAIL_OVER, risk=Risk.HIGH))
    return staffed


def test_a_decision_is_recorded_in_its_parts(staffed: Playbook) -> None:
    """L3: question, options, choice, rationale, rollback, verification and risk all stay."""
    text = c.DecisionText(
        choice="fail over",
        question="how do we get checkout back?",
        options=("fail over", "roll back"),
        rationale="the build takes an hour",
        rollback="fail back",
        verification="orders go through",
    )
    granted = staffed.does("ana", c.RecordDecision(decision=text, risk=Risk.MEDIUM))
    words = DecisionWords(
        choice="fail over",
        question="how do we get checkout back?",
        options=("fail over", "roll back"),
        rationale="the build takes an hour",
        rollback="fail back",
        verification="orders go through",
    )
    event = e.DecisionRecorded(decision=1, risk=Risk.MEDIUM, words=words)
    assert Granted(event, Role.INCIDENT_COMMANDER) == granted
    known = staffed.incident.decisions[1]
    assert (DecisionState.DECIDED, known.source, False) == (
        known.state,
        known.decided,
        known.objections_open,
    )


def test_decisions_and_proposals_share_their_numbers(proposed: Playbook) -> None:
    """L3: D1, D2, D3, whichever way each was made."""
    proposed.does("ana", c.RecordDecision(decision=FAIL_OVER))
    proposed.does("dee", c.ProposeDecision(decision=FAIL_OVER))
    assert [1, 2, 3] == sorted(proposed.incident.decisions)


def test_a_proposal_opens_a_window_for_objections(proposed: Playbook) -> None:
    """L4: the window is that of the room's policy."""
    until = proposed.now + timedelta(seconds=30)
    known = proposed.incident.decisions[1]
    assert (DecisionState.PROPOSED, Risk.HIGH, until, True) == (
        known.state,
        known.risk,
        known.objections_until,
        known.objections_open,
    )


def test_a_proposal_may_ask_for_another_window(staffed: Playbook) -> None:
    """L4: five minutes, because someone has to be asked."""
    staffed.does("cy", c.ProposeDecision(decision=FAIL_OVER, window=300))
    until = staffed.now + timedelta(seconds=300)
    assert until == staffed.incident.decisions[1].objections_until


def test_objections_are_named_and_stay(proposed: Playbook) -> None:
    """L4: the decision cites every objection, and each keeps its objector and reason."""
    proposed.does("dee", c.ObjectTo(decision=1, reason="replication lags"))
    proposed.does("bo", c.ObjectTo(decision=1, reason="Dublin is full"))
    decided = proposed.does("ana", c.DecideProposal(decision=1, rationale="the lag is 40 s"))
    words = TextWords("the lag is 40 s")
    assert e.ProposalDecided(decision=1, objections=2, words=words) == decided.event
    known = proposed.incident.decisions[1]
    assert ["dee", "bo"] == [objection.speaker for objection in known.objections]
    assert (known.source.id, *(objection.id for objection in known.objections)) == decided.refs
    assert (DecisionState.DECIDED, False) == (known.state, known.objections_open)


def test_the_window_closes_once_and_not_early(proposed: Playbook) -> None:
    """L4: the log says when objections were closed and how many were heard."""
    proposed.does("dee", c.ObjectTo(decision=1, reason="replication lags"))
    close = c.CloseObjections(decision=1)
    proposed.waits(29)
    expected = Refused(Code.NOT_DUE, "objections to that proposal are closed, or still heard")
    assert expected == proposed.refuses(HUB, close)
    proposed.waits(1)
    assert e.ObjectionsClosed(decision=1, heard=1) == proposed.does(HUB, close).event
    assert expected == proposed.refuses(HUB, close)
    assert expected == proposed.refuses(HUB, c.CloseObjections(decision=9))


@pytest.mark.parametrize(
    ("who", "end", "text"),
    [
        ("ana", c.DecideProposal(decision=1), DECIDED),
        ("cy", c.WithdrawProposal(decision=1, reason="it came back by itself"), WITHDRAWN),
        ("ana", c.WithdrawProposal(decision=1), WITHDRAWN),
    ],
)
def test_a_proposal_ends_once(
    proposed: Playbook, who: str, end: c.PersonCommand, text: str
) -> None:
    """L4: what is decided or withdrawn takes no objection and arms no timer."""
    proposed.does(who, end)
    for command in (c.ObjectTo(decision=1, reason="wait"), c.WithdrawProposal(decision=1)):
        assert Refused(Code.ILLEGAL_STATE, text) == proposed.refuses("cy", command)
    assert [] == proposed.due()


def test_a_proposal_is_withdrawn_by_its_proposer_or_the_commander(proposed: Playbook) -> None:
    """L3: others are told whose it is."""
    text = "{about} proposed D1; they or the commander can withdraw it"
    assert Refused(Code.NOT_ALLOWED, text, about="cy") == proposed.refuses(
        "dee", c.WithdrawProposal(decision=1)
    )


def test_an_outcome_is_recorded_of_what_was_decided(proposed: Playbook) -> None:
    """L3: a proposal has none; a decision's says whether it worked."""
    outcome = c.RecordOutcome(decision=1, outcome=Outcome.REVERSED, text="Dublin fell over")
    expected = Refused(Code.ILLEGAL_STATE, "D1 is proposed; decide it first")
    assert expected == proposed.refuses("cy", outcome)
    proposed.does("ana", c.DecideProposal(decision=1))
    words = TextWords("Dublin fell over")
    event = e.OutcomeRecorded(decision=1, outcome=Outcome.REVERSED, words=words)
    assert event == proposed.does("cy", outcome).event
    known = proposed.incident.decisions[1]
    assert known.outcome_source is not None
    assert (Outcome.REVERSED, proposed.incident.seq) == (known.outcome, known.outcome_source.seq)


def test_what_was_withdrawn_comes_to_nothing(proposed: Playbook) -> None:
    """L3: it was never decided, and cannot be any more."""
    proposed.does("cy", c.WithdrawProposal(decision=1))
    outcome = c.RecordOutcome(decision=1, outcome=Outcome.WORKED)
    assert Refused(Code.ILLEGAL_STATE, WITHDRAWN) == proposed.refuses("ana", outcome)


@pytest.mark.parametrize(
    "command",
    [
        c.ObjectTo(decision=7, reason="wait"),
        c.DecideProposal(decision=7),
        c.WithdrawProposal(decision=7),
        c.RecordOutcome(decision=7, outcome=Outcome.WORKED),
    ],
    ids=lambda command: command.word,
)
def test_a_decision_that_is_not_there(staffed: Playbook, command: c.PersonCommand) -> None:
    """L3: a number that nobody gave is told apart from one that is over."""
    expected = Refused(Code.NOT_FOUND, "there is no decision D7")
    assert expected == staffed.refuses("ana", command)


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]
