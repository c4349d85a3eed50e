"""Tells a paste that comes key by key from a person who types, by the time between the keys.

Terminals without bracketed paste send a paste as keys, its line ends as enter. Such a paste may
come in pieces, since networks and busy machines stop in the middle of one; what it holds must never
be sent line by line.
"""

BURST = 0.02
"""Seconds between two keys below which nobody typed the second. Fingers are slower, key repeat
too; a line that held them up may bring typed keys together, which costs their enter `SETTLE`."""

SETTLE = 0.06
"""Seconds without a key after which a burst is over."""

ALONE = 0.3
"""Seconds of silence before an enter that answers what was asked after a paste."""

HELD_OVER = 3
"""A paste of more lines than this is held until the person says what to do with it."""


class Rush:
    """The keys of one line so far. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.rushed = False
        self._last = float("-inf")
        self._alone = True

    def key(self, at: float) -> None:
        """A key came."""
        since = at - self._last
        self.rushed |= since < BURST
        self._alone = since >= ALONE
        self._last = at

    def pasted(self) -> None:
        """A paste came in one piece: whatever key comes next is the person's own."""
        self.rushed = False
        self._last = float("-inf")

    def is_paste(self, lines: int, *, holding: bool) -> bool:
        """Whether the enter that came last ends a part of a paste, not a line that was typed.

        `lines` stand in the line; `holding` says that part of a paste is held already, and then
        only an enter by itself is an answer. The next line begins.
        """
        rushed, self.rushed = self.rushed, False
        return rushed or not self._alone if holding else rushed and lines > HELD_OVER
