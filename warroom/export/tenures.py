"""Who held which role, from when until when: a fold of the entries that say so."""

from datetime import datetime
from typing import NamedTuple

from warroom.domain import events as e
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Role


class Tenure(NamedTuple):
    """Who held a role, from when until when as people told it, and the entries that say so."""

    role: Role
    person: str
    since: datetime
    source: int
    until: datetime | None = None
    end: int | None = None


def tenures(room: Transcript) -> list[Tenure]:
    """Who held which role when, in the order in which they began."""
    held: dict[Role, Tenure] = {}
    ended: list[Tenure] = []
    for entry in room.entries:
        match entry.event:
            case e.RoleTaken(role=role):
                person: str | None = entry.speaker
            case (
                e.RoleAccepted(role=role, person=person) | e.RoleAppointed(role=role, person=person)
            ):
                pass
            case e.RoleReleased(role=role):
                person = None
            case _:
                continue
        if role in held:
            ended.append(held.pop(role)._replace(until=entry.happened_at, end=entry.seq))
        if person is not None:
            held[role] = Tenure(role, person, entry.happened_at, entry.seq)
    return sorted([*ended, *held.values()], key=lambda tenure: tenure.source)
