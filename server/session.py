"""One connection of one person, as the hub sees it."""

from typing import Protocol

from msgspec import Struct

from server.batch import Accepted, Outcome
from server.framing import pack
from warroom.clock import monotonic
from warroom.domain.vocabulary import Scope, Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.codec import encode
from warroom.protocol.envelopes import Acked, Declined, FromHub, You


class Link(Protocol):
    """A connection, as the hub sees it."""

    def write(self, data: bytes) -> bool:
        """Write framed bytes now; False if the line is too full for live writes to go on."""

    def wake(self) -> None:
        """Say that `Hub.backlog` has something for this session."""

    def close(self, code: CloseCode, reason: str) -> None:
        """End the connection."""


class Peer(Struct, frozen=True):
    """What the transport proves of who is there: a user of this machine, and how it knows."""

    uid: int
    via: Via
    user: str


class Session:
    """Who is at the other end, which logs they have open, how many commands wait for an answer."""

    def __init__(self, link: Link, you: You, via: Via) -> None:
        self.link = link
        self.you = you
        self.via = via
        self.logs: set[str] = set()
        self.waiting = 0
        self.idle = 0
        self.heard_at = monotonic()

    @property
    def observer(self) -> bool:
        return self.you.scope is Scope.OBSERVER

    def say(self, message: FromHub) -> None:
        """Send one message."""
        self.link.write(pack(encode(message)))

    def answer(self, outcome: Outcome) -> None:
        """Say what became of a command of theirs."""
        self.waiting -= 1
        self.say(_reply(outcome))


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
