"""The app: it owns the desk, tells the screens what moved, and holds what outlives a screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.worker import Worker, WorkerState

from warroom.client.desk import Desk, DeskEvent
from warroom.client.target import Target
from warroom.text import one_line
from warroom.tui.messages import Declined, translated
from warroom.tui.palette import WordProvider
from warroom.tui.port import AnyDesk
from warroom.tui.present import help as help_text
from warroom.tui.safety import ControlFilter
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.reading import ReadingScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.themes import DARK, THEMES
from warroom.tui.widgets.history import History

MakeDesk = Callable[[Callable[[DeskEvent], None]], AnyDesk]


@dataclass
class Memory:
    """What stays of a room while one is elsewhere: the line being typed, and those sent."""

    draft: str = ""
    history: History = field(default_factory=History)


class WarroomApp(App[None]):
    """The war room in a terminal. `incident` is the label of the room to begin in."""

    TITLE = "warroom"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {
        WordProvider
    }
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, make_desk: MakeDesk, incident: str | None = None) -> None:
        super().__init__()
        self.desk = make_desk(self._heard)
        self._wanted = incident
        self._memories: dict[str, Memory] = {}
        self._control = ControlFilter()
        self._leaving = False

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK
        self.push_screen(LobbyScreen())
        self.run_worker(self.desk.run(), name="desk", group="desk", exit_on_error=False)
        self.desk.watch()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and last the one that lets no control character through."""
        return [*super().get_line_filters(), self._control]

    async def on_event(self, event: events.Event) -> None:
        """A key means that the person is here."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.desk.touch()
        await super().on_event(event)

    # --- the desk --------------------------------------------------------------------------------

    def _heard(self, event: DeskEvent) -> None:
        """Tell every screen; each looks at the desk for what is true by then."""
        for screen in self.screen_stack:
            for message in translated(event):
                screen.post_message(message)
        for message in translated(event):
            if isinstance(message, Declined) and self._room(message.log) is None:
                self.notify(
                    f"a line of yours was declined: {one_line(message.text)}",
                    severity="error",
                    markup=False,
                )
        self._open_wanted()

    @on(Worker.StateChanged)
    def _desk_ended(self, event: Worker.StateChanged) -> None:
        """The desk runs until the app ends: if it fails that is a bug, and must be seen."""
        if event.worker.name == "desk" and event.state is WorkerState.ERROR:
            error = event.worker.error
            self.log.error(error)
            text = f"the line to the hub failed, nothing is sent any more: {error!r}"
            self.notify(one_line(text), severity="error", timeout=3600, markup=False)

    def _open_wanted(self) -> None:
        """Open the room that was asked for on the command line, once it is known."""
        if self._wanted is None or not self.desk.rooms:
            return
        wanted, self._wanted = self._wanted, None
        for room in self.desk.rooms:
            if wanted.casefold() in {room.label.casefold(), room.log}:
                self.open_room(room.log)
                return
        self.notify(f"there is no room {one_line(wanted)} here", severity="error", markup=False)

    # --- going about -----------------------------------------------------------------------------

    def memory(self, log: str) -> Memory:
        """What was being typed in a room, and what was sent there."""
        return self._memories.setdefault(log, Memory())

    def open_room(self, log: str) -> None:
        """Go into a room."""
        if self._room(log) is None:
            self.push_screen(RoomScreen(self, log))

    def leave_room(self, log: str) -> None:
        """Back to the lobby; what was sent is still answered."""
        room = self._room(log)
        if room is not None:
            room.dismiss()
            self.desk.close(log)

    def _room(self, log: str) -> RoomScreen | None:
        return next(
            (s for s in self.screen_stack if isinstance(s, RoomScreen) and s.log_id == log), None
        )

    def show_help(self) -> None:
        """Every word and every key."""
        self.push_screen(ReadingScreen("help", help_text.lines()))

    async def action_quit(self) -> None:
        """Quit; but first say so if the hub has not taken everything that was written."""
        waiting = sum(len(replica.pending) for replica in self.desk.replicas.values())
        if waiting and not self._leaving:
            self._leaving = True
            text = (
                f"{waiting} of your lines have not reached the hub and would be lost; "
                "quit again to leave them"
            )
            self.notify(text, severity="error", markup=False)
            return
        self.exit()


def run_app(target: Target, name: str | None, incident: str | None, observer: bool = False) -> int:
    """Run the war room until it is left. Returns the exit status."""
    app = WarroomApp(lambda listener: Desk(target, name, listener, observer=observer), incident)
    app.run()
    return app.return_code or 0
