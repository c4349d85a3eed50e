"""How patient a client is, and how long it waits before it comes back."""

import random

from msgspec import Struct


class Pace(Struct, frozen=True, kw_only=True):
    """In seconds. `heartbeat` is how often the hub speaks, even when nothing happens.

    A line is stale after `stale_after` heartbeats of silence, and given up after
    `given_up_after`. `ssh` has to get through within so long. The wait before a new attempt is
    drawn between `first` and an upper end that doubles up to `longest`; it starts over once a line
    was live for `stable`.
    """

    heartbeat: float = 10.0
    stale_after: float = 2.5
    given_up_after: float = 5.0
    handshake: float = 10.0
    ssh: float = 30.0
    goodbye: float = 1.0
    first: float = 0.5
    longest: float = 30.0
    stable: float = 30.0
    reopen: float = 3.0


class Backoff:
    """Waits that grow, with full jitter, so that a thousand clients do not come back as one.

    See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0

    def reset(self) -> None:
        """Start over: things have been well for a while."""
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        self._failures += 1
        # The exponent is bounded because 2.0 ** 1024 overflows after a weekend without a hub.
        upper = min(self._longest, self._first * 2.0 ** min(self._failures, 32))
        return random.uniform(self._first, upper)
