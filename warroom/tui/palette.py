"""The command palette: all that one can do here, by name.

Words and templates begin their line and send nothing, keys do what they do, a theme is worn at
once. What is read over a room does not hide what the room offers.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.command import (
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, LoadingIndicator
from textual.worker import WorkerError

from warroom.domain.vocabulary import Audience
from warroom.export.phrasing import readers
from warroom.tui.keymap import Where
from warroom.tui.port import War
from warroom.tui.present.lobby import WORDS as HERE
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.once import Once
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.stack import go_back_to, room_in
from warroom.tui.themes import NAMES, full_name
from warroom.tui.widgets.answer import AnswerLine
from warroom.tui.widgets.toasts import dock_toasts
from warroom.words.table import WORDS
from warroom.words.templates import Stage, ours

_BY_ITS_WORDS = 0.01
"""The score of what is found by what it says of itself: it comes after all that has the name."""


class Sought(CommandInput, AnswerLine):
    """What one looks for in the palette."""


class Palette(CommandPalette, Once[None]):
    """Textual's palette, in which enter takes what was typed last, and later keys go on."""

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield Sought(placeholder="Search for commands…", select_on_focus=False)
            with Vertical(id="--results"):
                yield CommandList()
                yield LoadingIndicator()

    def on_mount(self) -> None:
        dock_toasts(self)
        self.call_after_refresh(cast(War, self.app).take_keys, self)

    def on_unmount(self) -> None:
        self.app.call_later(cast(War, self.app).take_keys, self)

    @on(Input.Submitted)
    async def _chosen(self) -> None:
        """What is chosen is chosen from all that is found by all that was typed."""
        for search in list(self.workers):
            if search.group == self._GATHER_COMMANDS_GROUP:
                with suppress(WorkerError):
                    await search.wait()
        if not self._hit_count:
            self.query_one(Sought).dealt_with()


class Offer(NamedTuple):
    """Something to choose: what it is called, what it says of itself, and what it does.

    Some are `found_by` what they say of themselves, too.
    """

    name: str
    help: str
    do: Callable[[], Any]
    found_by: str = ""


class OurProvider(Provider):
    """All that one can choose: words, keys, themes, in this order; templates, once one searches."""

    async def discover(self) -> Hits:
        for name, help_, do, _ in (*self._words(), *self._keys(), *self._themes()):
            yield DiscoveryHit(Content(name), do, name, help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        everything = (*self._words(), *self._keys(), *self._themes(), *self._templates())
        for name, help_, do, also in everything:
            score = matcher.match(name)
            if score == 0 and all(part in also.casefold() for part in query.casefold().split()):
                score = _BY_ITS_WORDS
            if score > 0:
                yield Hit(score, matcher.highlight(name), do, name, help_)

    def _words(self) -> Iterator[Offer]:
        """Every word of the grammar, while a room is open; those that need none in the lobby."""
        here = [word for word in WORDS if room_in(self.app) or f"/{word.name} " in HERE]
        for word in here:
            begin = partial(self._begin, f"/{word.name} ")
            yield Offer(f"/{word.name}", word.help, begin, word.help)

    def _templates(self) -> Iterator[Offer]:
        """Beginnings of stakeholder updates, for each audience and stage, while a room is open."""
        texts = ours().texts if room_in(self.app) else {}
        for (audience, stage), text in texts.items():
            name = f"update for {readers(audience)}: {stage}"
            yield Offer(name, text, partial(self._begin_update, audience, stage))

    def _keys(self) -> Iterator[Offer]:
        """What the keys of the room do that work wherever one is in it, or those of the lobby."""
        places = {Where.ROOM, Where.TIMELINE} if room_in(self.app) else {Where.LOBBY}
        for key in cast(War, self.app).keymap.keys:
            if key.where in places and key.action:
                name = key.id.partition(".")[2].replace("_", " ")
                yield Offer(f"{name}  {key.first}", key.help, partial(self._press, key.action))

    def _themes(self) -> Iterator[Offer]:
        """The colours, by the names that settings have for them."""
        for name in NAMES:
            wear = partial(self._wear, name)
            yield Offer(f"theme {name}", "Wear these colours, and keep them.", wear)

    def _begin(self, line: str) -> None:
        if (room := self._go_back()) is not None:
            room.begin(line)
        elif lobbies := [one for one in self.app.screen_stack if isinstance(one, LobbyScreen)]:
            go_back_to(lobbies[0])
            lobbies[0].begin(line)

    def _begin_update(self, audience: Audience, stage: Stage) -> None:
        if (room := self._go_back()) is not None:
            room.begin_update(audience, stage)

    async def _press(self, action: str) -> None:
        await (self._go_back() or self.screen).run_action(action)

    def _wear(self, name: str) -> None:
        self.app.theme = full_name(name)

    def _go_back(self) -> RoomScreen | None:
        """The room in which one is, with nothing in front of it any more."""
        if (room := room_in(self.app)) is not None:
            go_back_to(room)
        return room
