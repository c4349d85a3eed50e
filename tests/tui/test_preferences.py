"""A person's own ways: keys, a theme, wrong settings; and a room that is opened at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import WIDE, House, house, wait_until
from warroom.tui.app import WarroomApp
from warroom.tui.preferences import Preferences
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.reading import ReadingScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.themes import NAMES, THEMES, full_name, short_name


@pytest.fixture
def hub() -> FakeHub:
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    return hub


@asynccontextmanager
async def preferring(hub: FakeHub, preferences: Preferences) -> AsyncIterator[House]:
    """The app of someone with preferences, in the room."""
    app = WarroomApp(lambda listener: hub.desk("Ana", listener), LOG, preferences)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await wait_until(lambda: isinstance(app.screen, RoomScreen))
        yield House(app, hub, pilot)


async def test_own_keys_work_and_are_shown(hub: FakeHub) -> None:
    """Another key for the same: it does it, it is hinted at, and the old one does nothing."""
    mine = Preferences(
        keys={"room.debrief": "f9", "timeline.down": "x", "composer.newline": "ctrl+n"}
    )
    async with preferring(hub, mine) as at:
        await at.waits_for(lambda: "F9 debrief" in at.line("hints"))
        await at.presses(*"one", "ctrl+n", *"two")
        await at.waits_for(lambda: at.composer.text == "one\ntwo")
        await at.presses("escape", "g", "x")
        await at.waits_for(lambda: at.timeline.cursor_row and at.timeline.cursor_row.number == "#2")
        await at.presses("f5")
        assert isinstance(at.app.screen, RoomScreen)
        await at.presses("f9")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))


async def test_a_theme_chosen_is_remembered_and_only_then(hub: FakeHub) -> None:
    """What one begins with is not written anywhere; what one chooses is, once."""
    kept: list[str] = []
    mine = Preferences(theme=full_name("contrast"), remember=kept.append)
    async with preferring(hub, mine) as at:
        assert full_name("contrast") == at.app.theme
        at.app.theme = full_name("light")
        await at.waits_for(lambda: kept)
        assert [full_name("light")] == kept
        assert set(at.app.available_themes) == {theme.name for theme in THEMES}


async def test_a_theme_that_cannot_be_kept_is_worn_all_the_same(hub: FakeHub) -> None:
    """A full disk is said, and the room goes on."""

    def fail(theme: str) -> None:
        raise OSError("no space left")

    async with preferring(hub, Preferences(remember=fail)) as at:
        at.app.theme = full_name("light")
        await at.waits_for(at.toasts)
        assert ["the theme is not kept: no space left"] == at.toasts()


async def test_mistakes_in_settings_are_said_and_keep_nobody_out(hub: FakeHub) -> None:
    """The room is open, and the mistake is on the screen."""
    async with preferring(hub, Preferences(complaints=("there is no setting [/]x",))) as at:
        await at.waits_for(at.toasts)
        assert ["there is no setting [/]x"] == at.toasts()


@pytest.mark.parametrize("name", NAMES)
async def test_every_theme_draws_the_room(hub: FakeHub, name: str) -> None:
    """No theme lacks a colour that a style asks for."""
    assert name == short_name(full_name(name))
    async with preferring(hub, Preferences(theme=full_name(name))) as at:
        await at.waits_for(lambda: at.timeline.row_count)
        strips = at.app.screen._compositor.render_strips()
        assert "declared: Checkout is down" in "".join(s.text for strip in strips for s in strip)


async def test_a_room_asked_for_is_opened_at_once(hub: FakeHub) -> None:
    """No lobby is drawn before it; q leads there all the same, and back."""
    async with preferring(hub, Preferences()) as at:
        await at.waits_for(lambda: at.timeline.row_count)
        await at.presses("escape", "q")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.enters()
        assert "INC-1" in at.line("condition")


async def test_what_is_not_seen_is_not_drawn(hub: FakeHub) -> None:
    """A screen below another takes no part in it, except under the palette, which is clear."""
    async with house(hub) as at:
        await at.enters()
        assert [] == at.app._background_screens
        await at.presses("ctrl+p")
        await at.waits_for(lambda: at.app.screen.is_modal)
        assert at.app._background_screens
