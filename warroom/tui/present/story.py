"""The story of one thing: where it stands, all that the log says of it, and what can be done."""

from msgspec import Struct

from warroom.domain.vocabulary import Audience, Role
from warroom.export.phrasing import marks, office, phrase, readers
from warroom.export.tenures import tenures
from warroom.export.times import clock_time, time_beside
from warroom.text import visible
from warroom.tui.present import comms, panes
from warroom.tui.present.pane_layout import lay_out
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone
from warroom.tui.present.scene import Scene
from warroom.tui.present.steps import Step, steps
from warroom.tui.present.subject import Item, StorySubject
from warroom.tui.present.thread import Thread

_MARGIN = 1
_DIGITS = 9
_FORM = 36
"""Cells of the column in which the lines of the next steps stand."""


class Part(Struct, frozen=True):
    """Rows under a heading."""

    heading: str
    rows: list[PaneRow]


def story(thread: Thread, scene: Scene) -> list[Part]:
    """The parts of a story, those without rows left out."""
    parts = (
        Part("", _standing(thread.subject, scene)),
        Part("Next: the letter begins the line, enter sends it", _next(thread.subject, scene)),
        Part("Text", _text(thread.subject, scene)),
        Part("Held by", _held(thread, scene)),
        Part("In the log", [_entry(scene, seq) for seq in thread.own]),
        Part("Speaks of", _linked(thread, scene, thread.speaks_of)),
        Part("Spoken of in", _linked(thread, scene, thread.spoken_of_in)),
    )
    return [part for part in parts if part.rows]


def title(subject: StorySubject) -> str:
    """What a story is called: `D2`, `incident command`, `updates for customers`."""
    match subject:
        case Role() as role:
            return office(role)
        case Audience() as audience:
            return f"updates for {readers(audience)}"
        case Item() as item:
            return str(item)


def lay_out_story(parts: list[Part], width: int) -> list[Pieces]:
    """The lines of a story, wrapped to so many cells."""
    lines: list[Pieces] = []
    for part in parts:
        if lines:
            lines.append((Piece(""),))
        if part.heading:
            lines.append((Piece(part.heading, Tone.ACCENT),))
        lines += lay_out(part.rows, width - _MARGIN)
    return lines


def _standing(subject: StorySubject, scene: Scene) -> list[PaneRow]:
    """Where it stands now, as its pane says it."""
    i = scene.incident
    match subject:
        case Item("D", n):
            return [panes.decision_row(scene, one)] if (one := i.decisions.get(n)) else []
        case Item("A", n):
            return [panes.action_row(scene, action)] if (action := i.actions.get(n)) else []
        case Item("H", n):
            return [panes.hypothesis_row(scene, h)] if (h := i.hypotheses.get(n)) else []
        case Item("U", n):
            return [comms.update_row(scene, update)] if (update := i.updates.get(n)) else []
        case Role() as role:
            return [panes.role_row(scene, role)]
        case Audience() as audience:
            return [comms.promise_row(scene, audience)]
        case _:
            return []


def _next(subject: StorySubject, scene: Scene) -> list[PaneRow]:
    found = steps(subject, scene)
    width = min(_FORM, max((len(step.form) for step in found), default=0))
    return [_step(step, width) for step in found]


def _step(step: Step, width: int) -> PaneRow:
    """A step with its letter; if the hub would refuse it, why."""
    notes = (Piece(f"not now: {step.hindrance}", Tone.WARN),) if step.hindrance else ()
    tone = Tone.QUIET if step.hindrance else Tone.PLAIN
    return PaneRow(step.key, "", f"{step.form:<{width}}  {step.help}", "", tone, notes)


def _text(subject: StorySubject, scene: Scene) -> list[PaneRow]:
    """The text of an update as it now stands, whole, and what it lacks."""
    match subject:
        case Item("U", number) if number in scene.incident.updates:
            one = scene.incident.updates[number]
            head, *rest = visible(scene.room.text(one.text.seq)).split("\n")
            notes = [Piece(line) for line in rest]
            if one.published is None:
                lacks = comms.missing(scene, one)
                notes += [Piece(f"missing: {lack}", Tone.WARN) for lack in lacks]
            return [PaneRow(f"#{one.text.seq}", "", head, "", Tone.PLAIN, tuple(notes))]
        case _:
            return []


def _held(thread: Thread, scene: Scene) -> list[PaneRow]:
    """Who held a role over time, with the entries that say so; the latest first."""
    if not isinstance(thread.subject, Role):
        return []
    found = [one for one in tenures(scene.room) if one.role is thread.subject]
    rows = []
    for one in reversed(found):
        since = time_beside(one.since, scene.now)
        until = time_beside(one.until, scene.now) if one.until else "now"
        by = f"#{one.source}" + (f" to #{one.end}" if one.end else "")
        rows.append(PaneRow(f"{since} to {until}", "", scene.name(one.person), by))
    return rows


def _linked(thread: Thread, scene: Scene, seqs: list[int]) -> list[PaneRow]:
    """Entries with the digit that opens each; those after the ninth have none."""
    digits = {seq: digit for digit, seq in enumerate(thread.links[:_DIGITS], 1)}
    rows = [(digits.get(seq, " "), _entry(scene, seq)) for seq in seqs]
    return [row._replace(name=f"{digit} {row.name}") for digit, row in rows]


def _entry(scene: Scene, seq: int) -> PaneRow:
    """An entry with its number, time and speaker, and what was done to it since."""
    entry = scene.room.entry(seq)
    if entry is None:
        return PaneRow(f"#{seq}", "", "?")
    said = phrase(entry, scene.room)
    head, *rest = said.text.split("\n")
    notes = [Piece(line) for line in rest]
    notes += [Piece(line, Tone.QUIET) for part in said.details for line in part.split("\n")]
    name = f"#{seq} {clock_time(entry.at, seconds=True)} {scene.who(seq)}"
    margin = ", ".join(marks(entry, scene.room))
    return PaneRow(name, "", head, margin, notes=tuple(notes), entry=seq)
