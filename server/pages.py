"""Pages of a room's log from the journal: each is read once, however many wait for it."""

import asyncio
import functools

from server.journal import Journal, Page
from server.room import Missing, Room


class Pages:
    """Brings rooms the pages they miss.

    A crowd that comes back at once wants the same pages in the same moment. Read for each of them
    anew, a page would cost as many times as there are people.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reading: dict[tuple[str, Missing], asyncio.Future[Page]] = {}

    async def fetch(self, room: Room, missing: Missing) -> None:
        """Supply the room with the page. Raises `LookupError` if the journal does not have it."""
        key = (room.log, missing)
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.get_running_loop().run_in_executor(
                None, self._journal.page, room.log, missing.after, missing.limit
            )
            # For the case that everyone who waits for it leaves.
            reading.add_done_callback(functools.partial(self._supply, room, missing))
        # Who leaves must not take the page from the others.
        found = await asyncio.shield(reading)
        if not found.entries:
            raise LookupError(f"log {room.log} has no entry after #{missing.after} in the journal")
        # Who comes just after the reading does not wait, and so may be here before the callback.
        self._supply(room, missing, reading)

    def _supply(self, room: Room, missing: Missing, reading: asyncio.Future[Page]) -> None:
        """Give the room what was read, the first time this is called for it."""
        first = self._reading.pop((room.log, missing), None) is not None
        if first and not reading.cancelled() and reading.exception() is None:
            room.supply(missing, reading.result())
