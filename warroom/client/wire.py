"""A WebSocket that blocks, for commands that ask something and end.

Importing asyncio alone would cost such a command more than its own work. Nothing here knows what
the messages say.
"""

import contextlib
import secrets
import socket
from base64 import b64encode

from warroom.client import ending, frames
from warroom.client.credentials import Unusable
from warroom.client.ending import Ended, LineOver
from warroom.client.frames import Message, NotWebSocket, Reader, Response
from warroom.client.target import MAX_FRAME, Target
from warroom.clock import monotonic
from warroom.protocol.envelopes import SUBPROTOCOL

_READ_BYTES = 64 * 1024
_SWITCHING = 101
_NORMAL = (1000).to_bytes(2)
_LONGEST_REFUSAL = 4 * 1024
_SHORTEST_WAIT = 0.001


class LineLost(Exception):
    """There is no line to the hub; the message is a sentence for a person.

    `final`: the hub does not take this client, and trying again will not help.
    """

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.why)
        self.final = ended.final


class Wire:
    """One WebSocket over a connected socket, which it owns.

    Every verb raises `LineLost`, also once `deadline`, in monotonic seconds, has passed.
    """

    def __init__(self, sock: socket.socket, target: Target, deadline: float) -> None:
        self._socket = sock
        self._deadline = deadline
        self._where = str(target)
        self._reader = Reader(MAX_FRAME)
        self._arrived: list[Message] = []
        try:
            self._shake_hands(target)
        except BaseException:
            sock.close()
            raise

    def send(self, text: bytes) -> None:
        """Send one text message."""
        self._write(frames.TEXT, text)

    def receive(self) -> bytes:
        """The next text message."""
        while True:
            while not self._arrived:
                self._arrived += self._parsed(self._read())
            message = self._arrived.pop(0)
            match message.opcode:
                case frames.TEXT:
                    return message.data
                case frames.PING:
                    self._write(frames.PONG, message.data)
                case frames.CLOSE:
                    raise LineLost(ending.closed(*frames.close_reason(message.data)))
                case _:
                    pass

    def close(self) -> None:
        """Say goodbye, and do not wait for the answer."""
        with self._socket, contextlib.suppress(LineLost):
            self._write(frames.CLOSE, _NORMAL)

    def _shake_hands(self, target: Target) -> None:
        key = b64encode(secrets.token_bytes(16)).decode()
        headers = {"Sec-WebSocket-Protocol": SUBPROTOCOL, **target.headers}
        host, resource = _host_and_resource(target.uri)
        self._send_all(frames.request(host, resource, key, headers))
        response = self._response()
        if response.status != _SWITCHING:
            raise LineLost(ending.turned_away(response.status, self._body(response)))
        try:
            frames.check_accepted(response, key)
        except NotWebSocket as problem:
            raise LineLost(ending.no_hub(self._where, str(problem))) from problem
        self._arrived += self._parsed(response.rest)

    def _response(self) -> Response:
        data = b""
        while True:
            data += self._read()
            try:
                response = frames.read_response(data)
            except NotWebSocket as problem:
                raise LineLost(ending.no_hub(self._where, str(problem))) from problem
            if response is not None:
                return response

    def _body(self, response: Response) -> bytes:
        """What a response that turns us away says, as far as it comes."""
        body, wanted = response.rest, min(response.body_bytes, _LONGEST_REFUSAL)
        with contextlib.suppress(LineLost):
            while len(body) < wanted:
                body += self._read()
        return body[:wanted]

    def _parsed(self, data: bytes) -> list[Message]:
        try:
            return list(self._reader.feed(data))
        except NotWebSocket as problem:
            raise LineLost(ending.no_hub(self._where, str(problem))) from problem

    def _read(self) -> bytes:
        try:
            self._socket.settimeout(max(self._deadline - monotonic(), _SHORTEST_WAIT))
            data = self._socket.recv(_READ_BYTES)
        except TimeoutError:
            raise LineLost(Ended("the hub does not answer")) from None
        except OSError as error:
            raise LineLost(ending.BROKEN) from error
        if not data:
            raise LineLost(ending.BROKEN)
        return data

    def _write(self, opcode: int, data: bytes) -> None:
        self._send_all(frames.encode(opcode, data, secrets.token_bytes(4)))

    def _send_all(self, data: bytes) -> None:
        try:
            self._socket.settimeout(max(self._deadline - monotonic(), _SHORTEST_WAIT))
            self._socket.sendall(data)
        except OSError as error:
            raise LineLost(ending.BROKEN) from error


def dial_ssh(target: Target) -> socket.socket:
    """A pipe to a hub's socket on another machine; ssh may ask the person. Raises `LineLost`."""
    from warroom.client import ssh  # noqa: PLC0415 - for hubs behind ssh only

    assert target.ssh is not None
    try:
        pipe = ssh.Pipe(target.ssh, asks=True)
        pipe.open(ssh.PROMPTS_WITHIN)
    except LineOver as problem:
        raise LineLost(problem.ended) from problem
    return pipe.let_go()


def dial_address(target: Target, within: float) -> socket.socket:
    """A connection to a hub's address, with TLS for `wss:`. Raises `LineLost`."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - for hubs elsewhere only, like TLS

    url = target.uri
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as wrong:
        raise LineLost(ending.no_address(url)) from wrong
    if parts.scheme not in {"ws", "wss"} or not host:
        raise LineLost(ending.no_address(url))
    try:
        context = target.tls()
        sock = socket.create_connection((host, port or (443 if context else 80)), within)
        if context is None:
            return sock
        return context.wrap_socket(sock, server_hostname=host)
    except Unusable as problem:
        raise LineLost(Ended(str(problem), final=True)) from problem
    except OSError as error:
        raise LineLost(ending.unreachable(url, error, pinned=target.pinned)) from error


def _host_and_resource(uri: str) -> tuple[str, str]:
    """`example.org:8750` and `/`, of an address that was dialled."""
    host, slash, path = uri.partition("://")[2].partition("/")
    return host, slash + path or "/"
