"""A pane: rows under a title, a cursor while it has the focus, and the keys of what that is on."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from warroom.tui.keymap import Where, bindings
from warroom.tui.present.pane_layout import lay_out_rows
from warroom.tui.present.panes import Pane
from warroom.tui.present.pieces import PaneRow, Pieces, Tone
from warroom.tui.present.scene import Scene
from warroom.tui.present.steps import Step, steps
from warroom.tui.present.subject import Subject
from warroom.tui.widgets.lines import content

BESIDE = 2
"""Lines that a text takes at most while the pane stands beside the timeline."""

_EDGES = 2
"""Cells beside the text: for the cursor, and for the scroll bar whether it is there or not."""


class PaneView(VerticalScroll, can_focus=True):
    """Shows the rows of one pane. `whole` texts are not cut: there is room for them."""

    DEFAULT_CSS = """
    PaneView {
        overflow-x: hidden;
        & > .pane--cursor { background: $primary 30%; }
        &:ansi > .pane--cursor { background: ansi_default; text-style: reverse; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane--cursor"}

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.PANES)

    turns: ClassVar[frozenset[str]] = frozenset({"escape"})

    class Opened(Message):
        """The reader wants the story of a thing."""

        def __init__(self, subject: Subject) -> None:
            super().__init__()
            self.subject = subject

    class Stepped(Message):
        """The reader wants to do something next."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    class Copied(Message):
        """The reader wants a thing in the clipboard."""

        def __init__(self, subject: Subject) -> None:
            super().__init__()
            self.subject = subject

    def __init__(self, pane: Pane, *, whole: bool = False) -> None:
        super().__init__(id=f"pane-{pane.name}", classes="pane")
        self.pane = pane
        self.border_title = pane.title
        self.rows: list[PaneRow] = []
        self._whole = whole
        self._cut = not whole
        self._scene: Scene | None = None
        self._on: Subject | None = None
        self._lines: list[list[Pieces]] = []
        self._drawn: object = None
        self._seen = True
        self._width = 0

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show(self, scene: Scene, *, whole: bool = False, seen: bool = True) -> None:
        """Show this from now on. The cursor stays on the thing that it is on.

        A pane that is not `seen` is not drawn; one that is just coming back is drawn before it has
        its place again, as wide as it was, so that it does not show what it said then.
        """
        self._scene, self._seen = scene, seen
        self.rows = self.pane.rows(scene)
        self._cut = not (whole or self._whole)
        self._draw()

    @property
    def plain(self) -> str:
        """What it says, line by line, without tones."""
        lines = (line for row in self._lines for line in row)
        return "\n".join("".join(piece.text for piece in line) for line in lines)

    # --- the cursor ------------------------------------------------------------------------------

    @property
    def cursor(self) -> Subject | None:
        """What the keys act on: what they did before, if it is still there, otherwise the first."""
        found = [row.about for row in self.rows if row.about is not None]
        return self._on if self._on in found else next(iter(found), None)

    @property
    def _next_steps(self) -> list[Step]:
        on = self.cursor
        return [] if on is None or self._scene is None else steps(on, self._scene)

    def action_move(self, by: int) -> None:
        """To the next row that has a story; where there is none, a line further."""
        found = [row.about for row in self.rows if row.about is not None]
        index = found.index(self.cursor) + by if self.cursor is not None else -1
        if 0 <= index < len(found):
            self._put(found[index])
        else:
            self.scroll_relative(y=by, animate=False)

    def _put(self, subject: Subject | None) -> None:
        self._on = subject
        self._draw()
        top = 0
        for row, lines in zip(self.rows, self._lines, strict=False):
            if row.about == subject:
                self._reveal(top, len(lines))
            top += len(lines)

    def _reveal(self, top: int, height: int) -> None:
        """Scroll so far that some lines are in sight, here and in the column around."""
        self.scroll_to_region(Region(0, top, 1, height), animate=False)
        if isinstance(self.parent, VerticalScroll):
            y = self.virtual_region.y + self.gutter.top + top - self.scroll_offset.y
            self.parent.scroll_to_region(Region(0, y, 1, height), animate=False)

    def action_open(self) -> None:
        if self.cursor is not None:
            self.post_message(self.Opened(self.cursor))

    def action_copy(self) -> None:
        if self.cursor is not None:
            self.post_message(self.Copied(self.cursor))

    def on_key(self, event: events.Key) -> None:
        """The letters of what can be done next."""
        step = next((step for step in self._next_steps if step.key == event.key), None)
        if step is not None:
            self.post_message(self.Stepped(step))
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a row; open it with a second click."""
        line = event.screen_offset.y - self.content_region.y + self.scroll_offset.y
        for row, lines in zip(self.rows, self._lines, strict=False):
            if 0 <= line < len(lines) and row.about is not None:
                self._put(row.about)
                if event.chain == 2:
                    self.action_open()
            line -= len(lines)

    def notify_style_update(self) -> None:
        """Draw the cursor anew: colours have changed."""
        super().notify_style_update()
        self._drawn = None
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    # --- drawing ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.content_region.width - _EDGES
        if width > 0:
            self._width = width
        elif self._seen:
            width = self._width
        if width <= 0:
            return
        empty = [PaneRow("", "", self.pane.empty, tone=Tone.QUIET)] if self.pane.empty else []
        lines = BESIDE if self._cut else None
        self._lines = lay_out_rows(self.rows or empty, width, lines=lines)
        on = self.cursor if self.has_focus else None
        hints = self._hints(width) if on is not None else ""
        if (drawn := (self._lines, on, hints)) != self._drawn:
            self._drawn = drawn
            self.border_subtitle = hints
            self.query_one(Static).update(self._content(on, width))

    def _hints(self, width: int) -> str:
        """What can be done next, each with its letter, as far as there is room; then the story."""
        found = [f"{step.key} {step.name}" for step in self._next_steps]
        kept = [*found, "enter all of it"]
        while kept and len("  ".join(kept)) > width - 4:
            kept.pop()
        return "  ".join(kept)

    def _content(self, on: Subject | None, width: int) -> Content:
        """The lines; those that the cursor is on with a mark before them, and a ground."""
        ground = self.get_visual_style("pane--cursor", partial=True)
        drawn: list[Content] = []
        for index, lines in enumerate(self._lines):
            marked = on is not None and index < len(self.rows) and self.rows[index].about == on
            for number, line in enumerate(lines):
                text = Content(">" if marked and not number else " ") + content(line)
                if marked:
                    text = text.pad_right(width + 1 - text.cell_length).stylize(ground)
                drawn.append(text)
        return Content("\n").join(drawn)
