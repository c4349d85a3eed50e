"""One line that answers a question: enter comes in its turn, and what follows it goes on."""

from typing import cast

from textual import events
from textual.widgets import Input

from warroom.tui.port import War


class AnswerLine(Input):
    """An `Input` for who types on after enter, or whose keys come in bursts, over a slow line.

    What is a binding in Textual, as enter and backspace are, is overtaken by letters that came with
    it. Here keys act in their order, enter ends the answer, and later keys wait until that is
    `dealt_with`.
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
        elif bindings := self._bindings.key_to_bindings.get(event.key):
            event.stop()
            event.prevent_default()
            await self.run_action(bindings[0].action)
        else:
            await super()._on_key(event)

    def dealt_with(self) -> None:
        """The answer was taken, or is to be mended: later keys go where the focus is by now."""
        self.call_later(self._go_on)  # after the keys that have come here already

    def _go_on(self) -> None:
        self._given = False
        self._war.take_keys(self.screen)
