"""Keys that terminals send and Textual does not know."""

from enum import Enum
from typing import cast

# The table has no public name; without an entry Textual takes the sequence apart, and alt is lost.
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class Key(Enum):
    """A key by Textual's name for it."""

    ALT_ENTER = "alt+enter"


SENT: dict[str, Key] = {"\x1b\r": Key.ALT_ENTER, "\x1b\n": Key.ALT_ENTER}
"""What a terminal without the kitty protocol sends for a key."""


def learn_keys() -> None:
    """Make Textual understand them."""
    known = cast("dict[str, tuple[Key, ...]]", ANSI_SEQUENCES_KEYS)
    for sequence, key in SENT.items():
        known[sequence] = (key,)
