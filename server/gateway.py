"""The hub's doors: WebSockets on a Unix socket, and on a TCP port of this machine.

A `Gateway` brings sessions to the hub; a `Line` is one connection as the hub sees it. Bytes go out
past `websockets`, prebuilt; what comes in, and both handshakes, are left to it.

Its keepalive is off, because in 17.4 it cannot drop a client that stopped reading: it waits for
that client's buffer, and so does `Server.close()`. The gateway watches progress itself.
"""

import asyncio
import functools
import logging
import os
import pwd
import random
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, NoReturn

from msgspec import Struct
from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode as StandardCode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from server.arrivals import Unwelcome
from server.config import Address
from server.doorkeeper import Admitted, Doorkeeper, ThisMachine, Turned
from server.doorway import doorways
from server.hub import Hub
from server.limits import Buckets, Rates
from server.line import LAGGING, REFRESHED, Line, Parting
from server.reception import no_common
from server.session import Peer, Session
from warroom.clock import monotonic
from warroom.domain.vocabulary import Code, Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.codec import MAX_OFFER_FRAME, BadFrame, decode_client, versions_of
from warroom.protocol.envelopes import (
    PROTOCOL,
    SUBPROTOCOL,
    ClientMessage,
    Declined,
    Failed,
    Hello,
)
from warroom.protocol.stewardship import StewardMessage

SEND_BUFFER = 256 * 1024
"""Bytes that the kernel may hold for one client; by itself it hides megabytes."""

ACKNOWLEDGED_MS = 30_000
"""Milliseconds after which TCP gives up on data that is not acknowledged."""

_logger = logging.getLogger(__name__)


class Patience(Struct, frozen=True, kw_only=True):
    """How long the gateway waits, in seconds, and for how many.

    To turn someone away costs as much as to let them in, and they come again: with 100
    `handshakes`, a thousand who had lost the hub took ten times as long to be back.
    """

    hello: float = 10.0
    progress: float = 15.0
    goodbye: float = 5.0
    spread: float = 0.5
    look: float = 1.0
    handshakes: int = 1_000
    connections: int = 2_000


class Gateway:
    """Serves a hub on as many doors as are opened."""

    def __init__(
        self,
        hub: Hub,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        rates: Rates = Rates(),  # noqa: B008 - frozen
    ) -> None:
        self._hub = hub
        self._patience = patience
        self._rates = rates
        self._doorkeeper = Doorkeeper(hub, rates)
        self._frames = Buckets(rates.frames)
        self._act: Callable[[Session, StewardMessage], Awaitable[None]] = _no_operator
        self._servers: list[Server] = []
        self._public: list[Server] = []
        self._sockets: set[ServerConnection] = set()
        self._lines: set[Line] = set()
        self._draining = False

    async def open_unix(self, sock: socket.socket) -> None:
        """Accept connections on a bound Unix socket."""
        self._servers.append(await unix_serve(self._handle, sock=sock, **self._options()))

    async def open_tcp(self, address: Address, token: str) -> str:
        """Accept connections on an address of this machine, from who shows the token or has a
        session; the address's URL. Raises `OSError`."""
        self._doorkeeper.token = token
        server = await serve(self._handle, address.host, address.port, **self._options())
        self._servers.append(server)
        host = f"[{address.host}]" if ":" in address.host else address.host
        return f"ws://{host}:{server.sockets[0].getsockname()[1]}/"

    async def open_tls(self, address: Address, context: ssl.SSLContext) -> int:
        """Accept connections of other machines, with TLS; the port. Raises `OSError`."""
        opened = doorways(address.host, address.port, self._rates)
        for doorway in opened:
            options: dict[str, Any] = {
                "ssl": context,
                "ssl_handshake_timeout": self._patience.hello,
                "ssl_shutdown_timeout": self._patience.goodbye,
            }
            server = await serve(self._handle, sock=doorway, **options, **self._options())
            self._public.append(server)
        return int(opened[0].getsockname()[1])

    async def close_tls(self) -> None:
        """Accept connections of other machines no longer, and part with those there are."""
        for server in self._public:
            server.close(close_connections=False)
        self._public = []
        for line in self._lines:
            if line.remote:
                line.close(CloseCode.NOT_ALLOWED, "the hub is not open for other machines any more")

    def serve_operator(self, act: Callable[[Session, StewardMessage], Awaitable[None]]) -> None:
        """Hand on what the one who runs the hub asks of it."""
        self._act = act

    async def watch(self) -> NoReturn:
        """Cut clients that stopped reading, until cancelled."""
        while True:
            await asyncio.sleep(self._patience.look)
            for line in tuple(self._lines):
                line.check(self._patience.progress)

    async def drain(self) -> None:
        """Take nobody in, let the hub answer what waits, and send everyone away for a while."""
        self._draining = True
        await self._hub.stop()
        servers = [*self._servers, *self._public]
        for server in servers:
            server.close(close_connections=False)
        for connection in self._sockets:
            if connection.protocol.state is State.CONNECTING:
                connection.transport.abort()
        loop = asyncio.get_running_loop()
        for line in self._lines:
            # Apart, so that they do not all come back in the same moment.
            delay = random.uniform(0, self._patience.spread)
            loop.call_later(delay, line.close, CloseCode.RESTARTING, "the hub is going down")
        for server in servers:
            await server.wait_closed()

    # --- handshakes ----------------------------------------------------------------------------

    def _options(self) -> dict[str, Any]:
        return {
            "create_connection": functools.partial(
                _Connection, self._sockets, self._patience.connections + self._patience.handshakes
            ),
            "process_request": self._admit,
            "subprotocols": [Subprotocol(SUBPROTOCOL)],
            # None: a request without an Origin. Browsers always send one.
            "origins": [None],
            "compression": None,
            "max_size": MAX_OFFER_FRAME,
            "write_limit": (LAGGING, REFRESHED),
            "open_timeout": self._patience.hello,
            "ping_interval": None,
            "close_timeout": self._patience.goodbye,
            "server_header": None,
        }

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away who comes at the wrong time, from a page, or with nothing that lets them in."""
        assert isinstance(connection, _Connection)
        if self._draining:
            return _turn_away(connection, _busy("The hub is going down."))
        if "Origin" in request.headers:
            # Before any token is looked at: browsers have no business here, whoever sent them.
            return _turn_away(connection, Turned(HTTPStatus.FORBIDDEN, "No page gets in here."))
        server = connection.server
        shaking_hands = len(server.handler_tasks) - len(server.all_connections)
        if (
            shaking_hands > self._patience.handshakes
            or len(self._lines) >= self._patience.connections
        ):
            return _turn_away(connection, _busy("The hub has too many connections."))
        if _is_unix(connection):
            return None
        shown = request.headers.get_all("Authorization")
        admitted = self._doorkeeper.admit(shown, connection.address, encrypted=connection.encrypted)
        if isinstance(admitted, Turned):
            return _turn_away(connection, admitted)
        connection.admitted = admitted
        return None

    # --- one connection ------------------------------------------------------------------------

    async def _handle(self, connection: ServerConnection) -> None:
        """Serve one connection to its end. Nothing that a peer does gets out of here."""
        line = Line(connection)
        self._lines.add(line)
        parting: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(line.parted())
                tasks.create_task(self._converse(connection, line, tasks))
        except* (Parting, ConnectionClosed) as over:
            parting = over.exceptions[0]
        except* Exception as defect:
            _logger.exception("a connection met a defect", exc_info=defect)
            parting = Parting(StandardCode.INTERNAL_ERROR, "the hub met a defect; see its log")
        finally:
            self._lines.discard(line)
        await line.end(parting if isinstance(parting, Parting) else None, self._patience.goodbye)

    async def _converse(
        self, connection: ServerConnection, line: Line, tasks: asyncio.TaskGroup
    ) -> NoReturn:
        session = await self._greet(connection, line)
        try:
            tasks.create_task(line.pump(self._hub, session))
            while True:
                frame = await connection.recv()
                session.heard_at = monotonic()
                await self._take(session, frame)
                if session.peer.remote:
                    # Reading more slowly is all it takes: the rest waits at their end.
                    await asyncio.sleep(self._frames.owe(session.you.person, monotonic()))
        finally:
            self._hub.leave(session)

    async def _greet(self, connection: ServerConnection, line: Line) -> Session:
        try:
            async with asyncio.timeout(self._patience.hello):
                frame = await connection.recv()
        except TimeoutError:
            raise Parting(CloseCode.HELLO_LATE, "no hello came in time") from None
        try:
            hello = _read(frame)
            if not isinstance(hello, Hello):
                raise Parting(CloseCode.BAD_FRAME, "the first thing to say is hello")
            return await self._hub.greet(hello, _peer(connection), line)
        except BadFrame as bad:
            if (spoken := versions_of(frame)) is not None and PROTOCOL not in spoken:
                # What else a newer client says there is not for this hub to judge.
                raise Parting(CloseCode.NO_COMMON_PROTOCOL, no_common(spoken)) from None
            raise Parting(CloseCode.BAD_FRAME, str(bad)) from None
        except Unwelcome as unwelcome:
            raise Parting(unwelcome.close, str(unwelcome)) from None

    async def _take(self, session: Session, frame: str | bytes) -> None:
        """Act on one frame. A broken command is declined; any other broken frame ends it all."""
        try:
            message = _read(frame)
        except BadFrame as bad:
            if bad.id is None or bad.log is None:
                raise Parting(CloseCode.BAD_FRAME, str(bad)) from None
            session.say(Declined(id=bad.id, log=bad.log, code=bad.code, text=str(bad)))
            return
        if isinstance(message, StewardMessage):
            await self._act(session, message)
        else:
            await self._hub.receive(session, message)


class _Connection(ServerConnection):
    """A connection whose socket is set up before anything is written, and kept until lost.

    Beyond `most` of them on one door, the next is cut: an answer would cost more than it helps.
    """

    def __init__(
        self, sockets: set[ServerConnection], most: int, *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._sockets = sockets
        self._most = most
        self.admitted: Admitted | None = None

    @property
    def encrypted(self) -> bool:
        return self.transport.get_extra_info("ssl_object") is not None

    @property
    def address(self) -> str:
        """From where someone comes, without the port; empty on a Unix socket."""
        name = self.transport.get_extra_info("peername")
        return str(name[0]) if isinstance(name, tuple) else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        if sock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, ACKNOWLEDGED_MS)
        self._sockets.add(self)
        if len(self.server.handler_tasks) > self._most:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._sockets.discard(self)


def _read(frame: str | bytes) -> ClientMessage | StewardMessage:
    if isinstance(frame, bytes):
        raise BadFrame("a binary frame; everything here is text")
    return decode_client(frame)


async def _no_operator(session: Session, _: StewardMessage) -> None:
    session.say(Failed(code=Code.NOT_ALLOWED, text="nobody runs this hub from here"))


def _busy(text: str) -> Turned:
    return Turned(HTTPStatus.SERVICE_UNAVAILABLE, f"{text} Come back in a second.", 1)


def _turn_away(connection: ServerConnection, turned: Turned) -> Response:
    response = connection.respond(turned.status, f"{turned.text}\n")
    if turned.wait is not None:
        response.headers["Retry-After"] = str(turned.wait)
    if turned.status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _is_unix(connection: ServerConnection) -> bool:
    sock = connection.transport.get_extra_info("socket")
    return bool(sock.family == socket.AF_UNIX)


def _peer(connection: ServerConnection) -> Peer:
    """Who is at the other end, as far as the transport proves it."""
    assert isinstance(connection, _Connection)
    match connection.admitted:
        case None:
            uid = _peer_uid(connection.transport.get_extra_info("socket"))
            return Peer(uid, Via.OS, _user_name(uid), operator=uid == os.geteuid())
        case ThisMachine():
            return Peer(os.geteuid(), Via.SESSION, _user_name(os.geteuid()))
        case admitted:
            address = connection.address
            return Peer(-1, Via.SESSION, "", admitted=admitted, address=address)


def _peer_uid(sock: socket.socket) -> int:
    """The user at the other end of a Unix socket.

    Where the system cannot say (SO_PEERCRED is Linux's), the socket's folder has let in nobody but
    the hub's own user.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return os.geteuid()
    credentials = struct.Struct("iII")
    found = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    _, uid, _ = credentials.unpack(found)
    return int(uid)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user{uid}"
