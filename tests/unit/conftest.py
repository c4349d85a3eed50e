"""A playbook for tests of the domain: people say commands, the log answers, time passes.

`room.says` gives what the hub would answer, and records what it grants with numbers, ids, hashes
and times that are the same in every run. `room.does` and `room.refuses` say which of the two the
test expects, so that a test reads as a transcript of the room.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import pytest

from warroom.domain import commands as c
from warroom.domain.commands import Command, Voice
from warroom.domain.decide import Asked, Founding, Granted, Named, Refused, cited, decide
from warroom.domain.events import DEFAULT_POLICY, Event, Policy, Recorded, Unknown
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id
from warroom.domain.timers import Due, due
from warroom.domain.vocabulary import (
    HUB,
    ActionState,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Scope,
    Severity,
    Status,
    Via,
)

LOG = f"{1:032x}"
KEY = "a" * 64
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When every playbook begins."""


def entry_id(seq: int) -> str:
    """The id of an entry in a playbook."""
    return f"00000000-0000-7000-8000-{seq:012x}"


def entry_hash(seq: int) -> str:
    """The hash of an entry in a playbook."""
    return f"{seq:064x}"


class Said(TypedDict, total=False):
    """What may go with a command besides the command itself."""

    said_by: str
    occurred_at: datetime
    scope: Scope
    bound: str | None
    policy: Policy


@dataclass
class Playbook:
    """One room as the hub sees it: its log so far, what it folds to, and the hub's time."""

    incident: Incident = field(default_factory=lambda: Incident(log=LOG))
    entries: list[Recorded] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    now: datetime = NINE

    def asked(self, person: str, command: Command, **said: Unpack[Said]) -> Asked:
        """What `decide` is told: the hub itself asks as the hub, everyone else as a responder."""
        scope = Scope.HUB if person == HUB else Scope.RESPONDER
        founding = Founding("INC-7", KEY, said.get("policy", DEFAULT_POLICY))
        return Asked(
            person=person,
            via=Via.HUB if person == HUB else Via.OS,
            at=self.now,
            scope=said.get("scope", scope),
            bound=said.get("bound"),
            said_by=said.get("said_by"),
            occurred_at=said.get("occurred_at"),
            named=self._named(command),
            cited=cited(command, self._entry),
            founding=founding if isinstance(command, c.Declare) else None,
        )

    def says(self, person: str, command: Command, **said: Unpack[Said]) -> Granted | Refused:
        """The hub's answer. What it grants is recorded and folded."""
        asked = self.asked(person, command, **said)
        answer = decide(self.incident, command, asked)
        if isinstance(answer, Granted):
            self.commands.append(command)
            self.records(
                answer.event,
                by=person,
                via=asked.via,
                said_by=asked.said_by,
                role=answer.role,
                refs=answer.refs,
            )
        return answer

    def does(self, person: str, command: Command, **said: Unpack[Said]) -> Granted:
        """What was granted; the test fails if it was refused."""
        answer = self.says(person, command, **said)
        assert isinstance(answer, Granted), f"{command} was refused: {answer}"
        return answer

    def refuses(self, person: str, command: Command, **said: Unpack[Said]) -> Refused:
        """Why it was refused; the test fails if it was granted."""
        answer = self.says(person, command, **said)
        assert isinstance(answer, Refused), f"{command} was granted: {answer}"
        return answer

    def records(
        self,
        event: Event | Unknown,
        *,
        by: str = "ana",
        via: Via = Via.OS,
        said_by: str | None = None,
        role: Role | None = None,
        refs: tuple[str, ...] = (),
    ) -> Recorded:
        """Put an event into the log as it stands, whatever a rule would say of it."""
        seq = self.incident.seq + 1
        recorded = Recorded(
            seq=seq,
            id=entry_id(seq),
            hash=entry_hash(seq),
            at=self.now,
            by=by,
            via=via,
            said_by=said_by,
            role=role,
            refs=refs,
            event=event,
        )
        self.entries.append(recorded)
        self.incident = apply(self.incident, recorded)
        return recorded

    def waits(self, seconds: float) -> None:
        """Time passes, and the hub fires no timer."""
        self.now += timedelta(seconds=seconds)

    def fires(self) -> list[Granted | Refused]:
        """What comes of every timer that has fallen due by now, the earliest first."""
        return [self.says(HUB, timer.command) for timer in self.due() if timer.at <= self.now]

    def due(self) -> list[Due]:
        return due(self.incident)

    def joins(self, *people: str) -> None:
        """People open the room with a client: attendance is the first entry of each."""
        for person in people:
            self.does(HUB, c.Join(person=person, name=person.title(), handle=person))

    def calls(self, person: str, handle: str) -> str:
        """The id of someone on the bridge without a client, whom `person` calls."""
        voice = Voice(voice_id(self.incident.log, handle), handle)
        self.does(person, c.CallRoll(people=(voice,)))
        return voice.person

    def opens(self, *people: str, commander: str | None = None) -> None:
        """The first of `people` declares, all join, and `commander` takes command."""
        self.does(people[0], c.Declare(title="Checkout is down"))
        self.joins(*people)
        if commander is not None:
            self.does(commander, c.TakeRole(role=Role.INCIDENT_COMMANDER))

    def approval(
        self, update: int, *, break_glass: bool = False, reason: str | None = None
    ) -> c.ApproveUpdate:
        """The approval of exactly the text that the update has now."""
        text = self.incident.updates[update].text.hash
        return c.ApproveUpdate(update=update, text=text, break_glass=break_glass, reason=reason)

    def _named(self, command: Command) -> Named | None:
        """Whom a command names by a handle: everyone but `stranger` is known to the hub."""
        match command:
            case c.Admit(handle=handle) | c.Remove(handle=handle) if handle != "stranger":
                return Named(handle, handle.title(), handle)
            case _:
                return None

    def _entry(self, seq: int) -> Recorded | None:
        return self.entries[seq - 1] if 1 <= seq <= len(self.entries) else None


@pytest.fixture
def room() -> Playbook:
    """A log without entries."""
    return Playbook()


@pytest.fixture
def staffed(room: Playbook) -> Playbook:
    """A declared room: Ana commands, Bo leads communications, Cy and Dee hold no role."""
    room.opens("ana", "bo", "cy", "dee", commander="ana")
    room.does("bo", c.TakeRole(role=Role.COMMS_LEAD))
    return room


@pytest.fixture
def story() -> Playbook:
    """A whole incident: every command that people can give, every kind of entry there is."""
    return whole_incident()


def whole_incident() -> Playbook:
    """From the declaration to the close, each kind of entry at least once.

    But for `words.expired`, after which there would be little left to look at: see `aged`.
    """
    room = Playbook()
    room.does("ana", c.Declare(title="Checkout is down", severity=Severity.SEV2))
    room.joins("ana", "bo", "cy", "dee")
    room.does("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    _tell_what_is_known(room)
    _staff(room)
    _decide(room)
    _act(room)
    _inform(room)
    _correct(room)
    _close(room)
    _go_on(room)
    room.does("ana", c.Restrict(reason="a suspect may read this"))
    room.does("ana", c.Admit(handle="eve"))
    room.does("ana", c.Remove(handle="eve", reason="not needed any more"))
    room.does("cy", c.Rename(name="Cy"))
    room.does(HUB, c.NoteName(person="dee", name="Dee"))
    room.does("dee", c.Hold(reason="the insurer asks for it"))
    room.does("ana", c.Unhold(reason="the claim is settled"))
    return room


def aged(room: Playbook) -> Playbook:
    """A room that has ended, ninety days later: its words have expired."""
    room.waits(90 * 24 * 3600)
    room.does(HUB, c.ExpireWords(days=90))
    return room


def _tell_what_is_known(room: Playbook) -> None:
    room.does("ana", c.Retitle(title="Card payments fail"))
    room.does("cy", c.Describe(impact=Level.HIGH, urgency=Level.HIGH, services=("checkout",)))
    room.does("ana", c.ChangeStatus(to=Status.INVESTIGATING))
    room.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all regions"))
    room.does("ana", c.ChangePolicy(policy=DEFAULT_POLICY, reason="as every day"))
    room.does("cy", c.Post(text="the gateway times out"))
    room.does("cy", c.Observe(text="p99 is 30 s"))
    room.does("cy", c.RaiseHypothesis(text="the pool is exhausted"))
    room.does("cy", c.AssessHypothesis(hypothesis=1, state=HypothesisState.SUPPORTED))


def _staff(room: Playbook) -> None:
    raj = room.calls("ana", "raj")
    room.does("ana", c.AppointRole(role=Role.COMMS_LEAD, person="bo"))
    room.does("ana", c.OfferRole(role=Role.TECHNICAL_LEAD, to=raj))
    room.does("bo", c.AcceptRole(role=Role.TECHNICAL_LEAD), said_by=raj)
    room.does("ana", c.OfferRole(role=Role.SCRIBE, to="dee"))
    room.does("dee", c.DeclineRole(role=Role.SCRIBE, reason="I write the updates"))
    room.does("ana", c.OfferRole(role=Role.DEPUTY, to="cy"))
    room.waits(120)
    room.fires()
    room.does("bo", c.ReleaseRole(role=Role.TECHNICAL_LEAD), said_by=raj)


def _decide(room: Playbook) -> None:
    room.does("ana", c.RecordDecision(decision=c.DecisionText(choice="page the vendor")))
    fail_over = c.DecisionText(choice="fail over", rationale="faster than a fix")
    room.does("cy", c.ProposeDecision(decision=fail_over, risk=Risk.HIGH))
    room.does("dee", c.ObjectTo(decision=2, reason="replication lags"))
    room.waits(30)
    room.fires()
    room.does("ana", c.DecideProposal(decision=2, rationale="the lag is under a minute"))
    room.does("ana", c.RecordOutcome(decision=2, outcome=Outcome.WORKED))
    room.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="restart the pool")))
    room.does("cy", c.WithdrawProposal(decision=3))


def _act(room: Playbook) -> None:
    in_ten = room.now + timedelta(minutes=10)
    room.does("ana", c.AddAction(text="measure the lag", assignee="cy", due_at=in_ten))
    room.does("ana", c.AddAction(text="call the bank"))
    room.does("ana", c.AssignAction(action=2, assignee="dee"))
    room.does("dee", c.AdvanceAction(action=2, to=ActionState.STARTED))
    room.waits(600)
    room.fires()
    later = room.now + timedelta(minutes=10)
    room.does("cy", c.PostponeAction(action=1, due_at=later, reason="the tool is slow"))
    room.does("cy", c.AdvanceAction(action=1, to=ActionState.DONE, text="40 s"))
    room.does("dee", c.AdvanceAction(action=2, to=ActionState.DROPPED, text="they called us"))


def _inform(room: Playbook) -> None:
    room.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards may fail.", cites=(1,)))
    room.does("dee", c.SubmitUpdate(update=1))
    room.does("ana", c.ReturnUpdate(update=1, reason="say since when"))
    room.does("dee", c.ReviseUpdate(update=1, text="Cards fail since nine.", cites=(1,)))
    room.does("dee", c.SubmitUpdate(update=1))
    room.does("ana", room.approval(1))
    room.does("bo", c.PublishUpdate(update=1))
    room.does("bo", c.RecordSent(update=1, where="the status page"))
    room.waits(20 * 60)
    room.fires()


def _correct(room: Playbook) -> None:
    first = room.incident.seq + 1
    room.does("cy", c.Post(text="the lag is 40 min"))
    room.does("cy", c.Amend(entry=first, text="the lag is 40 s"))
    room.does("cy", c.Post(text="the vendor is asleep"))
    room.does("cy", c.Strike(entry=first + 2, reason="unkind"))
    room.does("cy", c.Post(text="the password is swordfish"))
    room.does("cy", c.RequestRedaction(entry=first + 4, reason="a password"))
    room.does("bo", c.ApproveRedaction(entry=first + 4))
    room.does("ana", c.Promote(entry=first, to=PromotedTo.FACT))


def _go_on(room: Playbook) -> None:
    room.does(HUB, c.ResumeLog(restore=entry_id(1)))
    room.does(HUB, c.AdoptLog(key="ab" * 32))


def _close(room: Playbook) -> None:
    room.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    room.does("ana", c.ChangeStatus(to=Status.CLOSED))
