"""One connection of one person, as the hub sees it."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from server.access import Invited, Returning
from server.arrivals import Arrival
from server.batch import Accepted, Outcome
from server.framing import pack
from warroom.clock import monotonic, now
from warroom.domain.feed import Published
from warroom.domain.incident import Incident
from warroom.domain.permissions import WORKING, Admission, hears, sees
from warroom.domain.vocabulary import Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.codec import encode
from warroom.protocol.envelopes import Acked, Declined, FromHub


class Link(Protocol):
    """A connection, as the hub sees it."""

    def write(self, data: bytes) -> bool:
        """Write framed bytes now; False if the line is too full for live writes to go on."""

    def wake(self) -> None:
        """Say that `Hub.backlog` has something for this session."""

    def close(self, code: CloseCode, reason: str) -> None:
        """End the connection."""


class Peer(Struct, frozen=True):
    """What the transport proves of who is there: a user of this machine, how it knows, what for.

    `operator`: the very user that runs the hub, on its socket. From elsewhere, `admitted` is what
    they showed, and `address` where they are.
    """

    uid: int
    via: Via
    user: str
    admission: Admission = Admission()
    operator: bool = False
    admitted: Returning | Invited | None = None
    address: str = ""

    @property
    def may_name(self) -> bool:
        """Whether they may come as someone else: not through the socket of a group."""
        return self.via is not Via.OS or self.operator

    @property
    def remote(self) -> bool:
        """Whether they come from elsewhere, and so within limits."""
        return self.admitted is not None


class Session:
    """Who is at the other end, which logs they have open, how many commands wait for an answer.

    An `operator` is the user that the hub itself runs as.
    """

    def __init__(self, link: Link, arrival: Arrival, peer: Peer, client: str) -> None:
        self.link = link
        self.you = arrival.you
        self.via = arrival.via
        self.operator = peer.operator
        self.credential = arrival.session
        self.peer = peer
        self.client = client
        self.since = now()
        self.logs: set[str] = set()
        self.recorded: set[str] = set()
        self.waiting = 0
        self.idle = 0
        self.heard_at = monotonic()

    @property
    def observer(self) -> bool:
        """Whether they only read: they are never in the attendance."""
        return self.you.scope not in WORKING

    def sees(self, incident: Incident) -> bool:
        """Whether this connection may know of a room."""
        return sees(incident, self.you.person, self.you.scope, self.you.bound)

    def hears(self, incident: Incident, published: Published) -> bool:
        """Whether this connection is told of something that a room has published."""
        meant = self.you.audience in {None, published.audience}
        return meant and hears(incident, self.you.person, self.you.scope, self.you.bound)

    def view(self, restricted: Iterable[Incident]) -> Hashable:
        """What `sees` and `hears` depend on, besides the room: the same for who may see the same.

        `restricted` are the rooms that are not for everyone.
        """
        you = self.you
        inside = tuple(room.log for room in restricted if room.open_to(you.person))
        return you.scope, you.bound, you.audience, inside

    def say(self, message: FromHub) -> None:
        """Send one message."""
        self.link.write(pack(encode(message)))

    def answer(self, outcome: Outcome) -> None:
        """Say what became of a command of theirs."""
        self.waiting -= 1
        self.say(_reply(outcome))


def sessions_among(followers: Iterable[Hashable]) -> Iterator[Session]:
    """The sessions that follow a room, as they are now: meanwhile it may lose some."""
    for follower in tuple(followers):
        if isinstance(follower, Session):
            yield follower


def _reply(outcome: Outcome) -> Acked | Declined:
    waiting = outcome.waiting
    if isinstance(outcome, Accepted):
        return Acked(id=waiting.id, log=waiting.log, seq=outcome.seq)
    refused = outcome.refused
    return Declined(
        id=waiting.id,
        log=waiting.log,
        code=refused.code,
        text=refused.text,
        temporary=refused.temporary,
        about=refused.about,
    )
