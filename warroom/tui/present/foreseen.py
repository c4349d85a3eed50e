"""How a command will read once the hub has committed it, from the rule by which the hub decides."""

from datetime import datetime

from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.decide import Asked, Founding, Refused, cited, decide
from warroom.domain.events import DEFAULT_POLICY, Recorded
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Via
from warroom.export.phrasing import Phrase, phrase
from warroom.protocol.envelopes import Submit, You

_NUMBERED = (
    e.HypothesisRaised
    | e.DecisionRecorded
    | e.DecisionProposed
    | e.ActionAdded
    | e.UpdateDrafted
    | e.EntryPromoted
)
"""What has a number of its own, once the hub has given it."""


def foreseen(submit: Submit, room: Transcript, you: You, at: datetime) -> Phrase | None:
    """What the entry of a command will say, without its number; None if it is not granted here.

    The hub may still decide otherwise, in a room that has gone on.
    """
    asked = Asked(
        person=you.person,
        via=Via.OS,
        at=at,
        scope=you.scope,
        bound=you.bound,
        said_by=submit.said_by,
        occurred_at=submit.occurred_at,
        cited=cited(submit.command, room.entry),
        founding=Founding("", "", DEFAULT_POLICY),
    )
    answer = decide(room.incident, submit.command, asked)
    if isinstance(answer, Refused):
        return None
    recorded = Recorded(
        seq=len(room.entries) + 1,
        id=submit.id,
        hash="",
        at=at,
        by=you.person,
        via=asked.via,
        said_by=submit.said_by,
        event=answer.event,
    )
    said = phrase(recorded, room)
    numbered = isinstance(answer.event, _NUMBERED)
    return replace(said, tag=said.tag.rstrip("0123456789")) if numbered else said
