"""What a rule is told besides the incident and the command, and how it answers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from msgspec import Struct

from warroom.domain.commands import Command, cited_by
from warroom.domain.events import Citation, Event, Policy, Recorded, TextWords
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import SKEW as SKEW
from warroom.domain.vocabulary import Code as Code
from warroom.domain.vocabulary import Role, Scope, Via

NO_ROOM = "there is no such room"
"""The one answer about a room that does not exist, and about one that is not for who asks."""


class Refused(Struct, frozen=True):
    """A refusal: a code, one sentence for a person, whether trying again by itself can help.

    Where the sentence speaks of a person it holds `{about}`, and `about` is their id: rules know
    no names.
    """

    code: Code
    text: str
    temporary: bool = False
    about: str | None = None


class Cited(Struct, frozen=True):
    """An entry that a command speaks of, looked up by whoever decides."""

    seq: int
    id: str
    hash: str
    kind: str
    has_words: bool
    happened_at: datetime

    @property
    def citation(self) -> Citation:
        return Citation(self.seq, self.hash)


def cited(command: Command, entry: Callable[[int], Recorded | None]) -> dict[int, Cited]:
    """The entries that a command speaks of, as far as `entry` finds them by their numbers."""
    found = ((seq, entry(seq)) for seq in cited_by(command))
    return {
        seq: Cited(
            seq=seq,
            id=one.id,
            hash=one.hash,
            kind=one.event.kind,
            has_words=one.event.words is not None,
            happened_at=one.happened_at,
        )
        for seq, one in found
        if one is not None
    }


class Named(Struct, frozen=True):
    """Someone whom the hub knows by the handle that a command names."""

    person: str
    name: str
    handle: str


class Founding(Struct, frozen=True):
    """What only the hub knows of a room that is being declared."""

    label: str
    key: str
    policy: Policy


class Asked(Struct, frozen=True, kw_only=True):
    """Who asks, when, and for whom. `cited` holds the entries that the command speaks of.

    `bound` is the log of the one room that the connection is for, None for any.
    """

    person: str
    via: Via
    at: datetime
    scope: Scope = Scope.RESPONDER
    bound: str | None = None
    said_by: str | None = None
    occurred_at: datetime | None = None
    cited: Mapping[int, Cited] = {}
    founding: Founding | None = None
    named: Named | None = None

    @property
    def speaker(self) -> str:
        """Whose deed it is: who said it, otherwise who asks."""
        return self.said_by or self.person

    @property
    def hands(self) -> frozenset[str]:
        """Everyone who has a hand in it: two-person rules look at all of them."""
        return frozenset({self.person, self.speaker})


class Ruling(Struct, frozen=True):
    """What a rule grants: the event, and the ids of the entries that it speaks of."""

    event: Event
    refs: tuple[str, ...] = ()


class Granted(Struct, frozen=True):
    """A decided command: the event to record, the role acted in, the entries it speaks of."""

    event: Event
    role: Role | None
    refs: tuple[str, ...] = ()


class _Refuse(Exception):
    """Carries a refusal out of a rule; `decide` turns it into a value."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused


def refuse(code: Code, text: str, about: str | None = None) -> NoReturn:
    """End the rule with a refusal."""
    raise _Refuse(Refused(code, text, about=about))


def words(text: str | None) -> TextWords | None:
    """The words of an event that may come without any."""
    return None if text is None else TextWords(text)


def in_utc(moment: datetime) -> datetime:
    """A moment as it is recorded. In the first and last hours of the calendar it has no UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        refuse(Code.INVALID, "that time lies outside the calendar; give a nearer one")


def in_room(incident: Incident, person: str) -> str:
    """The person, who must be in the room, with a client or by voice."""
    known = incident.people.get(person)
    if known is None:
        refuse(Code.NOT_FOUND, "nobody by that name is in this room; call the roll: /here @name")
    if not known.voice and not incident.open_to(person):
        refuse(Code.NOT_FOUND, "{about} is not in this room any more", person)
    return person
