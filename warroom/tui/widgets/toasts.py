"""Where a screen tells things for a moment: in rows of their own, over nothing one looks for."""

from typing import Any

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets._toast import ToastRack


def place_toasts(screen: Screen[Any], before: Widget) -> None:
    """Have a screen's toasts stand right above a widget, and take their rows from what scrolls.

    Textual lays them over the lower right corner, where the newest entries are.
    """
    for rack in screen.query_children(ToastRack):
        screen.move_child(rack, before=before)
        rack.add_class("-placed")


def dock_toasts(screen: Screen[Any]) -> None:
    """Have the toasts of a screen that one sees through stand where those of the one below do."""
    screen.query_children(ToastRack).add_class("-placed", "-docked")
