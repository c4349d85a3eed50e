"""Stakeholder updates: one text, read by two, published once, with the promise of the next."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.unit.conftest import Playbook, entry_hash
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.decide.updates import rule
from warroom.domain.events import DEFAULT_POLICY, Citation, SentWords, TextWords
from warroom.domain.incident import stale_because, untold
from warroom.domain.vocabulary import HUB, Audience, Role, Severity, Status, UpdateState

CUSTOMERS, EXECUTIVE, INTERNAL = Audience.CUSTOMERS, Audience.EXECUTIVE, Audience.INTERNAL


@pytest.fixture
def submitted(staffed: Playbook) -> Playbook:
    """Dee has written U1 for customers, and asked for its approval."""
    staffed.does("dee", c.DraftUpdate(audience=CUSTOMERS, text="Cards may fail.", cites=(1, 2)))
    staffed.does("dee", c.SubmitUpdate(update=1))
    return staffed


@pytest.fixture
def published(submitted: Playbook) -> Playbook:
    """Ana has approved U1 and Bo published it."""
    submitted.does("ana", submitted.approval(1))
    submitted.does("bo", c.PublishUpdate(update=1))
    return submitted


def test_an_update_goes_from_draft_to_published(submitted: Playbook) -> None:
    """U1: submitted, approved and published name the same text by its hash."""
    text = submitted.incident.updates[1].text
    assert e.UpdateSubmitted(update=1, text=text.citation) == submitted.entries[-1].event
    approved = submitted.does("ana", submitted.approval(1, reason="fine"))
    words = TextWords("fine")
    assert e.UpdateApproved(update=1, text=text.citation, words=words) == approved.event
    next_by = submitted.now + timedelta(minutes=30)
    granted = submitted.does("bo", c.PublishUpdate(update=1))
    event = e.UpdatePublished(update=1, text=text.citation, next_by=next_by)
    assert Granted(event, Role.COMMS_LEAD, (text.id, submitted.entries[-2].id)) == granted
    update = submitted.incident.updates[1]
    assert (UpdateState.PUBLISHED, submitted.now) == (update.state, update.published_at)


def test_a_draft_cites_what_it_was_written_from(submitted: Playbook) -> None:
    """U3: the numbers in the facts, the ids among the refs."""
    draft = submitted.entries[-2]
    words = TextWords("Cards may fail.")
    expected = e.UpdateDrafted(update=1, audience=CUSTOMERS, cites=(1, 2), words=words)
    assert expected == draft.event
    assert (submitted.entries[0].id, submitted.entries[1].id) == draft.refs


@pytest.mark.parametrize(
    "command",
    [
        c.DraftUpdate(audience=INTERNAL, text="x", cites=(1, 99)),
        c.ReviseUpdate(update=1, text="x", cites=(99,)),
    ],
    ids=lambda command: command.word,
)
def test_a_draft_cites_what_is_there(submitted: Playbook, command: c.PersonCommand) -> None:
    """U3: an entry that nobody wrote supports nothing."""
    expected = Refused(Code.NOT_FOUND, "cites: there is no entry #99")
    assert expected == submitted.refuses("dee", command)


def test_who_wrote_an_external_update_does_not_approve_it(submitted: Playbook) -> None:
    """U2: the author cannot be the approver, whatever role they hold."""
    submitted.does("dee", c.TakeRole(role=Role.DEPUTY))
    refused = submitted.refuses("dee", submitted.approval(1))
    assert Code.NOT_ALLOWED == refused.code
    assert "whoever wrote an update for customers cannot approve it" in refused.text


def test_every_hand_in_an_external_update_counts(staffed: Playbook) -> None:
    """U2: who dictated, who recorded and who revised it are all its authors."""
    raj = staffed.calls("ana", "raj")
    staffed.does("cy", c.DraftUpdate(audience=CUSTOMERS, text="Cards may fail."), said_by=raj)
    staffed.does("dee", c.ReviseUpdate(update=1, text="Cards fail."))
    staffed.does("dee", c.SubmitUpdate(update=1))
    assert {"cy", "dee", raj} == staffed.incident.updates[1].authors
    staffed.does("ana", c.AppointRole(role=Role.DEPUTY, person=raj))
    approval = staffed.approval(1)
    refusals = [
        staffed.refuses("bo", approval, said_by=raj),
        staffed.refuses("cy", approval, said_by="ana"),
        staffed.refuses("dee", approval, said_by="ana"),
    ]
    assert [Code.NOT_ALLOWED] * 3 == [refused.code for refused in refusals]
    staffed.does("bo", approval, said_by="ana")


def test_breaking_the_glass_needs_a_reason_and_stays_marked(staffed: Playbook) -> None:
    """U2: alone at night, the author approves; the debrief shows it."""
    staffed.does("ana", c.DraftUpdate(audience=CUSTOMERS, text="Cards may fail."))
    staffed.does("ana", c.SubmitUpdate(update=1))
    refused = staffed.refuses("ana", staffed.approval(1, break_glass=True))
    assert (Code.INVALID, True) == (refused.code, refused.text.startswith("reason:"))
    staffed.does("ana", staffed.approval(1, break_glass=True, reason="nobody else is up"))
    event = staffed.entries[-1].event
    assert isinstance(event, e.UpdateApproved)
    assert (True, True, TextWords("nobody else is up")) == (
        event.break_glass,
        staffed.incident.updates[1].break_glass,
        event.words,
    )


def test_glass_that_holds_nothing_is_not_broken(submitted: Playbook) -> None:
    """U2: an approval that two people made is no exception, whatever was asked."""
    submitted.does("ana", submitted.approval(1, break_glass=True, reason="in a hurry"))
    assert not submitted.incident.updates[1].break_glass


@pytest.mark.parametrize("audience", [EXECUTIVE, INTERNAL])
def test_inside_the_house_an_author_may_approve(staffed: Playbook, audience: Audience) -> None:
    """U2: two people are needed for what leaves the organisation."""
    staffed.does("ana", c.DraftUpdate(audience=audience, text="Cards may fail."))
    staffed.does("ana", c.SubmitUpdate(update=1))
    staffed.does("ana", staffed.approval(1))
    assert UpdateState.APPROVED is staffed.incident.updates[1].state


def test_an_approval_is_of_the_text_that_was_read(submitted: Playbook) -> None:
    """U1, U2: a text revised in the meantime is not approved unread."""
    read = submitted.approval(1)
    submitted.does("dee", c.ReviseUpdate(update=1, text="Cards fail."))
    submitted.does("dee", c.SubmitUpdate(update=1))
    revised = submitted.incident.updates[1].text.seq
    text = f"U1 was revised since you read it; read #{revised} and approve again"
    assert Refused(Code.CONFLICT, text) == submitted.refuses("ana", read)
    submitted.does("ana", submitted.approval(1))


@pytest.mark.parametrize("role", [Role.COMMS_LEAD, Role.TECHNICAL_LEAD, Role.SCRIBE, None])
def test_only_approvers_approve_and_return(submitted: Playbook, role: Role | None) -> None:
    """U2: the room's policy says which roles do; the others are told."""
    if role is not None:
        submitted.does("cy", c.TakeRole(role=role, reason="for the test"))
    text = "this needs the incident commander or deputy; {about} is in command"
    expected = Refused(Code.NOT_ALLOWED, text, about="ana")
    assert expected == submitted.refuses("cy", submitted.approval(1))
    assert expected == submitted.refuses("cy", c.ReturnUpdate(update=1, reason="too long"))


def test_a_policy_may_name_other_approvers(submitted: Playbook) -> None:
    """U2: where the comms lead approves, the commander does not."""
    policy = replace(DEFAULT_POLICY, approvers=(Role.COMMS_LEAD,))
    submitted.does("ana", c.ChangePolicy(policy=policy, reason="as legal wants it"))
    submitted.refuses("ana", submitted.approval(1))
    submitted.does("bo", submitted.approval(1))


@pytest.mark.parametrize("approved", [False, True])
def test_a_returned_update_is_a_draft_again(submitted: Playbook, *, approved: bool) -> None:
    """U1: with a reason; an approval that it had is void."""
    if approved:
        submitted.does("ana", submitted.approval(1))
    text = submitted.incident.updates[1].text
    returned = submitted.does("ana", c.ReturnUpdate(update=1, reason="say since when"))
    words = TextWords("say since when")
    assert e.UpdateReturned(update=1, text=text.citation, words=words) == returned.event
    update = submitted.incident.updates[1]
    assert (UpdateState.DRAFT, None, False) == (update.state, update.approved, update.break_glass)
    assert update.returned is not None
    assert submitted.incident.seq == update.returned.seq
    submitted.does("dee", c.SubmitUpdate(update=1))


def test_a_revision_voids_the_approval(submitted: Playbook) -> None:
    """U1: a new text has to be read again, and cites what it was written from."""
    submitted.does("ana", submitted.approval(1))
    submitted.does("bo", c.ReviseUpdate(update=1, text="Cards fail.", cites=(1,)))
    update = submitted.incident.updates[1]
    assert (UpdateState.DRAFT, None, (1,), submitted.incident.seq) == (
        update.state,
        update.approved,
        update.cites,
        update.text.seq,
    )
    assert Code.ILLEGAL_STATE == submitted.refuses("bo", c.PublishUpdate(update=1)).code


@pytest.mark.parametrize("audience", list(Audience))
def test_only_internal_updates_need_no_approval(staffed: Playbook, audience: Audience) -> None:
    """U5: internal text cannot reach an external channel unapproved."""
    staffed.does("dee", c.DraftUpdate(audience=audience, text="Cards may fail."))
    answer = staffed.says("bo", c.PublishUpdate(update=1))
    if audience is INTERNAL:
        assert isinstance(answer, Granted)
    else:
        text = "U1 is draft; this takes one that is approved"
        assert Refused(Code.ILLEGAL_STATE, text) == answer


def test_a_published_update_stays_as_it_is(published: Playbook) -> None:
    """U1: it is neither revised nor published again."""
    refused = published.refuses("dee", c.ReviseUpdate(update=1, text="Cards fail."))
    text = "U1 is published and stays as it is; draft a correction of it"
    assert Refused(Code.ILLEGAL_STATE, text) == refused
    again = published.refuses("bo", c.PublishUpdate(update=1))
    assert Refused(Code.ILLEGAL_STATE, "U1 is published; this takes one that is approved") == again


def test_a_correction_names_what_it_corrects(published: Playbook) -> None:
    """U8: only what was published can be corrected."""
    correction = c.DraftUpdate(audience=CUSTOMERS, text="Cards work.", corrects=1, cites=(1,))
    granted = published.does("dee", correction)
    assert (published.incident.updates[1].text.id, published.entries[0].id) == granted.refs
    assert 1 == published.incident.updates[2].corrects
    of_draft = c.DraftUpdate(audience=CUSTOMERS, text="Cards work.", corrects=2)
    assert Code.ILLEGAL_STATE == published.refuses("dee", of_draft).code


@pytest.mark.parametrize(
    "command",
    [
        c.ReviseUpdate(update=7, text="x"),
        c.SubmitUpdate(update=7),
        c.ReturnUpdate(update=7, reason="x"),
        c.ApproveUpdate(update=7, text=entry_hash(1)),
        c.PublishUpdate(update=7),
        c.RecordSent(update=7, where="x"),
        c.DraftUpdate(audience=INTERNAL, text="x", corrects=7),
    ],
    ids=lambda command: command.word,
)
def test_an_update_that_is_not_there(staffed: Playbook, command: c.PersonCommand) -> None:
    """U1: a number that nobody gave is refused by name."""
    expected = Refused(Code.NOT_FOUND, "there is no stakeholder update U7")
    assert expected == staffed.refuses("ana", command)


def test_a_text_that_is_redacted_goes_nowhere(submitted: Playbook) -> None:
    """U1, L6: nobody can read it, so nobody approves or publishes it before it is revised."""
    text = submitted.incident.updates[1].text.seq
    submitted.does("cy", c.RequestRedaction(entry=text, reason="a name"))
    submitted.does("bo", c.ApproveRedaction(entry=text))
    expected = Refused(Code.ILLEGAL_STATE, "the text of U1 is gone; revise it first")
    assert expected == submitted.refuses("ana", submitted.approval(1))
    submitted.does("ana", c.ReturnUpdate(update=1, reason="it holds a name"))
    assert expected == submitted.refuses("dee", c.SubmitUpdate(update=1))
    assert expected == submitted.refuses("bo", c.PublishUpdate(update=1))
    submitted.does("dee", c.ReviseUpdate(update=1, text="Cards fail."))
    submitted.does("dee", c.SubmitUpdate(update=1))


def test_a_receipt_names_the_text_that_was_sent(published: Playbook) -> None:
    """U7: who put it where; several places, several receipts."""
    text = published.incident.updates[1].text
    sent = published.does("cy", c.RecordSent(update=1, where="the status page", text="as is"))
    words = SentWords(where="the status page", text="as is")
    assert e.UpdateSent(update=1, text=text.citation, words=words) == sent.event
    published.does("dee", c.RecordSent(update=1, where="the newsletter"))
    assert ["cy", "dee"] == [source.speaker for source in published.incident.updates[1].sent]


def test_only_what_is_published_was_sent(submitted: Playbook) -> None:
    """U7: a receipt for a draft would be false."""
    text = "U1 is submitted; this takes one that is published"
    assert Refused(Code.ILLEGAL_STATE, text) == submitted.refuses(
        "cy", c.RecordSent(update=1, where="the status page")
    )


@pytest.mark.parametrize(
    ("severity", "minutes"),
    [
        (Severity.SEV1, 20),
        (Severity.SEV2, 30),
        (Severity.SEV3, 60),
        (Severity.SEV4, 240),
        (Severity.SEV5, 1440),
        (None, 30),
    ],
)
def test_each_update_promises_the_next(
    submitted: Playbook, severity: Severity | None, minutes: int
) -> None:
    """U4: by the severity, as the room's policy says."""
    submitted.does("ana", submitted.approval(1))
    if severity is not None:
        submitted.does("ana", c.ChangeSeverity(to=severity, reason="for the test"))
    submitted.does("bo", c.PublishUpdate(update=1, anyway=True))
    promise = submitted.incident.next_update
    assert promise is not None
    assert (CUSTOMERS, submitted.now + timedelta(minutes=minutes)) == (promise.audience, promise.at)


def test_a_severity_without_a_rule_has_that_of_the_unrated(staffed: Playbook) -> None:
    """U4: a policy may leave severities out."""
    policy = replace(DEFAULT_POLICY, update_every={}, update_every_unrated=60)
    staffed.does("ana", c.ChangePolicy(policy=policy, reason="for the test"))
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="for the test"))
    staffed.does("dee", c.DraftUpdate(audience=INTERNAL, text="x"))
    staffed.does("bo", c.PublishUpdate(update=1))
    assert staffed.now + timedelta(seconds=60) == staffed.incident.promises[INTERNAL].at


def test_a_promise_can_be_given_and_lies_ahead(staffed: Playbook) -> None:
    """U4: the next update comes when the publisher says, even once service is back."""
    staffed.does("dee", c.DraftUpdate(audience=INTERNAL, text="x"))
    refused = staffed.refuses("bo", c.PublishUpdate(update=1, next_by=staffed.now))
    assert (Code.INVALID, True) == (refused.code, refused.text.startswith("next_by lies"))
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    tomorrow = staffed.now + timedelta(days=1)
    staffed.does("bo", c.PublishUpdate(update=1, next_by=tomorrow, anyway=True))
    assert tomorrow == staffed.incident.promises[INTERNAL].at


def test_once_service_is_back_nothing_more_is_promised(published: Playbook) -> None:
    """U4: an update that comes then promises no other, and keeps what was promised."""
    promised = published.incident.promises[CUSTOMERS]
    published.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    assert [promised] == [*published.incident.promises.values()]
    published.does("dee", c.DraftUpdate(audience=CUSTOMERS, text="It is back."))
    published.does("bo", c.SubmitUpdate(update=2))
    published.does("ana", published.approval(2))
    granted = published.does("bo", c.PublishUpdate(update=2))
    text = published.incident.updates[2].text.citation
    assert e.UpdatePublished(update=2, text=text) == granted.event
    assert (None, []) == (published.incident.next_update, published.due())


def test_a_promise_outlives_the_resolution(published: Playbook) -> None:
    """U4: customers were told when they hear again, whatever has become of it meanwhile."""
    promised = published.incident.promises[CUSTOMERS]
    published.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    published.does("ana", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    assert [promised] == [*published.incident.promises.values()]
    published.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    published.does("ana", c.ChangeStatus(to=Status.CLOSED))
    assert (None, []) == (published.incident.next_update, published.due())


def test_who_was_told_of_the_trouble_is_to_be_told_of_its_end(published: Playbook) -> None:
    """The audiences whose last update is older than the resolution, until one is newer."""
    assert () == untold(published.incident)
    published.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    published.does("ana", c.ChangeStatus(to=Status.DEBRIEFING))
    published.does("dee", c.DraftUpdate(audience=INTERNAL, text="It is back."))
    assert (CUSTOMERS,) == untold(published.incident)
    published.does("dee", c.DraftUpdate(audience=CUSTOMERS, text="It is back."))
    published.does("bo", c.SubmitUpdate(update=3))
    published.does("ana", published.approval(3))
    published.does("bo", c.PublishUpdate(update=3))
    assert () == untold(published.incident)


def test_audiences_have_promises_of_their_own(published: Playbook) -> None:
    """U4, U5: an update for one audience keeps no promise to another."""
    published.waits(60)
    published.does("dee", c.DraftUpdate(audience=INTERNAL, text="x"))
    published.does("bo", c.PublishUpdate(update=2, next_by=published.now + timedelta(minutes=1)))
    assert {CUSTOMERS, INTERNAL} == set(published.incident.promises)
    promise = published.incident.next_update
    assert promise is not None
    assert INTERNAL is promise.audience


@pytest.mark.parametrize(
    ("audience", "late"), [(EXECUTIVE, timedelta()), (CUSTOMERS, timedelta(seconds=1))]
)
def test_a_promise_is_broken_by_its_own_timer_only(
    published: Playbook, audience: Audience, late: timedelta
) -> None:
    """U4: a timer of another audience, or of a promise that was kept, does nothing."""
    promised_at = published.incident.promises[CUSTOMERS].at + late
    published.waits(3600)
    expected = Refused(Code.NOT_DUE, "that update was given, or is not due yet")
    stale = c.MarkUpdateOverdue(audience=audience, promised_at=promised_at)
    assert expected == published.refuses(HUB, stale)


def test_a_draft_that_the_log_contradicts_is_stale(submitted: Playbook) -> None:
    """U3: it says why, the status and severity before what it cites."""

    def why() -> str | None:
        return stale_because(submitted.incident, submitted.incident.updates[1])

    def revised() -> None:
        submitted.does("dee", c.ReviseUpdate(update=1, text="x", cites=(1, 2)))

    assert why() is None
    submitted.does("cy", c.Amend(entry=2, text="Ana B."))
    assert "#2 was amended" == why()
    revised()
    submitted.does("cy", c.Strike(entry=1, reason="wrong"))
    assert "#1 was struck" == why()
    revised()
    submitted.does("cy", c.RequestRedaction(entry=2, reason="a name"))
    assert why() is None
    submitted.does("bo", c.ApproveRedaction(entry=2))
    assert "#2 was redacted" == why()
    submitted.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all regions"))
    assert "severity changed" == why()
    submitted.does("ana", c.ChangeStatus(to=Status.MITIGATED))
    assert "status changed" == why()
    revised()
    assert why() is None


def test_what_went_stale_goes_out_on_purpose_only(submitted: Playbook) -> None:
    """U3: approved, then overtaken: the hub says why, and takes it only if that is meant."""
    submitted.does("ana", submitted.approval(1))
    submitted.does("ana", c.ChangeStatus(to=Status.MITIGATED))
    text = (
        "U1 is stale: status changed since it was written; revise it, or let it go out as it is: "
        "/update U1 publish anyway"
    )
    assert Refused(Code.CONFLICT, text) == submitted.refuses("bo", c.PublishUpdate(update=1))
    granted = submitted.does("bo", c.PublishUpdate(update=1, anyway=True))
    assert isinstance(granted.event, e.UpdatePublished)
    assert granted.event.stale


def test_what_is_not_stale_is_not_marked_so(submitted: Playbook) -> None:
    """U3: saying `anyway` where nothing stands in the way leaves no mark."""
    submitted.does("ana", submitted.approval(1))
    granted = submitted.does("bo", c.PublishUpdate(update=1, anyway=True))
    assert isinstance(granted.event, e.UpdatePublished)
    assert not granted.event.stale


def test_what_is_published_is_never_stale(published: Playbook) -> None:
    """U3: it was true when it went out; what follows is a new update."""
    published.does("ana", c.ChangeStatus(to=Status.MITIGATED))
    assert stale_because(published.incident, published.incident.updates[1]) is None


def test_a_citation_names_an_entry_by_number_and_hash(submitted: Playbook) -> None:
    """U1: the hash is that of the entry's header."""
    text = submitted.incident.updates[1].text
    assert Citation(text.seq, entry_hash(text.seq)) == text.citation


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]
