"""What is asked of the hub until it answers: rooms to be opened, commands that it turned away.

It is asked again after a while, each time a longer one. What was to be asked later is dropped when
the line is lost: on arrival all of it is asked anyway.
"""

import asyncio
from collections.abc import Callable

from warroom.client.outflow import Outflow
from warroom.client.pace import Backoff, Pace
from warroom.client.replica import Replica
from warroom.clock import monotonic
from warroom.protocol.envelopes import FromClient, Submit


class Asking:
    """Asks for one desk. `say` sends a message, False if there is no line; `wanted(replica)` is
    whether a room is still to be opened."""

    def __init__(
        self,
        say: Callable[[FromClient], bool],
        outflow: Outflow,
        pace: Pace,
        wanted: Callable[[Replica], bool],
    ) -> None:
        self._say = say
        self._outflow = outflow
        self._pace = pace
        self._wanted = wanted
        self._opened_at: dict[str, float] = {}
        self._retries: dict[str, Backoff] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def open(self, replica: Replica) -> None:
        """Ask for a room, from where the replica stands."""
        if self._wanted(replica) and self._say(replica.open()):
            self._opened_at[replica.log] = monotonic()

    def reopen(self, replica: Replica) -> None:
        """Ask for a room again, but not at once if that was done a moment ago."""
        since = monotonic() - self._opened_at.get(replica.log, 0.0)
        self._later(max(0.0, self._pace.reopen - since), self.open, replica)

    def closed(self, log: str) -> None:
        """A room is not open here any more."""
        self._opened_at.pop(log, None)

    def come_again(self, replica: Replica, submit: Submit) -> None:
        """The hub turned a command away for now: later, it and all after it are sent again."""
        if self._outflow.hold(submit):
            retries = self._retries.setdefault(
                replica.log, Backoff(self._pace.first, self._pace.longest)
            )
            self._later(retries.next(), self._resend, replica)

    def settled(self, log: str) -> None:
        """The hub takes commands for a log: the next that it turns away comes again soon."""
        self._retries.pop(log, None)

    def lost(self) -> None:
        """Ask nothing later."""
        while self._timers:
            self._timers.pop().cancel()

    def _resend(self, replica: Replica) -> None:
        self._outflow.go_on(replica.log, replica.resend())

    def _later(self, delay: float, ask: Callable[[Replica], None], replica: Replica) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            ask(replica)

        timer = asyncio.get_running_loop().call_later(delay, fire)
        self._timers.add(timer)
