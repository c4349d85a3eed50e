"""The line of the composer: keys become text in the order in which they were typed."""

from typing import Protocol, assert_never

from textual import events
from textual.timer import Timer
from textual.widgets import TextArea

from warroom.text import visible
from warroom.tui.keymap import Keymap, Where
from warroom.tui.present.rush import BURST, HELD_OVER, SETTLE, Ends, Rush


class Keeper(Protocol):
    """Who says what becomes of the text: the composer."""

    @property
    def holds(self) -> bool:
        """Whether a paste waits for enter."""

    def key(self, action: str) -> bool:
        """Do what a key says; False if it only moves the cursor."""

    def send(self) -> None:
        """Take what is written."""

    def ask(self) -> None:
        """Say that so many lines came at once."""

    def pasted(self, text: str) -> None:
        """Several lines were pasted and are not in the text."""


class Line(TextArea):
    """The text itself. What its keys mean is for the composer to say."""

    def __init__(self, keymap: Keymap, keeper: Keeper) -> None:
        super().__init__(id="line", highlight_cursor_line=False, tab_behavior="focus")
        self._keeper = keeper
        self._actions = keymap.actions(Where.COMPOSER)
        self.turns = frozenset(key for key, action in self._actions.items() if action == "leave")
        self._entered: Timer | None = None
        self._gathered = ""
        self._rush = Rush()

    async def _on_key(self, event: events.Key) -> None:
        """Take keys in the order they were typed: a binding would overtake letters that wait."""
        since = self._rush.key(event.time)
        if self._entered is not None:
            self._entered.stop()
            if since >= SETTLE:  # the machine stood still meanwhile, the person did not
                self._enter()
            else:
                self._break_line()
        if event.key == "ctrl+j":  # the newline of a paste that came key by key
            self._take(event)
            self._break_line()
        elif event.key == "enter":
            self._take(event)
            if self._keeper.holds or (self._rush.rushed and (self.text or self._gathered)):
                self._entered = self.set_timer(SETTLE, self._enter)
            else:
                self._enter()
        elif self._rush.running and event.is_printable and event.character:
            self._take(event)
            self._gather(event.character)
        else:
            self.settle()
            action = self._actions.get(event.key)
            if (action is not None and self._keeper.key(action)) or await self._edit(event.key):
                self._take(event)

    def on_resize(self) -> None:
        """Draw the text as it is wrapped now: Textual drew it before it wrapped it anew."""
        self.refresh()

    def _take(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()

    def _break_line(self) -> None:
        """An enter, of whose line more came at once."""
        self._entered = None
        self._rush.joined()
        self._gather("\n")

    def _gather(self, text: str) -> None:
        """Put a part of a rush in with what follows at once: each edit costs milliseconds."""
        if not self._gathered:
            self.set_timer(BURST, self.settle)
        self._gathered += text

    def settle(self) -> None:
        """Put in what was gathered."""
        gathered, self._gathered = self._gathered, ""
        if gathered:
            self.replace(gathered, *self.selection, maintain_selection_offset=False)
            # Textual scrolls before it knows how tall the text has become.
            self.call_after_refresh(self.scroll_cursor_visible)

    async def _edit(self, key: str) -> bool:
        """Do now what the key is bound to here; False if it is to nothing, or has nothing to do."""
        bound = self._bindings.key_to_bindings.get(key, [])
        return bool(bound) and await self.app.run_action(bound[0].action, self)

    def _enter(self) -> None:
        """Send, unless this ends a paste that came key by key."""
        self._entered = None
        self.settle()
        match self._rush.ends(self.document.line_count, holding=self._keeper.holds):
            case Ends.LINE:
                self._keeper.send()
            case Ends.PASTE:
                text = self.text
                self.clear()
                self._keeper.pasted(text)
            case Ends.UNSURE:
                self._keeper.ask()
            case never:
                assert_never(never)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._rush.pasted()
        text = visible(event.text)
        if len(text.rstrip("\n").split("\n")) > HELD_OVER:
            self._keeper.pasted(text)
        else:
            self.insert(text.rstrip("\n"))
