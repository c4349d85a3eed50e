"""What someone sees first: all that this machine holds, in the colours they chose, at once."""

import pytest
from textual.color import Color
from textual.events import Paste
from textual.screen import Screen

from tests.tui.fake_hub import LOG, FakeDesk, FakeHub
from tests.tui.house import WIDE, house, wait_until
from warroom.domain import commands as c
from warroom.domain.events import Recorded
from warroom.tui.app import WarroomApp
from warroom.tui.preferences import Preferences
from warroom.tui.present.rows import Rows
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.themes import THEMES
from warroom.tui.widgets.rows import Row


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


async def test_what_is_written_while_the_line_is_put_in_stays(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The composer is complete a moment after there is a line, and takes nothing out of it."""
    from warroom.tui.widgets.line import Line

    def mounted(line: Line) -> None:
        line.insert("mine")

    monkeypatch.setattr(Line, "on_mount", mounted, raising=False)
    async with house(hub, incident=LOG) as at:
        await wait_until(lambda: at.app.screen.query("#line") and at.composer.line.has_focus)
        assert "mine" == at.composer.text


async def test_what_is_typed_before_there_is_a_line_stands_in_it(hub: FakeHub) -> None:
    """In the order in which it came; no letter of it is a key of the timeline."""
    async with house(hub) as at:
        at.app.open_room(LOG)
        assert not at.app.query("#line")
        await at.presses(*"n/f")
        at.app.post_message(Paste("two words "))
        await at.presses(*"jk")
        await wait_until(lambda: isinstance(at.app.screen, RoomScreen))
        await wait_until(lambda: at.composer.text == "n/ftwo words jk")
        assert at.composer.line.has_focus


async def test_keys_work_in_the_lobby_after_a_room_that_was_left_at_once(hub: FakeHub) -> None:
    """Whatever becomes of the room for which keys wait, they do not wait for ever."""
    async with house(hub) as at:
        at.app.open_room(LOG)
        await wait_until(lambda: at.app.screen.query("Composer"))
        at.app.leave_room(LOG)
        await wait_until(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.presses("f1")
        await wait_until(lambda: not isinstance(at.app.screen, LobbyScreen))


async def test_only_what_is_seen_of_a_long_room_is_put_into_words(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That would take as long as folding it; a search does it, and finds what was never seen."""
    for number in range(300):
        hub.says("bo", c.Post(text=f"the pool drains, look {number}"))
    made: list[int] = []
    of = Rows.of

    def counted(rows: Rows, recorded: Recorded) -> Row:
        made.append(recorded.seq)
        return of(rows, recorded)

    monkeypatch.setattr(Rows, "of", counted)
    async with house(hub, incident=LOG) as at:

        def is_on(number: str) -> bool:
            row = at.timeline.cursor_row
            return row is not None and row.number == number

        await at.waits_for(lambda: at.timeline._window)
        assert set(made) <= set(range(250, 304))
        await at.presses("escape", "slash", *"look", "space", "7", "enter")
        await at.waits_for(
            lambda: at.timeline.cursor_row and at.timeline.cursor_row.number == "#11"
        )
        assert set(range(1, 304)) == set(made)
        await at.presses("N")
        await at.waits_for(
            lambda: at.timeline.cursor_row and at.timeline.cursor_row.number == "#83"
        )


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
