"""F5: what the log knows of how it went, until the debrief itself is written in here.

Milestones with the times between them, what is missing, and how to take the log away.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import asdict

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.incident import Decision, Incident, untold
from warroom.domain.metrics import elapsed, milestones
from warroom.domain.permissions import TABLE, too_late
from warroom.domain.vocabulary import DecisionState, HypothesisState, Status, UpdateState
from warroom.export.phrasing import readers
from warroom.export.times import day_time, duration, elapsed_time
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.present.scene import Scene

_NAME = 12
_AT = 21

SAYS_IT: dict[str, str] = {
    "started": "/info started 13:40",
    "identified": "/status identified ~14:05",
    "mitigated": "/status mitigated ~14:31",
    "resolved": "/status resolved ~14:50",
    "closed": "/status closed",
}
"""The line that records a milestone which is missing."""

SAYS_IT_LATER: dict[str, str] = {
    "identified": "/info identified 14:05",
    "mitigated": "/info mitigated 14:31",
}
"""The same for those that the incident has gone past: its status does not go back for them."""

PUTS_RIGHT: dict[str, str] = {**SAYS_IT_LATER, "resolved": "/info resolved 14:50"}
"""The line that dates a milestone anew, once it was reached."""

_REOPENED = "Said only if it is reopened: /status investigating REASON"
_COURSE = list(Status)


def debrief(scene: Scene) -> list[Pieces]:
    """The lines of the page."""
    missing, late = _missing(scene.incident)
    return [
        *_head(scene),
        *_milestones(scene.incident),
        *_section("Still missing", missing),
        *(_section(_REOPENED, late) if late else ()),
        *_section("Take it along, in a shell", exports(one_line(scene.incident.label))),
    ]


def _head(scene: Scene) -> list[Pieces]:
    incident = scene.incident
    age = elapsed_time(elapsed(incident, scene.now))
    title = f"{one_line(incident.label)} {one_line(scene.room.title)}"
    how = f"{incident.severity or 'unrated'}, {incident.status}, {age}, {incident.seq} entries"
    return [(Piece(title, Tone.STRONG),), (Piece(how, Tone.QUIET),), (Piece(""),)]


def _milestones(incident: Incident) -> list[Pieces]:
    """Each milestone, and how long after the one known before it."""
    lines: list[Pieces] = [(Piece("Milestones, UTC", Tone.ACCENT),)]
    before: tuple[str, datetime] | None = None
    for name, at in _known(incident):
        if at is None:
            lines.append((Piece(f"{name:<{_NAME}}"), Piece("not known", Tone.QUIET)))
            continue
        after = "" if before is None else f"{_between(before[1], at)} {before[0]}"
        lines.append(
            (Piece(f"{name:<{_NAME}}"), Piece(f"{day_time(at):<{_AT}}"), Piece(after, Tone.QUIET))
        )
        before = name, at
    return [*lines, *_put_right(incident)]


def _put_right(incident: Incident) -> Iterator[Pieces]:
    """How the last of the milestones is dated anew that was reached and can be dated wrongly."""
    reached = [name for name, at in _known(incident) if at is not None and name in PUTS_RIGHT]
    if reached:
        yield (Piece(f"one that is dated wrongly: {PUTS_RIGHT[reached[-1]]}", Tone.QUIET),)


def _known(incident: Incident) -> Iterator[tuple[str, datetime | None]]:
    for field, at in asdict(milestones(incident)).items():
        yield field.removesuffix("_at"), at


def _between(before: datetime, at: datetime) -> str:
    """The time between; none where a milestone is dated before the one that it follows, for then
    one of the two was dated as it was written down, and the other as it happened."""
    return f"{duration(at - before)} after" if at >= before else "dated before"


class _Missing(NamedTuple):
    """What a reader of the log will ask for, and the command that would say it."""

    text: str
    command: type[PersonCommand]


def _missing(incident: Incident) -> tuple[list[str], list[str]]:
    """What is missing and can be said, and what can no more, since the incident is closed."""
    can: list[str] = []
    late: list[str] = []
    for text, command in _asked_for(incident):
        (late if too_late(incident, TABLE[command]) else can).append(text)
    return can, late


def _asked_for(incident: Incident) -> Iterator[_Missing]:
    for name, at in _known(incident):
        if at is None and name in SAYS_IT and _can_be_said(incident, name):
            yield _Missing(f"when it was {name}: {_says(incident, name)}", c.Describe)
    if incident.severity is None:
        yield _Missing("a severity: /sev 2 REASON", c.ChangeSeverity)
    yield from _unfinished(incident)


def _can_be_said(incident: Incident, name: str) -> bool:
    """Whether there is a line for it: what was called off is neither resolved nor closed."""
    return incident.status is not Status.CANCELLED or name not in {"resolved", "closed"}


def _says(incident: Incident, name: str) -> str:
    late = name in SAYS_IT_LATER and _COURSE.index(incident.status) > _COURSE.index(Status(name))
    return SAYS_IT_LATER[name] if late else SAYS_IT[name]


def unfinished(incident: Incident) -> list[str]:
    """What is still open, by the names that one says aloud."""
    i = incident
    return [
        *(f"D{d}" for d, one in sorted(i.decisions.items()) if _open_decision(one)),
        *(f"A{a}" for a, one in sorted(i.actions.items()) if one.pending),
        *(f"H{h}" for h, one in sorted(i.hypotheses.items()) if one.state is HypothesisState.OPEN),
        *(f"U{u}" for u, one in sorted(i.updates.items()) if one.published is None),
        *(f"nobody told {readers(audience)} that it is over" for audience in untold(i)),
    ]


def _open_decision(one: Decision) -> bool:
    """Whether a proposal waits to be decided, or a decision for what came of it."""
    return one.state is DecisionState.PROPOSED or (
        one.state is DecisionState.DECIDED and one.outcome is None
    )


def _unfinished(incident: Incident) -> Iterator[_Missing]:
    for d, decision in sorted(incident.decisions.items()):
        yield from _of_decision(d, decision)
    for a in (a for a, action in sorted(incident.actions.items()) if action.pending):
        yield _Missing(f"how A{a} ended: /act A{a} done, or drop REASON", c.AdvanceAction)
    for h, hypothesis in sorted(incident.hypotheses.items()):
        if hypothesis.state is HypothesisState.OPEN:
            text = f"what became of H{h}: /hyp H{h} out|supported TEXT"
            yield _Missing(text, c.AssessHypothesis)
    for u, update in sorted(incident.updates.items()):
        if update.state is not UpdateState.PUBLISHED:
            yield _Missing(f"what became of the draft U{u}; F3 shows it", c.SubmitUpdate)
    for audience in untold(incident):
        text = f"an update that tells {readers(audience)} that it is over: /update {audience}"
        yield _Missing(text, c.DraftUpdate)


def _of_decision(d: int, decision: Decision) -> Iterator[_Missing]:
    if decision.state is DecisionState.PROPOSED:
        yield _Missing(f"the decision on D{d}: /decide D{d}", c.DecideProposal)
    elif _open_decision(decision):
        text = f"what came of D{d}: /decide D{d} worked|failed|reversed TEXT"
        yield _Missing(text, c.RecordOutcome)


def exports(label: str) -> tuple[str, ...]:
    """The commands that write a room's log and its report."""
    return (
        f"warroom export -i {label} --format md -o {label}.md        # a report for people",
        f"warroom export -i {label} --format jsonl -o {label}.jsonl  # the log itself, signed",
        f"warroom verify {label}.jsonl",
    )


def _section(title: str, lines: Iterable[str]) -> list[Pieces]:
    found = [(Piece(f"  {line}"),) for line in lines]
    nothing: list[Pieces] = [(Piece("  nothing", Tone.GOOD),)]
    return [(Piece(""),), (Piece(title, Tone.ACCENT),), *(found or nothing)]
