"""What a story is about: an item with a number, a role, an audience, or one entry."""

from typing import NamedTuple, TypeAlias

from warroom.domain import events as e
from warroom.domain.events import Event, Unknown
from warroom.domain.vocabulary import Audience, PromotedTo, Role


class Item(NamedTuple):
    """Something with a number that one can say aloud: `D2`, `A1`, `H1`, `U3`."""

    letter: str
    number: int

    def __str__(self) -> str:
        return f"{self.letter}{self.number}"


StorySubject: TypeAlias = Item | Role | Audience
"""What the log tells a story of, over several entries."""

Subject: TypeAlias = StorySubject | int
"""What one can put a cursor on; an `int` is the number of an entry."""

_PROMOTED = {PromotedTo.DECISION: "D", PromotedTo.ACTION: "A", PromotedTo.HYPOTHESIS: "H"}


def subject_of(event: Event | Unknown) -> StorySubject | None:
    """What an entry is about; None if it is about nothing that has a story of its own."""
    match event:
        case e.NotePosted() | e.ObservationMade():  # most of a log, so they are passed by first
            return None
        case (
            e.DecisionRecorded(decision=n)
            | e.DecisionProposed(decision=n)
            | e.ObjectionRaised(decision=n)
            | e.ObjectionsClosed(decision=n)
            | e.ProposalDecided(decision=n)
            | e.ProposalWithdrawn(decision=n)
            | e.OutcomeRecorded(decision=n)
        ):
            return Item("D", n)
        case (
            e.ActionAdded(action=n)
            | e.ActionAssigned(action=n)
            | e.ActionStarted(action=n)
            | e.ActionDone(action=n)
            | e.ActionDropped(action=n)
            | e.ActionPostponed(action=n)
            | e.ActionOverdue(action=n)
        ):
            return Item("A", n)
        case e.HypothesisRaised(hypothesis=n) | e.HypothesisAssessed(hypothesis=n):
            return Item("H", n)
        case (
            e.UpdateDrafted(update=n)
            | e.UpdateRevised(update=n)
            | e.UpdateSubmitted(update=n)
            | e.UpdateReturned(update=n)
            | e.UpdateApproved(update=n)
            | e.UpdatePublished(update=n)
            | e.UpdateSent(update=n)
        ):
            return Item("U", n)
        case e.UpdateOverdue(audience=audience):
            return audience
        case e.EntryPromoted(to=to, number=number) if number is not None and to in _PROMOTED:
            return Item(_PROMOTED[to], number)
        case (
            e.RoleTaken(role=role)
            | e.RoleOffered(role=role)
            | e.RoleAccepted(role=role)
            | e.RoleDeclined(role=role)
            | e.RoleOfferLapsed(role=role)
            | e.RoleReleased(role=role)
            | e.RoleAppointed(role=role)
        ):
            return role
        case _:
            return None
