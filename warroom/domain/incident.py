"""The incident as the fold of its log: frozen, wordless, and without the timeline itself.

It holds what is true and cites the entry in which each thing was said. Words are read from
that entry, so redacting them changes nothing here.
"""

from bisect import bisect_left
from datetime import datetime
from typing import TypeAlias

from immutables import Map
from msgspec import Struct

from warroom.domain.events import DEFAULT_POLICY, Citation, Policy
from warroom.domain.vocabulary import (
    OVER,
    ActionState,
    Audience,
    DecisionState,
    HypothesisState,
    Level,
    Outcome,
    Risk,
    Role,
    Severity,
    Status,
    UpdateState,
)


class Source(Struct, frozen=True):
    """The entry in which something stands, and who spoke and who recorded it."""

    seq: int
    id: str
    hash: str
    by: str
    speaker: str

    @property
    def citation(self) -> Citation:
        return Citation(self.seq, self.hash)

    @property
    def people(self) -> frozenset[str]:
        """Everyone who had a hand in the entry."""
        return frozenset({self.by, self.speaker})


class Person(Struct, frozen=True):
    """Someone in the room; `voice` has no client. Their name stands in `source`."""

    id: str
    voice: bool
    source: Source


class Holding(Struct, frozen=True):
    """Who holds a role, and since when."""

    person: str
    since: datetime
    source: Source


class Offer(Struct, frozen=True):
    """A role offered and not yet answered."""

    role: Role
    to: str
    lapses_at: datetime
    source: Source


class Hypothesis(Struct, frozen=True):
    number: int
    state: HypothesisState
    source: Source
    assessed: Source | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """A decision; `objections_open` while strong objections to a proposal are still heard."""

    number: int
    state: DecisionState
    source: Source
    risk: Risk | None = None
    objections_until: datetime | None = None
    objections_open: bool = False
    objections: tuple[Source, ...] = ()
    decided: Source | None = None
    outcome: Outcome | None = None
    outcome_source: Source | None = None


class Action(Struct, frozen=True, kw_only=True):
    """An action item. `armed` is the entry that set the time at which it falls due."""

    number: int
    state: ActionState
    source: Source
    assignee: str | None = None
    due_at: datetime | None = None
    armed: Source
    overdue: bool = False

    @property
    def pending(self) -> bool:
        return self.state in {ActionState.OPEN, ActionState.STARTED}


class StakeholderUpdate(Struct, frozen=True, kw_only=True):
    """A stakeholder update. `text` is the entry that holds its current words."""

    number: int
    audience: Audience
    state: UpdateState
    text: Source
    authors: frozenset[str]
    cites: tuple[int, ...] = ()
    corrects: int | None = None
    returned: Source | None = None
    approved: Source | None = None
    break_glass: bool = False
    published: Source | None = None
    published_at: datetime | None = None
    sent: tuple[Source, ...] = ()


class Promise(Struct, frozen=True):
    """When an audience was told to expect the next update."""

    audience: Audience
    at: datetime
    source: Source
    overdue: bool = False


class Spoken(Struct, frozen=True):
    """The last entry of a day that can hold words, in a room that has ended."""

    seq: int
    id: str
    hash: str
    at: datetime

    @property
    def citation(self) -> Citation:
        return Citation(self.seq, self.hash)


class Expiry(Struct, frozen=True):
    """Words up to entry `through` are gone since entry `seq`."""

    through: int
    seq: int
    at: datetime


NO_ENTRY = Source(0, "", "", "", "")

Seqs: TypeAlias = tuple[int, ...]


class Incident(Struct, frozen=True, kw_only=True):
    """One incident. `seq` and `head` are the number and hash of the last entry folded.

    `key` is the public key of the hub that keeps the log now; `adopted` the entry with which it
    took the log over, 0 if it declared it. `restore` is the last restore of that hub from a backup
    after which the log has gone on, empty if there was none.

    `held` is the entry that keeps words from expiring, `unheld` the id of the last that let them.
    `spoken` are entries with words that have not expired, one for each day since the room ended,
    none while it goes on. `expiries` go further each time.
    """

    log: str = ""
    seq: int = 0
    head: str = ""
    at: datetime | None = None
    label: str = ""
    key: str = ""
    adopted: int = 0
    restore: str = ""
    title: int = 0
    declared_at: datetime | None = None
    declared_by: str = ""
    started_at: datetime | None = None
    severity: Severity | None = None
    severity_seq: int = 0
    impact: Level | None = None
    urgency: Level | None = None
    described: Seqs = ()
    status: Status = Status.CANDIDATE
    status_seq: int = 0
    over_seq: int = 0
    reached: Map[Status, datetime] = Map()
    policy: Policy = DEFAULT_POLICY
    roles: Map[Role, Holding] = Map()
    offers: Map[Role, Offer] = Map()
    people: Map[str, Person] = Map()
    hypotheses: Map[int, Hypothesis] = Map()
    decisions: Map[int, Decision] = Map()
    actions: Map[int, Action] = Map()
    updates: Map[int, StakeholderUpdate] = Map()
    promises: Map[Audience, Promise] = Map()
    facts: Map[int, Source] = Map()
    amended: Map[int, Seqs] = Map()
    struck: Map[int, int] = Map()
    redaction_requests: Map[int, Source] = Map()
    redacted: Map[int, int] = Map()
    held: Source | None = None
    unheld: str = ""
    spoken: tuple[Spoken, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    restricted: bool = False
    members: frozenset[str] = frozenset()
    unknown: int = 0

    def open_to(self, person: str) -> bool:
        """Whether someone may know of the room: anyone, or if it is restricted, a member."""
        return not self.restricted or person in self.members

    @property
    def expired(self) -> int:
        """The number of the last entry whose words have expired, 0 if none have."""
        return self.expiries[-1].through if self.expiries else 0

    def gone(self, seq: int) -> bool:
        """Whether the words of an entry were taken out of the log: redacted, or expired."""
        return seq in self.redacted or 0 < seq <= self.expired

    def expiry_of(self, seq: int) -> Expiry | None:
        """What took the words of an entry, if time did."""
        first = bisect_left(self.expiries, seq, key=lambda expiry: expiry.through)
        return self.expiries[first] if first < len(self.expiries) and seq > 0 else None

    def attends(self, person: str) -> bool:
        """Whether someone's arrival is on record, under a name that has not expired since."""
        known = self.people.get(person)
        if known is None:
            return False
        arrival = known.source.seq
        return arrival in self.redacted or not self.gone(arrival)

    @property
    def commander(self) -> str | None:
        return self.holder(Role.INCIDENT_COMMANDER)

    def holder(self, role: Role) -> str | None:
        """The person who holds a role, None if it is vacant."""
        holding = self.roles.get(role)
        return holding.person if holding else None

    def roles_of(self, person: str) -> frozenset[Role]:
        return frozenset(role for role, held in self.roles.items() if held.person == person)

    @property
    def began_at(self) -> datetime | None:
        """From when the incident is counted: its start if known, otherwise the declaration."""
        return self.started_at or self.declared_at

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def next_update(self) -> Promise | None:
        """The promise that falls due first, None if none is owed."""
        return min(self.promises.values(), key=lambda promise: promise.at, default=None)


def untold(incident: Incident) -> tuple[Audience, ...]:
    """Who was told of the trouble and not, since it is over, of its end."""
    told = {
        one.audience
        for one in incident.updates.values()
        if one.published is not None and one.published.seq < incident.over_seq
    }
    known = {
        one.audience
        for one in incident.updates.values()
        if one.published is not None and one.published.seq > incident.over_seq
    }
    return tuple(audience for audience in Audience if audience in told - known)


def stale_because(incident: Incident, update: StakeholderUpdate) -> str | None:
    """Why a draft no longer says what the log says; None while it does.

    A later change of status or severity, or a cited entry amended, struck or redacted since.
    """
    if update.published is not None:
        return None
    written = update.text.seq
    if incident.status_seq > written:
        return "status changed"
    if incident.severity_seq > written:
        return "severity changed"
    for seq in update.cites:
        if max((*incident.amended.get(seq, ()), 0)) > written:
            return f"#{seq} was amended"
        if incident.struck.get(seq, 0) > written:
            return f"#{seq} was struck"
        if incident.redacted.get(seq, 0) > written:
            return f"#{seq} was redacted"
    return None
