"""Beginnings of stakeholder updates: from the log, for an audience and a stage, nothing guessed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Audience, PromotedTo, Severity, Status
from warroom.words.templates import Stage, begin, ours, read, stage_of


def transcript(room: Playbook) -> Transcript:
    found = Transcript(room.incident.log)
    for entry in room.entries:
        found.append(entry)
    return found


def begun(room: Playbook, audience: Audience, stage: Stage | None = None) -> str:
    return begin(transcript(room), room.now, audience, stage).text


@pytest.fixture
def known(staffed: Playbook) -> Playbook:
    """An incident of which everything is known that templates ask for."""
    i = staffed
    i.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
    i.does("cy", c.Describe(services=("cards", "wallets"), started_at=i.now - timedelta(minutes=9)))
    i.does("cy", c.Observe(text="31 % of payments fail"))
    i.does("ana", c.Promote(entry=i.incident.seq, to=PromotedTo.FACT))
    for status in (Status.IDENTIFIED, Status.MITIGATED, Status.RESOLVED):
        i.does("ana", c.ChangeStatus(to=status))
    return i


def test_there_is_a_text_for_every_audience_and_stage() -> None:
    """Nobody begins with nothing."""
    assert {(a, s) for a in Audience for s in Stage} == set(ours().texts)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("stage", Stage)
def test_what_is_known_is_filled_in(known: Playbook, audience: Audience, stage: Stage) -> None:
    """With everything known no gap is left but those that only people can fill."""
    text = begun(known, audience, stage)
    assert not any(f"[{gap}]" in text for gap in ours().gaps.values())
    assert "{" not in text
    assert "  " not in text
    assert "\n" not in text


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("stage", Stage)
def test_what_is_not_known_is_a_gap(room: Playbook, audience: Audience, stage: Stage) -> None:
    """On the first minute every text can be made, and says in brackets what it lacks."""
    room.opens("ana")
    text = begun(room, audience, stage)
    assert "[" in text
    assert "None" not in text


@pytest.mark.parametrize("stage", Stage)
def test_customers_hear_nothing_internal(known: Playbook, stage: Stage) -> None:
    """Neither title, label, severity nor names reach a text for customers by themselves."""
    text = begun(known, Audience.CUSTOMERS, stage)
    for internal in ("Checkout is down", "INC-7", "SEV1", "Ana"):
        assert internal not in text


def test_a_holding_notice_in_full(known: Playbook) -> None:
    """The first word, with the rhythm that the room's policy owes."""
    expected = (
        "We know that there is a problem with cards and wallets, and we are working on it. "
        "We will write again within 20 minutes."
    )
    assert expected == begun(known, Audience.CUSTOMERS, Stage.HOLDING)


def test_facts_are_sentences_and_cited(known: Playbook) -> None:
    """What was confirmed stands in the text, and the draft rests on it."""
    made = begin(transcript(known), known.now, Audience.CUSTOMERS, Stage.IDENTIFIED)
    assert "Since 08:51 UTC there has been a problem with cards and wallets." in made.text
    assert "31 % of payments fail. We have found the cause" in made.text
    assert tuple(sorted(known.incident.facts)) == made.cites


def test_a_struck_fact_is_none(known: Playbook) -> None:
    """What was taken back is neither said nor cited."""
    (fact,) = known.incident.facts
    known.does("cy", c.Strike(entry=fact, reason="only in test"))
    made = begin(transcript(known), known.now, Audience.CUSTOMERS, Stage.IDENTIFIED)
    assert "31 %" not in made.text
    assert () == made.cites


def test_the_stage_follows_the_incident(staffed: Playbook) -> None:
    """First a holding notice; once told, what the status says; known more at once, that."""
    seen = [stage_of(staffed.incident, Audience.INTERNAL)]
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    staffed.does("bo", c.PublishUpdate(update=1))
    seen.append(stage_of(staffed.incident, Audience.INTERNAL))
    seen.append(stage_of(staffed.incident, Audience.CUSTOMERS))
    for status in (Status.MITIGATED, Status.MONITORING, Status.RESOLVED, Status.CLOSED):
        staffed.does("ana", c.ChangeStatus(to=status))
        seen.append(stage_of(staffed.incident, Audience.CUSTOMERS))
    assert [
        Stage.HOLDING,
        Stage.INVESTIGATING,
        Stage.HOLDING,
        Stage.MITIGATED,
        Stage.MONITORING,
        Stage.RESOLVED,
        Stage.RESOLVED,
    ] == seen


def test_a_cancelled_incident_has_no_template(staffed: Playbook) -> None:
    """It never was one; what to say about that is for people."""
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm"))
    assert "" == begun(staffed, Audience.CUSTOMERS)


def test_other_peoples_text_is_filled_in_as_it_is(staffed: Playbook) -> None:
    """Braces in a service's name are a name, not a place to fill."""
    staffed.does("cy", c.Describe(services=("{title} {0} [x]",)))
    assert "problem with {title} {0} [x]," in begun(staffed, Audience.CUSTOMERS)


@pytest.mark.parametrize("toml", ["[nobody]\nholding = 'x'", "[customers]\nnever = 'x'"])
def test_a_template_for_nobody_is_an_error(toml: str) -> None:
    """A misspelt audience or stage is found when it is read, not when it is needed."""
    with pytest.raises(ValueError, match="is not a valid"):
        read(toml)


def test_a_fact_whose_words_are_gone_says_nothing(known: Playbook) -> None:
    """A log that lost words without an order to is no reason to tell customers so."""
    room = Transcript(known.incident.log)
    for entry in known.entries:
        lost = entry.seq in known.incident.facts
        room.append(replace(entry, event=replace(entry.event, words=None)) if lost else entry)
    text = begin(room, known.now, Audience.CUSTOMERS, Stage.IDENTIFIED).text
    assert "redacted" not in text
    assert "31 %" not in text


def test_a_whole_hour_is_spelt_as_one(staffed: Playbook) -> None:
    """SEV3 owes a word every hour, and the text says so as people do."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV3, reason="one shop"))
    assert "1 hour" in begun(staffed, Audience.CUSTOMERS, Stage.HOLDING)
