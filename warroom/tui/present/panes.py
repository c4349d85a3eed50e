"""The side panes: who commands, what was decided, who does what, what was said outside."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from warroom.domain.incident import Action, Decision, Promise, StakeholderUpdate, stale_because
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    DecisionState,
    HypothesisState,
    Outcome,
    Role,
    UpdateState,
    spoken,
)
from warroom.export.times import duration
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone
from warroom.tui.present.scene import ROLES, Scene, left

NONE = timedelta(0)

FINISHED_SHOWN = 3
"""How many finished actions a pane keeps in sight."""


# --- command ---------------------------------------------------------------------------------


def command(scene: Scene) -> list[PaneRow]:
    """Every role with its holder, then everyone else who is here."""
    rows = [_role(scene, role, short) for role, short in ROLES.items()]
    return [*rows, *_others(scene)]


def _role(scene: Scene, role: Role, short: str) -> PaneRow:
    offer = scene.incident.offers.get(role)
    notes: Pieces = ()
    if offer is not None:
        remaining = left(offer.lapses_at - scene.now)
        notes = (Piece(f"offered to {scene.name(offer.to)}, lapses in {remaining}", Tone.WARN),)
    holding = scene.incident.roles.get(role)
    if holding is None:
        missed = role is Role.INCIDENT_COMMANDER and not scene.incident.over
        vacant, tone = ("VACANT", Tone.ALARM) if missed else ("vacant", Tone.QUIET)
        return PaneRow(short, "", vacant, tone=tone, notes=notes)
    right = f"{scene.presence(holding.person):<6} {scene.since(holding.since):>6}"
    name = scene.name(holding.person)
    return PaneRow(short, "", name, right, notes=notes, entry=holding.source.seq)


def _others(scene: Scene) -> list[PaneRow]:
    """Those without a role, who are here or on the bridge, in one row."""
    busy = {held.person for held in scene.incident.roles.values()}
    people = [one for one in (*scene.here, *scene.voices) if one not in busy]
    if not people:
        return []
    names = [_with_presence(scene, person) for person in people]
    return [PaneRow("Also", "", ", ".join(names), tone=Tone.QUIET)]


def _with_presence(scene: Scene, person: str) -> str:
    here = scene.here.get(person)
    words = [scene.presence(person)] if scene.presence(person) != "here" else []
    words += ["reads only"] if here is not None and here.observer else []
    return scene.first_name(person) + (f" ({', '.join(words)})" if words else "")


# --- decisions -------------------------------------------------------------------------------

_OUTCOME = {
    Outcome.WORKED: ("ok", Tone.GOOD),
    Outcome.FAILED: ("x", Tone.WARN),
    Outcome.REVERSED: ("<", Tone.WARN),
}


def decisions(scene: Scene) -> list[PaneRow]:
    """What is still open to objections first, then the latest."""
    found = sorted(
        scene.incident.decisions.values(),
        key=lambda d: (d.state is not DecisionState.PROPOSED, -d.number),
    )
    return [_decision(scene, one) for one in found]


def _decision(scene: Scene, one: Decision) -> PaneRow:
    name, text, entry = f"D{one.number}", scene.text(one.source.seq), one.source.seq
    risk = f"{one.risk} risk" if one.risk else ""
    match one.state:
        case DecisionState.PROPOSED:
            mark, tone = ("!", Tone.WARN) if one.objections else ("?", Tone.ACCENT)
            return PaneRow(name, mark, text, risk, tone, _objections(scene, one), entry)
        case DecisionState.WITHDRAWN:
            return PaneRow(name, "-", text, "withdrawn", Tone.QUIET, entry=entry)
        case DecisionState.DECIDED:
            if one.outcome is None:
                return PaneRow(name, "", text, risk, entry=entry)
            mark, tone = _OUTCOME[one.outcome]
            return PaneRow(name, mark, text, one.outcome, tone, entry=entry)


def _objections(scene: Scene, one: Decision) -> Pieces:
    notes = [
        Piece(f"{scene.first_name(said.speaker)} objects: {scene.text(said.seq)}", Tone.WARN)
        for said in one.objections
    ]
    until = one.objections_until
    if one.objections_open and until is not None:
        remaining = left(until - scene.now)
        notes.append(Piece(f"objections until {scene.clock(until)} ({remaining})"))
    else:
        count = len(one.objections)
        heard = f"{count or 'no'} objection{'s' * (count > 1)}"
        notes.append(Piece(f"{heard}, waits for the decision: /d D{one.number}"))
    return tuple(notes)


# --- action items ----------------------------------------------------------------------------


def actions(scene: Scene) -> list[PaneRow]:
    """The late ones first, then what is due next, then the rest, then the last few finished."""
    items = scene.incident.actions.values()
    pending = sorted(
        (one for one in items if one.pending),
        key=lambda a: (not a.overdue, a.due_at is None, a.due_at or scene.now, a.number),
    )
    finished = sorted((one for one in items if not one.pending), key=lambda a: -a.number)
    rows = [_pending(scene, one) for one in pending]
    rows += [_finished(scene, one) for one in finished[:FINISHED_SHOWN]]
    if more := len(finished) - FINISHED_SHOWN:
        rows += [PaneRow("", "", f"and {more} finished before", tone=Tone.QUIET)] * (more > 0)
    return rows


def _whose(scene: Scene, one: Action) -> str:
    return scene.first_name(one.assignee) if one.assignee else "nobody"


def _pending(scene: Scene, one: Action) -> PaneRow:
    mark, tone, right = ">" if one.state is ActionState.STARTED else "", Tone.PLAIN, ""
    if one.due_at is not None:
        remaining = one.due_at - scene.now
        right = left(remaining)
        if one.overdue or remaining < NONE:
            mark, tone, right = "!", Tone.ALARM, f"{duration(-remaining)} late"
    text = f"{_whose(scene, one)}: {scene.text(one.source.seq)}"
    return PaneRow(f"A{one.number}", mark, text, right, tone, entry=one.source.seq)


def _finished(scene: Scene, one: Action) -> PaneRow:
    mark = "ok" if one.state is ActionState.DONE else "-"
    text = f"{_whose(scene, one)}: {scene.text(one.source.seq)}"
    return PaneRow(f"A{one.number}", mark, text, one.state, Tone.QUIET, entry=one.source.seq)


# --- stakeholder updates ---------------------------------------------------------------------


def updates(scene: Scene) -> list[PaneRow]:
    """What is not published yet first, then the latest."""
    found = sorted(
        scene.incident.updates.values(),
        key=lambda u: (u.state is UpdateState.PUBLISHED, -u.number),
    )
    return [_update(scene, one) for one in found]


def _update(scene: Scene, one: StakeholderUpdate) -> PaneRow:
    name, entry = f"U{one.number}", one.text.seq
    if one.published_at is not None:
        told = f"published to {one.audience} {scene.clock(one.published_at)}"
        sent = tuple(Piece(f"sent: {scene.text(s.seq)}", Tone.QUIET) for s in one.sent)
        return PaneRow(
            name, "ok", told + _next(scene, one), tone=Tone.QUIET, notes=sent, entry=entry
        )
    author = scene.first_name(one.text.speaker)
    notes: list[Piece] = []
    if why := stale_because(scene.incident, one):
        notes.append(Piece(f"STALE: {why}", Tone.WARN))
    if one.returned is not None and one.state is UpdateState.DRAFT:
        notes.append(Piece(f"returned: {scene.text(one.returned.seq)}", Tone.WARN))
    if one.break_glass:
        notes.append(Piece("approved by BREAK-GLASS", Tone.ALARM))
    mark, step = _STEP[one.state]
    notes.append(Piece(step.format(n=one.number), Tone.QUIET))
    text = f"{_STATE[one.state]} for {one.audience} by {author}"
    return PaneRow(name, mark, text, tone=Tone.PLAIN, notes=tuple(notes), entry=entry)


_STATE = {
    UpdateState.DRAFT: "draft",
    UpdateState.SUBMITTED: "submitted",
    UpdateState.APPROVED: "approved",
    UpdateState.PUBLISHED: "published",
}
_STEP = {
    UpdateState.DRAFT: ("", "then: /u U{n} submit"),
    UpdateState.SUBMITTED: ("?", "waits for approval: /u U{n} approve"),
    UpdateState.APPROVED: (">", "waits to go out: /u U{n} publish"),
    UpdateState.PUBLISHED: ("ok", ""),
}


def _next(scene: Scene, one: StakeholderUpdate) -> str:
    promise = scene.incident.promises.get(one.audience)
    if promise is None or one.published is None or promise.source.seq != one.published.seq:
        return ""
    return f", next {scene.clock(promise.at)}"


def draft(scene: Scene) -> list[PaneRow]:
    """The text of every update that is not published yet, for whoever works on it."""
    found = [one for one in scene.incident.updates.values() if one.published is None]
    return [
        PaneRow(f"U{one.number}", "", scene.text(one.text.seq), entry=one.text.seq, tone=Tone.PLAIN)
        for one in sorted(found, key=lambda u: -u.number)
    ]


def promises(scene: Scene) -> list[PaneRow]:
    """For each audience: when it hears next, or that it has heard nothing."""
    return [_promise(scene, audience) for audience in Audience]


def _promise(scene: Scene, audience: Audience) -> PaneRow:
    told = [
        one.published_at
        for one in scene.incident.updates.values()
        if one.audience is audience and one.published_at is not None
    ]
    last = f"told {scene.clock(max(told))}" if told else "never told"
    promise = scene.incident.promises.get(audience)
    if promise is None:
        return PaneRow("", "", f"{audience}: {last}", tone=Tone.QUIET)
    return _promised(scene, promise, f"{audience}: {last}, next {scene.clock(promise.at)}")


def _promised(scene: Scene, promise: Promise, text: str) -> PaneRow:
    remaining = promise.at - scene.now
    if promise.overdue or remaining < NONE:
        late = f"{duration(-remaining)} late"
        return PaneRow("", "!", text, late, Tone.ALARM, entry=promise.source.seq)
    return PaneRow("", "", text, left(remaining), entry=promise.source.seq)


def facts(scene: Scene) -> list[PaneRow]:
    """What was confirmed as a fact for comms, by its entry's number, the latest first."""
    found = sorted(scene.incident.facts, reverse=True)
    return [PaneRow(f"#{seq}", "ok", scene.text(seq), entry=seq) for seq in found]


# --- hypotheses ------------------------------------------------------------------------------

_HYPOTHESIS = {
    HypothesisState.OPEN: ("?", Tone.PLAIN),
    HypothesisState.SUPPORTED: ("+", Tone.ACCENT),
    HypothesisState.RULED_OUT: ("-", Tone.QUIET),
}


def hypotheses(scene: Scene) -> list[PaneRow]:
    """What is still believed first; what was ruled out last."""
    found = sorted(
        scene.incident.hypotheses.values(),
        key=lambda h: (h.state is HypothesisState.RULED_OUT, -h.number),
    )
    rows = []
    for one in found:
        mark, tone = _HYPOTHESIS[one.state]
        text, entry = scene.text(one.source.seq), one.source.seq
        rows.append(PaneRow(f"H{one.number}", mark, text, spoken(one.state), tone, entry=entry))
    return rows


# --- which pane shows what -------------------------------------------------------------------


class Pane(Struct, frozen=True):
    """A pane: its title, what it shows, and what it says while there is nothing."""

    name: str
    title: str
    rows: Callable[[Scene], list[PaneRow]]
    empty: str


PANES: dict[str, Pane] = {
    pane.name: pane
    for pane in (
        Pane("command", "Command", command, ""),
        Pane("hypotheses", "Hypotheses", hypotheses, "none yet: /h WHAT"),
        Pane("promises", "Who hears when", promises, ""),
        Pane("draft", "Draft", draft, "no draft: /u customers TEXT"),
        Pane("facts", "Confirmed facts", facts, "none yet: f on an entry of the timeline"),
        Pane("decisions", "Decisions", decisions, "none yet: /d WHAT; /p WHAT hears objections"),
        Pane("actions", "Actions", actions, "none yet: /a @who WHAT +10m"),
        Pane("updates", "Stakeholder updates", updates, "none yet: /u customers TEXT"),
    )
}


class View(StrEnum):
    """Which panes stand beside the timeline: one view a role."""

    COMMAND = "command"
    COMMS = "comms"
    TECHNICAL = "technical"


VIEWS: dict[View, tuple[str, ...]] = {
    View.COMMAND: ("command", "decisions", "actions", "updates"),
    View.COMMS: ("promises", "draft", "facts", "updates"),
    View.TECHNICAL: ("hypotheses", "decisions", "actions"),
}
