"""The app over a hub without a socket, and patience: tests wait for what they expect."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from textual.css.query import NoMatches
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.fake_hub import FakeDesk, FakeHub
from warroom.client.drafts import Drafts
from warroom.tui.app import WarroomApp
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.widgets.composer import Composer
from warroom.tui.widgets.lines import Lines, OneLine
from warroom.tui.widgets.pane import PaneView
from warroom.tui.widgets.timeline import Timeline

WIDE = (120, 36)
NARROW = (80, 24)
PATIENCE = 30.0


async def wait_until(holds: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for a condition; fails if it does not come. A widget that is not there yet is waited
    for as well."""
    async with asyncio.timeout(patience):
        while True:
            with suppress(NoMatches):
                if holds():
                    return
            await asyncio.sleep(0.005)


@dataclass
class House:
    """The app, the hub it speaks to, and what stands on the screen."""

    app: WarroomApp
    hub: FakeHub
    pilot: Pilot[None]

    @property
    def desk(self) -> FakeDesk:
        return self.hub.desks[0]

    @property
    def lobby(self) -> LobbyScreen:
        assert isinstance(self.app.screen, LobbyScreen)
        return self.app.screen

    @property
    def room(self) -> RoomScreen:
        assert isinstance(self.app.screen, RoomScreen)
        return self.app.screen

    @property
    def composer(self) -> Composer:
        return self.room.composer

    @property
    def timeline(self) -> Timeline:
        return self.room.timeline

    @property
    def rooms(self) -> list[str]:
        """The rows of the lobby, as text."""
        options = self.lobby.query_one(OptionList).options
        return [str(option.prompt) for option in options]

    @property
    def wrong(self) -> str:
        """What is said under the line of the lobby; nothing if nothing is."""
        said = self.lobby.query_one("#why", Lines)
        return said.plain if said.display else ""

    def line(self, name: str) -> str:
        """What a line of the screen says; nothing if it is not there."""
        line = self.app.screen.query_one(f"#{name}", OneLine)
        return line.plain if line.display else ""

    def pane(self, name: str) -> str:
        """What a side pane says."""
        return self.room.query_one(f"#pane-{name}", PaneView).plain

    def rows(self) -> list[str]:
        """Every row of the timeline, as one would copy it."""
        return [row.plain() for row in self.timeline._rows.rows]

    def toasts(self) -> list[str]:
        return [one.message for one in self.app._notifications]

    async def waits_for(self, holds: Callable[[], object]) -> None:
        await wait_until(holds)

    async def presses(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def bursts(self, *keys: str) -> None:
        """Press keys at once, as they come over a slow line."""
        for key in keys:
            self.app.post_message(Key(key, key if len(key) == 1 else None))

    async def types(self, text: str) -> None:
        """Write a text into the composer at once."""
        self.composer.line.insert(text)
        await wait_until(lambda: self.composer.text.endswith(text))

    async def sends(self, text: str) -> None:
        """Write a line and press enter."""
        self.composer.write(text)
        await self.presses("enter")

    async def enters(self) -> None:
        """Go into the only room."""
        await wait_until(lambda: self.lobby.query_one(OptionList).highlighted is not None)
        await self.presses("enter")
        await wait_until(
            lambda: (
                isinstance(self.app.screen, RoomScreen)
                and self.timeline.row_count
                and self.room.query(PaneView)
                and self.room.query("#line")
            )
        )


@asynccontextmanager
async def house(
    hub: FakeHub | None = None,
    *,
    size: tuple[int, int] = WIDE,
    person: str = "Ana",
    incident: str | None = None,
    drafts: Drafts | None = None,
) -> AsyncIterator[House]:
    """The app, running, with the lobby open."""
    hub = hub or FakeHub()
    app = WarroomApp(lambda listener: hub.desk(person, listener), incident, drafts=drafts)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(lambda: isinstance(app.screen, LobbyScreen | RoomScreen))
        yield House(app, hub, pilot)


@asynccontextmanager
async def in_room(
    hub: FakeHub | None = None,
    *,
    size: tuple[int, int] = WIDE,
    person: str = "Ana",
    drafts: Drafts | None = None,
) -> AsyncIterator[House]:
    """The app in its one room, declared by Ana if there is none."""
    if hub is None:
        hub = FakeHub()
        hub.declares("Checkout is down", "bo")
    async with house(hub, size=size, person=person, drafts=drafts) as one:
        await one.enters()
        yield one
