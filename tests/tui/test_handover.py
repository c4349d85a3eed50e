"""A role offered to the reader: a banner with its briefing, never in the way."""

from datetime import timedelta

import pytest

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import NARROW, House, in_room
from warroom.domain import commands as c
from warroom.domain.vocabulary import Audience, Role, Severity, Status
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.story import StoryScreen
from warroom.tui.widgets.offer import OfferBanner


@pytest.fixture
def hub() -> FakeHub:
    """Ana commands an incident with something of everything, and offers the command to Bo."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
    hub.says("ana", c.ChangeStatus(to=Status.IDENTIFIED, reason="the pool is exhausted"))
    hub.says("ana", c.ProposeDecision(decision=c.DecisionText(choice="fail over"), window=300))
    soon = hub.now + timedelta(minutes=10)
    hub.says("ana", c.AddAction(text="drain pool-3", assignee="bo", due_at=soon))
    hub.says("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    hub.says("ana", c.PublishUpdate(update=1, next_by=hub.now + timedelta(minutes=20)))
    hub.says("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="bo", note="I have to sleep"))
    return hub


def banner(at: House) -> str:
    one = at.room.query_one(OfferBanner)
    return one.plain if one.display else ""


def commander(at: House) -> str | None:
    return at.hub.rooms[LOG].incident.commander


async def test_an_offer_is_a_banner_with_a_briefing(hub: FakeHub) -> None:
    """Who offers what, how long, and the state of things by numbers one can look up."""
    async with in_room(hub, person="Bo") as at:
        await at.waits_for(lambda: banner(at))
        for said in (
            "Ana offers you incident command, 2 min left",
            "A accept  D decline   while typing: /r accept ic, or /r decline ic WHY",
            "says       I have to sleep",
            "condition  SEV1 (#5): all; identified (#6): the pool is exhausted",
            "undecided  objections on D1: fail over",
            "actions    A1 by 09:10, Bo: drain pool-3",
            "promised   internal readers by 09:20 (#10)",
        ):
            assert said in banner(at)
        assert 1 == banner(at).count("SEV1")


@pytest.mark.parametrize("size", [(120, 36), NARROW])
async def test_an_offer_is_said_once(hub: FakeHub, size: tuple[int, int]) -> None:
    """The alarms' row is for the others; ^g answers what it shows, and the banner without one."""
    hub.says("ana", c.OfferRole(role=Role.DEPUTY, to="bo"))
    async with in_room(hub, person="Bo", size=size) as at:
        await at.waits_for(lambda: "offers you incident command" in banner(at))
        assert at.line("alarm").startswith("! Ana offers you Deputy")
        hub.says("bo", c.DeclineRole(role=Role.DEPUTY))
        await at.waits_for(lambda: not at.line("alarm"))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: at.composer.text == "/role accept")
        hub.says("ana", c.ObjectTo(decision=1, reason="it lags"))
        await at.waits_for(lambda: at.line("alarm").startswith("! Ana objects to D1"))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: isinstance(at.app.screen, StoryScreen))
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        assert "/role accept" == at.composer.text


async def test_the_offer_counts_down_and_lapses(hub: FakeHub) -> None:
    """What is left is shown; a lapsed offer takes no room."""
    async with in_room(hub, person="Bo") as at:
        hub.waits(75)
        at.room.show_clocks()
        await at.waits_for(lambda: "45 s left" in banner(at))
        hub.waits(50)
        await at.waits_for(lambda: not banner(at))
        assert "ana" == commander(at)


async def test_a_key_accepts_outside_the_composer(hub: FakeHub) -> None:
    """A in the timeline takes the role, and what was typed stays."""
    async with in_room(hub, person="Bo") as at:
        await at.types("half a thought")
        await at.presses("escape", "A")
        await at.waits_for(lambda: "bo" == commander(at))
        await at.waits_for(lambda: not banner(at))
        assert "half a thought" == at.composer.text


async def test_a_key_declines_outside_the_composer(hub: FakeHub) -> None:
    """D in the timeline declines; the holder keeps the role."""
    async with in_room(hub, person="Bo") as at:
        await at.presses("escape", "D")
        await at.waits_for(lambda: not hub.rooms[LOG].incident.offers)
        assert "ana" == commander(at)


async def test_letters_in_the_composer_are_letters(hub: FakeHub) -> None:
    """Typing is never an answer, and the banner never takes the focus."""
    async with in_room(hub, person="Bo") as at:
        await at.waits_for(lambda: banner(at))
        await at.presses("A", "D")
        await at.waits_for(lambda: "AD" == at.composer.text)
        assert "ana" == commander(at)


async def test_a_word_accepts_while_typing(hub: FakeHub) -> None:
    """The words that the banner names work."""
    async with in_room(hub, person="Bo") as at:
        await at.sends("/r accept ic")
        await at.waits_for(lambda: "bo" == commander(at))


async def test_an_offer_to_someone_else_is_no_banner(hub: FakeHub) -> None:
    """Ana sees in the command pane that she waits; her keys answer nothing."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: "offered to Bo, lapses in 2 min" in at.pane("command"))
        assert "" == banner(at)
        await at.presses("escape", "A")
        assert Role.INCIDENT_COMMANDER in hub.rooms[LOG].incident.offers


async def test_an_answer_that_comes_too_late_is_said(hub: FakeHub) -> None:
    """If the offer is gone by the time the hub hears, the reader is told why."""
    async with in_room(hub, person="Bo") as at:
        hub.holds = True
        await at.presses("escape", "A")
        await at.waits_for(lambda: hub.held)
        hub.waits(121)
        hub.answer()
        await at.waits_for(lambda: "not on offer" in at.composer.complaint)


@pytest.mark.parametrize("size", [NARROW, (40, 12)])
async def test_the_banner_leaves_room_for_the_rest(hub: FakeHub, size: tuple[int, int]) -> None:
    """On a small screen the composer is still there, and lines are not wider than it."""
    async with in_room(hub, person="Bo", size=size) as at:
        await at.waits_for(lambda: banner(at))
        assert at.composer.line.region.bottom <= size[1]
        assert at.timeline.region.height >= 1
        assert all(len(line) <= size[0] - 3 for line in banner(at).split("\n"))
