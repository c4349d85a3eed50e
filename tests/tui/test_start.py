"""What someone sees first: all that this machine holds, in the colours they chose, at once."""

import pytest
from textual.color import Color
from textual.screen import Screen

from tests.tui.fake_hub import LOG, FakeDesk, FakeHub
from tests.tui.house import WIDE, house, wait_until
from warroom.tui.app import WarroomApp
from warroom.tui.preferences import Preferences
from warroom.tui.themes import THEMES


@pytest.fixture
def hub() -> FakeHub:
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    return hub


async def test_the_first_frame_holds_the_entries_and_comes_before_the_hub_is_called(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing what speaks to the hub takes longer than drawing; nobody waits for it."""
    said: list[str] = []

    async def run(desk: FakeDesk) -> None:
        said.append("dialled")

    def display(app: WarroomApp, screen: Screen[None], update: object) -> None:
        strips = screen._compositor.render_strips()
        said.append("".join(strip.text for strip in strips))

    monkeypatch.setattr(FakeDesk, "run", run)
    monkeypatch.setattr(WarroomApp, "_display", display)
    async with house(hub, incident=LOG):
        await wait_until(lambda: "dialled" in said)
    assert "declared: Checkout is down" in said[0]


@pytest.mark.parametrize("incident", [LOG, None])
async def test_the_first_screen_has_no_other_below_it(hub: FakeHub, incident: str | None) -> None:
    """A blank one would be mounted, styled and drawn first, for nobody."""
    async with house(hub, incident=incident) as at:
        assert [at.app.screen] == at.app.screen_stack


async def test_the_theme_is_worn_from_the_start_and_can_be_changed(hub: FakeHub) -> None:
    """The styles are read once, with the chosen theme; and again for another one."""
    grounds = {theme.name: Color.parse(theme.background or "") for theme in THEMES[1:3]}
    first, second = grounds
    app = WarroomApp(lambda listener: hub.desk("Ana", listener), LOG, Preferences(theme=first))
    async with app.run_test(size=WIDE):
        assert grounds[first] == app.screen.styles.background
        app.theme = second
        await wait_until(lambda: app.screen.styles.background == grounds[second])
        app.theme = first
        await wait_until(lambda: app.screen.styles.background == grounds[first])
