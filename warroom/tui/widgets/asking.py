"""A line at the foot of the room that asks one thing about the timeline, and goes."""

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from warroom.tui.widgets.answer import AnswerLine


class Question(StrEnum):
    """What is asked, as the person reads it before the line."""

    SEARCH = "search"
    FILTER = "show only"


_HINTS = {
    Question.SEARCH: "enter finds, then n and N; esc leaves",
    Question.FILTER: "open, pinned, @who, decisions, notes ...  tab completes, empty is all",
}


class Asking(Horizontal):
    """Shown while it asks. `complete` writes out the last word of a filter."""

    DEFAULT_CSS = """
    Asking {
        display: none;
        height: 1;
        padding: 0 1;
        background: $panel;
        &.-asking { display: block; }
        & > Static { width: auto; padding: 0 1 0 0; text-style: bold; }
        & > Input { width: 1fr; background: $panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False, id="asking.complete", priority=True)
    ]

    class Answered(Message):
        """What was asked, and the answer."""

        def __init__(self, question: Question, text: str) -> None:
            super().__init__()
            self.question = question
            self.text = text

    def __init__(self, complete: Callable[[str], str | None]) -> None:
        super().__init__(id="asking")
        self._complete = complete
        self.question = Question.SEARCH

    @property
    def asks(self) -> bool:
        return self.has_class("-asking")

    @property
    def line(self) -> AnswerLine:
        return self.query_one(AnswerLine)

    def ask(self, question: Question, text: str = "") -> None:
        """Ask, beginning with a text."""
        if not self.children:
            self.mount(Static("", markup=False), AnswerLine(compact=True))
        self.question = question
        self.query_one(Static).update(question)
        line = self.line
        line.placeholder = _HINTS[question]
        line.suggester = _Words(self._complete) if question is Question.FILTER else None
        line.value = text
        line.cursor_position = len(text)
        self.add_class("-asking")
        self.screen.set_focus(line)

    def leave(self) -> None:
        """Ask no more."""
        self.remove_class("-asking")

    def action_complete(self) -> None:
        """Write out the word that is begun."""
        line = self.line
        found = self._complete(line.value) if self.question is Question.FILTER else None
        if found is not None:
            line.value = f"{found} "
            line.cursor_position = len(line.value)

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Answered(self.question, event.value))


class _Words(Suggester):
    """What would complete the text stands behind it, greyed."""

    def __init__(self, complete: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)
