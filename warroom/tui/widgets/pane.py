"""A side pane: rows under a title, that scroll if there are too many."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from warroom.tui.present.pane_layout import lay_out
from warroom.tui.present.panes import Pane
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone
from warroom.tui.widgets.lines import block

BESIDE = 2
"""Lines that a text takes at most while the pane stands beside the timeline."""


class PaneView(VerticalScroll):
    """Shows the rows of one pane. `whole` texts are not cut: there is room for them."""

    def __init__(self, pane: Pane) -> None:
        super().__init__(id=f"pane-{pane.name}", classes="pane")
        self.pane = pane
        self.border_title = pane.title
        self.rows: list[PaneRow] = []
        self.whole = False
        self._lines: list[Pieces] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show(self, rows: list[PaneRow], *, whole: bool = False) -> None:
        """Show these rows from now on."""
        self.rows = rows
        self.whole = whole
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    @property
    def plain(self) -> str:
        """What it says, line by line, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self._lines or [])

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        lines = lay_out(self.rows, width, lines=None if self.whole else BESIDE)
        if not lines and self.pane.empty:
            lines = [(Piece(self.pane.empty, Tone.QUIET),)]
        if lines != self._lines:
            self._lines = lines
            self.query_one(Static).update(block(lines))
