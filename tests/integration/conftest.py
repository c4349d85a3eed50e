"""A real hub for tests, as a process or in this one, and a small client that speaks to it.

The client keeps what it heard: `hear` takes the next message of one kind, and leaves the others
for later.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

import server
from server.backup import Contents, restore
from server.gateway import Gateway, Patience
from server.hub import Hub
from server.journal_sql import open_sqlite
from server.limits import Rates
from server.place import Place
from warroom.clock import new_command_id, new_log_id, now
from warroom.domain.commands import Declare, PersonCommand, Post
from warroom.domain.vocabulary import Scope
from warroom.log.entry import Entry, read_line
from warroom.log.signing import HubKey
from warroom.protocol.codec import decode_answer, encode
from warroom.protocol.envelopes import (
    PROTOCOL,
    SUBPROTOCOL,
    Acked,
    Alive,
    Declined,
    Entries,
    FromClient,
    FromHub,
    Hello,
    Limits,
    ListRooms,
    Open,
    Opened,
    Rooms,
    Submit,
    Welcome,
    You,
)

ROOT = Path(server.__file__).parents[1]
WAIT = 40.0
"""Seconds after which a test gives up on something that should come at once."""

T = TypeVar("T", bound=FromHub)
HELLO = Hello(protocols=(PROTOCOL,), client="test")
WELCOME = Welcome(
    hub="f" * 32,
    protocol=PROTOCOL,
    server="0",
    you=You("ana", "Ana", "ana", Scope.RESPONDER),
    limits=Limits(65536, 100, 50),
    time=now(),
)
"""What a hub that a test plays says first."""


@dataclass
class Client:
    """One connection."""

    line: ClientConnection
    kept: list[FromHub] = field(default_factory=list)

    async def say(self, message: FromClient) -> None:
        await self.line.send(encode(message).decode())

    async def hear(self, kind: type[T], suits: Callable[[T], bool] = lambda _: True) -> T:
        """The next message of a kind (that suits)."""
        for message in self.kept:
            if isinstance(message, kind) and suits(message):
                self.kept.remove(message)
                return message
        async with asyncio.timeout(WAIT):
            while True:
                message = decode_answer(await self.line.recv())
                if isinstance(message, kind) and suits(message):
                    return message
                self.kept.append(message)

    async def hello(self, hello: Hello = HELLO) -> Welcome:
        await self.say(hello)
        return await self.hear(Welcome)

    async def closed(self) -> tuple[int | None, str]:
        """How the hub ends the connection: code and reason (None: it just broke)."""
        async with asyncio.timeout(WAIT):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    self.kept.append(decode_answer(await self.line.recv()))
        received = self.line.protocol.close_rcvd
        return (None, "") if received is None else (received.code, received.reason)

    async def submits(
        self, log: str, command: PersonCommand, id: str | None = None, **more: Any
    ) -> Acked | Declined:
        """What the hub answers to a command."""
        id = id or new_command_id()
        await self.say(Submit(id=id, log=log, command=command, **more))
        answer: Acked | Declined = await self.answer(id)
        return answer

    async def answer(self, id: str) -> Any:
        """What the hub answers to the command with this id: `Acked` or `Declined`."""
        return await self.hear(FromHub, lambda said: getattr(said, "id", None) == id)

    async def declares(self, title: str = "Checkout fails") -> str:
        """The log of a new room."""
        log = new_log_id()
        answer = await self.submits(log, Declare(title=title))
        assert isinstance(answer, Acked), answer
        return log

    async def posts(self, log: str, *texts: str) -> None:
        for text in texts:
            answer = await self.submits(log, Post(text=text))
            assert isinstance(answer, Acked), answer

    async def opens(self, log: str, after: int = 0, head: str | None = None) -> Opened:
        await self.say(Open(log=log, after=after, head=head))
        return await self.hear(Opened)

    async def reads(self, log: str, upto: int) -> list[Entry]:
        """Entries as they come, until the one with number `upto`."""
        entries: list[Entry] = []
        while not entries or entries[-1].seq < upto:
            batch = await self.hear(Entries, lambda said: said.log == log)
            await self.say(Alive(idle=0))  # a long log is a long silence
            entries += [read_line(bytes(line)) for line in batch.entries]
        return entries

    async def rooms(self, watch: bool = False) -> Rooms:
        await self.say(ListRooms(watch=watch))
        return await self.hear(Rooms)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that the hub tells nobody."""
    async with asyncio.timeout(WAIT):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


OPTIONS: dict[str, Any] = {"compression": None, "ping_interval": None, "close_timeout": 1}


@contextlib.asynccontextmanager
async def dialled(
    where: Path | str, subprotocol: str = SUBPROTOCOL, **options: Any
) -> AsyncIterator[Client]:
    """A client on a socket (a path) or on a TCP port (a URL), which has said nothing yet."""
    options = OPTIONS | {"subprotocols": [Subprotocol(subprotocol)]} | options
    if isinstance(where, Path):
        connecting = unix_connect(str(where), "ws://hub/", **options)
    else:
        connecting = connect(where, proxy=None, **options)
    async with connecting as line:
        yield Client(line)


@contextlib.asynccontextmanager
async def joined(
    where: Path | str, name: str | None = None, **options: Any
) -> AsyncIterator[Client]:
    """A client whom the hub has welcomed, by its user or under a name."""
    async with dialled(where, **options) as client:
        await client.hello(msgspec.structs.replace(HELLO, as_name=name))
        yield client


@dataclass
class HubProcess:
    """A hub that runs as a process of its own on `data`."""

    data: Path
    process: subprocess.Popen[bytes]
    errors: Path
    ready: dict[str, Any]

    @property
    def socket(self) -> Path:
        return Path(self.ready["socket"])

    @property
    def token(self) -> str:
        return (self.data / "token").read_text()

    def stop(self) -> int:
        """End it as an operator would; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(WAIT)


class Hubs:
    """Starts hub processes, all in one folder for runtime files."""

    def __init__(self, base: Path) -> None:
        self.data = base / "data"
        self.env = os.environ | {"XDG_RUNTIME_DIR": str(base), "PYTHONPATH": str(ROOT)}
        self._base = base
        self._started: list[HubProcess] = []

    def spawn(self, *flags: str) -> HubProcess:
        """Start a hub and wait for nothing."""
        errors = self._base / f"errors-{len(self._started)}"
        command = [sys.executable, "-P", "-m", "server", "--data", str(self.data), "--json"]
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [*command, *flags],
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=self.env,
                cwd=self._base,
            )
        hub = HubProcess(self.data, process, errors, {})
        self._started.append(hub)
        return hub

    def start(self, *flags: str) -> HubProcess:
        """Start a hub and wait until it accepts connections."""
        hub = self.spawn(*flags)
        assert hub.process.stdout is not None
        line = hub.process.stdout.readline()
        assert line, hub.errors.read_text()
        hub.ready = json.loads(line)
        return hub

    def put_back(self, backup: Path, *, force: bool = False) -> Contents:
        """Restore a backup while no hub runs, as `warroom restore` does."""
        place = Place.take(self.data, self.env)
        try:
            return restore(place, backup, force=force).contents
        finally:
            place.release()

    def end(self) -> None:
        """Kill what still runs. No test may leave a traceback in a hub's log."""
        for hub in self._started:
            hub.kill()
            assert hub.process.stdout is not None
            hub.process.stdout.close()
            assert "Traceback" not in hub.errors.read_text()


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[Hubs]:
    """Starts hubs on one data folder, and ends them."""
    hubs = Hubs(tmp_path)
    yield hubs
    hubs.end()


@dataclass
class Served:
    """A hub in this process, behind a gateway on `socket`."""

    hub: Hub
    gateway: Gateway
    socket: Path


Serve = Callable[..., contextlib.AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Runs a hub in the test's own event loop, with as much patience as the test has."""

    @contextlib.asynccontextmanager
    async def serving(
        patience: Patience | None = None, rates: Rates | None = None
    ) -> AsyncIterator[Served]:
        place = Place.take(tmp_path / "data", {"XDG_RUNTIME_DIR": str(tmp_path)})
        with contextlib.closing(open_sqlite(place.journal)) as journal:
            rates = rates or Rates()
            hub = Hub(journal, HubKey(place.seed()), rates=rates)
            await hub.start()
            gateway = Gateway(hub, patience or Patience(spread=0.01), rates)
            await gateway.open_unix(place.listen())
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(hub.run()), tasks.create_task(gateway.watch())]
                try:
                    yield Served(hub, gateway, place.socket)
                finally:
                    await gateway.drain()
                    for task in running:
                        task.cancel()
        place.release()

    return serving
