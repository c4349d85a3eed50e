"""The field's own words, as closed sets of values.

Severity follows the usual SEV scale, 1 the worst. Roles, statuses and the call-outs that
go with them follow PagerDuty's incident response guide and ITIL's major incident procedure.
"""

from datetime import timedelta
from enum import StrEnum


class Severity(StrEnum):
    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"
    SEV5 = "SEV5"


class Level(StrEnum):
    """How large an impact or an urgency is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    CANDIDATE = "candidate"
    DECLARED = "declared"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    DEBRIEFING = "debriefing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    INCIDENT_COMMANDER = "incident_commander"
    DEPUTY = "deputy"
    COMMS_LEAD = "comms_lead"
    TECHNICAL_LEAD = "technical_lead"
    SCRIBE = "scribe"


class Denied(StrEnum):
    """What someone was refused: a room, a command in one, what only the operator may do, entry."""

    ROOM = "room"
    COMMAND = "command"
    OPERATING = "operating"
    ENTRY = "entry"


class Scope(StrEnum):
    """What a connection may do at all; roles decide the rest.

    A responder works in any room, a guest in one. Observers read rooms whole and write nothing;
    auditors read every room, restricted ones too; stakeholders open no room, and read what was
    published to their audience. The hub itself keeps attendance and timers, and no more.
    """

    RESPONDER = "responder"
    OBSERVER = "observer"
    STAKEHOLDER = "stakeholder"
    AUDITOR = "auditor"
    GUEST = "guest"
    HUB = "hub"


class Via(StrEnum):
    """How the hub knows a person: by the operating system, by `--as`, by a session, or itself."""

    OS = "os"
    AS = "as"
    SESSION = "session"
    HUB = "hub"


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class HypothesisState(StrEnum):
    OPEN = "open"
    SUPPORTED = "supported"
    RULED_OUT = "ruled_out"


class DecisionState(StrEnum):
    PROPOSED = "proposed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What became of a decision once it was carried out."""

    WORKED = "worked"
    FAILED = "failed"
    REVERSED = "reversed"


class ActionState(StrEnum):
    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"


class Audience(StrEnum):
    INTERNAL = "internal"
    EXECUTIVE = "executive"
    CUSTOMERS = "customers"


class UpdateState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"


class PromotedTo(StrEnum):
    DECISION = "decision"
    ACTION = "action"
    HYPOTHESIS = "hypothesis"
    FACT = "fact"


class Code(StrEnum):
    """Why a command was refused, for programs. The text says it to people."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    CONFLICT = "conflict"
    ILLEGAL_STATE = "illegal_state"
    DUPLICATE_ID = "duplicate_id"
    NOT_DUE = "not_due"
    TOO_NEW = "too_new"
    TEMPORARY = "temporary"


SKEW = timedelta(seconds=60)
"""How far ahead of the hub's time a person's clock may stand."""

HUB = "hub"
"""The person id under which the hub itself writes: timers, attendance, keys."""

EXTERNAL = frozenset({Audience.CUSTOMERS})
"""Audiences outside the organisation: author and approver must differ."""

CLOSED = frozenset({Status.CLOSED, Status.CANCELLED})
"""Statuses in which an incident takes corrections and loose ends only."""

OVER = CLOSED | {Status.RESOLVED, Status.DEBRIEFING}
"""Statuses in which service is back (or was never gone): no update promises another."""

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.CANDIDATE: frozenset({Status.DECLARED, Status.CANCELLED}),
    Status.DECLARED: frozenset(
        {
            Status.INVESTIGATING,
            Status.IDENTIFIED,
            Status.MITIGATED,
            Status.MONITORING,
            Status.RESOLVED,
            Status.CANCELLED,
        }
    ),
    Status.INVESTIGATING: frozenset(
        {
            Status.IDENTIFIED,
            Status.MITIGATED,
            Status.MONITORING,
            Status.RESOLVED,
            Status.CANCELLED,
        }
    ),
    Status.IDENTIFIED: frozenset(
        {Status.INVESTIGATING, Status.MITIGATED, Status.MONITORING, Status.RESOLVED}
    ),
    Status.MITIGATED: frozenset(
        {Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED}
    ),
    Status.MONITORING: frozenset(
        {Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED, Status.RESOLVED}
    ),
    Status.RESOLVED: frozenset({Status.INVESTIGATING, Status.DEBRIEFING, Status.CLOSED}),
    Status.DEBRIEFING: frozenset({Status.INVESTIGATING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.INVESTIGATING}),
    Status.CANCELLED: frozenset({Status.INVESTIGATING}),
}
"""Where an incident may go from where it is. Back to investigating from resolved or later
is a reopening."""


HUB_LABEL = "hub"
"""The label of the hub's own log."""


def priority(impact: Level, urgency: Level) -> int:
    """Priority 1 to 5 from the usual 3 x 3 matrix: impact + urgency - 1, 1 the worst."""
    order = {Level.HIGH: 1, Level.MEDIUM: 2, Level.LOW: 3}
    return order[impact] + order[urgency] - 1


def spoken(value: StrEnum) -> str:
    """A value as one says it: `incident commander`, `ruled out`."""
    return value.replace("_", " ")
