"""A room's line in the lobby: the same from the hub and from what a client holds. Pure."""

from typing import Protocol

from warroom.domain.incident import Incident
from warroom.domain.metrics import ended_at
from warroom.domain.names import Names
from warroom.protocol.envelopes import RoomSummary


class Summarised(Protocol):
    """A room, as far as its line says."""

    @property
    def incident(self) -> Incident: ...

    @property
    def names(self) -> Names: ...

    @property
    def title(self) -> str: ...


def summary_of(
    room: Summarised, label: str, *, here: int = 0, recovering: bool = False
) -> RoomSummary | None:
    """The line of a room that is called `label`; None before its declaration."""
    incident = room.incident
    declared_at, began_at = incident.declared_at, incident.began_at
    if declared_at is None or began_at is None:
        return None
    promise = incident.next_update
    return RoomSummary(
        log=incident.log,
        label=label,
        title=room.title,
        seq=incident.seq,
        status=incident.status,
        declared_at=declared_at,
        began_at=began_at,
        severity=incident.severity,
        commander=room.names.name(incident.commander) if incident.commander else None,
        next_by=promise.at if promise else None,
        resolved_at=ended_at(incident),
        here=here,
        recovering=recovering,
        restricted=incident.restricted,
        held=incident.held is not None,
    )
