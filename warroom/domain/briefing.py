"""What a handover is about: the entries that whoever takes a role over must know."""

from collections.abc import Iterator

from warroom.domain.incident import Incident
from warroom.domain.vocabulary import DecisionState, HypothesisState, UpdateState


def briefing(incident: Incident) -> tuple[int, ...]:
    """The numbers of the entries that hold what is true and what is open, in their order."""
    return tuple(sorted({seq for seq in _cited(incident) if seq}))


def _cited(i: Incident) -> Iterator[int]:
    yield from (i.severity_seq, i.status_seq)
    yield from i.facts
    hypotheses = (h for h in i.hypotheses.values() if h.state is not HypothesisState.RULED_OUT)
    yield from (one.source.seq for one in hypotheses)
    decisions = (d for d in i.decisions.values() if d.state is DecisionState.PROPOSED)
    yield from (one.source.seq for one in decisions)
    yield from (one.source.seq for one in i.actions.values() if one.pending)
    waiting = {UpdateState.SUBMITTED, UpdateState.APPROVED}
    yield from (one.text.seq for one in i.updates.values() if one.state in waiting)
    yield from (one.source.seq for one in i.promises.values())
