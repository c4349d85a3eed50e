"""A listening socket that takes only so many from one address, before anything is spent on them.

What is refused here gets no answer: a flood of handshakes must not cost handshakes.
"""

import errno
import logging
import socket
import struct
from typing import Any
from weakref import WeakSet

from server.limits import Buckets, Rate, Rates, neighbourhood
from warroom.clock import monotonic

_AT_ONCE = 100
"""How many are turned away before the loop gets its turn again."""

_MOST_ADDRESSES = 10_000
_RESET = struct.pack("ii", 1, 0)

_logger = logging.getLogger(__name__)


class Doorway(socket.socket):
    """Listens on an address. asyncio accepts from it as from any socket."""

    def __init__(self, family: int, address: tuple[Any, ...], rates: Rates) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._most = rates.connections
        self._accepts = Buckets(rates.accepts)
        self._told = Buckets(Rate(1, 1 / 60))
        self._inside: dict[str, WeakSet[socket.socket]] = {}
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.bind(address)
        except OSError:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection from an address that may have one more."""
        for _ in range(_AT_ONCE):
            connection, address = super().accept()
            if self._takes(connection, neighbourhood(str(address[0]))):
                return connection, address
            # No state is left behind for those: neither here nor in the kernel.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
        raise BlockingIOError(errno.EAGAIN, "others have their turn first")

    def _takes(self, connection: socket.socket, address: str) -> bool:
        inside = self._inside.setdefault(address, WeakSet())
        open_ = sum(1 for one in inside if one.fileno() >= 0)
        if open_ >= self._most or self._accepts.take(address, monotonic()):
            if not self._told.take(address, monotonic()):
                _logger.warning("%s connects too often; some of it is turned away", address)
            return False
        inside.add(connection)
        if len(self._inside) > _MOST_ADDRESSES:
            self._inside = {key: those for key, those in self._inside.items() if those}
        return True


def doorways(host: str, port: int, rates: Rates) -> list[Doorway]:
    """One for each address that a host name has here, all on one port. Raises `OSError`."""
    opened: list[Doorway] = []
    try:
        for family, address in _addresses(host):
            opened.append(Doorway(family, (address, port), rates))
            port = opened[0].getsockname()[1]
    except OSError:
        for doorway in opened:
            doorway.close()
        raise
    return opened


def _addresses(host: str) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(where[0])) for family, _, _, _, where in found))
