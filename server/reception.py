"""Who comes in, and as whom: hello to welcome."""

import asyncio
from collections.abc import Awaitable, Callable

from server.batch import Accepted, Outcome
from server.directory import Directory, Known
from server.session import Peer
from warroom import __version__
from warroom.domain.hublog import OwnCommand
from warroom.domain.vocabulary import Scope, Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import PROTOCOL, Hello, You


class Unwelcome(Exception):
    """A hello that leads nowhere."""

    def __init__(self, close: CloseCode, text: str) -> None:
        super().__init__(text)
        self.close = close


class Reception:
    """Finds people in the directory, and makes them known at first. `own` writes to its log."""

    def __init__(
        self, directory: Directory, own: Callable[[OwnCommand], Awaitable[Outcome]]
    ) -> None:
        self._directory = directory
        self._own = own
        self._registering = asyncio.Lock()

    async def identify(self, hello: Hello, peer: Peer) -> tuple[You, Via]:
        """Who it is, and how the hub knows. Raises `Unwelcome`."""
        if PROTOCOL not in hello.protocols:
            spoken = ", ".join(map(str, hello.protocols))
            raise Unwelcome(
                CloseCode.NO_COMMON_PROTOCOL,
                f"the hub ({__version__}) speaks protocol {PROTOCOL}, your client {spoken}: "
                "update the older one",
            )
        # Two connections of someone new must not make them known twice.
        async with self._registering:
            known, via = await self._find(hello, peer)
        scope = Scope.OBSERVER if hello.observer else Scope.RESPONDER
        return You(known.person, known.name, known.handle, scope), via

    async def _find(self, hello: Hello, peer: Peer) -> tuple[Known, Via]:
        """The user of this machine, or the name they give on their own socket."""
        if hello.as_name is None:
            known = self._directory.by_uid(peer.uid)
            return known or await self._register(peer.user, peer.via, peer.uid), peer.via
        known = self._directory.by_handle(hello.as_name)
        return known or await self._register(hello.as_name, Via.AS, None), Via.AS

    async def _register(self, name: str, via: Via, uid: int | None) -> Known:
        command = self._directory.registration(name, via, uid)
        outcome = await self._own(command)
        if not isinstance(outcome, Accepted):
            raise Unwelcome(CloseCode.RESTARTING, outcome.refused.text)
        return Known(command.person, command.name, command.handle)
