"""A man in the middle: TLS with a certificate of his own, all he hears is kept and passed on."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from server.place import Place
from server.tls import own_identity
from warroom.client.tls import trust


class ManInTheMiddle:
    """Listens on `port`, and speaks to the hub in the name of whoever came. `heard` is what was
    said to him inside TLS, `connections` how many came.

    He does it all in one thread: two must not use one TLS connection at the same time.
    """

    def __init__(self, folder: Path, hub_port: int, certificate: str) -> None:
        place = Place.take(folder, {})
        self._identity = own_identity(place, ("127.0.0.1",))
        place.release()
        self._hub_port = hub_port
        self._trust = trust(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.heard = b""
        self.connections = 0

    async def run(self, over: asyncio.Event) -> None:
        """Be there until it is over."""
        server = await asyncio.start_server(self._serve, sock=self._listening)
        async with server:
            await over.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # Whoever sees through him goes at once, in the middle of the handshake.
        with contextlib.suppress(OSError), contextlib.closing(writer):
            await writer.start_tls(self._identity.context)
            hub, to_hub = await asyncio.open_connection(
                "127.0.0.1", self._hub_port, ssl=self._trust
            )
            with contextlib.closing(to_hub):
                back = asyncio.ensure_future(_pass_on(hub, writer))
                while data := await reader.read(65536):
                    self.heard += data
                    to_hub.write(data)
                    await to_hub.drain()
                back.cancel()


async def _pass_on(hub: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError), contextlib.closing(client):
        while data := await hub.read(65536):
            client.write(data)
            await client.drain()


@contextlib.contextmanager
def in_the_middle(folder: Path, hub_port: int, certificate: str) -> Iterator[ManInTheMiddle]:
    """He is there for the time of the block."""
    man = ManInTheMiddle(folder, hub_port, certificate)
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(man.run(over),))
    thread.start()
    try:
        yield man
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
