"""Where a hub is: a socket on this machine, an address, or a machine that one reaches by ssh."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from warroom.client.credentials import Credentials, Unusable

if TYPE_CHECKING:
    import ssl

    from warroom.client.ssh import Remote

MAX_FRAME = 1024 * 1024
"""Bytes of the largest frame that a client takes from a hub."""


class Target(Struct, frozen=True):
    """A hub's Unix socket, its `ws:` or `wss:` address, or a hub behind `ssh`. `token` is what
    lets one in at an address.

    `data` is the folder of a hub that this user may start again if it is gone. `credentials` are
    one's session with a hub that was joined, whose file goes before `token` and `certificate`;
    that is PEM, and the only one that is trusted.
    """

    socket: Path | None = None
    url: str | None = None
    token: str | None = None
    data: Path | None = None
    certificate: str | None = None
    credentials: Credentials | None = None
    ssh: "Remote | None" = None

    def __repr__(self) -> str:
        # Whoever prints or logs a target must not print what lets them in.
        return f"Target({self})"

    @property
    def uri(self) -> str:
        """What the handshake asks for."""
        return self.url or "ws://localhost/"

    @property
    def headers(self) -> dict[str, str]:
        """What the handshake says besides, as it is now. Raises `Unusable`."""
        token = self.credentials.read().token if self.credentials else self.token
        return {} if token is None else {"Authorization": f"Bearer {token}"}

    @property
    def pinned(self) -> str | None:
        """The one certificate that is trusted, PEM, if it is one alone. Raises `Unusable`."""
        return self._certificate()

    def tls(self) -> "ssl.SSLContext | None":
        """Whom to trust, where the address asks for TLS. Raises `Unusable`."""
        if not self.uri.startswith("wss:"):
            return None
        from warroom.client.tls import trust  # noqa: PLC0415 - for hubs elsewhere only

        return trust(self._certificate())

    def offer(self) -> str | None:
        """The digest of a new token to come with from the next time on, if it is time for one."""
        # Where nothing can be written, the old token goes on; it will be tried again.
        with contextlib.suppress(OSError, Unusable):
            return self.credentials.offer() if self.credentials else None
        return None

    def took(self, offered: str | None, *, rotated: bool) -> None:
        """The hub has answered an offer."""
        if self.credentials is not None and offered is not None and rotated:
            with contextlib.suppress(OSError, Unusable):
                self.credentials.took(offered)

    def _certificate(self) -> str | None:
        return self.credentials.read().certificate if self.credentials else self.certificate

    def __str__(self) -> str:
        return self.url or str(self.ssh or self.socket)
