"""Who is in a room can be named at once: the log has them before the entry that names them."""

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


async def test_who_has_just_come_can_be_given_an_action(serve: Serve) -> None:
    """Their attendance is recorded first, and once."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with joined(served.socket, "bo") as bo:
            await bo.opens(log)
            person = await comes(ana, log, "bo")
            first = await ana.submits(log, c.AddAction(text="drain pool-3", assignee=person))
            answer = await ana.submits(log, c.AddAction(text="page them", assignee=person))
            assert isinstance(first, Acked)
            assert isinstance(answer, Acked)
            assert [(PersonJoined, person), (ActionAdded, None), (ActionAdded, None)] == kinds(
                await bo.reads(log, answer.seq)
            )[-3:]


async def test_who_has_just_come_can_be_quoted(serve: Serve) -> None:
    """What a scribe writes down for them stands after their attendance."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with joined(served.socket, "bo") as bo:
            await bo.opens(log)
            person = await comes(ana, log, "bo")
            answer = await ana.submits(log, c.Post(text="p99 is 4 s"), said_by=person)
            assert isinstance(answer, Acked)
            entries = await bo.reads(log, answer.seq)
            assert [(PersonJoined, person), (NotePosted, None)] == kinds(entries)[-2:]
            assert person == entries[-1].header.said_by


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
