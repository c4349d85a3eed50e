"""`decide`: one command on one incident gives one event, or a refusal. Pure.

The checks that hold for every command stand here; what a command needs of its own stands with
its family: `lifecycle`, `roles`, `decisions`, `actions`, `updates`, `corrections`, `people`,
`recovery`, `retention`. The rules of the hub's own log for invites and sessions stand in `access`.
"""

from typing import assert_never

from msgspec.structs import replace

from warroom.domain import commands as c
from warroom.domain.commands import Command
from warroom.domain.decide import (
    actions,
    corrections,
    decisions,
    lifecycle,
    membership,
    people,
    recovery,
    retention,
    roles,
    updates,
)
from warroom.domain.decide.asked import (
    NO_ROOM,
    SKEW,
    Asked,
    Cited,
    Code,
    Founding,
    Granted,
    Named,
    Refused,
    Ruling,
    _Refuse,
    cited,
    in_room,
    in_utc,
    refuse,
    words,
)
from warroom.domain.events import HypothesisAssessed, HypothesisRaised, NotePosted, ObservationMade
from warroom.domain.events import TextWords as Words
from warroom.domain.incident import Incident
from warroom.domain.permissions import (
    TABLE,
    Right,
    allowed,
    needed,
    role_for,
    sees,
    too_late,
    voices,
)
from warroom.domain.vocabulary import Scope, spoken

__all__ = [
    "NO_ROOM",
    "Asked",
    "Cited",
    "Code",
    "Founding",
    "Granted",
    "Named",
    "Refused",
    "cited",
    "decide",
]

_READERS = {
    Scope.OBSERVER: "you joined as an observer: you can read, not write",
    Scope.AUDITOR: "you joined as an auditor: you can read and export, not write",
    Scope.STAKEHOLDER: "you joined as a stakeholder: you read what is published, and do not write",
}


def decide(incident: Incident, command: Command, asked: Asked) -> Granted | Refused:
    """What comes of a command: the one event to record, or why not."""
    right = TABLE[type(command)]
    try:
        _check(incident, command, right, asked)
        ruling = _rule(incident, command, asked)
        event = ruling.event
        if asked.occurred_at is not None:
            event = replace(event, occurred_at=in_utc(asked.occurred_at))
    except _Refuse as stop:
        return stop.refused
    return Granted(event, role_for(incident, right, asked.speaker), ruling.refs)


def _check(incident: Incident, command: Command, right: Right, asked: Asked) -> None:
    """What must hold for every command, whatever it asks."""
    _check_log(incident, command, asked)
    if not allowed(incident, right, asked.speaker, asked.scope):
        _refuse_right(incident, right, asked)
    if asked.said_by is not None and not voices(type(command), asked.scope):
        text = "as a guest you can note what {about} says, and do nothing in their name"
        refuse(Code.NOT_ALLOWED, text, asked.said_by)
    if too_late(incident, right):
        refuse(
            Code.ILLEGAL_STATE,
            f"this incident is {incident.status}; reopen it first: /status investigating REASON",
        )
    if asked.said_by is not None:
        in_room(incident, asked.said_by)
    if asked.occurred_at is not None and asked.occurred_at > asked.at + SKEW:
        refuse(Code.INVALID, "occurred_at lies in the future; give the time when it happened")


def _check_log(incident: Incident, command: Command, asked: Asked) -> None:
    """Whether the room is there, for those who may know that it is."""
    declaring = isinstance(command, c.Declare)
    known = bool(incident.seq) and _sees(incident, asked)
    if not declaring and not known:
        refuse(Code.NOT_FOUND, NO_ROOM)
    if declaring and incident.seq:
        label = f", as {incident.label}" if known else ""
        refuse(Code.CONFLICT, f"this room is declared already{label}")
    if incident.unknown:
        refuse(
            Code.TOO_NEW,
            "this room was written by a newer hub; update this hub before writing here",
        )


def _sees(incident: Incident, asked: Asked) -> bool:
    return asked.scope is Scope.HUB or sees(incident, asked.person, asked.scope, asked.bound)


def _refuse_right(incident: Incident, right: Right, asked: Asked) -> None:
    if asked.scope in _READERS:
        refuse(Code.NOT_ALLOWED, _READERS[asked.scope])
    if Scope.HUB in right.scopes:
        refuse(Code.NOT_ALLOWED, "only the hub itself does that")
    if asked.scope is Scope.HUB:
        refuse(Code.NOT_ALLOWED, "the hub itself does not do that, people do")
    if asked.scope not in right.scopes:
        refuse(Code.NOT_ALLOWED, "you are a guest in one room; someone who is not must do that")
    roles = " or ".join(spoken(role) for role in needed(incident, right))
    commander = incident.commander
    if commander is None:
        refuse(Code.NOT_ALLOWED, f"this needs the {roles}; take the role: /role ic")
    refuse(Code.NOT_ALLOWED, f"this needs the {roles}; {{about}} is in command", commander)


def _rule(i: Incident, command: Command, asked: Asked) -> Ruling:  # noqa: C901 - one table
    match command:
        case (
            c.Declare()
            | c.Retitle()
            | c.Describe()
            | c.ChangeStatus()
            | c.ChangeSeverity()
            | c.ChangePolicy()
        ):
            return lifecycle.rule(i, command, asked)
        case c.Post(text=text):
            return Ruling(NotePosted(words=Words(text)))
        case c.Observe(text=text):
            return Ruling(ObservationMade(words=Words(text)))
        case c.RaiseHypothesis(text=text):
            number = len(i.hypotheses) + 1
            return Ruling(HypothesisRaised(hypothesis=number, words=Words(text)))
        case c.AssessHypothesis():
            return _assess(i, command)
        case (
            c.TakeRole()
            | c.OfferRole()
            | c.AcceptRole()
            | c.DeclineRole()
            | c.ReleaseRole()
            | c.AppointRole()
            | c.LapseOffer()
        ):
            return roles.rule(i, command, asked)
        case (
            c.RecordDecision()
            | c.ProposeDecision()
            | c.ObjectTo()
            | c.DecideProposal()
            | c.WithdrawProposal()
            | c.RecordOutcome()
            | c.CloseObjections()
        ):
            return decisions.rule(i, command, asked)
        case (
            c.AddAction()
            | c.AssignAction()
            | c.AdvanceAction()
            | c.PostponeAction()
            | c.MarkActionOverdue()
        ):
            return actions.rule(i, command, asked)
        case (
            c.DraftUpdate()
            | c.ReviseUpdate()
            | c.SubmitUpdate()
            | c.ReturnUpdate()
            | c.ApproveUpdate()
            | c.PublishUpdate()
            | c.RecordSent()
            | c.MarkUpdateOverdue()
        ):
            return updates.rule(i, command, asked)
        case c.Amend() | c.Strike() | c.RequestRedaction() | c.ApproveRedaction() | c.Promote():
            return corrections.rule(i, command, asked)
        case c.Hold() | c.Unhold() | c.ExpireWords():
            return retention.rule(i, command, asked)
        case c.Restrict() | c.Admit() | c.Remove():
            return membership.rule(i, command, asked)
        case c.CallRoll() | c.Rename() | c.Join() | c.NoteName():
            return people.rule(i, command, asked)
        case c.AdoptLog() | c.ResumeLog():
            return recovery.rule(i, command)
        case unreachable:
            assert_never(unreachable)


def _assess(i: Incident, command: c.AssessHypothesis) -> Ruling:
    known = i.hypotheses.get(command.hypothesis)
    if known is None:
        refuse(Code.NOT_FOUND, f"there is no hypothesis H{command.hypothesis}")
    if known.state is command.state:
        refuse(Code.CONFLICT, f"H{known.number} is {spoken(known.state)} already")
    event = HypothesisAssessed(
        hypothesis=known.number,
        state=command.state,
        words=words(command.text),
    )
    return Ruling(event, (known.source.id,))
