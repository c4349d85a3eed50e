"""The side panes: who commands, what was decided, who does what, what was said outside."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct

from warroom.domain.commands import DecideProposal
from warroom.domain.incident import Action, Decision, Hypothesis
from warroom.domain.vocabulary import (
    CLOSED,
    ActionState,
    DecisionState,
    HypothesisState,
    Outcome,
    Role,
    spoken,
)
from warroom.export.times import duration
from warroom.text import one_line
from warroom.tui.present import comms
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone
from warroom.tui.present.scene import NONE, ROLES, Scene, left
from warroom.tui.present.steps import hindrance
from warroom.tui.present.subject import Item

FINISHED_SHOWN = 3
"""How many finished actions a pane keeps in sight."""


# --- command ---------------------------------------------------------------------------------


def command(scene: Scene) -> list[PaneRow]:
    """Every role with its holder, then everyone else who is here."""
    return [*(role_row(scene, role) for role in ROLES), *_others(scene)]


def role_row(scene: Scene, role: Role) -> PaneRow:
    """Who holds a role, where they are, since when; and to whom it is offered."""
    short = ROLES[role]
    offer = scene.incident.offers.get(role)
    notes: Pieces = ()
    if offer is not None:
        remaining = left(offer.lapses_at - scene.now)
        notes = (Piece(f"offered to {scene.name(offer.to)}, lapses in {remaining}", Tone.WARN),)
    holding = scene.incident.roles.get(role)
    if holding is None:
        missed = role is Role.INCIDENT_COMMANDER and not scene.incident.over
        vacant, tone = ("VACANT", Tone.ALARM) if missed else ("vacant", Tone.QUIET)
        return PaneRow(short, "", vacant, tone=tone, notes=notes, about=role)
    where, held = scene.presence(holding.person), scene.since(holding.since)
    # Two times side by side must say which is which.
    right = f"{where}, held {held}" if " " in where else f"{where:<6} {held:>6}"
    name = scene.name(holding.person)
    if doubles := scene.doubles(holding.person):
        handle = one_line(scene.room.names.handle(holding.person))
        notes = (*notes, Piece(f"@{handle}, whose name reads like that of {doubles}", Tone.WARN))
    entry = holding.source.seq
    return PaneRow(short, "", name, right, notes=notes, entry=entry, about=role)


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
    if doubles := scene.doubles(person):
        words.append(f"@{one_line(scene.room.names.handle(person))}, not {doubles}")
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
    return [decision_row(scene, one) for one in found]


def decision_row(scene: Scene, one: Decision) -> PaneRow:
    """A decision with where it stands; a proposal with what is heard against it, and until when."""
    about, entry = Item("D", one.number), one.source.seq
    mark, right, tone, notes = _standing(scene, one)
    return PaneRow(str(about), mark, scene.text(entry), right, tone, notes, entry, about)


def _standing(scene: Scene, one: Decision) -> tuple[str, str, Tone, Pieces]:
    risk = f"{one.risk} risk" if one.risk else ""
    match one.state:
        case DecisionState.PROPOSED:
            mark, tone = ("!", Tone.WARN) if one.objections else ("?", Tone.ACCENT)
            return mark, risk, tone, (*_heard(scene, one), *_window(scene, one))
        case DecisionState.WITHDRAWN:
            return "-", "withdrawn", Tone.QUIET, ()
        case DecisionState.DECIDED if one.outcome is None:
            return "", risk, Tone.PLAIN, ()
        case DecisionState.DECIDED:
            mark, tone = _OUTCOME[one.outcome]
            return mark, one.outcome, tone, ()


def _heard(scene: Scene, one: Decision) -> Iterator[Piece]:
    for said in one.objections:
        yield Piece(f"{scene.who(said.seq)} objects: {scene.text(said.seq)}", Tone.WARN)


def _window(scene: Scene, one: Decision) -> Iterator[Piece]:
    """How long objections are heard; once they are not, how many there were and who decides."""
    until, count = one.objections_until, len(one.objections)
    heard = f"{count} objection{'s' * (count > 1)}" if count else "none"
    if one.objections_open and until is not None and until > scene.now:
        so_far = f", {heard} so far" * bool(count)
        yield Piece(
            f"objections until {scene.clock(until)} ({left(until - scene.now)} left){so_far}"
        )
        return
    yield Piece(f"{heard} heard", Tone.WARN if count else Tone.GOOD)
    if stop := hindrance(scene, DecideProposal):
        yield Piece(f"waits for {stop.removeprefix('takes ')}", Tone.QUIET)
    else:
        yield Piece(f"you decide: /d D{one.number}, /withdraw D{one.number}")


# --- action items ----------------------------------------------------------------------------


def actions(scene: Scene) -> list[PaneRow]:
    """The late ones first, then what is due next, then the rest, then the last few finished."""
    items = scene.incident.actions.values()
    pending = sorted(
        (one for one in items if one.pending),
        key=lambda a: (not a.overdue, a.due_at is None, a.due_at or scene.now, a.number),
    )
    finished = sorted((one for one in items if not one.pending), key=lambda a: -a.number)
    rows = [action_row(scene, one) for one in (*pending, *finished[:FINISHED_SHOWN])]
    if more := len(finished) - FINISHED_SHOWN:
        rows += [PaneRow("", "", f"and {more} finished before", tone=Tone.QUIET)] * (more > 0)
    return rows


def _whose(scene: Scene, one: Action) -> str:
    return scene.first_name(one.assignee) if one.assignee else "nobody"


def action_row(scene: Scene, one: Action) -> PaneRow:
    """An action: whose, what, and how long it has, or what became of it."""
    about, entry = Item("A", one.number), one.source.seq
    mark, right, tone = _progress(scene, one)
    text = f"{_whose(scene, one)}: {scene.text(entry)}"
    return PaneRow(str(about), mark, text, right, tone, (), entry, about)


def _progress(scene: Scene, one: Action) -> tuple[str, str, Tone]:
    if not one.pending:
        return "ok" if one.state is ActionState.DONE else "-", one.state, Tone.QUIET
    mark = ">" if one.state is ActionState.STARTED else ""
    if one.due_at is None:
        return mark, "", Tone.PLAIN
    remaining = one.due_at - scene.now
    late = one.overdue or remaining < NONE
    if late and scene.incident.status in CLOSED:
        return mark, f"{duration(-remaining)} late", Tone.WARN
    if late:
        return "!", f"{duration(-remaining)} late", Tone.ALARM
    return mark, f"in {left(remaining)}", Tone.PLAIN


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
    return [hypothesis_row(scene, one) for one in found]


def hypothesis_row(scene: Scene, one: Hypothesis) -> PaneRow:
    """A hypothesis and what is thought of it."""
    about, entry = Item("H", one.number), one.source.seq
    mark, tone = _HYPOTHESIS[one.state]
    right = spoken(one.state)
    return PaneRow(str(about), mark, scene.text(entry), right, tone, (), entry, about)


# --- which pane shows what -------------------------------------------------------------------


class Pane(Struct, frozen=True):
    """A pane: its title, what it shows, and what it says while there is nothing."""

    name: str
    title: str
    rows: Callable[[Scene], list[PaneRow]]
    empty: str


_NO_DRAFT = "no draft: /u customers begins one"

PANES: dict[str, Pane] = {
    pane.name: pane
    for pane in (
        Pane("command", "Command", command, ""),
        Pane("hypotheses", "Hypotheses", hypotheses, "none yet: /h WHAT"),
        Pane("decisions", "Decisions", decisions, "none yet: /d WHAT; /p WHAT hears objections"),
        Pane("actions", "Actions", actions, "none yet: /a @who WHAT +10m"),
        Pane("updates", "Stakeholder updates", comms.updates, _NO_DRAFT),
        Pane(
            "facts",
            "Confirmed facts",
            comms.facts,
            "none yet: f on an entry of the timeline, or /promote #41 fact",
        ),
        Pane("news", "Changed since the last update", comms.news, "nothing"),
        Pane("promises", "Who hears when", comms.promises, ""),
        Pane("draft", "Draft", comms.draft, _NO_DRAFT),
        Pane("told", "What each was told", comms.told, "nobody was told anything yet"),
    )
}


class View(StrEnum):
    """Which panes stand beside the timeline: one view a role."""

    COMMAND = "command"
    COMMS = "comms"
    TECHNICAL = "technical"


VIEWS: dict[View, tuple[str, ...]] = {
    View.COMMAND: ("command", "decisions", "actions", "updates"),
    View.COMMS: ("facts", "news", "promises", "draft", "told"),
    View.TECHNICAL: ("hypotheses", "decisions", "actions"),
}

COLUMNS: tuple[tuple[str, ...], ...] = (("facts", "news"), ("promises", "draft", "told"))
"""The view for comms in two columns: what is known at one side, what is said at the other."""
