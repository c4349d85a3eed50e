"""The log as Markdown, for the debrief: what happened, who decided what and why, what was told.

It is a view; the export that carries the truth is JSON Lines. What people have to find out in
the debrief, the contributing factors, is left to them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from msgspec.structs import asdict

from warroom.domain import events as e
from warroom.domain.events import Recorded
from warroom.domain.fold import source_of
from warroom.domain.incident import Action, Decision, Person, Source, StakeholderUpdate
from warroom.domain.metrics import elapsed, milestones
from warroom.domain.transcript import GONE, Transcript, absence
from warroom.domain.vocabulary import DecisionState, Role, UpdateState, spoken
from warroom.export.brief import described
from warroom.export.markup import anchor, escape, fence, link, table
from warroom.export.phrasing import caveats, corrections, is_late, office, phrase, readers, who
from warroom.export.tenures import tenures
from warroom.export.times import clock_time, day_time, duration, time_beside


def markdown(room: Transcript, now: datetime) -> str:
    """The whole document. `now` counts only while the incident goes on."""
    parts: tuple[tuple[str, Callable[[], list[str]]], ...] = (
        ("Summary", lambda: _summary(room, now)),
        ("Roles over time", lambda: _roles(room)),
        ("Timeline", lambda: _blocks(_timeline(room))),
        ("Evidence", lambda: _blocks(_evidence(room))),
        ("Decisions", lambda: _blocks(_decisions(room))),
        ("Actions", lambda: _actions(room)),
        ("Hypotheses", lambda: _hypotheses(room)),
        ("Stakeholder updates", lambda: _blocks(_updates(room))),
        ("Corrections and redactions", lambda: _corrections(room)),
        ("Attendance", lambda: _attendance(room)),
        ("Contributing factors", lambda: ["_To be filled in at the debrief._"]),
    )
    lines = [f"# {escape(room.incident.label)} {escape(room.title)}"]
    for title, make in parts:
        lines += ["", f"## {title}", "", *(make() or ["None."])]
    return "\n".join(lines) + "\n"


def _blocks(lines: Iterable[str]) -> list[str]:
    """Lines without the empty ones that end them."""
    kept = list(lines)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _summary(room: Transcript, now: datetime) -> list[str]:
    i = room.incident
    services, bridge = described(room)
    lasted = duration(elapsed(i, now))
    commanders = [t.person for t in tenures(room) if t.role is Role.INCIDENT_COMMANDER]
    rows = (
        *((("Restricted to", ", ".join(_people(room, i.members))),) if i.restricted else ()),
        *((("Held", f"{_words(room, i.held.seq)} {link(i.held.seq)}"),) if i.held else ()),
        ("Severity", i.severity),
        ("Status", i.status),
        ("Impact", i.impact),
        ("Urgency", i.urgency),
        ("Services", ", ".join(map(escape, services))),
        ("Bridge", bridge and escape(bridge)),
        *(
            (name.removesuffix("_at").capitalize(), at and f"{day_time(at)} UTC")
            for name, at in asdict(milestones(i)).items()
        ),
        ("Duration", lasted if i.over else f"{lasted}, going on"),
        ("Incident commander", ", ".join(_named(room, p) for p in dict.fromkeys(commanders))),
        ("Log", f"`{i.log}`, {i.seq} entries"),
    )
    return table(("What", "Value"), ((name, value or "not known") for name, value in rows))


# roles


def _roles(room: Transcript) -> list[str]:
    rows = [
        (
            office(t.role),
            _named(room, t.person),
            f"{day_time(t.since)} {link(t.source)}",
            f"{day_time(t.until)} {link(t.end)}" if t.until and t.end else "to the end",
        )
        for t in tenures(room)
    ]
    return table(("Role", "Who", "From", "Until"), rows)


# timeline


def _timeline(room: Transcript) -> Iterator[str]:
    """A table for each day. Late entries stand where they were recorded: what was known when."""
    heads = ("Recorded", "Happened", "Entry", "Who", "Event")
    yield from ("Times are UTC. What happened well before it was recorded says when.", "")
    for day, entries in groupby(room.entries, lambda entry: day_time(entry.at).split()[0]):
        yield from (f"### {day}", "")
        yield from table(heads, [_row(room, entry) for entry in entries])
        yield ""


def _row(room: Transcript, entry: Recorded) -> tuple[str, ...]:
    told = phrase(entry, room)
    tag = f"**{escape(told.tag)}** " if told.tag else ""
    first, *more = told.text.split("\n")
    lines_more = f"{len(more)} more line{'s' * (len(more) > 1)}"
    rest = f" [... {lines_more}](#evidence-{_stands_in(room, entry)})" if more else ""
    margin = ", ".join(corrections(entry, room))
    lines = [f"{tag}{escape(first)}{rest}{f' _({margin})_' if margin else ''}"]
    lines += map(escape, told.details)
    recorded = clock_time(entry.at, seconds=True)
    happened = time_beside(entry.happened_at, entry.at) if is_late(entry) else ""
    return recorded, happened, anchor(entry.seq), _by(room, entry), "<br>".join(lines)


def _evidence(room: Transcript) -> Iterator[str]:
    """Texts of several lines in full, as they now stand."""
    for entry in room.entries:
        text = room.text(entry.seq)
        if "\n" in text:
            yield f'<a id="evidence-{entry.seq}"></a>Entry {link(entry.seq)}, {_by(room, entry)}:'
            yield from ("", fence(text), "")


def _stands_in(room: Transcript, entry: Recorded) -> int:
    """The entry that holds the text which an entry shows; it may have been said before."""
    match entry.event:
        case e.EntryPromoted(of=of):
            return of.seq
        case e.ProposalDecided(decision=number) if number in room.incident.decisions:
            return room.incident.decisions[number].source.seq
        case _:
            return entry.seq


# what was decided, done and suspected


def _decisions(room: Transcript) -> Iterator[str]:
    for number, decision in sorted(room.incident.decisions.items()):
        yield f"### D{number} {_words(room, decision.source.seq)}"
        yield ""
        yield from (f"- {line}" for line in _decision(room, decision))
        yield ""


def _decision(room: Transcript, decision: Decision) -> Iterator[str]:
    entry = room.entry(decision.source.seq)
    if entry is not None:
        yield f"{_origin(decision)} by {_source(room, decision.source)}"
        words = entry.event.words
        if decision.risk:
            yield f"risk: {decision.risk}"
        if isinstance(words, e.DecisionWords):
            yield from _parts(words)
    for objection in decision.objections:
        yield f"objection by {_source(room, objection)}: {_words(room, objection.seq)}"
    if decision.decided and decision.decided.seq != decision.source.seq:
        yield f"decided by {_source(room, decision.decided)}{_reason(room, decision.decided)}"
    if decision.state is not DecisionState.DECIDED:
        yield f"**{decision.state}**{_withdrawn(room, decision)}"
    if decision.outcome and decision.outcome_source:
        source = decision.outcome_source
        yield f"outcome: **{decision.outcome}**, {_source(room, source)}{_reason(room, source)}"
    elif decision.state is DecisionState.DECIDED:
        yield "outcome: not recorded"


def _withdrawn(room: Transcript, decision: Decision) -> str:
    """Who took a proposal back, and why; empty while nobody has."""
    for entry in room.entries:
        match entry.event:
            case e.ProposalWithdrawn(decision=number) if number == decision.number:
                source = source_of(entry)
                return f" by {_source(room, source)}{_reason(room, source)}"
            case _:
                pass
    return ""


def _origin(decision: Decision) -> str:
    """What the entry was in which a decision's words stand."""
    if decision.objections_until:
        return "proposed"
    promoted = decision.decided and decision.decided.seq != decision.source.seq
    return "first said" if promoted else "decided"


def _parts(words: e.DecisionWords) -> Iterator[str]:
    parts = (
        ("question", words.question),
        ("options", " | ".join(words.options)),
        ("because", words.rationale),
        ("rollback", words.rollback),
        ("verify", words.verification),
    )
    return (f"{label}: {escape(text)}" for label, text in parts if text)


def _actions(room: Transcript) -> list[str]:
    ends = _ends(room)
    rows = [
        _action(room, action, ends.get(number))
        for number, action in sorted(room.incident.actions.items())
    ]
    return table(("Action", "What", "Who", "Due (UTC)", "State", "Entries"), rows)


def _ends(room: Transcript) -> dict[int, Source]:
    """Where each action was done or dropped."""
    ends: dict[int, Source] = {}
    for entry in room.entries:
        match entry.event:
            case e.ActionDone(action=number) | e.ActionDropped(action=number):
                ends[number] = source_of(entry)
            case _:
                pass
    return ends


def _action(room: Transcript, action: Action, end: Source | None) -> tuple[str, ...]:
    late = ", was overdue" if action.overdue else ""
    why = _reason(room, end) if end else ""
    return (
        f"A{action.number}",
        _words(room, action.source.seq),
        _named(room, action.assignee),
        day_time(action.due_at) if action.due_at else "",
        f"{action.state}{late}{why}",
        " ".join(link(source.seq) for source in (action.source, end) if source),
    )


def _hypotheses(room: Transcript) -> list[str]:
    rows = [
        (
            f"H{number}",
            _words(room, known.source.seq),
            spoken(known.state),
            _reason(room, known.assessed).removeprefix(": ") if known.assessed else "",
            " ".join(link(source.seq) for source in (known.source, known.assessed) if source),
        )
        for number, known in sorted(room.incident.hypotheses.items())
    ]
    return table(("Hypothesis", "What", "State", "Why", "Entries"), rows)


# what was told


def _updates(room: Transcript) -> Iterator[str]:
    """Each update with its text as sent. Drafts that were never sent are listed as such."""
    for number, update in sorted(room.incident.updates.items()):
        yield f"### U{number} for {readers(update.audience)}"
        yield ""
        yield from (f"- {line}" for line in _update(room, update))
        yield from ("", fence(room.text(update.text.seq)), "")


def _update(room: Transcript, update: StakeholderUpdate) -> Iterator[str]:
    yield f"text: {link(update.text.seq)} by {', '.join(_people(room, update.authors))}"
    if update.corrects:
        yield f"corrects U{update.corrects}"
    if update.cites:
        yield f"cites {' '.join(map(link, update.cites))}"
    if update.returned:
        yield f"returned by {_source(room, update.returned)}{_reason(room, update.returned)}"
    if update.approved:
        broken = (
            "**BREAK-GLASS**, approved by an author, " if update.break_glass else "approved by "
        )
        weak = _caveats(room, update.approved)
        yield f"{broken}{_source(room, update.approved)}{weak}{_reason(room, update.approved)}"
    if update.published:
        yield f"published by {_source(room, update.published)}{_promise(room, update.published)}"
    for sent in update.sent:
        yield f"sent to {_words(room, sent.seq)} by {_source(room, sent)}"
    if update.state is not UpdateState.PUBLISHED:
        yield f"**never published** ({update.state})"


def _promise(room: Transcript, published: Source) -> str:
    """That it was overtaken when it went out, and when the next was promised."""
    entry = room.entry(published.seq)
    if entry is None or not isinstance(entry.event, e.UpdatePublished):
        return ""
    event = entry.event
    stale = ", **stale** by then and on purpose" if event.stale else ""
    if event.next_by is None:
        return stale
    return f"{stale}, next by {time_beside(event.next_by, entry.happened_at)}"


# what was corrected


def _corrections(room: Transcript) -> list[str]:
    rows = [
        (link(entry.seq), _by(room, entry), *correction)
        for entry in room.entries
        if (correction := _correction(room, entry)) is not None
    ]
    return table(("Entry", "Who", "What", "First words", "Now, or why"), rows)


def _correction(room: Transcript, entry: Recorded) -> tuple[str, str, str] | None:
    """What was done to which entry, its first words, and what was said."""
    match entry.event:
        case e.EntryAmended(of=of):
            return f"amended {link(of.seq)}", _first_words(room, of.seq), _words(room, entry.seq)
        case e.EntryStruck(of=of):
            return f"struck {link(of.seq)}", _first_words(room, of.seq), _words(room, entry.seq)
        case e.RedactionRequested(of=of):
            return f"asked to redact {link(of.seq)}", "", _words(room, entry.seq)
        case e.EntryRedacted(of=of, request=request):
            asked = f"as asked in {link(request.seq)}{caveats(entry)}"
            return f"redacted {link(of.seq)}", escape(GONE), asked
        case e.WordsExpired(through=through):
            return f"erased all words up to {link(through.seq)}", "", "they have expired"
        case _:
            return None


def _first_words(room: Transcript, seq: int) -> str:
    """The words that an entry was made with, before any amendment."""
    entry = room.entry(seq)
    match entry.event.words if entry else None:
        case e.TextWords(text=text) | e.DecisionWords(choice=text) | e.SentWords(where=text):
            return escape(text)
        case e.IncidentWords(title=str() as text):
            return escape(text)
        case None:
            return escape(absence(room.incident, seq))
        case _:
            return ""


# who was there


def _attendance(room: Transcript) -> list[str]:
    held = tenures(room)
    rows = [
        (
            _named(room, person.id),
            escape(f"@{room.names.handle(person.id)}"),
            _team(room, person),
            "voice" if person.voice else "client",
            ", ".join(dict.fromkeys(office(t.role) for t in held if t.person == person.id)),
            link(person.source.seq),
        )
        for person in sorted(
            room.incident.people.values(), key=lambda p: (p.source.seq, room.names.name(p.id), p.id)
        )
    ]
    return table(("Who", "Handle", "Team", "By", "Roles held", "Entry"), rows)


def _team(room: Transcript, person: Person) -> str:
    entry = room.entry(person.source.seq)
    words = entry.event.words if entry else None
    return escape(words.team or "") if isinstance(words, e.PersonWords) else ""


# people and words, safe to stand in a line


def _named(room: Transcript, person: str | None) -> str:
    return escape(room.names.name(person))


def _people(room: Transcript, people: Iterable[str]) -> list[str]:
    return sorted(_named(room, person) for person in people)


def _by(room: Transcript, entry: Recorded) -> str:
    return escape(who(entry, room))


def _source(room: Transcript, source: Source) -> str:
    """Who said something, when it was said, and in which entry."""
    entry = room.entry(source.seq)
    by = _by(room, entry) if entry else _named(room, source.speaker)
    at = f", {day_time(entry.happened_at)}" if entry else ""
    return f"{by}{at} {link(source.seq)}"


def _caveats(room: Transcript, source: Source) -> str:
    entry = room.entry(source.seq)
    return caveats(entry) if entry else ""


def _words(room: Transcript, seq: int) -> str:
    return escape(room.text(seq))


def _reason(room: Transcript, source: Source) -> str:
    """What came with an entry that can do without words; empty if nothing did."""
    entry = room.entry(source.seq)
    said = entry is not None and entry.event.words is not None
    return f": {_words(room, source.seq)}" if said or source.seq in room.incident.redacted else ""
