"""The hub's doors: who is let in, what is refused, what a peer can never do, and slow clients."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.framing import pack
from server.gateway import Patience
from server.line import LAGGING, Line
from server.session import Peer
from tests.integration.conftest import HELLO, WAIT, Client, Hubs, Serve, dialled, joined, until
from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import Post
from warroom.domain.decide import Code
from warroom.domain.vocabulary import Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import (
    PROTOCOL,
    Acked,
    Alive,
    Close,
    Declined,
    Diverged,
    Draining,
    Failed,
    FromHub,
    Heartbeat,
    ListRooms,
    Open,
    Presence,
    Rooms,
)
from warroom.protocol.stewardship import ListPeople

HURRIED = Patience(hello=0.2, progress=0.3, goodbye=0.2, spread=0.01, look=0.05)

# --- who is let in -------------------------------------------------------------------------------


async def test_the_socket_says_who_someone_is(serve: Serve) -> None:
    """The operating system's user is the person, the same one every time."""
    async with serve() as served:
        async with dialled(served.socket) as client:
            first = await client.hello()
        async with dialled(served.socket) as client:
            assert first.you == (await client.hello()).you
    assert (PROTOCOL, "responder") == (first.protocol, first.you.scope)


async def test_someone_new_is_made_known_once(serve: Serve) -> None:
    """Ten connections at once under a new name are one person."""
    hello = replace(HELLO, as_name="ÉmilIe.de-la_Tour-01234")
    async with serve() as served:

        async def person() -> str:
            async with dialled(served.socket) as client:
                return (await client.hello(hello)).you.person

        assert 1 == len(set(await asyncio.gather(*(person() for _ in range(10)))))


async def test_who_goes_before_the_welcome_is_made_known_all_the_same(serve: Serve) -> None:
    """The entry is on its way by then, and nobody waits for its answer."""

    class Nobody:
        def write(self, data: bytes) -> bool:
            return False

        def wake(self) -> None: ...

        def close(self, code: CloseCode, reason: str) -> None: ...

    peer = Peer(os.getuid(), Via.OS, "ana")
    async with serve() as served:
        greeting = asyncio.ensure_future(served.hub.greet(HELLO, peer, Nobody()))
        await asyncio.sleep(0)
        greeting.cancel()
        async with dialled(served.socket) as client:
            assert "ana" == (await client.hello()).you.name
        assert greeting.cancelled()


async def test_a_token_opens_the_tcp_port(hubs: Hubs) -> None:
    """With it, one is the hub's own user."""
    hub = hubs.start("--bind", "127.0.0.1:0")
    bearer = {"Authorization": f"Bearer {hub.token}"}
    async with dialled(hub.socket) as client:
        owner = (await client.hello()).you.person
    async with dialled(hub.ready["url"], additional_headers=bearer) as client:
        assert owner == (await client.hello()).you.person


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "Bearer ", "Basic QTpC", "Bearer \xe9"])
async def test_without_the_token_the_tcp_port_stays_shut(hubs: Hubs, shown: str | None) -> None:
    """401, with a sentence that says where the token is."""
    hub = hubs.start("--bind", "127.0.0.1:0")
    headers = {} if shown is None else {"Authorization": shown}
    with pytest.raises(InvalidStatus) as refused:
        async with dialled(hub.ready["url"], additional_headers=headers):
            pass
    assert 401 == refused.value.response.status_code
    assert b"data folder" in (refused.value.response.body or b"")
    assert hub.token not in hub.errors.read_text()


async def test_a_browser_page_does_not_get_in(serve: Serve) -> None:
    """A request with an Origin comes from a page, whatever the page is."""
    async with serve() as served:
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(served.socket, origin=Origin("http://127.0.0.1")):
                pass
    assert 403 == refused.value.response.status_code


@pytest.mark.parametrize("offered", [None, [Subprotocol("warroom.v2")]])
async def test_another_subprotocol_is_refused(serve: Serve, offered: Any) -> None:
    """Before the first message, with 400."""
    async with serve() as served:
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(served.socket, subprotocols=offered):
                pass
    assert 400 == refused.value.response.status_code


async def test_a_full_hub_says_come_back(serve: Serve) -> None:
    """503 to the one too many; those inside notice nothing."""
    async with serve(Patience(connections=1, spread=0.01)) as served, joined(served.socket) as ana:
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(served.socket):
                pass
        assert () == (await ana.rooms()).rooms
    assert 503 == refused.value.response.status_code


async def test_silent_sockets_do_not_keep_the_door_busy_for_ever(serve: Serve) -> None:
    """Too many handshakes under way get 503, until the silent ones are cut."""
    async with serve(replace(HURRIED, handshakes=3)) as served:
        silent = [await asyncio.open_unix_connection(str(served.socket)) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(served.socket):
                pass
        assert 503 == refused.value.response.status_code
        for reader, writer in silent:
            async with asyncio.timeout(WAIT):
                assert b"" == await reader.read()
            writer.close()
        async with joined(served.socket) as ana:
            assert () == (await ana.rooms()).rooms


async def test_hello_is_due(serve: Serve) -> None:
    """A connection that says nothing is told to come back when it has something to say."""
    async with serve(HURRIED) as served, dialled(served.socket) as client:
        assert CloseCode.HELLO_LATE == (await client.closed())[0]


async def test_versions_that_do_not_meet_are_named(serve: Serve) -> None:
    """The close reason says what each side speaks, and the code that coming back is no use."""
    async with serve() as served, dialled(served.socket) as client:
        await client.say(replace(HELLO, protocols=(7, 8)))
        code, reason = await client.closed()
    assert CloseCode.NO_COMMON_PROTOCOL == code
    assert f"speaks protocol {PROTOCOL}, your client 7, 8" in reason


async def test_a_newer_client_is_told_that_it_is_newer(serve: Serve) -> None:
    """Whatever else it says in its hello that this version does not know."""
    async with serve() as served, dialled(served.socket) as client:
        await client.line.send('{"type":"hello","protocols":[7],"new_field":1}')
        code, reason = await client.closed()
    assert CloseCode.NO_COMMON_PROTOCOL == code
    assert f"speaks protocol {PROTOCOL}, your client 7" in reason


# --- what a peer can never do --------------------------------------------------------------------

DEEP = '{"type":' * 5_000 + "1" + "}" * 5_000
BROKEN: dict[str, str | bytes] = {
    "binary": b'{"type":"list"}',
    "no JSON": "hello?",
    "nothing": "",
    "NaN": '{"type":"alive","idle":NaN}',
    "huge integer": '{"type":"alive","idle":%s}' % ("9" * 4_000),
    "float": '{"type":"alive","idle":1e400}',
    "deep nesting": DEEP,
    "unknown type": '{"type":"shutdown"}',
    "unknown field": '{"type":"list","really":true}',
    "no object": '["list"]',
    "lone surrogate": '{"type":"close","log":"\\ud800"}',
    "what only the hub says": '{"type":"draining","after_ms":1}',
    "hello again": '{"type":"hello","protocols":[1],"client":"x"}',
    "early timer": '{"type":"submit","id":"x","log":1,"command":{"do":"act.overdue"}}',
}


@pytest.mark.parametrize("frame", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_frame_ends_one_connection_and_no_more(
    serve: Serve, frame: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Before hello and after it; the code says not to try again, and the log stays quiet."""
    async with serve() as served, joined(served.socket) as bystander:
        async with dialled(served.socket) as early, joined(served.socket) as late:
            if frame != BROKEN["hello again"]:
                await early.line.send(frame)
                assert CloseCode.BAD_FRAME == (await early.closed())[0]
            await late.line.send(frame)
            code, reason = await late.closed()
            assert CloseCode.BAD_FRAME == code
            assert reason
        assert () == (await bystander.rooms()).rooms
    assert [] == [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_duplicate_keys_count_once(serve: Serve) -> None:
    """JSON leaves open what they mean; here the last one does, and nothing breaks."""
    async with serve() as served, joined(served.socket) as client:
        await client.line.send('{"type":"list","watch":true,"watch":false}')
        assert Rooms(rooms=()) == await client.hear(Rooms)


async def test_a_frame_too_large_ends_the_connection(serve: Serve) -> None:
    """64 KiB is the limit, in one frame or in many fragments."""
    async with serve() as served:
        async with joined(served.socket) as client:
            await client.line.send("x" * 70_000)
            assert 1009 == (await client.closed())[0]
        async with joined(served.socket) as client:
            await client.line.send(["x" * 10_000] * 7)
            assert 1009 == (await client.closed())[0]
        async with joined(served.socket) as client:
            assert () == (await client.rooms()).rooms


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ({"do": "post", "text": ""}, "$.command.text"),
        ({"do": "post", "text": "a\u202eb"}, "$.command.text"),
        ({"do": "post", "text": "hi", "loud": True}, "loud"),
        ({"do": "join", "person": "x", "name": "x", "handle": "x"}, "join"),
    ],
)
async def test_a_broken_command_is_declined_alone(
    serve: Serve, command: dict[str, Any], complaint: str
) -> None:
    """Its sender learns which field is wrong, and goes on."""
    async with serve() as served, joined(served.socket) as ana:
        log, id_ = await ana.declares(), new_command_id()
        frame = {"type": "submit", "id": id_, "log": log, "command": command}
        await ana.line.send(json.dumps(frame))
        declined = await ana.hear(Declined)
        assert (id_, log, Code.INVALID) == (declined.id, declined.log, declined.code)
        assert complaint in declined.text
        await ana.posts(log, "and on")


async def test_rubbish_before_the_handshake_is_nobodys_business(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """No HTTP, half a request, a request with a body: the next client does not notice."""
    async with serve() as served:
        for rubbish in (b"\x16\x03\x01" * 99, b"GET / HT", b"POST / HTTP/1.1\r\n\r\n{}"):
            _, writer = await asyncio.open_unix_connection(str(served.socket))
            writer.write(rubbish)
            await writer.drain()
            writer.close()
        async with joined(served.socket) as ana:
            assert () == (await ana.rooms()).rooms
    assert "Traceback" not in caplog.text


async def test_a_hub_lives_through_all_of_it(hubs: Hubs) -> None:
    """The same frames at a real process; the fixture finds no traceback in what it logged."""
    hub = hubs.start()
    for frame in BROKEN.values():
        async with joined(hub.socket) as client:
            await client.line.send(frame)
            await client.closed()
    async with joined(hub.socket) as ana:
        await ana.declares()
    assert 0 == hub.stop()


# --- writing -------------------------------------------------------------------------------------


async def test_the_same_command_again_is_the_same_entry(serve: Serve) -> None:
    """An id that was acknowledged gives the seq it has; with another content it is refused."""
    async with serve() as served, joined(served.socket) as ana:
        log, id_ = await ana.declares(), new_command_id()
        first = await ana.submits(log, Post(text="p99 is 4 s"), id_)
        assert first == await ana.submits(log, Post(text="p99 is 4 s"), id_, seen=1)
        declined = await ana.submits(log, Post(text="p99 is 5 s"), id_)
        async with joined(served.socket, "bo") as bo:
            other = await bo.submits(log, Post(text="p99 is 4 s"), id_)
    assert isinstance(first, Acked)
    for answer in (declined, other):
        assert isinstance(answer, Declined)
        assert Code.DUPLICATE_ID == answer.code


async def test_a_room_that_is_not_there_is_not_found(serve: Serve) -> None:
    """Whether it is to be opened or written to; the hub's own log is no room either."""
    async with serve() as served, dialled(served.socket) as client:
        own = (await client.hello()).hub
        for log in (new_log_id(), own):
            await client.say(Open(log=log))
            assert Code.NOT_FOUND == (await client.hear(Failed)).code
            answer = await client.submits(log, Post(text="anyone?"))
            assert isinstance(answer, Declined)
            assert Code.NOT_FOUND == answer.code


# --- reading -------------------------------------------------------------------------------------


async def test_backlog_and_live_are_one_stream(serve: Serve) -> None:
    """A follower gets every entry once, in order, wherever they came in."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.posts(log, *(f"before {n}" for n in range(20)))
        async with joined(served.socket, "bo") as bo:
            opened = await bo.opens(log)
            await ana.posts(log, *(f"after {n}" for n in range(20)))
            entries = await bo.reads(log, 42)
    assert (22, "INC-1") == (opened.seq, opened.label)
    assert list(range(1, 43)) == [entry.seq for entry in entries]


async def test_resuming_goes_on_after_the_entry_last_held(serve: Serve) -> None:
    """With the hash of that entry; with another hash the two have diverged."""
    async with serve() as served, joined(served.socket) as ana:
        log = await ana.declares()
        await ana.posts(log, "one", "two")
        await ana.opens(log)
        held = (await ana.reads(log, 4))[2]
        await ana.say(Close(log=log))
        await ana.opens(log, 3, held.hash)
        assert [4] == [entry.seq for entry in await ana.reads(log, 4)]
        for after, head in ((3, "0" * 64), (3, None), (0, "0" * 64), (4, held.hash), (9, "0" * 64)):
            await ana.say(Open(log=log, after=after, head=head))
            assert (log, 4) == ((said := await ana.hear(Diverged)).log, said.seq)


async def test_presence_comes_at_once(serve: Serve) -> None:
    """Who opens a room is shown in it, observers marked; the lobby counts them."""
    async with serve() as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with dialled(served.socket) as bo:
            you = (await bo.hello(replace(HELLO, as_name="bo", observer=True))).you
            await bo.opens(log)
            both = await ana.hear(Presence, lambda said: len(said.here) == 2)
            assert [True] == [one.observer for one in both.here if one.person == you.person]
            assert [2] == [room.here for room in (await ana.rooms()).rooms]


async def test_who_watches_the_lobby_is_told(serve: Serve) -> None:
    """Of new rooms and of changes in them, by someone else, without asking again."""
    async with serve() as served, joined(served.socket) as watcher, joined(served.socket) as ana:
        assert Rooms(rooms=()) == await watcher.rooms(watch=True)
        await ana.declares("Checkout fails")
        told = await watcher.hear(Rooms, lambda said: len(said.rooms) > 0)
        assert [("INC-1", "Checkout fails")] == [(room.label, room.title) for room in told.rooms]


async def test_the_heartbeat_says_where_open_rooms_stand(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who does not answer it is sent away."""
    monkeypatch.setattr("server.hub.HEARTBEAT", 1)
    async with serve() as served, joined(served.socket) as ana:
        log = await ana.declares()
        await ana.opens(log)
        await ana.reads(log, 2)
        beat = await ana.hear(Heartbeat, lambda said: len(said.heads) > 0)
        assert [(log, 2)] == [(head.log, head.seq) for head in beat.heads]
        await ana.say(Alive(idle=7))
        here = await ana.hear(Presence, lambda said: said.here[0].idle == 7)
        assert log == here.log
        assert CloseCode.STALLED == (await ana.closed())[0]


@pytest.mark.parametrize("message", [ListRooms(), ListPeople()], ids=["a room's", "the steward's"])
async def test_whatever_is_said_is_a_sign_of_life(
    serve: Serve, message: ListRooms | ListPeople
) -> None:
    """Also what is said to the one who runs the hub: nobody is cut in the middle of it."""
    async with serve() as served, joined(served.socket) as ana:
        (session,) = served.hub.connected
        session.heard_at = before = session.heard_at - 5
        await ana.say(message)
        await ana.hear(FromHub, lambda said: isinstance(said, Rooms | Failed))
        assert before < session.heard_at


# --- slow clients, and the end -------------------------------------------------------------------


@contextlib.asynccontextmanager
async def stalled(where: Path, log: str) -> AsyncIterator[None]:
    """While this lasts, a client that opened a room and reads no more is connected."""
    async with joined(where) as client:
        await client.opens(log)
        client.line.transport.pause_reading()
        yield
        client.line.transport.abort()


async def flood(client: Client, log: str, size: int) -> None:
    """Say so many bytes in a room, in posts of 40,000 characters."""
    for _ in range(size // 40_000 + 1):
        await client.posts(log, "x" * 40_000)


async def test_a_client_that_stops_reading_is_cut_and_delays_nobody(serve: Serve) -> None:
    """The others get everything while it fills up; live writes to it stop; then it is gone."""
    async with serve(HURRIED) as served, joined(served.socket) as ana:
        log = await ana.declares()
        await ana.opens(log)
        async with stalled(served.socket, log):
            assert 2 == served.hub.sessions
            await flood(ana, log, 3_000_000)
            opened = await ana.opens(log)
            assert opened.seq == (await ana.reads(log, opened.seq))[-1].seq
            await until(lambda: served.hub.sessions == 1)
            await ana.posts(log, "and on")


async def test_a_slow_joiner_gets_the_whole_backlog_at_its_own_pace(serve: Serve) -> None:
    """More than the buffer may hold: the pump waits, so it is not cut, and it misses nothing."""
    patience = Patience(progress=1_000, look=0.01, spread=0.01)
    async with serve(patience) as served, joined(served.socket, "ana") as ana:
        log = await ana.declares()
        await flood(ana, log, 4_000_000)
        async with joined(served.socket, "bo") as bo:
            bo.line.transport.pause_reading()
            await bo.say(Open(log=log))
            await ana.posts(log, *(f"meanwhile {n}" for n in range(50)))
            upto = (await ana.opens(log)).seq
            bo.line.transport.resume_reading()
            entries = await bo.reads(log, upto)
    assert list(range(1, upto + 1)) == [entry.seq for entry in entries]


async def test_the_end_does_not_wait_for_a_client_that_stopped_reading(serve: Serve) -> None:
    """The library's own close would hang on its buffer."""
    async with serve(replace(HURRIED, progress=1_000)) as served, joined(served.socket) as ana:
        log = await ana.declares()
        async with stalled(served.socket, log):
            await flood(ana, log, 3_000_000)
            assert 2 == served.hub.sessions
            async with asyncio.timeout(WAIT):
                await served.gateway.drain()
            assert 0 == served.hub.sessions


async def test_a_drain_answers_what_waits_and_says_come_back(hubs: Hubs) -> None:
    """Everything that was sent before the signal is answered, then Draining, then 1012."""
    hub = hubs.start()
    async with joined(hub.socket) as ana:
        log = await ana.declares()
        await ana.posts(log, *"abc")
        assert 0 == await asyncio.to_thread(hub.stop)
        code, _ = await ana.closed()
        await ana.hear(Draining)
    assert CloseCode.RESTARTING == code


async def test_who_comes_during_a_drain_is_sent_away(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, so that they come back, while those inside still get their answers."""
    async with serve() as served, joined(served.socket) as ana:
        written, stop = asyncio.Event(), served.hub.stop

        async def writes_long() -> None:
            await written.wait()
            await stop()

        monkeypatch.setattr(served.hub, "stop", writes_long)
        draining = asyncio.ensure_future(served.gateway.drain())
        await asyncio.sleep(0)
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(served.socket):
                pass
        assert 503 == refused.value.response.status_code
        await ana.declares()
        written.set()
        await draining


async def test_a_line_that_is_not_open_takes_nothing(serve: Serve) -> None:
    """Bytes past the library must not follow a close frame, nor stand amid a fragmented message."""
    async with serve() as served, joined(served.socket):
        connection = next(iter(served.gateway._sockets))
        line = Line(connection)
        assert line.write(pack(b"{}"))
        connection.send_in_progress = asyncio.get_running_loop().create_future()
        assert not line.write(pack(b"{}"))
        connection.send_in_progress = None
        await connection.close()
        assert not line.write(pack(b"{}"))


async def test_a_full_line_says_so(serve: Serve) -> None:
    """Over 256 KiB in the buffer, `write` asks the hub to stop; the bytes are not lost."""
    async with serve() as served, joined(served.socket) as client:
        client.line.transport.pause_reading()
        line = Line(next(iter(served.gateway._sockets)))
        frame = pack(b'{"type":"draining","after_ms":%s}' % (b" " * LAGGING + b"1"))
        sent = 1
        while line.write(frame):
            sent += 1
        client.line.transport.resume_reading()
        for _ in range(sent):
            assert Draining(after_ms=1) == await client.hear(Draining)
