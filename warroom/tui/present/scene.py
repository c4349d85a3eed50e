"""What a screen looks at: a room, who reads it, who is here, and the time."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from warroom.domain.incident import Incident
from warroom.domain.names import Names
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Role, Scope
from warroom.export.times import clock_time, duration
from warroom.protocol.envelopes import Here
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Tone

ROLES: dict[Role, str] = {
    Role.INCIDENT_COMMANDER: "IC",
    Role.TECHNICAL_LEAD: "TL",
    Role.COMMS_LEAD: "Comms",
    Role.DEPUTY: "Deputy",
    Role.SCRIBE: "Scribe",
}
"""The roles as they are said, in the order in which they are shown."""

IDLE_AFTER = 300
"""Seconds without a touched key after which someone counts as idle."""


NONE = timedelta(0)

SOON = timedelta(minutes=2)
"""How long before a promise falls due people are warned."""


def left(span: timedelta, say: Callable[[timedelta], str] = duration) -> str:
    """How long is left, with its unit, for `4:12` reads like a time of day: `19 min`, `90 s`.

    To the second once it is soon, and before that as `say` says it.
    """
    return say(span) if span >= SOON else f"{max(0, int(span.total_seconds()))} s"


def owed(
    span: timedelta, *, overdue: bool = False, say: Callable[[timedelta], str] = duration
) -> Piece:
    """How long it is until what was promised is due: `in 19 min`, `DUE in 90 s`, `3 min late`."""
    if overdue or span < NONE:
        return Piece(f"{say(-span)} late", Tone.ALARM)
    if span <= SOON:
        return Piece(f"DUE in {left(span)}", Tone.WARN)
    return Piece(f"in {left(span, say)}")


def short_name(names: Names, person: str | None) -> str:
    """The first of someone's names where space is scarce; their handle if another has the same."""
    full = one_line(names.name(person))
    first = full.split(" ")[0]
    same = sum(one_line(name).split(" ")[0] == first for name in names.names.values())
    return first if person is None or same <= 1 else one_line(names.handle(person))


class Scene(Struct, frozen=True):
    """A room at a moment. `me` is the reader's person id, `scope` what they may do at all; who is
    `here` is known while `live`.

    Times are shown in UTC, as they are typed: a bridge has people in many zones.
    """

    room: Transcript
    now: datetime
    me: str = ""
    here: Mapping[str, Here] = {}
    live: bool = True
    scope: Scope = Scope.RESPONDER

    @property
    def incident(self) -> Incident:
        return self.room.incident

    def text(self, seq: int) -> str:
        """The words of an entry as they now stand, on one line."""
        return one_line(self.room.text(seq))

    def name(self, person: str | None) -> str:
        return self._introduced(person) or one_line(self.room.names.name(person))

    def first_name(self, person: str | None) -> str:
        """The short of a name, where space is scarce."""
        return self._introduced(person).split(" ")[0] or short_name(self.room.names, person)

    def doubles(self, person: str) -> str:
        """Whose names in this room read like someone's, by their handles; empty if nobody's do."""
        names = self.room.names
        return ", ".join(f"@{one_line(names.handle(other))}" for other in names.twins(person))

    def _introduced(self, person: str | None) -> str:
        """What the hub calls someone who has just come and whom the log does not name yet."""
        here = self.here.get(person or "")
        known = here is None or person in self.room.names.names
        return "" if here is None or known else one_line(here.name)

    def clock(self, at: datetime) -> str:
        return clock_time(at)

    def presence(self, person: str) -> str:
        """Whether someone is here, as a word: `here`, `idle 12 min`, `voice`, `away`, or `?`.

        People on the bridge without a client are never away. Without a line nobody knows.
        """
        here = self.here.get(person)
        if here is not None and here.idle >= IDLE_AFTER:
            return f"idle {here.idle // 60} min"
        if here is not None:
            return "here"
        known = self.incident.people.get(person)
        if known is not None and known.voice:
            return "voice"
        return "away" if self.live else "?"

    def since(self, at: datetime) -> str:
        return duration(self.now - at)

    def who(self, seq: int) -> str:
        """Whose words an entry is, in short, and in brackets who wrote it down, if another."""
        entry = self.room.entry(seq)
        if entry is None:
            return "?"
        speaker = self.first_name(entry.speaker)
        return speaker if entry.speaker == entry.by else f"{speaker}({self.first_name(entry.by)})"

    def at(self, seq: int) -> str:
        """When an entry happened, as a time of day."""
        entry = self.room.entry(seq)
        return self.clock(entry.happened_at) if entry else "?"

    @property
    def voices(self) -> list[str]:
        """The people on the bridge without a client."""
        people = self.incident.people
        return [one for one, known in people.items() if known.voice and one not in self.here]
