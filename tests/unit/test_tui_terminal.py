"""Keys of terminals that do not speak the kitty protocol."""

from textual._xterm_parser import XTermParser
from textual.events import Key

from warroom.tui.terminal import learn_keys


def pressed(sent: str) -> list[str]:
    """The keys that Textual reads from what a terminal sends."""
    return [one.key for one in XTermParser().feed(sent) if isinstance(one, Key)]


def test_alt_enter_is_not_enter() -> None:
    """It begins another line, and must never send the one before."""
    learn_keys()
    assert ["a", "alt+enter", "b", "enter"] == pressed("a\x1b\rb\r")
    assert ["alt+enter"] == pressed("\x1b\n")
