"""`apply`: what the incident is after one more entry. Total: anything folds.

An entry that makes no sense (a log is only as good as the hub that wrote it) leaves the state
as it is and still moves the head.
"""

from datetime import datetime
from typing import Any, TypeVar, assert_never

from immutables import Map
from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.events import Recorded
from warroom.domain.incident import (
    Action,
    Decision,
    Holding,
    Hypothesis,
    Incident,
    Offer,
    Person,
    Promise,
    Source,
    StakeholderUpdate,
)
from warroom.domain.retention import expired, spoke
from warroom.domain.vocabulary import (
    CLOSED,
    OVER,
    ActionState,
    DecisionState,
    HypothesisState,
    PromotedTo,
    Role,
    Status,
    UpdateState,
)

V = TypeVar("V")


def apply(incident: Incident, recorded: Recorded) -> Incident:
    """The incident after `recorded`, which follows the last entry folded."""
    after = _apply(incident, recorded)
    if after.status in CLOSED:
        after = spoke(after, recorded)
    return replace(after, seq=recorded.seq, head=recorded.hash, at=recorded.at)


def source_of(recorded: Recorded) -> Source:
    """How later entries cite this one."""
    return Source(recorded.seq, recorded.id, recorded.hash, recorded.by, recorded.speaker)


def _apply(i: Incident, r: Recorded) -> Incident:  # noqa: C901 - one table of all kinds
    src = source_of(r)
    match r.event:
        case e.IncidentDeclared() as ev:
            return _declared(i, r, ev)
        case e.IncidentRetitled():
            return replace(i, title=r.seq)
        case e.IncidentDescribed() as ev:
            return _described(i, r, ev)
        case e.StatusChanged() as ev:
            return _status(i, r, ev)
        case e.SeverityChanged(now=severity):
            return replace(i, severity=severity, severity_seq=r.seq)
        case e.PolicyChanged(policy=policy):
            return replace(i, policy=policy)
        case e.NotePosted() | e.ObservationMade() | e.PersonRenamed():
            return i
        case e.HypothesisRaised(hypothesis=n):
            raised = Hypothesis(n, HypothesisState.OPEN, src)
            return replace(i, hypotheses=i.hypotheses.set(n, raised))
        case e.HypothesisAssessed(hypothesis=n, state=state):
            return replace(i, hypotheses=_change(i.hypotheses, n, state=state, assessed=src))
        case e.RoleTaken(role=role):
            return _give(i, role, r.speaker, r)
        case e.RoleOffered(role=role, to=to, lapses_at=lapses_at):
            return replace(i, offers=i.offers.set(role, Offer(role, to, lapses_at, src)))
        case e.RoleAccepted(role=role, person=person) | e.RoleAppointed(role=role, person=person):
            return _give(i, role, person, r)
        case e.RoleDeclined(role=role) | e.RoleOfferLapsed(role=role):
            return replace(i, offers=_without(i.offers, role))
        case e.RoleReleased(role=role):
            return replace(i, roles=_without(i.roles, role), offers=_without(i.offers, role))
        case e.DecisionRecorded(decision=n) as ev:
            return replace(i, decisions=i.decisions.set(n, _recorded(src, ev)))
        case e.DecisionProposed(decision=n) as ev:
            return replace(i, decisions=i.decisions.set(n, _proposed(src, ev)))
        case e.ProposalDecided(decision=n):
            made = DecisionState.DECIDED
            return replace(
                i,
                decisions=_change(i.decisions, n, state=made, decided=src, objections_open=False),
            )
        case e.ObjectionRaised(decision=n):
            heard = i.decisions[n].objections if n in i.decisions else ()
            return replace(i, decisions=_change(i.decisions, n, objections=(*heard, src)))
        case e.ObjectionsClosed(decision=n):
            return replace(i, decisions=_change(i.decisions, n, objections_open=False))
        case e.ProposalWithdrawn(decision=n):
            withdrawn = DecisionState.WITHDRAWN
            return replace(
                i, decisions=_change(i.decisions, n, state=withdrawn, objections_open=False)
            )
        case e.OutcomeRecorded(decision=n, outcome=outcome):
            return replace(
                i, decisions=_change(i.decisions, n, outcome=outcome, outcome_source=src)
            )
        case e.ActionAdded(action=n, assignee=assignee, due_at=due_at):
            return _add_action(i, src, src, n, assignee, due_at)
        case e.ActionAssigned(action=n, assignee=assignee):
            return replace(i, actions=_change(i.actions, n, assignee=assignee))
        case e.ActionStarted(action=n):
            return replace(i, actions=_change(i.actions, n, state=ActionState.STARTED))
        case e.ActionDone(action=n):
            return replace(i, actions=_change(i.actions, n, state=ActionState.DONE))
        case e.ActionDropped(action=n):
            return replace(i, actions=_change(i.actions, n, state=ActionState.DROPPED))
        case e.ActionPostponed(action=n, due_at=due_at):
            return replace(
                i, actions=_change(i.actions, n, due_at=due_at, armed=src, overdue=False)
            )
        case e.ActionOverdue(action=n):
            return replace(i, actions=_change(i.actions, n, overdue=True))
        case e.UpdateDrafted() as ev:
            return _drafted(i, src, ev)
        case e.UpdateRevised() as ev:
            return _revised(i, src, ev)
        case e.UpdateSubmitted(update=n):
            return replace(i, updates=_change(i.updates, n, state=UpdateState.SUBMITTED))
        case e.UpdateReturned(update=n):
            return replace(i, updates=_change(i.updates, n, returned=src, **_UNAPPROVED))
        case e.UpdateApproved(update=n, break_glass=broken):
            approved = _change(
                i.updates, n, state=UpdateState.APPROVED, approved=src, break_glass=broken
            )
            return replace(i, updates=approved)
        case e.UpdatePublished() as ev:
            return _published(i, r, ev)
        case e.UpdateSent(update=n):
            sent = i.updates[n].sent if n in i.updates else ()
            return replace(i, updates=_change(i.updates, n, sent=(*sent, src)))
        case e.UpdateOverdue(audience=audience):
            return replace(i, promises=_change(i.promises, audience, overdue=True))
        case e.EntryAmended(of=of):
            return replace(i, amended=i.amended.set(of.seq, (*i.amended.get(of.seq, ()), r.seq)))
        case e.EntryStruck(of=of):
            return replace(i, struck=i.struck.set(of.seq, r.seq))
        case e.RedactionRequested(of=of):
            return replace(i, redaction_requests=i.redaction_requests.set(of.seq, src))
        case e.EntryRedacted(of=of):
            return replace(
                i,
                redacted=i.redacted.set(of.seq, r.seq),
                redaction_requests=_without(i.redaction_requests, of.seq),
            )
        case e.EntryPromoted() as ev:
            return _promoted(i, r, ev)
        case e.RoomHeld():
            return replace(i, held=src)
        case e.RoomUnheld():
            return replace(i, held=None, unheld=r.id)
        case e.WordsExpired(through=through):
            return expired(i, r, through.seq)
        case e.PersonJoined(person=person):
            return replace(i, people=i.people.set(person, Person(person, False, src)))
        case e.RoomRestricted(members=members):
            return replace(i, restricted=True, members=i.members | frozenset(members))
        case e.MemberAdmitted(person=person):
            return replace(i, members=i.members | {person})
        case e.MemberRemoved(person=person):
            return _removed(i, person)
        case e.RollCalled(people=called):
            return _called(i, src, called)
        case e.LogAdopted(key=key):
            return replace(i, key=key, adopted=r.seq)
        case e.LogRestored(restore=restore):
            return replace(i, restore=restore)
        case (
            e.HubFounded()
            | e.PersonRegistered()
            | e.RestrictedRead()
            | e.RoomExported()
            | e.AccessDenied()
            | e.ClockStepped()
            | e.RetentionSet()
            | e.HubRestored()
            | e.RoomAdopted()
        ):
            return i
        case (
            e.InviteMade()
            | e.InviteRevoked()
            | e.SessionOpened()
            | e.SessionSeen()
            | e.SessionRotated()
            | e.SessionRenewed()
            | e.SessionEnded()
        ):
            return i
        case e.Unknown():
            return replace(i, unknown=i.unknown + 1)
        case unreachable:
            assert_never(unreachable)


def _without(kept: "Map[Any, V]", key: object) -> "Map[Any, V]":
    return kept.delete(key) if key in kept else kept


def _change(kept: "Map[Any, V]", key: object, **changes: object) -> "Map[Any, V]":
    """The map with one value changed; the same map if there is no such value."""
    value = kept.get(key)
    return kept if value is None else kept.set(key, replace(value, **changes))  # type: ignore[type-var]


def _declared(i: Incident, r: Recorded, ev: e.IncidentDeclared) -> Incident:
    return replace(
        i,
        label=ev.label,
        key=ev.key,
        title=r.seq,
        declared_at=r.happened_at,
        declared_by=r.speaker,
        started_at=ev.started_at,
        severity=ev.severity,
        severity_seq=r.seq,
        impact=ev.impact,
        urgency=ev.urgency,
        described=(r.seq,),
        status=Status.DECLARED,
        status_seq=r.seq,
        reached=i.reached.set(Status.DECLARED, r.happened_at),
        policy=ev.policy,
        restricted=ev.restricted,
        members=frozenset({r.by, r.speaker}) if ev.restricted else frozenset(),
    )


def _described(i: Incident, r: Recorded, ev: e.IncidentDescribed) -> Incident:
    reached = i.reached
    for status, at in (
        (Status.IDENTIFIED, ev.identified_at),
        (Status.MITIGATED, ev.mitigated_at),
        (Status.RESOLVED, ev.resolved_at),
    ):
        reached = reached if at is None else reached.set(status, at)
    return replace(
        i,
        impact=ev.impact or i.impact,
        urgency=ev.urgency or i.urgency,
        started_at=ev.started_at or i.started_at,
        reached=reached,
        described=(*i.described, r.seq),
    )


def _status(i: Incident, r: Recorded, ev: e.StatusChanged) -> Incident:
    """Service back keeps no promise: what was promised is owed until it is given, or until the
    incident is closed. `reached` keeps the first time of each status, and the last time of those
    that end an incident, which a reopening undoes."""
    kept = ev.now in i.reached and ev.now not in OVER
    reached = i.reached if kept else i.reached.set(ev.now, r.happened_at)
    over_seq = (i.over_seq if i.over else r.seq) if ev.now in OVER else 0
    return replace(
        i,
        status=ev.now,
        status_seq=r.seq,
        over_seq=over_seq,
        reached=reached,
        promises=Map() if ev.now in CLOSED else i.promises,
        spoken=(),
    )


def _give(i: Incident, role: Role, person: str, r: Recorded) -> Incident:
    holding = Holding(person, r.happened_at, source_of(r))
    return replace(i, roles=i.roles.set(role, holding), offers=_without(i.offers, role))


def _removed(i: Incident, person: str) -> Incident:
    """Whoever is shown out can do nothing there any more: neither hold a role nor accept one."""
    roles = Map((role, held) for role, held in i.roles.items() if held.person != person)
    offers = Map((role, offer) for role, offer in i.offers.items() if offer.to != person)
    return replace(i, members=i.members - {person}, roles=roles, offers=offers)


def _recorded(src: Source, ev: e.DecisionRecorded) -> Decision:
    return Decision(
        number=ev.decision, state=DecisionState.DECIDED, source=src, risk=ev.risk, decided=src
    )


def _proposed(src: Source, ev: e.DecisionProposed) -> Decision:
    return Decision(
        number=ev.decision,
        state=DecisionState.PROPOSED,
        source=src,
        risk=ev.risk,
        objections_until=ev.objections_until,
        objections_open=True,
    )


def _add_action(
    i: Incident,
    said_in: Source,
    armed: Source,
    n: int,
    assignee: str | None,
    due_at: datetime | None,
) -> Incident:
    action = Action(
        number=n,
        state=ActionState.OPEN,
        source=said_in,
        assignee=assignee,
        due_at=due_at,
        armed=armed,
    )
    return replace(i, actions=i.actions.set(n, action))


_UNAPPROVED = {"state": UpdateState.DRAFT, "approved": None, "break_glass": False}
"""What an update is again once it is revised or returned: an approval is void with it."""


def _drafted(i: Incident, src: Source, ev: e.UpdateDrafted) -> Incident:
    draft = StakeholderUpdate(
        number=ev.update,
        audience=ev.audience,
        state=UpdateState.DRAFT,
        text=src,
        authors=src.people,
        cites=ev.cites,
        corrects=ev.corrects,
    )
    return replace(i, updates=i.updates.set(ev.update, draft))


def _revised(i: Incident, src: Source, ev: e.UpdateRevised) -> Incident:
    """A new text voids what was submitted or approved; its earlier authors stay authors."""
    authors = i.updates[ev.update].authors if ev.update in i.updates else frozenset()
    changed = _change(
        i.updates,
        ev.update,
        text=src,
        authors=authors | src.people,
        cites=ev.cites,
        **_UNAPPROVED,
    )
    return replace(i, updates=changed)


def _published(i: Incident, r: Recorded, ev: e.UpdatePublished) -> Incident:
    published = _change(
        i.updates,
        ev.update,
        state=UpdateState.PUBLISHED,
        published=source_of(r),
        published_at=r.happened_at,
    )
    i = replace(i, updates=published)
    update = published.get(ev.update)
    if update is None:
        return i
    if ev.next_by is None:
        return replace(i, promises=_without(i.promises, update.audience))
    promise = Promise(update.audience, ev.next_by, source_of(r))
    return replace(i, promises=i.promises.set(update.audience, promise))


def _promoted(i: Incident, r: Recorded, ev: e.EntryPromoted) -> Incident:
    """What was promoted has its words in the entry that it came from, the first of the refs."""
    src = source_of(r)
    origin = replace(src, seq=ev.of.seq, id=r.refs[0] if r.refs else "", hash=ev.of.hash)
    n = ev.number or 0
    match ev.to:
        case PromotedTo.DECISION:
            made = Decision(number=n, state=DecisionState.DECIDED, source=origin, decided=src)
            return replace(i, decisions=i.decisions.set(n, made))
        case PromotedTo.ACTION:
            return _add_action(i, origin, src, n, ev.assignee, ev.due_at)
        case PromotedTo.HYPOTHESIS:
            raised = Hypothesis(n, HypothesisState.OPEN, origin)
            return replace(i, hypotheses=i.hypotheses.set(n, raised))
        case PromotedTo.FACT:
            return replace(i, facts=i.facts.set(ev.of.seq, src))
        case unreachable:
            assert_never(unreachable)


def _called(i: Incident, src: Source, called: tuple[str, ...]) -> Incident:
    people = i.people
    for person in called:
        if person not in people:
            people = people.set(person, Person(person, True, src))
    return replace(i, people=people)
