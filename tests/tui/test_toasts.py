"""What is told for a moment: seen, and over nothing that one looks for."""

from functools import partial

import pytest
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets._toast import Toast

from tests.tui.fake_hub import FakeHub
from tests.tui.house import NARROW, WIDE, House, in_room
from warroom.client.desk import Failure
from warroom.domain import commands as c
from warroom.tui.screens.reading import Page, ReadingScreen

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE])


@pytest.fixture
def hub() -> FakeHub:
    """A room with more entries than a screen has rows."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    for number in range(60):
        hub.says("bo", c.Post(text=f"note {number}"))
    return hub


def told(at: House) -> list[Region]:
    """Where toasts stand on the screen."""
    return [toast.region for toast in at.app.screen.query(Toast) if toast.region.area]


def is_seen(at: House, text: str) -> bool:
    """Whether a text is drawn on the screen."""
    return any(text in strip.text for strip in at.app.screen._compositor.render_strips())


def covered(at: House, widget: Widget) -> set[int]:
    """The rows of a widget on which something else is drawn, or that the screen ends before."""
    area = widget.region
    place = at.app.screen.get_widget_at
    columns = (area.x + 2, area.x + area.width // 2, area.right - 4)
    return {
        y
        for y in range(area.y, area.bottom)
        if any(widget not in place(x, y)[0].ancestors_with_self for x in columns)
    }


@SIZES
async def test_the_newest_entry_is_seen_beside_what_tells_of_it(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """Nor do the composer and the keys move or hide."""
    async with in_room(hub, size=size) as at:
        await at.waits_for(lambda: at.timeline.following and at.composer.region.area)
        before = at.composer.region
        hub.says("bo", c.Post(text="@ana the replica lags"))
        await at.waits_for(lambda: told(at))
        await at.waits_for(
            lambda: at.timeline._window[-1][0].plain().endswith("@ana the replica lags")
        )
        assert [set()] * 3 == [
            covered(at, one) for one in (at.timeline, at.composer, at.room.query_one("#hints"))
        ]
        assert before == at.composer.region


async def test_a_line_is_enough_for_what_fits_into_one(hub: FakeHub) -> None:
    """At 80 columns the timeline has few rows to spare."""
    async with in_room(hub, size=NARROW) as at:
        hub.says("bo", c.Post(text="@ana the replica lags"))
        await at.waits_for(lambda: told(at))
        assert [1] == [region.height for region in told(at)]


async def test_however_much_is_told_the_timeline_is_there(hub: FakeHub) -> None:
    """Long words, and many: the entries themselves are to be read, not these."""
    async with in_room(hub, size=NARROW) as at:
        for number in range(3):
            hub.says("bo", c.Post(text=f"@ana {number} " + "all of it " * 300))
        await at.waits_for(lambda: told(at) and not covered(at, at.timeline))
        assert at.timeline.region.height > 10


async def test_nothing_moves_under_who_reads_further_up(hub: FakeHub) -> None:
    """The rows stay where they are, and the last ones make room."""
    async with in_room(hub, size=NARROW) as at:
        await at.presses("escape", "g")
        await at.waits_for(lambda: "#1 " in at.timeline._window[0][0].plain())
        height = at.timeline.region.height
        hub.says("bo", c.Post(text="@ana the replica lags"))
        await at.waits_for(lambda: told(at) and at.timeline.region.height == height - 1)
        await at.waits_for(lambda: len(at.timeline._window) == height - 1)
        assert "#1 " in at.timeline._window[0][0].plain()


async def test_what_is_read_over_the_room_stays_readable(hub: FakeHub) -> None:
    """The page of the help makes room as well."""
    async with in_room(hub, size=NARROW) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        await at.presses("y")
        await at.waits_for(lambda: told(at))
        screen = at.app.screen
        assert not covered(at, screen.query_one(Page)) | covered(at, screen.query_one("#hints"))


@SIZES
async def test_of_much_that_is_told_the_newest_is_seen(hub: FakeHub, size: tuple[int, int]) -> None:
    """Over the room, and over what is read there."""
    async with in_room(hub, size=size) as at:
        for where in ("room", "help"):
            for number in range(12):
                at.app.notify(f"{where} {number}", markup=False)
            await at.waits_for(partial(is_seen, at, f"{where} 11"))
            await at.presses("f1")
            await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))


@SIZES
async def test_what_is_told_leaves_the_palette_to_be_read(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """It stands where it stands without it; what comes meanwhile is seen, too."""
    async with in_room(hub, size=size) as at:
        at.app.notify("before", markup=False)
        await at.waits_for(partial(is_seen, at, "before"))
        (below,) = told(at)
        await at.presses("ctrl+p", *"/withdraw")
        await at.waits_for(lambda: told(at) == [below])
        assert not covered(at, at.app.screen.query_one(Input))
        at.app.notify("meanwhile", markup=False)
        await at.waits_for(partial(is_seen, at, "meanwhile"))
        assert 1 == len({region.x for region in told(at)})
        assert not covered(at, at.app.screen.query_one(Input))


async def test_what_the_hub_says_is_told_once(hub: FakeHub) -> None:
    """Though the lobby below the room hears it, too."""
    async with in_room(hub) as at:
        at.desk.listener(Failure("the disk is full", None))
        at.desk.listener(Failure("the room is full", at.room.log_id))
        await at.waits_for(lambda: len(at.toasts()) >= 2)
        await at.pilot.pause()
        assert ["the disk is full", "the room is full"] == at.toasts()
