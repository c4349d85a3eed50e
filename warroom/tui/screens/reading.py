"""Something to read, over the room: help, the brief, one entry in full."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from warroom.tui.keymap import Where, bindings, hints
from warroom.tui.present.foot import foot
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.widgets.lines import OneLine, block


class Page(VerticalScroll, can_focus=True):
    """Scrolls with the keys of the timeline."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "scroll_down", "Down"),
        ("k", "scroll_up", "Up"),
        ("g", "scroll_home", "First"),
        ("G", "scroll_end", "Last"),
        ("ctrl+d,space", "page_down", "Page down"),
        ("ctrl+u", "page_up", "Page up"),
    ]


class ReadingScreen(Screen[None]):
    """Lines under a title. esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.READING)

    def __init__(self, title: str, lines: list[Pieces]) -> None:
        super().__init__()
        self._title = title
        self.lines = lines

    def compose(self) -> ComposeResult:
        yield OneLine(id="condition")
        with Page():
            yield Static(block(self.lines), markup=False)
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        self.query_one("#condition", OneLine).show((Piece(self._title, Tone.STRONG),))
        self.query_one("#hints", OneLine).show(foot(hints(Where.READING)))
        self.query_one(Page).focus()

    @property
    def plain(self) -> str:
        """What it says, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)

    def action_close(self) -> None:
        self.dismiss()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.plain)
        self.app.notify("copied", markup=False)
