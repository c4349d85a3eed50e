"""One WebSocket to the hub, for clients that stay: from the handshake to the end.

`websockets`, which only this module imports, brings an e-mail parser and an HTTP client along: a
tenth of the time until a room is drawn. So this is imported when the line is first dialled, and
what this machine holds of the room is on the screen by then.
"""

import socket
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from warroom.client import ending
from warroom.client.credentials import Unusable
from warroom.client.ending import Ended, LineOver
from warroom.client.listener import NotOurs, check
from warroom.client.pace import Pace
from warroom.client.target import MAX_FRAME, Target
from warroom.protocol.envelopes import SUBPROTOCOL

if TYPE_CHECKING:
    from warroom.client.ssh import Pipe


class Peer:
    """The hub at the other end. Speaking and hearing raise `LineOver` once the line has ended."""

    def __init__(self, websocket: ClientConnection, pipe: "Pipe | None" = None) -> None:
        self._websocket = websocket
        self._pipe = pipe

    async def say(self, frame: bytes) -> None:
        """Send a text frame."""
        try:
            await self._websocket.send(frame, text=True)
        except ConnectionClosed as closed:
            raise _over(closed) from closed

    async def hear(self) -> str | bytes:
        """The next frame."""
        try:
            return await self._websocket.recv()
        except ConnectionClosed as closed:
            raise _over(closed) from closed

    def abort(self) -> None:
        """End the line without a word: the peer does not listen."""
        self._websocket.transport.abort()

    async def close(self) -> None:
        """Say goodbye, and wait for the answer for as long as the pace allows."""
        try:
            await self._websocket.close()
        finally:
            if self._pipe is not None:
                self._pipe.end()


async def dial(target: Target, pace: Pace) -> Peer:
    """A line to the hub. Raises `LineOver` if there is none to be had."""
    if target.ssh is None:
        return Peer(await _dial(target, pace))
    from warroom.client.ssh import Pipe  # noqa: PLC0415 - for hubs behind ssh only

    # No question of ssh's may come in between what stands on the screen.
    pipe = Pipe(target.ssh, asks=False)
    await pipe.opened(pace.ssh)
    try:
        return Peer(await _dial(target, pace, pipe.sock), pipe)
    except BaseException:
        pipe.end()
        raise


async def _dial(target: Target, pace: Pace, pipe: socket.socket | None = None) -> ClientConnection:
    """A WebSocket, over a pipe if there is one. Raises `LineOver`."""
    try:
        websocket = await _connect(target, pace, pipe)
    except Unusable as problem:
        raise LineOver(Ended(str(problem), final=True)) from problem
    except InvalidStatus as refused:
        response = refused.response
        raise LineOver(ending.turned_away(response.status_code, response.body)) from refused
    except InvalidURI as wrong:
        raise LineOver(ending.no_address(str(target))) from wrong
    except InvalidHandshake as error:
        raise LineOver(ending.no_hub(str(target), str(error))) from error
    except OSError as error:
        why = ending.unreachable(str(target), error, pinned=target.pinned)
        raise LineOver(why) from error
    _check_listener(websocket, target)
    _watch_peer(websocket)
    return websocket


def _check_listener(websocket: ClientConnection, target: Target) -> None:
    """Say nothing to someone else than this user's own hub. Raises `LineOver`."""
    if target.socket is None or target.data is None:
        return
    try:
        check(websocket.transport.get_extra_info("socket"), target.socket)
    except NotOurs as stranger:
        websocket.transport.abort()
        raise LineOver(Ended(str(stranger), final=True)) from stranger


async def _connect(target: Target, pace: Pace, pipe: socket.socket | None) -> ClientConnection:
    context = target.tls()
    options: dict[str, Any] = {
        "subprotocols": [Subprotocol(SUBPROTOCOL)],
        "additional_headers": target.headers,
        "compression": None,
        "ping_interval": None,
        "max_size": MAX_FRAME,
        "open_timeout": pace.handshake,
        "close_timeout": pace.goodbye,
    }
    if pipe is not None:
        return await unix_connect(sock=pipe, **options)
    if target.socket is not None:
        return await unix_connect(str(target.socket), **options)
    return await connect(target.uri, ssl=context, **options)


def _over(closed: ConnectionClosed) -> LineOver:
    frame = closed.rcvd
    return LineOver(ending.BROKEN if frame is None else ending.closed(frame.code, frame.reason))


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
