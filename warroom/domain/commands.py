"""What a person (or the hub itself) asks. A command that is granted becomes one event.

Limits on text are part of the types, so that the hub refuses what is too long, and names the
field, before any rule runs. Unknown fields are refused: a command is never half understood.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from warroom.domain.events import Policy
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Severity,
    Status,
)

Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^(?=.*\S).*\Z")]
"""One line of text, up to 300 characters, not blank."""

Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40_000, pattern=r"\S")]
"""Text of any number of lines, up to 40,000 characters, not blank."""

Handle: TypeAlias = Annotated[str, Meta(min_length=1, max_length=24, pattern=r"^[^\W_][\w.\-]*\Z")]
"""The short name said aloud, without the `@`: letters, digits, `.`, `-`, `_`."""

PersonId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9a-z-]+\Z")]
MOST_DAYS = 36_500
Days: TypeAlias = Annotated[int, Meta(ge=1, le=MOST_DAYS)]
Number: TypeAlias = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]
EntryId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}\Z")]
PublicKey: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class CommandBase(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="do",
):
    """The base of all commands."""

    @property
    def word(self) -> str:
        """The tag under which this command travels, `decide`."""
        return str(self.__struct_config__.tag)


# the incident itself


class Declare(CommandBase, frozen=True, tag="declare"):
    """Open a room. Nothing but a title is needed."""

    title: Line
    severity: Severity | None = None
    impact: Level | None = None
    urgency: Level | None = None
    services: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    bridge: Line | None = None
    started_at: Moment | None = None
    security: bool = False
    restricted: bool = False


class Retitle(CommandBase, frozen=True, tag="retitle"):
    title: Line


class Describe(CommandBase, frozen=True, tag="describe"):
    impact: Level | None = None
    urgency: Level | None = None
    services: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    bridge: Line | None = None
    started_at: Moment | None = None
    identified_at: Moment | None = None
    mitigated_at: Moment | None = None
    resolved_at: Moment | None = None


class ChangeStatus(CommandBase, frozen=True, tag="status"):
    to: Status
    reason: Text | None = None


class ChangeSeverity(CommandBase, frozen=True, tag="severity"):
    to: Severity
    reason: Text


class ChangePolicy(CommandBase, frozen=True, tag="policy"):
    policy: Policy
    reason: Text


# what people say


class Post(CommandBase, frozen=True, tag="post"):
    text: Text


class Observe(CommandBase, frozen=True, tag="observe"):
    text: Text


class RaiseHypothesis(CommandBase, frozen=True, tag="hypothesize"):
    text: Text


class AssessHypothesis(CommandBase, frozen=True, tag="assess"):
    hypothesis: Number
    state: HypothesisState
    text: Text | None = None


# who does what


class TakeRole(CommandBase, frozen=True, tag="role.take"):
    """Take a role. If it is held, `reason` makes it a takeover; without one it is refused."""

    role: Role
    reason: Text | None = None


class OfferRole(CommandBase, frozen=True, tag="role.offer"):
    role: Role
    to: PersonId
    note: Text | None = None


class AcceptRole(CommandBase, frozen=True, tag="role.accept"):
    role: Role


class DeclineRole(CommandBase, frozen=True, tag="role.decline"):
    role: Role
    reason: Text | None = None


class ReleaseRole(CommandBase, frozen=True, tag="role.release"):
    role: Role
    reason: Text | None = None


class AppointRole(CommandBase, frozen=True, tag="role.appoint"):
    role: Role
    person: PersonId
    note: Text | None = None


# decisions


class DecisionText(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The parts of a decision. Only the choice is needed; the rest can be missing for now."""

    choice: Text
    question: Text | None = None
    options: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    rationale: Text | None = None
    rollback: Text | None = None
    verification: Text | None = None


class RecordDecision(CommandBase, frozen=True, tag="decide"):
    decision: DecisionText
    risk: Risk | None = None


class ProposeDecision(CommandBase, frozen=True, tag="propose"):
    """`window` is how many seconds strong objections are heard; the room's policy otherwise."""

    decision: DecisionText
    risk: Risk | None = None
    window: Annotated[int, Meta(ge=1, le=24 * 3600)] | None = None


class ObjectTo(CommandBase, frozen=True, tag="object"):
    decision: Number
    reason: Text


class DecideProposal(CommandBase, frozen=True, tag="decide.proposal"):
    decision: Number
    rationale: Text | None = None


class WithdrawProposal(CommandBase, frozen=True, tag="withdraw"):
    decision: Number
    reason: Text | None = None


class RecordOutcome(CommandBase, frozen=True, tag="outcome"):
    decision: Number
    outcome: Outcome
    text: Text | None = None


# action items


class AddAction(CommandBase, frozen=True, tag="act"):
    text: Text
    assignee: PersonId | None = None
    due_at: Moment | None = None


class AssignAction(CommandBase, frozen=True, tag="act.assign"):
    action: Number
    assignee: PersonId


class AdvanceAction(CommandBase, frozen=True, tag="act.advance"):
    """Started, done or dropped."""

    action: Number
    to: ActionState
    text: Text | None = None


class PostponeAction(CommandBase, frozen=True, tag="act.postpone"):
    action: Number
    due_at: Moment
    reason: Text | None = None


# stakeholder updates


class DraftUpdate(CommandBase, frozen=True, tag="update.draft"):
    audience: Audience
    text: Text
    cites: Annotated[tuple[Number, ...], Meta(max_length=100)] = ()
    corrects: Number | None = None


class ReviseUpdate(CommandBase, frozen=True, tag="update.revise"):
    update: Number
    text: Text
    cites: Annotated[tuple[Number, ...], Meta(max_length=100)] = ()


class SubmitUpdate(CommandBase, frozen=True, tag="update.submit"):
    update: Number


class ReturnUpdate(CommandBase, frozen=True, tag="update.return"):
    update: Number
    reason: Text


class ApproveUpdate(CommandBase, frozen=True, tag="update.approve"):
    """`text` is the hash of the entry whose words were read. `break_glass` lets an author approve
    an external update alone; it needs a reason and stays marked."""

    update: Number
    text: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    break_glass: bool = False
    reason: Text | None = None


class PublishUpdate(CommandBase, frozen=True, tag="update.publish"):
    """`next_by` is the promise of the next update; the room's policy otherwise. `anyway` is said
    on purpose: the text goes out although it is stale."""

    update: Number
    next_by: Moment | None = None
    anyway: bool = False


class RecordSent(CommandBase, frozen=True, tag="update.sent"):
    update: Number
    where: Line
    text: Text | None = None


# corrections


class Amend(CommandBase, frozen=True, tag="amend"):
    entry: Number
    text: Text


class Strike(CommandBase, frozen=True, tag="strike"):
    entry: Number
    reason: Text


class RequestRedaction(CommandBase, frozen=True, tag="redact"):
    entry: Number
    reason: Text


class ApproveRedaction(CommandBase, frozen=True, tag="redact.approve"):
    entry: Number


class Promote(CommandBase, frozen=True, tag="promote"):
    entry: Number
    to: PromotedTo
    assignee: PersonId | None = None
    due_at: Moment | None = None


# how long words are kept


class Hold(CommandBase, frozen=True, tag="hold"):
    """Keep the words of this room, however old they are."""

    reason: Text


class Unhold(CommandBase, frozen=True, tag="unhold"):
    """Let words expire in this room as they do elsewhere."""

    reason: Text


# people


class Voice(Struct, frozen=True, forbid_unknown_fields=True):
    """Someone on the bridge without a client. The id is `voice_id(log, handle)`."""

    person: PersonId
    handle: Handle


class CallRoll(CommandBase, frozen=True, tag="here"):
    people: Annotated[tuple[Voice, ...], Meta(min_length=1, max_length=50)]


class Rename(CommandBase, frozen=True, tag="name"):
    """Go by another name, in this room and from now on everywhere."""

    name: Line


class Restrict(CommandBase, frozen=True, tag="restrict"):
    """Close the room to everyone who is not in it."""

    reason: Text | None = None


class Admit(CommandBase, frozen=True, tag="admit"):
    """Let someone into a restricted room, whom the hub knows by this handle."""

    handle: Handle


class Remove(CommandBase, frozen=True, tag="remove"):
    """Show someone out of a restricted room."""

    handle: Handle
    reason: Text | None = None


# what only the hub asks


class Join(CommandBase, frozen=True, tag="join"):
    """Attendance: one entry a person, before their first other entry."""

    person: PersonId
    name: Line
    handle: Handle
    team: Line | None = None


class AdoptLog(CommandBase, frozen=True, tag="log.adopt"):
    """Go on with a log of another hub, under this hub's public key, hex."""

    key: PublicKey


class ResumeLog(CommandBase, frozen=True, tag="log.resume"):
    """Go on with a log as a backup held it; `restore` is the id of the restore."""

    restore: EntryId


class ExpireWords(CommandBase, frozen=True, tag="words.expire"):
    """Erase the words that have been kept for so many days since the room ended."""

    days: Days


class NoteName(CommandBase, frozen=True, tag="name.note"):
    """Someone who is in the room has changed their name elsewhere."""

    person: PersonId
    name: Line


class LapseOffer(CommandBase, frozen=True, tag="role.lapse"):
    role: Role
    offer: Number


class CloseObjections(CommandBase, frozen=True, tag="objections.close"):
    decision: Number


class MarkActionOverdue(CommandBase, frozen=True, tag="act.overdue"):
    action: Number
    due_at: Moment


class MarkUpdateOverdue(CommandBase, frozen=True, tag="update.overdue"):
    audience: Audience
    promised_at: Moment


PersonCommand: TypeAlias = (
    Declare
    | Retitle
    | Describe
    | ChangeStatus
    | ChangeSeverity
    | ChangePolicy
    | Post
    | Observe
    | RaiseHypothesis
    | AssessHypothesis
    | TakeRole
    | OfferRole
    | AcceptRole
    | DeclineRole
    | ReleaseRole
    | AppointRole
    | RecordDecision
    | ProposeDecision
    | ObjectTo
    | DecideProposal
    | WithdrawProposal
    | RecordOutcome
    | AddAction
    | AssignAction
    | AdvanceAction
    | PostponeAction
    | DraftUpdate
    | ReviseUpdate
    | SubmitUpdate
    | ReturnUpdate
    | ApproveUpdate
    | PublishUpdate
    | RecordSent
    | Amend
    | Strike
    | RequestRedaction
    | ApproveRedaction
    | Promote
    | Hold
    | Unhold
    | CallRoll
    | Rename
    | Restrict
    | Admit
    | Remove
)
"""What may come in over the wire."""

TimerCommand: TypeAlias = LapseOffer | CloseObjections | MarkActionOverdue | MarkUpdateOverdue
RecoveryCommand: TypeAlias = AdoptLog | ResumeLog
HubCommand: TypeAlias = Join | NoteName | ExpireWords | TimerCommand | RecoveryCommand
"""What only the hub itself asks; the wire has no way to say it."""

Command: TypeAlias = PersonCommand | HubCommand


def cited_by(command: Command) -> tuple[int, ...]:
    """The numbers of the entries that a command speaks of: whoever decides looks them up."""
    match command:
        case DraftUpdate(cites=cites) | ReviseUpdate(cites=cites):
            return cites
        case (
            Amend(entry=seq)
            | Strike(entry=seq)
            | RequestRedaction(entry=seq)
            | ApproveRedaction(entry=seq)
            | Promote(entry=seq)
        ):
            return (seq,)
        case _:
            return ()


def named_in(command: Command) -> tuple[str, ...]:
    """The people that a command speaks of, by their ids: they must be in the room."""
    match command:
        case (
            AddAction(assignee=person)
            | AssignAction(assignee=person)
            | Promote(assignee=person)
            | OfferRole(to=person)
            | AppointRole(person=person)
        ):
            return () if person is None else (person,)
        case CallRoll(people=people):
            return tuple(voice.person for voice in people)
        case _:
            return ()
