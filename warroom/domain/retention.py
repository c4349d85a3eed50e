"""When the words of a room expire: pure, like everything that falls due.

A room that has ended keeps its words for so many days; what is written after its end, so many days
from when it was written. Words are counted by the day, so that a log gains one entry a day at
most. A room that was never ended keeps its words, and so does one that is held.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from warroom.domain.events import Recorded, Wordless
from warroom.domain.incident import Expiry, Incident, Spoken


def expirable(incident: Incident, days: int | None, now: datetime) -> Spoken | None:
    """The last entry whose words have been kept for so many days, None if none have."""
    if days is None or incident.held is not None:
        return None
    kept = timedelta(days=days)
    old = (spoken for spoken in reversed(incident.spoken) if now - spoken.at >= kept)
    return next(old, None)


def spoke(incident: Incident, recorded: Recorded) -> Incident:
    """The incident, which has ended, after an entry: if it can hold words, they count from now.

    By its kind, not by its words: those may be gone, and the fold must be the same.
    """
    if isinstance(recorded.event, Wordless):
        return incident
    spoken = Spoken(recorded.seq, recorded.id, recorded.hash, recorded.at)
    before = incident.spoken
    if before and before[-1].at.date() == recorded.at.date():
        before = before[:-1]
    return replace(incident, spoken=(*before, spoken))


def expired(incident: Incident, recorded: Recorded, through: int) -> Incident:
    """The incident without its words up to entry `through`. What asks for less changes nothing."""
    if not incident.expired < through < recorded.seq:
        return incident
    return replace(
        incident,
        expiries=(*incident.expiries, Expiry(through, recorded.seq, recorded.at)),
        spoken=tuple(spoken for spoken in incident.spoken if spoken.seq > through),
    )
