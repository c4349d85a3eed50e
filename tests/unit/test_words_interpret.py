"""What people say in a room becomes the commands that it asks for.

The room: Ana commands, Bo leads communications, Cy and Dee hold no role, Raj is on the bridge.
It has H1, the decision D1, the proposals D2 and D3, A1 for Cy, A2, and U1, a draft by Dee.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.conftest import Playbook
from warroom.client.draft import Doubt
from warroom.client.inviting import InviteWanted
from warroom.domain import commands as c
from warroom.domain.commands import DecisionText, PersonCommand, Voice
from warroom.domain.names import voice_id
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
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
)
from warroom.protocol.codec import decode_client, encode
from warroom.protocol.envelopes import Submit
from warroom.words.interpret import Draft, OpenDraft, ShowBrief, Shown, interpret
from warroom.words.marks import Marks
from warroom.words.misread import Misread
from warroom.words.parse import Said, read_arguments, read_line
from warroom.words.table import WORDS, Word

IC, TL = Role.INCIDENT_COMMANDER, Role.TECHNICAL_LEAD
NOW = datetime(2026, 3, 2, 14, 20, tzinfo=UTC)


def played() -> Playbook:
    """The log of the room in which these tests speak."""
    book = Playbook(now=NOW)
    book.opens("ana", "bo", "cy", "dee", commander="ana")
    book.calls("ana", "raj")
    book.does("bo", c.TakeRole(role=Role.COMMS_LEAD))
    book.does("cy", c.RaiseHypothesis(text="pool exhausted"))
    book.does("ana", c.RecordDecision(decision=DecisionText(choice="roll back")))
    for choice in ("fail over", "restart"):
        book.does("cy", c.ProposeDecision(decision=DecisionText(choice=choice)))
    book.does("ana", c.AddAction(text="drain pool-3", assignee="cy"))
    book.does("ana", c.AddAction(text="call the bank"))
    book.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards fail."))
    return book


def heard(book: Playbook) -> Transcript:
    """A log as a reader holds it."""
    room = Transcript(book.incident.log)
    for recorded in book.entries:
        room.append(recorded)
    return room


ROOM = heard(played())
LOG, LABEL = ROOM.incident.log, ROOM.incident.label
RAJ, KIM = voice_id(LOG, "raj"), voice_id(LOG, "kim")
TEXT = ROOM.incident.updates[1].text.hash
CALL_KIM = c.CallRoll(people=(Voice(KIM, "kim"),))


def says(line: str, me: str = "ana", room: Transcript = ROOM) -> list[PersonCommand]:
    """The commands of a line, without who said it and when."""
    meant = interpret(read_line(line), room, NOW, me)
    assert isinstance(meant, list)
    return [draft.command for draft in meant]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}").replace(tzinfo=UTC)


def assert_fits_the_wire(meant: list[Draft] | Shown) -> None:
    """Every command is one that the hub takes in, to the last field and character."""
    for draft in meant if isinstance(meant, list) else ():
        submit = Submit(
            id="019ceb1a-0000-7000-8000-000000000001",
            log=LOG,
            command=draft.command,
            said_by=draft.said_by,
            occurred_at=draft.occurred_at,
        )
        assert submit == decode_client(encode(submit))


GRAMMAR: dict[str, list[PersonCommand]] = {
    "p99 back to normal": [c.Post(text="p99 back to normal")],
    "/o p99 4.2 s ~14:01": [c.Observe(text="p99 4.2 s")],
    "/h pool exhausted": [c.RaiseHypothesis(text="pool exhausted")],
    "/h H1 out config is unchanged": [
        c.AssessHypothesis(
            hypothesis=1, state=HypothesisState.RULED_OUT, text="config is unchanged"
        )
    ],
    "/p fail over to eu-west-2 !high +30s": [
        c.ProposeDecision(
            decision=DecisionText(choice="fail over to eu-west-2"), risk=Risk.HIGH, window=30
        )
    ],
    "/d roll back 8.14": [c.RecordDecision(decision=DecisionText(choice="roll back 8.14"))],
    "/d D2": [c.DecideProposal(decision=2)],
    "/d D1 worked errors at 0.2 %": [
        c.RecordOutcome(decision=1, outcome=Outcome.WORKED, text="errors at 0.2 %")
    ],
    "/x D2 replica lags 40 s": [c.ObjectTo(decision=2, reason="replica lags 40 s")],
    "/a @bo drain pool-3 +10m": [
        c.AddAction(text="drain pool-3", assignee="bo", due_at=NOW + timedelta(minutes=10))
    ],
    "/a A1 done": [c.AdvanceAction(action=1, to=ActionState.DONE)],
    "/a A1 +10m": [c.PostponeAction(action=1, due_at=NOW + timedelta(minutes=10))],
    "/r ic": [c.TakeRole(role=IC)],
    "/r ic @dee": [c.OfferRole(role=IC, to="dee")],
    "/r tl @kim voice": [CALL_KIM, c.AppointRole(role=TL, person=KIM)],
    "/s identified": [c.ChangeStatus(to=Status.IDENTIFIED)],
    "/s mitigated ~04:31": [c.ChangeStatus(to=Status.MITIGATED)],
    "/s resolved": [c.ChangeStatus(to=Status.RESOLVED)],
    "/v 1 all EU checkouts fail": [
        c.ChangeSeverity(to=Severity.SEV1, reason="all EU checkouts fail")
    ],
    "/u U1 submit": [c.SubmitUpdate(update=1)],
    "/u U1 approve": [c.ApproveUpdate(update=1, text=TEXT)],
    "/u U1 publish": [c.PublishUpdate(update=1)],
    "/u U1 publish anyway": [c.PublishUpdate(update=1, anyway=True)],
    "/u U1 sent statuspage": [c.RecordSent(update=1, where="statuspage")],
    "/m #41 p99 is 2.4 s": [c.Amend(entry=41, text="p99 is 2.4 s")],
    "/k #41 wrong cluster": [c.Strike(entry=41, reason="wrong cluster")],
    "/redact #41 customer name": [c.RequestRedaction(entry=41, reason="customer name")],
    "/redact #41 approve": [c.ApproveRedaction(entry=41)],
    "/hold the insurer asks for all of it": [c.Hold(reason="the insurer asks for all of it")],
    "/unhold the claim is settled": [c.Unhold(reason="the claim is settled")],
    "/promote #41 decision": [c.Promote(entry=41, to=PromotedTo.DECISION)],
    "/here @ana @raj voice": [c.CallRoll(people=(Voice("ana", "ana"), Voice(RAJ, "raj")))],
}
"""The examples of the grammar, but for those that show something and the answer to an offer."""


@pytest.mark.parametrize("line", GRAMMAR)
def test_every_example_of_the_grammar(line: str) -> None:
    """What the table of the grammar shows is what the room understands."""
    assert GRAMMAR[line] == says(line)


def test_roles_on_offer_are_answered_without_naming_them() -> None:
    """`/r accept` is about the one role that is offered to who says it."""
    book = played()
    book.does("ana", c.OfferRole(role=IC, to="dee"))
    room = heard(book)
    assert [c.AcceptRole(role=IC)] == says("/r accept", "dee", room)
    assert [c.DeclineRole(role=IC, reason="I am off")] == says("/r decline I am off", "dee", room)
    book.does("ana", c.OfferRole(role=TL, to="dee"))
    with pytest.raises(Misread, match="which of incident commander and technical lead"):
        says("/r accept", "dee", heard(book))
    assert [c.AcceptRole(role=TL)] == says("/r accept tl", "dee", heard(book))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/b", ShowBrief()),
        ("/b copy", ShowBrief(copy=True)),
        ("/u customers", OpenDraft(Audience.CUSTOMERS)),
        ("/u internal corrects U1 #3", OpenDraft(Audience.INTERNAL, 1, (3,))),
        ("/invite", InviteWanted()),
        ("/invite for Dee Park", InviteWanted(name="Dee Park")),
        ("/invite for @raj", InviteWanted(handle="raj")),
        ("/invite @raj +90m", InviteWanted(handle="raj", lasts=5400)),
        ("/invite Observer x5 +12h", InviteWanted(scope=Scope.OBSERVER, uses=5, lasts=43_200)),
        ("/invite guest +30d", InviteWanted(scope=Scope.GUEST, room=LABEL, lasts=30 * 86_400)),
        ("/invite guest:INC-7", InviteWanted(scope=Scope.GUEST, room="INC-7")),
        (
            "/invite stakeholder",
            InviteWanted(scope=Scope.STAKEHOLDER, audience=Audience.INTERNAL),
        ),
        (
            "/invite stakeholder:customers for Acme Ltd",
            InviteWanted(scope=Scope.STAKEHOLDER, audience=Audience.CUSTOMERS, name="Acme Ltd"),
        ),
    ],
)
def test_what_is_only_shown_is_no_command(line: str, shown: object) -> None:
    """The brief, an empty draft and an invite are for the caller to see to."""
    assert shown == interpret(read_line(line), ROOM, NOW, "ana")


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_examples_of_the_table_become_commands_it_names(word: Word) -> None:
    """Help never shows what the room does not understand."""
    book = played()
    book.does("ana", c.OfferRole(role=TL, to="bo"))
    for example in word.examples:
        meant = interpret(read_line(example), heard(book), NOW, "bo")
        if isinstance(meant, list):
            assert type(meant[-1].command) in word.commands


MORE: dict[str, list[PersonCommand]] = {
    "/h H1 supported": [c.AssessHypothesis(hypothesis=1, state=HypothesisState.SUPPORTED)],
    "/h h1 open because the graph moved": [
        c.AssessHypothesis(hypothesis=1, state=HypothesisState.OPEN, text="the graph moved")
    ],
    "/d roll back 8.14 because: errors doubled; verify: errors < 1 %; rollback: redeploy": [
        c.RecordDecision(
            decision=DecisionText(
                choice="roll back 8.14",
                rationale="errors doubled",
                verification="errors < 1 %",
                rollback="redeploy",
            )
        )
    ],
    "/d wait\nQuestion: do we wait?\noptions: wait | roll back | \n !low": [
        c.RecordDecision(
            decision=DecisionText(
                choice="wait", question="do we wait?", options=("wait", "roll back")
            ),
            risk=Risk.LOW,
        )
    ],
    "/d D2 because the lag is small": [c.DecideProposal(decision=2, rationale="the lag is small")],
    "/d D2 because: it is time": [c.DecideProposal(decision=2, rationale="it is time")],
    "/d D1 failed": [c.RecordOutcome(decision=1, outcome=Outcome.FAILED)],
    "/d D1 REVERSED too slow": [
        c.RecordOutcome(decision=1, outcome=Outcome.REVERSED, text="too slow")
    ],
    "/p wait +@14:30": [
        c.ProposeDecision(decision=DecisionText(choice="wait"), window=600),
    ],
    "/withdraw D2": [c.WithdrawProposal(decision=2)],
    "/withdraw D2 too late": [c.WithdrawProposal(decision=2, reason="too late")],
    "/a call the vendor": [c.AddAction(text="call the vendor")],
    "/a @cl tell the banks": [c.AddAction(text="tell the banks", assignee="bo")],
    "/a A1 start": [c.AdvanceAction(action=1, to=ActionState.STARTED)],
    "/a a1 done 40 s": [c.AdvanceAction(action=1, to=ActionState.DONE, text="40 s")],
    "/a A1 drop they called": [
        c.AdvanceAction(action=1, to=ActionState.DROPPED, text="they called")
    ],
    "/a A1 the tool is slow +@15:00": [
        c.PostponeAction(action=1, due_at=at("15:00"), reason="the tool is slow")
    ],
    "/a A1 @raj": [c.AssignAction(action=1, assignee=RAJ)],
    "/a A1 @dee +5m": [
        c.AssignAction(action=1, assignee="dee"),
        c.PostponeAction(action=1, due_at=at("14:25")),
    ],
    "/r ic because Ana lost her line": [c.TakeRole(role=IC, reason="Ana lost her line")],
    "/r deputy @ana": [c.TakeRole(role=Role.DEPUTY)],
    "/r technical_lead @cy": [c.AppointRole(role=TL, person="cy")],
    "/r ic @dee I am off at six": [c.OfferRole(role=IC, to="dee", note="I am off at six")],
    "/r release": [c.ReleaseRole(role=IC)],
    "/r release cl Bo is gone": [c.ReleaseRole(role=Role.COMMS_LEAD, reason="Bo is gone")],
    "/r decline tl": [c.DeclineRole(role=TL)],
    "/s mitigated ~04:31 cache is warm": [
        c.ChangeStatus(to=Status.MITIGATED, reason="cache is warm")
    ],
    "/s cancelled because a false alarm": [
        c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm")
    ],
    "/v sev2 only cards": [c.ChangeSeverity(to=Severity.SEV2, reason="only cards")],
    "/u customers Cards fail. #3 #5": [
        c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards fail.", cites=(3, 5))
    ],
    "/u exec We know why.": [c.DraftUpdate(audience=Audience.EXECUTIVE, text="We know why.")],
    "/u customers corrects U1 Only EU cards.": [
        c.DraftUpdate(audience=Audience.CUSTOMERS, text="Only EU cards.", corrects=1)
    ],
    "/u U1 revise Cards fail.\nWe know. #3": [
        c.ReviseUpdate(update=1, text="Cards fail.\nWe know.", cites=(3,))
    ],
    "/u U1 return say since when": [c.ReturnUpdate(update=1, reason="say since when")],
    "/u U1 publish +20m": [c.PublishUpdate(update=1, next_by=at("14:40"))],
    "/u U1 sent statuspage\nand the hotline": [
        c.RecordSent(update=1, where="statuspage", text="and the hotline")
    ],
    "/u U1 break nobody else is up": [
        c.ApproveUpdate(update=1, text=TEXT, break_glass=True, reason="nobody else is up")
    ],
    "/m 41 p99": [c.Amend(entry=41, text="p99")],
    "/k D1 wrong": [c.Strike(entry=ROOM.incident.decisions[1].source.seq, reason="wrong")],
    "/k a1 wrong": [c.Strike(entry=ROOM.incident.actions[1].source.seq, reason="wrong")],
    "/k H1 wrong": [c.Strike(entry=ROOM.incident.hypotheses[1].source.seq, reason="wrong")],
    "/k U1 wrong": [c.Strike(entry=ROOM.incident.updates[1].text.seq, reason="wrong")],
    "/promote #41 action @cy +10m": [
        c.Promote(entry=41, to=PromotedTo.ACTION, assignee="cy", due_at=at("14:30"))
    ],
    "/promote #41 fact": [c.Promote(entry=41, to=PromotedTo.FACT)],
    "/here @kim, @Kim @ic": [c.CallRoll(people=(Voice(KIM, "kim"), Voice("ana", "ana")))],
    "/name Kim Lee": [c.Rename(name="Kim Lee")],
    "/restrict a suspect may read this": [c.Restrict(reason="a suspect may read this")],
    "/restrict": [c.Restrict()],
    "/admit @kim": [c.Admit(handle="kim")],
    "/remove @kim not needed": [c.Remove(handle="kim", reason="not needed")],
    "/title Cards fail everywhere": [c.Retitle(title="Cards fail everywhere")],
    "/info impact high urgency: Medium services cards, checkout started ~13:40 "
    "bridge https://meet.example/1 pin 22": [
        c.Describe(
            impact=Level.HIGH,
            urgency=Level.MEDIUM,
            services=("cards", "checkout"),
            started_at=at("13:40"),
            bridge="https://meet.example/1 pin 22",
        )
    ],
    "/info identified 13:42 mitigated ~13:50": [
        c.Describe(identified_at=at("13:42"), mitigated_at=at("13:50"))
    ],
    "/info resolved ~13:55": [c.Describe(resolved_at=at("13:55"))],
}


@pytest.mark.parametrize("line", MORE)
def test_every_other_form(line: str) -> None:
    """Each form that the words have, as the incident commander says it."""
    assert MORE[line] == says(line)


def test_only_the_commander_appoints() -> None:
    """Anyone else who names a person for a role offers it."""
    assert [c.OfferRole(role=TL, to="dee")] == says("/r tl @dee", "cy")
    assert [c.AppointRole(role=TL, person="dee")] == says("@ana: /r tl @dee", "cy")


def test_an_appointment_may_say_why() -> None:
    """What follows the name is its note, as it is of an offer."""
    assert [c.AppointRole(role=TL, person="dee", note="knows the pool")] == says(
        "/r tl @dee knows the pool", "ana"
    )


@pytest.mark.parametrize("line", ["/a @cy @dee drain", "/a @cy, @tl drain"])
def test_an_action_is_one_persons(line: str) -> None:
    """The second would be text, and wait for nobody; later on, a name is text."""
    with pytest.raises(Misread, match=r"one person's: give @(dee|tl) one of their own"):
        says(line)
    assert [c.AddAction(text="ask @dee", assignee="cy")] == says("/a @cy ask @dee")


def test_when_it_happened_goes_with_the_command() -> None:
    """A mark of when it happened is a fact of the entry, whatever the word."""
    assert [Draft(c.Observe(text="p99 4.2 s"), occurred_at=at("14:01"))] == interpret(
        read_line("/o p99 4.2 s ~14:01"), ROOM, NOW, "cy"
    )
    assert [
        Draft(c.ChangeStatus(to=Status.MITIGATED, reason="cache is warm"), None, at("04:31"))
    ] == interpret(read_line("/s mitigated ~04:31 cache is warm"), ROOM, NOW, "ana")


@pytest.mark.parametrize("line", ["/o p99 4.2 s ~15:10", "/info started 15:10"])
def test_a_time_that_is_yet_to_come_is_yesterdays_with_a_doubt(line: str) -> None:
    """Whoever reads another zone's clock is not put a day back in silence."""
    meant = interpret(read_line(line), ROOM, NOW, "cy")
    assert isinstance(meant, list)
    (draft,) = meant
    doubt = "15:10 UTC is yet to come, it is 14:20; yesterday's is 2026-03-01T15:10Z"
    assert (Doubt(doubt, "means that"),) == draft.doubts


def test_what_looks_like_a_mark_is_text_with_a_doubt() -> None:
    """`~noon` at the end of a status was meant as a time; the text says so itself."""
    meant = interpret(read_line("/s identified ~noon"), ROOM, NOW, "ana")
    assert isinstance(meant, list)
    (draft,) = meant
    assert c.ChangeStatus(to=Status.IDENTIFIED, reason="~noon") == draft.command
    (doubt,) = draft.doubts
    assert doubt.why.startswith("~noon is not understood; write ~14:01")
    assert "keeps it as text" == doubt.sent


def test_a_time_that_leads_is_text_if_one_ends_the_line() -> None:
    """There is one time when it happened: the last tokens have it."""
    said = read_line("/s mitigated ~04:31 cache is warm ~04:40")
    draft = Draft(c.ChangeStatus(to=Status.MITIGATED, reason="~04:31 cache is warm"), None)
    assert [Draft(draft.command, None, at("04:40"))] == interpret(said, ROOM, NOW, "ana")


def test_who_said_it_goes_with_the_command() -> None:
    """A scribe records for someone in the room, by handle or by role."""
    for line in ("@bo: p99 is 4 s", "@cl: p99 is 4 s"):
        assert [Draft(c.Post(text="p99 is 4 s"), "bo")] == interpret(
            read_line(line), ROOM, NOW, "cy"
        )


def test_someone_unknown_who_is_quoted_is_called_first() -> None:
    """Kim speaks on the bridge: she is put on the roster, then quoted."""
    assert [Draft(CALL_KIM), Draft(c.Post(text="hello"), KIM)] == interpret(
        read_line("@kim: hello"), ROOM, NOW, "cy"
    )


def test_someone_unknown_who_calls_the_roll_is_called_first() -> None:
    """A roll that calls who is quoted still quotes somebody who is there."""
    assert [Draft(CALL_KIM), Draft(CALL_KIM, KIM)] == interpret(
        read_line("@kim: /here @kim"), ROOM, NOW, "cy"
    )


def test_someone_unknown_is_called_once() -> None:
    """However often and in whatever case a name is said, it is one person."""
    drafts = interpret(read_line("@kim: /r tl @Kim voice"), ROOM, NOW, "cy")
    assert [Draft(CALL_KIM), Draft(c.TakeRole(role=TL), KIM)] == drafts


def test_who_has_just_come_can_be_named() -> None:
    """Before the log knows them, by who is connected; one whom the log knows is meant first."""
    come = {"kim": "0f3c", "raj": "77aa", "cy": "another"}.get
    said: dict[str, PersonCommand] = {
        "/a @kim drain pool-3": c.AddAction(text="drain pool-3", assignee="0f3c"),
        "/r tl @Raj": c.AppointRole(role=TL, person="77aa"),
        "/a @cy drain pool-3": c.AddAction(text="drain pool-3", assignee="cy"),
        "/here @kim": c.CallRoll(people=(Voice("0f3c", "kim"),)),
    }
    for line, command in said.items():
        assert [Draft(command)] == interpret(
            read_line(line), ROOM, NOW, "ana", lambda handle: come(handle.casefold())
        )
    quoted = interpret(read_line("@kim: hello"), ROOM, NOW, "cy", come)
    assert [Draft(c.Post(text="hello"), "0f3c")] == quoted


def test_headless_words_mean_the_same() -> None:
    """Arguments and options give the drafts that the line in the composer gives."""
    line = read_line("@kim: /a @bo drain pool-3 ~14:01 +10m")
    argued = read_arguments(
        "act", ["@bo", "drain pool-3"], said_by="kim", marks=Marks(at="14:01", due="+10m")
    )
    assert interpret(line, ROOM, NOW, "cy") == interpret(argued, ROOM, NOW, "cy")


MISREAD = {
    "": "nothing to post",
    "/o ~14:01": "say what was observed",
    "/h": "say what you suspect",
    "/h H1": "out, supported or open",
    "/h H1 dead": "out, supported or open",
    "/p !high": "say what you propose",
    "/p wait +2d": "for a day at most",
    "/d": "say what is decided",
    "/d because: x": "say what is decided",
    "/d wait because:": "say because: once",
    "/d wait because: a; because: b": "say because: once",
    "/d D2 perhaps": "worked, failed or reversed",
    "/d D2 !high": "takes no risk",
    "/x replica lags": "say which proposal",
    "/x D2": "say why: /object D2",
    "/withdraw": "say which proposal",
    "/a": "say what is to be done",
    "/a @bo +10m": "say what is to be done",
    "/a @kim drain": "nobody here is called @kim; call them first: /here @kim voice",
    "/a @tl drain": "nobody is technical lead now",
    "/a A1": "say how A1 goes",
    "/a A1 later": "say how A1 goes",
    "/a A1 @dee later": "say how A1 goes",
    "/a A1 done +10m": "takes no due time",
    "/a A1 drop": "say why: /act A1 drop",
    "/a A1 start now": "a start has no text",
    "/r": "say which role",
    "/r boss": "say which role",
    "/r ic dee": "name a person, /role ic @dee, or a reason, /role ic because REASON",
    "/r tl @kim": "nobody here is called @kim; if they are on the bridge: /role tl @kim voice",
    "/r accept": "no role is on offer to you; name the role: /role accept tl",
    "/s": "say where the incident stands",
    "/s identifed": "did you mean identified",
    "/s zzz": "write candidate, declared",
    "/s mitigated ~25:00": "no time of day",
    "/v": "say the severity",
    "/v 6 all": "say the severity",
    "/v 1": "say why: /sev 1",
    "/u": "say for whom it is",
    "/u custmers Cards fail.": "did you mean customers",
    "/u customers corrects it": "say which update it corrects",
    "/u U1": "say what about U1",
    "/u U1 explode": "say what about U1",
    "/u U1 submit now": '"now" is too much',
    "/u U9 approve": "there is no update U9",
    "/u U1 return": "say why: /update U1 return",
    "/u U1 revise": "say how it should read",
    "/u U1 sent": "say where",
    "/u U1 break": "say why: /update U1 break",
    "/m": "say which entry",
    "/m #0 p99": "say which entry",
    "/m #41": "say how #41 should read",
    "/k #41": "say why: /strike #41",
    "/k D9 wrong": "there is no D9",
    "/redact #41": "say why: /redact #41",
    "/hold": "say why: /hold",
    "/unhold": "say why: /unhold",
    "/promote #41": "say what #41 is",
    "/promote #41 facts": "did you mean fact",
    "/promote #41 fact +10m": "takes no due time",
    "/promote #41 action @cy soon": '"soon" is too much',
    "/here": "say who is on the bridge",
    "/here kim": '"kim" is too much',
    "/title": "say the title",
    "/title a\nb": "title must stand on one line",
    f"/title {'x' * 301}": "title is too long; write 300 characters at most",
    f"/o {'x' * 40_001}": "text is too long",
    f"/here {' '.join(f'@p{n}' for n in range(51))}": "people is too long; write 50 entries",
    "/info": "say what is known by its name",
    "/info very bad": "say what is known by its name",
    "/info impact huge": "impact is high, medium or low",
    "/info impact high impact low": "say impact once",
    "/name": "say what you are called",
    "/admit kim": "say whom to let in",
    "/admit @kim now": '"now" is too much',
    "/remove": "say whom to show out",
    "/info services ,": "name at least one service",
    "/info started soon": "is no time",
    "/b now": '"now" is too much',
    "/invite Dee Park": "there is no scope dee; give one of auditor, guest, observer",
    "/invite observer Dee": '"Dee" is too much; write /invite for Dee Park',
    "/invite @dee: hello": "without the colon",
    "/invite for": "say whom it is for",
    "/invite auditor for x5": "say whom it is for",
    "/invite @dee and more": '"and more" is too much',
    "/invite x0": "lets in 1 to 1000 people",
    "/invite x1001": "lets in 1 to 1000 people",
    "/invite +30s": "lasts a minute to 30 days",
    "/invite +31d": "lasts a minute to 30 days",
    "/invite observer:INC-7": "observer is for every room",
    "/invite stakeholder:press": "there is no audience press; give one of",
    "/invite hub": "there is no scope hub",
    f"/invite for {'x' * 301}": "name is too long; write 300 characters",
    "/invite for Dee\nPark": "name must stand on one line",
}


@pytest.mark.parametrize("line", MISREAD, ids=lambda line: line[:30] or "nothing")
def test_what_makes_no_sense_is_answered_with_what_does(line: str) -> None:
    """One sentence says what is wrong, and the forms of the word go with it."""
    with pytest.raises(Misread) as caught:
        says(line)
    assert MISREAD[line] in caught.value.text
    assert () != caught.value.usage


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (Said("drop"), "there is no word drop"),
        (Said("post", "x", "b o"), '"b o" is no handle'),
        (Said("post", "x", "bo,"), "is no handle"),
        (Said("obs", "x", marks=Marks(due="10m")), "takes no due time"),
        (Said("brief", marks=Marks(at="14:01")), "takes no time when it happened"),
        (Said("obs", "x", marks=Marks(at="x" * 50)), "is no time"),
        (Said("decide", "x", marks=Marks(risk="huge")), "is no risk"),
        (Said("brief", "a very long text that nobody wants to read again"), "nobody …"),
    ],
)
def test_what_no_line_can_say_is_misread_as_well(said: Said, text: str) -> None:
    """Options of the command line are read with the same care."""
    with pytest.raises(Misread, match=text):
        interpret(said, ROOM, NOW, "ana")


def test_release_needs_a_role_to_release() -> None:
    """Who holds none has to say which."""
    with pytest.raises(Misread, match="you hold no role; name the role: /role release tl"):
        says("/r release", "cy")


_SAID = """@bo @kim @ic @cl: ~14:01 +10m !high D1 D2 A1 H1 U1 #3 41 done drop start out because
because: verify: options: a | b worked customers internal corrects submit approve publish revise
sent break accept release ic tl voice fact action decision impact services started high , 1 sev2
resolved copy ~"10 ago" text"""
_TOKENS = st.sampled_from(_SAID.split())
_LINES = st.builds(
    lambda word, tokens: f"/{word} {' '.join(tokens)}",
    st.sampled_from([word.name for word in WORDS]),
    st.lists(_TOKENS | st.text(max_size=8), max_size=7),
)


@given(_LINES | st.text(max_size=80))
def test_any_line_is_commands_or_misread(line: str) -> None:
    """Whatever is typed, the answer is commands that the wire takes, or one clear sentence."""
    with suppress(Misread):
        assert_fits_the_wire(interpret(read_line(line), ROOM, NOW, "ana"))


@given(
    st.builds(
        Said,
        st.sampled_from([word.name for word in WORDS]) | st.text(max_size=5),
        st.text(max_size=60),
        st.none() | st.text(max_size=30),
        st.builds(Marks, *[st.none() | st.text(max_size=20)] * 3),
    )
)
def test_anything_headless_is_commands_or_misread(said: Said) -> None:
    """Arguments may hold what no line can."""
    with suppress(Misread):
        assert_fits_the_wire(interpret(said, ROOM, NOW, "ana"))
