"""A screen over others, that goes once."""

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class Once(Screen[ScreenResultType]):
    """A screen that can be dismissed once.

    Textual takes away whatever screen is on top: of two keys that come quickly one after the other,
    both still meant for this screen, the second would take the room below along.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go, if this screen has not gone yet."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
