"""The brief: the whole incident on one screen of 80 x 24, for whoever comes late.

It follows CAN, the order in which incident commanders brief: condition, actions, needs; then who
is who, what was said outside last, and what was decided.
"""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from warroom.domain.events import IncidentWords, SeverityChanged, StatusChanged
from warroom.domain.incident import (
    Action,
    Decision,
    Incident,
    StakeholderUpdate,
    stale_because,
)
from warroom.domain.metrics import elapsed
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    EXTERNAL,
    Audience,
    DecisionState,
    HypothesisState,
    Role,
    UpdateState,
    spoken,
)
from warroom.export.phrasing import readers
from warroom.export.times import clock_time, duration, elapsed_time, time_beside
from warroom.text import one_line

WIDTH, HEIGHT = 80, 24

_LABEL = 11
"""Cells of the column in which the sections are named."""

SHORT_ROLES = {
    Role.INCIDENT_COMMANDER: "IC",
    Role.DEPUTY: "Deputy",
    Role.COMMS_LEAD: "Comms",
    Role.TECHNICAL_LEAD: "TL",
    Role.SCRIBE: "Scribe",
}


class Section(NamedTuple):
    """A part of the brief: its name, what it says, and the most lines it may take."""

    name: str
    lines: list[str]
    most: int


def brief(room: Transcript, now: datetime) -> list[str]:
    """The lines of the brief, none wider than 80 cells, no more than 24."""
    who = textwrap.wrap(_who(room), WIDTH - _LABEL)
    return [_cut(label + line, WIDTH) for label, line in _parts(room, now, who)]


def page(room: Transcript, now: datetime) -> list[tuple[str, str]]:
    """The lines of the brief as long as they are, each with the label that it hangs beside."""
    return list(_parts(room, now, [_who(room)]))


def _parts(room: Transcript, now: datetime, who: list[str]) -> Iterator[tuple[str, str]]:
    yield "", f"{one_line(room.incident.label)} {one_line(room.title)}"
    for line in _head(room, now):
        yield "", line
    for section in (
        Section("CONDITION", _condition(room), 4),
        Section("ACTIONS", _actions(room, now), 4),
        Section("NEEDS", _needs(room, now), 4),
        Section("WHO", who, 3),
        Section("TOLD", _told(room, now), 3),
        Section("DECIDED", _decided(room, now), 3),
    ):
        yield from _laid_out(section)


def handover(room: Transcript, now: datetime) -> list[tuple[str, list[str]]]:
    """What whoever takes a role over must know: each line by a number that one can say aloud."""
    i = room.incident
    promises = [
        f"{readers(promise.audience)} by {time_beside(promise.at, now)} (#{promise.source.seq})"
        for promise in sorted(i.promises.values(), key=lambda promise: promise.at)
    ]
    rated = _set(room, i.severity or "no severity", i.severity_seq)
    return [
        ("condition", [rated, _set(room, i.status, i.status_seq), *_known(room)]),
        ("undecided", list(_rulings(room, now))),
        ("actions", _actions(room, now)),
        ("promised", promises),
    ]


def _set(room: Transcript, to: str, seq: int) -> str:
    """A status or a severity, the entry that set it, and why."""
    reason = _reason(room, seq)
    return f"{to} (#{seq})" + f": {reason}" * bool(reason)


def _head(room: Transcript, now: datetime) -> Iterator[str]:
    i = room.incident
    severity = i.severity or "no severity"
    head = f"{severity} {i.status.upper()} {elapsed_time(elapsed(i, now))}"
    if i.started_at:
        head += f", since {time_beside(i.started_at, now)}"
    if i.declared_at:
        head += f", declared {time_beside(i.declared_at, now)}"
    yield f"{head}; as of {clock_time(now)} UTC"
    if i.restricted:
        yield f"RESTRICTED to {', '.join(members(room))}: not for anyone else"
    if i.held is not None:
        yield f"HELD since #{i.held.seq}: {one_line(room.text(i.held.seq))}"
    rated = (("impact", i.impact), ("urgency", i.urgency))
    known = [f"{name} {level}" for name, level in rated if level]
    services, bridge = described(room)
    if services:
        known.append("services " + ", ".join(services))
    if bridge:
        known.append(f"bridge {bridge}")
    if known:
        yield "; ".join(known)


def members(room: Transcript) -> list[str]:
    """Who may know of a restricted room, by name."""
    return sorted(one_line(room.names.name(person)) for person in room.incident.members)


def described(room: Transcript) -> tuple[tuple[str, ...], str | None]:
    """The services and the bridge as last described. What is gone is not known any more."""
    services: tuple[str, ...] = ()
    bridge: str | None = None
    for seq in room.incident.described:
        entry = room.entry(seq)
        words = entry.event.words if entry else None
        if isinstance(words, IncidentWords):
            services = tuple(map(one_line, words.services)) or services
            bridge = one_line(words.bridge) if words.bridge else bridge
    return services, bridge


def _condition(room: Transcript) -> list[str]:
    """Why status and severity are as they are, then what is known."""
    i = room.incident
    rated = ((i.status, i.status_seq), (i.severity, i.severity_seq))
    why = [(said, _reason(room, seq)) for said, seq in rated]
    return [*(f"{said}: {reason}" for said, reason in why if reason), *_known(room)]


def _reason(room: Transcript, seq: int) -> str:
    """What was said of a status or a severity when it was set; empty if nothing was."""
    entry = room.entry(seq)
    said = entry and isinstance(entry.event, StatusChanged | SeverityChanged) and entry.event.words
    return one_line(room.text(seq)) if said else ""


def _known(room: Transcript) -> list[str]:
    """Confirmed facts, then what is suspected; the latest first."""
    i = room.incident
    lines = [f"fact #{seq} {one_line(room.text(seq))}" for seq in sorted(i.facts, reverse=True)]
    suspected = [h for h in i.hypotheses.values() if h.state is not HypothesisState.RULED_OUT]
    suspected.sort(key=lambda h: (h.state is HypothesisState.OPEN, -h.number))
    lines += [
        f"H{h.number} {'supported: ' if h.state is HypothesisState.SUPPORTED else ''}"
        f"{one_line(room.text(h.source.seq))}"
        for h in suspected
    ]
    return lines


def _actions(room: Transcript, now: datetime) -> list[str]:
    """What is being done, the first due first."""
    pending = [action for action in room.incident.actions.values() if action.pending]
    pending.sort(key=lambda action: (action.due_at is None, action.due_at or now, action.number))
    return [f"A{action.number} {_action(room, action, now)}" for action in pending]


def _action(room: Transcript, action: Action, now: datetime) -> str:
    doing = one_line(room.names.name(action.assignee))
    text = f"{doing}: {one_line(room.text(action.source.seq))}"
    if action.due_at is None:
        return text
    if action.due_at < now:
        return f"{duration(now - action.due_at)} late, {text}"
    return f"by {time_beside(action.due_at, now)}, {text}"


def _needs(room: Transcript, now: datetime) -> list[str]:
    """What someone has to do next, the most pressing first."""
    i = room.incident
    vacant = i.commander is None and not i.over
    return [
        *(["an incident commander: /role ic"] if vacant else []),
        *_late_updates(i, now),
        *_answers(room),
        *_rulings(room, now),
        *_approvals(i),
        *_nobodys(room),
    ]


def _late_updates(i: Incident, now: datetime) -> Iterator[str]:
    for audience, promise in sorted(i.promises.items()):
        if promise.overdue or promise.at < now:
            late = duration(now - promise.at)
            yield f"an update for {readers(audience)}, {late} overdue"


def _answers(room: Transcript) -> Iterator[str]:
    for role in Role:
        offer = room.incident.offers.get(role)
        if offer is not None:
            to = one_line(room.names.name(offer.to))
            yield f"an answer from {to}, who was offered {spoken(role)}"


def _rulings(room: Transcript, now: datetime) -> Iterator[str]:
    """Proposals that wait: for objections, or for someone to decide."""
    for number, decision in sorted(room.incident.decisions.items()):
        if decision.state is DecisionState.PROPOSED:
            until = decision.objections_until
            still = decision.objections_open and until is not None and until > now
            wait = "objections" if still else "a decision"
            yield f"{wait} on D{number}: {one_line(room.text(decision.source.seq))}"


def _approvals(i: Incident) -> Iterator[str]:
    """Updates on their way out, and what stops them."""
    for number, update in sorted(i.updates.items()):
        because = stale_because(i, update)
        match update.state:
            case UpdateState.SUBMITTED:
                need = "approval of"
            case UpdateState.APPROVED:
                need = "publication of"
            case _:
                continue
        stale = f", stale: {because}" if because else ""
        yield f"{need} U{number} for {readers(update.audience)}{stale}"


def _nobodys(room: Transcript) -> Iterator[str]:
    for number, action in sorted(room.incident.actions.items()):
        if action.pending and action.assignee is None:
            yield f"someone for A{number}: {one_line(room.text(action.source.seq))}"


def _who(room: Transcript) -> str:
    i = room.incident
    roles = [f"{SHORT_ROLES[role]} {_holder(room, role)}" for role in Role]
    voices = sum(person.voice for person in i.people.values())
    roles.append(f"{len(i.people)} on the roster, {voices} by voice")
    return "; ".join(roles)


def _holder(room: Transcript, role: Role) -> str:
    holder = room.incident.holder(role)
    if holder is None:
        return "vacant"
    person = room.incident.people.get(holder)
    return one_line(room.names.name(holder)) + (" (voice)" if person and person.voice else "")


def _told(room: Transcript, now: datetime) -> list[str]:
    """What was said outside last, and when the next word is promised."""
    last = last_told(room.incident)
    entry = room.entry(last.published.seq) if last and last.published else None
    lines = ["nothing said outside yet"]
    if last is not None and entry is not None:
        at = time_beside(entry.happened_at, now)
        text = one_line(room.text(last.text.seq))
        lines = [f"U{last.number} to {readers(last.audience)}, {at}: {text}"]
    promises = sorted(room.incident.promises.values(), key=lambda promise: promise.at)
    lines += [
        f"next to {readers(promise.audience)} by {time_beside(promise.at, now)}"
        for promise in promises
    ]
    return lines


def last_told(i: Incident) -> StakeholderUpdate | None:
    """The last update published outside; if there is none, the last to anyone but the team."""
    published = [
        update
        for update in i.updates.values()
        if update.published is not None and update.audience is not Audience.INTERNAL
    ]
    return max(
        published,
        key=lambda update: (update.audience in EXTERNAL, update.published_at),
        default=None,
    )


def _decided(room: Transcript, now: datetime) -> list[str]:
    """What was decided, the latest first, with what became of it."""
    decided = [d for d in room.incident.decisions.values() if d.state is DecisionState.DECIDED]
    decided.sort(key=lambda decision: -decision.number)
    return [_decision(room, decision, now) for decision in decided]


def _decision(room: Transcript, decision: Decision, now: datetime) -> str:
    entry = room.entry(decision.decided.seq) if decision.decided else None
    at = f"{time_beside(entry.happened_at, now)} " if entry else ""
    outcome = f" ({decision.outcome})" if decision.outcome else ""
    return f"D{decision.number} {at}{one_line(room.text(decision.source.seq))}{outcome}"


def _laid_out(section: Section) -> Iterable[tuple[str, str]]:
    """A section beside its name. What is too much is counted on its last line."""
    lines = section.lines or ["none"]
    if len(lines) > section.most:
        kept = section.most - 1
        lines = [*lines[:kept], f"and {len(lines) - kept} more"]
    names = (section.name, *[""] * (len(lines) - 1))
    return [(name.ljust(_LABEL), line) for name, line in zip(names, lines, strict=True)]


def _cut(line: str, cells: int) -> str:
    """The line in at most so many cells of a terminal, `~` where it was cut."""
    if sum(map(_cells, line)) <= cells:
        return line
    used, kept = 1, 0
    while used + _cells(line[kept]) <= cells:
        used += _cells(line[kept])
        kept += 1
    return line[:kept] + "~"


def _cells(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
