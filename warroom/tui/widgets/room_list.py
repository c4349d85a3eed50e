"""The list of the lobby: the cursor has a mark, and rooms that come or go do not move it about."""

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

_CURSOR = ">"


class RoomList(OptionList):
    """One line for each room, by its log id. The cursor stays on its room."""

    def __init__(self) -> None:
        super().__init__(id="rooms", markup=False)
        self._logs: list[str] = []

    def show(self, lines: dict[str, Content]) -> None:
        """Show these lines from now on, each under the log id of its room."""
        if list(lines) == self._logs:
            for index, line in enumerate(lines.values()):
                self.replace_option_prompt_at_index(index, line)
        else:
            self._replace(lines)

    def teach(self, lines: tuple[str, ...]) -> None:
        """Say this where there is no room."""
        if not self.option_count:
            self.add_options(Option(line, disabled=True) for line in lines)

    def _replace(self, lines: dict[str, Content]) -> None:
        """Other rooms than before. Who has not gone down sees those that come above the cursor;
        for everyone else it stays on its line of the screen."""
        index, top = self.highlighted or 0, self.scroll_offset.y
        chosen = self._logs[index] if self._logs else ""
        self._logs = list(lines)
        self.clear_options()
        self.add_options(Option(line, id=log) for log, line in lines.items())
        if not lines:
            return
        self.highlighted = self._logs.index(chosen) if chosen in lines else index
        if top:
            y = self.highlighted - (index - top)
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def render_line(self, y: int) -> Strip:
        """A line of the list; with a mark in its margin if the cursor is on it, for a screen
        without colours."""
        line = super().render_line(y)
        if self.scroll_offset.y + y != self.highlighted:
            return line
        margin, rest = line.divide([1, line.cell_length])
        return Strip.join([Strip([Segment(_CURSOR, one.style) for one in margin]), rest])
