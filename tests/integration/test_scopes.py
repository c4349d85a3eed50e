"""Who may what, asked of a real hub in raw frames: every scope, role, command and state.

A command of the table is either barred by the table, in the table's own words, or left to its own
rule. The commands here are such that a rule changes nothing that the table looks at: they name
things that are not there, or say what is so already. So one room serves for all that is asked in
one state, and what is barred leaves no entry in it.
"""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from functools import reduce
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

import server.gateway
from server.session import Peer
from tests.integration.conftest import HELLO, Client, Serve, dialled
from warroom.clock import new_command_id, new_log_id, now
from warroom.domain import commands as c
from warroom.domain.decide import NO_ROOM, Code
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.permissions import TABLE, Admission
from warroom.domain.vocabulary import (
    CLOSED,
    HUB,
    TRANSITIONS,
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
from warroom.protocol.envelopes import Acked, Declined, Failed, FeedList, ListFeed, Open, Submit

PEOPLE: dict[str, Role | None] = {
    "ana": Role.INCIDENT_COMMANDER,
    "bo": Role.DEPUTY,
    "cy": Role.COMMS_LEAD,
    "dee": Role.TECHNICAL_LEAD,
    "eve": Role.SCRIBE,
    "sam": None,
}
"""Who holds which role, as far as there is a commander."""

ROUTES: dict[Status, tuple[Status, ...]] = {
    Status.DECLARED: (),
    Status.INVESTIGATING: (Status.INVESTIGATING,),
    Status.IDENTIFIED: (Status.IDENTIFIED,),
    Status.MITIGATED: (Status.MITIGATED,),
    Status.MONITORING: (Status.MONITORING,),
    Status.RESOLVED: (Status.RESOLVED,),
    Status.DEBRIEFING: (Status.RESOLVED, Status.DEBRIEFING),
    Status.CLOSED: (Status.RESOLVED, Status.CLOSED),
    Status.CANCELLED: (Status.CANCELLED,),
}
"""How a room gets into each state."""

NOWHERE = 10**9
WAIT = c.DecisionText(choice="wait")

GUEST_SPEAKS = "as a guest you can note what {about} says, and do nothing in their name"
NOTES = {c.Post, c.Observe, c.RaiseHypothesis}

READERS = {
    Scope.OBSERVER: "you joined as an observer: you can read, not write",
    Scope.AUDITOR: "you joined as an auditor: you can read and export, not write",
    Scope.STAKEHOLDER: "you joined as a stakeholder: you read what is published, and do not write",
}


def commands(status: Status) -> tuple[c.PersonCommand, ...]:
    """One command of each kind, such that those before the last change neither roles nor state."""
    return (
        c.Declare(title="x"),
        c.Retitle(title="x"),
        c.Describe(impact=Level.HIGH),
        c.ChangeStatus(to=status),
        c.ChangeSeverity(to=Severity.SEV2, reason="x"),
        c.ChangePolicy(policy=DEFAULT_POLICY, reason="x"),
        c.Post(text="x"),
        c.Observe(text="x"),
        c.RaiseHypothesis(text="x"),
        c.AssessHypothesis(hypothesis=NOWHERE, state=HypothesisState.OPEN),
        c.TakeRole(role=Role.DEPUTY),
        c.OfferRole(role=Role.DEPUTY, to="nobody"),
        c.AcceptRole(role=Role.DEPUTY),
        c.DeclineRole(role=Role.DEPUTY),
        c.AppointRole(role=Role.DEPUTY, person="nobody"),
        c.RecordDecision(decision=WAIT),
        c.ProposeDecision(decision=WAIT),
        c.ObjectTo(decision=NOWHERE, reason="x"),
        c.DecideProposal(decision=NOWHERE),
        c.WithdrawProposal(decision=NOWHERE),
        c.RecordOutcome(decision=NOWHERE, outcome=Outcome.WORKED),
        c.AddAction(text="x"),
        c.AssignAction(action=NOWHERE, assignee="nobody"),
        c.AdvanceAction(action=NOWHERE, to=ActionState.STARTED),
        c.PostponeAction(action=NOWHERE, due_at=now() + timedelta(days=1)),
        c.DraftUpdate(audience=Audience.INTERNAL, text="x"),
        c.ReviseUpdate(update=NOWHERE, text="x"),
        c.SubmitUpdate(update=NOWHERE),
        c.ReturnUpdate(update=NOWHERE, reason="x"),
        c.ApproveUpdate(update=NOWHERE, text="0" * 64),
        c.PublishUpdate(update=NOWHERE),
        c.RecordSent(update=NOWHERE, where="x"),
        c.Amend(entry=NOWHERE, text="x"),
        c.Strike(entry=NOWHERE, reason="x"),
        c.RequestRedaction(entry=NOWHERE, reason="x"),
        c.ApproveRedaction(entry=NOWHERE),
        c.Unhold(reason="x"),
        c.Hold(reason="x"),
        c.Promote(entry=NOWHERE, to=PromotedTo.FACT),
        c.CallRoll(people=(c.Voice(person="nobody", handle="raj"),)),
        c.Rename(name="Someone Else"),
        c.Admit(handle="stranger"),
        c.Remove(handle="stranger"),
        # The one that may be granted and change who holds what: the last, and taken back after.
        c.ReleaseRole(role=Role.SCRIBE),
    )


def barred(
    command: c.PersonCommand, scope: Scope, role: Role | None, commanded: bool, status: Status
) -> tuple[Code, str] | None:
    """What the table has to say against a command; None if it is left to its own rule."""
    right = TABLE[type(command)]
    if scope is Scope.STAKEHOLDER and not isinstance(command, c.Declare):
        return Code.NOT_FOUND, NO_ROOM
    if scope in READERS:
        return Code.NOT_ALLOWED, READERS[scope]
    if scope not in right.scopes:
        return Code.NOT_ALLOWED, "you are a guest in one room; someone who is not must do that"
    vacant = right.if_vacant and not commanded
    if right.roles and role not in right.roles and not vacant:
        needed = " or ".join(spoken(role) for role in right.roles)
        rest = "{about} is in command" if commanded else "take the role: /role ic"
        return Code.NOT_ALLOWED, f"this needs the {needed}; {rest}"
    if status in CLOSED and not right.after_close:
        text = f"this incident is {status}; reopen it first: /status investigating REASON"
        return Code.ILLEGAL_STATE, text
    return None


def every_text() -> set[tuple[Code, str]]:
    """Everything that the table can say against something."""
    found = {
        barred(command, scope, role, commanded, status)
        for status in ROUTES
        for command in commands(status)
        for scope in Scope
        for role in (None, *Role)
        for commanded in (True, False)
    }
    return {text for text in found if text is not None}


@pytest.fixture
def admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are let in for what their handshake names, in place of what they prove."""

    def peer(connection: Any) -> Peer:
        headers = connection.request.headers
        scope = Scope(headers.get("Test-Scope", Scope.RESPONDER))
        audience = Audience(headers.get("Test-Audience", Audience.INTERNAL))
        admission = Admission(scope, headers.get("Test-Bound"), audience)
        return Peer(os.getuid(), Via.OS, "tester", admission, operator=True)

    monkeypatch.setattr(server.gateway, "_peer", peer)


@contextlib.asynccontextmanager
async def let_in(
    socket: Path,
    name: str,
    scope: Scope,
    bound: str | None = None,
    audience: Audience = Audience.INTERNAL,
) -> AsyncIterator[Client]:
    """Someone who comes for one thing."""
    headers: dict[str, str] = {"Test-Scope": scope, "Test-Audience": audience}
    headers |= {"Test-Bound": bound} if bound else {}
    async with dialled(socket, additional_headers=headers) as client:
        await client.hello(replace(HELLO, as_name=name))
        yield client


async def asks(
    client: Client, log: str, given: Iterable[c.PersonCommand], said_by: str | None = None
) -> list[Any]:
    """The answers to commands that go out all at once."""
    ids = []
    for command in given:
        ids.append(new_command_id())
        await client.say(Submit(id=ids[-1], log=log, command=command, said_by=said_by))
    return [await client.answer(id_) for id_ in ids]


async def stage(crowd: Mapping[str, Client], status: Status, commanded: bool) -> tuple[str, int]:
    """A room in a state, with everyone in their role, and a commander or none; its last entry."""
    log = await crowd["ana"].declares(f"{status}, {'commanded' if commanded else 'vacant'}")
    moves: list[c.PersonCommand] = [c.ChangeSeverity(to=Severity.SEV2, reason="x")]
    if not commanded:
        # First, since in a closed room nobody lets go of a role any more.
        moves.append(c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    moves += [c.ChangeStatus(to=to, reason="x") for to in ROUTES[status]]
    answers = []
    for name, role in PEOPLE.items():
        taken = [] if role is None else [c.TakeRole(role=role)]
        answers += await asks(crowd[name], log, taken)
    answers += await asks(crowd["ana"], log, moves)
    assert all(isinstance(answer, Acked) for answer in answers), answers
    return log, answers[-1].seq


def test_every_command_and_every_state_is_asked_about() -> None:
    """Nothing that people can say is left out; no room is a candidate yet."""
    asked = {type(one) for one in commands(Status.DECLARED)}
    # Restricting changes whom the table lets see the room: it has tests of its own.
    assert {c.Restrict} == set(get_args(c.PersonCommand)) - asked
    assert set(TRANSITIONS) - {Status.CANDIDATE} == set(ROUTES)


@pytest.mark.usefixtures("admitted")
@pytest.mark.parametrize("commanded", [True, False], ids=["commanded", "vacant"])
async def test_the_hub_answers_raw_frames_as_the_table_says(serve: Serve, commanded: bool) -> None:
    """Every scope, role, command and state; what is barred leaves no entry."""
    texts = every_text()
    async with serve() as served, contextlib.AsyncExitStack() as doors:

        async def comes(name: str, scope: Scope, bound: str | None = None) -> Client:
            return await doors.enter_async_context(let_in(served.socket, name, scope, bound))

        crowd = {name: await comes(name, Scope.RESPONDER) for name in PEOPLE}
        # Whoever only reads is turned away before anyone asks who is in command: once is enough.
        reading = READERS if commanded else ()
        readers = {(name, scope): await comes(name, scope) for name in PEOPLE for scope in reading}
        for status in ROUTES:
            log, staged = await stage(crowd, status, commanded)
            guests = {(name, Scope.GUEST): await comes(name, Scope.GUEST, log) for name in PEOPLE}
            own = {(name, Scope.RESPONDER): client for name, client in crowd.items()}
            made: dict[str, Role | None] = {}
            given = [one for one in commands(status) if not isinstance(one, c.Declare)]
            for (name, scope), client in (own | guests | readers).items():
                role = PEOPLE[name]
                held = None if role is Role.INCIDENT_COMMANDER and not commanded else role
                for command, answer in zip(given, await asks(client, log, given), strict=True):
                    against = barred(command, scope, held, commanded, status)
                    if isinstance(answer, Acked):
                        assert against is None, (status, name, scope, command)
                        made[answer.id] = held if held in TABLE[type(command)].roles else None
                    else:
                        said = (answer.code, answer.text)
                        fits = said not in texts if against is None else said == against
                        assert fits, (status, name, scope, command, said)
                # Whoever may have let go of it: the scribe is scribe again.
                (answer,) = await asks(crowd["eve"], log, [c.TakeRole(role=Role.SCRIBE)])
                made |= {answer.id: None} if isinstance(answer, Acked) else {}
            assert made == await written(crowd["sam"], log, staged)


@pytest.mark.usefixtures("admitted")
@pytest.mark.parametrize("speaker", ["ana", "sam"])
async def test_whose_right_counts_where_someone_else_spoke(serve: Serve, speaker: str) -> None:
    """For a responder the one of who spoke, by the table; a guest notes, and borrows nothing."""
    status = Status.INVESTIGATING
    texts = every_text()
    given = [one for one in commands(status) if not isinstance(one, c.Declare)]
    async with serve() as served, contextlib.AsyncExitStack() as doors:

        async def comes(name: str, scope: Scope, bound: str | None = None) -> Client:
            return await doors.enter_async_context(let_in(served.socket, name, scope, bound))

        crowd = {name: await comes(name, Scope.RESPONDER) for name in PEOPLE}
        log, _ = await stage(crowd, status, commanded=True)
        guest = await comes("gil", Scope.GUEST, log)
        await guest.posts(log, "hello")
        async with dialled(served.socket) as asking:
            said_by = (await asking.hello(replace(HELLO, as_name=speaker))).you.person
        role = PEOPLE[speaker]
        for client, scope in ((guest, Scope.GUEST), (crowd["eve"], Scope.RESPONDER)):
            answers = await asks(client, log, given, said_by)
            for command, answer in zip(given, answers, strict=True):
                against = barred(command, scope, role, True, status)
                if scope is Scope.GUEST and against is None and type(command) not in NOTES:
                    against = Code.NOT_ALLOWED, GUEST_SPEAKS
                said = None if isinstance(answer, Acked) else (answer.code, answer.text)
                fits = said == against if against else said not in texts
                assert fits, (scope, command, said)


async def written(client: Client, log: str, after: int) -> dict[str, Role | None]:
    """The ids of what people wrote after an entry, each with the role acted in."""
    opened = await client.opens(log)
    entries = await client.reads(log, opened.seq)
    return {
        entry.header.id: entry.header.role
        for entry in entries
        if entry.seq > after and entry.header.by != HUB
    }


@pytest.mark.usefixtures("admitted")
async def test_who_may_declare(serve: Serve) -> None:
    """Responders; anyone else gets no room."""
    async with serve() as served, contextlib.AsyncExitStack() as doors:
        for scope in READERS.keys() | {Scope.RESPONDER, Scope.GUEST}:
            bound = new_log_id() if scope is Scope.GUEST else None
            client = await doors.enter_async_context(let_in(served.socket, "sam", scope, bound))
            answer = await client.submits(bound or new_log_id(), c.Declare(title=scope))
            against = barred(c.Declare(title="x"), scope, None, False, Status.DECLARED)
            said = None if isinstance(answer, Acked) else (answer.code, answer.text)
            assert against == said, scope
        async with let_in(served.socket, "sam", Scope.RESPONDER) as sam:
            assert ["responder"] == [room.title for room in (await sam.rooms()).rooms]


@pytest.mark.usefixtures("admitted")
@pytest.mark.parametrize("scope", [*READERS, Scope.RESPONDER, Scope.GUEST])
async def test_nobody_speaks_for_the_hub(serve: Serve, scope: Scope) -> None:
    """Timers and attendance cannot be said over the wire, whoever says them."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares()
        async with let_in(served.socket, "sam", scope, log) as sam:
            for kind in get_args(c.HubCommand):
                id_ = new_command_id()
                command = {"do": kind.__struct_config__.tag}
                frame = {"type": "submit", "id": id_, "log": log, "command": command}
                await sam.line.send(json.dumps(frame))
                answer = await sam.answer(id_)
                assert (Declined, Code.INVALID) == (type(answer), answer.code)


@pytest.mark.usefixtures("admitted")
async def test_a_guest_knows_of_one_room(serve: Serve) -> None:
    """To list, to open, to write: another room is as one that was never declared."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        theirs, other = await ana.declares("theirs"), await ana.declares("other")
        async with let_in(served.socket, "gil", Scope.GUEST, theirs) as gil:
            assert ["theirs"] == [room.title for room in (await gil.rooms()).rooms]
            await gil.opens(theirs)
            await gil.posts(theirs, "hello")
            await nowhere(gil, other)


@pytest.mark.usefixtures("admitted")
async def test_a_stakeholder_opens_no_room(serve: Serve) -> None:
    """None is listed, and none can be opened."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares()
        async with let_in(served.socket, "sue", Scope.STAKEHOLDER) as sue:
            assert () == (await sue.rooms()).rooms
            await nowhere(sue, log)


@pytest.mark.usefixtures("admitted")
async def test_a_stakeholder_is_told_what_was_published_to_their_audience(serve: Serve) -> None:
    """The text that went out, at once; neither drafts nor what others were told."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares("the payment vendor is down")
        for command in (
            c.TakeRole(role=Role.INCIDENT_COMMANDER),
            c.DraftUpdate(audience=Audience.EXECUTIVE, text="Half of our payments fail."),
            c.DraftUpdate(audience=Audience.INTERNAL, text="Tell nobody yet."),
        ):
            assert isinstance(await ana.submits(log, command), Acked)
        executive = let_in(served.socket, "eli", Scope.STAKEHOLDER, audience=Audience.EXECUTIVE)
        other = let_in(served.socket, "sue", Scope.STAKEHOLDER, audience=Audience.CUSTOMERS)
        async with executive as eli, other as sue:
            for reader in (ana, eli, sue):
                await reader.say(ListFeed(watch=True))
                assert () == (await reader.hear(FeedList)).items
            await publish(ana, log, 1)
            (item,) = (await eli.hear(FeedList)).items
            assert ("INC-1", Audience.EXECUTIVE) == (item.label, item.published.audience)
            assert "Half of our payments fail." == item.published.text
            assert (item,) == (await ana.hear(FeedList)).items
            await sue.say(ListFeed())
            assert () == (await sue.hear(FeedList)).items


async def publish(client: Client, log: str, update: int) -> None:
    """Take a draft to its publication, alone."""
    opened = await client.opens(log)
    entries = await client.reads(log, opened.seq)
    incident = reduce(apply, (entry.recorded() for entry in entries), Incident(log=log))
    for command in (
        c.SubmitUpdate(update=update),
        c.ApproveUpdate(update=update, text=incident.updates[update].text.hash),
        c.PublishUpdate(update=update),
    ):
        answer = await client.submits(log, command)
        assert isinstance(answer, Acked), answer


@pytest.mark.usefixtures("admitted")
@pytest.mark.parametrize("scope", [Scope.OBSERVER, Scope.AUDITOR])
async def test_who_reads_reads_a_room_whole(serve: Serve, scope: Scope) -> None:
    """From the first entry on, and leaves no trace in it."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares()
        await ana.posts(log, "p99 is up")
        async with let_in(served.socket, "olu", scope) as olu:
            opened = await olu.opens(log)
            entries = await olu.reads(log, opened.seq)
            assert list(range(1, opened.seq + 1)) == [entry.seq for entry in entries]


async def nowhere(client: Client, log: str) -> None:
    """A room sounds as one that was never declared, at every door."""
    for there in (log, new_log_id()):
        await client.say(Open(log=there))
        failed = await client.hear(Failed)
        assert Failed(code=Code.NOT_FOUND, text=NO_ROOM, log=there) == failed
        answer = await client.submits(there, c.Post(text="x"))
        expected = Declined(id=answer.id, log=there, code=Code.NOT_FOUND, text=NO_ROOM)
        assert expected == answer
