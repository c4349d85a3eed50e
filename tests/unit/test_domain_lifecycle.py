"""The incident itself: declared, described, moved through its statuses, reopened, closed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest
from msgspec.structs import replace

from tests.unit.conftest import KEY, NINE, Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused, decide
from warroom.domain.decide.lifecycle import rule
from warroom.domain.events import DEFAULT_POLICY, IncidentWords, Policy, TextWords
from warroom.domain.metrics import milestones
from warroom.domain.permissions import TABLE, Right
from warroom.domain.vocabulary import (
    CLOSED,
    HUB,
    OVER,
    TRANSITIONS,
    Audience,
    HypothesisState,
    Level,
    Role,
    Scope,
    Severity,
    Status,
)

PAIRS = [(was, to) for was in Status for to in Status]
REASONED = [(was, Status.INVESTIGATING) for was in sorted(OVER)] + [
    (was, Status.CANCELLED) for was in Status if Status.CANCELLED in TRANSITIONS[was]
]
"""Changes that need a reason: every reopening, and every cancelling."""


def at_status(room: Playbook, status: Status) -> None:
    """Put the room into a status, whatever way leads there."""
    room.incident = replace(room.incident, status=status)


def test_a_title_is_enough(room: Playbook) -> None:
    """B1, G5: entry 1 is the declaration, and the room's number, key and policy stand in it."""
    granted = room.does("ana", c.Declare(title="Checkout is down"))
    words = IncidentWords(title="Checkout is down")
    expected = e.IncidentDeclared(label="INC-7", key=KEY, policy=DEFAULT_POLICY, words=words)
    assert Granted(expected, None) == granted
    assert (1, Status.DECLARED, "ana") == (
        room.incident.seq,
        room.incident.status,
        room.incident.declared_by,
    )


def test_a_declaration_keeps_all_that_is_known(room: Playbook) -> None:
    """B1: severity, impact, urgency, services, bridge and start may be said at once."""
    began = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    granted = room.does(
        "ana",
        c.Declare(
            title="Checkout is down",
            severity=Severity.SEV1,
            impact=Level.HIGH,
            urgency=Level.MEDIUM,
            services=("checkout", "cards"),
            bridge="https://meet.example/7",
            started_at=began,
        ),
    )
    assert granted.event.words == IncidentWords(
        title="Checkout is down", services=("checkout", "cards"), bridge="https://meet.example/7"
    )
    assert (Severity.SEV1, Level.HIGH, Level.MEDIUM) == (
        room.incident.severity,
        room.incident.impact,
        room.incident.urgency,
    )
    assert (datetime(2026, 3, 2, 8, 30, tzinfo=UTC), UTC) == (
        room.incident.started_at,
        room.incident.started_at and room.incident.started_at.tzinfo,
    )


def test_a_room_is_declared_once(staffed: Playbook) -> None:
    """A second declaration into the same log is told which room it met."""
    expected = Refused(Code.CONFLICT, "this room is declared already, as INC-7")
    assert expected == staffed.refuses("bo", c.Declare(title="Checkout is down"))


def test_a_declaration_needs_what_only_the_hub_knows(room: Playbook) -> None:
    """Without a label and a key there is no room to open."""
    command = c.Declare(title="Checkout is down")
    asked = replace(room.asked("ana", command), founding=None)
    answer = decide(room.incident, command, asked)
    assert isinstance(answer, Refused)
    assert (Code.INVALID, True) == (answer.code, "new log id" in answer.text)


def test_nothing_happens_in_a_room_that_nobody_declared(room: Playbook) -> None:
    """Every other command needs a room."""
    expected = Refused(Code.NOT_FOUND, "there is no such room")
    assert expected == room.refuses("ana", c.Post(text="hello"))


@pytest.mark.parametrize("ahead", [61, 3600])
def test_nothing_began_in_the_future(room: Playbook, ahead: int) -> None:
    """A start that lies ahead, beyond what clocks differ by, is a slip of the finger."""
    late = NINE + timedelta(seconds=ahead)
    refused = room.refuses("ana", c.Declare(title="Checkout is down", started_at=late))
    assert (Code.INVALID, True) == (refused.code, "started_at lies in the future" in refused.text)


def test_a_clock_may_stand_a_minute_ahead(room: Playbook) -> None:
    """The clocks of people differ a little from the hub's."""
    room.does("ana", c.Declare(title="x", started_at=NINE + timedelta(seconds=60)))
    assert NINE + timedelta(seconds=60) == room.incident.began_at


def test_a_time_without_utc_is_refused(staffed: Playbook) -> None:
    """The first and last hours of the calendar cannot be recorded, and stop no hub."""
    east, west = timezone(timedelta(hours=10)), timezone(timedelta(hours=-10))
    first, last = datetime.min.replace(tzinfo=east), datetime.max.replace(tzinfo=west)
    staffed.does("cy", c.DraftUpdate(audience=Audience.INTERNAL, text="x"))
    answers = [
        staffed.refuses("cy", c.Describe(started_at=first)),
        staffed.refuses("cy", c.Post(text="x"), occurred_at=first),
        staffed.refuses("cy", c.AddAction(text="x", due_at=last)),
        staffed.refuses("bo", c.PublishUpdate(update=1, next_by=last)),
    ]
    assert [Code.INVALID] * 4 == [answer.code for answer in answers]
    assert {"that time lies outside the calendar; give a nearer one"} == {a.text for a in answers}


def test_a_title_is_changed_by_those_who_lead(staffed: Playbook) -> None:
    """The title is the latest one given; its words stand in that entry."""
    staffed.does("bo", c.Retitle(title="Card payments fail"))
    assert staffed.incident.seq == staffed.incident.title
    assert TextWords("Card payments fail") == staffed.entries[-1].event.words


def test_a_description_leaves_what_it_does_not_name(staffed: Playbook) -> None:
    """B1: what follows the declaration is filled in piece by piece."""
    staffed.does("cy", c.Describe(impact=Level.HIGH))
    staffed.does("dee", c.Describe(urgency=Level.LOW, started_at=NINE))
    incident = staffed.incident
    assert (Level.HIGH, Level.LOW, NINE) == (incident.impact, incident.urgency, incident.started_at)
    assert (1, staffed.incident.seq - 1, staffed.incident.seq) == incident.described
    assert [None, None] == [recorded.event.words for recorded in staffed.entries[-2:]]


def test_a_description_may_be_words_alone(staffed: Playbook) -> None:
    """Services and the bridge are words."""
    granted = staffed.does("cy", c.Describe(services=("checkout",), bridge="room 4"))
    assert IncidentWords(services=("checkout",), bridge="room 4") == granted.event.words


def test_a_description_says_something(staffed: Playbook) -> None:
    """An empty one is told what it could hold."""
    refused = staffed.refuses("cy", c.Describe())
    assert Code.INVALID == refused.code
    assert "impact, urgency, services, bridge, started_at" in refused.text


def test_a_milestone_that_was_passed_over_is_dated_afterwards(staffed: Playbook) -> None:
    """Backdating is the rule: the status stays, and what was said of the milestone is replaced."""
    at_status(staffed, Status.RESOLVED)
    refused = staffed.refuses("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    assert refused.text.endswith("; when it was identified: /info identified 14:05")
    first, second = NINE - timedelta(minutes=9), NINE - timedelta(minutes=2)
    staffed.does("ana", c.Describe(identified_at=second))
    staffed.does("ana", c.Describe(identified_at=first, mitigated_at=second))
    reached = milestones(staffed.incident)
    assert (first, second) == (reached.identified_at, reached.mitigated_at)
    assert Status.RESOLVED is staffed.incident.status


def test_a_resolution_that_was_dated_wrongly_is_put_right(staffed: Playbook) -> None:
    """The status stays; and it can be said after the close, where wrong times are seen."""
    wrong, right = NINE - timedelta(minutes=2), NINE - timedelta(minutes=9)
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED), occurred_at=wrong)
    refused = staffed.refuses("ana", c.ChangeStatus(to=Status.RESOLVED), occurred_at=right)
    assert refused.text.endswith("; when it was resolved: /info resolved 14:05")
    staffed.does("cy", c.Describe(resolved_at=right))
    assert right == milestones(staffed.incident).resolved_at
    assert Status.RESOLVED == staffed.incident.status
    staffed.does("ana", c.ChangeStatus(to=Status.CLOSED))
    staffed.does("cy", c.Describe(resolved_at=wrong))
    assert wrong == milestones(staffed.incident).resolved_at


def test_a_reopened_incident_was_resolved(staffed: Playbook) -> None:
    """When it was can be put right; the next resolution is dated by itself."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    staffed.does("ana", c.Describe(resolved_at=NINE))
    assert NINE == milestones(staffed.incident).resolved_at
    staffed.waits(60)
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    assert staffed.now == milestones(staffed.incident).resolved_at


@pytest.mark.parametrize("status", [Status.MONITORING, Status.CANCELLED])
def test_what_was_never_resolved_is_not_described_so(staffed: Playbook, status: Status) -> None:
    """A description dates it, and does not change where the incident stands."""
    at_status(staffed, status)
    refused = staffed.refuses("ana", c.Describe(resolved_at=NINE))
    assert Code.ILLEGAL_STATE == refused.code
    assert "it was not resolved yet; once it is: /status resolved ~14:50" == refused.text


LATE = NINE + timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (c.Describe(identified_at=LATE), "identified_at"),
        (c.Describe(mitigated_at=LATE), "mitigated_at"),
        (c.Describe(resolved_at=LATE), "resolved_at"),
    ],
)
def test_a_milestone_is_not_in_the_future(staffed: Playbook, said: c.Describe, field: str) -> None:
    """Nor is one that was passed over."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    refused = staffed.refuses("ana", said)
    assert f"{field} lies in the future; give the time when it was" == refused.text


@pytest.mark.parametrize(("was", "to"), PAIRS)
def test_an_incident_goes_where_the_table_says(staffed: Playbook, was: Status, to: Status) -> None:
    """B13: a legal change is recorded, an illegal one is refused with the legal ones named."""
    at_status(staffed, was)
    answer = staffed.says("ana", c.ChangeStatus(to=to, reason="it turned out so"))
    if to in TRANSITIONS[was]:
        words = TextWords("it turned out so")
        event = e.StatusChanged(was=was, now=to, words=words)
        assert Granted(event, Role.INCIDENT_COMMANDER) == answer
        assert to is staffed.incident.status
    else:
        legal = ", ".join(status for status in Status if status in TRANSITIONS[was])
        expected = f"{was} cannot become {to}; it can become {legal}"
        assert isinstance(answer, Refused)
        assert (Code.ILLEGAL_STATE, expected) == (answer.code, answer.text.partition("; when")[0])
        assert was is staffed.incident.status


@pytest.mark.parametrize(("was", "to"), REASONED)
def test_reopening_and_cancelling_need_a_reason(staffed: Playbook, was: Status, to: Status) -> None:
    """B13: both undo what others rely on, so the log says why."""
    at_status(staffed, was)
    refused = staffed.refuses("ana", c.ChangeStatus(to=to))
    act = "cancelling" if to is Status.CANCELLED else "reopening"
    assert Refused(Code.INVALID, f"{act} needs a reason: /status {to} REASON") == refused


@pytest.mark.parametrize(
    ("was", "to"),
    [(was, to) for was, to in PAIRS if to in TRANSITIONS[was] and (was, to) not in REASONED],
)
def test_every_other_change_needs_none(staffed: Playbook, was: Status, to: Status) -> None:
    """Going on, or falling back while service is still gone, explains itself."""
    at_status(staffed, was)
    assert staffed.does("ana", c.ChangeStatus(to=to)).event.words is None


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_a_closed_incident_takes_loose_ends_only(staffed: Playbook, status: Status) -> None:
    """What is new belongs to a reopened incident; notes and corrections are still taken."""
    at_status(staffed, status)
    refused = staffed.refuses("cy", c.AddAction(text="look again"))
    text = f"this incident is {status}; reopen it first: /status investigating REASON"
    assert Refused(Code.ILLEGAL_STATE, text) == refused
    staffed.does("cy", c.Post(text="a thought after the fact"))


def test_a_closed_incident_is_never_stuck(staffed: Playbook) -> None:
    """B4: its commander is long gone; anyone takes over, with a reason, and reopens it."""
    at_status(staffed, Status.CLOSED)
    staffed.refuses("cy", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    staffed.does("cy", c.TakeRole(role=Role.INCIDENT_COMMANDER, reason="Ana is on leave"))
    staffed.does("cy", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    assert Status.INVESTIGATING is staffed.incident.status


def test_severity_changes_with_a_reason(staffed: Playbook) -> None:
    """B12: both severities and the reason stay."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="one region"))
    granted = staffed.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all regions"))
    expected = e.SeverityChanged(
        was=Severity.SEV2, now=Severity.SEV1, words=TextWords("all regions")
    )
    assert expected == granted.event
    assert Severity.SEV1 is staffed.incident.severity


def test_severity_changes_to_another(staffed: Playbook) -> None:
    """A change to what it is already is none."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="one region"))
    expected = Refused(Code.CONFLICT, "the severity is SEV2 already")
    assert expected == staffed.refuses("ana", c.ChangeSeverity(to=Severity.SEV2, reason="again"))


def test_the_policy_of_a_room_stands_in_its_log(staffed: Playbook) -> None:
    """A policy is what the last entry about it says."""
    quicker = replace(DEFAULT_POLICY, objection_window=10)
    granted = staffed.does("ana", c.ChangePolicy(policy=quicker, reason="we are few"))
    assert e.PolicyChanged(policy=quicker, words=TextWords("we are few")) == granted.event
    assert quicker == staffed.incident.policy


@pytest.mark.parametrize(
    "policy",
    [
        replace(DEFAULT_POLICY, offer_lapses_after=0),
        replace(DEFAULT_POLICY, objection_window=-1),
        replace(DEFAULT_POLICY, update_every_unrated=0),
        replace(DEFAULT_POLICY, update_every={Severity.SEV1: 0}),
        replace(DEFAULT_POLICY, offer_lapses_after=10**12),
    ],
)
def test_a_policy_can_be_kept(staffed: Playbook, policy: Policy) -> None:
    """A duration of nothing would never rest, and one of an age would leave the calendar."""
    expected = Refused(Code.INVALID, "every duration of a policy is from one second to one year")
    assert expected == staffed.refuses("ana", c.ChangePolicy(policy=policy, reason="why not"))


def test_a_policy_names_who_approves(staffed: Playbook) -> None:
    """U2: without approvers nothing could ever go out."""
    nobody = replace(DEFAULT_POLICY, approvers=())
    refused = staffed.refuses("ana", c.ChangePolicy(policy=nobody, reason="why not"))
    assert (Code.INVALID, True) == (refused.code, refused.text.startswith("approvers:"))


def test_notes_and_observations_change_nothing(staffed: Playbook) -> None:
    """L2: what people say stands in the log alone."""
    before = staffed.incident
    staffed.does("cy", c.Post(text="the gateway times out"))
    staffed.does("cy", c.Observe(text="p99 is 30 s"))
    assert before == replace(staffed.incident, seq=before.seq, head=before.head, at=before.at)
    assert ["note.posted", "observation.made"] == [r.event.kind for r in staffed.entries[-2:]]


def test_a_late_entry_keeps_both_times(staffed: Playbook) -> None:
    """L7: when it happened is kept beside when it was recorded, in UTC."""
    staffed.waits(3600)
    said = datetime(2026, 3, 2, 10, 5, tzinfo=timezone(timedelta(hours=1)))
    staffed.does("cy", c.Post(text="I restarted it back then"), occurred_at=said)
    late = staffed.entries[-1]
    assert (NINE + timedelta(minutes=5), NINE + timedelta(hours=1)) == (late.happened_at, late.at)
    assert UTC is late.happened_at.tzinfo


def test_nothing_occurred_in_the_future(staffed: Playbook) -> None:
    """L7: a time that lies ahead is a slip of the finger."""
    ahead = staffed.now + timedelta(seconds=61)
    refused = staffed.refuses("cy", c.Post(text="x"), occurred_at=ahead)
    assert (Code.INVALID, True) == (refused.code, "occurred_at" in refused.text)


def test_a_scribe_writes_for_people_of_the_room(staffed: Playbook) -> None:
    """L12: both names stay; nobody outside the room can be made to speak."""
    raj = staffed.calls("ana", "raj")
    staffed.does("ana", c.Post(text="it is the cache"), said_by=raj)
    assert ("ana", raj) == (staffed.entries[-1].by, staffed.entries[-1].speaker)
    refused = staffed.refuses("ana", c.Post(text="it is the cache"), said_by="nobody")
    assert (Code.NOT_FOUND, True) == (refused.code, "call the roll" in refused.text)


def test_a_room_of_a_newer_hub_is_only_read(staffed: Playbook) -> None:
    """A hub never writes to a log that holds kinds it does not know, timers included."""
    staffed.records(e.Unknown(kind="poll.opened"))
    answers = [
        staffed.refuses("ana", c.Post(text="hello")),
        staffed.refuses(HUB, c.Join(person="eve", name="Eve", handle="eve")),
    ]
    assert [Code.TOO_NEW] * 2 == [answer.code for answer in answers]


def test_observers_read(staffed: Playbook) -> None:
    """G3: what an observer sends is refused, whatever it is."""
    expected = Refused(Code.NOT_ALLOWED, "you joined as an observer: you can read, not write")
    assert expected == staffed.refuses("ana", c.Post(text="x"), scope=Scope.OBSERVER)


def test_hypotheses_are_raised_and_assessed(staffed: Playbook) -> None:
    """L2: a hypothesis has a number, a state, and the entry in which each was said."""
    staffed.does("cy", c.RaiseHypothesis(text="the pool is exhausted"))
    raised = staffed.incident.seq
    granted = staffed.does(
        "dee", c.AssessHypothesis(hypothesis=1, state=HypothesisState.RULED_OUT, text="half full")
    )
    known = staffed.incident.hypotheses[1]
    assert (staffed.entries[raised - 1].id,) == granted.refs
    assert (HypothesisState.RULED_OUT, raised) == (known.state, known.source.seq)
    assert known.assessed is not None
    assert raised + 1 == known.assessed.seq


def test_a_hypothesis_is_assessed_anew_only(staffed: Playbook) -> None:
    """One that does not exist, or is in that state already, is refused."""
    again = c.AssessHypothesis(hypothesis=1, state=HypothesisState.OPEN)
    assert Refused(Code.NOT_FOUND, "there is no hypothesis H1") == staffed.refuses("cy", again)
    staffed.does("cy", c.RaiseHypothesis(text="the pool is exhausted"))
    assert Refused(Code.CONFLICT, "H1 is open already") == staffed.refuses("cy", again)


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]


def test_a_command_that_no_rule_knows_is_a_bug(
    staffed: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right alone is not enough: `decide` fails loudly where a rule was forgotten."""

    class Dance(c.CommandBase, frozen=True, tag="dance"):
        """A command that somebody added to the table and nowhere else."""

    dance = cast(c.Command, Dance())
    monkeypatch.setitem(TABLE, type(dance), Right())
    with pytest.raises(AssertionError):
        decide(staffed.incident, dance, staffed.asked("ana", dance))
