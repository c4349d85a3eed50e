"""One line that answers a question: enter comes in its turn, and what follows it goes on."""

from typing import cast

from textual import events
from textual.widgets import Input

from warroom.tui.port import War


class AnswerLine(Input):
    """An `Input` for who types on after enter, or whose keys come in bursts, over a slow line.

    Enter is a binding in Textual, and letters that came with it overtake it: they would be part of
    the answer. Here it ends the answer, and later keys wait until that is `dealt_with`.
    """

    _given = False

    @property
    def _war(self) -> War:
        return cast(War, self.app)

    async def _on_key(self, event: events.Key) -> None:
        """Take keys in the order in which they were typed."""
        if self._given or event.key == "enter":
            event.stop()
            event.prevent_default()
        if self._given:
            self._war.keep_key(event)
        elif event.key == "enter":
            self._given = True
            self._war.keep_keys_for(self.screen)
            await self.action_submit()
        else:
            await super()._on_key(event)

    def dealt_with(self) -> None:
        """The answer was taken, or is to be mended: later keys go where the focus is by now."""
        self._given = False
        self._war.take_keys(self.screen)
