"""What an entry says to people: the one renderer, for the screen, the tail and the reports.

All text comes out safe to show; where words are gone a placeholder stands.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct

from warroom.domain import events as e
from warroom.domain.events import Recorded
from warroom.domain.transcript import WORDLESS, Transcript, absence, main_words
from warroom.domain.vocabulary import Audience, PromotedTo, Risk, Role, Via, spoken
from warroom.export.hub_phrasing import hub_text
from warroom.export.times import clock_time, days_long, duration, time_beside
from warroom.text import one_line, visible

LATE = timedelta(seconds=60)
"""What happened longer than this before it was recorded is marked late."""


class Phrase(Struct, frozen=True):
    """An entry in words. `text` and `details` may hold newlines; `style` names a kind of look.

    Styles: note, observation, hypothesis, decision, action, role, status, severity, update,
    correction, people, alarm (also broken glass), hub, unknown.
    """

    tag: str
    text: str
    details: tuple[str, ...] = ()
    style: str = "note"


def who(recorded: Recorded, room: Transcript) -> str:
    """Whose words or deed an entry is, and in brackets who wrote it down, if another."""
    speaker = one_line(room.names.name(recorded.speaker))
    if recorded.speaker == recorded.by:
        return speaker
    return f"{speaker}({one_line(room.names.name(recorded.by))})"


def marks(recorded: Recorded, room: Transcript) -> tuple[str, ...]:
    """What stands in the margin of an entry: `late 14:14`, `amended`, `struck`, `redacted`."""
    late = (f"late {time_beside(recorded.happened_at, recorded.at)}",) * is_late(recorded)
    return (*late, *corrections(recorded, room))


def corrections(recorded: Recorded, room: Transcript) -> tuple[str, ...]:
    """What was done to an entry's words since: `amended`, `struck`, `redacted`."""
    i = room.incident
    done = (("amended", i.amended), ("struck", i.struck), ("redacted", i.redacted))
    return tuple(mark for mark, entries in done if recorded.seq in entries)


def caveats(recorded: Recorded) -> str:
    """What weakens a rule of two people: said by voice, or a name that nobody checked."""
    by_voice = ", by voice" if recorded.speaker != recorded.by else ""
    return by_voice + (", name not verified" if recorded.via is Via.AS else "")


def is_late(recorded: Recorded) -> bool:
    """Whether something was recorded well after it happened. What was promoted keeps its time."""
    if isinstance(recorded.event, e.EntryPromoted):
        return False
    return recorded.at - recorded.happened_at > LATE


def phrase(recorded: Recorded, room: Transcript) -> Phrase:  # noqa: C901 - one table of all kinds
    """What an entry says, with amended words in place of the first ones."""
    tell = _Teller(recorded, room)
    match recorded.event:
        case e.IncidentDeclared() as ev:
            rated = f"declared {ev.severity}" if ev.severity else "declared"
            kind = ", a security incident" * ev.security + ", restricted" * ev.restricted
            return Phrase("", f"{rated}{kind}: {tell.said}", tell.described(ev), "status")
        case e.IncidentRetitled():
            return Phrase("", f"retitled: {tell.said}", (), "status")
        case e.IncidentDescribed() as ev:
            return Phrase("", f"described: {tell.description(ev)}", (), "note")
        case e.StatusChanged(was=was, now=now):
            return Phrase("", tell.because(f"status {now}, was {was}"), (), "status")
        case e.SeverityChanged(was=worse, now=rated):
            before = f", was {worse}" if worse else ""
            return Phrase("", tell.because(f"severity {rated}{before}"), (), "severity")
        case e.PolicyChanged(policy=policy):
            return Phrase("", tell.because("changed the policy"), (_policy(policy),), "status")
        case e.NotePosted():
            return Phrase("", tell.said, (), "note")
        case e.ObservationMade():
            return Phrase("obs", tell.said, (), "observation")
        case e.HypothesisRaised(hypothesis=n):
            return Phrase(f"H{n}", tell.said, (), "hypothesis")
        case e.HypothesisAssessed(hypothesis=n, state=state):
            return Phrase(f"H{n}", tell.because(spoken(state)), (), "hypothesis")
        case e.RoleTaken(role=role, taken_from=taken_from):
            source = f" from {tell.name(taken_from)}" if taken_from else ""
            return Phrase("", tell.because(f"took {office(role)}{source}"), (), "role")
        case e.RoleOffered(role=role, to=to, lapses_at=at, cites=cites):
            offer = f"offered {office(role)} to {tell.name(to)}, until {tell.time(at)}"
            return Phrase("", tell.because(offer), _numbered("briefed on", cites), "role")
        case e.RoleAccepted(role=role, handed_over_by=giver):
            source = f" from {tell.name(giver)}" if giver else ""
            return Phrase("", f"accepted {office(role)}{source}", (), "role")
        case e.RoleDeclined(role=role):
            return Phrase("", tell.because(f"declined {office(role)}"), (), "role")
        case e.RoleOfferLapsed(role=role, to=to):
            return Phrase("", f"the offer of {office(role)} to {tell.name(to)} lapsed", (), "hub")
        case e.RoleReleased(role=role, person=person):
            whose = "" if person == recorded.speaker else f" of {tell.name(person)}"
            return Phrase("", tell.because(f"released {office(role)}{whose}"), (), "role")
        case e.RoleAppointed(role=role, person=person, taken_from=taken_from):
            source = f", instead of {tell.name(taken_from)}" if taken_from else ""
            gave = f"gave {office(role)} to {tell.name(person)}{source}"
            return Phrase("", tell.because(gave), (), "role")
        case e.DecisionRecorded(decision=n, risk=risk):
            return Phrase(f"D{n}", tell.said, tell.parts(risk), "decision")
        case e.DecisionProposed(decision=n, risk=risk, objections_until=until):
            details = (*tell.parts(risk), f"objections until {clock_time(until, seconds=True)}")
            return Phrase(f"D{n}", f"proposed: {tell.said}", details, "decision")
        case e.ObjectionRaised(decision=n):
            return Phrase(f"D{n}", f"objection: {tell.said}", (), "decision")
        case e.ObjectionsClosed(decision=n, heard=heard):
            return Phrase(f"D{n}", f"objections closed, {heard or 'none'} heard", (), "hub")
        case e.ProposalDecided(decision=n, objections=heard):
            details = tell.because_detail()
            if heard:
                details = (f"in spite of {heard} objection{'s' * (heard > 1)}", *details)
            return Phrase(f"D{n}", f"decided: {tell.decision(n)}", details, "decision")
        case e.ProposalWithdrawn(decision=n):
            return Phrase(f"D{n}", tell.because("withdrawn"), (), "decision")
        case e.OutcomeRecorded(decision=n, outcome=outcome):
            return Phrase(f"D{n}", tell.because(outcome), (), "decision")
        case e.ActionAdded(action=n, assignee=assignee, due_at=due_at):
            text, details = tell.action(tell.said, assignee, due_at)
            return Phrase(f"A{n}", text, details, "action")
        case e.ActionAssigned(action=n, assignee=assignee):
            return Phrase(f"A{n}", f"assigned to {tell.name(assignee)}", (), "action")
        case e.ActionStarted(action=n):
            return Phrase(f"A{n}", "started", (), "action")
        case e.ActionDone(action=n):
            return Phrase(f"A{n}", tell.because("done"), (), "action")
        case e.ActionDropped(action=n):
            return Phrase(f"A{n}", tell.because("dropped"), (), "action")
        case e.ActionPostponed(action=n, due_at=due_at):
            return Phrase(f"A{n}", tell.because(f"now due {tell.time(due_at)}"), (), "action")
        case e.ActionOverdue(action=n):
            return Phrase(f"A{n}", "overdue", (), "alarm")
        case e.UpdateDrafted(update=n, audience=audience, cites=cites, corrects=corrects):
            about = (f"corrects U{corrects}",) if corrects else ()
            details = (*about, *_cites(cites))
            return Phrase(
                f"U{n}", f"drafted for {readers(audience)}: {tell.said}", details, "update"
            )
        case e.UpdateRevised(update=n, cites=cites):
            return Phrase(f"U{n}", f"revised: {tell.said}", _cites(cites), "update")
        case e.UpdateSubmitted(update=n):
            return Phrase(f"U{n}", "submitted for approval", (), "update")
        case e.UpdateReturned(update=n):
            return Phrase(f"U{n}", f"returned: {tell.said}", (), "update")
        case e.UpdateApproved(update=n, break_glass=broken):
            approved = "BREAK-GLASS, approved by an author" if broken else "approved"
            text = tell.because(f"{approved}{caveats(recorded)}")
            return Phrase(f"U{n}", text, (), "alarm" if broken else "update")
        case e.UpdatePublished(update=n, next_by=next_by, stale=stale):
            promise = f", next by {tell.time(next_by)}" if next_by else ""
            meant = ", STALE, on purpose" if stale else ""
            return Phrase(f"U{n}", f"published{tell.audience(n)}{meant}{promise}", (), "update")
        case e.UpdateSent(update=n, words=sent):
            about = (visible(sent.text),) if sent and sent.text else ()
            return Phrase(f"U{n}", f"sent to {tell.said}", about, "update")
        case e.UpdateOverdue(audience=audience, promised_at=at):
            text = f"update for {readers(audience)} overdue, promised by {tell.time(at)}"
            return Phrase("", text, (), "alarm")
        case e.EntryAmended(of=of):
            return Phrase("", f"amended #{of.seq}: {tell.said}", (), "correction")
        case e.EntryStruck(of=of):
            return Phrase("", f"struck #{of.seq}: {tell.said}", (), "correction")
        case e.RedactionRequested(of=of):
            return Phrase("", f"asked to redact #{of.seq}: {tell.said}", (), "correction")
        case e.EntryRedacted(of=of, request=request):
            text = f"redacted #{of.seq}, as asked in #{request.seq}{caveats(recorded)}"
            return Phrase("", text, (), "correction")
        case e.EntryPromoted() as ev:
            return tell.promoted(ev)
        case e.RoomHeld():
            text = f"held this room, no words of it expire: {tell.said}"
            return Phrase("", text, (), "correction")
        case e.RoomUnheld():
            return Phrase("", f"ended the hold, words expire: {tell.said}", (), "correction")
        case e.WordsExpired(through=through, days=days):
            text = f"erased all words up to #{through.seq}, {days_long(days)} after the room ended"
            return Phrase("", text, (), "correction")
        case e.PersonJoined(person=person, words=words):
            team = f" ({one_line(words.team)})" if words and words.team else ""
            return Phrase("", f"{tell.name(person)} joined{team}", tell.like(person), "people")
        case e.PersonRenamed(person=person):
            text = f"@{tell.handle(person)} is called {tell.said} now"
            return Phrase("", text, tell.like(person), "people")
        case e.RoomRestricted(members=members):
            inside = ", ".join(tell.name(member) for member in members)
            text = tell.because("restricted this room to those who are in it")
            return Phrase("", text, (f"members: {inside}",), "people")
        case e.MemberAdmitted(person=person):
            return Phrase("", f"admitted {tell.name(person)}", tell.like(person), "people")
        case e.MemberRemoved(person=person):
            return Phrase("", tell.because(f"removed {tell.name(person)}"), (), "people")
        case e.RollCalled() as ev:
            called = ", ".join(tell.called(ev))
            return Phrase("", f"called the roll: {called}", (), "people")
        case e.LogAdopted(key=key, head=head):
            text = f"adopted by another hub after #{head.seq}: its key is {one_line(key[:16])}"
            return Phrase("", text, (), "hub")
        case e.LogRestored(head=head):
            text = f"the hub came back from a backup; the log goes on after #{head.seq}"
            return Phrase("", text, (), "hub")
        case event if isinstance(event, e.HubEvent):
            return Phrase("", hub_text(event, tell.name, tell.time), (), "hub")
        case e.Unknown(kind=kind):
            return Phrase("?", f"{one_line(kind)}: a newer version wrote this", (), "unknown")
        case unreachable:
            assert_never(unreachable)


class _Teller:
    """The pieces of an entry's phrase: its words and the people, times and things it names."""

    def __init__(self, recorded: Recorded, room: Transcript) -> None:
        self.recorded = recorded
        self.room = room

    @property
    def said(self) -> str:
        """The entry's main words as they now stand, or the placeholder.

        What is not in the room yet reads as it was written.
        """
        if self.recorded.seq > len(self.room.entries):
            return visible(main_words(self.recorded.event) or WORDLESS)
        return visible(self.room.text(self.recorded.seq))

    def because(self, deed: str) -> str:
        """A deed, with the words that came with it if any did."""
        return f"{deed}: {self.said}" if self._has_words else deed

    def because_detail(self) -> tuple[str, ...]:
        return (f"because: {self.said}",) if self._has_words else ()

    def name(self, person: str) -> str:
        return one_line(self.room.names.name(person))

    def handle(self, person: str) -> str:
        return one_line(self.room.names.handle(person))

    def called(self, ev: e.RollCalled) -> tuple[str, ...]:
        """Who was called, by the name that they have; by what was called, if it is their first."""
        names = self.room.names.names
        said = ev.words.handles if ev.words else ()
        voices = dict(zip(ev.people, map(one_line, said), strict=False))
        return tuple(
            self.name(person) if person in names else voices.get(person, self.name(person))
            for person in ev.people
        )

    def like(self, person: str) -> tuple[str, ...]:
        """Whose name in the room reads the same: everyone is told, for a name is evidence."""
        others = ", ".join(f"@{self.handle(other)}" for other in self.room.names.twins(person))
        return (f"reads like the name of {others}, who is someone else",) if others else ()

    def time(self, at: datetime) -> str:
        return time_beside(at, self.recorded.at)

    def described(self, ev: e.IncidentDeclared | e.IncidentDescribed) -> tuple[str, ...]:
        """What is known of the incident, a detail each."""
        words = ev.words or e.IncidentWords()
        times = [("started", ev.started_at)]
        if isinstance(ev, e.IncidentDescribed):
            times += [("identified", ev.identified_at), ("mitigated", ev.mitigated_at)]
            times += [("resolved", ev.resolved_at)]
        known = (
            ("impact", ev.impact),
            ("urgency", ev.urgency),
            *((name, at and self.time(at)) for name, at in times),
            ("services", ", ".join(map(one_line, words.services))),
            ("bridge", words.bridge and one_line(words.bridge)),
        )
        return tuple(f"{name} {value}" for name, value in known if value)

    def description(self, ev: e.IncidentDescribed) -> str:
        """What was described, on one line; what an amendment says in place of it."""
        if self.recorded.seq in self.room.incident.amended:
            return self.said
        return "; ".join(self.described(ev)) or absence(self.room.incident, self.recorded.seq)

    def parts(self, risk: Risk | None) -> tuple[str, ...]:
        """A decision's other parts: risk and verification on one line, the rest a line each."""
        words = self.recorded.event.words
        if not isinstance(words, e.DecisionWords):
            words = e.DecisionWords("")
        verify = f"verify: {visible(words.verification)}" if words.verification else ""
        first = ", ".join(filter(None, (f"risk {risk}" if risk else "", verify)))
        others = (
            ("because", words.rationale),
            ("rollback", words.rollback),
            ("question", words.question),
            ("options", " | ".join(words.options)),
        )
        rest = (f"{label}: {visible(text)}" for label, text in others if text)
        return tuple(filter(None, (first, *rest)))

    def decision(self, number: int) -> str:
        """The choice of a decision, from the entry that it stands in."""
        known = self.room.incident.decisions.get(number)
        return visible(self.room.text(known.source.seq)) if known else f"D{number}"

    def action(
        self, text: str, assignee: str | None, due_at: datetime | None
    ) -> tuple[str, tuple[str, ...]]:
        """An action's text and details: for whom, if not the speaker, and until when."""
        if assignee is not None and assignee != self.recorded.speaker:
            text = f"{self.name(assignee)}: {text}"
        due = f"due {self.time(due_at)}" if due_at else ""
        if due and "\n" not in text:
            return f"{text}, {due}", ()
        return text, (due,) if due else ()

    def audience(self, update: int) -> str:
        known = self.room.incident.updates.get(update)
        return f" to {readers(known.audience)}" if known else ""

    def promoted(self, ev: e.EntryPromoted) -> Phrase:
        origin, number = f"from #{ev.of.seq}", ev.number or 0
        text = visible(self.room.text(ev.of.seq))
        match ev.to:
            case PromotedTo.DECISION:
                return Phrase(f"D{number}", text, (origin,), "decision")
            case PromotedTo.ACTION:
                text, details = self.action(text, ev.assignee, ev.due_at)
                return Phrase(f"A{number}", text, (*details, origin), "action")
            case PromotedTo.HYPOTHESIS:
                return Phrase(f"H{number}", text, (origin,), "hypothesis")
            case PromotedTo.FACT:
                return Phrase("fact", text, (origin,), "update")
            case unreachable:
                assert_never(unreachable)

    @property
    def _has_words(self) -> bool:
        """Whether words came with the entry, even if they are redacted now.

        Of words that have expired nothing says any more whether there were any.
        """
        redacted = self.recorded.seq in self.room.incident.redacted
        return redacted or self.recorded.event.words is not None


def office(role: Role) -> str:
    """A role as something one takes or hands over."""
    return "incident command" if role is Role.INCIDENT_COMMANDER else spoken(role)


def readers(audience: Audience) -> str:
    """Whom an audience is made of."""
    match audience:
        case Audience.INTERNAL:
            return "internal readers"
        case Audience.EXECUTIVE:
            return "executives"
        case Audience.CUSTOMERS:
            return "customers"
        case unreachable:
            assert_never(unreachable)


def _cites(cites: Iterable[int]) -> tuple[str, ...]:
    return _numbered("cites", cites)


def _numbered(how: str, seqs: Iterable[int]) -> tuple[str, ...]:
    numbers = " ".join(f"#{seq}" for seq in seqs)
    return (f"{how} {numbers}",) if numbers else ()


def _policy(policy: e.Policy) -> str:
    """The rules of a room on one line."""
    every = ", ".join(
        f"{severity} every {_span(seconds)}" for severity, seconds in policy.update_every.items()
    )
    approvers = " or ".join(map(spoken, policy.approvers))
    return (
        f"offers lapse after {_span(policy.offer_lapses_after)}, objections are heard "
        f"{_span(policy.objection_window)}, updates: {every}, unrated every "
        f"{_span(policy.update_every_unrated)}, approved by {approvers}"
    )


def _span(seconds: int) -> str:
    return duration(timedelta(seconds=seconds))
