"""What nobody may miss, the worst first: a pure function of the incident, as timers are."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from warroom.domain.incident import Incident
from warroom.domain.permissions import approvers
from warroom.domain.vocabulary import CLOSED, Audience, DecisionState, Role, Status, UpdateState


class AlarmKind(StrEnum):
    """Why there is an alarm, in the order in which they are shown.

    Without a commander nothing else gets done. Then comes what runs out soonest: an objection is
    heard for seconds, an offer stands for minutes, words that someone wants gone are on every
    screen until another agrees, an update waits for one pair of eyes; what is late already can
    only get later.
    """

    VACANT_COMMAND = "vacant command"
    OBJECTION = "objection"
    OFFER = "offer"
    REDACTION = "redaction"
    APPROVAL = "approval"
    OVERDUE_UPDATE = "overdue update"
    OVERDUE_ACTION = "overdue action"
    DEBRIEF = "debrief"


class Alarm(Struct, frozen=True, kw_only=True):
    """One alarm. `entry` is the number of the entry to look at.

    `concerns` are the people for whom the bell rings; nobody in particular means everybody.
    `number` is the decision's, action's or waiting update's, `audience` the overdue update's,
    `role` the offer's.
    """

    kind: AlarmKind
    entry: int
    concerns: frozenset[str] = frozenset()
    number: int | None = None
    audience: Audience | None = None
    role: Role | None = None

    def rings_for(self, person: str) -> bool:
        """Whether the bell is for this person."""
        return not self.concerns or person in self.concerns


def alarms(incident: Incident, me: str) -> list[Alarm]:
    """What holds now, the worst first; of the same kind first what is mine to do, then what else
    concerns `me`, then the oldest.

    Offers to other people, and what others are to approve, are not alarms of mine. Once the
    incident is closed only words that are to go are one: what was late is a follow-up then, and
    what was open cannot be answered any more.
    """
    if not incident.seq:
        return []
    found = list(_redactions(incident, me))
    if incident.status not in CLOSED:
        found += [
            *_command(incident),
            *_objections(incident),
            *_offers(incident, me),
            *_approvals(incident, me),
            *_updates(incident),
            *_actions(incident),
            *_debrief(incident),
        ]
    order = list(AlarmKind)

    def turn(alarm: Alarm) -> tuple[int, bool, bool, int]:
        mine = _doer(incident, alarm) == me
        return (order.index(alarm.kind), not mine, me not in alarm.concerns, alarm.entry)

    return sorted(found, key=turn)


def _doer(incident: Incident, alarm: Alarm) -> str | None:
    """Whose action it is that is late: a commander is concerned by all, and has their own, too."""
    if alarm.kind is not AlarmKind.OVERDUE_ACTION or alarm.number is None:
        return None
    return incident.actions[alarm.number].assignee


def _command(incident: Incident) -> Iterator[Alarm]:
    if incident.commander is None and not incident.over:
        yield Alarm(
            kind=AlarmKind.VACANT_COMMAND,
            entry=incident.status_seq,
            role=Role.INCIDENT_COMMANDER,
        )


def _objections(incident: Incident) -> Iterator[Alarm]:
    """Objections to what is still only proposed: the commander and the proposer answer them."""
    for number, decision in incident.decisions.items():
        if decision.state is DecisionState.PROPOSED and decision.objections:
            yield Alarm(
                kind=AlarmKind.OBJECTION,
                entry=decision.objections[-1].seq,
                number=number,
                concerns=_with_commander(incident, decision.source.speaker),
            )


def _offers(incident: Incident, me: str) -> Iterator[Alarm]:
    for role, offer in incident.offers.items():
        if offer.to == me:
            yield Alarm(
                kind=AlarmKind.OFFER,
                entry=offer.source.seq,
                role=role,
                concerns=frozenset({me}),
            )


def _redactions(incident: Incident, me: str) -> Iterator[Alarm]:
    """Words that anyone in the room may delete with whoever asked for it, but not alone."""
    for seq, request in incident.redaction_requests.items():
        if me in incident.people and me not in request.people:
            yield Alarm(kind=AlarmKind.REDACTION, entry=seq)


def _approvals(incident: Incident, me: str) -> Iterator[Alarm]:
    for number, update in incident.updates.items():
        if update.state is UpdateState.SUBMITTED and me in (may := approvers(incident, update)):
            yield Alarm(
                kind=AlarmKind.APPROVAL,
                entry=update.text.seq,
                number=number,
                concerns=frozenset(may),
            )


def _updates(incident: Incident) -> Iterator[Alarm]:
    for audience, promise in incident.promises.items():
        if promise.overdue:
            yield Alarm(
                kind=AlarmKind.OVERDUE_UPDATE,
                entry=promise.source.seq,
                audience=audience,
                concerns=_with_commander(incident, incident.holder(Role.COMMS_LEAD)),
            )


def _actions(incident: Incident) -> Iterator[Alarm]:
    for number, action in incident.actions.items():
        if action.pending and action.overdue:
            yield Alarm(
                kind=AlarmKind.OVERDUE_ACTION,
                entry=action.source.seq,
                number=number,
                concerns=_with_commander(incident, action.assignee),
            )


def _debrief(incident: Incident) -> Iterator[Alarm]:
    if incident.status is Status.DEBRIEFING:
        yield Alarm(kind=AlarmKind.DEBRIEF, entry=incident.status_seq)


def _with_commander(incident: Incident, person: str | None) -> frozenset[str]:
    return frozenset(one for one in (person, incident.commander) if one is not None)
