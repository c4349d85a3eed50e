"""The brief: what someone who comes late has to know, on one small screen."""

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.conftest import LOG, Playbook
from warroom.domain import commands as c
from warroom.domain.commands import DecisionText
from warroom.domain.events import Recorded
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Role,
    Severity,
    Status,
)
from warroom.export.brief import HEIGHT, WIDTH, brief, page


def read(entries: list[Recorded]) -> Transcript:
    """A log as a reader holds it."""
    room = Transcript(LOG)
    for recorded in entries:
        room.append(recorded)
    return room


def test_the_condition_is_what_the_severity_is_for() -> None:
    """Before anything is confirmed or suspected, that is what someone who comes late must know."""
    book = Playbook()
    book.does("ana", c.Declare(title="Scanners offline"))
    book.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="no shipping from Leipzig"))
    assert "CONDITION  SEV2: no shipping from Leipzig" in briefed(book)


def briefed(book: Playbook) -> list[str]:
    return brief(read(book.entries), book.now)


def midway() -> Playbook:
    """An incident half an hour in: something of everything."""
    book = Playbook()
    book.does("ana", c.Declare(title="Checkout fails", severity=Severity.SEV1))
    book.joins("ana", "bo", "cy")
    book.does("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    kim = book.calls("ana", "kim")
    book.does("ana", c.AppointRole(role=Role.COMMS_LEAD, person=kim))
    began = book.now - timedelta(minutes=20)
    book.does(
        "ana",
        c.Describe(
            impact=Level.HIGH, services=("cards", "wallets"), bridge="room 7", started_at=began
        ),
    )
    book.does("cy", c.Post(text="only eu-west-1"))
    book.does("ana", c.Promote(entry=9, to=PromotedTo.FACT))
    for text in ("pool exhausted", "bad config", "network"):
        book.does("cy", c.RaiseHypothesis(text=text))
    book.does("cy", c.AssessHypothesis(hypothesis=1, state=HypothesisState.SUPPORTED))
    book.does("cy", c.AssessHypothesis(hypothesis=2, state=HypothesisState.RULED_OUT))
    book.does("ana", c.ChangeStatus(to=Status.IDENTIFIED, reason="the pool\nis too small"))
    book.does("ana", c.RecordDecision(decision=DecisionText(choice="roll back")))
    book.does("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED))
    book.does("cy", c.ProposeDecision(decision=DecisionText(choice="fail over")))
    due = book.now + timedelta(minutes=5)
    book.does("ana", c.AddAction(text="drain pool-3", assignee="bo", due_at=due))
    book.does("ana", c.AddAction(text="page the scheme", assignee="cy"))
    book.does("ana", c.AddAction(text="ask legal", due_at=due + timedelta(hours=1)))
    book.does("ana", c.AddAction(text="over", assignee="bo"))
    book.does("ana", c.AdvanceAction(action=4, to=ActionState.DONE))
    book.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards fail."))
    book.does("bo", c.SubmitUpdate(update=1))
    book.does("ana", book.approval(1))
    book.does("ana", c.PublishUpdate(update=1))
    book.does("bo", c.DraftUpdate(audience=Audience.EXECUTIVE, text="Numbers."))
    book.does("bo", c.SubmitUpdate(update=2))
    book.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards work."))
    book.does("bo", c.SubmitUpdate(update=3))
    book.does("ana", book.approval(3))
    book.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="Notes."))
    book.waits(10)
    return book


def test_the_brief_of_a_running_incident() -> None:
    """Condition, actions, needs, who is who, what was told, what was decided."""
    assert [
        "INC-7 Checkout fails",
        "SEV1 IDENTIFIED +00:20, since 08:40, declared 09:00; as of 09:00 UTC",
        "impact high; services cards, wallets; bridge room 7",
        "CONDITION  identified: the pool␤is too small",
        "           fact #9 only eu-west-1",
        "           H1 supported: pool exhausted",
        "           H3 network",
        "ACTIONS    A1 by 09:05, Bo: drain pool-3",
        "           A3 by 10:05, nobody: ask legal",
        "           A2 Cy: page the scheme",
        "NEEDS      objections on D2: fail over",
        "           approval of U2 for executives",
        "           publication of U3 for customers",
        "           someone for A3: ask legal",
        "WHO        IC Ana; Deputy vacant; Comms kim (voice); TL vacant; Scribe vacant; 4",
        "           on the roster, 1 by voice",
        "TOLD       U1 to customers, 09:00: Cards fail.",
        "           next to customers by 09:20",
        "DECIDED    D1 09:00 roll back (worked)",
    ] == briefed(midway())


def test_a_page_of_it_has_whole_lines_beside_their_labels() -> None:
    """Where the width is not known nothing is cut or broken; the rest is as in the brief."""
    book = midway()
    room, lines = read(book.entries), briefed(book)
    told = [label + line for label, line in page(room, book.now)]
    assert [*lines[:14], lines[14] + lines[15].replace(" " * 10, "", 1), *lines[16:]] == told


def test_what_is_late_comes_first() -> None:
    """Half an hour on: overdue promises and actions, a vacant command, an unanswered offer."""
    book = midway()
    book.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    book.does("ana", c.TakeRole(role=Role.SCRIBE))
    book.does("ana", c.OfferRole(role=Role.SCRIBE, to="bo"))
    book.does("ana", c.TakeRole(role=Role.DEPUTY))
    book.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="EU only"))
    book.waits(30 * 60)
    lines = briefed(book)
    assert "ACTIONS    25 min late, Bo: drain pool-3" not in lines
    assert "ACTIONS    A1 25 min late, Bo: drain pool-3" in lines
    needs = lines.index("NEEDS      an incident commander: /role ic")
    assert [
        "           an update for customers, 10 min overdue",
        "           an answer from Bo, who was offered scribe",
        "           and 4 more",
    ] == lines[needs + 1 : needs + 4]


def test_drafts_that_went_stale_say_why() -> None:
    """An approved text that no longer says what the log says is not just published."""
    book = midway()
    book.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="EU only"))
    assert "           publication of U3 for customers, stale: severity changed" in briefed(book)


def test_a_proposal_waits_for_a_decision_once_objections_were_heard() -> None:
    """After the window it is the commander's turn."""
    book = midway()
    book.waits(30)
    assert "NEEDS      a decision on D2: fail over" in briefed(book)


def test_a_room_of_a_minute_says_what_is_not_known() -> None:
    """Nothing is left out for being empty."""
    book = Playbook()
    book.does("ana", c.Declare(title="Checkout fails"))
    assert [
        "INC-7 Checkout fails",
        "no severity DECLARED +00:00, declared 09:00; as of 09:00 UTC",
        "CONDITION  none",
        "ACTIONS    none",
        "NEEDS      an incident commander: /role ic",
        "WHO        IC vacant; Deputy vacant; Comms vacant; TL vacant; Scribe vacant; 0",
        "           on the roster, 0 by voice",
        "TOLD       nothing said outside yet",
        "DECIDED    none",
    ] == briefed(book)


def test_a_room_without_entries_has_a_brief() -> None:
    """A client that has read nothing yet shows nothing that is not so."""
    lines = brief(Transcript(LOG), Playbook().now)
    assert "no severity CANDIDATE +00:00; as of 09:00 UTC" == lines[1]


def test_executives_count_as_outside_until_customers_are_told() -> None:
    """The last word to customers goes before a later one to executives."""
    book = midway()
    book.does("ana", book.approval(2))
    book.does("ana", c.PublishUpdate(update=2))
    assert "TOLD       U1 to customers, 09:00: Cards fail." in briefed(book)


@example("漢字" * 60)
@example("e\u0301" * 60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_the_brief_fits_whatever_people_write(text: str) -> None:
    """Eighty cells and twenty-four lines, in any script."""
    text = f"x{text}"
    book = midway()
    for _ in range(6):
        book.does("ana", c.RaiseHypothesis(text=text))
        book.does("ana", c.AddAction(text=text))
        book.does("ana", c.RecordDecision(decision=DecisionText(choice=text)))
    book.does("ana", c.Describe(bridge=text, services=(text, text)))
    book.does("ana", c.Retitle(title=text))
    lines = briefed(book)
    assert HEIGHT >= len(lines)
    assert WIDTH >= max(map(cell_len, lines))


def test_a_restricted_room_says_whose_it_is(staffed: Playbook) -> None:
    """A brief is copied and pasted elsewhere: it says for whom it is, at the top."""
    staffed.does("ana", c.Restrict())
    lines = briefed(staffed)
    assert "RESTRICTED to Ana, Bo, Cy, Dee: not for anyone else" == lines[2]


def test_a_room_that_is_held_says_why(staffed: Playbook) -> None:
    """Whoever reads it knows that its words are to stay."""
    staffed.does("cy", c.Hold(reason="the insurer asks"))
    assert f"HELD since #{staffed.incident.seq}: the insurer asks" == briefed(staffed)[2]
