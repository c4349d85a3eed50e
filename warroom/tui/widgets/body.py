"""What stands between a room's first lines and its composer: the timeline, and panes beside it.

Where there is no room beside the timeline the panes take its place, and esc gives it back. The
view for comms has two columns and so needs its place on every screen but the broadest.
"""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from warroom.tui.present.panes import COLUMNS, PANES, VIEWS, View
from warroom.tui.present.scene import Scene
from warroom.tui.widgets.pane import PaneView
from warroom.tui.widgets.timeline import Timeline

_ORDER = {f"pane-{name}": number for number, name in enumerate(PANES)}
_IN_COLUMNS = frozenset(name for column in COLUMNS for name in column)


class Column(VerticalScroll):
    """Panes below each other."""

    BLANK = True


class RoomBody(Horizontal):
    """The timeline and the panes of one view. The classes `-comms` and `-covers` place them.

    Panes are made once the timeline is drawn, and those of another view when that is asked for:
    each costs its part of the time until a room is seen.
    """

    DEFAULT_CSS = """
    RoomBody {
        & > #comms { display: none; width: 1fr; height: 1fr; }
        & .column { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
        &.-comms > #side { display: none; }
        &.-comms > #comms { display: block; }
        &.-covers > #timeline { display: none; }
    }
    """

    BLANK = True
    """All of it is covered: as Textual would draw it, it takes as long as what covers it."""

    def __init__(self) -> None:
        super().__init__(id="body")
        self.view = View.COMMAND
        self._asked = False
        self._drawn = False
        self._scene: Scene | None = None
        self._known: dict[str, PaneView] = {}

    def compose(self) -> ComposeResult:
        yield Timeline(id="timeline")
        yield Column(id="side", can_focus=False)

    def on_mount(self) -> None:
        self.call_after_refresh(self._complete)

    def _complete(self) -> None:
        """Put the panes beside the timeline, which is on the screen by now."""
        self._drawn = True
        if self._scene is not None and self.query("#side"):  # else the room is being left
            self.show(self._scene)

    @property
    def covering(self) -> View | None:
        """The view that stands in the timeline's place, None if that is there."""
        narrow, vast = self.screen.has_class("-narrow"), self.screen.has_class("-vast")
        covers = self._asked if narrow else self.view is View.COMMS and not vast
        return self.view if covers else None

    def show(self, scene: Scene) -> None:
        """Show the panes of the view as they are now."""
        self._scene = scene
        if not self._drawn:
            return
        self._place()
        seen = not self._narrow or self.covering is not None
        for pane in self._panes:
            pane.show(scene, whole=self._narrow, seen=seen)

    def switch(self, view: View) -> None:
        """Show a view. Asked for again it gives the timeline its place back, or is gone into.

        The focus stays in the composer, and elsewhere goes where one can see it.
        """
        inside = self.has_focus_within
        if view is self.covering:
            self.give_back()
            if inside:
                self.query_one(Timeline).focus()
            return
        again = view is self.view and self.covering is None and not self._narrow
        self.view, self._asked = view, True
        self._place()
        if again or (inside and (self.covering or not self.query_one(Timeline).has_focus)):
            self.enter()

    def give_back(self) -> None:
        """The timeline is there again."""
        if self.covering is View.COMMS:
            self.view = View.COMMAND
        self._asked = False
        self._place()

    def enter(self) -> None:
        """Put the focus into a pane that has a row to put the cursor on, a draft first."""
        self.call_after_refresh(self._go_in)

    def _go_in(self) -> None:
        panes = sorted(self._panes, key=lambda pane: pane.pane.name != "draft")
        next((pane for pane in panes if pane.cursor is not None), panes[0]).focus()

    @property
    def _narrow(self) -> bool:
        return self.screen.has_class("-narrow")

    @property
    def _panes(self) -> list[PaneView]:
        return [self._made(name) for name in VIEWS[self.view]]

    def _made(self, name: str) -> PaneView:
        """A pane; it is made when it is first asked for."""
        if name not in self._known:
            self._known[name] = PaneView(PANES[name], whole=name in _IN_COLUMNS)
        return self._known[name]

    def _place(self) -> None:
        self._mount_view()
        for name, pane in self._known.items():
            pane.display = name in VIEWS[self.view]
        self.set_class(self.view is View.COMMS, "-comms")
        self.set_class(self.covering is not None, "-covers")

    def _mount_view(self) -> None:
        """Put the panes of the view that were never asked for before where they belong."""
        fresh = [name for name in VIEWS[self.view] if name not in self._known]
        if fresh and self.view is View.COMMS:
            columns = (map(self._made, column) for column in COLUMNS)
            scrolls = (Column(*c, classes="column", can_focus=False) for c in columns)
            self.mount(Horizontal(*scrolls, id="comms"))
        elif fresh:
            side = self.query_one("#side")
            side.mount(*map(self._made, fresh))
            side.sort_children(key=lambda pane: _ORDER[pane.id or ""])
