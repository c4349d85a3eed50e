"""Who comes in, and as whom: hello to welcome."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec.structs import replace

from server.arrivals import Arrival, Arrivals, Own, Unwelcome, you_of
from server.batch import Accepted, Outcome
from server.directory import Directory, Known, NoName
from server.limits import Rate
from server.session import Peer
from warroom import __version__
from warroom.domain.hublog import RegisterPerson
from warroom.domain.vocabulary import Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import PROTOCOL, Hello


def no_common(spoken: Iterable[int]) -> str:
    """What a client is told that speaks other versions of the protocol than the hub."""
    theirs = ", ".join(map(str, spoken))
    return (
        f"the hub ({__version__}) speaks protocol {PROTOCOL}, your client {theirs}: "
        "update the older one"
    )


class Reception:
    """Finds people in the directory, and makes them known at first. `own` writes to its log.

    `called` finds someone by the handle under which a room remembers them.
    """

    def __init__(
        self,
        directory: Directory,
        own: Own,
        called: Callable[[str], Known | None],
        now: Callable[[], datetime],
        rotations: Rate,
    ) -> None:
        self._directory = directory
        self._own = own
        self._called = called
        self._arrivals = Arrivals(directory, own, self._enrol, now, rotations)
        self._registering: asyncio.Future[Outcome] | None = None

    async def identify(self, hello: Hello, peer: Peer) -> Arrival:
        """Who it is, and how the hub knows. Raises `Unwelcome`."""
        if PROTOCOL not in hello.protocols:
            raise Unwelcome(CloseCode.NO_COMMON_PROTOCOL, no_common(hello.protocols))
        if peer.admitted is not None:
            return await self._arrivals.take_in(hello, peer.admitted, peer.address)
        if hello.as_name is not None and not peer.may_name:
            text = f"this machine says that you are its user {peer.user}; leave --as out"
            raise Unwelcome(CloseCode.NOT_ALLOWED, text)
        while (known := self._look_up(hello, peer)) is None:
            await self._register(hello, peer)
        via = peer.via if hello.as_name is None else Via.AS
        admission = peer.admission.reading() if hello.observer else peer.admission
        you = replace(you_of(known, admission), operator=peer.operator)
        return Arrival(you=you, via=via)

    def _look_up(self, hello: Hello, peer: Peer) -> Known | None:
        """The user of this machine, or the name they give on their own socket."""
        if hello.as_name is None:
            return self._directory.by_uid(peer.uid)
        return self._directory.by_handle(hello.as_name)

    async def _register(self, hello: Hello, peer: Peer) -> None:
        """Make someone known, or wait for a registration under way: it may be theirs.

        One at a time, so that nobody is made known twice and no handle is given twice; and it goes
        on when the one who asked has gone, since its entry is on its way.
        """
        if self._registering is None or self._registering.done():
            self._registering = self._own(self._registration(hello, peer))
        outcome = await asyncio.shield(self._registering)
        if not isinstance(outcome, Accepted):
            raise Unwelcome(CloseCode.RESTARTING, outcome.refused.text)

    def _registration(self, hello: Hello, peer: Peer) -> RegisterPerson:
        if hello.as_name is None:
            return self._named(peer.user, peer.via, peer.uid, self._called(peer.user))
        return self._named(hello.as_name, Via.AS, known=self._called(hello.as_name))

    def _named(
        self, name: str, via: Via, uid: int | None = None, known: Known | None = None
    ) -> RegisterPerson:
        try:
            return self._directory.registration(name, via, uid, known=known)
        except NoName as none:
            raise Unwelcome(CloseCode.NOT_ALLOWED, str(none)) from none

    async def _enrol(self, name: str) -> str:
        """Make someone known who is new, whatever they are called; their person id.

        They are nobody whom a room remembers: a name that is only claimed proves nothing.
        """
        while self._registering is not None and not self._registering.done():
            await asyncio.shield(self._registering)
        command = self._named(name, Via.SESSION)
        self._registering = self._own(command)
        outcome = await asyncio.shield(self._registering)
        if not isinstance(outcome, Accepted):
            raise Unwelcome(CloseCode.RESTARTING, outcome.refused.text)
        return command.person
