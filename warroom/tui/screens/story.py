"""The story of one thing, live: all that the log says of it, and what can be done next."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from warroom.text import one_line
from warroom.tui.keymap import Where, bindings, over_a_room
from warroom.tui.messages import RoomMoved
from warroom.tui.present.copying import copied
from warroom.tui.present.foot import foot
from warroom.tui.present.pieces import Piece, Pieces, Tone
from warroom.tui.present.scene import Scene
from warroom.tui.present.steps import Step, steps
from warroom.tui.present.story import lay_out_story, story, title
from warroom.tui.present.subject import Item, StorySubject
from warroom.tui.present.thread import Thread
from warroom.tui.screens.over import OverRoom
from warroom.tui.screens.reading import EntryScreen, Page
from warroom.tui.widgets.lines import OneLine, block
from warroom.tui.widgets.overhead import Overhead


class StoryScreen(OverRoom[Step]):
    """Dismissed with the step that was chosen, None if none was. `scene` gives the room as it is.

    Nothing moves under the reader: what is new comes at the end of its part.
    """

    DEFAULT_CSS = "StoryScreen Page { scrollbar-gutter: stable; }"

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.READING), *over_a_room()]

    def __init__(self, subject: StorySubject, scene: Callable[[], Scene]) -> None:
        super().__init__()
        self.subject = subject
        self._scene = scene
        self._thread = Thread(scene().room, subject)
        self.lines: list[Pieces] = []

    def compose(self) -> ComposeResult:
        yield Overhead(self.war.keymap)
        yield OneLine(id="heading")
        with Page():
            yield Static("", markup=False)
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        hints = self.query_one("#hints", OneLine)
        hints.show(foot(self.war.keymap.hints(Where.READING), hints.width))
        self.query_one(Page).focus()
        self.show()
        self.set_interval(1, self.show)

    @on(RoomMoved)
    @on(events.Resize)
    def show(self) -> None:
        """Show the story as it is by now."""
        scene = self._scene()
        self._thread.catch_up()
        page = self.query_one(Page)
        width = page.scrollable_content_region.width
        lines = lay_out_story(story(self._thread, scene), width)
        head = one_line(f"{scene.incident.label} {title(self.subject)}")
        self.query_one("#heading", OneLine).show((Piece(head, Tone.STRONG),))
        if lines != self.lines and width:
            self.lines = lines
            page.query_one(Static).update(block(lines))

    @property
    def plain(self) -> str:
        """What it says, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)

    def on_key(self, event: events.Key) -> None:
        """A step's letter goes back to the room with its line; a digit opens a linked entry."""
        step = next((s for s in steps(self.subject, self._scene()) if s.key == event.key), None)
        if step is not None:
            event.stop()
            self.dismiss(step)
        elif event.key.isdecimal() and event.key != "0":
            event.stop()
            for seq in self._thread.links[int(event.key) - 1 :][:1]:
                self.app.push_screen(EntryScreen(self._scene().room, seq))

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the text of an update, of everything else its whole story."""
        text, name = self.plain, "the story"
        if isinstance(self.subject, Item) and self.subject.letter == "U":
            text, name = copied(self.subject, self._scene())
        self.app.copy_to_clipboard(text)
        self.app.notify(f"{name} is copied", markup=False)
