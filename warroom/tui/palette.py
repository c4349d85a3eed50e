"""The words in the command palette: choosing one begins its line, and sends nothing."""

from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from warroom.tui.screens.room import RoomScreen
from warroom.words.table import WORDS


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
