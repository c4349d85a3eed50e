"""The line to the hub: one WebSocket at a time, and a loop of our own that comes back.

`websockets` reconnects by itself too, but without a pause after a handshake that worked, and it
takes 429 for final. Its keepalive is off: the hub's heartbeat says more, and is answered.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from msgspec import Struct
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from warroom.client import ending
from warroom.client.credentials import Unusable
from warroom.client.ending import Ended
from warroom.client.pace import Backoff, Pace
from warroom.client.target import MAX_FRAME, Target
from warroom.clock import monotonic, now
from warroom.protocol.codec import BadFrame, decode_hub, encode
from warroom.protocol.envelopes import (
    SUBPROTOCOL,
    Draining,
    FromClient,
    Hello,
    HubMessage,
    Welcome,
)

_logger = logging.getLogger(__name__)


class LineState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    OFFLINE = "offline"
    REFUSED = "refused"


class Line(Struct, frozen=True):
    """How the line stands, since when, and why, in a sentence for a person."""

    state: LineState
    since: datetime
    why: str = ""


class _Over(Exception):
    """An attempt is over."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.why)
        self.ended = ended


class Connection:
    """Keeps a line to the hub until cancelled. Both listeners are called in the event loop."""

    def __init__(
        self,
        target: Target,
        hello: Hello,
        on_line: Callable[[Line], None],
        on_message: Callable[[HubMessage], None],
        pace: Pace,
    ) -> None:
        self.line = Line(LineState.CONNECTING, now())
        self._target = target
        self._hello = hello
        self._on_line = on_line
        self._on_message = on_message
        self._pace = pace
        self._backoff = Backoff(pace.first, pace.longest)
        self._outbox: asyncio.Queue[FromClient] | None = None
        self._heard_at = 0.0
        self._away = 0.0
        self._again = asyncio.Event()

    async def run(self) -> None:
        """Connect, and come back whenever the line is lost."""
        while True:
            self._again.clear()
            self._away = 0.0
            try:
                await self._attempt()
            except _Over as over:
                ended = over.ended
                self._set(LineState.REFUSED if ended.final else LineState.OFFLINE, ended.why)
            finally:
                self._outbox = None
            await self._wait()

    @property
    def up(self) -> bool:
        """Whether the hub has welcomed us."""
        return self._outbox is not None

    def say(self, message: FromClient) -> bool:
        """Send a message if the hub has welcomed us; False if there is no line."""
        if self._outbox is None:
            return False
        self._outbox.put_nowait(message)
        return True

    def try_again(self) -> None:
        """Do not wait any longer. After a refusal this is the only way to come back."""
        self._again.set()

    async def _wait(self) -> None:
        patience = None
        if self.line.state is not LineState.REFUSED:
            patience = self._away + self._backoff.next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._again.wait()

    # --- one attempt ---------------------------------------------------------------------------

    async def _attempt(self) -> None:
        """One connection from its handshake to its end. Always raises `_Over`."""
        websocket = await self._dial()
        try:
            _watch_peer(websocket)
            await self._converse(websocket)
        finally:
            await websocket.close()

    async def _dial(self) -> ClientConnection:
        try:
            headers, context = self._target.headers, self._target.tls()
        except Unusable as problem:
            raise _Over(Ended(str(problem), final=True)) from problem
        options: dict[str, Any] = {
            "subprotocols": [Subprotocol(SUBPROTOCOL)],
            "additional_headers": headers,
            "compression": None,
            "ping_interval": None,
            "max_size": MAX_FRAME,
            "open_timeout": self._pace.handshake,
            "close_timeout": self._pace.goodbye,
        }
        where = str(self._target)
        try:
            if self._target.socket is not None:
                return await unix_connect(str(self._target.socket), **options)
            return await connect(self._target.uri, ssl=context, **options)
        except InvalidStatus as refused:
            response = refused.response
            raise _Over(ending.turned_away(response.status_code, response.body)) from refused
        except InvalidURI as wrong:
            raise _Over(ending.no_address(where)) from wrong
        except InvalidHandshake as error:
            raise _Over(ending.no_hub(where, str(error))) from error
        except OSError as error:
            pinned = self._target.pinned
            raise _Over(ending.unreachable(where, error, pinned=pinned)) from error

    async def _converse(self, websocket: ClientConnection) -> None:
        """Say hello, then listen until the end. Always raises `_Over`."""
        welcome = await self._greet(websocket)
        outbox = self._outbox = asyncio.Queue()
        began = monotonic()
        self._on_message(welcome)
        self._set(LineState.LIVE)
        ended = ending.BROKEN
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_send(websocket, outbox))
                tasks.create_task(self._watch(websocket))
                await self._listen(websocket)
        except* _Over as over:
            ended = next(one.ended for one in over.exceptions if isinstance(one, _Over))
        if monotonic() - began >= self._pace.stable:
            self._backoff.reset()
        raise _Over(ended)

    async def _greet(self, websocket: ClientConnection) -> Welcome:
        try:
            async with asyncio.timeout(self._pace.handshake):
                offered = self._target.offer()
                hello = self._hello if offered is None else replace(self._hello, token=offered)
                await websocket.send(encode(hello), text=True)
                while not isinstance(message := await self._hear(websocket), Welcome):
                    pass
                self._target.took(offered, rotated=message.rotated)
                return message
        except TimeoutError:
            raise _Over(ending.SILENT) from None
        except ConnectionClosed as closed:
            raise _Over(_end_of(closed)) from closed

    async def _listen(self, websocket: ClientConnection) -> NoReturn:
        while True:
            message = await self._hear(websocket)
            if self.line.state is LineState.STALE:
                self._set(LineState.LIVE)
            match message:
                case Draining(after_ms=after_ms):
                    self._away = after_ms / 1000
                case None:
                    continue
                case _:
                    self._on_message(message)

    async def _hear(self, websocket: ClientConnection) -> HubMessage | None:
        """The next message; None for one that only a newer client understands."""
        try:
            frame = await websocket.recv()
        except ConnectionClosed as closed:
            raise _Over(_end_of(closed)) from closed
        self._heard_at = monotonic()
        try:
            return decode_hub(frame)
        except BadFrame as bad:
            _logger.warning("the hub said something this client does not understand: %s", bad)
            return None

    async def _watch(self, websocket: ClientConnection) -> None:
        """Say that the line is stale when the hub is silent, and in the end give it up."""
        pace = self._pace
        while True:
            silent = monotonic() - self._heard_at
            if silent >= pace.given_up_after * pace.heartbeat:
                websocket.transport.abort()
                return
            if silent >= pace.stale_after * pace.heartbeat:
                if self.line.state is LineState.LIVE:
                    self._set(LineState.STALE, "nothing heard of the hub for too long")
                await asyncio.sleep(pace.given_up_after * pace.heartbeat - silent)
            else:
                await asyncio.sleep(pace.stale_after * pace.heartbeat - silent)

    def _set(self, state: LineState, why: str = "") -> None:
        same = state is self.line.state
        if same and why == self.line.why:
            return
        self.line = Line(state, self.line.since if same else now(), why)
        self._on_line(self.line)


def _end_of(closed: ConnectionClosed) -> Ended:
    frame = closed.rcvd
    return ending.BROKEN if frame is None else ending.closed(frame.code, frame.reason)


async def _send(websocket: ClientConnection, outbox: "asyncio.Queue[FromClient]") -> None:
    # What the line was lost over, whoever listens to it learns too.
    with contextlib.suppress(ConnectionClosed):
        while True:
            message = await outbox.get()
            await websocket.send(encode(message), text=True)


def _watch_peer(websocket: ClientConnection) -> None:
    """Have TCP notice a peer that is gone: our own keepalive, as the library's is off."""
    sock = websocket.transport.get_extra_info("socket")
    if sock.family == socket.AF_UNIX:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 15),
        ("TCP_KEEPINTVL", 5),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 30_000),
    ):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
