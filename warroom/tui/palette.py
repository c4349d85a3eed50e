"""The command palette: all that one can do here, by name.

Words and templates begin their line and send nothing, keys do what they do, a theme is worn at
once. What is read over a room does not hide what the room offers.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from warroom.domain.vocabulary import Audience
from warroom.export.phrasing import readers
from warroom.tui.keymap import Where
from warroom.tui.port import War
from warroom.tui.screens.once import Once
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.stack import go_back_to, room_in
from warroom.tui.themes import NAMES, full_name
from warroom.words.table import WORDS
from warroom.words.templates import Stage, ours


class Palette(CommandPalette, Once[None]):
    """Textual's palette, in which a second enter does nothing."""


class Offer(NamedTuple):
    """Something to choose: what it is called, what it says of itself, and what it does."""

    name: str
    help: str
    do: Callable[[], Any]


class OurProvider(Provider):
    """What there is to choose: searched by its name, some by their help, too; and listed before
    anything is searched, unless there is too much of it."""

    listed = True
    by_help = False

    def offers(self) -> Iterator[Offer]:
        """All that can be chosen now."""
        raise NotImplementedError

    def in_room(self, do: Callable[[RoomScreen], None]) -> None:
        """Do something in the room in which one is, in front of which nothing is left."""
        if (room := room_in(self.app)) is not None:
            go_back_to(room)
            do(room)

    async def discover(self) -> Hits:
        for name, help_, do in self.offers() if self.listed else ():
            yield DiscoveryHit(Content(name), do, name, help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help_, do in self.offers():
            score = max(matcher.match(name), matcher.match(help_) if self.by_help else 0)
            if score > 0:
                yield Hit(score, matcher.highlight(name), do, name, help_)


class WordProvider(OurProvider):
    """Every word of the grammar, while a room is open."""

    by_help = True

    def offers(self) -> Iterator[Offer]:
        for word in WORDS if room_in(self.app) else ():
            begin = partial(self._begin, f"/{word.name} ")
            yield Offer(f"/{word.name}", word.help, begin)

    def _begin(self, line: str) -> None:
        self.in_room(lambda room: room.begin(line))


class TemplateProvider(OurProvider):
    """Beginnings of stakeholder updates, for each audience and stage, while a room is open."""

    listed = False

    def offers(self) -> Iterator[Offer]:
        texts = ours().texts if room_in(self.app) else {}
        for (audience, stage), text in texts.items():
            name = f"update for {readers(audience)}: {stage}"
            yield Offer(name, text, partial(self._begin, audience, stage))

    def _begin(self, audience: Audience, stage: Stage) -> None:
        self.in_room(lambda room: room.begin_update(audience, stage))


class KeyProvider(OurProvider):
    """What the keys of the room do that work wherever one is in it, or those of the lobby."""

    def offers(self) -> Iterator[Offer]:
        places = {Where.ROOM, Where.TIMELINE} if room_in(self.app) else {Where.LOBBY}
        for key in cast(War, self.app).keymap.keys:
            if key.where in places and key.action:
                name = key.id.partition(".")[2].replace("_", " ")
                yield Offer(f"{name}  {key.first}", key.help, partial(self._press, key.action))

    async def _press(self, action: str) -> None:
        room = room_in(self.app)
        if room is not None:
            go_back_to(room)
        await (room or self.screen).run_action(action)


class ThemeProvider(OurProvider):
    """The colours, by the names that settings have for them."""

    def offers(self) -> Iterator[Offer]:
        for name in NAMES:
            yield Offer(
                f"theme {name}", "Wear these colours, and keep them.", partial(self._wear, name)
            )

    def _wear(self, name: str) -> None:
        self.app.theme = full_name(name)
