"""Who may do what: one table, enforced by the hub, shown by the clients, printed as RACI.

`REACH` says what a connection may do at all, by its scope. `TABLE` has a right for every command:
the scopes it is open to, and the roles whose holder may act, or none if everyone of these scopes
may. While nobody is incident commander, rights marked `if_vacant` are open to everyone of these
scopes, so that a room without a commander is never stuck.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from warroom.domain import commands as c
from warroom.domain.commands import Command
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.incident import Incident, StakeholderUpdate
from warroom.domain.vocabulary import CLOSED, EXTERNAL, Audience, Role, Scope

IC, DEPUTY = Role.INCIDENT_COMMANDER, Role.DEPUTY
COMMS, TECH, SCRIBE = Role.COMMS_LEAD, Role.TECHNICAL_LEAD, Role.SCRIBE


class Reach(Struct, frozen=True):
    """What a scope may do besides giving commands.

    `rooms`: list rooms, open them, read them whole, and so export them; `one`: a single room, named
    when they were let in, and no other; `restricted`: also those to which they are not admitted.
    `feed`: be told what was published, stakeholders only to their audience. `voices`: write down
    what someone else said or did, with that one's rights, as a scribe does for who is on the
    bridge; without it, `NOTES` alone can be of someone else.
    """

    rooms: bool = True
    feed: bool = True
    one: bool = False
    restricted: bool = False
    voices: bool = False


REACH: Mapping[Scope, Reach] = {
    Scope.RESPONDER: Reach(voices=True),
    Scope.GUEST: Reach(one=True),
    Scope.OBSERVER: Reach(),
    Scope.AUDITOR: Reach(restricted=True),
    Scope.STAKEHOLDER: Reach(rooms=False),
    Scope.HUB: Reach(rooms=False, feed=False),
}
"""Every scope and its reach."""

NOTES: frozenset[type[Command]] = frozenset({c.Post, c.Observe, c.RaiseHypothesis})
"""What was only said: it takes no right, and nothing follows from who said it."""

WORKING = frozenset({Scope.RESPONDER, Scope.GUEST})
"""Scopes of those who work in a room."""


class Admission(Struct, frozen=True):
    """What someone was let in for.

    `bound` is the log of a guest's one room; `audience` is the one that a stakeholder belongs to.
    """

    scope: Scope = Scope.RESPONDER
    bound: str | None = None
    audience: Audience = Audience.INTERNAL

    def reading(self) -> "Admission":
        """The same for someone who wants to leave no trace: who could write only reads."""
        return replace(self, scope=Scope.OBSERVER) if self.scope in WORKING else self


class Right(Struct, frozen=True):
    """What it takes to give a command. `after_close`: also once the incident is closed.

    `approves`: the roles are those that the room's policy names as approvers. `consults`: the
    others are heard before, as objections to a proposal are.
    """

    roles: tuple[Role, ...] = ()
    approves: bool = False
    consults: bool = False
    if_vacant: bool = False
    after_close: bool = False
    scopes: frozenset[Scope] = WORKING


ANYONE = Right()
ANYONE_EVER = Right(after_close=True)
COMMAND = Right((IC, DEPUTY), if_vacant=True)
APPROVAL = Right(DEFAULT_POLICY.approvers, approves=True)
HUB_ONLY = Right(scopes=frozenset({Scope.HUB}), after_close=True)

TABLE: dict[type[Command], Right] = {
    c.Declare: Right(after_close=True, scopes=frozenset({Scope.RESPONDER})),
    c.Retitle: Right((IC, DEPUTY, COMMS, SCRIBE), if_vacant=True),
    c.Describe: ANYONE_EVER,
    c.ChangeStatus: Right((IC, DEPUTY), if_vacant=True, after_close=True),
    c.ChangeSeverity: COMMAND,
    c.ChangePolicy: Right((IC,)),
    c.Post: ANYONE_EVER,
    c.Observe: ANYONE_EVER,
    c.RaiseHypothesis: ANYONE,
    c.AssessHypothesis: ANYONE,
    c.TakeRole: ANYONE_EVER,
    c.OfferRole: ANYONE,
    c.AcceptRole: ANYONE,
    c.DeclineRole: ANYONE,
    c.ReleaseRole: ANYONE,
    c.AppointRole: Right((IC,)),
    c.RecordDecision: Right((IC, DEPUTY, TECH, SCRIBE), if_vacant=True),
    c.ProposeDecision: ANYONE,
    c.ObjectTo: ANYONE,
    c.DecideProposal: Right((IC, DEPUTY), if_vacant=True, consults=True),
    c.WithdrawProposal: ANYONE,
    c.RecordOutcome: ANYONE_EVER,
    c.AddAction: ANYONE,
    c.AssignAction: ANYONE_EVER,
    c.AdvanceAction: ANYONE_EVER,
    c.PostponeAction: ANYONE_EVER,
    c.DraftUpdate: ANYONE,
    c.ReviseUpdate: ANYONE,
    c.SubmitUpdate: ANYONE,
    c.ReturnUpdate: APPROVAL,
    c.ApproveUpdate: APPROVAL,
    c.PublishUpdate: Right((COMMS, IC, DEPUTY)),
    c.RecordSent: ANYONE_EVER,
    c.Amend: ANYONE_EVER,
    c.Strike: ANYONE_EVER,
    c.RequestRedaction: ANYONE_EVER,
    c.ApproveRedaction: ANYONE_EVER,
    c.Promote: ANYONE,
    c.Hold: ANYONE_EVER,
    c.Unhold: Right((IC,), after_close=True),
    c.CallRoll: ANYONE,
    c.Rename: ANYONE_EVER,
    c.Restrict: Right((IC, DEPUTY), if_vacant=True, after_close=True),
    c.Admit: Right((IC, DEPUTY), after_close=True),
    c.Remove: Right((IC, DEPUTY), after_close=True),
    c.Join: HUB_ONLY,
    c.NoteName: HUB_ONLY,
    c.ExpireWords: HUB_ONLY,
    c.AdoptLog: HUB_ONLY,
    c.ResumeLog: HUB_ONLY,
    c.LapseOffer: HUB_ONLY,
    c.CloseObjections: HUB_ONLY,
    c.MarkActionOverdue: HUB_ONLY,
    c.MarkUpdateOverdue: HUB_ONLY,
}
"""Every command and its right. Rules that look at more than the role (the holder releases, the
author does not approve) stand with their command in `decide/`."""


def needed(incident: Incident, right: Right) -> tuple[Role, ...]:
    """The roles that may use a right in this room, none if every responder may."""
    return incident.policy.approvers if right.approves else right.roles


def role_for(incident: Incident, right: Right, speaker: str) -> Role | None:
    """The role under which someone uses a right: the first of its roles that they hold."""
    held = incident.roles_of(speaker)
    return next((role for role in needed(incident, right) if role in held), None)


def approvers(incident: Incident, update: StakeholderUpdate) -> dict[str, Role]:
    """Who can approve an update, and in which role: of one that leaves the house no author can."""
    excluded = update.authors if update.audience in EXTERNAL else frozenset()
    found: dict[str, Role] = {}
    for role in needed(incident, APPROVAL):
        person = incident.holder(role)
        if person is not None and person not in excluded:
            found.setdefault(person, role)
    return found


def voices(command: type[Command], scope: Scope) -> bool:
    """Whether someone connected with `scope` may give a command as another's word or deed."""
    return REACH[scope].voices or command in NOTES


def too_late(incident: Incident, right: Right) -> bool:
    """Whether the incident is closed, and the right does not outlast that."""
    return incident.status in CLOSED and not right.after_close


def sees(incident: Incident, person: str, scope: Scope, bound: str | None = None) -> bool:
    """Whether someone's connection may know that a room is there, and read it.

    `bound` is the log of the one room that the connection is for, None for any. To everyone else
    the room does not exist: they are answered in the words for a room that was never declared.
    """
    reach = REACH[scope]
    if reach.one and bound is None:
        return False
    meant = bound in {None, incident.log} and (reach.restricted or incident.open_to(person))
    return reach.rooms and meant


def hears(incident: Incident, person: str, scope: Scope, bound: str | None = None) -> bool:
    """Whether someone's connection is told what a room publishes.

    Whoever sees the room is, and stakeholders; of a restricted one, if they are admitted to it.
    """
    reach = REACH[scope]
    if reach.rooms:
        return sees(incident, person, scope, bound)
    return reach.feed and incident.open_to(person)


def allowed(incident: Incident, right: Right, speaker: str, scope: Scope) -> bool:
    """Whether `speaker`, connected with `scope`, may use the right now."""
    if scope not in right.scopes:
        return False
    if not right.roles or role_for(incident, right, speaker):
        return True
    return right.if_vacant and incident.commander is None
