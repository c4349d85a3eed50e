"""A man in the middle: TLS with a certificate of his own, all he hears is kept and passed on."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from server.place import Place
from server.tls import own_identity
from warroom.client.tls import trust


class ManInTheMiddle:
    """Listens on `port`, and speaks to the hub in the name of whoever came. `heard` is what was
    said to him inside TLS, `connections` how many came."""

    def __init__(self, folder: Path, hub_port: int, certificate: str) -> None:
        place = Place.take(folder, {})
        self._identity = own_identity(place, ("127.0.0.1",))
        place.release()
        self._hub = ("127.0.0.1", hub_port)
        self._trust = trust(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.heard = b""
        self.connections = 0
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        """Go away."""
        # Closing alone does not wake the thread that waits in `accept`.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(20)

    def _start(self, run: object, *arguments: object) -> None:
        assert callable(run)
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.connections += 1
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        with contextlib.suppress(OSError), client:
            own = self._identity.context.wrap_socket(client, server_side=True)
            with (
                own,
                socket.create_connection(self._hub, 10) as raw,
                self._trust.wrap_socket(raw) as hub,
            ):
                self._start(_pass_on, hub, own)
                while data := own.recv(65536):
                    self.heard += data
                    hub.sendall(data)


def _pass_on(hub: ssl.SSLSocket, client: ssl.SSLSocket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := hub.recv(65536):
            client.sendall(data)


@contextlib.contextmanager
def in_the_middle(folder: Path, hub_port: int, certificate: str) -> Iterator[ManInTheMiddle]:
    """He is there for the time of the block."""
    man = ManInTheMiddle(folder, hub_port, certificate)
    try:
        yield man
    finally:
        man.close()
