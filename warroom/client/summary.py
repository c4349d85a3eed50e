"""A room's line in the lobby, from what this client holds of it. Pure."""

from warroom.client.replica import Replica
from warroom.domain.vocabulary import Status
from warroom.protocol.envelopes import RoomSummary


def summary_of(replica: Replica) -> RoomSummary | None:
    """The same as the hub's, but for who is there; None before the declaration is here."""
    room, incident = replica.room, replica.room.incident
    if incident.declared_at is None or incident.began_at is None:
        return None
    promise = incident.next_update
    return RoomSummary(
        log=replica.log,
        label=replica.label,
        title=room.title,
        seq=replica.seq,
        status=incident.status,
        declared_at=incident.declared_at,
        began_at=incident.began_at,
        severity=incident.severity,
        commander=room.names.name(incident.commander) if incident.commander else None,
        next_by=promise.at if promise else None,
        resolved_at=incident.reached.get(Status.RESOLVED) if incident.over else None,
        recovering=replica.recovering,
    )
