"""Words and templates in the command palette: choosing one begins its line, and sends nothing."""

from functools import partial
from typing import cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from warroom.export.phrasing import readers
from warroom.tui.screens.once import Once
from warroom.tui.screens.room import RoomScreen
from warroom.words.table import WORDS
from warroom.words.templates import ours


class Palette(CommandPalette, Once[None]):
    """Textual's palette, in which a second enter does nothing."""


class WordProvider(Provider):
    """Every word of the grammar, while a room is open."""

    async def discover(self) -> Hits:
        for word in WORDS if isinstance(self.screen, RoomScreen) else ():
            name = f"/{word.name}"
            yield DiscoveryHit(Content(name), partial(self._begin, name), name, word.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for word in WORDS if isinstance(self.screen, RoomScreen) else ():
            name = f"/{word.name}"
            score = max(matcher.match(name), matcher.match(word.help))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(name), partial(self._begin, name), name, word.help
                )

    def _begin(self, name: str) -> None:
        cast(RoomScreen, self.screen).begin(f"{name} ")


class TemplateProvider(Provider):
    """Beginnings of stakeholder updates, for each audience and stage, while a room is open."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        texts = ours().texts if isinstance(self.screen, RoomScreen) else {}
        for (audience, stage), text in texts.items():
            name = f"update for {readers(audience)}: {stage}"
            score = matcher.match(name)
            if score > 0:
                room = cast(RoomScreen, self.screen)
                begin = partial(room.begin_update, audience, stage)
                yield Hit(score, matcher.highlight(name), begin, name, text)
