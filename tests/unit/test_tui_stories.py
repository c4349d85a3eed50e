"""Stories as words: what belongs to a thing, what can be done next, and who may."""

from datetime import timedelta
from typing import get_args

import pytest

from tests.unit.conftest import Playbook, whole_incident
from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.permissions import TABLE, allowed
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    Audience,
    DecisionState,
    PromotedTo,
    Role,
    Scope,
    Status,
    UpdateState,
)
from warroom.export.brief import handover
from warroom.tui.present import comms
from warroom.tui.present.copying import copied
from warroom.tui.present.handover import handover_lines, offer_to_me
from warroom.tui.present.panes import COLUMNS, PANES, VIEWS, View
from warroom.tui.present.pieces import Piece, Tone, cells
from warroom.tui.present.scene import Scene
from warroom.tui.present.steps import Step, hindrance, steps
from warroom.tui.present.story import Part, lay_out_story, story, title
from warroom.tui.present.subject import Item, StorySubject, Subject
from warroom.tui.present.thread import Thread
from warroom.words.interpret import interpret
from warroom.words.parse import read_line


def scene(room: Playbook, me: str = "ana", scope: Scope = Scope.RESPONDER) -> Scene:
    """The playbook's room as someone sees it now."""
    transcript = Transcript(room.incident.log)
    for entry in room.entries:
        transcript.append(entry)
    return Scene(transcript, room.now, me, scope=scope)


def told(subject: StorySubject, seen: Scene) -> dict[str, Part]:
    """The parts of a story by their headings."""
    thread = Thread(seen.room, subject)
    thread.catch_up()
    return {part.heading: part for part in story(thread, seen)}


def rows(part: Part) -> list[str]:
    """The rows of a part: name and text."""
    return [f"{row.name}  {row.text}" for row in part.rows]


def by_name(subject: Subject, seen: Scene) -> dict[str, Step]:
    return {step.name: step for step in steps(subject, seen)}


# --- threads ---------------------------------------------------------------------------------


def test_a_thread_has_corrections_of_its_entries(staffed: Playbook) -> None:
    """What was amended or struck in a story is part of it."""
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    first = staffed.incident.seq
    staffed.does("ana", c.Amend(entry=first, text="roll back 8.14"))
    staffed.does("cy", c.Post(text="something else"))
    staffed.does("ana", c.Strike(entry=first, reason="it was not"))
    thread = Thread(scene(staffed).room, Item("D", 1))
    thread.catch_up()
    assert [first, first + 1, first + 3] == thread.own


def test_a_thread_links_both_ways(staffed: Playbook) -> None:
    """An update speaks of what it cites, and is spoken of by its correction and in notes."""
    staffed.does("cy", c.Observe(text="31 % errors"))
    cited = staffed.incident.seq
    update = c.DraftUpdate(audience=Audience.INTERNAL, text="Errors.", cites=(cited,))
    staffed.does("bo", update)
    staffed.does("bo", c.PublishUpdate(update=1))
    staffed.does("cy", c.Post(text="who wrote u1?"))
    staffed.does("cy", c.Post(text="U11 is something else"))
    correction = c.DraftUpdate(audience=Audience.INTERNAL, text="Fewer.", corrects=1)
    staffed.does("bo", correction)
    thread = Thread(scene(staffed).room, Item("U", 1))
    thread.catch_up()
    assert [cited] == thread.speaks_of
    assert [cited + 3, cited + 5] == thread.spoken_of_in
    assert [cited, cited + 3, cited + 5] == thread.links


def test_a_thread_grows_with_the_log(staffed: Playbook) -> None:
    """Read at once or entry by entry, a thread is the same."""
    whole = whole_incident()
    seen = scene(whole)
    for subject in every_subject(seen):
        at_once = Thread(seen.room, subject)
        at_once.catch_up()
        room = Transcript(seen.room.incident.log)
        grown: Thread | None = None
        for entry in whole.entries:
            room.append(entry)
            if grown is None and entry.seq in at_once.own:
                grown = Thread(room, subject)
            if grown is not None:
                grown.catch_up()
        assert grown is None or at_once.own == grown.own


def every_subject(seen: Scene) -> list[StorySubject]:
    """Everything in a room that has a story."""
    i = seen.incident
    numbered = (("D", i.decisions), ("A", i.actions), ("H", i.hypotheses), ("U", i.updates))
    items = [Item(letter, number) for letter, things in numbered for number in things]
    return [*items, *Role, *Audience]


# --- stories ---------------------------------------------------------------------------------


def test_every_story_of_a_whole_incident_at_every_moment() -> None:
    """No story fails at any moment, none is wider than the screen, every entry has its number."""
    whole = whole_incident()
    room = Transcript(whole.incident.log)
    for entry in whole.entries:
        room.append(entry)
        seen = Scene(room, entry.at, "dee")
        for subject in every_subject(seen):
            thread = Thread(room, subject)
            thread.catch_up()
            lines = lay_out_story(story(thread, seen), 80)
            assert all(cells(line) <= 80 for line in lines)
            drawn = "\n".join("".join(piece.text for piece in line) for line in lines)
            assert all(f"#{seq} " in drawn for seq in thread.own)


def test_what_was_promoted_has_its_origin_in_its_story(staffed: Playbook) -> None:
    """The story of a promoted note begins with the note, and who said it."""
    staffed.does("cy", c.Post(text="drain pool-3"))
    note = staffed.incident.seq
    staffed.does("ana", c.Promote(entry=note, to=PromotedTo.ACTION))
    log = rows(told(Item("A", 1), scene(staffed))["In the log"])
    assert [f"#{note} 09:00:00 Cy  drain pool-3", f"#{note + 1} 09:00:00 Ana  drain pool-3"] == log


def test_a_roles_holders_over_time(staffed: Playbook) -> None:
    """The latest first, with the entries that began and ended each."""
    staffed.waits(60)
    staffed.does("ana", c.AppointRole(role=Role.COMMS_LEAD, person="dee"))
    held = told(Role.COMMS_LEAD, scene(staffed))["Held by"].rows
    assert [("09:01 to now", "Dee"), ("09:00 to 09:01", "Bo")] == [
        (row.name, row.text) for row in held
    ]
    assert [f"#{staffed.incident.seq}", f"#7 to #{staffed.incident.seq}"] == [
        row.right for row in held
    ]


def test_a_thing_that_is_not_there_has_no_story(staffed: Playbook) -> None:
    """A number that nobody gave is no error."""
    for letter in "DAHUX":
        assert {} == told(Item(letter, 9), scene(staffed))


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (Item("D", 2), "D2"),
        (Role.INCIDENT_COMMANDER, "incident command"),
        (Audience.EXECUTIVE, "updates for executives"),
    ],
)
def test_stories_have_titles(subject: StorySubject, name: str) -> None:
    """What a story is called at its top."""
    assert name == title(subject)


# --- next steps ------------------------------------------------------------------------------


SLOTS = {
    "@who": "@cy",
    "because WHY": "because it is",
    "REASON": "a reason",
    "WHERE": "the page",
    "worked|failed|reversed": "worked",
    "TEXT": "a text",
}


def filled(step: Step) -> str:
    """The line of a step, as someone would go on with it."""
    if step.name == "revise":
        return step.line + step.after
    line = step.form.replace("[", "").replace("]", "")
    for slot, text in SLOTS.items():
        line = line.replace(slot, text)
    return line


def test_every_step_can_be_sent_as_its_form_says() -> None:
    """At every moment of an incident each line, filled in, is one that the words understand."""
    whole = whole_incident()
    room = Transcript(whole.incident.log)
    seen_names = set()
    for entry in whole.entries:
        room.append(entry)
        if "dee" not in room.incident.people:
            continue
        for me in ("ana", "dee"):
            seen = Scene(room, entry.at, me)
            for subject in (*every_subject(seen), entry.seq):
                for step in steps(subject, seen):
                    assert step.form.startswith(step.line.rstrip()) or step.name == "revise"
                    assert interpret(read_line(filled(step)), room, entry.at, me)
                    seen_names.add(step.name)
    assert {"decide", "object", "outcome", "done", "accept", "approve", "publish"} <= seen_names


def test_letters_are_unique_and_free() -> None:
    """No letter means two things at once, and none is a key of moving about."""
    whole = whole_incident()
    room = Transcript(whole.incident.log)
    for entry in whole.entries:
        room.append(entry)
        for me in ("ana", "bo", "dee"):
            seen = Scene(room, entry.at, me)
            for subject in (*every_subject(seen), entry.seq):
                keys = [step.key for step in steps(subject, seen)]
                assert len(keys) == len(set(keys))
                assert not set(keys) & set("jkgGyqi")


def test_who_may_decide(staffed: Playbook) -> None:
    """The commander may; others read who does; a proposer may withdraw."""
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    commander = by_name(Item("D", 1), scene(staffed, "ana"))
    proposer = by_name(Item("D", 1), scene(staffed, "cy"))
    other = by_name(Item("D", 1), scene(staffed, "dee"))
    assert ["", "", ""] == [commander[name].hindrance for name in ("decide", "object", "withdraw")]
    assert "takes the incident commander (Ana) or deputy (vacant)" == proposer["decide"].hindrance
    assert "" == proposer["withdraw"].hindrance
    assert "takes Cy or the commander" == other["withdraw"].hindrance


def test_hindrances_agree_with_the_hub() -> None:
    """What the table of permissions allows has no hindrance, and the reverse."""
    room = Playbook()
    room.opens("ana", "bo", "cy", commander="ana")
    for command in get_args(PersonCommand):
        for me in ("ana", "cy"):
            stopped = bool(hindrance(scene(room, me), command))
            assert stopped != allowed(room.incident, TABLE[command], me, Scope.RESPONDER)


def test_a_closed_incident_takes_few_steps() -> None:
    """Once closed, the steps that need it open say so."""
    seen = scene(whole_incident(), "ana")
    assert "the incident is closed" == hindrance(seen, c.ObjectTo)
    assert "" == hindrance(seen, c.RecordOutcome)


def test_authors_do_not_approve_what_goes_outside(staffed: Playbook) -> None:
    """The author reads who can; someone else finds nothing in the way; internal needs nobody."""
    staffed.does("ana", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Down."))
    staffed.does("ana", c.SubmitUpdate(update=1))
    staffed.does("ana", c.AppointRole(role=Role.DEPUTY, person="dee"))
    own = by_name(Item("U", 1), scene(staffed, "ana"))
    assert "you wrote it, so someone else approves: Dee (deputy)" == own["approve"].hindrance
    assert "break glass" in own
    other = by_name(Item("U", 1), scene(staffed, "dee"))
    assert "" == other["approve"].hindrance
    assert "break glass" not in other
    staffed.does("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="Down."))
    assert {"submit", "revise", "publish"} == set(by_name(Item("U", 2), scene(staffed, "bo")))


def test_revising_begins_with_the_text_and_its_citations(staffed: Playbook) -> None:
    """Nobody writes a draft again from nothing."""
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="a\nb", cites=(1,)))
    step = by_name(Item("U", 1), scene(staffed, "bo"))["revise"]
    assert ("/update U1 revise a\nb", " #1") == (step.line, step.after)


def test_steps_follow_the_state(staffed: Playbook) -> None:
    """Each state of a decision and an update offers something, and never the same."""
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="x")))
    found = {DecisionState.PROPOSED: set(by_name(Item("D", 1), scene(staffed)))}
    staffed.does("ana", c.DecideProposal(decision=1))
    found[DecisionState.DECIDED] = set(by_name(Item("D", 1), scene(staffed)))
    assert {"decide", "object", "withdraw"} == found[DecisionState.PROPOSED]
    assert {"outcome"} == found[DecisionState.DECIDED]


# --- comms -----------------------------------------------------------------------------------


def test_a_promise_warns_two_minutes_before(staffed: Playbook) -> None:
    """First a countdown, then a warning in words, then late."""
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    soon = staffed.now + timedelta(minutes=5)
    staffed.does("bo", c.PublishUpdate(update=1, next_by=soon))
    seen = []
    for wait in (0, 181, 150):
        staffed.waits(wait)
        row = comms.promises(scene(staffed))[0]
        seen.append((row.right, row.tone))
    assert [
        ("in 5 min", Tone.PLAIN),
        ("DUE in 119 s", Tone.WARN),
        ("31 s late", Tone.ALARM),
    ] == seen


def test_what_a_draft_lacks(staffed: Playbook) -> None:
    """Gaps, sources, approval, in the order in which they are mended; nothing once approved."""
    text = "A problem with [which services]. [what customers see]"
    staffed.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text=text))
    seen = scene(staffed)
    assert [
        "[which services], to be written",
        "[what customers see], to be written",
        "what it rests on, such as #41 at its end",
        "approval by Ana (incident commander)",
    ] == list(comms.missing(seen, seen.incident.updates[1]))
    staffed.does("bo", c.ReviseUpdate(update=1, text="Cards fail.", cites=(1,)))
    staffed.does("bo", c.SubmitUpdate(update=1))
    staffed.does("ana", staffed.approval(1))
    seen = scene(staffed)
    assert UpdateState.APPROVED is seen.incident.updates[1].state
    assert [] == list(comms.missing(seen, seen.incident.updates[1]))


def test_an_approval_by_voice_says_so(staffed: Playbook) -> None:
    """Who approved, by whom it was written down, and that it was said on the bridge."""
    staffed.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Down.", cites=(1,)))
    staffed.does("bo", c.SubmitUpdate(update=1))
    staffed.does("cy", staffed.approval(1), said_by="ana")
    notes = comms.draft(scene(staffed))[0].notes
    assert Piece("approved by Ana(Cy) 09:00, by voice", Tone.GOOD) in notes


def test_news_are_what_changed_since_the_last_word(staffed: Playbook) -> None:
    """What was known when the last update went out is no news; the rest is, the latest first."""
    staffed.does("ana", c.ChangeStatus(to=Status.INVESTIGATING))
    before = staffed.incident.seq
    assert f"#{before}" in [row.name for row in comms.news(scene(staffed))]
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    staffed.does("bo", c.PublishUpdate(update=1))
    assert [] == comms.news(scene(staffed))
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    staffed.does("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    texts = [row.text for row in comms.news(scene(staffed))]
    assert ["status identified, was investigating", "D1 roll back"] == texts


def test_the_columns_are_the_view() -> None:
    """Every pane of the view for comms stands in one column, and every pane in some view."""
    assert list(VIEWS[View.COMMS]) == [name for column in COLUMNS for name in column]
    assert set(PANES) == {name for names in VIEWS.values() for name in names}


@pytest.mark.parametrize(
    ("subject", "copy"),
    [
        (Item("U", 1), ("a\nb", "the text of U1")),
        (Item("D", 1), ("D1 roll back", "D1")),
        (1, ("Checkout is down", "#1")),
        (Role.DEPUTY, ("", "")),
    ],
)
def test_what_is_copied(staffed: Playbook, subject: Subject, copy: tuple[str, str]) -> None:
    """Of an update exactly its text; of other things what they are called and say."""
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="a\nb"))
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    assert copy == copied(subject, scene(staffed))


# --- a handover ------------------------------------------------------------------------------


def test_the_briefing_names_everything_by_number(staffed: Playbook) -> None:
    """Condition, open decisions, open actions, next promise: each line can be looked up."""
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("ana", c.AddAction(text="drain", assignee="cy"))
    staffed.does("bo", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    staffed.does("bo", c.PublishUpdate(update=1, next_by=staffed.now + timedelta(minutes=20)))
    seen = scene(staffed)
    assert [
        ("condition", ["no severity (#1)", "declared (#1)"]),
        ("undecided", ["objections on D1: fail over"]),
        ("actions", ["A1 Cy: drain"]),
        ("promised", [f"internal readers by 09:20 (#{staffed.incident.seq})"]),
    ] == handover(seen.room, seen.now)


def test_the_weightiest_of_several_offers_is_shown(staffed: Playbook) -> None:
    """One banner at a time: command before scribe."""
    staffed.does("ana", c.OfferRole(role=Role.SCRIBE, to="cy"))
    staffed.does("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="cy"))
    offer = offer_to_me(scene(staffed, "cy"))
    assert offer is not None
    assert Role.INCIDENT_COMMANDER is offer.role
    assert offer_to_me(scene(staffed, "dee")) is None


def test_a_lapsed_offer_is_no_banner(staffed: Playbook) -> None:
    """Even before the hub has said so: nobody is asked for what cannot be had."""
    staffed.does("ana", c.OfferRole(role=Role.SCRIBE, to="cy"))
    staffed.waits(121)
    assert [] == handover_lines(scene(staffed, "cy"), 80)


# --- for someone on the bridge ---------------------------------------------------------------


@pytest.mark.parametrize("line", ["@cy: /x D1 it lags", "/x @cy: D1 it lags", "/x D1 @cy: it lags"])
def test_a_said_by_stands_wherever_one_thinks_of_it(staffed: Playbook, line: str) -> None:
    """Before the word, after it, or after the number: the words are Cy's."""
    staffed.does("dee", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    seen = scene(staffed)
    (draft,) = interpret(read_line(line), seen.room, seen.now, "ana")  # type: ignore[misc]
    assert ("cy", c.ObjectTo(decision=1, reason="it lags")) == (draft.said_by, draft.command)
