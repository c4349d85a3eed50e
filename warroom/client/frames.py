"""The client's side of WebSockets (RFC 6455), as far as one short conversation needs it. Sans-I/O.

`websockets` does this for whoever stays. Importing even its sans-I/O core makes a command that asks
one thing and ends take more than half as long again (`benchmarks/startup.py`): most of that is
`importlib.metadata`, which it loads for its version. Tests hold this against its server.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha1

from msgspec import Struct

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2})(?: .*)?")

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_CONTINUED = 0x0
_KNOWN = frozenset({_CONTINUED, TEXT, BINARY, CLOSE, PING, PONG})
_LONGEST_HEAD = 16 * 1024


class NotWebSocket(ValueError):
    """The other side does not speak as RFC 6455 has it. The message says where."""


class Message(Struct, frozen=True):
    """A whole message, or a control frame. `opcode` is that of its first frame."""

    opcode: int
    data: bytes


class Response(Struct, frozen=True):
    """What answered the handshake, and the bytes after it. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    rest: bytes

    @property
    def body_bytes(self) -> int:
        """How long the body says it is."""
        length = self.headers.get("content-length", "0")
        return int(length) if length.isdecimal() else 0


def request(host: str, resource: str, key: str, headers: Mapping[str, str]) -> bytes:
    """The opening handshake of a client. `key` is 16 random bytes in Base64."""
    lines = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET {resource} HTTP/1.1\r\n{head}\r\n".encode()


def read_response(data: bytes) -> Response | None:
    """The answer to the handshake; None while its head is not complete. Raises `NotWebSocket`."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        if len(head) > _LONGEST_HEAD:
            raise NotWebSocket("it answers with something else than HTTP")
        return None
    first, *lines = head.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        raise NotWebSocket("it answers with something else than HTTP")
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Response(int(status[1]), headers, rest)


def check_accepted(response: Response, key: str) -> None:
    """Whether a response of 101 answers our key. Raises `NotWebSocket` if not."""
    digest = sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()
    if response.headers.get("sec-websocket-accept") != b64encode(digest).decode():
        raise NotWebSocket("it did not understand the handshake")


def encode(opcode: int, data: bytes, mask: bytes) -> bytes:
    """A client's frame. `mask` is 4 random bytes, for whatever stands between (section 10.3)."""
    size = len(data)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | 126]) + size.to_bytes(2)
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8)
    return bytes([0x80 | opcode]) + length + mask + _masked(data, mask)


def close_reason(data: bytes) -> tuple[int, str]:
    """The code and the reason of a close frame; 1005 where it has none."""
    if len(data) < 2:
        return 1005, ""
    return int.from_bytes(data[:2]), data[2:].decode(errors="replace")


class Reader:
    """Puts frames of the server together again. No message may be longer than `longest` bytes."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._waiting = bytearray()
        self._parts: list[bytes] = []
        self._opcode = _CONTINUED

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete. Raises `NotWebSocket`."""
        self._waiting += data
        while (frame := self._frame()) is not None:
            final, opcode, content = frame
            if opcode >= CLOSE:
                yield Message(opcode, content)
            elif (message := self._join(final, opcode, content)) is not None:
                yield message

    def _frame(self) -> tuple[bool, int, bytes] | None:
        """The next whole frame: whether it is final, its opcode, its content."""
        waiting = self._waiting
        if len(waiting) < 2:
            return None
        flags, size, start = waiting[0], waiting[1], 2
        opcode = flags & 0xF
        if flags & 0x70 or opcode not in _KNOWN or size & 0x80:
            raise NotWebSocket("it sends frames that no server may send")
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(waiting) < start:
                return None
            size = int.from_bytes(waiting[2:start])
        if size > self._longest:
            raise NotWebSocket(f"it sends a frame of {size:,} bytes, {self._longest:,} at most")
        if len(waiting) < start + size:
            return None
        content = bytes(waiting[start : start + size])
        del waiting[: start + size]
        return bool(flags & 0x80), opcode, content

    def _join(self, final: bool, opcode: int, content: bytes) -> Message | None:
        if (opcode == _CONTINUED) != bool(self._parts):
            raise NotWebSocket("it sends the parts of a message in no order")
        if opcode != _CONTINUED:
            self._opcode = opcode
        self._parts.append(content)
        if sum(map(len, self._parts)) > self._longest:
            raise NotWebSocket(f"it sends a message of more than {self._longest:,} bytes")
        if not final:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._parts.clear()
        return message


def _masked(data: bytes, mask: bytes) -> bytes:
    """The data XORed with the mask over and over: as one large number, which is quick."""
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(key)).to_bytes(size)
