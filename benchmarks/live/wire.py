"""A WebSocket client by hand, so that what is measured is the hub and not its clients."""

import base64
import socket
import struct
from collections.abc import Iterator
from typing import TypeVar

from warroom.protocol.codec import decode_hub, encode
from warroom.protocol.envelopes import (
    PROTOCOL,
    SUBPROTOCOL,
    Alive,
    FromClient,
    FromHub,
    Heartbeat,
    Hello,
    HubMessage,
    Welcome,
)

_Kind = TypeVar("_Kind", bound=FromHub)

CHUNK = 1024 * 1024
PATIENCE = 60.0
"""Seconds without a byte after which a blocking conversation gives up."""

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
).encode()
"""What asks for a WebSocket. Nobody here checks the answer's key."""

_TEXT, _FINAL, _MASKED = 0x1, 0x80, 0x80


def text_frame(payload: bytes) -> bytes:
    """A client's text frame. Its mask is zero, so that masking costs nothing here."""
    head = bytes([_FINAL | _TEXT])
    if len(payload) < 126:
        head += bytes([_MASKED | len(payload)])
    else:
        head += struct.pack("!BH", _MASKED | 126, len(payload))
    return head + bytes(4) + payload


def frame_of(message: FromClient) -> bytes:
    """The frame of a message to the hub."""
    return text_frame(encode(message))


def dial(path: str) -> socket.socket:
    """A connection to a Unix socket."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # With a timeout, `connect` would not wait for a full backlog to empty.
    sock.connect(path)
    sock.settimeout(PATIENCE)
    return sock


def upgrade(sock: socket.socket) -> None:
    """The WebSocket handshake. Raises `ConnectionError` if it is refused."""
    sock.sendall(UPGRADE)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _some(sock)
    if b" 101 " not in answer.split(b"\r\n")[0]:
        raise ConnectionError(answer.decode(errors="replace"))


def payloads(sock: socket.socket) -> Iterator[bytes]:
    """What the server sends, frame by frame."""
    buffer = bytearray()
    while True:
        while (found := _cut(buffer)) is not None:
            yield found
        buffer += _some(sock)


def _cut(buffer: bytearray) -> bytes | None:
    """Take the first whole frame out of the buffer."""
    if len(buffer) < 2:
        return None
    size, start = buffer[1], 2
    if size >= 126:
        start = 4 if size == 126 else 10
        if len(buffer) < start:
            return None
        size = int.from_bytes(buffer[2:start], "big")
    if len(buffer) < start + size:
        return None
    payload = bytes(memoryview(buffer)[start : start + size])
    del buffer[: start + size]
    return payload


def _some(sock: socket.socket) -> bytes:
    data = sock.recv(CHUNK)
    if not data:
        raise ConnectionError("the other side has hung up")
    return data


class Client:
    """A greeted conversation with the hub, in which every verb blocks."""

    def __init__(self, path: str, name: str | None = None, *, observer: bool = False) -> None:
        self.sock = dial(path)
        upgrade(self.sock)
        self._payloads = payloads(self.sock)
        self.say(Hello(protocols=(PROTOCOL,), client="benchmark", as_name=name, observer=observer))
        self.expect(Welcome)

    def say(self, message: FromClient) -> None:
        """Send one message."""
        self.sock.sendall(frame_of(message))

    def payload(self) -> bytes:
        """The next message as it came."""
        return next(self._payloads)

    def hear(self) -> HubMessage:
        """The next message; heartbeats are answered on the way."""
        message = decode_hub(self.payload())
        if isinstance(message, Heartbeat):
            self.say(Alive())
        return message

    def expect(self, kind: type[_Kind]) -> _Kind:
        """The next message of this kind."""
        while not isinstance(message := self.hear(), kind):
            pass
        return message

    def close(self) -> None:
        """Hang up."""
        self.sock.close()
