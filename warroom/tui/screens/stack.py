"""The screens that stand over each other: the room among them, and the way back to it."""

from typing import Any

from textual.app import App

from warroom.tui.screens.room import RoomScreen


def room_in(app: App[Any]) -> RoomScreen | None:
    """The room in which one is, whatever is read over it; None in the lobby."""
    rooms = (screen for screen in app.screen_stack if isinstance(screen, RoomScreen))
    return next((room for room in rooms if not room.left), None)


def go_back_to(room: RoomScreen) -> None:
    """Close whatever stands before a room."""
    while room.app.screen is not room:
        room.app.pop_screen()
