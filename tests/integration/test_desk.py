"""The desk against real hubs, and against one that misbehaves on purpose."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.integration.conftest import WELCOME, Hubs
from warroom.client.connection import LineState
from warroom.client.desk import (
    Desk,
    DeskEvent,
    Failure,
    InviteRefused,
    LineChanged,
    RoomChanged,
    RoomShut,
)
from warroom.client.draft import Draft
from warroom.client.inviting import InviteWanted
from warroom.client.local import STARTING, STOPPED, target_of
from warroom.client.pace import Pace
from warroom.client.replica import Reopen, Replica, Retry, Returned, Settled, Sync
from warroom.client.target import Target
from warroom.clock import new_log_id, now
from warroom.domain.commands import Admit, Amend, Post, Remove, TakeRole
from warroom.domain.vocabulary import Code, Role, Scope
from warroom.protocol.codec import decode_client, encode
from warroom.protocol.envelopes import (
    SUBPROTOCOL,
    Alive,
    Declined,
    Draining,
    Failed,
    FromClient,
    FromHub,
    HeadAt,
    Heartbeat,
    Hello,
    Open,
    Opened,
    Submit,
)
from warroom.protocol.stewardship import InviteSomeone

WAIT = 40.0
QUICK = Pace(first=0.01, longest=0.05, reopen=0.05)
"""Comes back at once: the tests wait for what happens, never for a time."""

IMPATIENT = Pace(heartbeat=0.02, first=0.01, longest=0.02)
"""Takes a twentieth of a second of silence for a stale line."""


class Person:
    """Someone's desk, and everything that it was told."""

    def __init__(self, target: Target, name: str | None = None, pace: Pace = QUICK) -> None:
        self.told: list[DeskEvent] = []
        self.pace = pace
        self._changed = asyncio.Event()
        self.desk = Desk(target, name, self._listen, pace=pace)

    def _listen(self, event: DeskEvent) -> None:
        self.told.append(event)
        self._changed.set()

    async def until(self, happened: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    async def live(self) -> None:
        await self.until(lambda: self.desk.line.state is LineState.LIVE)

    async def declares(self, title: str) -> Replica:
        """A room of one's own, once its declaration is here."""
        replica = self.desk.replicas[self.desk.declare(title)]
        await self.until(lambda: replica.seq and not replica.pending)
        return replica

    async def says(self, replica: Replica, *texts: str) -> None:
        """Post, and wait until all of it is in the room."""
        for text in texts:
            self.desk.send(replica.log, Draft(Post(text=text)))
        await self.until(lambda: not replica.pending)

    def states(self) -> list[LineState]:
        return [event.line.state for event in self.told if isinstance(event, LineChanged)]

    def reasons(self) -> list[str]:
        return [event.line.why for event in self.told if isinstance(event, LineChanged)]

    def changes(self, kind: type[Any]) -> list[Any]:
        told = [event.change for event in self.told if isinstance(event, RoomChanged)]
        return [change for change in told if isinstance(change, kind)]


@contextlib.asynccontextmanager
async def at_desk(person: Person) -> AsyncIterator[Person]:
    """The desk runs for as long as the block."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(person.desk.run())
        try:
            yield person
        finally:
            running.cancel()


def texts(replica: Replica) -> list[str]:
    """What was posted in a room, in order."""
    posted = [entry for entry in replica.room.entries if entry.event.kind == "note.posted"]
    return [replica.room.text(entry.seq) for entry in posted]


# --- with a real hub ---------------------------------------------------------------------------


def settled_here(hubs: Hubs, monkeypatch: pytest.MonkeyPatch) -> Target:
    """This machine's hub, as clients of this process find and start it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", hubs.env["XDG_RUNTIME_DIR"])
    monkeypatch.setenv("PYTHONPATH", hubs.env["PYTHONPATH"])
    return target_of(hubs.data)


@contextlib.contextmanager
def ending(data: Path) -> Iterator[None]:
    """Kill the hub that clients have started, once they are gone."""
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(json.loads((data / "hub.json").read_text())["pid"], signal.SIGKILL)


async def test_a_hub_that_died_is_started_again_by_its_clients(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many see that it is gone: one comes up, and all of them are back, with their room."""
    hub = hubs.start("--auto")
    target = settled_here(hubs, monkeypatch)
    with ending(hubs.data):
        async with at_desk(Person(target, "ana")) as ana, at_desk(Person(target, "bo")) as bo:
            replica = await ana.declares("Checkout fails")
            await bo.live()
            hub.kill()
            for person in (ana, bo):
                await person.until(lambda: LineState.OFFLINE in person.states())  # noqa: B023
                await person.live()
            await ana.says(replica, "back")
            assert STARTING in ana.reasons() + bo.reasons()


async def test_a_desk_ends_in_the_moment_in_which_its_line_breaks(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who quits while the hub dies is let go."""
    target = settled_here(hubs, monkeypatch)
    for _ in range(3):
        hub = hubs.start()
        async with at_desk(Person(target, "ana")) as ana, at_desk(Person(target, "bo")) as bo:
            await ana.live()
            await bo.live()
            hub.kill()


async def test_a_hub_that_was_stopped_is_started_only_by_who_asks(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle client does not bring back what someone has ended; a key does."""
    hub = hubs.start("--auto")
    with ending(hubs.data):
        async with at_desk(Person(settled_here(hubs, monkeypatch), "ana")) as ana:
            await ana.live()
            hub.process.terminate()
            assert 0 == hub.process.wait(WAIT)
            await ana.until(lambda: STOPPED in ana.reasons())
            assert not (hubs.data / "hub.json").exists()
            ana.desk.try_again()
            await ana.live()


async def test_a_hub_that_someone_else_looks_after_is_not_started(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`warroom serve` under a service manager: that one brings it back, with its own flags."""
    hub = hubs.start()
    async with at_desk(Person(settled_here(hubs, monkeypatch), "ana")) as ana:
        await ana.live()
        hub.kill()
        await ana.until(lambda: STOPPED in ana.reasons())
        hubs.start()
        await ana.live()


async def test_a_hub_that_cannot_start_says_why(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried once, not again and again; the reason stands where the line is."""
    hub = hubs.start("--auto")
    async with at_desk(Person(settled_here(hubs, monkeypatch), "ana")) as ana:
        await ana.live()
        hub.kill()
        (hubs.data / "hub.key").write_bytes(b"short")
        await ana.until(lambda: any("could not be started" in why for why in ana.reasons()))
        assert "is not a hub's key" in ana.desk.line.why


async def test_two_people_share_a_room(serve: Any) -> None:
    """What one writes the other reads, as the same log."""
    async with serve() as served:
        target = Target(socket=served.socket)
        async with at_desk(Person(target, "ana")) as ana, at_desk(Person(target, "bo")) as bo:
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "p99 is 4 s")
            other = bo.desk.open(replica.log)
            await bo.until(lambda: other.sync is Sync.LIVE)
            await bo.says(other, "better now")
            await ana.until(lambda: replica.seq == other.seq)
            assert ["p99 is 4 s", "better now"] == texts(replica) == texts(other)
            assert replica.head == other.head
            assert [entry.line() for entry in replica.entries] == [
                entry.line() for entry in other.entries
            ]
            assert ("Checkout fails", "INC-1") == (replica.room.title, replica.label)
            assert 1 == len({change.id for change in bo.changes(Settled)})


async def test_many_lines_at_once_stand_in_the_order_of_writing(serve: Any) -> None:
    """More than the hub lets wait: none is sent before one that was written earlier."""
    lines = [f"line {number}" for number in range(260)]
    async with serve() as served, at_desk(Person(Target(socket=served.socket), "ana")) as ana:
        replica = await ana.declares("Checkout fails")
        await ana.says(replica, *lines)
        assert lines == texts(replica)
        assert [] == ana.changes(Retry)


async def test_a_room_that_one_is_removed_from_is_shut(serve: Any) -> None:
    """The desk says so once; what was held stays, and nothing more comes."""
    async with serve() as served:
        target = Target(socket=served.socket)
        async with at_desk(Person(target, "ana")) as ana, at_desk(Person(target, "kim")) as kim:
            await kim.live()
            log = ana.desk.declare("A laptop is gone", restricted=True)
            replica = ana.desk.replicas[log]
            for command in (TakeRole(role=Role.INCIDENT_COMMANDER), Admit(handle="kim")):
                ana.desk.send(log, Draft(command))
            await ana.until(lambda: replica.seq >= 4 and not replica.pending)
            other = kim.desk.open(log)
            await kim.until(lambda: other.sync is Sync.LIVE)
            ana.desk.send(log, Draft(Remove(handle="kim")))
            await kim.until(lambda: RoomShut(log) in kim.told)
            assert (Sync.CLOSED, 1) == (other.sync, kim.told.count(RoomShut(log)))
            await ana.says(replica, "they are gone")
            assert [] == texts(other)


async def test_the_hub_says_who_one_is_and_what_time_it_is(serve: Any) -> None:
    """And the lobby is told to those who watch it."""
    async with serve() as served, at_desk(Person(Target(socket=served.socket), "ana")) as ana:
        ana.desk.watch()
        await ana.live()
        assert ana.desk.you is not None
        assert ("ana", Scope.RESPONDER) == (ana.desk.you.handle, ana.desk.you.scope)
        assert abs((ana.desk.now() - now()).total_seconds()) < 5
        await ana.declares("One")
        await ana.until(lambda: len(ana.desk.rooms) == 1)
        assert "One" == ana.desk.rooms[0].title


async def test_a_refusal_comes_back_with_its_text(serve: Any) -> None:
    """And what was written is not lost."""
    async with serve() as served, at_desk(Person(Target(socket=served.socket), "ana")) as ana:
        replica = await ana.declares("Down")
        id_ = ana.desk.send(replica.log, Draft(Amend(entry=99, text="p99 is 2 s")))
        await ana.until(lambda: ana.changes(Returned))
        (returned,) = ana.changes(Returned)
        assert (id_, Code.NOT_FOUND) == (returned.pending.submit.id, returned.declined.code)
        assert {} == replica.pending


async def test_what_is_too_long_comes_back_without_being_sent(serve: Any) -> None:
    """The hub would end the connection over it, again and again."""
    async with serve() as served, at_desk(Person(Target(socket=served.socket), "ana")) as ana:
        replica = await ana.declares("Down")
        ana.desk.send(replica.log, Draft(Post(text="€" * 30_000)))
        await ana.until(lambda: ana.changes(Returned))
        assert Code.INVALID is ana.changes(Returned)[0].declined.code
        await ana.says(replica, "shorter")
        assert [LineState.LIVE] == ana.states()


async def test_a_room_that_is_not_there_is_told(serve: Any) -> None:
    """The person reads why nothing comes."""
    async with serve() as served, at_desk(Person(Target(socket=served.socket))) as ana:
        log = new_log_id()
        ana.desk.open(log)
        failed = Failure("there is no such room", log)
        await ana.until(lambda: failed in ana.told)
        assert Sync.CLOSED is ana.desk.replicas[log].sync


async def test_a_closed_room_is_heard_of_no_more(serve: Any) -> None:
    """But first, what was sent there is answered."""
    async with serve() as served:
        target = Target(socket=served.socket)
        async with at_desk(Person(target, "ana")) as ana, at_desk(Person(target, "bo")) as bo:
            replica = await ana.declares("Down")
            ana.desk.send(replica.log, Draft(Post(text="last words")))
            ana.desk.close(replica.log)
            assert replica.log in ana.desk.replicas
            await ana.until(lambda: replica.log not in ana.desk.replicas)
            assert ["last words"] == texts(replica)
            seq = replica.seq
            other = bo.desk.open(replica.log)
            await bo.until(lambda: other.sync is Sync.LIVE)
            await bo.says(other, "without ana")
            again = ana.desk.open(replica.log)
            await ana.until(lambda: again.seq == other.seq)
            assert seq == replica.seq
            ana.desk.close("f" * 32)


async def test_nothing_is_lost_or_doubled_when_the_hub_is_killed(hubs: Any) -> None:
    """Commands given before, while and after it is gone are in the room once, in order."""
    hub = hubs.start()
    async with at_desk(Person(Target(socket=hub.socket), "ana")) as ana:
        replica = await ana.declares("Down")
        await ana.says(replica, "before")
        ana.desk.send(replica.log, Draft(Post(text="just before")))
        hub.kill()
        await ana.until(lambda: ana.desk.line.state is LineState.OFFLINE)
        assert Sync.CLOSED is replica.sync
        ana.desk.send(replica.log, Draft(Post(text="while it was gone")))
        hubs.start()
        await ana.live()
        await ana.until(lambda: not replica.pending and replica.sync is Sync.LIVE)
        await ana.says(replica, "after")
        assert ["before", "just before", "while it was gone", "after"] == texts(replica)
        assert 4 == len(
            {change.id for change in ana.changes(Settled)} - {replica.entries[0].header.id}
        )


async def test_a_declaration_made_offline_reaches_the_hub(hubs: Any) -> None:
    """It is sent when there is a line, and then its room is opened."""
    hub = hubs.start()
    hub.kill()
    async with at_desk(Person(Target(socket=hub.socket), "ana")) as ana:
        await ana.until(lambda: ana.desk.line.state is LineState.OFFLINE)
        assert "no hub is listening" in ana.desk.line.why
        log = ana.desk.declare("Declared offline")
        ana.desk.send(log, Draft(TakeRole(role=Role.INCIDENT_COMMANDER)))
        hubs.start()
        replica = ana.desk.replicas[log]
        await ana.until(lambda: replica.sync is Sync.LIVE and not replica.pending)
        assert "Declared offline" == replica.room.title
        assert ana.desk.you is not None
        assert ana.desk.you.person == replica.room.incident.commander


async def test_an_orderly_restart_brings_everyone_back(hubs: Any) -> None:
    """The hub says it goes; nobody is refused."""
    hub = hubs.start()
    async with at_desk(Person(Target(socket=hub.socket), "ana")) as ana:
        replica = await ana.declares("Down")
        assert 0 == hub.stop()
        await ana.until(lambda: ana.desk.line.state is LineState.OFFLINE)
        hubs.start()
        await ana.live()
        await ana.says(replica, "back")
        assert LineState.REFUSED not in ana.states()


async def test_a_token_opens_the_port_and_another_does_not(hubs: Any) -> None:
    """A wrong one is final, until the person tries again."""
    hub = hubs.start("--bind", "127.0.0.1:0")
    url = hub.ready["url"]
    async with at_desk(Person(Target(url=url, token=hub.token))) as ana:
        await ana.declares("Down")
        assert [LineState.LIVE] == ana.states()
    async with at_desk(Person(Target(url=url, token="wrong"))) as bo:
        await bo.until(lambda: bo.desk.line.state is LineState.REFUSED)
        assert bo.desk.line.why.startswith("The hub does not know this token.")


async def test_an_invite_is_refused_in_the_hubs_words(hubs: Any) -> None:
    """The answer names the invite: who asked for another is not told."""
    async with at_desk(Person(Target(socket=hubs.start().socket))) as ana:
        await ana.live()
        assert ana.desk.you is not None
        assert ana.desk.you.operator
        asked = ana.desk.invite(InviteWanted())
        assert asked is not None
        await ana.until(lambda: any(isinstance(one, InviteRefused) for one in ana.told))
        (refused,) = (one for one in ana.told if isinstance(one, InviteRefused))
        assert (asked, True) == (refused.id, "warroom share" in refused.text)


# --- with a hub that misbehaves ----------------------------------------------------------------

Behaviour = Callable[[ServerConnection], Awaitable[None]]


@contextlib.asynccontextmanager
async def hub_that(
    folder: Path,
    *behaviours: Behaviour,
    admits: Callable[[ServerConnection, Request], Response | None] | None = None,
) -> AsyncIterator[Target]:
    """A hub that treats its first visitor in the first way, and the last ones in the last."""
    left = list(behaviours)

    async def visit(line: ServerConnection) -> None:
        behave = left.pop(0) if len(left) > 1 else left[0]
        with contextlib.suppress(ConnectionClosed):
            await behave(line)

    path = folder / "odd.sock"
    async with unix_serve(
        visit, str(path), subprotocols=[Subprotocol(SUBPROTOCOL)], process_request=admits
    ):
        yield Target(socket=path)


async def say(line: ServerConnection, *messages: FromHub) -> None:
    for message in messages:
        await line.send(encode(message).decode())


async def hear(line: ServerConnection, kind: type[Any]) -> Any:
    """The next message of a kind that the client says."""
    while True:
        message: FromClient = decode_client(await line.recv())
        if isinstance(message, kind):
            return message


async def welcome(line: ServerConnection) -> None:
    """Say welcome, and listen until the end."""
    await hear(line, Hello)
    await say(line, WELCOME)
    await line.wait_closed()


def closing(code: int, reason: str) -> Behaviour:
    """Welcomes, and ends the line with a code."""

    async def behave(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME)
        await line.close(code, reason)

    return behave


async def test_an_invite_that_nobody_answers_is_given_up_with_the_line(tmp_path: Path) -> None:
    """It may have been made; nobody has its code."""

    async def falls_silent(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME)
        await hear(line, InviteSomeone)
        await line.close(1012)

    async with (
        hub_that(tmp_path, falls_silent, welcome) as target,
        at_desk(Person(target)) as ana,
    ):
        assert ana.desk.invite(InviteWanted()) is None
        await ana.live()
        asked = ana.desk.invite(InviteWanted())
        await ana.until(lambda: any(isinstance(one, InviteRefused) for one in ana.told))
        (refused,) = (one for one in ana.told if isinstance(one, InviteRefused))
        assert (asked, True) == (refused.id, "warroom invites" in refused.text)


@pytest.mark.parametrize("code", [1001, 1012, 4001, 4003, 4499])
async def test_a_client_comes_back_after_these_codes(tmp_path: Path, code: int) -> None:
    """Below 4500: the number alone says so."""
    async with (
        hub_that(tmp_path, closing(code, "later"), welcome) as target,
        at_desk(Person(target)) as ana,
    ):
        await ana.until(lambda: ana.states() == [LineState.LIVE, LineState.OFFLINE, LineState.LIVE])


async def test_a_client_that_is_sent_away_stays_away(tmp_path: Path) -> None:
    """From 4500 on, until the person asks to try again."""
    async with (
        hub_that(tmp_path, closing(4502, "you are not invited"), welcome) as target,
        at_desk(Person(target)) as ana,
    ):
        await ana.until(lambda: ana.desk.line.state is LineState.REFUSED)
        assert "you are not invited" == ana.desk.line.why
        ana.desk.try_again()
        await ana.live()


async def test_an_overloaded_hub_is_tried_again(tmp_path: Path) -> None:
    """503 is for now; what the hub says with it is shown."""
    turned_away: list[int] = []

    def admit(line: ServerConnection, request: Request) -> Response | None:
        if turned_away:
            return None
        turned_away.append(503)
        return line.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Come back soon.\n")

    async with (
        hub_that(tmp_path, welcome, admits=admit) as target,
        at_desk(Person(target)) as ana,
    ):
        await ana.live()
        assert [LineState.OFFLINE, LineState.LIVE] == ana.states()
        first = ana.told[0]
        assert isinstance(first, LineChanged)
        assert "Come back soon." == first.line.why


async def test_what_is_no_hub_is_named(tmp_path: Path) -> None:
    """Something else listens on the socket."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        writer.close()

    path = tmp_path / "ssh.sock"
    server = await asyncio.start_unix_server(answer, path)
    async with server, at_desk(Person(Target(socket=path))) as ana:
        await ana.until(lambda: ana.desk.line.state is LineState.OFFLINE)
        assert "is no hub" in ana.desk.line.why


async def test_a_wrong_address_is_refused_at_once() -> None:
    """Trying it again helps nobody."""
    async with at_desk(Person(Target(url="http://example.invalid"))) as ana:
        await ana.until(lambda: ana.desk.line.state is LineState.REFUSED)
        assert "no address of a hub" in ana.desk.line.why


async def test_a_hub_that_never_welcomes_is_left(tmp_path: Path) -> None:
    """And tried again."""

    async def silent(line: ServerConnection) -> None:
        await line.wait_closed()

    pace = Pace(handshake=0.05, first=0.01, longest=0.02, goodbye=0.05)
    async with (
        hub_that(tmp_path, silent, welcome) as target,
        at_desk(Person(target, pace=pace)) as ana,
    ):
        await ana.live()
        assert [LineState.OFFLINE, LineState.LIVE] == ana.states()


async def test_a_silent_hub_is_stale_and_then_given_up(tmp_path: Path) -> None:
    """The person sees both; the next line is live again."""
    async with (
        hub_that(tmp_path, welcome) as target,
        at_desk(Person(target, pace=IMPATIENT)) as ana,
    ):
        await ana.until(lambda: len(ana.states()) >= 4)
        expected = [LineState.LIVE, LineState.STALE, LineState.OFFLINE, LineState.LIVE]
        assert expected == ana.states()[:4]


async def test_a_stale_line_that_speaks_again_is_live(tmp_path: Path) -> None:
    """Without a new connection."""
    spoke = asyncio.Event()

    async def hesitant(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME)
        await spoke.wait()
        await say(line, Heartbeat(time=now()))
        await line.wait_closed()

    pace = Pace(heartbeat=0.02, given_up_after=1000, first=0.01, longest=0.02)
    async with hub_that(tmp_path, hesitant) as target, at_desk(Person(target, pace=pace)) as ana:
        await ana.until(lambda: ana.desk.line.state is LineState.STALE)
        spoke.set()
        await ana.until(
            lambda: ana.states()[:3] == [LineState.LIVE, LineState.STALE, LineState.LIVE]
        )


async def test_a_heartbeat_is_answered(tmp_path: Path) -> None:
    """With how long nobody has touched the keyboard."""
    answered: asyncio.Future[Alive] = asyncio.get_running_loop().create_future()

    async def beating(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME, Heartbeat(time=now()))
        answered.set_result(await hear(line, Alive))
        await line.wait_closed()

    async with hub_that(tmp_path, beating) as target, at_desk(Person(target)) as ana:
        ana.desk.touch()
        assert Alive(idle=0) == await asyncio.wait_for(answered, WAIT)


async def test_the_first_key_after_a_while_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who types is not called idle until the next beat; and a key after a key is not told."""
    passed = 0.0
    monkeypatch.setattr("warroom.client.desk.monotonic", lambda: passed)
    told: asyncio.Queue[Alive] = asyncio.Queue()

    async def listening(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME)
        while True:
            told.put_nowait(await hear(line, Alive))

    async with hub_that(tmp_path, listening) as target, at_desk(Person(target)) as ana:
        await ana.until(lambda: ana.desk.line.state is LineState.LIVE)
        ana.desk.touch()
        passed += 600
        ana.desk.touch()
        ana.desk.touch()
        assert Alive(idle=0) == await asyncio.wait_for(told.get(), WAIT)
        passed += 601
        ana.desk.touch()
        await asyncio.wait_for(told.get(), WAIT)
        assert told.empty()


async def test_a_frame_of_a_newer_hub_is_passed_over(tmp_path: Path) -> None:
    """What comes after it still counts."""

    async def newer(line: ServerConnection) -> None:
        await hear(line, Hello)
        await line.send('{"type":"hologram"}')
        await say(line, WELCOME)
        await line.send('{"type":"hologram"}')
        await say(line, Failed(code=Code.INVALID, text="understood"))
        await line.wait_closed()

    async with hub_that(tmp_path, newer) as target, at_desk(Person(target)) as ana:
        await ana.until(lambda: Failure("understood", None) in ana.told)
        assert [LineState.LIVE] == ana.states()


async def test_a_draining_hub_says_how_long_to_stay_away(tmp_path: Path) -> None:
    """And is come back to."""

    async def draining(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME, Draining(after_ms=20))
        await line.close(1012, "restarting")

    async with hub_that(tmp_path, draining, welcome) as target, at_desk(Person(target)) as ana:
        await ana.until(lambda: ana.states() == [LineState.LIVE, LineState.OFFLINE, LineState.LIVE])


async def test_a_command_declined_for_now_is_sent_again(tmp_path: Path) -> None:
    """By itself, with the same id, until it is answered otherwise."""
    ids: list[str] = []

    async def busy(line: ServerConnection) -> None:
        await hear(line, Hello)
        await say(line, WELCOME)
        for temporary in (True, True, False):
            submit: Submit = await hear(line, Submit)
            ids.append(submit.id)
            await say(
                line,
                Declined(
                    id=submit.id,
                    log=submit.log,
                    code=Code.TEMPORARY if temporary else Code.CONFLICT,
                    text="busy",
                    temporary=temporary,
                ),
            )
        await line.wait_closed()

    async with hub_that(tmp_path, busy) as target, at_desk(Person(target)) as ana:
        log = ana.desk.declare("Down")
        await ana.until(lambda: ana.changes(Returned))
        assert 2 == len(ana.changes(Retry))
        assert 3 == len(ids)
        assert 1 == len(set(ids))
        assert {} == ana.desk.replicas[log].pending


async def test_what_does_not_come_is_asked_for_again_on_the_same_line(tmp_path: Path) -> None:
    """A gap never leads to a new connection."""
    log, asked = new_log_id(), 0

    async def forgetful(line: ServerConnection) -> None:
        nonlocal asked
        await hear(line, Hello)
        await say(line, WELCOME)
        head = HeadAt(log, 5, "a" * 64)
        while True:
            await hear(line, Open)
            asked += 1
            opened = Opened(log=log, label="INC-1", after=0, seq=head.seq, head=head.hash)
            await say(line, opened)
            await say(line, *[Heartbeat(time=now(), heads=(head,))] * 2)

    async with hub_that(tmp_path, forgetful) as target, at_desk(Person(target)) as ana:
        ana.desk.open(log)
        await ana.until(lambda: len(ana.changes(Reopen)) >= 2 and asked >= 2)
        assert [LineState.LIVE] == ana.states()
