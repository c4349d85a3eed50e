"""What holds of every history: generated people give generated commands at generated times."""

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import itemgetter
from random import Random
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.unit.conftest import LOG, NINE, Playbook, Said, whole_incident
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import Command, Voice
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.events import Citation, Recorded
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.names import voice_id
from warroom.domain.retention import expirable
from warroom.domain.timers import due
from warroom.domain.vocabulary import (
    EXTERNAL,
    HUB,
    TRANSITIONS,
    ActionState,
    Audience,
    HypothesisState,
    Outcome,
    PromotedTo,
    Role,
    Severity,
    Status,
)

RAJ = voice_id(LOG, "raj")
PEOPLE = ("ana", "bo", "cy", RAJ)

quickly = settings(max_examples=50, deadline=None)


IC, DEPUTY, COMMS = Role.INCIDENT_COMMANDER, Role.DEPUTY, Role.COMMS_LEAD
LATER = NINE + timedelta(days=1)
WAIT = c.DecisionText(choice="words")

ABOUT_ROLES: list[c.PersonCommand] = [
    *(c.TakeRole(role=role, reason=why) for role in (IC, DEPUTY, COMMS) for why in (None, "words")),
    *(c.OfferRole(role=role, to=to) for role in (IC, DEPUTY, COMMS) for to in PEOPLE),
    *(c.AppointRole(role=role, person=to) for role in (DEPUTY, COMMS) for to in PEOPLE),
    *(c.ReleaseRole(role=role) for role in (IC, DEPUTY, COMMS)),
    *(c.AcceptRole(role=IC) for _ in range(8)),
    *(c.DeclineRole(role=IC) for _ in range(4)),
]
ABOUT_DECISIONS: list[c.PersonCommand] = [
    c.RecordDecision(decision=WAIT),
    *(c.ProposeDecision(decision=WAIT, window=window) for window in (None, None, 1, 1)),
    *(c.ObjectTo(decision=n, reason="words") for n in (1, 2, 3)),
    *(c.DecideProposal(decision=n) for n in (1, 2, 3)),
    *(c.WithdrawProposal(decision=n) for n in (1, 2, 3)),
    *(c.RecordOutcome(decision=n, outcome=Outcome.WORKED) for n in (1, 2, 3)),
    c.RaiseHypothesis(text="words"),
    *(c.AssessHypothesis(hypothesis=1, state=state) for state in HypothesisState),
]
ABOUT_ACTIONS: list[c.PersonCommand] = [
    *(c.AddAction(text="words", assignee=to, due_at=LATER) for to in (None, *PEOPLE)),
    *(c.AssignAction(action=n, assignee="cy") for n in (1, 2)),
    *(c.AdvanceAction(action=n, to=to, text="words") for n in (1, 2) for to in ActionState),
    *(c.PostponeAction(action=n, due_at=LATER) for n in (1, 2)),
]
ABOUT_UPDATES: list[c.PersonCommand] = [
    *(c.DraftUpdate(audience=audience, text="words", cites=(1,)) for audience in Audience),
    c.DraftUpdate(audience=Audience.CUSTOMERS, text="words", corrects=1),
    *(c.ReviseUpdate(update=n, text="words") for n in (1, 2)),
    *(c.SubmitUpdate(update=n) for n in (1, 2, 2)),
    *(c.ReturnUpdate(update=n, reason="words") for n in (1, 2)),
    *(c.ApproveUpdate(update=n, text="0" * 64) for n in (1, 1, 2, 2)),
    c.ApproveUpdate(update=1, text="0" * 64, break_glass=True, reason="words"),
    *(c.PublishUpdate(update=n, anyway=True) for n in (1, 1, 2, 2)),
    c.PublishUpdate(update=1),
    *(c.RecordSent(update=n, where="words") for n in (1, 2)),
]
ABOUT_ENTRIES: list[c.PersonCommand] = [
    *(c.Post(text="words") for _ in range(4)),
    c.Observe(text="words"),
    *(c.Amend(entry=back, text="words") for back in (1, 2)),
    *(c.Strike(entry=back, reason="words") for back in (1, 2)),
    *(c.RequestRedaction(entry=back, reason="words") for back in (1, 1, 2, 3)),
    *(c.ApproveRedaction(entry=1) for _ in range(8)),
    *(c.Promote(entry=back, to=to) for back in (1, 2) for to in PromotedTo),
]
ABOUT_THE_INCIDENT: list[c.PersonCommand] = [
    *(c.ChangeStatus(to=to, reason="words") for to in Status),
    *(c.ChangeStatus(to=Status.INVESTIGATING, reason="words") for _ in range(6)),
    *(c.ChangeSeverity(to=to, reason="words") for to in Severity),
    c.ChangePolicy(policy=replace(e.DEFAULT_POLICY, update_every_unrated=300), reason="words"),
    c.Retitle(title="words"),
    c.Describe(bridge="words"),
    c.CallRoll(people=(Voice(RAJ, "raj"),)),
    c.Rename(name="words"),
]
ABOUT_KEEPING: list[c.PersonCommand] = [
    c.Hold(reason="words"),
    c.Unhold(reason="words"),
]
ABOUT_MEMBERS: list[c.PersonCommand] = [
    c.Restrict(reason="words"),
    c.Admit(handle="cy"),
    c.Remove(handle="cy", reason="words"),
]
MOVES = [
    ABOUT_ROLES,
    ABOUT_DECISIONS,
    ABOUT_ACTIONS,
    ABOUT_UPDATES,
    ABOUT_ENTRIES,
    ABOUT_THE_INCIDENT,
    ABOUT_MEMBERS,
    ABOUT_KEEPING,
]
"""What generated people say. An entry is counted back from the last one."""


class Step(Struct, frozen=True):
    """After `gap` seconds someone gives a command, or says it and someone else records it."""

    gap: int
    person: str
    said_by: str | None
    command: c.PersonCommand


def history(seed: int, length: int) -> list[Step]:
    """Steps that are the same for the same seed; a shorter history is the start of a longer."""
    dice = Random(seed)
    return [
        Step(
            gap=dice.choice([0, 0, 1, 10, 60, 300]),
            person=dice.choice(["ana", "ana", "bo", "cy"]),
            said_by=dice.choice([None, None, None, *PEOPLE]),
            command=dice.choice(dice.choice(MOVES)),
        )
        for _ in range(length)
    ]


HISTORIES = st.builds(history, seed=st.integers(0, 2**32 - 1), length=st.integers(20, 200))
"""A failing one shrinks to its shortest start that fails."""


def aimed(room: Playbook, step: Step) -> Step:
    """The step about what is there: a late entry, a pending offer, a text as it is now."""
    match step.command:
        case c.ApproveRedaction() as on if room.incident.redaction_requests:
            return replace(step, command=replace(on, entry=min(room.incident.redaction_requests)))
        case c.Amend() | c.Strike() | c.RequestRedaction() | c.Promote() as on:
            entry = max(1, room.incident.seq + 1 - on.entry)
            return replace(step, command=replace(on, entry=entry))
        case c.Unhold() | c.Restrict() | c.Admit() | c.Remove():
            return replace(step, person=room.incident.commander or step.person, said_by=None)
        case c.AcceptRole() | c.DeclineRole() as answer if room.incident.offers:
            role, offer = min(room.incident.offers.items(), key=itemgetter(0))
            return replace(step, said_by=offer.to, command=replace(answer, role=role))
        case c.ApproveUpdate(update=n) as approval if n in room.incident.updates:
            text = room.incident.updates[n].text.hash
            return replace(step, command=replace(approval, text=text))
        case c.RecordSent() as receipt:
            published = (n for n, update in room.incident.updates.items() if update.published)
            return replace(step, command=replace(receipt, update=min(published, default=1)))
        case c.AddAction() | c.PostponeAction() as action:
            in_five = room.now + timedelta(minutes=5)
            return replace(step, command=replace(action, due_at=in_five))
        case _:
            return step


def play(room: Playbook, steps: list[Step]) -> Iterator[tuple[Incident, Granted | Refused]]:
    """Each answer, with the incident as it stood before it; timers fire when they fall due.

    What has ended is looked at once in a day, and keeps its words for a day.
    """
    for step in steps:
        until = room.now + timedelta(days=bool(room.incident.spoken), seconds=step.gap)
        while (timers := room.due()) and timers[0].at <= until:
            room.now = timers[0].at
            yield room.incident, room.says(HUB, timers[0].command)
        room.now = until
        if expirable(room.incident, 1, room.now):
            yield room.incident, room.says(HUB, c.ExpireWords(days=1))
        given = aimed(room, step)
        said: Said = {} if given.said_by is None else {"said_by": given.said_by}
        yield room.incident, room.says(given.person, given.command, **said)


def opened() -> Playbook:
    """A room with everyone in it: Ana commands, and U1 for customers is drafted by Bo."""
    room = Playbook()
    room.opens("ana", "bo", "cy", commander="ana")
    room.calls("ana", "raj")
    often = replace(e.DEFAULT_POLICY, update_every={}, update_every_unrated=300)
    room.does("ana", c.ChangePolicy(policy=often, reason="words"))
    room.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="words"))
    room.does("bo", c.SubmitUpdate(update=1))
    return room


def played(steps: list[Step]) -> Playbook:
    room = opened()
    for _ in play(room, steps):
        pass
    return room


def events_of(room: Playbook, *kinds: type[e.Event]) -> list[Any]:
    return [entry.event for entry in room.entries if isinstance(entry.event, kinds)]


# --- what holds -------------------------------------------------------------------------------


@quickly
@given(HISTORIES)
def test_a_role_has_one_holder_at_every_instant(steps: list[Step]) -> None:
    """B2, B3: whoever loses a role is named in the entry that gives it to someone else."""
    room = played(steps)
    holders: dict[Role, str | None] = dict.fromkeys(Role)
    for entry in room.entries:
        match entry.event:
            case e.RoleTaken(role=role, taken_from=was):
                assert was == holders[role]
                holders[role] = entry.speaker
            case e.RoleAppointed(role=role, taken_from=was, person=now):
                assert was == holders[role]
                holders[role] = now
            case e.RoleAccepted(role=role, handed_over_by=was, person=now):
                assert was == holders[role]
                holders[role] = now
            case e.RoleReleased(role=role, person=was):
                assert was == holders[role]
                holders[role] = None
            case e.MemberRemoved(person=gone):
                left = {role for role, holder in holders.items() if holder == gone}
                holders |= dict.fromkeys(left)
            case _:
                pass
    assert holders == {role: room.incident.holder(role) for role in Role}


@quickly
@given(HISTORIES)
def test_only_legal_transitions_happen(steps: list[Step]) -> None:
    """B13: each status follows from the one before by the table."""
    room = played(steps)
    status = Status.DECLARED
    for changed in events_of(room, e.StatusChanged):
        assert changed.was is status
        assert changed.now in TRANSITIONS[status]
        status = changed.now
    assert room.incident.status is status


@quickly
@given(HISTORIES)
def test_numbers_have_no_gaps(steps: list[Step]) -> None:
    """L1, L3, L5, U1: entries, decisions, actions, updates and hypotheses count from one."""
    room = played(steps)
    promoted: dict[PromotedTo, list[int]] = {to: [] for to in PromotedTo}
    for event in events_of(room, e.EntryPromoted):
        promoted[event.to].append(event.number)
    made = {
        "D": [x.decision for x in events_of(room, e.DecisionRecorded, e.DecisionProposed)]
        + promoted[PromotedTo.DECISION],
        "A": [x.action for x in events_of(room, e.ActionAdded)] + promoted[PromotedTo.ACTION],
        "H": [x.hypothesis for x in events_of(room, e.HypothesisRaised)]
        + promoted[PromotedTo.HYPOTHESIS],
        "U": [x.update for x in events_of(room, e.UpdateDrafted)],
    }
    assert {key: list(range(1, len(found) + 1)) for key, found in made.items()} == {
        key: sorted(found) for key, found in made.items()
    }
    assert list(range(1, len(room.entries) + 1)) == [entry.seq for entry in room.entries]


@quickly
@given(HISTORIES)
def test_what_leaves_the_house_was_read_by_two(steps: list[Step]) -> None:
    """U1, U2, L6: every publication and every redaction in the log took two people, or says not."""
    room = played(steps)
    authors: dict[int, set[str]] = {}
    approved: dict[int, Citation | None] = {}
    for entry in room.entries:
        hands = {entry.by, entry.speaker}
        match entry.event:
            case e.UpdateDrafted(update=n) | e.UpdateRevised(update=n):
                authors[n] = authors.get(n, set()) | hands
                approved[n] = None
            case e.UpdateReturned(update=n):
                approved[n] = None
            case e.UpdateApproved(update=n, text=text, break_glass=broken):
                external = room.incident.updates[n].audience in EXTERNAL
                assert broken is (external and bool(hands & authors[n]))
                approved[n] = text
            case e.UpdatePublished(update=n, text=text):
                internal = room.incident.updates[n].audience is Audience.INTERNAL
                assert internal or text == approved[n]
            case e.EntryRedacted(request=request):
                asked = room.entries[request.seq - 1]
                assert not hands & {asked.by, asked.speaker}
            case _:
                pass


@quickly
@given(HISTORIES, st.data())
def test_words_decide_nothing(steps: list[Step], data: st.DataObject) -> None:
    """L6, G1: with the words of any entry gone the incident is the same, to the last field."""
    room = played(steps)
    gone = data.draw(st.sets(st.sampled_from([entry.seq for entry in room.entries])))
    redacted = [without_words(entry) if entry.seq in gone else entry for entry in room.entries]
    assert room.incident == reduce(apply, redacted, Incident(log=LOG))


@quickly
@given(HISTORIES, st.data())
def test_folding_on_is_folding_from_the_start(steps: list[Step], data: st.DataObject) -> None:
    """L1: wherever a client left off, it comes to the same incident."""
    room = played(steps)
    cut = data.draw(st.integers(0, len(room.entries)))
    first = reduce(apply, room.entries[:cut], Incident(log=LOG))
    assert room.incident == reduce(apply, room.entries[cut:], first)


@quickly
@given(HISTORIES)
def test_every_timer_fires_on_time_and_once(steps: list[Step]) -> None:
    """B11: none of those that fall due is refused, and none fires again for the same cause."""
    room = opened()
    fired: list[tuple[str, str]] = []
    for before, answer in play(room, steps):
        entry = room.entries[-1]
        if isinstance(entry.event, e.WordsExpired):
            assert entry.seq == before.seq or expirable(before, 1, entry.at)
        elif entry.by == HUB and entry.seq == before.seq + 1:
            (timer,) = [timer for timer in due(before) if timer.command == room.commands[-1]]
            assert timer.at == entry.at
            fired.append((timer.command.word, timer.armed_by))
        elif isinstance(answer, Refused):
            assert answer.code is not Code.NOT_DUE
    assert len(set(fired)) == len(fired)
    assert [] == [timer for timer in room.due() if timer.at <= room.now]


@quickly
@given(HISTORIES)
def test_every_refusal_can_be_said(steps: list[Step]) -> None:
    """A refusal changes nothing, and its sentence names a person exactly if it has one to name."""
    room = opened()
    for before, answer in play(room, steps):
        if isinstance(answer, Refused):
            assert before == room.incident
            assert ("{about}" in answer.text) is (answer.about is not None)
            assert "{" not in answer.text.replace("{about}", "")
            assert answer.about in (None, *PEOPLE)


def test_histories_are_rich_enough_to_mean_something() -> None:
    """In generated histories every command that people or timers can give is granted at times."""
    heard: set[type[Command]] = set()
    for seed in range(20):
        heard.update(type(command) for command in played(history(seed, 150)).commands)
    never = {c.NoteName, *get_args(c.RecoveryCommand)}
    assert set(get_args(Command)) - never == heard


def without_words(entry: Recorded) -> Recorded:
    """The entry as it reads once its words are redacted."""
    event = entry.event
    return entry if event.words is None else replace(entry, event=replace(event, words=None))


def test_no_words_of_a_whole_incident_decide_anything() -> None:
    """L6, G1: the same for each entry of a story that holds every kind there is."""
    room = whole_incident()
    for at, entry in enumerate(room.entries):
        entries = [*room.entries[:at], without_words(entry), *room.entries[at + 1 :]]
        assert room.incident == reduce(apply, entries, Incident(log=LOG))
