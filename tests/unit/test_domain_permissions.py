"""Who may do what: the table, and that `decide` answers as the table says."""

from datetime import timedelta
from typing import TypeAlias, get_args

import pytest
from msgspec.structs import replace

from tests.unit.conftest import LOG, NINE, Playbook, entry_hash, entry_id
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import Command, Voice
from warroom.domain.decide import Asked, Code, Granted, Refused, decide
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.incident import Incident, Spoken
from warroom.domain.names import voice_id
from warroom.domain.permissions import REACH, TABLE, Admission, allowed, hears, role_for, sees
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Role,
    Scope,
    Severity,
    Status,
    Via,
    spoken,
)

IC, DEPUTY = Role.INCIDENT_COMMANDER, Role.DEPUTY
COMMS, TECH, SCRIBE = Role.COMMS_LEAD, Role.TECHNICAL_LEAD, Role.SCRIBE

IN_TEN = NINE + timedelta(minutes=10)
TOMORROW = NINE + timedelta(days=1)
WAIT = c.DecisionText(choice="wait")

Case: TypeAlias = tuple[Role | None, str | None, Scope]
"""The role that Sam holds, who is in command, and the scope with which Sam is connected."""

CASES: list[Case] = [
    (role, commander, scope)
    for role in (None, *Role)
    for commander in (("sam",) if role is IC else (None, "ana"))
    for scope in Scope
]

OWN_RULE = frozenset({c.OfferRole, c.ReleaseRole, c.ReturnUpdate, c.ApproveUpdate})
"""Commands open to all by the table, and left to a rule that looks at who holds what."""

RESTRICTED: dict[type[Command], tuple[set[Role], bool]] = {
    c.Retitle: ({IC, DEPUTY, COMMS, SCRIBE}, True),
    c.ChangeStatus: ({IC, DEPUTY}, True),
    c.ChangeSeverity: ({IC, DEPUTY}, True),
    c.ChangePolicy: ({IC}, False),
    c.AppointRole: ({IC}, False),
    c.RecordDecision: ({IC, DEPUTY, TECH, SCRIBE}, True),
    c.DecideProposal: ({IC, DEPUTY}, True),
    c.ReturnUpdate: ({IC, DEPUTY}, False),
    c.ApproveUpdate: ({IC, DEPUTY}, False),
    c.PublishUpdate: ({COMMS, IC, DEPUTY}, False),
    c.Unhold: ({IC}, False),
    c.Restrict: ({IC, DEPUTY}, True),
    c.Admit: ({IC, DEPUTY}, False),
    c.Remove: ({IC, DEPUTY}, False),
}
"""What needs a role: which, and whether everyone may while nobody is in command."""

AFTER_CLOSE: set[type[Command]] = {
    c.Describe,
    c.ChangeStatus,
    c.Post,
    c.Observe,
    c.TakeRole,
    c.RecordOutcome,
    c.AssignAction,
    c.AdvanceAction,
    c.PostponeAction,
    c.RecordSent,
    c.Amend,
    c.Strike,
    c.RequestRedaction,
    c.ApproveRedaction,
    c.Hold,
    c.Unhold,
    c.Rename,
    c.Restrict,
    c.Admit,
    c.Remove,
}
"""What people may still do in a closed incident: reopen it, tie up loose ends, correct."""


def spare(role: Role | None) -> Role:
    """A role that Sam does not hold."""
    return TECH if role is not TECH else SCRIBE


def stage(role: Role | None, commander: str | None) -> Playbook:
    """A room in which every command is in its place, with Sam in a role, or in none."""
    room = Playbook()
    room.opens("ana", "sam", "cy")  # entries 1 to 4
    room.does("cy", c.Post(text="5"))
    room.does("cy", c.Post(text="6"))
    room.does("cy", c.RequestRedaction(entry=6, reason="a password"))
    room.does("cy", c.RaiseHypothesis(text="the pool"))
    room.does("sam", c.ProposeDecision(decision=WAIT, window=3600))
    room.records(e.DecisionRecorded(decision=2))
    room.does("cy", c.AddAction(text="look", due_at=IN_TEN))
    for update, audience in enumerate((Audience.INTERNAL, Audience.CUSTOMERS, Audience.INTERNAL)):
        room.does("cy", c.DraftUpdate(audience=audience, text=str(update)))
    room.does("cy", c.SubmitUpdate(update=2))
    text = room.incident.updates[3].text.citation
    room.records(e.UpdatePublished(update=3, text=text, next_by=IN_TEN))
    room.records(e.RoleOffered(role=spare(role), to="sam", lapses_at=IN_TEN))
    if commander is not None:
        room.records(e.RoleTaken(role=IC), by=commander)
    if role not in (None, IC):
        room.records(e.RoleTaken(role=role), by="sam")
    return room


def samples(room: Playbook, role: Role | None) -> dict[type[Command], Command]:
    """One command of each kind that the rules of the stage grant, if the table does."""
    incident = room.incident
    offer = incident.offers[spare(role)]
    commands: list[Command] = [
        c.Declare(title="x"),
        c.Retitle(title="x"),
        c.Describe(impact=Level.HIGH),
        c.ChangeStatus(to=Status.INVESTIGATING, reason="x"),
        c.ChangeSeverity(to=Severity.SEV1, reason="x"),
        c.ChangePolicy(policy=DEFAULT_POLICY, reason="x"),
        c.Post(text="x"),
        c.Observe(text="x"),
        c.RaiseHypothesis(text="x"),
        c.AssessHypothesis(hypothesis=1, state=HypothesisState.SUPPORTED),
        c.TakeRole(role=spare(role)),
        c.OfferRole(role=role or DEPUTY, to="cy"),
        c.AcceptRole(role=spare(role)),
        c.DeclineRole(role=spare(role)),
        c.ReleaseRole(role=role or DEPUTY),
        c.AppointRole(role=spare(role), person="cy"),
        c.RecordDecision(decision=WAIT),
        c.ProposeDecision(decision=WAIT),
        c.ObjectTo(decision=1, reason="x"),
        c.DecideProposal(decision=1),
        c.WithdrawProposal(decision=1),
        c.RecordOutcome(decision=2, outcome=Outcome.WORKED),
        c.AddAction(text="x"),
        c.AssignAction(action=1, assignee="sam"),
        c.AdvanceAction(action=1, to=ActionState.STARTED),
        c.PostponeAction(action=1, due_at=TOMORROW),
        c.DraftUpdate(audience=Audience.INTERNAL, text="x"),
        c.ReviseUpdate(update=1, text="x"),
        c.SubmitUpdate(update=1),
        c.ReturnUpdate(update=2, reason="x"),
        room.approval(2),
        c.PublishUpdate(update=1, next_by=TOMORROW),
        c.RecordSent(update=3, where="x"),
        c.Amend(entry=5, text="x"),
        c.Strike(entry=5, reason="x"),
        c.RequestRedaction(entry=5, reason="x"),
        c.ApproveRedaction(entry=6),
        c.Promote(entry=5, to=PromotedTo.FACT),
        c.Hold(reason="x"),
        c.Unhold(reason="x"),
        c.CallRoll(people=(Voice(voice_id(incident.log, "raj"), "raj"),)),
        c.Rename(name="Sam Shaw"),
        c.Restrict(reason="x"),
        c.Admit(handle="kim"),
        c.Remove(handle="cy"),
        c.Join(person="eve", name="Eve", handle="eve"),
        c.NoteName(person="sam", name="Sam Shaw"),
        c.ExpireWords(days=1),
        c.LapseOffer(role=offer.role, offer=offer.source.seq),
        c.CloseObjections(decision=1),
        c.MarkActionOverdue(action=1, due_at=IN_TEN),
        c.MarkUpdateOverdue(audience=Audience.INTERNAL, promised_at=IN_TEN),
        c.AdoptLog(key="ab" * 32),
        c.ResumeLog(restore="0" * 36),
    ]
    return {type(command): command for command in commands}


def answer(command: type[Command], case: Case, status: Status | None = None) -> Granted | Refused:
    """What `decide` says to Sam."""
    role, commander, scope = case
    room = stage(role, commander)
    given = samples(room, role)[command]
    if Scope.HUB in TABLE[command].scopes:
        room.waits(3600)
    if command is c.Declare:
        room = Playbook()
    if command in {c.Admit, c.Remove}:
        room.records(e.RoomRestricted(members=("ana", "cy", "sam")))
    if command is c.Unhold:
        room.records(e.RoomHeld())
    if command is c.ExpireWords:
        old = Spoken(5, entry_id(5), entry_hash(5), NINE - timedelta(days=1))
        room.incident = replace(room.incident, spoken=(old,))
    if status is not None:
        room.incident = replace(room.incident, status=status)
    bound = LOG if scope is Scope.GUEST else None
    return decide(room.incident, given, room.asked("sam", given, scope=scope, bound=bound))


READERS = {
    Scope.OBSERVER: "you joined as an observer: you can read, not write",
    Scope.AUDITOR: "you joined as an auditor: you can read and export, not write",
    Scope.STAKEHOLDER: "you joined as a stakeholder: you read what is published, and do not write",
}


def refusal(command: type[Command], case: Case) -> Refused | None:
    """What the table has to say against it: nothing, if Sam may."""
    role, commander, scope = case
    right = TABLE[command]
    hub_only = Scope.HUB in right.scopes
    if scope is Scope.STAKEHOLDER and command is not c.Declare:
        return Refused(Code.NOT_FOUND, "there is no such room")
    if scope in READERS:
        text = READERS[scope]
    elif hub_only and scope is not Scope.HUB:
        text = "only the hub itself does that"
    elif scope is Scope.HUB and not hub_only:
        text = "the hub itself does not do that, people do"
    elif scope not in right.scopes:
        text = "you are a guest in one room; someone who is not must do that"
    elif not right.roles or role in right.roles or (right.if_vacant and commander is None):
        return None
    else:
        needed = " or ".join(spoken(role) for role in right.roles)
        rest = "{about} is in command" if commander else "take the role: /role ic"
        return Refused(Code.NOT_ALLOWED, f"this needs the {needed}; {rest}", about=commander)
    return Refused(Code.NOT_ALLOWED, text)


def test_every_command_has_its_right() -> None:
    """G4: the table is whole."""
    assert set(get_args(Command)) == set(TABLE)


def test_timers_and_attendance_are_the_hubs_alone() -> None:
    """G4: nobody can raise an alarm, or let an offer lapse, in the hub's name."""
    hub_only = {command for command, right in TABLE.items() if Scope.HUB in right.scopes}
    assert set(get_args(c.HubCommand)) == hub_only
    assert set(get_args(c.PersonCommand)) == set(TABLE) - hub_only


def test_no_right_is_a_reader_s() -> None:
    """G3: who only reads writes nothing."""
    writing = {scope for right in TABLE.values() for scope in right.scopes}
    assert {Scope.RESPONDER, Scope.GUEST, Scope.HUB} == writing


def test_a_guest_declares_no_room() -> None:
    """G3: everything else in their one room is open to them as to any responder."""
    closed = {command for command, right in TABLE.items() if Scope.GUEST not in right.scopes}
    assert {c.Declare, *get_args(c.HubCommand)} == closed


def test_every_scope_has_its_reach() -> None:
    """G3: who may know of a room, and read it: the room at hand, and another one."""
    here, there = Incident(log=LOG), Incident(log=f"{2:032x}")
    bound = {scope: LOG if REACH[scope].one else None for scope in Scope}
    seen = {
        scope: (sees(here, "sam", scope, at), sees(there, "sam", scope, at))
        for scope, at in bound.items()
    }
    assert {
        Scope.RESPONDER: (True, True),
        Scope.OBSERVER: (True, True),
        Scope.AUDITOR: (True, True),
        Scope.GUEST: (True, False),
        Scope.STAKEHOLDER: (False, False),
        Scope.HUB: (False, False),
    } == seen
    assert not sees(here, "sam", Scope.GUEST)


def test_who_hears_what_a_room_publishes() -> None:
    """G3: whoever may read it, and stakeholders, who may not."""
    here, there = Incident(log=LOG), Incident(log=f"{2:032x}")
    hear = {
        scope: (hears(here, "sam", scope, LOG), hears(there, "sam", scope, LOG)) for scope in Scope
    }
    assert (True, False) == hear.pop(Scope.GUEST)
    assert (True, True) == hear.pop(Scope.STAKEHOLDER)
    assert (False, False) == hear.pop(Scope.HUB)
    assert {(True, False)} == set(hear.values())


def test_a_restricted_room_is_there_for_its_members_and_for_auditors() -> None:
    """G3: whatever they were let in for; what it publishes is told to members alone."""
    room = Incident(log=LOG, restricted=True, members=frozenset({"ana"}))
    members = {scope for scope in Scope if sees(room, "ana", scope, LOG)}
    assert {Scope.RESPONDER, Scope.OBSERVER, Scope.AUDITOR, Scope.GUEST} == members
    assert {Scope.AUDITOR} == {scope for scope in Scope if sees(room, "sam", scope, LOG)}
    assert {*members, Scope.STAKEHOLDER} == {one for one in Scope if hears(room, "ana", one, LOG)}
    assert {Scope.AUDITOR} == {scope for scope in Scope if hears(room, "sam", scope, LOG)}


def test_who_could_write_can_come_to_read() -> None:
    """G3: to read leaves no trace, and nobody sees more by asking for less."""
    reading = {scope: Admission(scope, LOG).reading() for scope in Scope}
    assert Admission(Scope.OBSERVER, LOG) == reading[Scope.RESPONDER] == reading[Scope.GUEST]
    others = set(Scope) - {Scope.RESPONDER, Scope.GUEST}
    assert all(Admission(scope, LOG) == reading[scope] for scope in others)


def test_a_guest_is_in_one_room_alone(staffed: Playbook) -> None:
    """G3: any other room answers as one that was never declared."""
    post = c.Post(text="x")
    elsewhere = staffed.refuses("ana", post, scope=Scope.GUEST, bound=f"{2:032x}")
    assert Playbook().refuses("ana", post) == elsewhere


def test_who_may_not_see_a_room_is_not_told_its_label(staffed: Playbook) -> None:
    """A log id that is in use cannot be declared again; whose it is stays untold."""
    again = c.Declare(title="x")
    assert "this room is declared already, as INC-7" == staffed.refuses("ana", again).text
    hidden = staffed.refuses("ana", again, scope=Scope.STAKEHOLDER)
    assert Refused(Code.CONFLICT, "this room is declared already") == hidden


def test_what_needs_a_role() -> None:
    """G4: the rows that a RACI document is read for."""
    rows = {k: (set(right.roles), right.if_vacant) for k, right in TABLE.items() if right.roles}
    assert RESTRICTED == rows


def test_what_stays_open_after_the_close() -> None:
    """B13, D11: no more than loose ends, corrections, and what it takes to reopen."""
    stays = {command for command in get_args(c.PersonCommand) if TABLE[command].after_close}
    assert AFTER_CLOSE == stays - {c.Declare}


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.__name__)
def test_the_hub_answers_as_the_table_says(command: type[Command]) -> None:
    """G4: each role, with a commander and without, and each scope: granted, or why not."""
    right = TABLE[command]
    expected: dict[Case, Refused | str] = {}
    given: dict[Case, Refused | str] = {}
    for case in CASES:
        said = answer(command, case)
        against = refusal(command, case)
        if against is not None:
            expected[case] = against
            given[case] = said if isinstance(said, Refused) else "granted"
        elif command in OWN_RULE and isinstance(said, Refused):
            barred = [refusal(command, (*case[:2], scope)) for scope in Scope]
            expected[case] = "left to its own rule"
            given[case] = said if said in barred else "left to its own rule"
        else:
            expected[case] = f"granted as {case[0] if case[0] in right.roles else None}"
            given[case] = said if isinstance(said, Refused) else f"granted as {said.role}"
    assert expected == given


@pytest.mark.parametrize(
    "command", [k for k in TABLE if k is not c.Declare], ids=lambda command: command.__name__
)
def test_what_is_taken_after_the_close(command: type[Command]) -> None:
    """B13: loose ends and corrections, also from the commander; the rest says how to reopen."""
    right = TABLE[command]
    scope = Scope.HUB if Scope.HUB in right.scopes else Scope.RESPONDER
    said = answer(command, (IC, "sam", scope), Status.CLOSED)
    text = "this incident is closed; reopen it first: /status investigating REASON"
    assert right.after_close is (Refused(Code.ILLEGAL_STATE, text) != said)
    assert right.after_close is isinstance(said, Granted)


def test_one_acts_in_the_first_role_that_gives_the_right(staffed: Playbook) -> None:
    """G4: who leads communications and commands publishes as comms lead."""
    staffed.does("ana", c.TakeRole(role=COMMS, reason="Bo is off"))
    assert COMMS is role_for(staffed.incident, TABLE[c.PublishUpdate], "ana")
    assert IC is role_for(staffed.incident, TABLE[c.ChangeSeverity], "ana")
    assert role_for(staffed.incident, TABLE[c.Post], "ana") is None


def test_who_speaks_counts_not_who_writes(staffed: Playbook) -> None:
    """L12: a scribe records what the commander said with the commander's right."""
    severe = c.ChangeSeverity(to=Severity.SEV1, reason="all regions")
    staffed.refuses("cy", severe)
    granted = staffed.does("cy", severe, said_by="ana")
    assert IC is granted.role


@pytest.mark.parametrize(
    ("command", "noted"),
    [
        (c.ChangeSeverity(to=Severity.SEV1, reason="all regions"), False),
        (c.ReleaseRole(role=COMMS), False),
        (c.Post(text="we roll back"), True),
    ],
)
def test_a_guest_borrows_no_right(staffed: Playbook, command: Command, noted: bool) -> None:
    """L12: they note what the commander says, and do nothing in the commander's name."""
    guest = Asked(
        person="cy", via=Via.SESSION, at=NINE, scope=Scope.GUEST, bound=LOG, said_by="ana"
    )
    answer = decide(staffed.incident, command, guest)
    if noted:
        assert isinstance(answer, Granted)
        assert answer.role is None
    else:
        text = "as a guest you can note what {about} says, and do nothing in their name"
        assert Refused(Code.NOT_ALLOWED, text, about="ana") == answer


def test_a_right_is_asked_without_a_command(staffed: Playbook) -> None:
    """G4: clients show what one may do from the same table."""
    right = TABLE[c.ChangeSeverity]
    asked = [("ana", Scope.RESPONDER), ("ana", Scope.OBSERVER), ("cy", Scope.RESPONDER)]
    assert [True, False, False] == [allowed(staffed.incident, right, *who) for who in asked]
