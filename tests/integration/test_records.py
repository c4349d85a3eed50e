"""The hub's own log tells who exported what, and who was refused."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from server.batch import Rejected
from server.hub import Hub
from server.limits import Buckets, Rate
from server.records import UNEXPORTED
from tests.integration.conftest import HELLO, Client, Hubs, Serve, Served, joined
from tests.integration.test_access import shared
from tests.integration.test_restricted import own_log, restricted_room
from tests.integration.test_scopes import admitted, let_in
from warroom import clock
from warroom.client.credentials import digest_of
from warroom.clock import new_log_id, new_secret
from warroom.domain import commands as c
from warroom.domain.decide import Code, Refused
from warroom.domain.events import AccessDenied, ClockStepped, RestrictedRead, RoomExported
from warroom.domain.hublog import NoteDenial, NoteExport
from warroom.domain.vocabulary import Denied, Role, Scope
from warroom.log.entry import read_line
from warroom.protocol.envelopes import Acked, Declined, Entries, Failed, Open, Opened, Release
from warroom.protocol.stewardship import (
    AccessRevoked,
    AuditPage,
    ListPeople,
    ReadAudit,
    RevokeAccess,
)

__all__ = ["admitted"]

FEW = 20


async def noted(hub: Hub) -> list[Any]:
    """The exports and refusals in the hub's own log, once all that was given to it is written."""
    await hub.own(NoteExport(log="0" * 32, person="last", scope=Scope.HUB))
    events = [entry.recorded().event for entry in own_log(hub)]
    return [one for one in events if isinstance(one, AccessDenied | RoomExported)][:-1]


def person(client: Client, served: Served, handle: str) -> str:
    known = served.hub.directory.by_handle(handle)
    assert known is not None
    return known.person


# --- who comes and goes --------------------------------------------------------------------------


async def test_who_comes_and_goes_is_recorded(hubs: Hubs) -> None:
    """From the founding to the end of a session: each has an entry."""
    expected = {
        "hub.founded",
        "person.registered",
        "person.renamed",
        "invite.made",
        "invite.revoked",
        "session.opened",
        "session.seen",
        "session.rotated",
        "session.renewed",
        "session.ended",
    }
    async with shared(hubs) as far:
        log = await far.operator.declares()
        old, new = await far.comes_in("Bo"), new_secret()
        async with far.dialled(old) as bo:
            await bo.hello(replace(HELLO, token=digest_of(new)))
            assert isinstance(await bo.submits(log, c.Post(text="here")), Acked)
            assert isinstance(await bo.submits(log, c.Rename(name="Bo Chen")), Acked)
        async with far.dialled(new) as bo:
            await bo.hello()
        await far.invite(invite="aaaaaaaa")
        for what in ("bo", "aaaaaaaa"):
            await far.operator.say(RevokeAccess(what=what))
            await far.operator.hear(AccessRevoked)
        async with asyncio.timeout(30):
            while not expected <= await kinds(far.operator):  # noqa: ASYNC110 - the hub tells nobody
                await asyncio.sleep(0.05)


async def kinds(operator: Client) -> set[str]:
    """The kinds of the entries in the hub's own log."""
    return {one.kind for one in await audited(operator)}


async def audited(operator: Client) -> list[Any]:
    """What the hub's own log tells."""
    await operator.say(ReadAudit())
    page = await operator.hear(AuditPage)
    return [read_line(bytes(line)).recorded().event for line in page.entries]


async def test_a_step_of_the_clock_is_recorded(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the running hub, which looks each second; once, and by how much."""
    async with serve() as served:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=5))
        found: list[ClockStepped] = []
        async with asyncio.timeout(30):
            while not found:
                await asyncio.sleep(0.05)
                events = (entry.recorded().event for entry in own_log(served.hub))
                found = [one for one in events if isinstance(one, ClockStepped)]
    (step,) = found
    assert 5 * 60_000 == round(step.by_ms, -3)


# --- exports -------------------------------------------------------------------------------------


async def test_an_export_is_recorded(serve: Serve, admitted: None) -> None:
    """Who, which log, as what; reading it on a screen is none."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with let_in(served.socket, "aud", Scope.AUDITOR) as aud:
            await aud.say(Open(log=log, export=True))
            await aud.hear(Opened)
            who = person(aud, served, "aud")
        exported = RoomExported(log=log, person=who, scope=Scope.AUDITOR)
        assert [exported] == await noted(served.hub)


async def test_an_export_of_a_restricted_room_is_a_reading_too(serve: Serve) -> None:
    """The log tells both."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        await ana.say(Open(log=log, export=True))
        await ana.hear(Opened)
        events = [entry.recorded().event for entry in own_log(served.hub)]
    assert [RestrictedRead, RoomExported] == [type(event) for event in events[-2:]]


async def test_what_cannot_be_recorded_is_not_exported(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub says so, and that trying again can help; the room can still be read."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        monkeypatch.setattr(served.hub.records, "_own", fails(served.hub.own))
        await ana.say(Open(log=log, export=True))
        failed = await ana.hear(Failed)
        assert Failed(code=Code.TEMPORARY, text=UNEXPORTED, temporary=True, log=log) == failed
        assert not [one for one in ana.kept if isinstance(one, Opened | Entries)]
        await ana.opens(log)


def fails(own: Callable[..., Any]) -> Callable[..., Any]:
    """The hub's own log on a disk that is full, for exports."""

    def refused(command: Any) -> Any:
        if not isinstance(command, NoteExport):
            return own(command)
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        reply.set_result(Rejected(None, Refused(Code.TEMPORARY, "full", True)))  # type: ignore[arg-type]
        return reply

    return refused


async def test_an_export_of_the_hub_s_own_log_stands_in_it(hubs: Hubs) -> None:
    """In the very page that is exported; who only looks at it leaves nothing."""
    async with shared(hubs) as far:
        await far.operator.say(ReadAudit())
        before = await far.operator.hear(AuditPage)
        await far.operator.say(ReadAudit(export=True))
        after = await far.operator.hear(AuditPage)
    assert before.seq + 1 == after.seq
    last = read_line(bytes(after.entries[-1])).recorded().event
    assert isinstance(last, RoomExported)
    assert after.log == last.log


# --- refusals ------------------------------------------------------------------------------------


async def test_a_room_that_is_not_for_someone_and_one_that_is_none_are_recorded_alike(
    serve: Serve,
) -> None:
    """By whichever door they ask."""
    asks: tuple[Callable[[Client, str], Any], ...] = (
        lambda client, log: client.say(Open(log=log)),
        lambda client, log: client.say(Release(log=log)),
        lambda client, log: client.submits(log, c.Post(text="x")),
    )
    async with serve() as served, joined(served.socket, "ana") as ana:
        hidden = await restricted_room(ana)
        expected = []
        for number, ask in enumerate(asks):
            for log in (hidden, new_log_id()):
                name = f"kim{number}{'h' if log == hidden else 'n'}"
                async with joined(served.socket, name) as kim:
                    await ask(kim, log)
                    who = person(kim, served, name)
                    if number < 2:
                        await kim.hear(Failed)
                expected.append(AccessDenied(denied=Denied.ROOM, person=who, log=log))
        assert expected == await noted(served.hub)


async def test_a_command_that_is_not_theirs_is_recorded(serve: Serve, admitted: None) -> None:
    """By scope, or by role."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares()
        async with let_in(served.socket, "obi", Scope.OBSERVER) as obi:
            assert isinstance(await obi.submits(log, c.Post(text="x")), Declined)
        async with let_in(served.socket, "kim", Scope.RESPONDER) as kim:
            appoint = c.AppointRole(role=Role.SCRIBE, person=person(kim, served, "kim"))
            assert isinstance(await kim.submits(log, appoint), Declined)
        people = [person(ana, served, name) for name in ("obi", "kim")]
        expected = [AccessDenied(denied=Denied.COMMAND, person=who, log=log) for who in people]
        assert expected == await noted(served.hub)


async def test_refusals_do_not_fill_the_log(serve: Serve, admitted: None) -> None:
    """Of each person one a minute, and of each kind: one hides no other."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        async with let_in(served.socket, "obi", Scope.OBSERVER) as obi:
            for _ in range(FEW):
                await obi.submits(log, c.Post(text="x"))
                await obi.submits(new_log_id(), c.Post(text="x"))
        async with let_in(served.socket, "oli", Scope.OBSERVER) as oli:
            await oli.submits(log, c.Post(text="x"))
        found = [(one.denied, one.person) for one in await noted(served.hub)]
        obi_, oli_ = (person(ana, served, name) for name in ("obi", "oli"))
    expected = [(Denied.COMMAND, obi_), (Denied.ROOM, obi_), (Denied.COMMAND, oli_)]
    assert expected == found


async def test_refusals_are_recorded_again_later(serve: Serve, admitted: None) -> None:
    """What was recorded a minute ago hides nothing now."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        async with let_in(served.socket, "obi", Scope.OBSERVER) as obi:
            await obi.submits(log, c.Post(text="x"))
            served.hub.records._denials = Buckets(Rate(1, 1 / 60))
            await obi.submits(log, c.Post(text="x"))
        assert 2 == len(await noted(served.hub))


async def test_who_would_run_the_hub_is_recorded(hubs: Hubs) -> None:
    """By their session, from wherever."""
    async with shared(hubs) as far:
        token = await far.comes_in("Bo Chen")
        async with far.dialled(token) as bo:
            me = (await bo.hello()).you.person
            await bo.say(ListPeople())
            await bo.hear(Failed)
        assert AccessDenied(denied=Denied.OPERATING, person=me) in await refusals(far.operator, 1)


async def test_who_comes_with_what_is_over_is_recorded(hubs: Hubs) -> None:
    """A used invite, and the token of a revoked session; a token that is none is nobody's."""
    async with shared(hubs) as far:
        code, token = await far.invite(), new_secret()
        me = (await far.exchanges(code, token, "Bo")).you.person
        await far.turned_away(code)
        await far.operator.say(RevokeAccess(what="bo"))
        await far.operator.hear(AccessRevoked)
        await far.turned_away(new_secret())
        for _ in range(3):
            await far.turned_away(token)
        used, revoked = await refusals(far.operator, 2)
    assert (Denied.ENTRY, None) == (used.denied, used.person)
    assert (Denied.ENTRY, me) == (revoked.denied, revoked.person)
    assert None not in {used.credential, revoked.credential}


async def refusals(operator: Client, many: int) -> list[AccessDenied]:
    """So many refusals, which nobody waited for."""
    found: list[AccessDenied] = []
    async with asyncio.timeout(30):
        while len(found) < many:
            events = await audited(operator)
            found = [event for event in events if isinstance(event, AccessDenied)]
            await asyncio.sleep(0.05)
    return found


def test_a_refusal_costs_nobody_more_than_its_facts() -> None:
    """Nothing that someone else wrote gets into the log this way: no words, no names."""
    assert {"denied", "person", "log", "credential"} == set(NoteDenial.__struct_fields__)
