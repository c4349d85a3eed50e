"""Our frames are the library's, byte for byte."""

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import unix_connect
from websockets.asyncio.server import ServerConnection, broadcast, unix_serve
from websockets.protocol import State
from websockets.server import ServerProtocol

from server.framing import pack

PAYLOADS = [b"{}", b"x" * 125, b"x" * 126, b"x" * 65_535, b"x" * 65_536, "é\u2028".encode() * 99]


@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
def test_a_packed_frame_is_what_the_protocol_sends(payload: bytes) -> None:
    """At every length of the length field."""
    protocol = ServerProtocol(state=State.OPEN)
    protocol.send_text(payload)
    assert b"".join(protocol.data_to_send()) == pack(payload)


async def test_a_client_cannot_tell_it_from_broadcast(tmp_path: Path) -> None:
    """Joined prebuilt frames past the library read like its own, and may stand among them."""
    path, done = str(tmp_path / "s"), asyncio.Event()

    async def handler(connection: ServerConnection) -> None:
        for payload in PAYLOADS:
            broadcast([connection], payload, text=True)
        connection.transport.write(b"".join(map(pack, PAYLOADS)))
        for payload in PAYLOADS:
            broadcast([connection], payload, text=True)
        await done.wait()

    async with (
        unix_serve(handler, path, compression=None),
        unix_connect(path, compression=None) as client,
    ):
        heard = [await client.recv() for _ in range(3 * len(PAYLOADS))]
        done.set()
    assert [payload.decode() for payload in PAYLOADS] * 3 == heard
