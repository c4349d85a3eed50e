"""Tells a paste that comes key by key from a person who types, by the time between the keys.

Terminals without bracketed paste send a paste as keys, its line ends as enter. Such a paste may
come in pieces, since networks and busy machines stop in the middle of one; what it holds must never
be sent line by line.

A machine that stood still brings typed keys together in the same way. Nothing tells the two apart
but the length: what is short is asked about.
"""

from enum import Enum, auto

BURST = 0.02
"""Seconds between two keys below which nobody typed the second. Fingers are slower, key repeat
too; a line that held them up may bring typed keys together, which costs their enter `SETTLE`."""

SETTLE = 0.06
"""Seconds without a key after which a burst is over."""

ALONE = 0.3
"""Seconds of silence before an enter that answers what was asked after a paste."""

HELD_OVER = 3
"""A paste of more lines than this is held until the person says what to do with it."""


class Ends(Enum):
    """What an enter ends: a line, part of a paste, or lines of which nobody can say."""

    LINE = auto()
    PASTE = auto()
    UNSURE = auto()


class Rush:
    """The keys of one line so far. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.rushed = False
        self.running = False
        self._joined = False
        self._last = float("-inf")
        self._alone = True

    def key(self, at: float) -> float:
        """A key came; the seconds since the one before."""
        since = at - self._last
        self.running = since < BURST
        self.rushed |= self.running
        self._alone = since >= ALONE
        self._last = at
        return since

    def joined(self) -> None:
        """An enter was taken for a line break, since more keys came at once."""
        self._joined = True

    def pasted(self) -> None:
        """A paste came in one piece: whatever key comes next is the person's own."""
        self.rushed = False
        self._last = float("-inf")

    def ends(self, lines: int, *, holding: bool) -> Ends:
        """What the enter that came last ends. The next line begins.

        `lines` stand in the line; `holding` says that part of a paste is held already, and then
        only an enter by itself is an answer.
        """
        rushed, self.rushed = self.rushed, False
        joined, self._joined = self._joined, False
        if holding:
            return Ends.PASTE if rushed or not self._alone else Ends.LINE
        if rushed and lines > HELD_OVER:
            return Ends.PASTE
        return Ends.UNSURE if joined and lines > 1 else Ends.LINE
