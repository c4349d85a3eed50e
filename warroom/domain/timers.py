"""What falls due when: a pure function of the incident, so that a restart loses no alarm."""

from datetime import datetime

from msgspec import Struct

from warroom.domain.commands import (
    CloseObjections,
    LapseOffer,
    MarkActionOverdue,
    MarkUpdateOverdue,
    TimerCommand,
)
from warroom.domain.incident import Incident


class Due(Struct, frozen=True):
    """A command that the hub gives at `at`. `armed_by` is the id of the entry that set it.

    The command's own id is derived from the log, its word and `armed_by`, so that many hubs may
    fire the same timer and one lands.
    """

    at: datetime
    command: TimerCommand
    armed_by: str


def due(incident: Incident) -> list[Due]:
    """Everything that will fall due if nobody does anything, the earliest first."""
    pending = [*_offers(incident), *_objections(incident), *_actions(incident), *_updates(incident)]
    return sorted(pending, key=lambda timer: timer.at)


def _offers(incident: Incident) -> list[Due]:
    return [
        Due(offer.lapses_at, LapseOffer(role=role, offer=offer.source.seq), offer.source.id)
        for role, offer in incident.offers.items()
    ]


def _objections(incident: Incident) -> list[Due]:
    return [
        Due(decision.objections_until, CloseObjections(decision=number), decision.source.id)
        for number, decision in incident.decisions.items()
        if decision.objections_open and decision.objections_until is not None
    ]


def _actions(incident: Incident) -> list[Due]:
    return [
        Due(action.due_at, MarkActionOverdue(action=number, due_at=action.due_at), action.armed.id)
        for number, action in incident.actions.items()
        if action.pending and not action.overdue and action.due_at is not None
    ]


def _updates(incident: Incident) -> list[Due]:
    return [
        Due(
            promise.at,
            MarkUpdateOverdue(audience=audience, promised_at=promise.at),
            promise.source.id,
        )
        for audience, promise in incident.promises.items()
        if not promise.overdue
    ]
