"""Corrections: amend, strike, redact by two people, promote. The first entry stays."""

from datetime import timedelta
from typing import cast

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.decide.corrections import rule
from warroom.domain.events import TextWords
from warroom.domain.vocabulary import (
    Audience,
    DecisionState,
    HypothesisState,
    PromotedTo,
    Role,
    Status,
)


@pytest.fixture
def noted(staffed: Playbook) -> Playbook:
    """Cy has posted a note, the last entry of the log."""
    staffed.does("cy", c.Post(text="the lag is 40 min"))
    return staffed


def test_an_amendment_is_an_entry_of_its_own(noted: Playbook) -> None:
    """L6: it cites the first by number and hash; several are kept in order."""
    note = noted.entries[-1]
    seq = note.seq
    amended = noted.does("dee", c.Amend(entry=seq, text="the lag is 40 s"))
    of = e.Citation(seq, note.hash)
    assert Granted(e.EntryAmended(of=of, words=TextWords("the lag is 40 s")), None, (note.id,)) == (
        amended
    )
    noted.does("cy", c.Amend(entry=seq, text="the lag is 41 s"))
    assert (seq + 1, seq + 2) == noted.incident.amended[seq]


def test_an_entry_is_struck_once(noted: Playbook) -> None:
    """L6: struck with a reason, and still there."""
    note = noted.entries[-1]
    struck = noted.does("cy", c.Strike(entry=note.seq, reason="wrong room"))
    of = e.Citation(note.seq, note.hash)
    assert e.EntryStruck(of=of, words=TextWords("wrong room")) == struck.event
    text = f"#{note.seq} is struck already, in #{note.seq + 1}"
    assert Refused(Code.CONFLICT, text) == noted.refuses(
        "dee", c.Strike(entry=note.seq, reason="wrong room")
    )


def test_a_redaction_takes_two_people(noted: Playbook) -> None:
    """L6: one asks with a reason, another approves; entry and request are both cited."""
    note = noted.entries[-1]
    of = e.Citation(note.seq, note.hash)
    asked = noted.does("cy", c.RequestRedaction(entry=note.seq, reason="a password"))
    assert e.RedactionRequested(of=of, words=TextWords("a password")) == asked.event
    request = noted.entries[-1]
    refused = noted.refuses("cy", c.ApproveRedaction(entry=note.seq))
    text = "a redaction takes two people: someone other than {about} approves it"
    assert Refused(Code.NOT_ALLOWED, text, about="cy") == refused
    granted = noted.does("bo", c.ApproveRedaction(entry=note.seq))
    event = e.EntryRedacted(of=of, request=e.Citation(request.seq, request.hash))
    assert Granted(event, None, (note.id, request.id)) == granted
    assert ({note.seq}, 0) == (
        set(noted.incident.redacted),
        len(noted.incident.redaction_requests),
    )


def test_recorder_and_speaker_are_both_hands(noted: Playbook) -> None:
    """L6, L12: neither who said it nor who wrote it down counts as the second person."""
    seq = noted.incident.seq
    raj = noted.calls("ana", "raj")
    noted.does("cy", c.RequestRedaction(entry=seq, reason="a password"), said_by=raj)
    approve = c.ApproveRedaction(entry=seq)
    refusals = [
        noted.refuses("cy", approve),
        noted.refuses("dee", approve, said_by=raj),
        noted.refuses("cy", approve, said_by="dee"),
    ]
    assert [Code.NOT_ALLOWED] * 3 == [refused.code for refused in refusals]
    noted.does("dee", approve)


def test_a_redaction_is_asked_for_once(noted: Playbook) -> None:
    """L6: whoever asks again is told that someone else may approve it."""
    seq = noted.incident.seq
    ask = c.RequestRedaction(entry=seq, reason="a password")
    nobody = f"nobody asked to redact #{seq}: /redact #{seq} REASON"
    assert Refused(Code.NOT_FOUND, nobody) == noted.refuses("bo", c.ApproveRedaction(entry=seq))
    noted.does("cy", ask)
    refused = noted.refuses("bo", ask)
    assert (Code.CONFLICT, "cy", True) == (
        refused.code,
        refused.about,
        f"/redact #{seq} approve" in refused.text,
    )


@pytest.mark.parametrize("command", [c.Amend, c.RequestRedaction, c.ApproveRedaction, c.Promote])
def test_what_is_redacted_has_no_words_to_correct(
    noted: Playbook, command: type[c.PersonCommand]
) -> None:
    """L6: words that are gone are gone."""
    seq = noted.incident.seq
    noted.does("cy", c.RequestRedaction(entry=seq, reason="a password"))
    noted.does("bo", c.ApproveRedaction(entry=seq))
    expected = Refused(Code.ILLEGAL_STATE, f"the words of #{seq} are redacted already")
    assert expected == noted.refuses("dee", _about(command, seq))


@pytest.mark.parametrize("command", [c.Amend, c.RequestRedaction, c.ApproveRedaction, c.Promote])
def test_facts_alone_are_not_corrected(noted: Playbook, command: type[c.PersonCommand]) -> None:
    """L6: an entry without words has none to amend or redact; it can be struck."""
    noted.does("ana", c.TakeRole(role=Role.DEPUTY))
    seq = noted.incident.seq
    expected = Refused(Code.ILLEGAL_STATE, f"#{seq} holds no words, only facts")
    assert expected == noted.refuses("dee", _about(command, seq))
    noted.does("dee", c.Strike(entry=seq, reason="by mistake"))


@pytest.mark.parametrize(
    "command", [c.Amend, c.Strike, c.RequestRedaction, c.ApproveRedaction, c.Promote]
)
def test_an_entry_that_is_not_there(noted: Playbook, command: type[c.PersonCommand]) -> None:
    """L6: the last number is named."""
    expected = Refused(
        Code.NOT_FOUND, f"there is no entry #99; the last one is #{len(noted.entries)}"
    )
    assert expected == noted.refuses("dee", _about(command, 99))


def test_the_text_of_an_update_is_revised_not_amended(noted: Playbook) -> None:
    """U1: an approval names exactly one text, so a second version is a revision."""
    noted.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards may fail."))
    drafted = noted.incident.seq
    noted.does("dee", c.ReviseUpdate(update=1, text="Cards fail."))
    for seq in (drafted, drafted + 1):
        text = f"#{seq} is an update's text: revise the update instead"
        assert Refused(Code.ILLEGAL_STATE, text) == noted.refuses(
            "dee", c.Amend(entry=seq, text="x")
        )


def test_corrections_are_taken_after_the_close(noted: Playbook) -> None:
    """L6: what was wrong can be set right in the debrief and later."""
    seq = noted.incident.seq
    noted.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm"))
    noted.does("cy", c.Amend(entry=seq, text="the lag is 40 s"))
    noted.does("cy", c.Strike(entry=seq, reason="wrong room"))
    noted.does("cy", c.RequestRedaction(entry=seq, reason="a password"))
    noted.does("bo", c.ApproveRedaction(entry=seq))


def test_a_note_becomes_a_decision(noted: Playbook) -> None:
    """L13: it keeps its time and its words, and gets the next number."""
    note = noted.entries[-1]
    noted.waits(600)
    granted = noted.does("ana", c.Promote(entry=note.seq, to=PromotedTo.DECISION))
    of = e.Citation(note.seq, note.hash)
    event = e.EntryPromoted(of=of, to=PromotedTo.DECISION, number=1, occurred_at=note.at)
    assert event == granted.event
    decision = noted.incident.decisions[1]
    assert decision.decided is not None
    assert (DecisionState.DECIDED, note.seq, note.id, note.hash, note.seq + 1) == (
        decision.state,
        decision.source.seq,
        decision.source.id,
        decision.source.hash,
        decision.decided.seq,
    )


def test_a_decision_is_promoted_by_who_may_decide(noted: Playbook) -> None:
    """L13: promoting is no way around the right to record a decision."""
    seq = noted.incident.seq
    refused = noted.refuses("cy", c.Promote(entry=seq, to=PromotedTo.DECISION))
    assert Code.NOT_ALLOWED == refused.code
    noted.does("cy", c.TakeRole(role=Role.SCRIBE))
    noted.does("cy", c.Promote(entry=seq, to=PromotedTo.DECISION))


def test_a_note_becomes_an_action(noted: Playbook) -> None:
    """L13: with an assignee and a time, armed by the promotion itself."""
    note = noted.entries[-1]
    in_ten = noted.now + timedelta(minutes=10)
    promote = c.Promote(entry=note.seq, to=PromotedTo.ACTION, assignee="dee", due_at=in_ten)
    noted.does("cy", promote)
    action = noted.incident.actions[1]
    assert ("dee", in_ten, note.seq, noted.incident.seq) == (
        action.assignee,
        action.due_at,
        action.source.seq,
        action.armed.seq,
    )
    assert [(in_ten, noted.entries[-1].id)] == [(due.at, due.armed_by) for due in noted.due()]


def test_a_promoted_action_is_as_any_other(noted: Playbook) -> None:
    """L5, L13: its assignee is in the room, its due time lies ahead."""
    seq = noted.incident.seq
    absent = c.Promote(entry=seq, to=PromotedTo.ACTION, assignee="eve")
    past = c.Promote(entry=seq, to=PromotedTo.ACTION, due_at=noted.now)
    codes = [noted.refuses("cy", command).code for command in (absent, past)]
    assert [Code.NOT_FOUND, Code.INVALID] == codes


def test_a_note_becomes_a_hypothesis(noted: Playbook) -> None:
    """L13: open, said where the note was."""
    seq = noted.incident.seq
    noted.does("cy", c.Promote(entry=seq, to=PromotedTo.HYPOTHESIS))
    hypothesis = noted.incident.hypotheses[1]
    assert (HypothesisState.OPEN, seq) == (hypothesis.state, hypothesis.source.seq)


def test_a_note_becomes_a_fact_once(noted: Playbook) -> None:
    """L13: confirmed, with the entry that says so."""
    seq = noted.incident.seq
    promote = c.Promote(entry=seq, to=PromotedTo.FACT)
    noted.does("cy", promote)
    assert seq + 1 == noted.incident.facts[seq].seq
    expected = Refused(Code.CONFLICT, f"#{seq} is a confirmed fact already")
    assert expected == noted.refuses("dee", promote)


@pytest.mark.parametrize("made", [c.Observe(text="p99 is 30 s"), c.RaiseHypothesis(text="cache")])
def test_observations_and_hypotheses_are_promoted_too(
    staffed: Playbook, made: c.PersonCommand
) -> None:
    """L13: what was seen or guessed becomes a fact."""
    staffed.does("cy", made)
    staffed.does("cy", c.Promote(entry=staffed.incident.seq, to=PromotedTo.FACT))


def test_other_entries_are_what_they_are(staffed: Playbook) -> None:
    """L13: a declaration cannot become an action."""
    text = "#1 cannot be promoted; notes, observations and hypotheses can"
    assert Refused(Code.ILLEGAL_STATE, text) == staffed.refuses(
        "ana", c.Promote(entry=1, to=PromotedTo.ACTION)
    )


def test_a_command_of_another_family_is_a_bug(noted: Playbook) -> None:
    """A command, or a target, that no rule here knows fails loudly."""
    post = c.Post(text="x")
    to_poll = c.Promote(entry=noted.incident.seq, to=cast(PromotedTo, "poll"))
    for command in (post, to_poll):
        with pytest.raises(AssertionError):
            rule(noted.incident, command, noted.asked("ana", command))  # type: ignore[arg-type]


def _about(command: type[c.PersonCommand], seq: int) -> c.PersonCommand:
    """A command of this kind that speaks of an entry."""
    commands: dict[type[c.PersonCommand], c.PersonCommand] = {
        c.Amend: c.Amend(entry=seq, text="x"),
        c.Strike: c.Strike(entry=seq, reason="x"),
        c.RequestRedaction: c.RequestRedaction(entry=seq, reason="x"),
        c.ApproveRedaction: c.ApproveRedaction(entry=seq),
        c.Promote: c.Promote(entry=seq, to=PromotedTo.FACT),
    }
    return commands[command]
