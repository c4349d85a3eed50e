"""Something to read, over the room: help, the brief, the debrief, one entry in full."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from warroom.domain.transcript import Transcript
from warroom.text import one_line
from warroom.tui.keymap import Where, bindings, over_a_room
from warroom.tui.messages import RoomMoved
from warroom.tui.present.entry import entry_lines, links
from warroom.tui.present.foot import foot
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.screens.over import OverRoom
from warroom.tui.widgets.lines import Hanging, OneLine
from warroom.tui.widgets.overhead import Overhead


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


class ReadingScreen(OverRoom[None]):
    """Lines under a title. esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.READING), *over_a_room()]

    def __init__(self, title: str, lines: list[Pieces]) -> None:
        super().__init__()
        self._title = title
        self.lines = lines

    def compose(self) -> ComposeResult:
        yield Overhead(self.war.keymap)
        yield OneLine(id="heading")
        with Page():
            yield Hanging(self.lines)
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        self.query_one("#heading", OneLine).show((Piece(one_line(self._title), Tone.STRONG),))
        hints = self.query_one("#hints", OneLine)
        hints.show(foot(self.war.keymap.hints(Where.READING), hints.width))
        self.query_one(Page).focus()

    def show(self, lines: list[Pieces]) -> None:
        """Show these lines from now on."""
        self.lines = lines
        self.query_one(Hanging).show(lines)

    @property
    def plain(self) -> str:
        """What it says, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)

    def action_close(self) -> None:
        self.dismiss()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.plain)
        self.app.notify("copied", markup=False)


class EntryScreen(ReadingScreen):
    """One entry in full, as it reads by now: words that are erased leave this page, too.

    Digits go on to what it is linked with; esc goes back, entry by entry.
    """

    def __init__(self, room: Transcript, seq: int) -> None:
        self.room = room
        self.entry = room.entries[seq - 1]
        super().__init__(f"{room.incident.label} #{seq}", entry_lines(self.entry, room))

    @on(RoomMoved)
    def _reads_otherwise(self) -> None:
        self.entry = self.room.entries[self.entry.seq - 1]
        lines = entry_lines(self.entry, self.room)
        if lines != self.lines:
            self.show(lines)

    def on_key(self, event: events.Key) -> None:
        if event.key.isdecimal() and event.key != "0":
            event.stop()
            found = links(self.entry, self.room)[int(event.key) - 1 :][:1]
            for link in found:
                self.app.push_screen(EntryScreen(self.room, link.seq))
