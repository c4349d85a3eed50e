"""Commands on their way to the hub: in the order in which they were written, a few at a time.

The hub takes so many unanswered commands of one client, and tells it to come again with the next.
What it turned away for now would otherwise come after what was written later. Sans-I/O.
"""

from collections.abc import Callable, Iterable
from itertools import islice

from warroom.protocol.envelopes import FromClient, Submit

WINDOW = 50
"""Commands under way at once; the hub lets a hundred wait."""


class Outflow:
    """What one desk sends. `say` sends a message; False if there is no line."""

    def __init__(self, say: Callable[[FromClient], bool]) -> None:
        self._say = say
        self._queue: dict[str, Submit] = {}
        self._under_way: set[str] = set()
        self._held: set[str] = set()

    def give(self, submit: Submit) -> None:
        """Send a command, after those that were given before it."""
        if submit.id not in self._under_way:
            self._queue[submit.id] = submit
            self._send()

    def answered(self, id_: str) -> None:
        """The hub has answered: there is room for another."""
        self._queue.pop(id_, None)
        self._under_way.discard(id_)
        self._send()

    def hold(self, submit: Submit) -> bool:
        """The hub turned a command away for now: send no other for its log until `go_on`.

        False if that log was held already.
        """
        self._under_way.discard(submit.id)
        first = submit.log not in self._held
        self._held.add(submit.log)
        return first

    def go_on(self, log: str, unanswered: Iterable[Submit]) -> None:
        """Send what a log waits for; `unanswered` are its commands in the order of writing."""
        self._held.discard(log)
        self._queue = {id_: one for id_, one in self._queue.items() if one.log != log}
        for submit in unanswered:
            if submit.id not in self._under_way:
                self._queue[submit.id] = submit
        self._send()

    def lost(self) -> None:
        """The line is gone, and with it what is known of what the hub has."""
        self._queue.clear()
        self._under_way.clear()
        self._held.clear()

    def _send(self) -> None:
        free = WINDOW - len(self._under_way)
        ready = (one for one in self._queue.values() if one.log not in self._held)
        for submit in list(islice(ready, max(0, free))):
            if not self._say(submit):
                self.lost()
                return
            del self._queue[submit.id]
            self._under_way.add(submit.id)
