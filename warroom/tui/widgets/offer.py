"""A handover offered to the reader: a banner with its briefing. It never takes the focus."""

from warroom.tui.present.handover import handover_lines
from warroom.tui.present.scene import Scene
from warroom.tui.widgets.lines import Lines

_TALL = 20
"""From so many rows on there is room for the briefing."""


class OfferBanner(Lines):
    """Takes no room while nothing is offered."""

    DEFAULT_CSS = """
    OfferBanner { height: auto; padding: 0 1; border-left: thick $warning; }
    """

    def __init__(self) -> None:
        super().__init__(id="offer")

    def offer(self, scene: Scene) -> None:
        """Show what is offered to the reader now, if anything is."""
        width, height = self.app.size
        self.show(handover_lines(scene, width - 3, briefed=height >= _TALL))
