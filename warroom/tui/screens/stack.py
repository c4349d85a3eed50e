"""The screens that stand over each other: the room among them, and the way back to it."""

from typing import Any

from textual.app import App
from textual.screen import Screen

from warroom.tui.screens.room import RoomScreen


def room_in(app: App[Any]) -> RoomScreen | None:
    """The room in which one is, whatever is read over it; None in the lobby."""
    rooms = (screen for screen in app.screen_stack if isinstance(screen, RoomScreen))
    return next((room for room in rooms if not room.left), None)


def go_back_to(screen: Screen[Any]) -> None:
    """Close whatever stands before a screen."""
    while screen.app.screen is not screen:
        screen.app.pop_screen()
