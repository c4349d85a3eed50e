"""Who is in a room can be named at once: the log has them before the entry that names them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from msgspec.structs import replace

from tests.integration.conftest import HELLO, Client, Serve, dialled, joined
from warroom.domain import commands as c
from warroom.domain.decide import Code
from warroom.domain.events import ActionAdded, NotePosted, PersonJoined
from warroom.log.entry import Entry
from warroom.protocol.envelopes import Acked, Declined, Presence


def kinds(entries: list[Entry]) -> list[tuple[type[object], str | None]]:
    """Each entry's event, and who joined with it."""
    events = [entry.recorded().event for entry in entries]
    return [(type(event), getattr(event, "person", None)) for event in events]


async def comes(client: Client, log: str, handle: str) -> str:
    """The id of someone, once those in the room see them there."""
    heard = await client.hear(
        Presence, lambda said: said.log == log and handle in {one.handle for one in said.here}
    )
    return next(one.person for one in heard.here if one.handle == handle)


@dataclass
class Newcomer:
    """Bo, whom Ana sees in the room `log` that she declared, and who has written nothing."""

    log: str
    ana: Client
    bo: Client
    person: str


@asynccontextmanager
async def newcomer(serve: Serve) -> AsyncIterator[Newcomer]:
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with joined(served.socket, "bo") as bo:
            await bo.opens(log)
            yield Newcomer(log, ana, bo, await comes(ana, log, "bo"))


async def test_who_has_just_come_can_be_given_an_action(serve: Serve) -> None:
    """Their attendance is recorded first, and once."""
    async with newcomer(serve) as new:
        first = await new.ana.submits(new.log, c.AddAction(text="drain", assignee=new.person))
        answer = await new.ana.submits(new.log, c.AddAction(text="page", assignee=new.person))
        assert isinstance(first, Acked)
        assert isinstance(answer, Acked)
        assert [(PersonJoined, new.person), (ActionAdded, None), (ActionAdded, None)] == kinds(
            await new.bo.reads(new.log, answer.seq)
        )[-3:]


async def test_who_has_just_come_can_be_quoted(serve: Serve) -> None:
    """What a scribe writes down for them stands after their attendance."""
    async with newcomer(serve) as new:
        answer = await new.ana.submits(new.log, c.Post(text="p99 is 4 s"), said_by=new.person)
        assert isinstance(answer, Acked)
        entries = await new.bo.reads(new.log, answer.seq)
        assert [(PersonJoined, new.person), (NotePosted, None)] == kinds(entries)[-2:]
        assert new.person == entries[-1].header.said_by


async def test_nobody_attends_who_only_reads_or_is_elsewhere(serve: Serve) -> None:
    """Naming someone does not put them into a room."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log, other = await ana.declares(), await ana.declares("another")
        await ana.opens(log)
        async with dialled(served.socket) as eve, joined(served.socket, "bo") as bo:
            you = (await eve.hello(replace(HELLO, as_name="eve", observer=True))).you
            await eve.opens(log)
            await bo.opens(other)
            away = await comes(bo, other, "bo")
            await comes(ana, log, "eve")
            for person in (you.person, away):
                answer = await ana.submits(log, c.AddAction(text="drain", assignee=person))
                assert isinstance(answer, Declined)
                assert Code.NOT_FOUND == answer.code
