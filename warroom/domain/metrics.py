"""Milestones of an incident, and the times between them."""

from datetime import datetime, timedelta

from msgspec import Struct

from warroom.domain.incident import Incident
from warroom.domain.vocabulary import Status


class Milestones(Struct, frozen=True, kw_only=True):
    """When each thing was first true; None while it is not known. UTC."""

    started_at: datetime | None
    declared_at: datetime | None
    identified_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None


def milestones(incident: Incident) -> Milestones:
    """The milestones that the log knows.

    Resolved and closed are the last time it was, for a reopening undoes them; the others the first.
    """
    reached = incident.reached
    return Milestones(
        started_at=incident.started_at,
        declared_at=incident.declared_at,
        identified_at=reached.get(Status.IDENTIFIED),
        mitigated_at=reached.get(Status.MITIGATED),
        resolved_at=reached.get(Status.RESOLVED),
        closed_at=reached.get(Status.CLOSED),
    )


def elapsed(incident: Incident, now: datetime) -> timedelta:
    """How long it has gone on: from its start, if known, until it was over or `now`."""
    began = incident.began_at
    if began is None:
        return timedelta(0)
    return max((ended_at(incident) or now) - began, timedelta(0))


def ended_at(incident: Incident) -> datetime | None:
    """When service was back, or the incident called off; None while it goes on."""
    if not incident.over:
        return None
    end = Status.CANCELLED if incident.status is Status.CANCELLED else Status.RESOLVED
    return incident.reached.get(end)
