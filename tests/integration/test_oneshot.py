"""One short conversation with a hub: with a real one, and with some that misbehave."""

import contextlib
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, unix_serve
from websockets.typing import Subprotocol

from tests.integration.conftest import ROOT, WELCOME
from warroom.client.draft import Draft
from warroom.client.listener import listener
from warroom.client.local import NoHub, dial_or_start, target_of
from warroom.client.oneshot import Conversation, NoRoom, TooLong
from warroom.client.replica import Replica, Returned, Settled
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.client.wire import LineLost
from warroom.clock import new_command_id, new_log_id, now
from warroom.domain.commands import (
    AddAction,
    Amend,
    ApproveRedaction,
    Declare,
    PersonCommand,
    Post,
    RequestRedaction,
)
from warroom.domain.vocabulary import Code, Scope
from warroom.protocol.codec import decode_client, encode
from warroom.protocol.envelopes import (
    SUBPROTOCOL,
    Alive,
    Declined,
    Failed,
    FromHub,
    Heartbeat,
    Hello,
    ListRooms,
    Opened,
    Rooms,
    Submit,
)

WAIT = 40.0


def say(line: ServerConnection, *messages: FromHub) -> None:
    for message in messages:
        line.send(encode(message).decode())


def hear(line: ServerConnection, kind: type[Any]) -> Any:
    """The next message, which has to be of this kind."""
    message = decode_client(line.recv())
    assert isinstance(message, kind), message
    return message


@contextlib.contextmanager
def hub_that(folder: Path, behave: Callable[[ServerConnection], None]) -> Iterator[Target]:
    """A hub in a thread that welcomes its visitors and then behaves in this way."""

    def visit(line: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            hear(line, Hello)
            behave(line)

    path = folder / "odd.sock"
    with unix_serve(visit, str(path), subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Target(socket=path)
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def someone_who_says(folder: Path, *answers: bytes) -> Iterator[Target]:
    """Something on a socket that is no hub: takes one line, answers, and hangs up."""
    path = folder / "other.sock"

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            for part in answers:
                connection.sendall(part)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        yield Target(socket=path)
        thread.join()


def test_a_command_and_its_answer(hubs: Any) -> None:
    """Declared, posted, refused: each with its answer, and the room holds what was granted."""
    target = Target(socket=hubs.start().socket)
    with Conversation(target, "ana") as hub:
        replica = Replica(new_log_id())
        answer = hub.submit(replica, new_command_id(), Draft(Declare(title="Down")))
        assert isinstance(answer, Settled)
        assert 1 == answer.seq
        replica = hub.open(replica.log)
        long = "x" * 30_000
        posted = hub.submit(replica, new_command_id(), Draft(Post(text=long)))
        assert isinstance(posted, Settled)
        hub.see(replica, posted.seq)
        assert long == replica.room.text(posted.seq)
        refused = hub.submit(replica, new_command_id(), Draft(Amend(entry=99, text="x")))
        assert isinstance(refused, Returned)
        assert Code.NOT_FOUND is refused.declined.code
        assert ["Down"] == [room.title for room in hub.rooms()]
        with pytest.raises(TooLong):
            hub.submit(replica, new_command_id(), Draft(Post(text="€" * 30_000)))
    with Conversation(target, "bo", observer=True) as hub, pytest.raises(NoRoom):
        hub.open(new_log_id())


def test_what_a_command_wrote_is_kept_here_at_once(hubs: Any, tmp_path: Path) -> None:
    """Its own entry, with what erases words: nobody has to open the room once more for it."""
    target, store = Target(socket=hubs.start().socket), Store(tmp_path / "kept")
    log = new_log_id()
    with Conversation(target, "ana", store=store) as hub:
        hub.submit(Replica(log), new_command_id(), Draft(Declare(title="Down")))
        note = _says(hub, log, Post(text="swordfish"))
    assert "swordfish" in _file(store, hub, log).read_text()
    with Conversation(target, "ana", store=store) as hub:
        _says(hub, log, RequestRedaction(entry=note, reason="a password"))
    with Conversation(target, "bo", store=store) as hub:
        _says(hub, log, ApproveRedaction(entry=note))
    kept = _file(store, hub, log)
    assert "swordfish" not in kept.read_text()
    held = Replica(log)
    with contextlib.closing(store.replica(hub.welcome.hub, log)) as file:
        assert [] != list(file.load(held))
    assert "entry.redacted" == held.entries[-1].header.kind


def _says(hub: Conversation, log: str, command: PersonCommand) -> int:
    """Give a command as `warroom post` does, in a room; the number of its entry."""
    replica = hub.open(log)
    answer = hub.submit(replica, new_command_id(), Draft(command))
    assert isinstance(answer, Settled), answer
    hub.see(replica, answer.seq)
    return answer.seq


def _file(store: Store, hub: Conversation, log: str) -> Path:
    return store.replica(hub.welcome.hub, log).path


def test_a_look_at_the_lobby_says_nothing_of_what_one_may_write(hubs: Any, tmp_path: Path) -> None:
    """A screen that opens next does not begin by saying that one only looks on."""
    target, store = Target(socket=hubs.start().socket), Store(tmp_path / "kept")
    with Conversation(target, "ana", observer=True, store=store) as hub:
        hub.rooms()
        assert Scope.OBSERVER is hub.welcome.you.scope
    known = store.known(target, "ana")
    assert known is not None
    assert Scope.RESPONDER is known.you.scope


def test_who_has_just_come_is_met(hubs: Any) -> None:
    """The hub says who is there a moment after one has come, and a command can name them."""
    target = Target(socket=hubs.start().socket)
    with Conversation(target, "bo") as other, Conversation(target, "ana") as hub:
        replica = Replica(new_log_id())
        hub.submit(replica, new_command_id(), Draft(Declare(title="Down")))
        other.open(replica.log)
        replica = hub.open(replica.log)
        hub.meet(replica)
        bo = replica.present("bo")
        assert bo not in replica.room.incident.people
        added = hub.submit(replica, new_command_id(), Draft(AddAction(text="x", assignee=bo)))
        assert isinstance(added, Settled)
        hub.see(replica, added.seq)
        assert (bo, bo) == (replica.room.person("bo"), replica.room.incident.actions[1].assignee)


def test_a_hub_that_sends_one_away_for_good(tmp_path: Path) -> None:
    """The reason is what the person reads."""

    def behave(line: ServerConnection) -> None:
        line.close(4501, "update the older one")

    with (
        hub_that(tmp_path, behave) as target,
        pytest.raises(LineLost, match="update the older one") as lost,
    ):
        Conversation(target, None)
    assert lost.value.final


def test_a_hub_that_says_nothing(tmp_path: Path) -> None:
    """A command does not wait for ever."""
    done = threading.Event()

    def behave(line: ServerConnection) -> None:
        done.wait()

    with hub_that(tmp_path, behave) as target:
        with pytest.raises(LineLost, match="does not answer") as lost:
            Conversation(target, None, patience=0.05)
        done.set()
    assert not lost.value.final


def test_a_hub_that_pings_beats_and_speaks_of_things_to_come(tmp_path: Path) -> None:
    """All of it is answered, or passed over, on the way to what was asked."""
    answered: queue.Queue[tuple[Alive, bool]] = queue.Queue()

    def behave(line: ServerConnection) -> None:
        say(line, WELCOME)
        hear(line, ListRooms)
        ponged = line.ping()
        line.send('{"type":"hologram"}')
        say(line, Heartbeat(time=now()))
        line.send([encode(Rooms(rooms=())).decode()[:9], encode(Rooms(rooms=())).decode()[9:]])
        answered.put((hear(line, Alive), ponged.wait(WAIT)))

    with hub_that(tmp_path, behave) as target, Conversation(target, None) as hub:
        assert () == hub.rooms()
        assert (Alive(), True) == answered.get(timeout=WAIT)


def test_a_command_declined_for_now_is_sent_again(tmp_path: Path) -> None:
    """With the same id."""
    ids: list[str] = []

    def behave(line: ServerConnection) -> None:
        say(line, WELCOME)
        for temporary in (True, False):
            submit: Submit = hear(line, Submit)
            ids.append(submit.id)
            code = Code.TEMPORARY if temporary else Code.CONFLICT
            say(
                line,
                Declined(id=submit.id, log=submit.log, code=code, text="busy", temporary=temporary),
            )

    with hub_that(tmp_path, behave) as target, Conversation(target, None) as hub:
        answer = hub.submit(Replica(new_log_id()), new_command_id(), Draft(Post(text="x")))
        assert isinstance(answer, Returned)
    assert 2 == len(ids)
    assert 1 == len(set(ids))


def test_a_room_that_does_not_fit_together(tmp_path: Path) -> None:
    """A command has no second look at it: it says so and ends."""

    def behave(line: ServerConnection) -> None:
        say(line, WELCOME)
        log = decode_client(line.recv()).log  # type: ignore[union-attr]
        say(line, Opened(log=log, label="INC-1", after=0, seq=1, head="a" * 64))
        line.send(f'{{"type":"entries","log":"{log}","entries":[{{}}],"heads":[]}}')
        line.recv()

    with (
        hub_that(tmp_path, behave) as target,
        Conversation(target, None) as hub,
        pytest.raises(NoRoom, match="does not fit"),
    ):
        hub.open(new_log_id())


def test_a_failure_ends_what_was_asked(tmp_path: Path) -> None:
    """In the hub's words."""

    def behave(line: ServerConnection) -> None:
        say(line, WELCOME, Failed(code=Code.NOT_FOUND, text="there is no such room"))
        line.recv()

    with (
        hub_that(tmp_path, behave) as target,
        Conversation(target, None) as hub,
        pytest.raises(NoRoom, match="there is no such room"),
    ):
        hub.rooms()


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], "is no hub: it answers with something else than HTTP"),
        ([b"HTTP/1.1 101 Switching Protocols\r\n\r\n"], "it did not understand the handshake"),
        ([b"HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\nCome", b" back.\n"], "Come back."),
        ([b"HTTP/1.1 503 No\r\nContent-Length: 99\r\n\r\nCut"], "Cut"),
        ([b"HTTP/1.1 200 OK\r\n\r\n"], r"turned the connection away \(HTTP 200\)"),
        ([], "the line to the hub broke"),
    ],
)
def test_what_is_no_hub_is_named(tmp_path: Path, answers: list[bytes], text: str) -> None:
    """Each with a sentence, and trying again is not ruled out."""
    with (
        someone_who_says(tmp_path, *answers) as target,
        pytest.raises(LineLost, match=text) as lost,
    ):
        Conversation(target, None, patience=WAIT)
    assert not lost.value.final


@pytest.mark.parametrize("url", ["http://h/", "ws://", "ws://h:port/", "ws://h:99999/", "hub"])
def test_an_address_that_is_none(url: str) -> None:
    """Final: trying it again helps nobody."""
    with pytest.raises(LineLost, match="no address of a hub") as lost:
        Conversation(Target(url=url), None)
    assert lost.value.final


def test_a_port_where_nobody_listens() -> None:
    """For now, perhaps."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(LineLost, match="no hub is listening") as lost:
        Conversation(Target(url=f"ws://127.0.0.1:{port}/"), None)
    assert not lost.value.final


def test_a_hub_that_is_started_is_not_given_the_token_of_another(tmp_path: Path) -> None:
    """It outlives the command by hours, with its environment for the user's programs to read."""
    env = os.environ | {
        "WARROOM_TOKEN": "no-business-of-this-hub",
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    with dial_or_start(target_of(tmp_path / "data", env), env) as sock:
        found = listener(sock)
        assert found is not None
        try:
            environment = Path("/proc", str(found.pid), "environ").read_bytes()
        finally:
            os.kill(found.pid, signal.SIGTERM)
    assert b"XDG_RUNTIME_DIR" in environment
    assert b"no-business-of-this-hub" not in environment


def test_only_a_hub_of_this_machine_is_started(tmp_path: Path) -> None:
    """Whatever else is asked for."""
    with pytest.raises(NoHub):
        dial_or_start(Target(url="ws://elsewhere/"))
    with pytest.raises(LineLost, match="no hub is listening"):
        Conversation(target_of(tmp_path, {}), None, start=False)
    with pytest.raises(NoHub, match="cannot be reached"):
        dial_or_start(Target(socket=Path("x" * 90, "y" * 90), data=tmp_path))
