"""Alarms in words, and the line that deals with each."""

from datetime import timedelta
from typing import assert_never

from warroom.domain.alarms import Alarm, AlarmKind
from warroom.domain.incident import stale_because
from warroom.export.phrasing import readers
from warroom.export.times import duration
from warroom.tui.present.pieces import Piece, Pieces, Tone, spread
from warroom.tui.present.scene import ROLES, Scene, left


def row(scene: Scene, alarms: list[Alarm], key: str, width: int) -> Pieces:
    """The worst alarm, how many more there are, and the key that opens it."""
    if not alarms:
        return ()
    more = f"+{len(alarms) - 1}  " if len(alarms) > 1 else ""
    worst = (Piece("! ", Tone.ALARM), Piece(text(scene, alarms[0]), Tone.ALARM))
    return spread(worst, (Piece(more, Tone.ALARM), Piece(f"{key} deal with it", Tone.QUIET)), width)


def text(scene: Scene, alarm: Alarm) -> str:
    """An alarm as one sentence."""
    match alarm.kind:
        case AlarmKind.VACANT_COMMAND:
            return "nobody is incident commander: /r ic takes command"
        case AlarmKind.OBJECTION:
            return _objection(scene, alarm)
        case AlarmKind.OFFER:
            return _offer(scene, alarm)
        case AlarmKind.REDACTION:
            return _redaction(scene, alarm)
        case AlarmKind.APPROVAL:
            return _approval(scene, alarm)
        case AlarmKind.OVERDUE_UPDATE:
            return _overdue_update(scene, alarm)
        case AlarmKind.OVERDUE_ACTION:
            return _overdue_action(scene, alarm)
        case AlarmKind.DEBRIEF:
            return "the debrief is open: say what should be remembered"
        case unreachable:
            assert_never(unreachable)


def _objection(scene: Scene, alarm: Alarm) -> str:
    entry = scene.room.entry(alarm.entry)
    who = scene.first_name(entry.speaker if entry else None)
    return f"{who} objects to D{alarm.number}: {scene.text(alarm.entry)}"


def _offer(scene: Scene, alarm: Alarm) -> str:
    offer = scene.incident.offers[alarm.role] if alarm.role else None
    if offer is None:
        return "a role is offered to you"
    remaining = left(offer.lapses_at - scene.now)
    who = scene.first_name(offer.source.speaker)
    return f"{who} offers you {ROLES[offer.role]}, {remaining} left: /r accept or /r decline"


def _redaction(scene: Scene, alarm: Alarm) -> str:
    request = scene.incident.redaction_requests[alarm.entry]
    who, why = scene.first_name(request.speaker), scene.text(request.seq)
    return f"{who} asks to delete the words of #{alarm.entry}, if you approve: {why}"


def _approval(scene: Scene, alarm: Alarm) -> str:
    update = scene.incident.updates[alarm.number or 0]
    stale = ", STALE" if stale_because(scene.incident, update) else ""
    to = readers(update.audience)
    return f"U{alarm.number} to {to} waits for you to approve it{stale}: {scene.text(alarm.entry)}"


def _overdue_update(scene: Scene, alarm: Alarm) -> str:
    promise = scene.incident.promises[alarm.audience] if alarm.audience else None
    late = _late(scene.now - promise.at) if promise else ""
    return f"update to {alarm.audience} overdue {late}: /u {alarm.audience}"


def _overdue_action(scene: Scene, alarm: Alarm) -> str:
    action = scene.incident.actions[alarm.number or 0]
    late = _late(scene.now - action.due_at) if action.due_at else ""
    who = scene.first_name(action.assignee) if action.assignee else "nobody"
    return f"A{alarm.number} overdue {late}: {who}, {scene.text(action.source.seq)}"


def _late(span: timedelta) -> str:
    return duration(span) if span >= timedelta(minutes=1) else "just now"


def opening(alarm: Alarm) -> str:
    """The beginning of the line with which one deals with an alarm; it is never sent by itself.

    Nothing for what has to be read and weighed first.
    """
    match alarm.kind:
        case AlarmKind.VACANT_COMMAND:
            return "/role ic"
        case AlarmKind.OFFER:
            return "/role accept"
        case AlarmKind.REDACTION:
            return f"/redact #{alarm.entry} approve"
        case AlarmKind.APPROVAL:
            return f"/update U{alarm.number} approve"
        case AlarmKind.OVERDUE_UPDATE:
            return f"/update {alarm.audience} "
        case AlarmKind.OVERDUE_ACTION:
            return f"/act A{alarm.number} "
        case AlarmKind.OBJECTION | AlarmKind.DEBRIEF:
            return ""
        case unreachable:
            assert_never(unreachable)
