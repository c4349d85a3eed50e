"""The app: it owns the desk, tells the screens what moved, and holds what outlives a screen."""

import gc
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from warroom.client.desk import Desk, DeskEvent, RoomShut
from warroom.client.drafts import Drafts
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.text import one_line
from warroom.tui.keymap import Keymap
from warroom.tui.keys_in_order import KeysInOrder
from warroom.tui.looks import Looks
from warroom.tui.memory import Memory
from warroom.tui.messages import Declined, InviteAnswered, Said, translated
from warroom.tui.paste_guard import guard_pastes
from warroom.tui.port import AnyDesk
from warroom.tui.preferences import Preferences
from warroom.tui.present import inviting
from warroom.tui.present.copying import clipboard_doubt
from warroom.tui.present.glance import Glance
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.stack import go_back_to, room_in
from warroom.tui.terminal import learn_keys

_LOG = re.compile("[0-9a-f]{32}")


def _offers() -> type[Provider]:
    from warroom.tui.palette import OurProvider

    return OurProvider


MakeDesk = Callable[[Callable[[DeskEvent], None]], AnyDesk]


class WarroomApp(KeysInOrder, Looks):
    """The war room in a terminal. `incident` is the room to begin in, by label or log id."""

    TITLE = "warroom"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_offers}
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        make_desk: MakeDesk,
        incident: str | None = None,
        preferences: Preferences = Preferences(),  # noqa: B008 - frozen
        drafts: Drafts | None = None,
    ) -> None:
        super().__init__(preferences)
        learn_keys()
        guard_pastes()
        self.desk = make_desk(self._heard)
        self.drafts = drafts or Drafts(None)
        self.keymap = Keymap(preferences.keys)
        self._wanted = incident
        self._memories: dict[str, Memory] = {}
        self._leaving = False
        self._lent = False
        self._missed_bell = False
        self._told_of_clipboard = False
        self.dress()

    def get_default_screen(self) -> Screen[None]:
        """The lobby, or at once the room that was asked for by its log id."""
        if self._wanted is not None and _LOG.fullmatch(self._wanted):
            log, self._wanted = self._wanted, None
            room = RoomScreen(self, log)
            # Textual leaves this out for its first screen, and then cannot replace it.
            room._push_result_callback(self, None)
            self.keep_keys_for(room)
            return room
        lobby = self._lobby()
        self.keep_keys_for(lobby)
        return lobby

    def _lobby(self) -> Screen[None]:
        from warroom.tui.screens.lobby import LobbyScreen

        return LobbyScreen()

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self.remember_theme)
        self.set_keymap(dict(self.preferences.keys))
        self.call_after_refresh(self._dial)
        for complaint in self.preferences.complaints:
            self.notify(one_line(complaint), severity="warning", timeout=30, markup=False)

    def touched(self) -> None:
        self.desk.touch()

    def _dial(self) -> None:
        """Call the hub, once what this machine holds is on the screen."""
        gc.enable()
        run: Callable[[], Awaitable[None]] = self.desk.run  # not called yet: one may quit before
        self.run_worker(run, name="desk", group="desk", exit_on_error=False)
        self.desk.watch()

    # --- the desk --------------------------------------------------------------------------------

    def _heard(self, event: DeskEvent) -> None:
        """Tell every screen; each looks at the desk for what is true by then."""
        for screen in self.screen_stack:
            for message in translated(event):
                screen.post_message(message)
        for message in translated(event):
            if isinstance(message, Declined):
                self._declined(message)
            if isinstance(message, InviteAnswered):
                self._tell_unseen(message)
            if isinstance(message, Said):
                self.notify(one_line(message.text), severity="warning", markup=False)
        if isinstance(event, RoomShut):
            self.call_later(self._shut, event.log)
        self._open_wanted()

    def _shut(self, log: str) -> None:
        """A room is open to us no longer: whatever shows it goes, whatever stands before it too."""
        room = self._room(log)
        if room is None:
            return
        go_back_to(room)
        self.leave_room(log)
        text = "the room that you were in is open to you no longer"
        self.notify(text, severity="warning", timeout=20, markup=False)

    def _declined(self, declined: Declined) -> None:
        """A line came back. Its room says so, if it is open, and if there is such a room."""
        if self._room(declined.log) is None:
            self._give_back(declined)
        elif not self.desk.replicas[declined.log].room.entries:
            self.call_later(self._undeclared, declined)

    def _undeclared(self, declined: Declined) -> None:
        """A declaration is declined: there is no room to stand in, and the title is kept."""
        from warroom.tui.screens.lobby import LobbyScreen

        self.leave_room(declined.log)
        self.notify(one_line(declined.text), severity="error", timeout=20, markup=False)
        if isinstance(self.screen, LobbyScreen):
            self.screen.begin(declined.typed)

    def _give_back(self, declined: Declined) -> None:
        """A line is declined whose room is not open: it waits there, and the person is told."""
        memory = self.memory(declined.log)
        memory.take_back(declined.id, one_line(declined.text), declined.typed)
        text = f"a line of yours was declined and waits in its room: {one_line(declined.text)}"
        self.notify(text, severity="error", markup=False)

    def _tell_unseen(self, answer: InviteAnswered) -> None:
        """Say what became of an invite if its page is closed: its code is gone."""
        from warroom.tui.screens.inviting import InviteScreen

        shown = [one.asked for one in self.screen_stack if isinstance(one, InviteScreen)]
        if answer.id not in shown:
            text = inviting.unseen(answer.id, answer.made, answer.why)
            self.notify(text, severity="warning", timeout=30, markup=False)

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

    def glance(self) -> Glance | None:
        """How the room stands in which one is; None in the lobby."""
        room = room_in(self)
        return None if room is None else room.glance

    def memory(self, log: str) -> Memory:
        """What was being typed in a room, and what was sent there."""
        return self._memories.setdefault(log, Memory())

    def open_room(self, log: str) -> None:
        """Go into a room."""
        if self._room(log) is None:
            room = RoomScreen(self, log)
            self.keep_keys_for(room)
            self.push_screen(room)

    def leave_room(self, log: str) -> None:
        """Back to the lobby; what was sent is still answered."""
        room = self._room(log)
        if room is not None:
            room.leave()
            if room is self.screen_stack[0]:
                self.switch_screen(self._lobby())
            else:
                room.dismiss()
            self.desk.close(log)
            gc.unfreeze()

    def room_is_whole(self) -> None:
        """A room has all its entries, and they stay for as long as it is open.

        The garbage collector need not look at them again: that would hold every key up, for 0.2 s
        and more in a room of 100,000 entries.
        """
        gc.freeze()

    def _room(self, log: str) -> RoomScreen | None:
        """The screen of a room that is open; one that is being left is not."""
        screens = (screen for screen in self.screen_stack if isinstance(screen, RoomScreen))
        return next((one for one in screens if one.log_id == log and not one.left), None)

    async def action_in_room(self, action: str) -> None:
        """Go back to the room, past what is read over it, and do there what a key means."""
        if (room := room_in(self)) is not None:
            go_back_to(room)
            await room.run_action(action)

    def action_command_palette(self) -> None:
        """Open the palette, ours."""
        from warroom.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            palette = Palette(id="--command-palette")
            self.keep_keys_for(palette)
            self.push_screen(palette)

    def show_help(self) -> None:
        """Every word and every key."""
        from warroom.tui.present import help as help_text
        from warroom.tui.screens.reading import ReadingScreen

        self.push_screen(
            ReadingScreen("help", help_text.lines(self.keymap, lobby=self.glance() is None))
        )

    async def action_quit(self) -> None:
        """Quit; but first say so, once, if something that was written would be lost."""
        if (lost := self._would_be_lost()) and not self._leaving:
            self._leaving = True
            self.notify(f"{lost}; quit again to leave that", severity="error", markup=False)
            return
        self.exit()

    def _would_be_lost(self) -> str:
        """What was typed and is not in a log, as a sentence."""
        for screen in self.screen_stack:
            if isinstance(screen, RoomScreen):
                screen.remember()
        pending = (replica.pending.values() for replica in self.desk.replicas.values())
        waiting = sum(not one.kept for ones in pending for one in ones)
        drafts = sum(memory.unsent for memory in self._memories.values())
        return "; ".join(
            [f"{waiting} of your lines have not reached the hub and would be lost"] * (waiting > 0)
            + [f"{drafts} rooms hold a line that you have not sent"] * (drafts > 1)
            + ["a line that you began is not sent"] * (drafts == 1)
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Hand a text to the terminal, which says nothing of what it did with it: so, once, this
        says where to look if it is not there."""
        super().copy_to_clipboard(text)
        told, self._told_of_clipboard = self._told_of_clipboard, True
        if not told:
            self.notify(clipboard_doubt(os.environ), timeout=10, markup=False)

    # --- the terminal ----------------------------------------------------------------------------

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Lend the terminal to another program. Nothing is written to it meanwhile."""
        self._lent = True
        try:
            with super().suspend():
                yield
        finally:
            self._lent = False
            if self._missed_bell:
                self._missed_bell = False
                self.bell()

    def bell(self) -> None:
        """Ring; while the terminal is lent, once it is back."""
        if self._lent:
            self._missed_bell = True
        else:
            super().bell()


def run_app(
    target: Target,
    name: str | None,
    incident: str | None,
    observer: bool = False,
    preferences: Preferences = Preferences(),  # noqa: B008 - frozen
    store: Store | None = None,
) -> int:
    """Run the war room until it is left. Returns the exit status."""
    app = WarroomApp(
        lambda listener: Desk(target, name, listener, observer=observer, store=store),
        incident,
        preferences,
        store.drafts if store else None,
    )
    app.run()
    return app.return_code or 0
