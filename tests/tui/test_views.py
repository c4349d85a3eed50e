"""Views whose panes are made when they are first asked for: they show all there is, and live on."""

import pytest
from textual.geometry import Region

from tests.tui.fake_hub import FakeHub
from tests.tui.house import NARROW, WIDE, House, in_room
from warroom.domain import commands as c
from warroom.domain.vocabulary import Audience, PromotedTo, Role
from warroom.tui.widgets.pane import PaneView

VAST = (200, 60)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE, VAST])


@pytest.fixture
def hub() -> FakeHub:
    """Ana commands; #5 is a confirmed fact."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("bo", c.Observe(text="cards fail"))
    hub.says("ana", c.Promote(entry=5, to=PromotedTo.FACT))
    return hub


def seen(at: House) -> list[str]:
    """The panes that stand on the screen, from the top left on."""
    panes = [pane for pane in at.room.query(PaneView) if pane.region.area]
    ordered = sorted(panes, key=lambda pane: (pane.region.x, pane.region.y))
    return [pane.pane.name for pane in ordered]


def focused(at: House) -> str:
    widget = at.room.focused
    return widget.pane.name if isinstance(widget, PaneView) else ""


@SIZES
async def test_f3_shows_all_at_its_first_time(hub: FakeHub, size: tuple[int, int]) -> None:
    """What happened before the view was ever asked for stands in it, and what follows too."""
    async with in_room(hub, size=size) as at:
        hub.says("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="We work.", cites=(5,)))
        await at.presses("f3")
        await at.waits_for(lambda: {"facts", "draft"} <= {*seen(at)})
        await at.waits_for(lambda: "cards fail" in at.pane("facts"))
        await at.waits_for(lambda: "We work." in at.pane("draft"))
        hub.says("bo", c.Observe(text="refunds too"))
        hub.says("ana", c.Promote(entry=8, to=PromotedTo.FACT))
        await at.waits_for(lambda: "refunds too" in at.pane("facts"))


@SIZES
async def test_f4_puts_its_own_pane_above_those_that_it_shares(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """Hypotheses stand first; decisions and actions are those of the view for command."""
    hub.says("bo", c.RaiseHypothesis(text="the pool is exhausted"))
    hub.says("bo", c.AddAction(text="drain pool-3", assignee="bo"))
    async with in_room(hub, size=size) as at:
        await at.presses("f2", "f4")
        await at.waits_for(lambda: seen(at) == ["hypotheses", "decisions", "actions"])
        await at.waits_for(lambda: "the pool is exhausted" in at.pane("hypotheses"))
        await at.waits_for(lambda: "drain pool-3" in at.pane("actions"))


async def test_what_changes_while_a_view_is_hidden_stands_in_it_afterwards(hub: FakeHub) -> None:
    """F3, F2, something happens, F3."""
    async with in_room(hub) as at:
        await at.presses("f3")
        await at.waits_for(lambda: "cards fail" in at.pane("facts"))
        await at.presses("f2")
        await at.waits_for(lambda: seen(at)[0] == "command")
        hub.says("bo", c.Observe(text="refunds too"))
        hub.says("ana", c.Promote(entry=7, to=PromotedTo.FACT))
        await at.waits_for(lambda: any("#8" in row for row in at.rows()))
        assert "refunds" not in at.pane("facts")
        await at.presses("f3")
        await at.waits_for(lambda: "refunds too" in at.pane("facts"))


@SIZES
async def test_a_view_comes_back_with_what_is_true_by_then(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """From the first frame on: what it said when it went is not shown again."""
    async with in_room(hub, size=size) as at:
        await at.presses("f3")
        await at.waits_for(lambda: "cards fail" in at.pane("facts"))
        await at.presses("f2")
        await at.waits_for(lambda: "facts" not in seen(at))
        hub.says("bo", c.Observe(text="refunds too"))
        hub.says("ana", c.Promote(entry=7, to=PromotedTo.FACT))
        await at.waits_for(lambda: any("#8" in row for row in at.rows()))
        at.room.action_view("comms")
        assert "refunds too" in at.pane("facts"), "and no frame can have gone out by now"


async def test_the_focus_goes_into_a_view_at_its_first_time(hub: FakeHub) -> None:
    """From the timeline, F3 goes to a row that keys act on: the draft, if there is one."""
    hub.says("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="We work.", cites=(5,)))
    async with in_room(hub) as at:
        at.timeline.focus()
        await at.presses("f3")
        await at.waits_for(lambda: focused(at) == "draft")
        await at.presses("f4")
        await at.waits_for(lambda: focused(at) in {"hypotheses", "decisions", "actions"})


async def test_the_focus_stays_in_the_composer(hub: FakeHub) -> None:
    """Whoever writes goes on writing when a view is made."""
    async with in_room(hub) as at:
        await at.presses("c", "a", "f3", "r", "d")
        await at.waits_for(lambda: "facts" in seen(at) and at.composer.text == "card")


@pytest.mark.parametrize("key", ["f2", "f3", "f4"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_what_came_behind_a_view_stands_in_the_timeline(
    hub: FakeHub, size: tuple[int, int], key: str
) -> None:
    """It was not there to be drawn, and has the size again that it had."""
    for number in range(30):
        hub.says("bo", c.Post(text=f"note {number}"))
    async with in_room(hub, size=size) as at:

        def drawn() -> str:
            whole = Region(0, 0, *at.timeline.outer_size)
            return "\n".join(strip.text for strip in at.timeline.render_lines(whole))

        await at.waits_for(lambda: "note 29" in drawn())
        await at.presses(key)
        await at.waits_for(lambda: seen(at))
        for number in range(3):
            hub.says("bo", c.Post(text=f"later {number}"))
            await at.waits_for(lambda: at.rows()[-1].endswith(f"later {number}"))  # noqa: B023
            await at.waits_for(lambda: not at.timeline._due)
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.size.height and "later 2" in drawn())
        assert "later 0" in drawn()
