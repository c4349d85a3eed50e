"""A handover offered to the reader: a banner with its briefing. It never takes the focus."""

from textual.content import Content
from textual.widgets import Static

from warroom.tui.present.handover import handover_lines
from warroom.tui.present.pieces import Pieces
from warroom.tui.present.scene import Scene
from warroom.tui.widgets.lines import block

_TALL = 20
"""From so many rows on there is room for the briefing."""


class OfferBanner(Static):
    """Takes no room while nothing is offered."""

    DEFAULT_CSS = """
    OfferBanner {
        height: auto;
        padding: 0 1;
        border-left: thick $warning;
        display: none;
    }
    """

    def __init__(self) -> None:
        super().__init__("", id="offer", markup=False)
        self.lines: list[Pieces] = []

    def show(self, scene: Scene) -> None:
        """Show what is offered to the reader now, if anything is."""
        width, height = self.app.size
        lines = handover_lines(scene, width - 3, briefed=height >= _TALL)
        if lines != self.lines:
            self.lines = lines
            self.display = bool(lines)
            self.update(block(lines) if lines else Content(""))

    @property
    def plain(self) -> str:
        """What it says, line by line, without tones."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)
