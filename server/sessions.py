"""Everyone who is connected: welcomed, heard of, renamed, and parted with once it is over."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from server.arrivals import Own, Unwelcome
from server.directory import Directory
from server.reception import Reception
from server.room import Room
from server.session import Link, Peer, Session
from server.visits import Visits
from warroom import __version__
from warroom.clock import monotonic
from warroom.domain.access import session_is_over
from warroom.domain.hublog import RenamePerson
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import PROTOCOL, HeadAt, Heartbeat, Hello, Limits, Welcome


class Sessions:
    """The connections of a hub. `limits` are what each is told that it may do."""

    def __init__(
        self,
        directory: Directory,
        reception: Reception,
        own: Own,
        now: Callable[[], datetime],
        put_off: Callable[[], int],
        limits: Limits,
    ) -> None:
        self._directory = directory
        self._reception = reception
        self._own = own
        self._now = now
        self._put_off = put_off
        self._limits = limits
        self._here: set[Session] = set()
        self.visits = Visits()

    def __iter__(self) -> Iterator[Session]:
        """Everyone who is here now, once for each connection."""
        return iter(tuple(self._here))

    def __len__(self) -> int:
        return len(self._here)

    async def greet(self, hello: Hello, peer: Peer, link: Link) -> Session:
        """Welcome someone, making them known if they are new. Raises `Unwelcome`."""
        arrival = await self._reception.identify(hello, peer)
        # It held when it was looked at, and that was before the log was waited for.
        if (over := self._over(arrival.session)) is not None:
            raise Unwelcome(CloseCode.NOT_ALLOWED, over)
        session = Session(link, arrival, peer, hello.client)
        self._here.add(session)
        self._note_visit(session)
        state = self._directory.state
        session.say(
            Welcome(
                hub=state.log,
                protocol=PROTOCOL,
                server=__version__,
                you=arrival.you,
                limits=self._limits,
                time=self._now(),
                rotated=arrival.rotated,
                retention=state.retention,
                put_off=self._put_off(),
            )
        )
        return session

    def leave(self, session: Session) -> None:
        """Forget a connection that has ended."""
        self._here.discard(session)
        self._note_visit(session)

    def renamed(self, person: str, name: str) -> None:
        """Someone goes by another name, everywhere from now on."""
        for session in self._here:
            if session.you.person == person:
                session.you = replace(session.you, name=name)
        if self._directory.person(person).name != name:
            self._own(RenamePerson(person=person, name=name))

    def beat(self, rooms: Mapping[str, Room], patience: float) -> None:
        """Say where every open room stands; end sessions that are over, or were silent for more
        than `patience` seconds."""
        self.part_with_the_revoked()
        for session in self:
            if monotonic() - session.heard_at > patience:
                session.link.close(CloseCode.STALLED, "nothing heard for too long")
                continue
            open_ = [rooms[log] for log in session.logs]
            heads = tuple(HeadAt(room.log, room.seq, room.incident.head) for room in open_)
            session.say(Heartbeat(time=self._now(), heads=heads))

    def part_with_the_revoked(self) -> None:
        """End the connections of sessions that are over."""
        for session in self._here:
            if (over := self._over(session.credential)) is not None:
                session.link.close(CloseCode.NOT_ALLOWED, over)

    def _over(self, credential: str | None) -> str | None:
        """Why the session that someone came with is worth nothing any more."""
        if credential is None:
            return None
        over = session_is_over(self._directory.state.access.sessions[credential], self._now())
        return over and f"{over}; ask for an invite"

    def _note_visit(self, session: Session) -> None:
        if session.credential is not None:
            address, client = session.peer.address, session.client
            self.visits.here(session.credential, address, client, self._now())
