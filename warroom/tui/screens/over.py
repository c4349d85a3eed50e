"""A screen over a room: whoever reads there sees the room's first lines all the same."""

from typing import cast

from textual import events, on
from textual.screen import ScreenResultType

from warroom.tui.messages import LineMoved, RoomMoved
from warroom.tui.port import War
from warroom.tui.screens.once import Once
from warroom.tui.widgets.overhead import Overhead
from warroom.tui.widgets.toasts import place_toasts


class OverRoom(Once[ScreenResultType]):
    """A screen with an `Overhead`, which keeps in step with the room below; none, no lines."""

    @property
    def war(self) -> War:
        return cast(War, self.app)

    @on(events.Mount)
    def _keep_in_step(self) -> None:
        place_toasts(self, before=self.query_one("#hints"))
        self.show_overhead()
        self.set_interval(1, self.show_overhead)

    @on(RoomMoved)
    @on(LineMoved)
    @on(events.Resize)
    def show_overhead(self) -> None:
        """Show how the room stands by now, what is alarming in it, and how the line to it is."""
        glance, overhead = self.war.glance(), self.query_one(Overhead)
        overhead.display = glance is not None
        if glance is not None:
            overhead.show(glance)
