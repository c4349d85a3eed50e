"""The port for other machines: opened at the start, or by `warroom share` while the hub runs.

What `share` opened is written down, and opened again when the hub starts the next time: people
who were invited come back to the same address, and find the same certificate.
"""

import contextlib
import fcntl
import ipaddress
import logging
import os
import socket
import struct
from collections.abc import Callable

import msgspec
from msgspec import Struct

from server.config import Address, Config
from server.gateway import Gateway
from server.place import Place, PlaceRefused
from server.tls import GivenIdentity, Identity, own_identity

DEFAULT_PORT = 8750
_SIOCGIFADDR = 0x8915
"""Linux's request for the address of an interface; elsewhere it fails, and nothing is lost."""

_logger = logging.getLogger(__name__)


class Public(Struct, frozen=True, kw_only=True):
    """Where the hub listens for other machines. `pin` is its certificate's SHA-256, hex, if it
    vouches for itself."""

    host: str
    port: int
    pin: str | None

    def url(self, host: str | None = None) -> str:
        """The address as it stands in an invite, under another name if one is given."""
        name = host or self.host
        return f"wrs://{f'[{name}]' if ':' in name else name}:{self.port}/"


class _Opened(Struct, frozen=True):
    """The address that is listened on, and what is shown there by now."""

    address: Address
    identity: Callable[[], Identity]


class Doors:
    """Opens and closes the port for other machines."""

    def __init__(self, gateway: Gateway, place: Place) -> None:
        self._opened: _Opened | None = None
        self._gateway = gateway
        self._place = place

    @property
    def public(self) -> Public | None:
        """Where others come in, and with which certificate now; None if they do not."""
        if self._opened is None:
            return None
        address, identity = self._opened.address, self._opened.identity()
        host = _public_host(address.host, identity)
        return Public(host=host, port=address.port, pin=identity.pin)

    @property
    def are_open(self) -> bool:
        """Whether others can come in."""
        return self._opened is not None

    async def open(self, config: Config) -> str | None:
        """What the settings ask for, then what was shared before; the URL of the first.

        Raises `PlaceRefused`.
        """
        if config.bind is None:
            await self._share_again()
            return self._url()
        try:
            if not config.encrypted:
                return await self._gateway.open_tcp(config.bind, self._place.token())
            await self._open(config.bind, self._identity(config))
        except OSError as error:
            raise PlaceRefused(_cannot(config.bind, error)) from None
        return self._url()

    def _url(self) -> str | None:
        public = self.public
        return None if public is None else public.url().replace("wrs:", "wss:")

    async def share(self, host: str | None, port: int) -> Public:
        """Open the port now. Raises `PlaceRefused`, also where another one is open."""
        if (public := self.public) is not None:
            self._check_meant(host, port, public)
            return public
        address = Address(host or reachable_address(), port or DEFAULT_PORT)
        try:
            await self._share(address, any_port=not port)
        except OSError as error:
            raise PlaceRefused(_cannot(address, error)) from None
        public = self.public
        assert public is not None
        self._place.share(msgspec.json.encode(Address(address.host, public.port)))
        return public

    def _check_meant(self, host: str | None, port: int, public: Public) -> None:
        """Raise `PlaceRefused` if an address is given, and the port that is open is not there."""
        assert self._opened is not None
        open_ = self._opened.address
        if host not in {None, open_.host, public.host} or port not in {0, open_.port}:
            raise PlaceRefused(
                f"the hub listens on {open_.host}:{open_.port} already; leave the address out, or "
                "close that port first: warroom share --stop"
            )

    async def close(self) -> None:
        """Close the port, and those who came through it."""
        self._place.share(None)
        self._opened = None
        await self._gateway.close_tls()

    async def _share(self, address: Address, *, any_port: bool) -> None:
        identity = own_identity(self._place, (address.host,))
        try:
            await self._open(address, lambda: identity)
        except OSError:
            if not any_port:
                raise
            # Another hub of this machine has the usual port.
            await self._open(Address(address.host, 0), lambda: identity)

    async def _share_again(self) -> None:
        kept = self._place.shared()
        if kept is None:
            return
        try:
            address = msgspec.json.decode(kept, type=Address)
            await self._share(address, any_port=False)
        except (OSError, msgspec.DecodeError, PlaceRefused) as error:
            _logger.warning("the port that was shared cannot be opened again: %s", error)

    async def _open(self, address: Address, identity: Callable[[], Identity]) -> None:
        port = await self._gateway.open_tls(address, identity().context)
        self._opened = _Opened(Address(address.host, port), identity)

    def _identity(self, config: Config) -> Callable[[], Identity]:
        if config.certificate is not None and config.key is not None:
            return GivenIdentity(config.certificate, config.key)
        assert config.bind is not None
        identity = own_identity(self._place, (_named(config.bind.host),))
        return lambda: identity


def reachable_address() -> str:
    """The address under which others most likely reach this machine. Raises `PlaceRefused`.

    It is the one from which this machine would speak to the world; nothing is sent to find out.
    """
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
            except OSError:
                continue
            return str(probe.getsockname()[0])
    # No way out, as in a network that is cut off: then the first address of an interface.
    for _, name in socket.if_nameindex():
        with contextlib.suppress(OSError):
            address = _address_of(name)
            if not ipaddress.ip_address(address).is_loopback:
                return address
    raise PlaceRefused("this machine has no address for others; name one: warroom share ADDRESS")


def _address_of(interface: str) -> str:
    """The IPv4 address of an interface, where the system tells. Raises `OSError`."""
    asked = struct.pack("256s", os.fsencode(interface)[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return socket.inet_ntoa(fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, asked)[20:24])


def _public_host(host: str, identity: Identity) -> str:
    if identity.pin is None:
        # Only a name that the certificate holds for passes the usual check.
        return next((name for name in identity.names if "*" not in name), _named(host))
    return _named(host)


def _named(host: str) -> str:
    """A host for others: what stands for all addresses here means nothing to them."""
    if host not in {"0.0.0.0", "::"}:
        return host
    try:
        return reachable_address()
    except PlaceRefused:
        return socket.gethostname()


def _cannot(address: Address, error: OSError) -> str:
    return f"the hub cannot listen on {address.host}:{address.port}: {error.strerror or error}"
