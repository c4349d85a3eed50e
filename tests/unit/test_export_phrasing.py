"""What entries say to people, and who, when and what stands beside it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests.unit.conftest import LOG, NINE, Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.commands import DecisionText
from warroom.domain.events import DEFAULT_POLICY, Citation, TextWords
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    HUB,
    Audience,
    Denied,
    HypothesisState,
    Level,
    PromotedTo,
    Risk,
    Role,
    Scope,
    Severity,
    Status,
    Via,
)
from warroom.export import times
from warroom.export.phrasing import Phrase, marks, phrase, who

CITED = Citation(1, "c" * 64)


def read(book: Playbook) -> Transcript:
    """A log as a reader holds it."""
    room = Transcript(LOG)
    for recorded in book.entries:
        room.append(recorded)
    return room


@dataclass
class Told:
    """The last entry of a room as people see it."""

    book: Playbook
    room: Transcript = field(init=False)

    def __post_init__(self) -> None:
        self.room = read(self.book)

    @property
    def phrase(self) -> Phrase:
        return phrase(self.room.entries[-1], self.room)

    @property
    def line(self) -> str:
        """Who, tag and text, as they stand in the timeline."""
        last = self.room.entries[-1]
        told = (who(last, self.room), self.phrase.tag, self.phrase.text, *marks(last, self.room))
        return " ".join(filter(None, told))


def recorded(event: e.Event | e.Unknown, **changed: object) -> Told:
    """A room of Ana, Bo and Cy, whose last entry is the event, said by Ana."""
    book = Playbook()
    book.opens("ana", "bo", "cy")
    book.records(event, **changed)  # type: ignore[arg-type]
    return Told(book)


def minutes(count: int) -> datetime:
    """So many minutes into every playbook."""
    return Playbook().now + timedelta(minutes=count)


PICTURE: list[tuple[e.Event, str]] = [
    (
        e.IncidentDeclared(
            label="INC-42",
            key="k",
            policy=DEFAULT_POLICY,
            severity=Severity.SEV1,
            words=e.IncidentWords(title="Checkout failing for EU cards"),
        ),
        "Ana declared SEV1: Checkout failing for EU cards",
    ),
    (e.RoleTaken(role=Role.INCIDENT_COMMANDER), "Ana took incident command"),
    (e.ObservationMade(words=TextWords("p99 4.2 s")), "Ana obs p99 4.2 s"),
    (
        e.HypothesisRaised(hypothesis=1, words=TextWords("pool exhausted")),
        "Ana H1 pool exhausted",
    ),
    (
        e.DecisionRecorded(decision=1, words=e.DecisionWords("roll back 8.14.2")),
        "Ana D1 roll back 8.14.2",
    ),
    (
        e.ActionAdded(
            action=1, assignee="ana", due_at=minutes(10), words=TextWords("drain pool-3")
        ),
        "Ana A1 drain pool-3, due 09:10",
    ),
    (e.ActionOverdue(action=1, due_at=minutes(0)), "Ana A1 overdue"),
]


@pytest.mark.parametrize(("event", "line"), PICTURE, ids=lambda value: str(value)[:30])
def test_entries_read_as_in_the_picture(event: e.Event, line: str) -> None:
    """The timeline says what the picture of the room shows."""
    assert line == recorded(event).line


OTHERS: list[tuple[e.Event | e.Unknown, str]] = [
    (e.IncidentDeclared(label="INC-1", key="k", policy=DEFAULT_POLICY), "declared: [no words]"),
    (e.IncidentDescribed(), "described: [no words]"),
    (e.SeverityChanged(now=Severity.SEV2), "severity SEV2"),
    (
        e.RoleTaken(
            role=Role.INCIDENT_COMMANDER, taken_from="bo", words=TextWords("Bo lost his line")
        ),
        "took incident command from Bo: Bo lost his line",
    ),
    (
        e.RoleAccepted(role=Role.DEPUTY, person="ana", handed_over_by="cy"),
        "accepted deputy from Cy",
    ),
    (e.RoleReleased(role=Role.DEPUTY, person="ana"), "released deputy"),
    (e.RoleReleased(role=Role.DEPUTY, person="cy"), "released deputy of Cy"),
    (
        e.RoleAppointed(role=Role.SCRIBE, person="bo", taken_from="cy"),
        "gave scribe to Bo, instead of Cy",
    ),
    (
        e.RoleAppointed(role=Role.SCRIBE, person="bo", words=TextWords("writes fast")),
        "gave scribe to Bo: writes fast",
    ),
    (e.ObjectionsClosed(decision=2, heard=0), "D2 objections closed, none heard"),
    (e.ProposalDecided(decision=9, objections=0), "D9 decided: D9"),
    (
        e.ActionAdded(action=1, assignee="bo", words=TextWords("drain\npool-3")),
        "A1 Bo: drain\npool-3",
    ),
    (e.UpdatePublished(update=9, text=CITED), "U9 published"),
    (e.UpdatePublished(update=9, text=CITED, stale=True), "U9 published, STALE, on purpose"),
    (
        e.PersonJoined(person="dee", words=e.PersonWords("Dee", "dee", "payments")),
        "Dee joined (payments)",
    ),
    (e.HubFounded(key="k", policy=DEFAULT_POLICY), "founded this hub"),
    (e.PersonRegistered(person="bo", via=Via.OS), "registered Bo"),
    (
        e.RoomExported(log="f" * 32, person="bo", scope=Scope.AUDITOR),
        "Bo exported log ffffffff as auditor",
    ),
    (
        e.AccessDenied(denied=Denied.ROOM, person="bo", log="f" * 32),
        "refused Bo room ffffffff: it is not for them, or is none",
    ),
    (
        e.AccessDenied(denied=Denied.COMMAND, person="bo", log="f" * 32),
        "refused Bo a command in room ffffffff",
    ),
    (
        e.AccessDenied(denied=Denied.OPERATING, person="bo"),
        "refused Bo what only the one who runs the hub may do",
    ),
    (
        e.AccessDenied(denied=Denied.ENTRY, credential="1nv1te01"),
        "turned away someone, who showed 1nv1te01, which is over",
    ),
    (e.ClockStepped(by_ms=-1500), "the machine's clock stepped by -1.500 s"),
    (e.HubRestored(rooms=(e.LogAt("f" * 32, 4, "0" * 64),)), "restored from a backup of 1 room"),
    (
        e.HubRestored(sessions=("55555555", "66666666")),
        "restored from a backup of 0 rooms; open again: session 55555555, 66666666",
    ),
    (
        e.RoomAdopted(log="f" * 32, seq=4, hash="0" * 64, key="ab" * 32),
        f"adopted the log {'f' * 32} as far as #4",
    ),
    (
        e.LogAdopted(key="ab" * 32, head=CITED),
        f"adopted by another hub after #{CITED.seq}: its key is abababababababab",
    ),
    (
        e.LogRestored(head=CITED, restore="r"),
        f"the hub came back from a backup; the log goes on after #{CITED.seq}",
    ),
    (
        e.InviteMade(
            invite="1n",
            code="d",
            scope=Scope.RESPONDER,
            uses=1,
            expires_at=NINE,
            words=e.NameWords("Bo\x1b"),
        ),
        "made invite 1n for Bo␛: responder, 1 use, until 09:00",
    ),
    (
        e.InviteMade(
            invite="1n", code="d", scope=Scope.OBSERVER, uses=9, expires_at=NINE, person="bo"
        ),
        "made invite 1n for Bo: observer, 9 uses, until 09:00",
    ),
    (
        e.InviteMade(invite="1n", code="d", scope=Scope.OBSERVER, uses=2, expires_at=NINE),
        "made invite 1n: observer, 2 uses, until 09:00",
    ),
    (e.InviteRevoked(invite="1n"), "revoked invite 1n"),
    (
        e.SessionOpened(
            session="5e",
            person="bo",
            scope=Scope.OBSERVER,
            token="t",
            invite="1n",
            expires_at=NINE,
        ),
        "came in as observer with invite 1n: session 5e",
    ),
    (
        e.SessionSeen(session="5e", words=e.PlaceWords("10.0.0.7", "warroom\t1")),
        "came from 10.0.0.7 (warroom 1): session 5e",
    ),
    (e.SessionSeen(session="5e"), "came from [no words]: session 5e"),
    (e.SessionRotated(session="5e", token="t"), "made a new token for session 5e"),
    (e.SessionRenewed(session="5e", expires_at=NINE), "renewed session 5e, until 09:00"),
    (e.SessionEnded(session="5e"), "ended session 5e"),
    (
        e.WordsExpired(through=e.Citation(41, "0" * 64), days=1),
        "erased all words up to #41, 1 day after the room ended",
    ),
    (
        e.RetentionSet(days=90),
        "from now on words are kept for 90 days after their room ended, unless it is held",
    ),
    (e.RetentionSet(), "from now on words are kept for ever"),
    (e.Unknown(kind="poll.opened"), "? poll.opened: a newer version wrote this"),
    (e.NotePosted(words=TextWords("\x1b[31mred")), "␛[31mred"),
]


@pytest.mark.parametrize(("event", "line"), OTHERS, ids=lambda value: str(value)[:30])
def test_other_entries_say_what_happened(event: e.Event | e.Unknown, line: str) -> None:
    """Cases that few incidents have read just as plainly."""
    assert f"Ana {line}" == recorded(event).line


STORY = """\
status: declared SEV2: Checkout is down
people: Ana joined
people: Bo joined
people: Cy joined
people: Dee joined
role: took incident command
status: retitled: Card payments fail
note: described: impact high; urgency high; services checkout
status: status investigating, was declared
severity: severity SEV1, was SEV2: all regions
status: changed the policy: as every day
note: the gateway times out
observation: obs p99 is 30 s
hypothesis: H1 the pool is exhausted
hypothesis: H1 supported
people: called the roll: raj
role: gave comms lead to Bo
role: offered technical lead to raj, until 09:02
role: accepted technical lead
role: offered scribe to Dee, until 09:02
role: declined scribe: I write the updates
role: offered deputy to Cy, until 09:02
hub: the offer of deputy to Cy lapsed
role: released technical lead
decision: D1 page the vendor
decision: D2 proposed: fail over
decision: D2 objection: replication lags
hub: D2 objections closed, 1 heard
decision: D2 decided: fail over
decision: D2 worked
decision: D3 proposed: restart the pool
decision: D3 withdrawn
action: A1 Cy: measure the lag, due 09:12
action: A2 call the bank
action: A2 assigned to Dee
action: A2 started
alarm: A1 overdue
action: A1 now due 09:22: the tool is slow
action: A1 done: 40 s
action: A2 dropped: they called us
update: U1 drafted for customers: Cards may fail.
update: U1 submitted for approval
update: U1 returned: say since when
update: U1 revised: Cards fail since nine.
update: U1 submitted for approval
update: U1 approved
update: U1 published to customers, next by 09:32
update: U1 sent to the status page
alarm: update for customers overdue, promised by 09:32
note: the lag is 40 s
correction: amended #50: the lag is 40 s
note: the vendor is asleep
correction: struck #52: unkind
note: [redacted]
correction: asked to redact #54: a password
correction: redacted #54, as asked in #55
update: fact the lag is 40 s
status: status resolved, was investigating
status: status closed, was resolved
hub: the hub came back from a backup; the log goes on after #59
hub: adopted by another hub after #60: its key is abababababababab
people: restricted this room to those who are in it: a suspect may read this
people: admitted Eve
people: removed Eve: not needed any more
people: @cy is called Cy now
people: @dee is called Dee now
correction: held this room, no words of it expire: the insurer asks for it
correction: ended the hold, words expire: the claim is settled
"""


def test_a_whole_incident_reads_as_a_story(story: Playbook) -> None:
    """Every kind of entry that an incident has, one line each, with its look."""
    room = read(story)
    told = [phrase(entry, room) for entry in room.entries]
    lines = [f"{p.style}: {' '.join(filter(None, (p.tag, p.text)))}" for p in told]
    assert STORY.splitlines() == lines


def test_details_of_a_decision_stand_below_it() -> None:
    """Risk and verification on one line, as in the picture; the rest a line each."""
    text = DecisionText(
        choice="roll back",
        question="what now?",
        options=("roll back", "wait"),
        rationale="errors doubled",
        rollback="redeploy",
        verification="errors < 1 %",
    )
    book = Playbook()
    book.opens("ana", commander="ana")
    book.does("ana", c.ProposeDecision(decision=text, risk=Risk.MEDIUM))
    assert (
        "risk medium, verify: errors < 1 %",
        "because: errors doubled",
        "rollback: redeploy",
        "question: what now?",
        "options: roll back | wait",
        "objections until 09:00:30",
    ) == Told(book).phrase.details
    for _ in range(2):
        book.does("ana", c.ObjectTo(decision=1, reason="no"))
    book.does("ana", c.DecideProposal(decision=1, rationale="all the same"))
    assert ("in spite of 2 objections", "because: all the same") == Told(book).phrase.details


def test_details_of_other_entries() -> None:
    """What is known at the declaration, what a draft cites, what a receipt adds."""
    declared = e.IncidentDeclared(
        label="INC-1",
        key="k",
        policy=DEFAULT_POLICY,
        impact=Level.HIGH,
        started_at=minutes(-24 * 60),
        words=e.IncidentWords("Down", ("cards", "checkout"), "room 7"),
    )
    assert (
        "impact high",
        "started 2026-03-01 09:00",
        "services cards, checkout",
        "bridge room 7",
    ) == recorded(declared).phrase.details
    described = e.IncidentDescribed(
        identified_at=minutes(1), mitigated_at=minutes(2), resolved_at=minutes(3)
    )
    said = "Ana described: identified 09:01; mitigated 09:02; resolved 09:03"
    assert said == recorded(described).line
    drafted = e.UpdateDrafted(
        update=2, audience=Audience.EXECUTIVE, cites=(1, 2), corrects=1, words=TextWords("So.")
    )
    assert ("corrects U1", "cites #1 #2") == recorded(drafted).phrase.details
    assert "Ana U2 drafted for executives: So." == recorded(drafted).line
    sent = e.UpdateSent(update=1, text=CITED, words=e.SentWords("the hotline", "read\naloud"))
    assert ("read\naloud",) == recorded(sent).phrase.details
    late = e.ActionAdded(action=1, due_at=minutes(5), words=TextWords("two\nlines"))
    assert ("due 09:05",) == recorded(late).phrase.details


def test_broken_glass_is_an_alarm() -> None:
    """An author who approved alone stands out, with the reason."""
    event = e.UpdateApproved(
        update=1, text=CITED, break_glass=True, words=TextWords("nobody else is up")
    )
    told = recorded(event)
    assert "Ana U1 BREAK-GLASS, approved by an author: nobody else is up" == told.line
    assert "alarm" == told.phrase.style


@pytest.mark.parametrize(
    "event",
    [
        e.UpdateApproved(update=1, text=CITED),
        e.EntryRedacted(of=CITED, request=Citation(2, "c" * 64)),
    ],
)
def test_what_weakens_a_rule_of_two_people_is_said(event: e.Event) -> None:
    """A voice that someone recorded, and a name that nobody checked, are marked."""
    assert recorded(event, said_by="bo").line.endswith(", by voice")
    assert recorded(event, via=Via.AS).line.endswith(", name not verified")


def test_words_that_are_gone_leave_a_placeholder() -> None:
    """A redacted reason still shows that there was one."""
    book = Playbook()
    book.opens("ana", "bo", commander="ana")
    book.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER, reason="call Mr Smith"))
    book.does("ana", c.RequestRedaction(entry=5, reason="a name"))
    book.does("bo", c.ApproveRedaction(entry=5))
    room = read(book)
    assert "released incident command: [redacted]" == phrase(room.entries[4], room).text
    assert ("redacted",) == marks(room.entries[4], room)


def test_a_redacted_decision_keeps_its_risk() -> None:
    """Facts stay when words go."""
    book = Playbook()
    book.opens("ana", "bo", commander="ana")
    text = DecisionText(choice="page Mr Smith", rationale="he knows")
    book.does("ana", c.RecordDecision(decision=text, risk=Risk.LOW))
    book.does("ana", c.RequestRedaction(entry=5, reason="a name"))
    book.does("bo", c.ApproveRedaction(entry=5))
    room = read(book)
    assert Phrase("D1", "[redacted]", ("risk low",), "decision") == phrase(room.entries[4], room)


def test_amended_words_stand_in_place_of_the_first() -> None:
    """A description that was amended says what it says now, and that it was."""
    book = Playbook()
    book.opens("ana", commander="ana")
    book.does("ana", c.Describe(services=("cards",)))
    book.does("ana", c.Amend(entry=4, text="cards and wallets"))
    room = read(book)
    assert "described: cards and wallets" == phrase(room.entries[3], room).text
    assert ("amended",) == marks(room.entries[3], room)


@pytest.mark.parametrize(
    ("to", "line"),
    [
        (PromotedTo.DECISION, "Ana D1 so be it"),
        (PromotedTo.ACTION, "Ana A1 Bo: so be it, due 09:10"),
        (PromotedTo.HYPOTHESIS, "Ana H1 so be it"),
        (PromotedTo.FACT, "Ana fact so be it"),
    ],
)
def test_what_was_promoted_shows_its_words_again(to: PromotedTo, line: str) -> None:
    """It links back, keeps its time, and is not late for that."""
    book = Playbook()
    book.opens("ana", "bo", commander="ana")
    book.does("bo", c.Post(text="so be it"))
    book.waits(300)
    due = {"assignee": "bo", "due_at": minutes(10)} if to is PromotedTo.ACTION else {}
    book.does("ana", c.Promote(entry=5, to=to, **due))  # type: ignore[arg-type]
    told = Told(book)
    assert line == told.line
    assert ("from #5",) == told.phrase.details


def test_late_entries_say_when_it_happened() -> None:
    """What was recorded a minute and more after it happened is late; with its date, if need be."""
    note = TextWords("pool-3 drained")
    assert (
        "Bo(Ana) pool-3 drained late 08:55"
        == recorded(e.NotePosted(occurred_at=minutes(-5), words=note), said_by="bo").line
    )
    assert (
        "Ana pool-3 drained late 2026-02-28 09:00"
        == recorded(e.NotePosted(occurred_at=minutes(-48 * 60), words=note)).line
    )
    assert "Ana pool-3 drained" == recorded(e.NotePosted(occurred_at=minutes(-1), words=note)).line


def test_struck_entries_say_so() -> None:
    """A struck entry stays readable."""
    book = Playbook()
    book.opens("ana")
    book.does("ana", c.Post(text="wrong"))
    book.does("ana", c.Strike(entry=3, reason="other cluster"))
    room = read(book)
    assert ("struck",) == marks(room.entries[2], room)


def test_a_hypothesis_says_what_became_of_it() -> None:
    """States are said as one says them."""
    event = e.HypothesisAssessed(
        hypothesis=1, state=HypothesisState.RULED_OUT, words=TextWords("config is unchanged")
    )
    assert "Ana H1 ruled out: config is unchanged" == recorded(event).line


@pytest.mark.parametrize(
    ("seconds", "said", "rough", "elapsed"),
    [
        (-5, "0 s", "0 s", "+00:00"),
        (31, "31 s", "31 s", "+00:00"),
        (49 * 60, "49 min", "49 min", "+00:49"),
        (2 * 3600, "2 h", "2 h", "+02:00"),
        (2 * 3600 + 600, "2 h 10 min", "2 h", "+02:10"),
        (3 * 86400 + 7200, "3 d 2 h", "3 d", "+74:00"),
    ],
)
def test_durations(seconds: int, said: str, rough: str, elapsed: str) -> None:
    """A length of time as prose, where there is little room for it, and as the room's clock."""
    span = timedelta(seconds=seconds)
    assert (said, rough, elapsed) == (
        times.duration(span),
        times.roughly(span),
        times.elapsed_time(span),
    )


def test_a_name_that_reads_like_another_s_is_marked_for_everyone(room: Playbook) -> None:
    """In the entry that brought it, whoever reads it; ids say who is who."""
    room.opens("ana")
    room.does(HUB, c.Join(person="p2", name="ANA", handle="ana2"))
    told = read(room)
    expected = ("reads like the name of @ana2, who is someone else",)
    assert expected == phrase(room.entries[1], told).details
    assert ("reads like the name of @ana, who is someone else",) == phrase(
        room.entries[2], told
    ).details


def test_what_goes_on_for_long_is_counted_in_days() -> None:
    """An incident recorded years later has not lasted 33,751 hours and 48 minutes to anyone."""
    assert ["+99:59", "+4 d", "+1406 d"] == [
        times.elapsed_time(timedelta(hours=99, minutes=59)),
        times.elapsed_time(timedelta(hours=100)),
        times.elapsed_time(timedelta(hours=33_751, minutes=48)),
    ]


def test_of_words_that_have_expired_nothing_says_whether_there_were_any() -> None:
    """Where they may have been left out, no placeholder claims that they were said."""
    book = Playbook()
    book.opens("ana", commander="ana")
    book.does("ana", c.Post(text="call Mr Smith"))
    book.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="x"))
    book.waits(90 * 24 * 3600)
    book.does(HUB, c.ExpireWords(days=90))
    room = read(book)
    told = [phrase(entry, room).text for entry in room.entries[2:5]]
    assert ["took incident command", f"[expired {book.now:%Y-%m-%d}]"] == told[:2]
    assert "status cancelled, was declared" == told[2]


def test_words_that_are_put_off_say_what_to_do() -> None:
    """Why they are there still, and what whoever runs the hub does if its date is right."""
    said = times.put_off(3, 90)
    assert "(rooms: 3)" in said
    assert said.endswith("if the date is right: warroom hub retain 90 --yes")
