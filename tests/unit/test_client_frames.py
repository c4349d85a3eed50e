"""The blocking client's WebSocket, held against the server of `websockets`."""

from base64 import b64encode
from http import HTTPStatus

import pytest
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from warroom.client.frames import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Message,
    NotWebSocket,
    Reader,
    check_accepted,
    close_reason,
    encode,
    read_response,
    request,
)

KEY = b64encode(bytes(range(16))).decode()
MASK = b"\x01\x80\xff\x5a"
HEADERS = {"Sec-WebSocket-Protocol": "warroom.v1", "Authorization": "Bearer t"}
SIZES = [0, 1, 3, 4, 125, 126, 127, 65_535, 65_536, 200_001]


@pytest.fixture
def server() -> ServerProtocol:
    return ServerProtocol(subprotocols=[Subprotocol("warroom.v1")], max_size=None)


def shake_hands(server: ServerProtocol) -> bytes:
    """What the server answers to our handshake."""
    server.receive_data(request("hub:8750", "/", KEY, HEADERS))
    (asked,) = server.events_received()
    assert isinstance(asked, Request)
    server.send_response(server.accept(asked))
    return b"".join(server.data_to_send())


def test_the_handshake_is_one_that_the_library_accepts(server: ServerProtocol) -> None:
    """Both sides hold that the connection is open."""
    response = read_response(shake_hands(server))
    assert response is not None
    check_accepted(response, KEY)
    assert State.OPEN is server.state
    assert (101, "warroom.v1") == (response.status, response.headers["sec-websocket-protocol"])


def test_the_token_is_in_the_request(server: ServerProtocol) -> None:
    """As the header that the hub looks at."""
    server.receive_data(request("hub:8750", "/", KEY, HEADERS))
    (asked,) = server.events_received()
    assert isinstance(asked, Request)
    assert ["Bearer t"] == asked.headers.get_all("Authorization")
    assert "hub:8750" == asked.headers["Host"]


def test_the_answer_may_come_byte_by_byte(server: ServerProtocol) -> None:
    """It is read once its head is complete; what follows is kept."""
    answer = shake_hands(server)
    assert [None] * len(answer) == [read_response(answer[:end]) for end in range(len(answer))]
    complete = read_response(answer + b"more")
    assert complete is not None
    assert b"more" == complete.rest


def test_another_key_is_not_accepted(server: ServerProtocol) -> None:
    """Whoever answers has to have understood the question."""
    response = read_response(shake_hands(server))
    assert response is not None
    with pytest.raises(NotWebSocket, match="handshake"):
        check_accepted(response, b64encode(bytes(16)).decode())


def test_a_refusal_is_read_with_its_status_and_body(server: ServerProtocol) -> None:
    """The library's own 503."""
    server.receive_data(request("hub", "/", KEY, HEADERS))
    server.send_response(server.reject(HTTPStatus.SERVICE_UNAVAILABLE, "Later.\n"))
    response = read_response(b"".join(server.data_to_send()))
    assert response is not None
    assert (503, b"Later.\n", 7) == (response.status, response.rest, response.body_bytes)


@pytest.mark.parametrize("length", ["x", "-1", "²"])
def test_a_length_that_is_none_counts_as_none(length: str) -> None:
    """The body is then not waited for."""
    answer = f"HTTP/1.1 503 Later\r\nContent-Length: {length}\r\n\r\n".encode("latin-1")
    response = read_response(answer)
    assert response is not None
    assert 0 == response.body_bytes


@pytest.mark.parametrize("data", [b"SSH-2.0-OpenSSH\r\n\r\n", b"x" * 20_000])
def test_what_is_not_http_is_named(data: bytes) -> None:
    """Somebody else listens there."""
    with pytest.raises(NotWebSocket, match="HTTP"):
        read_response(data)


@pytest.mark.parametrize("size", SIZES)
def test_the_library_reads_our_frames(server: ServerProtocol, size: int) -> None:
    """Each way of writing a length, and every rest of the mask."""
    shake_hands(server)
    data = bytes(at % 251 for at in range(size))
    server.receive_data(encode(BINARY, data, MASK))
    assert [Frame(Opcode.BINARY, data)] == server.events_received()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [7, 1 << 20])
def test_we_read_the_frames_of_the_library(server: ServerProtocol, size: int, piece: int) -> None:
    """In whatever pieces they come."""
    shake_hands(server)
    data = b"x" * size
    server.send_text(data)
    server.send_ping(b"!")
    sent = b"".join(server.data_to_send())
    reader = Reader(1 << 20)
    pieces = [sent[at : at + piece] for at in range(0, len(sent), piece)]
    got = [message for part in pieces for message in reader.feed(part)]
    assert [Message(TEXT, data), Message(PING, b"!")] == got


def test_parts_of_a_message_are_joined_around_control_frames(server: ServerProtocol) -> None:
    """A ping may come between them."""
    shake_hands(server)
    server.send_text(b"one ", fin=False)
    server.send_ping(b"")
    server.send_continuation(b"two ", fin=False)
    server.send_continuation(b"three", fin=True)
    server.send_text(b"four")
    sent = b"".join(server.data_to_send())
    assert [Message(PING, b""), Message(TEXT, b"one two three"), Message(TEXT, b"four")] == [
        *Reader(100).feed(sent)
    ]


def test_the_reason_of_a_close_is_read(server: ServerProtocol) -> None:
    """Code and reason, as the library writes them."""
    shake_hands(server)
    server.send_close(4501, "update the older one")
    (message,) = Reader(200).feed(b"".join(server.data_to_send()))
    assert CLOSE == message.opcode
    assert (4501, "update the older one") == close_reason(message.data)
    assert (1005, "") == close_reason(b"")


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1\x00",  # a reserved bit
        b"\x83\x00",  # an opcode that is not defined
        b"\x81\x80\x00\x00\x00\x00",  # masked, as only clients do
        b"\x81\x7f" + (1001).to_bytes(8),  # longer than is taken
        b"\x80\x00",  # goes on with nothing
        b"\x01\x01a\x81\x01b",  # begins anew in the middle
        (b"\x01\x7e" + (900).to_bytes(2) + b"x" * 900)
        + (b"\x00\x7e" + (900).to_bytes(2) + b"y" * 900),
    ],
)
def test_frames_that_no_server_may_send_end_it(frame: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(NotWebSocket):
        list(Reader(1000).feed(frame))
