"""What the screens show, from a room and a moment to words."""

from datetime import timedelta

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tests.unit.conftest import NINE, Playbook, whole_incident
from warroom.client.connection import Line, LineState
from warroom.client.draft import Draft
from warroom.client.replica import Pending, Stand, Sync
from warroom.domain import commands as c
from warroom.domain.alarms import AlarmKind, alarms
from warroom.domain.commands import PersonCommand
from warroom.domain.names import voice_id
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    HUB,
    ActionState,
    Audience,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Scope,
    Severity,
    Status,
)
from warroom.protocol.envelopes import Here, RoomSummary, Submit, You
from warroom.tui.keymap import FEET, KEYS, Keymap, Where, bindings
from warroom.tui.present import alarm_text, comms, header, help, lobby, lobby_layout, panes
from warroom.tui.present.addressed import addressed
from warroom.tui.present.completion import Speaker, complete
from warroom.tui.present.entry import entry_lines
from warroom.tui.present.foot import foot
from warroom.tui.present.pane_layout import lay_out
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone, cells, fitted, spread
from warroom.tui.present.rows import Rows, asked, away_row, touched, unsettles
from warroom.tui.present.scene import Scene, left, short_name
from warroom.tui.present.waiting import answers, needs_hub
from warroom.tui.safety import ControlFilter
from warroom.tui.widgets.history import History
from warroom.tui.widgets.rows import PENDING
from warroom.words.interpret import interpret
from warroom.words.parse import read_line
from warroom.words.table import WORDS

LIVE = Line(LineState.LIVE, NINE)
LIVE_LINK = Piece("live", Tone.GOOD)


def scene(room: Playbook, me: str = "ana", *here: str, live: bool = True) -> Scene:
    """The playbook's room as someone sees it now."""
    transcript = Transcript(room.incident.log)
    for entry in room.entries:
        transcript.append(entry)
    return Scene(transcript, room.now, me, {one: Here(one) for one in here}, live)


def text(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces)


def published(room: Playbook, audience: Audience = Audience.INTERNAL) -> None:
    """An update on its way out, with a promise of the next in twenty minutes."""
    room.does("cy", c.DraftUpdate(audience=audience, text="We look."))
    number = len(room.incident.updates)
    room.does("cy", c.SubmitUpdate(update=number))
    room.does("ana", room.approval(number))
    soon = room.now + timedelta(minutes=20)
    room.does("bo", c.PublishUpdate(update=number, next_by=soon))


# --- the header ------------------------------------------------------------------------------


def test_the_wide_header(staffed: Playbook) -> None:
    """Everything in full, at both ends of the line."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
    published(staffed)
    staffed.waits(49 * 60 - 48)
    line = text(header.condition(scene(staffed, "ana", "ana", "bo"), LIVE_LINK, 118))
    assert 118 == len(line)
    assert line.startswith("INC-7 Checkout is down ")
    assert line.endswith("SEV1  DECLARED  +00:48   update 28 min late   live, 2 here")


def test_the_narrow_header(staffed: Playbook) -> None:
    """The same facts in 80 cells; the title comes last, as far as there is room."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
    published(staffed)
    staffed.waits(15 * 60 + 48)
    line = text(header.condition(scene(staffed, "ana", "ana"), LIVE_LINK, 78))
    assert "INC-7 SEV1 DECLARED +00:15 next 4 min live 1  Checkout is down" == line


def test_a_room_that_is_not_here_yet() -> None:
    """Before the first entry the header says that it is opening."""
    room = Scene(Transcript("x"), NINE)
    assert text(header.condition(room, LIVE_LINK, 40)).startswith("opening the room")


def test_a_long_title_is_cut_and_the_facts_stay(room: Playbook) -> None:
    """However long the title, the state of the line can be read."""
    room.does("ana", c.Declare(title="x" * 300))
    line = text(header.condition(scene(room, "ana", "ana"), LIVE_LINK, 110))
    assert 110 == len(line)
    assert line.endswith("live, 1 here")


def test_voices_are_counted_and_never_away(staffed: Playbook) -> None:
    """People on the bridge without a client are here, as voice."""
    raj = staffed.calls("ana", "raj")
    seen = scene(staffed, "ana", "ana")
    assert text(header.condition(seen, LIVE_LINK, 118)).endswith("2 here (1 voice)")
    assert "voice" == seen.presence(raj)
    assert "away" == seen.presence("bo")


def test_without_a_line_nobody_knows_who_is_here(staffed: Playbook) -> None:
    """Offline, presence is a question mark, and nobody is counted."""
    seen = scene(staffed, live=False)
    assert "?" == seen.presence("bo")
    assert text(header.condition(seen, LIVE_LINK, 118)).endswith("live")


def test_idle_people_are_called_so(staffed: Playbook) -> None:
    """Someone who has not touched a key for long is idle."""
    seen = Scene(scene(staffed).room, NINE, "ana", {"bo": Here("bo", idle=720)})
    assert "idle 12 min" == seen.presence("bo")


def test_how_long_one_is_idle_and_how_long_one_holds_a_role_are_told_apart(
    staffed: Playbook,
) -> None:
    """Two times stood side by side."""
    staffed.waits(900)
    here = {"ana": Here("ana", idle=720)}
    seen = Scene(scene(staffed).room, staffed.now, "bo", here)
    (command,) = [row for row in panes.PANES["command"].rows(seen) if row.name == "IC"]
    assert "idle 12 min, held 15 min" == command.right
    back = Scene(seen.room, seen.now, "bo", {"ana": Here("ana")})
    (command,) = [row for row in panes.PANES["command"].rows(back) if row.name == "IC"]
    assert "here   15 min" == command.right


@pytest.mark.parametrize(
    ("state", "sync", "waiting", "words"),
    [
        (LineState.LIVE, Sync.LIVE, 0, "live"),
        (LineState.LIVE, Sync.LIVE, 2, "live, 2 waiting"),
        (LineState.LIVE, Sync.CATCHING_UP, 0, "catching up"),
        (LineState.CONNECTING, Sync.CLOSED, 0, "connecting"),
        (LineState.STALE, Sync.LIVE, 0, "STALE 42 s"),
        (LineState.OFFLINE, Sync.CLOSED, 1, "OFFLINE 42 s, 1 waiting"),
        (LineState.REFUSED, Sync.CLOSED, 0, "REFUSED"),
        (LineState.LIVE, Sync.DIVERGED, 0, "DIVERGED"),
        (LineState.LIVE, Sync.RECOVERING, 1, "RECOVERING, 1 waiting"),
        (LineState.OFFLINE, Sync.RECOVERING, 0, "OFFLINE 42 s"),
    ],
)
def test_the_line_in_words(state: LineState, sync: Sync, waiting: int, words: str) -> None:
    """Every state of the line has a word of its own."""
    now = NINE + timedelta(seconds=42)
    assert words == header.link(Line(state, NINE), sync, waiting, now).text


def test_a_hub_that_takes_nothing_for_now_says_why() -> None:
    """In the header and in the line of trouble, for as long as there is no worse."""
    full = "the hub's disk is full"
    assert "HELD UP, 2 waiting" == header.link(LIVE, Sync.LIVE, 2, NINE, full).text
    assert header.trouble(LIVE, Sync.LIVE, "^r", full).startswith(f"{full}; ")
    lost = Line(LineState.OFFLINE, NINE, "the line to the hub broke")
    assert "OFFLINE" in header.link(lost, Sync.CLOSED, 2, NINE, full).text
    assert "DIVERGED" in header.link(LIVE, Sync.DIVERGED, 2, NINE, full).text


def test_trouble_is_told_with_its_reason() -> None:
    """What a person should know besides the word; nothing while all is well."""
    assert "" == header.trouble(LIVE, Sync.LIVE)
    assert "no key" == header.trouble(Line(LineState.REFUSED, NINE, "no key"), Sync.CLOSED)
    assert "old" in header.trouble(Line(LineState.STALE, NINE), Sync.LIVE)
    assert "nothing is sent" in header.trouble(LIVE, Sync.DIVERGED)
    assert "warroom hub release" in header.trouble(LIVE, Sync.RECOVERING)
    lost = Line(LineState.OFFLINE, NINE, "the line to the hub broke")
    told = "since 09:00, ^r tries again now: the line to the hub broke"
    assert told == header.trouble(lost, Sync.CLOSED, "^r")


def test_what_needs_the_hub_says_so() -> None:
    """Words can wait; what depends on the room cannot, and the text stays."""
    words, state = Draft(c.Post(text="p99 is back")), Draft(c.TakeRole(role=Role.SCRIBE))
    lost = Line(LineState.OFFLINE, NINE, "the line to the hub broke")
    assert "" == needs_hub([words], lost, Sync.CLOSED, recovering=False)
    assert "" == needs_hub([state], LIVE, Sync.LIVE, recovering=False)
    assert "needs the hub" in needs_hub([words, state], lost, Sync.CLOSED, recovering=False)
    assert "another log" in needs_hub([state], LIVE, Sync.DIVERGED, recovering=False)
    assert "hub release" in needs_hub([state], LIVE, Sync.LIVE, recovering=True)


def test_who_holds_what_in_a_line(staffed: Playbook) -> None:
    """Narrow screens name the holders; a vacant command is a word."""
    line = text(header.holders(scene(staffed, "ana", "ana"), 78))
    assert "IC Ana  TL -  CL Bo(away)  Dep -" == line.rstrip()
    staffed.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    assert text(header.holders(scene(staffed), 78)).startswith("IC VACANT")


def test_tabs_mark_what_is_shown() -> None:
    """The tab that is shown has a mark, the others their key."""
    line = text(header.tabs("comms", {"command": "F2", "comms": "F3"}))
    assert "esc timeline  F2 command  >comms" == line.rstrip()


# --- the panes -------------------------------------------------------------------------------


def test_the_command_pane(staffed: Playbook) -> None:
    """Holders with presence and since when; vacant roles; offers; the others."""
    staffed.does("ana", c.OfferRole(role=Role.DEPUTY, to="dee"))
    staffed.waits(60)
    rows = panes.command(scene(staffed, "ana", "ana", "cy"))
    assert ["IC", "TL", "Comms", "Deputy", "Scribe", "Also"] == [row.name for row in rows]
    assert ("Ana", "here    1 min") == (rows[0].text, rows[0].right)
    assert ("vacant", Tone.QUIET) == (rows[1].text, rows[1].tone)
    assert "offered to Dee, lapses in 60 s" == text(rows[3].notes)
    assert "Cy" == rows[5].text


def test_a_vacant_command_is_an_alarm_while_it_matters(room: Playbook) -> None:
    """Nobody in command is said loudly, until the incident is over."""
    room.opens("ana")
    assert ("VACANT", Tone.ALARM) == panes.command(scene(room))[0][2:5:2]
    room.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    assert "vacant" == panes.command(scene(room))[0].text


def test_observers_read_only(staffed: Playbook) -> None:
    """Who only reads is told apart."""
    seen = Scene(scene(staffed).room, NINE, "ana", {"dee": Here("dee", observer=True)})
    assert "Dee (reads only)" == panes.command(seen)[-1].text


def test_two_who_read_the_same_are_told_apart_in_the_roster(staffed: Playbook) -> None:
    """By their handles, whether they hold a role or not."""
    staffed.does(HUB, c.Join(person="p9", name="ANA", handle="ana2"))
    seen = scene(staffed, "cy", "ana", "p9")
    commander, *_, others = panes.command(seen)
    note = Piece("@ana, whose name reads like that of @ana2", Tone.WARN)
    assert (note,) == commander.notes
    assert "ANA (@ana2, not @ana)" in others.text


def test_decisions_that_are_open_come_first(staffed: Playbook) -> None:
    """A proposal stands first, with who objects and how long objections are heard."""
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    fail_over = c.ProposeDecision(decision=c.DecisionText(choice="fail over"), risk=Risk.HIGH)
    staffed.does("cy", fail_over)
    staffed.does("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED))
    first, second = panes.decisions(scene(staffed))
    assert ("D2", "?", "fail over", "high risk") == first[:4]
    assert "objections until 09:00 (30 s left)" == text(first.notes)
    assert ("D1", "ok", "roll back", "worked") == second[:4]
    staffed.does("dee", c.ObjectTo(decision=2, reason="it lags"))
    staffed.waits(30)
    staffed.fires()
    first = panes.decisions(scene(staffed))[0]
    assert "!" == first.mark
    assert [
        "Dee objects: it lags",
        "1 objection heard",
        "you decide: /d D2, /withdraw D2",
    ] == [note.text for note in first.notes]


def test_withdrawn_decisions_are_quiet(staffed: Playbook) -> None:
    """A withdrawn proposal stays, and says so."""
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="x")))
    staffed.does("cy", c.WithdrawProposal(decision=1))
    assert ("-", "withdrawn") == panes.decisions(scene(staffed))[0][1:4:2]


def test_actions_in_the_order_in_which_they_press(staffed: Playbook) -> None:
    """Late first, then by due time, then without one; of the finished only the last few."""
    minute = timedelta(minutes=1)
    for number, due in enumerate((None, 20 * minute, minute), 1):
        at = None if due is None else staffed.now + due
        staffed.does("ana", c.AddAction(text=f"do {number}", assignee="bo", due_at=at))
    for _ in range(5):
        staffed.does("ana", c.AddAction(text="old"))
        number = len(staffed.incident.actions)
        staffed.does("ana", c.AdvanceAction(action=number, to=ActionState.DONE))
    staffed.does("bo", c.AdvanceAction(action=2, to=ActionState.STARTED))
    staffed.waits(240)
    staffed.fires()
    rows = panes.actions(scene(staffed))
    assert ["A3", "A2", "A1", "A8", "A7", "A6", ""] == [row.name for row in rows]
    assert ("!", "Bo: do 3", "3 min late") == rows[0][1:4]
    assert (">", "Bo: do 2", "in 16 min") == rows[1][1:4]
    assert ("ok", "nobody: old", "done") == rows[3][1:4]
    assert "and 2 finished before" == rows[6].text


def test_a_late_action_is_a_follow_up_once_the_incident_is_closed(staffed: Playbook) -> None:
    """It says how late it is, and red stays for alarms."""
    soon = staffed.now + timedelta(minutes=1)
    staffed.does("ana", c.AddAction(text="drain", assignee="bo", due_at=soon))
    staffed.waits(240)
    staffed.fires()
    (late,) = panes.actions(scene(staffed))
    assert ("!", "3 min late", Tone.ALARM) == (late.mark, late.right, late.tone)
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ChangeStatus(to=Status.CLOSED))
    (late,) = panes.actions(scene(staffed))
    assert ("", "3 min late", Tone.WARN) == (late.mark, late.right, late.tone)


def test_updates_say_what_they_wait_for(staffed: Playbook) -> None:
    """A draft that the log has left behind is stale; a published one says what was promised."""
    published(staffed, Audience.CUSTOMERS)
    staffed.does("dee", c.DraftUpdate(audience=Audience.EXECUTIVE, text="All well."))
    staffed.does("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    draft, out = comms.updates(scene(staffed))
    assert ("U2", "draft for executives by Dee") == (draft.name, draft.text)
    assert ["STALE: status changed", "then: /u U2 submit"] == [note.text for note in draft.notes]
    assert (">", "published to customers 09:00, next 09:20") == out[1:3]
    staffed.does("dee", c.RecordSent(update=1, where="status page"))
    assert "ok" == comms.updates(scene(staffed))[1].mark


def test_a_returned_update_says_why(staffed: Playbook) -> None:
    """What came back is a draft again, with the reason."""
    staffed.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="All well."))
    staffed.does("dee", c.SubmitUpdate(update=1))
    assert "?" == comms.updates(scene(staffed))[0].mark
    staffed.does("ana", c.ReturnUpdate(update=1, reason="it is not"))
    assert "returned: it is not" == comms.updates(scene(staffed))[0].notes[0].text


def test_broken_glass_shows(staffed: Playbook) -> None:
    """An update that its author approved alone says so until it is out."""
    staffed.does("ana", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Down."))
    staffed.does("ana", c.SubmitUpdate(update=1))
    staffed.does("ana", staffed.approval(1, break_glass=True, reason="alone here"))
    notes = comms.updates(scene(staffed))[0].notes
    assert ("approved by BREAK-GLASS", Tone.ALARM) == notes[0]


def test_who_hears_when(staffed: Playbook) -> None:
    """Each audience: told when, next when, or never; late is late.

    Whom nobody has sent it to was not told.
    """
    published(staffed, Audience.CUSTOMERS)
    internal, _, customers = comms.promises(scene(staffed))
    assert "internal: never told" == internal.text
    assert "customers: published 09:00, NOT SENT, next 09:20" == customers.text
    staffed.does("dee", c.RecordSent(update=1, where="status page"))
    customers = comms.promises(scene(staffed))[2]
    assert ("customers: told 09:00, next 09:20", "in 20 min") == (customers.text, customers.right)
    staffed.waits(22 * 60)
    late = comms.promises(scene(staffed))[2]
    assert ("!", "2 min late", Tone.ALARM) == (late.mark, late.right, late.tone)


def test_drafts_facts_and_hypotheses() -> None:
    """The other panes of a whole incident."""
    seen = scene(whole_incident())
    assert [] == comms.draft(seen)
    assert ["the lag is 40 s"] == [row.text for row in comms.facts(seen)]
    (hypothesis,) = panes.hypotheses(seen)
    assert ("H1", "+", "the pool is exhausted", "supported") == hypothesis[:4]


def test_every_pane_of_every_view_shows_a_whole_incident() -> None:
    """No pane fails at any moment of a whole incident, at any width."""
    story = whole_incident()
    room = Transcript(story.incident.log)
    for entry in story.entries:
        room.append(entry)
        seen = Scene(room, entry.at, "ana")
        for names in panes.VIEWS.values():
            for name in names:
                for line in lay_out(panes.PANES[name].rows(seen), 40, lines=2):
                    assert cells(line) <= 40


# --- rows in cells ---------------------------------------------------------------------------


def test_a_pane_row_keeps_its_right_side() -> None:
    """The text wraps beside what stands at the right, and hangs under itself."""
    row = PaneRow("A1", "!", "drain pool-3 and then pool-4", "3 min late", Tone.ALARM)
    lines = [text(line) for line in lay_out([row], 30)]
    assert ["A1 !  drain pool-3  3 min late", "      and then pool-4"] == lines


def test_a_pane_row_is_cut_after_so_many_lines() -> None:
    """Beside the timeline a long text ends in a mark."""
    row = PaneRow("D1", "", "one two three four five six seven eight nine ten")
    lines = [text(line) for line in lay_out([row], 20, lines=2)]
    assert ["D1 one two three", "   four five six se~"] == lines


@pytest.mark.parametrize("width", [1, 5, 12, 80])
def test_pieces_fit_any_width(width: int) -> None:
    """Nothing is ever wider than the line it stands in."""
    pieces = (Piece("漢字漢字"), Piece("and more"))
    assert cells(fitted(pieces, width)) <= width
    assert cells(spread(pieces, (Piece("right"),), width)) <= width


# --- alarms ----------------------------------------------------------------------------------


def test_alarms_in_words(staffed: Playbook) -> None:
    """Each alarm is a sentence, and the beginning of a line."""
    staffed.does("ana", c.OfferRole(role=Role.DEPUTY, to="dee"))
    published(staffed)
    soon = staffed.now + timedelta(minutes=1)
    staffed.does("ana", c.AddAction(text="drain", assignee="cy", due_at=soon))
    staffed.waits(60)
    staffed.fires()
    staffed.does("cy", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("bo", c.ObjectTo(decision=1, reason="it lags"))
    seen = scene(staffed, "dee")
    found = alarms(staffed.incident, "dee")
    assert [
        ("Bo objects to D1: it lags", ""),
        ("Ana offers you Deputy, 60 s left: /r accept or /r decline", "/role accept"),
        ("A1 overdue just now: Cy, drain", "/act A1 "),
    ] == [(alarm_text.text(seen, one), alarm_text.opening(one)) for one in found]
    staffed.waits(20 * 60)
    staffed.fires()
    staffed.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    seen, found = scene(staffed, "dee"), alarms(staffed.incident, "dee")
    words = {one.kind: (alarm_text.text(seen, one), alarm_text.opening(one)) for one in found}
    late = ("update to internal overdue 1 min: /u internal", "/update internal ")
    assert late == words[AlarmKind.OVERDUE_UPDATE]
    assert "/role ic" == words[AlarmKind.VACANT_COMMAND][1]
    row = text(alarm_text.row(seen, found, "^g", 78))
    assert row.startswith("! nobody is incident commander")
    assert row.endswith(f"+{len(found) - 1}  ^g deal with it")


def test_an_update_that_waits_for_approval(staffed: Playbook) -> None:
    """Whoever can approve it reads the text in the alarm, and that it is stale."""
    staffed.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards may fail."))
    staffed.does("dee", c.SubmitUpdate(update=1))
    (alarm,) = alarms(staffed.incident, "ana")
    said = "U1 to customers waits for you to approve it: Cards may fail."
    assert said == alarm_text.text(scene(staffed, "ana"), alarm)
    assert "/update U1 approve" == alarm_text.opening(alarm)
    staffed.does("ana", c.ChangeStatus(to=Status.MITIGATED))
    assert "approve it, STALE: Cards" in alarm_text.text(scene(staffed, "ana"), alarm)


def test_a_redaction_that_waits_for_a_second_person(staffed: Playbook) -> None:
    """Who asks, for what and why, and the line that agrees."""
    staffed.does("bo", c.Post(text="the card of Jo Doe is 4111"))
    seq = staffed.incident.seq
    staffed.does("bo", c.RequestRedaction(entry=seq, reason="a customer"))
    (alarm,) = alarms(staffed.incident, "ana")
    said = f"Bo asks to delete the words of #{seq}, if you approve: a customer"
    assert said == alarm_text.text(scene(staffed, "ana"), alarm)
    assert f"/redact #{seq} approve" == alarm_text.opening(alarm)


def test_no_alarm_no_row(staffed: Playbook) -> None:
    """Without an alarm there is no row."""
    assert () == alarm_text.row(scene(staffed), [], "^g", 78)


def test_the_debrief_asks_for_memories(staffed: Playbook) -> None:
    """The debrief is announced, and has no line of its own."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    staffed.does("ana", c.ChangeStatus(to=Status.DEBRIEFING))
    (alarm,) = alarms(staffed.incident, "cy")
    assert "debrief" in alarm_text.text(scene(staffed), alarm)
    assert "" == alarm_text.opening(alarm)


# --- the timeline's rows ---------------------------------------------------------------------


def test_every_kind_of_entry_has_a_row() -> None:
    """A whole incident, row by row; each has its number and someone who did it."""
    story = whole_incident()
    rows = Rows(scene(story).room)
    made = [rows.of(entry) for entry in story.entries]
    assert [f"#{entry.seq}" for entry in story.entries] == [row.number for row in made]
    assert all(row.who and row.text for row in made)


def test_a_row_changes_its_revision_with_its_words(staffed: Playbook) -> None:
    """An amended entry is another revision of the same row."""
    staffed.does("cy", c.Post(text="24 s"))
    seq = staffed.incident.seq
    before = Rows(scene(staffed).room).of(staffed.entries[seq - 1])
    staffed.does("cy", c.Amend(entry=seq, text="2.4 s"))
    room = scene(staffed).room
    after = Rows(room).of(staffed.entries[seq - 1])
    assert (before.key, "2.4 s", "amended") == (after.key, after.text, after.marks)
    assert before.revision != after.revision
    assert {seq} == set(touched(staffed.entries[-1], room))


def test_a_struck_row_looks_struck(staffed: Playbook) -> None:
    """Struck entries keep their words, and their kind says it."""
    staffed.does("cy", c.Post(text="wrong"))
    seq = staffed.incident.seq
    staffed.does("cy", c.Strike(entry=seq, reason="it was"))
    assert "struck" == Rows(scene(staffed).room).of(staffed.entries[seq - 1]).kind


def test_a_redacted_roll_unsettles(staffed: Playbook) -> None:
    """When names go, everything that showed them reads otherwise."""
    staffed.calls("ana", "raj")
    seq = staffed.incident.seq
    staffed.does("cy", c.RequestRedaction(entry=seq, reason="asked to"))
    staffed.does("bo", c.ApproveRedaction(entry=seq))
    room = scene(staffed).room
    assert unsettles(staffed.entries[-1], room)
    assert not unsettles(staffed.entries[0], room)


def test_a_line_that_came_back_says_what_to_do_with_it(room: Playbook) -> None:
    """By the keys that do it; one that waits says nothing of the kind."""
    rows = Rows(scene(room).room, answers("r", "f9"))
    submit = Submit(id="x", log=room.incident.log, command=c.Post(text="hi"))
    you = You("ana", "Ana Ruiz", "ana", Scope.RESPONDER)
    back = rows.sending(Pending(submit, NINE, Stand.RETURNED, why="too long"), you)
    assert ("too long", "in the timeline, r takes it up and f9 puts it away") == back.details
    assert () == rows.sending(Pending(submit, NINE, Stand.WAITING), you).details


def test_whoever_is_quoted_and_unknown_is_called_as_they_were(room: Playbook) -> None:
    """A line on its way, or refused, tells the handle and not the id that stands for it."""
    log = room.incident.log
    voice = voice_id(log, "nobody")
    submit = Submit(id="x", log=log, command=c.Post(text="hello"), said_by=voice)
    you = You("ana", "Ana Ruiz", "ana", Scope.RESPONDER)
    rows = Rows(scene(room).room)
    assert "@nobody(Ana)" == rows.sending(Pending(submit, NINE, typed="@nobody: hello"), you).who
    unread = Rows(scene(room).room).sending(Pending(submit, NINE, typed="/nothing"), you)
    assert unread.who.startswith("?")


def test_a_pending_row_has_no_number(room: Playbook) -> None:
    """Until the hub has committed it there is nothing to say aloud."""
    submit = Submit(id="x", log=room.incident.log, command=c.Post(text="hi\nyou"))
    you = You("ana", "Ana Ruiz", "ana", Scope.RESPONDER)
    row = Rows(scene(room).room).sending(Pending(submit, NINE), you)
    assert ("", "Ana", "hi\nyou", "sending", PENDING) == (
        row.number,
        row.who,
        row.text,
        row.marks,
        row.kind,
    )


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (c.Post(text="hello"), "hello"),
        (c.TakeRole(role=Role.DEPUTY), "role take"),
        (c.Declare(title="down"), "declare: down"),
        (c.RecordDecision(decision=c.DecisionText(choice="go")), "decide: go"),
        (c.ApproveUpdate(update=1, text="a" * 64, reason="read it"), "update approve: read it"),
        (c.RecordSent(update=1, where="the page"), "update sent: the page"),
    ],
)
def test_commands_in_words(command: PersonCommand, words: str) -> None:
    """What is on its way is shown as what it says."""
    assert words == asked(command)


def test_the_line_about_what_was_missed() -> None:
    """Since when one was away, and how much came."""
    row = away_row("away-1", NINE, 12)
    assert "since you were away, 09:00: 12 new" in row.text


def test_two_people_of_one_first_name_go_by_their_handles(room: Playbook) -> None:
    """Short names are unique: where they would not be, the handle stands."""
    room.does("ana", c.Declare(title="x"))
    for person, name in (("ana", "Ana Ruiz"), ("ann", "Ana Gomez"), ("bo", "Bo Chen")):
        room.does("hub", c.Join(person=person, name=name, handle=f"{person}1"))
    names = scene(room).room.names
    assert ["ana1", "ann1", "Bo"] == [short_name(names, one) for one in ("ana", "ann", "bo")]


def test_an_entry_in_full() -> None:
    """The page of an entry says who, when, and what was said of it since."""
    story = whole_incident()
    room = scene(story).room
    amended = next(seq for seq in room.incident.amended)
    entry = room.entry(amended)
    assert entry is not None
    page = "\n".join(text(line) for line in entry_lines(entry, room))
    assert "the lag is 40 s" in page
    assert "amended by" in page
    assert entry.hash in page


# --- who is spoken to ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "me", "is_addressed"),
    [
        ("@bo look", "bo", True),
        ("ask @Bo.", "bo", True),
        ("what says @cl?", "bo", True),
        ("@cl", "dee", False),
        ("mail bo@example.org", "bo", False),
        ("@bob look", "bo", False),
        ("@cy look", "cy", False),
    ],
)
def test_who_is_addressed(staffed: Playbook, said: str, me: str, is_addressed: bool) -> None:
    """By handle or by role, whole words only, and never by oneself."""
    staffed.does("cy", c.Post(text=said))
    you = You(me, me.title(), me, Scope.RESPONDER)
    assert is_addressed == bool(addressed(staffed.entries[-1], scene(staffed).room, you))


def test_who_is_given_a_role_or_loses_one_is_told(staffed: Playbook) -> None:
    """Appointed, replaced, taken over from, released: whoever it is reads who did it, and why."""
    dee, bo = (You(me, me.title(), me, Scope.RESPONDER) for me in ("dee", "bo"))

    def told(you: You) -> str:
        return addressed(staffed.entries[-1], scene(staffed).room, you).partition(" ")[2]

    staffed.does("ana", c.AppointRole(role=Role.DEPUTY, person="dee", note="@bo sleeps"))
    assert ("Ana gave you deputy: @bo sleeps", "Ana: @bo sleeps") == (told(dee), told(bo))
    staffed.does("ana", c.AppointRole(role=Role.DEPUTY, person="bo"))
    assert "Ana gave deputy, which you had, to Bo" == told(dee)
    staffed.does("cy", c.TakeRole(role=Role.DEPUTY, reason="Bo is on a train"))
    assert ("Cy took deputy from you: Bo is on a train", "") == (told(bo), told(dee))
    staffed.does("cy", c.OfferRole(role=Role.DEPUTY, to="dee"))
    staffed.does("dee", c.AcceptRole(role=Role.DEPUTY))
    assert "Dee accepted deputy from you" == told(You("cy", "Cy", "cy", Scope.RESPONDER))
    staffed.does("ana", c.ReleaseRole(role=Role.DEPUTY))
    assert ("Ana took deputy from you, and nobody has it now", "") == (told(dee), told(bo))


def test_who_is_given_an_action_or_loses_one_is_told(staffed: Playbook) -> None:
    """With its text and until when; what one gives to oneself is no news."""
    dee, bo = (You(me, me.title(), me, Scope.RESPONDER) for me in ("dee", "bo"))

    def told(you: You) -> str:
        return addressed(staffed.entries[-1], scene(staffed).room, you).partition(" ")[2]

    soon = staffed.now + timedelta(minutes=10)
    staffed.does("ana", c.AddAction(text="drain", assignee="dee", due_at=soon))
    assert (f"Ana gave you A1: drain, due {soon:%H:%M}", "") == (told(dee), told(bo))
    staffed.does("ana", c.AssignAction(action=1, assignee="bo"))
    assert told(bo).startswith("Ana gave you A1: drain")
    assert told(dee).endswith("which you had, to Bo")
    staffed.does("cy", c.Post(text="page the bank"))
    seq = staffed.incident.seq
    staffed.does("ana", c.Promote(entry=seq, to=PromotedTo.ACTION, assignee="bo"))
    assert "Ana gave you A2: page the bank" == told(bo)
    staffed.does("cy", c.AssignAction(action=2, assignee="cy"))
    assert told(bo).endswith("which you had, to Cy")
    staffed.does("dee", c.AssignAction(action=1, assignee="dee"))
    assert "" == told(dee)


def test_who_has_just_come_is_addressed_too(staffed: Playbook) -> None:
    """Their handle is the one that the hub knows them by, until the log names them."""
    staffed.does("cy", c.Post(text="@kim look"))
    kim = You("0f3c", "Kim Lee", "kim", Scope.RESPONDER)
    assert addressed(staffed.entries[-1], scene(staffed).room, kim)


# --- completion ------------------------------------------------------------------------------


def test_completion_of_words_forms_and_people(staffed: Playbook) -> None:
    """A slash lists the words, a word its forms, an @ the people; plain text nothing."""
    room = scene(staffed).room

    def names(typed: str) -> list[str]:
        return [one.name for one in complete(typed, room, Speaker("cy", Scope.RESPONDER)).choices]

    assert len(WORDS) == len(names("/"))
    assert "/decide /d" == names("/d")[0]
    assert ["@bo"] == names("hello @b")
    assert [] == names("hello")
    assert [] == names("/decide x\n/d")
    forms = complete("/d roll back", room, Speaker("cy", Scope.RESPONDER)).usage
    assert forms[1].startswith("/decide TEXT")
    assert not complete("/nothing x", room, Speaker("cy", Scope.RESPONDER))


def test_completion_says_what_one_may_not(staffed: Playbook) -> None:
    """An observer may use nothing that writes."""
    found = complete("/sev", scene(staffed).room, Speaker("cy", Scope.RESPONDER))
    assert [False] == [one.may for one in found.choices]
    found = complete("/post", scene(staffed).room, Speaker("cy", Scope.OBSERVER))
    assert [False] == [one.may for one in found.choices]


# --- the lobby -------------------------------------------------------------------------------


def summary(label: str, **facts: object) -> RoomSummary:
    """A room of the lobby, declared at nine."""
    known: dict[str, object] = {
        "log": label,
        "title": "Down",
        "seq": 1,
        "status": Status.DECLARED,
        "declared_at": NINE,
        "began_at": NINE,
    }
    return RoomSummary(label=label, **(known | facts))  # type: ignore[arg-type]


def lay_out_in(rows: list[lobby.LobbyRow], width: int) -> Pieces:
    """The first row among these, in a line of so many cells."""
    return lobby_layout.lay_out(rows[0], lobby_layout.columns(rows, width))


def test_the_lobby_puts_first_what_burns() -> None:
    """Open before over before closed; of the open the worst first."""
    rooms = (
        summary("closed", status=Status.CLOSED, severity=Severity.SEV1),
        summary("over", status=Status.RESOLVED, resolved_at=NINE + timedelta(hours=1)),
        summary("mild", severity=Severity.SEV4),
        summary("worst", severity=Severity.SEV1),
        summary("unrated"),
    )
    now = NINE + timedelta(hours=3)
    rows = lobby.rows(rooms, now)
    assert ["worst", "unrated", "mild", "over", "closed"] == [row.label.text for row in rows]
    assert ["+03:00", "+01:00"] == [rows[0].elapsed.text, rows[3].elapsed.text]
    assert ["VACANT", "-"] == [rows[0].commander.text, rows[3].commander.text]


def test_a_late_update_shows_in_the_lobby() -> None:
    """What is owed is counted down, and late is a word."""
    rooms = (summary("a", next_by=NINE + timedelta(minutes=5), commander="Ana"),)
    rows = [lobby.rows(rooms, NINE + timedelta(seconds=s))[0] for s in (0, 181, 480, 8000)]
    assert [
        ("in 5 min", Tone.PLAIN),
        ("DUE in 119 s", Tone.WARN),
        ("3 min late", Tone.ALARM),
        ("2 h late", Tone.ALARM),
    ] == [row.owed for row in rows]
    narrow = lobby_layout.columns(rows, 78)
    assert all(f"{row.owed.text} " in text(lobby_layout.lay_out(row, narrow)) for row in rows)


def test_without_a_line_the_lobby_knows_what_waits_and_not_who_is_here() -> None:
    """The number of people is as old as the line; what waits is one's own."""
    rooms = (summary("a", title="down", here=3), summary("b", title="slow"))
    seen = lobby.rows(rooms, NINE, live=False, waiting={"a": 2, "b": 0})
    assert ["?", "?"] == [row.here.text for row in seen]
    wide = lobby_layout.columns(seen, 118)
    assert " 2 waiting: down " in text(lobby_layout.lay_out(seen[0], wide))
    assert " waiting: " not in text(lobby_layout.lay_out(seen[1], wide))
    assert "3" == lobby.rows(rooms, NINE)[0].here.text


@pytest.mark.parametrize("width", [78, 118, 198])
def test_lobby_rows_fill_the_line(width: int) -> None:
    """Columns stand under their names at every width."""
    row = lobby.rows((summary("INC-1", title="漢字 " * 80, commander="Ana " * 20),), NINE)[0]
    columns = lobby_layout.columns([row], width)
    assert width == cell_len(text(lobby_layout.lay_out(row, columns)))
    assert width == cell_len(text(lobby_layout.heading(columns)))


def test_a_narrow_lobby_gives_the_title_what_other_columns_do_not_need() -> None:
    """They are as wide as what stands in them; a wide one keeps its columns where they are."""
    rooms = (summary("INC-1", title="Checkout fails for card payments"), summary("INC-2"))
    rows = lobby.rows(rooms, NINE)
    owing = lobby.rows((*rooms, summary("INC-3", next_by=NINE - timedelta(minutes=12))), NINE)
    assert " Checkout fails for card paym~ VACANT " in text(lay_out_in(rows, 78))
    assert " Checkout fails for ca~ VACANT " in text(lay_out_in(owing, 78))
    assert text(lay_out_in(rows, 118)) == text(lay_out_in(owing, 118))


def test_the_heading_of_the_lobby_says_what_stands_above() -> None:
    """Who has gone down learns that something worse has come."""
    rated = (summary("INC-1", severity=Severity.SEV1), summary("INC-2"))
    rows = lobby.rows(rated, NINE)
    columns = lobby_layout.columns(rows, 78)
    plain, scrolled = lobby_layout.heading(columns), lobby_layout.heading(columns, rows)
    assert Piece("2 above SEV1  ", Tone.WARN) == scrolled[0]
    assert text(plain)[14:] == text(scrolled)[14:]
    assert Piece("1 above       ", Tone.QUIET) == lobby_layout.heading(columns, rows[1:])[0]


def test_what_is_said_of_a_room_leaves_cells_for_its_title() -> None:
    """Words where there is room for them, else letters, of which the foot tells the meaning."""
    room = summary("SEC-c7f0", title="Keys leaked", held=True, restricted=True)
    row = lobby.rows((room,), NINE, waiting={"SEC-c7f0": 2})[0]
    wide, narrow = lobby_layout.columns([row], 118), lobby_layout.columns([row], 78)
    assert " 2 waiting: held: restricted: Keys leaked " in text(lobby_layout.lay_out(row, wide))
    assert [] == lobby_layout.letters([row], wide)
    assert text(lobby_layout.lay_out(row, narrow)).startswith("SEC-c7f0 ")
    assert " W2HR Keys leaked " in text(lobby_layout.lay_out(row, narrow))
    meant = [("W", "waiting"), ("H", "held"), ("R", "restricted")]
    assert meant == lobby_layout.letters([row, row], narrow)


def test_an_empty_lobby_teaches_in_three_short_lines() -> None:
    """What it says fits a narrow screen."""
    assert 3 == len(lobby.teaching(Scope.RESPONDER))
    assert "warroom feed" in lobby.teaching(Scope.STAKEHOLDER)[0]
    assert "declares" not in " ".join(lobby.teaching(Scope.OBSERVER))
    assert all(len(line) <= 78 for scope in Scope for line in lobby.teaching(scope))


# --- keys, help, history ---------------------------------------------------------------------


def test_keys_are_unique_where_they_work() -> None:
    """No key means two things in one place, and no id is used twice."""
    for where in Where:
        pressed = [one for key in KEYS if key.where is where for one in key.keys.split(",")]
        assert len(pressed) == len(set(pressed))
    ids = [key.id for key in KEYS]
    assert len(ids) == len(set(ids))


def test_no_single_letter_works_everywhere_in_a_room() -> None:
    """In the composer letters are letters."""
    for key in KEYS:
        if key.where in {Where.ROOM, Where.COMPOSER}:
            assert all(len(one) > 1 for one in key.keys.split(","))


def test_keys_that_tmux_takes_are_left_alone() -> None:
    """ctrl+j, ctrl+o, ctrl+s and ctrl+b are not ours."""
    pressed = {one for key in KEYS for one in key.keys.split(",")}
    assert not pressed & {"ctrl+j", "ctrl+o", "ctrl+s", "ctrl+b", "ctrl+c"}


def test_hints_of_a_room_fit_a_narrow_screen() -> None:
    """At 80 columns the keys that matter most are there, each whole; the others where they fit."""
    feet = {where: text(foot(Keymap().hints(where), 78)) for where in FEET}
    assert all(len(line) <= 78 for line in feet.values())
    assert feet[Where.COMPOSER].endswith("F1 help  ^g alarm")
    assert (
        "i write  enter open  / search  v show only  ^g alarm  F1 help  q lobby  y copy"
        == (feet[Where.ROWS])
    )
    assert feet[Where.PANES].endswith("esc timeline  i write  ^g alarm  F1 help")
    wide = text(foot(Keymap().hints(Where.ROWS), 118))
    assert "y copy  d a h f promote  tab panes" in wide
    assert text(foot(Keymap().hints(Where.ROWS), 198)).endswith("e editor")


def test_who_only_reads_is_shown_no_keys_that_write() -> None:
    """The others stay, in their order."""
    rows = text(foot(Keymap().hints(Where.ROWS, reads=True), 198))
    assert rows.startswith("enter open  / search")
    assert not {"write", "promote", "editor"} & set(rows.split())
    panes = text(foot(Keymap().hints(Where.PANES, reads=True), 198))
    assert panes.startswith("enter story  tab panes  esc timeline")


def test_bindings_come_from_the_table() -> None:
    """Every key with an action is a binding with its id."""
    ids = {getattr(one, "id", None) for one in bindings(Where.ROOM)}
    assert {"room.alarm", "room.help"} <= ids


def test_help_names_every_word_and_key() -> None:
    """Help is made of the tables, so nothing is missing."""
    page = "\n".join(text(line) for line in help.lines())
    assert all(f"/{word.name}" in page for word in WORDS)
    assert all(key.help in page for key in KEYS)


def test_help_in_the_lobby_begins_with_its_keys() -> None:
    """There is no room yet in which words count; nothing is left out for that."""
    in_room, in_lobby = ([text(line) for line in help.lines(lobby=it)] for it in (False, True))
    assert "Keys: lobby" == in_lobby[0]
    assert "The first five minutes" == in_room[0]
    assert sorted(in_room) == sorted(in_lobby)


def test_help_begins_with_how_an_incident_begins(staffed: Playbook) -> None:
    """Six lines, each of a line that means something, with one's own key at the end."""
    keymap = Keymap({"room.debrief": "f9"})
    title, *steps, last, _ = help.lines(keymap)[:8]
    assert "The first five minutes" == text(title)
    said = [step[0].text.rstrip() for step in steps]
    room = scene(staffed).room
    for line in said:
        assert interpret(read_line(line), room, NINE, "ana")
    assert ["/r ic", "/u customers"] == [said[0], said[3]]
    assert text(last).startswith("F9  ")
    assert all(len(text(step)) <= 76 for step in [*steps, last])


@pytest.mark.parametrize("sync", [Sync.DIVERGED, Sync.RECOVERING])
def test_trouble_fits_the_narrowest_screen(sync: Sync) -> None:
    """What to do stands at the end of the sentence, and must be seen."""
    assert 0 < len(header.trouble(LIVE, sync)) <= 78


def test_history_goes_back_and_forth() -> None:
    """The line being typed comes back after the last sent one."""
    history = History()
    assert history.step(-1, "x") is None
    for line in ("one", "two", "two", "  "):
        history.keep(line)
    assert ["one", "two"] == history.lines
    assert ["two", "one", None, "two", "typed", None] == [
        history.step(-1, "typed"),
        history.step(-1, "two"),
        history.step(-1, "one"),
        history.step(1, "one"),
        history.step(1, "two"),
        history.step(1, "typed"),
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(31, "31 s"), (119, "119 s"), (252, "4 min"), (7500, "2 h 5 min"), (-5, "0 s")],
)
def test_what_is_left(seconds: int, words: str) -> None:
    """To the second in the last two minutes; never what reads like a time of day."""
    assert words == left(timedelta(seconds=seconds))


# --- the second net --------------------------------------------------------------------------


def test_no_control_character_is_drawn() -> None:
    """The filter takes out what a widget let through, and leaves the rest as it was."""
    black = Color.parse("black")
    dirty = Segment("a\x1b[31m\x07\u202eb\x9b")
    clean = Segment("plain é 漢")
    assert ["a[31mb", "plain é 漢"] == [
        segment.text for segment in ControlFilter().apply([dirty, clean], black)
    ]
