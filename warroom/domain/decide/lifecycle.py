"""Rules for the incident itself: its declaration, description, status, severity and policy."""

from datetime import datetime
from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import SKEW, Asked, Code, Ruling, in_utc, refuse, words
from warroom.domain.events import TextWords
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import OVER, TRANSITIONS, Status

LifecycleCommand: TypeAlias = (
    c.Declare | c.Retitle | c.Describe | c.ChangeStatus | c.ChangeSeverity | c.ChangePolicy
)

LONGEST = 366 * 24 * 3600
"""The longest duration of a policy, in seconds: what is added to a time must stay one."""


def rule(i: Incident, command: LifecycleCommand, asked: Asked) -> Ruling:
    match command:
        case c.Declare():
            return _declare(command, asked)
        case c.Retitle(title=title):
            return Ruling(e.IncidentRetitled(words=TextWords(title)))
        case c.Describe():
            return _describe(i, command, asked)
        case c.ChangeStatus():
            return _change_status(i, command)
        case c.ChangeSeverity():
            return _change_severity(i, command)
        case c.ChangePolicy():
            return _change_policy(command)
        case unreachable:
            assert_never(unreachable)


def _declare(command: c.Declare, asked: Asked) -> Ruling:
    founding = asked.founding
    if founding is None:
        refuse(Code.INVALID, "a declaration opens a room of its own; send it with a new log id")
    event = e.IncidentDeclared(
        label=founding.label,
        key=founding.key,
        policy=founding.policy,
        severity=command.severity,
        impact=command.impact,
        urgency=command.urgency,
        started_at=_past(command.started_at, asked),
        security=command.security,
        restricted=command.restricted,
        words=e.IncidentWords(
            title=command.title, services=command.services, bridge=command.bridge
        ),
    )
    return Ruling(event)


def _describe(i: Incident, command: c.Describe, asked: Asked) -> Ruling:
    if command == c.Describe():
        some = "impact, urgency, services, bridge, started_at, identified_at, mitigated_at"
        refuse(Code.INVALID, f"give at least one of {some}, resolved_at")
    if command.resolved_at is not None and Status.RESOLVED not in i.reached:
        refuse(Code.ILLEGAL_STATE, "it was not resolved yet; once it is: /status resolved ~14:50")
    said = e.IncidentWords(services=command.services, bridge=command.bridge)
    event = e.IncidentDescribed(
        impact=command.impact,
        urgency=command.urgency,
        started_at=_past(command.started_at, asked),
        identified_at=_past(command.identified_at, asked, "identified_at"),
        mitigated_at=_past(command.mitigated_at, asked, "mitigated_at"),
        resolved_at=_past(command.resolved_at, asked, "resolved_at"),
        words=None if said == e.IncidentWords() else said,
    )
    return Ruling(event)


def _past(moment: datetime | None, asked: Asked, field: str = "started_at") -> datetime | None:
    if moment is None:
        return None
    if moment > asked.at + SKEW:
        refuse(Code.INVALID, f"{field} lies in the future; give the time when it was")
    return in_utc(moment)


def _change_status(i: Incident, command: c.ChangeStatus) -> Ruling:
    legal = TRANSITIONS[i.status]
    if command.to not in legal:
        names = ", ".join(status for status in Status if status in legal)
        missed = (
            f"; when it was {command.to}: /info {command.to} 14:05" if _passed(i, command) else ""
        )
        refuse(
            Code.ILLEGAL_STATE,
            f"{i.status} cannot become {command.to}; it can become {names}{missed}",
        )
    reopens = i.status in OVER and command.to is Status.INVESTIGATING
    if command.reason is None and (reopens or command.to is Status.CANCELLED):
        act = "reopening" if reopens else "cancelling"
        refuse(Code.INVALID, f"{act} needs a reason: /status {command.to} REASON")
    return Ruling(e.StatusChanged(was=i.status, now=command.to, words=words(command.reason)))


def _passed(i: Incident, command: c.ChangeStatus) -> bool:
    """Whether it is too late for a status that is a milestone, which a description can date."""
    passed = command.to in {Status.IDENTIFIED, Status.MITIGATED}
    was = command.to is Status.RESOLVED and Status.RESOLVED in i.reached
    return i.status in OVER and (passed or was)


def _change_severity(i: Incident, command: c.ChangeSeverity) -> Ruling:
    if command.to is i.severity:
        refuse(Code.CONFLICT, f"the severity is {command.to} already")
    return Ruling(
        e.SeverityChanged(was=i.severity, now=command.to, words=TextWords(command.reason))
    )


def _change_policy(command: c.ChangePolicy) -> Ruling:
    policy = command.policy
    durations = (
        policy.offer_lapses_after,
        policy.objection_window,
        policy.update_every_unrated,
        *policy.update_every.values(),
    )
    if not all(1 <= duration <= LONGEST for duration in durations):
        refuse(Code.INVALID, "every duration of a policy is from one second to one year")
    if not policy.approvers:
        refuse(Code.INVALID, "approvers: name at least one role that approves updates")
    return Ruling(e.PolicyChanged(policy=policy, words=TextWords(command.reason)))
