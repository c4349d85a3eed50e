"""One line that answers a question: enter comes in its turn, and what follows it goes on."""

from typing import ClassVar, cast

from textual import events
from textual.widgets import Input

from warroom.tui.port import War


class AnswerLine(Input):
    """An `Input` for who types on after enter, or whose keys come in bursts, over a slow line.

    What is a binding in Textual, as enter and backspace are, is overtaken by letters that came with
    it. Here keys act in their order. Enter ends the answer, and later keys wait until that is
    `dealt_with`; escape leaves it, and they wait until the screen takes them.
    """

    turns: ClassVar[frozenset[str]] = frozenset({"enter", "escape"})

    async def _on_key(self, event: events.Key) -> None:
        """Take keys in the order in which they were typed."""
        if bindings := self._bindings.key_to_bindings.get(event.key):
            event.stop()
            event.prevent_default()
            await self.run_action(bindings[0].action)
        else:
            await super()._on_key(event)

    def dealt_with(self) -> None:
        """The answer was taken, or is to be mended: later keys go where the focus is by now."""
        cast(War, self.app).take_keys(self.screen)
