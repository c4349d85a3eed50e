"""Restricted rooms: nobody outside can list, search, count or infer one, by any door.

Kim is outside, and listens at every door at once; what she hears is compared with what she hears of
a room that was never declared, and searched for a text that only the room knows.
"""

import asyncio
import contextlib
import logging
import secrets
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.batch import Rejected
from server.hub import Hub
from server.records import UNREAD
from tests.integration.conftest import HELLO, Client, Hubs, Serve, Served, dialled, joined
from tests.integration.test_recovery import Copy
from tests.integration.test_scopes import admitted, let_in, nowhere, publish
from warroom.clock import new_command_id, new_log_id
from warroom.domain import commands as c
from warroom.domain.decide import NO_ROOM, Code, Refused
from warroom.domain.events import RestrictedRead
from warroom.domain.hublog import NoteRead
from warroom.domain.names import voice_id
from warroom.domain.vocabulary import Audience, Role, Scope
from warroom.log.entry import Entry
from warroom.protocol.envelopes import (
    Acked,
    Close,
    Declined,
    Entries,
    Failed,
    FeedList,
    ListFeed,
    ListRooms,
    Open,
    Opened,
    Presence,
    Release,
    Rooms,
    Submit,
)

__all__ = ["admitted"]


async def restricted_room(client: Client, title: str = "A laptop is gone", **more: Any) -> str:
    """The log of a restricted room that the client has declared, and commands."""
    log = new_log_id()
    declare = c.Declare(title=title, restricted=True, **more)
    for command in (declare, c.TakeRole(role=Role.INCIDENT_COMMANDER)):
        answer = await client.submits(log, command)
        assert isinstance(answer, Acked), answer
    return log


async def does(client: Client, log: str, *commands: c.PersonCommand) -> None:
    for command in commands:
        answer = await client.submits(log, command)
        assert isinstance(answer, Acked), answer


def own_log(hub: Hub) -> list[Entry]:
    """The hub's own log."""
    own = next(head.log for head in hub._journal.heads() if head.label == "hub")
    return list(hub._journal.page(own, 0, 10_000).entries)


def reads(hub: Hub) -> list[RestrictedRead]:
    """The reads of restricted rooms that the hub has recorded."""
    events = [entry.recorded().event for entry in own_log(hub)]
    return [event for event in events if isinstance(event, RestrictedRead)]


# --- from the outside ----------------------------------------------------------------------------


async def test_to_who_is_not_admitted_there_is_no_room(serve: Serve) -> None:
    """Listed, opened, written to, declared over: as one that was never declared."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        async with joined(served.socket, "kim") as kim:
            assert () == (await kim.rooms()).rooms
            await nowhere(kim, log)
            again = await kim.submits(log, c.Declare(title="mine"))
            assert isinstance(again, Declined)
            assert (Code.CONFLICT, "this room is declared already") == (again.code, again.text)
        (seen,) = (await ana.rooms()).rooms
        assert (log, True) == (seen.log, seen.restricted)


async def test_labels_skip_nothing(serve: Serve) -> None:
    """The next number is the next number, whatever was declared in between."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        await ana.declares("one")
        await restricted_room(ana)
        # One batch, as like as not.
        ids = [new_command_id() for _ in range(3)]
        for id_, hides in zip(ids, (True, False, True), strict=True):
            declare = c.Declare(title="two", restricted=hides)
            await ana.say(Submit(id=id_, log=new_log_id(), command=declare))
        assert all([isinstance(await ana.answer(id_), Acked) for id_ in ids])
        async with joined(served.socket, "kim") as kim:
            await kim.declares("three")
            assert ["INC-3", "INC-2", "INC-1"] == [room.label for room in (await kim.rooms()).rooms]
        hidden = {room.label for room in (await ana.rooms()).rooms if room.restricted}
        assert 3 == len(hidden)
        assert {"SEC-"} == {label[:4] for label in hidden}


async def test_what_happens_inside_makes_no_sound_outside(serve: Serve) -> None:
    """Who watches the lists is not told again that nothing changed."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        async with joined(served.socket, "kim") as kim:
            assert () == (await kim.rooms(watch=True)).rooms
            await kim.say(ListFeed(watch=True))
            assert () == (await kim.hear(FeedList)).items
            for number in range(3):
                await ana.posts(log, str(number))
                await asyncio.sleep(0.3)  # longer than changes are gathered
            await kim.declares("outside")
            # The first thing that Kim hears is her own room.
            (room,) = (await kim.hear(Rooms)).rooms
            assert ("outside", []) == (room.title, kim.kept)


async def test_an_id_known_from_inside_is_worth_nothing_outside(serve: Serve) -> None:
    """Who was removed is not even told that their own command is an entry."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        async with joined(served.socket, "kim") as kim:
            await does(ana, log, c.Admit(handle="kim"))
            id_ = new_command_id()
            assert isinstance(await kim.submits(log, c.Post(text="x"), id_), Acked)
            await does(ana, log, c.Remove(handle="kim"))
            again = await kim.submits(log, c.Post(text="x"), id_)
            assert Declined(id=id_, log=log, code=Code.NOT_FOUND, text=NO_ROOM) == again


@pytest.mark.usefixtures("admitted")
async def test_a_canary_reaches_nobody_outside(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything that others heard, the hub's log on disk, its own log: nowhere the text, nor the
    room's label or id where they do not belong."""
    caplog.set_level(logging.DEBUG)
    canary = f"canary-{secrets.token_hex(8)}"
    async with contextlib.AsyncExitStack() as doors:
        served: Served = await doors.enter_async_context(serve())
        ana = await doors.enter_async_context(let_in(served.socket, "ana", Scope.RESPONDER))
        public = await ana.declares("in the open")
        outside = [
            await doors.enter_async_context(let_in(served.socket, name, scope, bound))
            for name, scope, bound in (
                ("kim", Scope.RESPONDER, None),
                ("olu", Scope.OBSERVER, None),
                ("gil", Scope.GUEST, public),
                ("sue", Scope.STAKEHOLDER, None),
            )
        ]
        heard = [listen(client) for client in outside]
        for client in outside:
            await client.say(ListRooms(watch=True))
            await client.say(ListFeed(watch=True))
        log = await restricted_room(ana, canary, services=(canary,), bridge=canary, security=True)
        await does(
            ana,
            log,
            c.Post(text=canary),
            c.DraftUpdate(audience=Audience.INTERNAL, text=canary),
            c.CallRoll(people=(c.Voice(voice_id(log, "raj"), "raj"),)),
            c.Rename(name=f"Ana {canary[-4:]}"),
        )
        await publish(ana, log, 1)
        for client in outside:
            await client.say(Open(log=log))
            await client.say(Open(log=log, after=1, head="0" * 64))
            await client.say(Close(log=log))
            tries = (c.Post(text="x"), c.Declare(title="x"), c.Restrict(), c.Rename(name="K"))
            for command in tries:
                await client.submits(log, command)
            await client.say(ListRooms())
            await client.say(ListFeed())
        label = (await ana.rooms()).rooms[0].label
        assert label.startswith("SEC-")
        for client in outside:
            # An answer to this comes after the answers to all that was asked before.
            await client.submits(new_log_id(), c.Post(text="x"))
    sounds = b"".join(frame for frames in heard for frame in frames)
    assert sounds
    assert canary.encode() not in sounds
    assert label.encode() not in sounds
    logged = caplog.text
    assert canary not in logged
    assert label not in logged
    assert [] == [path for path in written(tmp_path) if canary.encode() in path.read_bytes()]


def written(folder: Path) -> list[Path]:
    """Every file but the journal, which is the hub's alone."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if not path.name.startswith("journal.db")]


def listen(client: Client) -> list[bytes]:
    """Every frame that the client hears from now on, byte for byte."""
    heard: list[bytes] = []
    receive = client.line.recv

    async def recv() -> str | bytes:
        frame = await receive()
        heard.append(frame.encode() if isinstance(frame, str) else frame)
        return frame

    client.line.recv = recv  # type: ignore[method-assign, assignment]
    return heard


@pytest.mark.usefixtures("admitted")
async def test_the_hub_s_own_log_names_no_restricted_room(serve: Serve) -> None:
    """It holds the log's id, which means something only to who knows the room."""
    canary = f"canary-{secrets.token_hex(8)}"
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await restricted_room(ana, canary)
        await does(ana, log, c.Post(text=canary))
        opened = await ana.opens(log)
        kept = b"".join(entry.line() for entry in own_log(served.hub))
        assert canary.encode() not in kept
        assert opened.label.encode() not in kept


# --- coming in, and being shown out ---------------------------------------------------------------


async def test_who_is_admitted_comes_in_and_who_is_removed_is_cut_off(serve: Serve) -> None:
    """At once, on every connection they have: not even that they were removed is theirs to read."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        async with joined(served.socket, "kim") as kim, joined(served.socket, "kim") as other:
            await does(ana, log, c.Admit(handle="kim"))
            for client in (kim, other):
                opened = await client.opens(log)
                await client.reads(log, opened.seq)
            await does(ana, log, c.Remove(handle="kim", reason="a suspect"))
            for client in (kim, other):
                gone = await client.hear(Failed)
                assert Failed(code=Code.NOT_FOUND, text=NO_ROOM, log=log) == gone
            await does(ana, log, c.Post(text="now they are gone"))
            await nowhere(kim, log)
            for client in (kim, other):
                await client.rooms()
                late = [one for one in client.kept if isinstance(one, Entries)]
                assert not any(b"suspect" in bytes(line) for one in late for line in one.entries)
                assert not any(b"are gone" in bytes(line) for one in late for line in one.entries)


async def test_a_room_that_is_restricted_later_shuts_at_once(serve: Serve) -> None:
    """Who works in it stays; who only looks on is out, and it vanishes from the lists."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        async with joined(served.socket, "bo") as bo, dialled(served.socket) as looker:
            await bo.posts(log, "I am here")
            await bo.opens(log)
            await looker.hello(replace(HELLO, as_name="kim", observer=True))
            await looker.rooms(watch=True)
            await looker.opens(log)
            await does(ana, log, c.Restrict(reason="an insider"))
            assert log == (await looker.hear(Failed)).log
            await looker.hear(Rooms, lambda said: not said.rooms)
            await nowhere(looker, log)
            await bo.posts(log, "still here")
            assert [log] == [room.log for room in (await bo.rooms()).rooms]


@pytest.mark.usefixtures("admitted")
async def test_an_auditor_opens_it_anew(serve: Serve) -> None:
    """They may read it, but not go on unrecorded as if it were open."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await ana.declares()
        async with let_in(served.socket, "olu", Scope.AUDITOR) as olu:
            await olu.opens(log)
            await does(ana, log, c.Restrict())
            await olu.hear(Failed)
            assert [] == reads(served.hub)
            opened = await olu.opens(log)
            await olu.reads(log, opened.seq)
            (read,) = reads(served.hub)
            assert (log, Scope.AUDITOR) == (read.log, read.scope)


async def test_every_reading_is_recorded_first(serve: Serve) -> None:
    """Once a connection: who, which log, as what; not so of a room that is open to all."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        await ana.opens(await ana.declares())
        log = await restricted_room(ana)
        await ana.opens(log)
        await ana.opens(log)
        assert [log] == [read.log for read in reads(served.hub)]
        async with joined(served.socket, "ana") as again:
            await again.opens(log)
        assert [log, log] == [read.log for read in reads(served.hub)]


async def test_what_cannot_be_recorded_is_not_shown(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub says so, and that trying again can help."""
    real = Hub.own

    def fails(hub: Hub, command: Any, *more: Any, **named: Any) -> Any:
        if not isinstance(command, NoteRead):
            return real(hub, command, *more, **named)
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        reply.set_result(Rejected(None, Refused(Code.TEMPORARY, "full", True)))  # type: ignore[arg-type]
        return reply

    monkeypatch.setattr(Hub, "own", fails)
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        await ana.say(Open(log=log))
        failed = await ana.hear(Failed)
        assert (Code.TEMPORARY, True, UNREAD) == (failed.code, failed.temporary, failed.text)
        assert not [one for one in ana.kept if isinstance(one, Opened | Entries | Presence)]


async def test_a_guest_of_a_restricted_room_is_admitted_by_its_commander(
    serve: Serve, admitted: None
) -> None:
    """An invite for it lets nobody in: whoever runs the hub could make one."""
    async with serve() as served, let_in(served.socket, "ana", Scope.RESPONDER) as ana:
        log = await restricted_room(ana)
        async with let_in(served.socket, "gil", Scope.GUEST, log) as gil:
            await nowhere(gil, log)
            await does(ana, log, c.Admit(handle="gil"))
            await gil.opens(log)


async def test_it_stays_so_when_the_hub_starts_anew(serve: Serve) -> None:
    """Who may be there is in the log, and nowhere else."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        async with joined(served.socket, "kim"):
            await does(ana, log, c.Admit(handle="kim"))
    async with serve() as served, joined(served.socket, "kim") as kim:
        await kim.opens(log)
        async with joined(served.socket, "bo") as bo:
            await nowhere(bo, log)


async def test_who_runs_the_hub_finds_no_room_to_invite_to(serve: Serve) -> None:
    """A label that is guessed right answers like one that is guessed wrong."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await restricted_room(ana)
        (room,) = (await ana.rooms()).rooms
        async with joined(served.socket, "kim"):
            sessions = {one.you.handle: one for one in served.hub.connected}
            assert log == served.hub.log_of(sessions["ana"], room.label)
            assert served.hub.log_of(sessions["kim"], room.label) is None


async def test_a_restricted_room_that_recovers_is_hidden_too(hubs: Hubs, tmp_path: Path) -> None:
    """Adopted by another hub: its members find it, and nobody else hears that it recovers."""
    hub = hubs.start()
    async with joined(hub.socket, "ana") as ana:
        log = await restricted_room(ana)
        opened = await ana.opens(log)
        copy = Copy(log, opened.label)
        await copy.follow(ana, opened.seq)
    hub.stop()
    shutil.rmtree(hubs.data)
    file = tmp_path / "replica.jsonl"
    file.write_bytes(copy.replica())
    hub = hubs.start("--adopt", str(file))
    async with joined(hub.socket, "ana") as ana, joined(hub.socket, "bo") as bo:
        (room,) = (await ana.rooms()).rooms
        assert (True, True) == (room.restricted, room.recovering)
        assert () == (await bo.rooms()).rooms
        await nowhere(bo, log)
        for message in (copy.offer(1), Release(log=log), Open(log=log, after=99, head="0" * 64)):
            await bo.say(message)
            assert Failed(code=Code.NOT_FOUND, text=NO_ROOM, log=log) == await bo.hear(Failed)
