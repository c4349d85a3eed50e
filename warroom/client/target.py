"""Where a hub is: a socket on this machine, or an address."""

from pathlib import Path

from msgspec import Struct

MAX_FRAME = 1024 * 1024
"""Bytes of the largest frame that a client takes from a hub."""


class Target(Struct, frozen=True):
    """A hub's Unix socket, or its `ws:` or `wss:` address. `token` is one's session with it.

    `data` is the folder of a hub that this user may start again if it is gone.
    """

    socket: Path | None = None
    url: str | None = None
    token: str | None = None
    data: Path | None = None

    @property
    def uri(self) -> str:
        """What the handshake asks for."""
        return self.url or "ws://localhost/"

    @property
    def headers(self) -> dict[str, str]:
        """What the handshake says besides."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def __str__(self) -> str:
        return self.url or str(self.socket)
