"""What happened: one frozen value for each kind of entry.

Every event has *facts* (ids, enumerations, times, numbers) and at most one field of *words*
(free text and names). Facts are hashed and stay for ever; words can be redacted, and then
`words` is None. No rule ever reads words.

Adding a kind: a class here and in `Event`, then follow the type checker: `fold.py`, the rule
that makes it in `decide/`, and the one renderer in `warroom/export/phrasing.py`.
"""

from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct

from warroom.domain.vocabulary import (
    Audience,
    Denied,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Scope,
    Severity,
    Status,
    Via,
)

# --- words -----------------------------------------------------------------------------------


class TextWords(Struct, frozen=True):
    """What someone said, in one piece."""

    text: str


class IncidentWords(Struct, frozen=True, omit_defaults=True):
    """What people call the incident and what it touches."""

    title: str | None = None
    services: tuple[str, ...] = ()
    bridge: str | None = None


class DecisionWords(Struct, frozen=True, omit_defaults=True):
    """A decision in its parts; only the choice is ever required."""

    choice: str
    question: str | None = None
    options: tuple[str, ...] = ()
    rationale: str | None = None
    rollback: str | None = None
    verification: str | None = None


class SentWords(Struct, frozen=True, omit_defaults=True):
    """Where a person sent an update, in their words."""

    where: str
    text: str | None = None


class PersonWords(Struct, frozen=True, omit_defaults=True):
    """Who someone is: display name, the short handle one says aloud, their team."""

    name: str
    handle: str
    team: str | None = None


class NameWords(Struct, frozen=True):
    """What someone is to be called."""

    name: str


class PlaceWords(Struct, frozen=True):
    """From where someone came: their network address, and what their client calls itself."""

    address: str
    client: str


class RollWords(Struct, frozen=True):
    """Handles of the people called, in the order of `RollCalled.people`."""

    handles: tuple[str, ...]


# --- parts of facts --------------------------------------------------------------------------


class Citation(Struct, frozen=True):
    """Another entry of the same log, by its number and the hash of its header."""

    seq: int
    hash: str


class Policy(Struct, frozen=True):
    """The rules of one room, recorded in it. Durations are in seconds."""

    offer_lapses_after: int
    objection_window: int
    update_every: dict[Severity, int]
    update_every_unrated: int
    approvers: tuple[Role, ...]


DEFAULT_POLICY = Policy(
    offer_lapses_after=120,
    objection_window=30,
    update_every={
        Severity.SEV1: 20 * 60,
        Severity.SEV2: 30 * 60,
        Severity.SEV3: 60 * 60,
        Severity.SEV4: 4 * 3600,
        Severity.SEV5: 24 * 3600,
    },
    update_every_unrated=30 * 60,
    approvers=(Role.INCIDENT_COMMANDER, Role.DEPUTY),
)


class LogAt(Struct, frozen=True):
    """Where a log stood: its last entry, by number and hash."""

    log: str
    seq: int
    hash: str


# --- events ----------------------------------------------------------------------------------


class EventBase(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every event may carry: when it happened, if that differs from when it was recorded."""

    occurred_at: datetime | None = None

    @property
    def kind(self) -> str:
        """The tag under which this event is recorded, `decision.recorded`."""
        return str(self.__struct_config__.tag)


class Wordless(EventBase, frozen=True):
    """An event that is facts alone."""

    @property
    def words(self) -> None:
        return None


# the incident itself


class IncidentDeclared(EventBase, frozen=True, tag="incident.declared"):
    """Entry 1 of every incident's log. `key` is the hub's Ed25519 public key, hex.

    In a `restricted` room nobody but its members knows that it is there; who declares is the first.
    """

    label: str
    key: str
    policy: Policy
    severity: Severity | None = None
    impact: Level | None = None
    urgency: Level | None = None
    started_at: datetime | None = None
    security: bool = False
    restricted: bool = False
    words: IncidentWords | None = None


class IncidentRetitled(EventBase, frozen=True, tag="incident.retitled"):
    words: TextWords | None = None


class IncidentDescribed(EventBase, frozen=True, tag="incident.described"):
    """What was not known at the declaration. A field that is absent is unchanged.

    Of three milestones it says when they were reached, for the status goes on without having been
    there, or was dated wrongly. `resolved_at` dates the last time it was resolved.
    """

    impact: Level | None = None
    urgency: Level | None = None
    started_at: datetime | None = None
    identified_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    words: IncidentWords | None = None


class StatusChanged(EventBase, frozen=True, tag="status.changed"):
    was: Status
    now: Status
    words: TextWords | None = None


class SeverityChanged(EventBase, frozen=True, tag="severity.changed"):
    now: Severity
    was: Severity | None = None
    words: TextWords | None = None


class PolicyChanged(EventBase, frozen=True, tag="policy.changed"):
    policy: Policy
    words: TextWords | None = None


# what people say


class NotePosted(EventBase, frozen=True, tag="note.posted"):
    words: TextWords | None = None


class ObservationMade(EventBase, frozen=True, tag="observation.made"):
    words: TextWords | None = None


class HypothesisRaised(EventBase, frozen=True, tag="hypothesis.raised"):
    hypothesis: int
    words: TextWords | None = None


class HypothesisAssessed(EventBase, frozen=True, tag="hypothesis.assessed"):
    hypothesis: int
    state: HypothesisState
    words: TextWords | None = None


# who does what


class RoleTaken(EventBase, frozen=True, tag="role.taken"):
    """Someone took a role themselves; from `taken_from`, if it was held, and then with a reason."""

    role: Role
    taken_from: str | None = None
    words: TextWords | None = None


class RoleOffered(EventBase, frozen=True, tag="role.offered"):
    """A handover offered. The holder keeps the role until it is accepted.

    `cites` is its briefing: the entries that held what was true and open when it was offered.
    """

    role: Role
    to: str
    lapses_at: datetime
    cites: tuple[int, ...] = ()
    words: TextWords | None = None


class RoleAccepted(Wordless, frozen=True, tag="role.accepted"):
    role: Role
    person: str
    handed_over_by: str | None = None


class RoleDeclined(EventBase, frozen=True, tag="role.declined"):
    role: Role
    person: str
    words: TextWords | None = None


class RoleOfferLapsed(Wordless, frozen=True, tag="role.offer_lapsed"):
    role: Role
    to: str


class RoleReleased(EventBase, frozen=True, tag="role.released"):
    """A role left vacant, by its holder or by the commander."""

    role: Role
    person: str
    words: TextWords | None = None


class RoleAppointed(EventBase, frozen=True, tag="role.appointed"):
    """The commander gave a role to someone."""

    role: Role
    person: str
    taken_from: str | None = None
    words: TextWords | None = None


# decisions


class DecisionRecorded(EventBase, frozen=True, tag="decision.recorded"):
    decision: int
    risk: Risk | None = None
    words: DecisionWords | None = None


class DecisionProposed(EventBase, frozen=True, tag="decision.proposed"):
    decision: int
    objections_until: datetime
    risk: Risk | None = None
    words: DecisionWords | None = None


class ObjectionRaised(EventBase, frozen=True, tag="decision.objected"):
    decision: int
    words: TextWords | None = None


class ObjectionsClosed(Wordless, frozen=True, tag="decision.objections_closed"):
    decision: int
    heard: int


class ProposalDecided(EventBase, frozen=True, tag="decision.decided"):
    decision: int
    objections: int
    words: TextWords | None = None


class ProposalWithdrawn(EventBase, frozen=True, tag="decision.withdrawn"):
    decision: int
    words: TextWords | None = None


class OutcomeRecorded(EventBase, frozen=True, tag="decision.outcome"):
    decision: int
    outcome: Outcome
    words: TextWords | None = None


# action items


class ActionAdded(EventBase, frozen=True, tag="action.added"):
    action: int
    assignee: str | None = None
    due_at: datetime | None = None
    words: TextWords | None = None


class ActionAssigned(Wordless, frozen=True, tag="action.assigned"):
    action: int
    assignee: str


class ActionStarted(Wordless, frozen=True, tag="action.started"):
    action: int


class ActionDone(EventBase, frozen=True, tag="action.done"):
    action: int
    words: TextWords | None = None


class ActionDropped(EventBase, frozen=True, tag="action.dropped"):
    action: int
    words: TextWords | None = None


class ActionPostponed(EventBase, frozen=True, tag="action.postponed"):
    action: int
    due_at: datetime
    words: TextWords | None = None


class ActionOverdue(Wordless, frozen=True, tag="action.overdue"):
    action: int
    due_at: datetime


# stakeholder updates


class UpdateDrafted(EventBase, frozen=True, tag="update.drafted"):
    """A draft. `cites` are the numbers of the entries it was written from."""

    update: int
    audience: Audience
    cites: tuple[int, ...] = ()
    corrects: int | None = None
    words: TextWords | None = None


class UpdateRevised(EventBase, frozen=True, tag="update.revised"):
    update: int
    cites: tuple[int, ...] = ()
    words: TextWords | None = None


class UpdateSubmitted(Wordless, frozen=True, tag="update.submitted"):
    update: int
    text: Citation


class UpdateReturned(EventBase, frozen=True, tag="update.returned"):
    update: int
    text: Citation
    words: TextWords | None = None


class UpdateApproved(EventBase, frozen=True, tag="update.approved"):
    """Approval of exactly the text of the entry that `text` names."""

    update: int
    text: Citation
    break_glass: bool = False
    words: TextWords | None = None


class UpdatePublished(Wordless, frozen=True, tag="update.published"):
    """`stale` if the room had moved on since the text was written, and it went out on purpose."""

    update: int
    text: Citation
    next_by: datetime | None = None
    stale: bool = False


class UpdateSent(EventBase, frozen=True, tag="update.sent"):
    """A person's receipt: they put exactly this text somewhere."""

    update: int
    text: Citation
    words: SentWords | None = None


class UpdateOverdue(Wordless, frozen=True, tag="update.overdue"):
    audience: Audience
    promised_at: datetime


# corrections


class EntryAmended(EventBase, frozen=True, tag="entry.amended"):
    of: Citation
    words: TextWords | None = None


class EntryStruck(EventBase, frozen=True, tag="entry.struck"):
    of: Citation
    words: TextWords | None = None


class RedactionRequested(EventBase, frozen=True, tag="redaction.requested"):
    of: Citation
    words: TextWords | None = None


class EntryRedacted(Wordless, frozen=True, tag="entry.redacted"):
    """The words of `of` are gone. `request` names the entry in which someone else asked for it."""

    of: Citation
    request: Citation


class EntryPromoted(Wordless, frozen=True, tag="entry.promoted"):
    """An entry became more than it was. Its words stay where they are."""

    of: Citation
    to: PromotedTo
    number: int | None = None
    assignee: str | None = None
    due_at: datetime | None = None


# how long words are kept


class RoomHeld(EventBase, frozen=True, tag="room.held"):
    """From now on no words of the room expire, however old they are."""

    words: TextWords | None = None


class RoomUnheld(EventBase, frozen=True, tag="room.unheld"):
    """Words expire again as they do elsewhere."""

    words: TextWords | None = None


class WordsExpired(Wordless, frozen=True, tag="words.expired"):
    """All words up to and with those of `through` are gone: the room ended `days` ago or more,
    and so long ago they were written."""

    through: Citation
    days: int


# people


class PersonJoined(EventBase, frozen=True, tag="person.joined"):
    person: str
    words: PersonWords | None = None


class PersonRenamed(EventBase, frozen=True, tag="person.renamed"):
    """Someone goes by another name from now on. What they were called stays in the log."""

    person: str
    words: TextWords | None = None


class RoomRestricted(EventBase, frozen=True, tag="room.restricted"):
    """From now on the room is for its members: those who were in it with a client."""

    members: tuple[str, ...]
    words: TextWords | None = None


class MemberAdmitted(EventBase, frozen=True, tag="member.admitted"):
    """Someone may come into a restricted room."""

    person: str
    words: PersonWords | None = None


class MemberRemoved(EventBase, frozen=True, tag="member.removed"):
    """Someone may be in a restricted room no longer, and holds no role in it any more."""

    person: str
    words: TextWords | None = None


class RollCalled(EventBase, frozen=True, tag="roll.called"):
    """People on the bridge without a client: in the roster as voice, never counted as gone."""

    people: tuple[str, ...]
    words: RollWords | None = None


# a log that goes on elsewhere, or from a copy


class LogAdopted(Wordless, frozen=True, tag="log.adopted"):
    """The log goes on in another hub, whose Ed25519 public key (hex) signs it from here on.

    `head` is the entry before this one: the last that the hub before had signed.
    """

    key: str
    head: Citation


class LogRestored(Wordless, frozen=True, tag="log.restored"):
    """The hub came back from a backup, and the log goes on after `head`, the entry before.

    `restore` is the id of the `hub.restored` entry in the hub's own log.
    """

    head: Citation
    restore: str


# the hub's own log


class HubFounded(Wordless, frozen=True, tag="hub.founded"):
    """Entry 1 of the hub's log. `key` is its Ed25519 public key, hex."""

    key: str
    policy: Policy


class PersonRegistered(EventBase, frozen=True, tag="person.registered"):
    """Someone this hub knows, and how. `uid` is the operating system's, for `via` os."""

    person: str
    via: Via
    uid: int | None = None
    words: PersonWords | None = None


class RestrictedRead(Wordless, frozen=True, tag="restricted.read"):
    """Someone opened a restricted room. Which one, its log's id says, to who may know of it."""

    log: str
    person: str
    scope: Scope


class RoomExported(Wordless, frozen=True, tag="room.exported"):
    """Someone asked for a log to write it to a file. It may be the hub's own."""

    log: str
    person: str
    scope: Scope


class AccessDenied(Wordless, frozen=True, tag="access.denied"):
    """Someone was refused what is not for them. Not each time: one in a minute stands for more.

    `log` is the room they meant, which need not exist; `credential` the invite or session that
    they showed, and `person` whose session it is.
    """

    denied: Denied
    person: str | None = None
    log: str | None = None
    credential: str | None = None


class ClockStepped(Wordless, frozen=True, tag="clock.stepped"):
    """The machine's wall clock moved against the hub's time by so many milliseconds."""

    by_ms: int


class RetentionSet(Wordless, frozen=True, tag="retention.set"):
    """Words are kept for so many days after their room ended; without `days`, for ever."""

    days: int | None = None


class HubRestored(Wordless, frozen=True, tag="hub.restored"):
    """The hub came back from a backup, which held these rooms so far.

    What was ended after the backup is not known any more: `sessions` are open again, and invites
    that were open are void.
    """

    rooms: tuple[LogAt, ...] = ()
    sessions: tuple[str, ...] = ()


class RoomAdopted(Wordless, frozen=True, tag="room.adopted"):
    """The hub took in a log of another hub, whose public key is `key`, as far as entry `seq`."""

    log: str
    seq: int
    hash: str
    key: str


# who comes in from elsewhere: digests are SHA-256, hex; what they are of stands nowhere


class InviteMade(EventBase, frozen=True, tag="invite.made"):
    """A code lets so many come in, until then. `person`: it lets this one in, on one more machine.

    `bound` is the log of a guest's one room, `audience` the one that a stakeholder belongs to. The
    words are the name of the one it is for.
    """

    invite: str
    code: str
    scope: Scope
    uses: int
    expires_at: datetime
    bound: str | None = None
    audience: Audience | None = None
    person: str | None = None
    words: NameWords | None = None


class InviteRevoked(Wordless, frozen=True, tag="invite.revoked"):
    invite: str


class SessionOpened(Wordless, frozen=True, tag="session.opened"):
    """One use of an invite: someone has a session, until `expires_at` if it is not renewed."""

    session: str
    person: str
    scope: Scope
    token: str
    invite: str
    expires_at: datetime
    bound: str | None = None
    audience: Audience | None = None


class SessionSeen(EventBase, frozen=True, tag="session.seen"):
    """A session came from an address that it had not come from before."""

    session: str
    words: PlaceWords | None = None


class SessionRotated(Wordless, frozen=True, tag="session.rotated"):
    """A session has a new token too. The old one holds until the new one is used."""

    session: str
    token: str


class SessionRenewed(Wordless, frozen=True, tag="session.renewed"):
    """The new token was used, and the old one is worth nothing from here on."""

    session: str
    expires_at: datetime


class SessionEnded(Wordless, frozen=True, tag="session.ended"):
    session: str


class Unknown(Struct, frozen=True):
    """An entry that this version cannot read. It folds to a placeholder."""

    kind: str
    facts: dict[str, Any] = {}
    words: dict[str, Any] | None = None
    occurred_at: datetime | None = None


IncidentEvent: TypeAlias = (
    IncidentDeclared
    | IncidentRetitled
    | IncidentDescribed
    | StatusChanged
    | SeverityChanged
    | PolicyChanged
    | NotePosted
    | ObservationMade
    | HypothesisRaised
    | HypothesisAssessed
    | RoleTaken
    | RoleOffered
    | RoleAccepted
    | RoleDeclined
    | RoleOfferLapsed
    | RoleReleased
    | RoleAppointed
    | DecisionRecorded
    | DecisionProposed
    | ObjectionRaised
    | ObjectionsClosed
    | ProposalDecided
    | ProposalWithdrawn
    | OutcomeRecorded
    | ActionAdded
    | ActionAssigned
    | ActionStarted
    | ActionDone
    | ActionDropped
    | ActionPostponed
    | ActionOverdue
    | UpdateDrafted
    | UpdateRevised
    | UpdateSubmitted
    | UpdateReturned
    | UpdateApproved
    | UpdatePublished
    | UpdateSent
    | UpdateOverdue
    | EntryAmended
    | EntryStruck
    | RedactionRequested
    | EntryRedacted
    | EntryPromoted
    | RoomHeld
    | RoomUnheld
    | WordsExpired
    | PersonJoined
    | PersonRenamed
    | RoomRestricted
    | MemberAdmitted
    | MemberRemoved
    | RollCalled
    | LogAdopted
    | LogRestored
)
AccessEvent: TypeAlias = (
    InviteMade
    | InviteRevoked
    | SessionOpened
    | SessionSeen
    | SessionRotated
    | SessionRenewed
    | SessionEnded
)
HubEvent: TypeAlias = (
    HubFounded
    | PersonRegistered
    | RestrictedRead
    | RoomExported
    | AccessDenied
    | ClockStepped
    | RetentionSet
    | HubRestored
    | RoomAdopted
    | AccessEvent
)
Event: TypeAlias = IncidentEvent | HubEvent


class Recorded(Struct, frozen=True, kw_only=True):
    """An event with its place in the log: what the fold reads.

    `id` and `hash` are those of the entry; `by`, `said_by` are person ids; `role` is the role
    acted in; `seen` is the last seq the writer had seen; `at` is the hub's time, UTC.
    """

    seq: int
    id: str
    hash: str
    at: datetime
    by: str
    via: Via
    role: Role | None = None
    said_by: str | None = None
    seen: int = 0
    refs: tuple[str, ...] = ()
    event: Event | Unknown

    @property
    def speaker(self) -> str:
        """Whose words or deed this is: who said it, otherwise who wrote it."""
        return self.said_by or self.by

    @property
    def happened_at(self) -> datetime:
        """When it happened, as far as anyone said; otherwise when it was recorded."""
        return self.event.occurred_at or self.at
