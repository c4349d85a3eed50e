"""Panes and their stories: what is open, all that the log says of it, and what comes next."""

from datetime import timedelta

import pytest

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import NARROW, House, house, in_room
from warroom.domain import commands as c
from warroom.domain.names import voice_id
from warroom.domain.vocabulary import Outcome, PromotedTo, Risk, Role, Scope
from warroom.protocol.envelopes import You
from warroom.tui.present.panes import View
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.reading import EntryScreen, ReadingScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.story import StoryScreen
from warroom.tui.widgets.pane import PaneView


@pytest.fixture
def hub() -> FakeHub:
    """A room with a commander, in which Bo proposes to fail over."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo", "kim")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("bo", c.Post(text="eu-west-2 is healthy"))
    fail_over = c.DecisionText(choice="fail over to eu-west-2", rationale="faster")
    hub.says("bo", c.ProposeDecision(decision=fail_over, risk=Risk.HIGH, window=60))
    return hub


def pane(at: House, name: str) -> PaneView:
    return at.room.query_one(f"#pane-{name}", PaneView)


def flat(at: House, name: str) -> str:
    """What a pane says, however it is wrapped."""
    return " ".join(at.pane(name).split())


def drawn(at: House) -> str:
    """What one sees."""
    strips = at.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def in_story(at: House) -> bool:
    return isinstance(at.app.screen, StoryScreen) and bool(at.app.screen.lines)


def story(at: House) -> str:
    assert isinstance(at.app.screen, StoryScreen)
    return at.app.screen.plain


async def opens(at: House, name: str) -> None:
    """Put the focus into a pane and open the story under its cursor."""
    pane(at, name).focus()
    await at.waits_for(lambda: pane(at, name).has_focus)
    await at.presses("enter")
    await at.waits_for(lambda: in_story(at))


async def test_the_story_of_a_decision(hub: FakeHub) -> None:
    """Proposal, objections with names and reasons, decision, outcome, each with its number."""
    raj = voice_id(LOG, "raj")
    hub.says("kim", c.CallRoll(people=(c.Voice(raj, "raj"),)))
    hub.says("kim", c.ObjectTo(decision=1, reason="replica lags 40 s"), said_by=raj)
    hub.waits(60)
    hub.says("ana", c.DecideProposal(decision=1, rationale="the lag is fine"))
    hub.says("bo", c.RecordOutcome(decision=1, outcome=Outcome.WORKED, text="errors at 0.2 %"))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        for said in (
            "#7 09:00:00 Bo",
            "proposed: fail over to eu-west-2",
            "because: faster",
            "raj(Kim) objection: replica lags 40 s",
            "objections closed, 1 heard",
            "decided: fail over to eu-west-2",
            "in spite of 1 objection",
            "because: the lag is fine",
            "worked: errors at 0.2 %",
        ):
            assert said in " ".join(story(at).split())
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))


async def test_links_lead_both_ways(hub: FakeHub) -> None:
    """What a decision came from, and what was said of it later, by citing or by naming it."""
    hub.says("ana", c.Promote(entry=6, to=PromotedTo.DECISION))
    hub.says("kim", c.Post(text="d2 needs the DNS team"))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D2" in at.pane("decisions"))
        pane(at, "decisions").focus()
        await at.presses("down", "enter")
        await at.waits_for(lambda: in_story(at))
        log, _, later = story(at).partition("Spoken of in")
        assert "#6 09:00:00 Bo" in log
        assert "from #6" in log
        assert "d2 needs the DNS team" in later
        await at.presses("1")
        await at.waits_for(lambda: isinstance(at.app.screen, EntryScreen))
        await at.presses("escape")
        await at.waits_for(lambda: in_story(at))


async def test_a_story_is_live(hub: FakeHub) -> None:
    """An objection that comes while one reads is there; the countdown runs."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        assert "objections until 09:01 (60 s left)" in story(at)
        hub.waits(10)
        hub.says("kim", c.ObjectTo(decision=1, reason="it lags"))
        await at.waits_for(lambda: "objection: it lags" in story(at))
        assert "(50 s left), 1 objection so far" in story(at)


async def test_a_letter_in_a_story_begins_the_line(hub: FakeHub) -> None:
    """x goes back to the room and begins the objection; nothing is sent."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        assert "/object D1 REASON" in story(at)
        await at.presses("x")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: "/object D1 " == at.composer.text)
        assert () == hub.rooms[LOG].incident.decisions[1].objections


async def test_a_letter_in_a_pane_begins_the_line(hub: FakeHub) -> None:
    """The same letters work on the row under the cursor; what they are stands under the pane."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        pane(at, "decisions").focus()
        await at.waits_for(lambda: "d decide" in str(pane(at, "decisions").border_subtitle))
        await at.presses("d")
        await at.waits_for(lambda: "/decide D1 " == at.composer.text)


async def test_letters_for_the_timeline_do_nothing_in_a_pane(hub: FakeHub) -> None:
    """f on a decision does not promote an entry that one does not look at."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        pane(at, "decisions").focus()
        await at.presses("f", "h", "enter")
        await at.waits_for(lambda: in_story(at))
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        assert "" == at.composer.text


async def test_what_one_may_not_do_says_who_may(hub: FakeHub) -> None:
    """Kim reads who decides, and pressing the letter says it under the line."""
    async with in_room(hub, person="Kim") as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        assert "not now: takes the incident commander (Ana) or deputy (vacant)" in story(at)
        await at.presses("d")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: "takes the incident commander (Ana)" in at.composer.complaint)


async def test_an_observer_only_reads(hub: FakeHub) -> None:
    """Whoever may not write reads so at every step."""
    async with in_room(hub, person="Kim") as at:
        at.desk.you = You("kim", "Kim", "kim", Scope.OBSERVER)
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        assert 2 <= story(at).count("not now: you only read here")


async def test_views_keys_go_into_the_panes(hub: FakeHub) -> None:
    """F2 where the panes are there already goes into them; tab goes on; esc goes back."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await at.presses("f2")
        await at.waits_for(lambda: pane(at, "command").has_focus)
        await at.presses("tab")
        await at.waits_for(lambda: pane(at, "decisions").has_focus)
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.has_focus)


async def test_tab_in_an_empty_line_leaves_it(hub: FakeHub) -> None:
    """tab goes on to the timeline and the panes, but never out of a line that is begun."""
    async with in_room(hub) as at:
        await at.presses("tab")
        await at.waits_for(lambda: at.timeline.has_focus)
        await at.presses("i", "h", "i", "tab", "x")
        await at.waits_for(lambda: "hix" == at.composer.text)


async def test_a_view_that_is_new_leaves_the_focus_in_the_composer(hub: FakeHub) -> None:
    """F4 shows the technical view; one types on."""
    async with in_room(hub) as at:
        await at.presses("a", "f4", "b")
        await at.waits_for(lambda: "ab" == at.composer.text)


async def test_the_cursor_stays_on_its_thing(hub: FakeHub) -> None:
    """New rows above do not move the cursor to something else."""
    hub.says("ana", c.RecordDecision(decision=c.DecisionText(choice="page the vendor")))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D2" in at.pane("decisions"))
        pane(at, "decisions").focus()
        await at.presses("down")
        await at.waits_for(lambda: "D2" == str(pane(at, "decisions").cursor))
        hub.says("bo", c.ProposeDecision(decision=c.DecisionText(choice="restart")))
        await at.waits_for(lambda: "D3" in at.pane("decisions"))
        assert "D2" == str(pane(at, "decisions").cursor)


@pytest.mark.parametrize("size", [NARROW, (120, 24)])
async def test_the_cursor_stays_in_sight(hub: FakeHub, size: tuple[int, int]) -> None:
    """However many rows, the one that the keys act on can be seen."""
    for number in range(1, 31):
        hub.says("ana", c.AddAction(text=f"do {number}"))
    async with in_room(hub, size=size) as at:
        await at.presses("escape", "f2")
        await at.waits_for(lambda: "A30" in at.pane("actions"))
        await at.waits_for(lambda: pane(at, "command").has_focus)
        pane(at, "actions").focus()
        await at.presses(*["down"] * 29)
        await at.waits_for(lambda: ">A30" in drawn(at))
        await at.presses(*["up"] * 29)
        await at.waits_for(lambda: ">A1" in drawn(at))


async def test_two_clicks_open_a_row(hub: FakeHub) -> None:
    """The first puts the cursor there, the second opens what it is on."""
    hub.says("ana", c.RecordDecision(decision=c.DecisionText(choice="page the vendor")))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D2" in at.pane("decisions"))
        line = (
            at.pane("decisions")
            .split("\n")
            .index(next(one for one in at.pane("decisions").split("\n") if one.startswith("D2")))
        )
        await at.pilot.click("#pane-decisions", offset=(6, line + 1), times=2)
        await at.waits_for(lambda: in_story(at))
        assert "page the vendor" in story(at)


async def test_the_history_of_an_action(hub: FakeHub) -> None:
    """Given, put off, late, done: all of it, oldest first."""
    soon = hub.now + timedelta(minutes=5)
    hub.says("ana", c.AddAction(text="drain pool-3", assignee="bo", due_at=soon))
    later = hub.now + timedelta(minutes=7)
    hub.says("bo", c.PostponeAction(action=1, due_at=later, reason="still connecting"))
    hub.waits(8 * 60)
    async with in_room(hub) as at:
        await at.waits_for(lambda: "A1" in at.pane("actions"))
        await opens(at, "actions")
        told = story(at)
        marks = ("drain pool-3, due 09:05", "now due 09:07: still connecting", "overdue")
        places = [told.index(mark, told.index("In the log")) for mark in marks]
        assert sorted(places) == places
        assert "1 min late" in told


async def test_who_held_a_role_over_time(hub: FakeHub) -> None:
    """Holders with from, until and the entries that say so."""
    hub.waits(60)
    hub.says("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="bo"))
    hub.says("bo", c.AcceptRole(role=Role.INCIDENT_COMMANDER))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "IC" in at.pane("command"))
        await opens(at, "command")
        assert "09:01 to now" in story(at)
        assert "09:00 to 09:01" in story(at)
        assert "offered incident command to Bo" in story(at)


async def test_anyone_may_object_for_a_speaker(hub: FakeHub) -> None:
    """`@raj: /x D1 ...` and `/x D1 @raj: ...` both record Raj's words by whoever types."""
    async with in_room(hub, person="Kim") as at:
        await at.sends("@raj: /x D1 replica lags")
        await at.waits_for(lambda: "raj(Kim) objects: replica lags" in flat(at, "decisions"))
        await at.sends("/x D1 @ana: not now")
        await at.waits_for(lambda: "Ana(Kim) objects: not now" in flat(at, "decisions"))
        assert "2 objections so far" in flat(at, "decisions")


async def test_a_window_that_ends_says_what_was_heard(hub: FakeHub) -> None:
    """None heard, and the commander reads what can be done."""
    async with in_room(hub) as at:
        hub.waits(61)
        await at.waits_for(lambda: "none heard" in at.pane("decisions"))
        assert "you decide: /d D1, /withdraw D1" in at.pane("decisions")


async def test_others_read_who_decides(hub: FakeHub) -> None:
    """Whoever does not decide reads for whom the proposal waits."""
    async with in_room(hub, person="Kim") as at:
        hub.waits(61)
        await at.waits_for(
            lambda: "waits for the incident commander (Ana)" in flat(at, "decisions")
        )


async def test_a_narrow_screen_has_stories_too(hub: FakeHub) -> None:
    """esc, F2, tab, enter: one thing at a time, at 80 columns."""
    async with in_room(hub, size=NARROW) as at:
        await at.presses("escape", "f2")
        await at.waits_for(lambda: pane(at, "command").has_focus)
        await at.presses("tab", "enter")
        await at.waits_for(lambda: in_story(at))
        assert all(len(line) <= 80 for line in story(at).split("\n"))
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.presses("f2")
        await at.waits_for(lambda: at.timeline.display and at.timeline.has_focus)


async def test_the_keys_of_the_room_work_on_what_is_read_over_it(hub: FakeHub) -> None:
    """From a story, F3 goes back to the room, to its view; F1 and ^g too."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "D1" in at.pane("decisions"))
        await opens(at, "decisions")
        await at.presses("f3")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: at.room.body.view is View.COMMS)
        await at.presses("f5")
        await at.waits_for(lambda: "Milestones" in drawn(at))
        await at.presses("f1")
        await at.waits_for(lambda: "Milestones" not in drawn(at) and "help" in drawn(at))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))


async def test_they_are_nothing_where_no_room_is() -> None:
    """Over the lobby, where there is no view to show, help stays."""
    async with house() as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        await at.presses("f3")
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
