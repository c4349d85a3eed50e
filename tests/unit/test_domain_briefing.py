"""A handover's briefing: what was true and open when it was offered, by number."""

from datetime import timedelta

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain.briefing import briefing
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    HypothesisState,
    PromotedTo,
    Role,
    Severity,
    Status,
)


def test_a_log_without_entries_has_nothing_to_brief_on() -> None:
    """Nobody offers a role in one; it is total all the same."""
    assert () == briefing(Incident())


def test_it_cites_what_holds_and_what_is_open(staffed: Playbook) -> None:
    """Condition, facts, hypotheses, proposals, actions, updates on their way, promises."""
    cited = []

    def open_(person: str, command: c.PersonCommand) -> None:
        staffed.does(person, command)
        cited.append(staffed.incident.seq)

    open_("ana", c.ChangeSeverity(to=Severity.SEV2, reason="cards"))
    open_("ana", c.ChangeStatus(to=Status.INVESTIGATING))
    open_("cy", c.Observe(text="p99 is 30 s"))
    staffed.does("ana", c.Promote(entry=staffed.incident.seq, to=PromotedTo.FACT))
    open_("cy", c.RaiseHypothesis(text="the pool"))
    open_("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    open_("ana", c.AddAction(text="drain", due_at=staffed.now + timedelta(minutes=5)))
    staffed.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    open_("bo", c.PublishUpdate(update=1))
    open_("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards fail."))
    staffed.does("dee", c.SubmitUpdate(update=2))
    assert tuple(cited) == briefing(staffed.incident)


def test_it_leaves_out_what_is_over(staffed: Playbook) -> None:
    """Ruled out, done, withdrawn, only begun: none of it is handed over."""
    staffed.does("cy", c.RaiseHypothesis(text="the pool"))
    staffed.does("cy", c.AssessHypothesis(hypothesis=1, state=HypothesisState.RULED_OUT))
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("cy", c.WithdrawProposal(decision=1))
    staffed.does("ana", c.AddAction(text="drain"))
    staffed.does("ana", c.AdvanceAction(action=1, to=ActionState.DONE))
    staffed.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards fail."))
    assert (1,) == briefing(staffed.incident)


def test_the_offer_carries_it(staffed: Playbook) -> None:
    """What was known is a fact of the offer, however long ago it was made."""
    staffed.does("cy", c.RaiseHypothesis(text="the pool"))
    hypothesis = staffed.incident.seq
    offered = staffed.does("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="cy"))
    assert (1, hypothesis) == offered.event.cites  # type: ignore[union-attr]
