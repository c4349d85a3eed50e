"""Everything that hub and client say to each other. Each is one WebSocket text frame of JSON.

    client  Hello -> Welcome             first, within ten seconds
            ListRooms -> Rooms           and again on every change, if `watch`
            ListFeed -> FeedList         what was published, in the same way
            Open -> Opened, Entries ...  the backlog after what the client holds, then live
            Submit -> Acked | Declined   one command; the same id may be sent again
            Open -> Recovering, Offer -> Recovering ...   what the hub lacks, from who holds it
            Release -> Released          the operator ends the recovery of a room
    hub     Heartbeat -> Alive           every ten seconds, with the heads of the open rooms

`docs/protocol.md` has the rules. A client ignores fields that it does not know; the hub refuses
them.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Raw, Struct

from warroom.domain.access import Digest
from warroom.domain.commands import Handle, Line, Moment, PersonCommand, PersonId
from warroom.domain.feed import Published
from warroom.domain.vocabulary import Audience, Code, Scope, Severity, Status

SUBPROTOCOL = "warroom.v1"
PROTOCOL = 1
"""The version of the protocol that this program speaks."""

LogId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
CommandId: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
"""A UUID of version 7. Timers' ids are of version 5, so nobody can send one early."""

Hash: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Seq: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class FromClient(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
):
    """The base of what a client says."""


class Hello(FromClient, frozen=True, tag="hello"):
    """Who comes. `protocols` are the versions spoken; `as_name` is for one's own socket.

    From elsewhere, `name` is what someone who comes with an invite is to be called, and `token` is
    the digest of the token that they made: for the session that the invite opens, or to come with
    from the next time on.
    """

    protocols: Annotated[tuple[int, ...], Meta(min_length=1, max_length=16)]
    client: Line
    as_name: Handle | None = None
    observer: bool = False
    features: Annotated[tuple[Line, ...], Meta(max_length=32)] = ()
    name: Line | None = None
    token: Digest | None = None


class ListRooms(FromClient, frozen=True, tag="list"):
    """Ask for the lobby; with `watch`, be told again whenever it changes."""

    watch: bool = False


class ListFeed(FromClient, frozen=True, tag="feed"):
    """Ask for what was published; with `watch`, be told again whenever it changes."""

    watch: bool = False


class Open(FromClient, frozen=True, tag="open"):
    """Follow a log from after entry `after`, whose hash is `head` (none at 0).

    `export` says that it is for a file, which the hub records first.
    """

    log: LogId
    after: Seq = 0
    head: Hash | None = None
    export: bool = False


class Close(FromClient, frozen=True, tag="close"):
    log: LogId


class Submit(FromClient, frozen=True, tag="submit"):
    """A command. `seen` is the last seq the writer had seen; a declaration names a new log id."""

    id: CommandId
    log: LogId
    command: PersonCommand
    seen: Seq = 0
    said_by: PersonId | None = None
    occurred_at: Moment | None = None


class Offer(FromClient, frozen=True, tag="offer"):
    """Entries that a recovering log lacks: those after `after`, with the signed heads among them.

    Each is a line as it stands in an export. Entries that no head covers yet wait for one in a
    later offer.
    """

    log: LogId
    after: Seq
    entries: Annotated[tuple[Raw, ...], Meta(min_length=1)]
    heads: tuple[Raw, ...] = ()


class Release(FromClient, frozen=True, tag="release"):
    """End the recovery of a log: it goes on from where it stands. For the hub's operator."""

    log: LogId


class Alive(FromClient, frozen=True, tag="alive"):
    """The answer to a heartbeat. `idle` is how many seconds nobody has touched the keyboard."""

    idle: Seq = 0


ClientMessage: TypeAlias = (
    Hello | ListRooms | ListFeed | Open | Close | Submit | Alive | Offer | Release
)


class FromHub(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """The base of what the hub says."""


class You(Struct, frozen=True, omit_defaults=True):
    """Whom the hub takes the client for, and what they are let in for.

    `bound` is the log of a guest's one room, `audience` the one that a stakeholder belongs to.
    An `operator` is whoever runs the hub, on its own socket.
    """

    person: str
    name: str
    handle: str
    scope: Scope
    bound: str | None = None
    audience: Audience | None = None
    operator: bool = False


class Limits(Struct, frozen=True):
    """What the hub takes: bytes in one frame, commands waiting for an answer, open logs."""

    frame: int
    waiting: int
    logs: int


class Welcome(FromHub, frozen=True, tag="welcome"):
    """You are in. `rotated`: the hub knows the token that was offered, and takes it from now on.

    `retention` is for how many days the hub keeps words after their room ended; without it, for
    ever. Those of so many rooms are `put_off`: they would expire if the hub were sure of its date.
    """

    hub: str
    protocol: int
    server: str
    you: You
    limits: Limits
    time: datetime
    features: tuple[str, ...] = ()
    rotated: bool = False
    retention: int | None = None
    put_off: int = 0


class RoomSummary(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the lobby. `commander` and `next_by` are absent where there is none.

    `resolved_at` is when it was resolved or called off, for as long as that holds. A `recovering`
    room can be read; it takes nothing but entries that it lacks. The words of one that is `held`
    do not expire.
    """

    log: str
    label: str
    title: str
    seq: int
    status: Status
    declared_at: datetime
    began_at: datetime
    severity: Severity | None = None
    commander: str | None = None
    next_by: datetime | None = None
    resolved_at: datetime | None = None
    here: int = 0
    restricted: bool = False
    recovering: bool = False
    held: bool = False


class Rooms(FromHub, frozen=True, tag="rooms"):
    rooms: tuple[RoomSummary, ...]


class FeedItem(Struct, frozen=True, kw_only=True):
    """One update that was published, and the label of its room."""

    log: str
    label: str
    published: Published


class FeedList(FromHub, frozen=True, tag="feed_list"):
    """What was published to the reader's audience, to any for who may read rooms; latest first."""

    items: tuple[FeedItem, ...]


class Opened(FromHub, frozen=True, tag="opened"):
    """The log is open and stands at `seq`; what follows `after` comes next.

    It is `recovering` until its next `log.adopted` or `log.restored` entry.
    """

    log: str
    label: str
    after: int
    seq: int
    head: str
    recovering: bool = False


class Recovering(FromHub, frozen=True, tag="recovering"):
    """The log stands at `seq`, and is taking back what it lacks: whoever holds more, offer it.

    The answer to an `Open` beyond its end, and to each `Offer`.
    """

    log: str
    seq: int
    head: str


class Released(FromHub, frozen=True, tag="released"):
    """The recovery of a log has ended, with its entry `seq`."""

    log: str
    seq: int


class Diverged(FromHub, frozen=True, tag="diverged"):
    """The head that the client named is not in the hub's log. Nothing is sent."""

    log: str
    seq: int
    head: str


class Entries(FromHub, frozen=True, tag="entries"):
    """Consecutive entries and the signed heads among them, each in the bytes of its line."""

    log: str
    entries: tuple[Raw, ...]
    heads: tuple[Raw, ...]


class Acked(FromHub, frozen=True, tag="acked"):
    """The command is entry `seq` of the log, durably."""

    id: str
    log: str
    seq: int


class Declined(FromHub, frozen=True, tag="declined"):
    """The command made no entry. `text` may hold `{about}`, the person with that id."""

    id: str
    log: str
    code: Code
    text: str
    temporary: bool = False
    about: str | None = None


class Failed(FromHub, frozen=True, tag="failed"):
    """Something other than a command was refused. `invite` is the id of one that was not made."""

    code: Code
    text: str
    temporary: bool = False
    log: str | None = None
    invite: str | None = None


class HeadAt(Struct, frozen=True):
    """Where an open log stands."""

    log: str
    seq: int
    hash: str


class Heartbeat(FromHub, frozen=True, tag="heartbeat"):
    time: datetime
    heads: tuple[HeadAt, ...] = ()


class Here(Struct, frozen=True):
    """Someone connected to the room. `idle` is in seconds; `name` and `handle` are for as long as
    the log does not name them."""

    person: str
    idle: int = 0
    observer: bool = False
    name: str = ""
    handle: str = ""


class Presence(FromHub, frozen=True, tag="presence"):
    """Who is connected to a room now. Never in the log."""

    log: str
    here: tuple[Here, ...]


class Draining(FromHub, frozen=True, tag="draining"):
    """The hub is about to go; come back after so many milliseconds."""

    after_ms: int


HubMessage: TypeAlias = (
    Welcome
    | Rooms
    | FeedList
    | Opened
    | Recovering
    | Released
    | Diverged
    | Entries
    | Acked
    | Declined
    | Failed
    | Heartbeat
    | Presence
    | Draining
)
