"""One connection as the hub sees it: bytes go out past `websockets`, prebuilt, and progress is
watched, because the library cannot drop a client that stopped reading.
"""

import asyncio
import contextlib
import logging
from typing import NoReturn

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode as StandardCode
from websockets.protocol import State

from server.hub import Hub
from server.session import Session
from warroom.clock import monotonic
from warroom.protocol.closing import CloseCode

LAGGING = 256 * 1024
"""Bytes in a connection's buffer from which on live writes to it stop and the pump takes over."""

REFRESHED = 64 * 1024
"""Bytes in the buffer below which the pump goes on."""

HOPELESS = 1024 * 1024
"""Bytes in the buffer at which a connection is cut."""

REASON_BYTES = 123
"""Bytes that the reason of a close frame may have (RFC 6455, section 5.5)."""

_logger = logging.getLogger(__name__)


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

    @property
    def remote(self) -> bool:
        """Whether the client is on another machine, as far as the door tells."""
        return self._connection.transport.get_extra_info("ssl_object") is not None

    def write(self, data: bytes) -> bool:
        """Write framed bytes now; False if the line is too full for live writes to go on."""
        connection = self._connection
        if self._parting.done():
            # Whoever is shown out is told why, and nothing else.
            return False
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
