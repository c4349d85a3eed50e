"""A bad network between clients and a hub: what real ones do, drawn from a seed.

Every connection is carried late, in small pieces, with stalls, and does not live long: it is
reset, or one of its directions falls silent while both ends believe that the line stands.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from msgspec import Struct

CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time: closing sends RST, as a firewall that forgets a connection does."""


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


class Weather(Struct, frozen=True, kw_only=True):
    """How bad the network is. Times are in seconds, shares of 1.

    `life` is how long a connection lives in the mean. Every `silent`th of them ends with one dead
    direction, and is reset after `silence`; None leaves that to the two ends, who must notice.
    """

    latency: float = 0.01
    sliced: float = 0.1
    slice: int = 700
    stalls: float = 0.003
    stall: float = 0.5
    life: float = 3.0
    silent: float = 0.3
    silence: float | None = 1.0


class _Over(Exception):
    """A connection has met its end."""


@dataclass(eq=False)
class _Link:
    """One connection through the network: its two sockets, and the direction that is dead."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    dead: Way | None = None

    def reset(self) -> None:
        for writer in (self.near, self.far):
            sock = writer.transport.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


class RoughNetwork:
    """Carries connections from its own port to the hub's. `happened` counts what it did to them."""

    def __init__(self, hub: tuple[str, int], weather: Weather, seed: int) -> None:
        self.happened: Counter[str] = Counter()
        self.port = 0
        self._hub = hub
        self._weather = weather
        self._dice = random.Random(seed)
        self._links: set[_Link] = set()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["RoughNetwork"]:
        """The network for as long as the block; then every connection is reset."""
        server = await asyncio.start_server(self._carry_all, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            while self._links:
                for link in self._links:
                    link.reset()
                await asyncio.sleep(0.01)

    def storm(self) -> None:
        """Reset every connection in the same moment, so that all come back together."""
        self.happened["storms"] += 1
        for link in self._links:
            link.reset()

    async def storms(self, every: float) -> NoReturn:
        """A storm after about so many seconds, again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * every)
            self.storm()

    async def _carry_all(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            answers, far = await asyncio.open_connection(*self._hub)
        except OSError:
            near.transport.abort()
            return
        self.happened["connections"] += 1
        link = _Link(near, far)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, far, link, Way.UP))
                tasks.create_task(self._carry(answers, near, link, Way.DOWN))
                tasks.create_task(self._end(link))
        except* (_Over, OSError):
            pass
        finally:
            link.reset()
            self._links.discard(link)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link, way: Way
    ) -> NoReturn:
        weather, dice = self._weather, self._dice
        while data := await reader.read(CHUNK):
            await asyncio.sleep(dice.uniform(0, weather.latency))
            if dice.random() < weather.stalls:
                self.happened["stalls"] += 1
                await asyncio.sleep(dice.uniform(0, weather.stall))
            for piece in self._pieces(data):
                if link.dead is not way:
                    writer.write(piece)
                    await writer.drain()
        raise _Over

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if self._dice.random() >= self._weather.sliced:
            yield data
            return
        self.happened["slicings"] += 1
        while data:
            size = self._dice.randint(1, self._weather.slice)
            yield data[:size]
            data = data[size:]

    async def _end(self, link: _Link) -> NoReturn:
        """Bring a connection to its end, one way or the other."""
        await asyncio.sleep(self._dice.expovariate(1 / self._weather.life))
        if self._dice.random() < self._weather.silent:
            link.dead = self._dice.choice(list(Way))
            self.happened[f"dead {link.dead}"] += 1
            if self._weather.silence is None:
                await asyncio.Event().wait()
            else:
                await asyncio.sleep(self._weather.silence)
        self.happened["resets"] += 1
        raise _Over
