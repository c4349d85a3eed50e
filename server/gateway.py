"""The hub's doors: WebSockets on a Unix socket, and on a TCP port of this machine.

A `Gateway` brings sessions to the hub; a `Line` is one connection as the hub sees it. Bytes go out
past `websockets`, prebuilt; what comes in, and both handshakes, are left to it.

Its keepalive is off, because in 17.4 it cannot drop a client that stopped reading: it waits for
that client's buffer, and so does `Server.close()`. The gateway watches progress itself.
"""

import asyncio
import contextlib
import functools
import hmac
import logging
import os
import pwd
import random
import socket
import struct
from http import HTTPStatus
from typing import Any, NoReturn

from msgspec import Struct
from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode as StandardCode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from server.config import Address
from server.hub import Hub
from server.reception import Unwelcome
from server.session import Peer, Session
from warroom.clock import monotonic
from warroom.domain.vocabulary import Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.codec import MAX_OFFER_FRAME, BadFrame, decode_client
from warroom.protocol.envelopes import SUBPROTOCOL, ClientMessage, Declined, Hello

LAGGING = 256 * 1024
"""Bytes in a connection's buffer from which on live writes to it stop and the pump takes over."""

REFRESHED = 64 * 1024
"""Bytes in the buffer below which the pump goes on."""

HOPELESS = 1024 * 1024
"""Bytes in the buffer at which a connection is cut."""

SEND_BUFFER = 256 * 1024
"""Bytes that the kernel may hold for one client; by itself it hides megabytes."""

ACKNOWLEDGED_MS = 30_000
"""Milliseconds after which TCP gives up on data that is not acknowledged."""

REASON_BYTES = 123
"""Bytes that the reason of a close frame may have (RFC 6455, section 5.5)."""

_logger = logging.getLogger(__name__)


class Patience(Struct, frozen=True, kw_only=True):
    """How long the gateway waits, in seconds, and for how many."""

    hello: float = 10.0
    progress: float = 15.0
    goodbye: float = 5.0
    spread: float = 0.5
    look: float = 1.0
    handshakes: int = 100
    connections: int = 2_000


class Parting(Exception):
    """The conversation is over; say so with this code and reason."""

    def __init__(self, code: CloseCode | StandardCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES].decode(errors="ignore")


class Line:
    """One connection: the hub's `Link`, and the watch on whether its client still reads."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._parting: asyncio.Future[Parting] = asyncio.get_running_loop().create_future()
        self._awake = asyncio.Event()
        self._written = 0
        self._passed = 0
        self._moved_at = monotonic()

    def write(self, data: bytes) -> bool:
        """Write framed bytes now; False if the line is too full for live writes to go on."""
        connection = self._connection
        # Going past the library, its own two conditions for writing have to be kept here.
        if connection.protocol.state is not State.OPEN or connection.send_in_progress is not None:
            return False
        connection.transport.write(data)
        self._written += len(data)
        return self._waiting() <= LAGGING

    def wake(self) -> None:
        """Say that `Hub.backlog` has something for this session."""
        self._awake.set()

    def close(self, code: CloseCode, reason: str) -> None:
        """End the connection."""
        if not self._parting.done():
            self._parting.set_result(Parting(code, reason))

    async def parted(self) -> NoReturn:
        """Wait until `close`, and raise the `Parting`."""
        raise await self._parting

    async def pump(self, hub: Hub, session: Session) -> NoReturn:
        """Send what the session is behind by, as fast as its client reads."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            await self._drained()
            while (data := await hub.backlog(session)) is not None:
                self.write(data)
                await self._drained()
                # A client that reads fast never fills the buffer, and others want their turn.
                await asyncio.sleep(0)

    def check(self, patience: float) -> None:
        """Cut the connection if its client takes nothing of what waits for it."""
        waiting, now = self._waiting(), monotonic()
        # The library's own answers to pings wait there too: they can only make this look smaller.
        passed = self._written - waiting
        if waiting == 0 or passed > self._passed:
            self._moved_at = now
        self._passed = passed
        if waiting > HOPELESS or now - self._moved_at > patience:
            _logger.info("cut a client that stopped reading, with %d bytes waiting", waiting)
            # No close frame gets through a buffer that nobody empties.
            self._connection.transport.abort()

    async def end(self, parting: Parting | None, patience: float) -> None:
        """Say goodbye, if there is anything to say, and see that the connection is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                if parting is not None:
                    await self._connection.close(parting.code, parting.reason)
        self._connection.transport.abort()

    async def _drained(self) -> None:
        """Wait until the buffer is low. Bytes written past the library fill the same buffer, so
        its own flow control counts them."""
        try:
            await self._connection.drain()
        except OSError as error:
            raise Parting(CloseCode.GOING_AWAY, "the line broke") from error

    def _waiting(self) -> int:
        return self._connection.transport.get_write_buffer_size()


class Gateway:
    """Serves a hub on as many doors as are opened."""

    def __init__(self, hub: Hub, patience: Patience = Patience()) -> None:  # noqa: B008 - frozen
        self._hub = hub
        self._patience = patience
        self._token = ""
        self._servers: list[Server] = []
        self._sockets: set[ServerConnection] = set()
        self._lines: set[Line] = set()
        self._draining = False

    async def open_unix(self, sock: socket.socket) -> None:
        """Accept connections on a bound Unix socket."""
        self._servers.append(await unix_serve(self._handle, sock=sock, **self._options()))

    async def open_tcp(self, address: Address, token: str) -> str:
        """Accept connections on a TCP address, from who shows the token; the address's URL."""
        self._token = token
        server = await serve(self._handle, address.host, address.port, **self._options())
        self._servers.append(server)
        host = f"[{address.host}]" if ":" in address.host else address.host
        return f"ws://{host}:{server.sockets[0].getsockname()[1]}/"

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
        for server in self._servers:
            server.close(close_connections=False)
        for connection in self._sockets:
            if connection.protocol.state is State.CONNECTING:
                connection.transport.abort()
        loop = asyncio.get_running_loop()
        for line in self._lines:
            # Apart, so that they do not all come back in the same moment.
            delay = random.uniform(0, self._patience.spread)
            loop.call_later(delay, line.close, CloseCode.RESTARTING, "the hub is going down")
        for server in self._servers:
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
        """Turn away who comes at the wrong time, or to the TCP port without the token."""
        if self._draining:
            return _turn_away(connection, "The hub is going down.\n")
        server = connection.server
        shaking_hands = len(server.handler_tasks) - len(server.all_connections)
        if (
            shaking_hands > self._patience.handshakes
            or len(self._lines) >= self._patience.connections
        ):
            return _turn_away(connection, "The hub has too many connections; come back soon.\n")
        if _is_unix(connection) or self._shows_token(request):
            return None
        response = connection.respond(
            HTTPStatus.UNAUTHORIZED,
            "This port asks for the token that stands in the hub's data folder.\n",
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    def _shows_token(self, request: Request) -> bool:
        shown = request.headers.get_all("Authorization")
        wanted = f"Bearer {self._token}"
        return len(shown) == 1 and hmac.compare_digest(shown[0].encode(), wanted.encode())

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
                await self._take(session, await connection.recv())
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


def _read(frame: str | bytes) -> ClientMessage:
    if isinstance(frame, bytes):
        raise BadFrame("a binary frame; everything here is text")
    return decode_client(frame)


def _turn_away(connection: ServerConnection, text: str) -> Response:
    response = connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, text)
    response.headers["Retry-After"] = "1"
    return response


def _is_unix(connection: ServerConnection) -> bool:
    sock = connection.transport.get_extra_info("socket")
    return bool(sock.family == socket.AF_UNIX)


def _peer(connection: ServerConnection) -> Peer:
    """Who is at the other end, as far as the transport proves it."""
    if not _is_unix(connection):
        return Peer(os.geteuid(), Via.SESSION, _user_name(os.geteuid()))
    uid = _peer_uid(connection.transport.get_extra_info("socket"))
    return Peer(uid, Via.OS, _user_name(uid))


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
