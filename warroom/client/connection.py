"""The line to the hub: one WebSocket at a time, and a loop of our own that comes back.

`websockets` reconnects by itself too, but without a pause after a handshake that worked, and it
takes 429 for final. Its keepalive is off: the hub's heartbeat says more, and is answered.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from warroom.client import ending
from warroom.client.ending import Ended, LineOver
from warroom.client.local import Reviver
from warroom.client.pace import Backoff, Pace
from warroom.client.target import Target
from warroom.clock import monotonic, now
from warroom.protocol.codec import BadFrame, Heard, decode_answer, encode
from warroom.protocol.envelopes import (
    Draining,
    FromClient,
    Hello,
    Welcome,
)

if TYPE_CHECKING:
    from warroom.client.dialling import Peer

_logger = logging.getLogger(__name__)


class LineState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    OFFLINE = "offline"
    REFUSED = "refused"


class Line(Struct, frozen=True):
    """How the line stands, since when, and why, in a sentence for a person."""

    state: LineState
    since: datetime
    why: str = ""


class Connection:
    """Keeps a line to the hub until cancelled. Both listeners are called in the event loop."""

    def __init__(
        self,
        target: Target,
        hello: Hello,
        on_line: Callable[[Line], None],
        on_message: Callable[[Heard], None],
        pace: Pace,
    ) -> None:
        self.line = Line(LineState.CONNECTING, now())
        self._target = target
        self._hello = hello
        self._on_line = on_line
        self._on_message = on_message
        self._pace = pace
        self._backoff = Backoff(pace.first, pace.longest)
        self._outbox: asyncio.Queue[FromClient] | None = None
        self._heard_at = 0.0
        self._away = 0.0
        self._again = asyncio.Event()
        self._asked = False
        self._reviver = None if target.data is None else Reviver(target.data)

    async def run(self) -> None:
        """Connect, and come back whenever the line is lost."""
        try:
            await self._come_back()
        finally:
            if self._reviver is not None:
                self._reviver.forget()

    async def _come_back(self) -> NoReturn:
        while True:
            self._again.clear()
            self._away = 0.0
            try:
                await self._attempt()
            except LineOver as over:
                ended = self._looked_after(over.ended)
                self._set(LineState.REFUSED if ended.final else LineState.OFFLINE, ended.why)
            finally:
                self._outbox = None
            _heed_cancellation()
            await self._wait()

    @property
    def up(self) -> bool:
        """Whether the hub has welcomed us."""
        return self._outbox is not None

    def say(self, message: FromClient) -> bool:
        """Send a message if the hub has welcomed us; False if there is no line."""
        if self._outbox is None:
            return False
        self._outbox.put_nowait(message)
        return True

    def try_again(self) -> None:
        """Do not wait any longer. After a refusal this is the only way to come back."""
        self._asked = True
        self._backoff.reset()
        self._again.set()

    def _looked_after(self, ended: Ended) -> Ended:
        """How it ended; a hub of this machine that is gone is started again meanwhile."""
        if not ended.absent or self._reviver is None:
            return ended
        asked, self._asked = self._asked, False
        return Ended(self._reviver.look(asked=asked))

    async def _wait(self) -> None:
        patience = None
        if self.line.state is not LineState.REFUSED:
            patience = self._away + self._backoff.next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._again.wait()

    # --- one attempt ---------------------------------------------------------------------------

    async def _attempt(self) -> None:
        """One connection from its handshake to its end. Always raises `LineOver`."""
        from warroom.client.dialling import dial  # noqa: PLC0415 - drawn first, then dialled

        peer = await dial(self._target, self._pace)
        try:
            await self._converse(peer)
        finally:
            await peer.close()

    async def _converse(self, peer: "Peer") -> None:
        """Say hello, then listen until the end. Always raises `LineOver`."""
        welcome = await self._greet(peer)
        self._asked = False
        outbox = self._outbox = asyncio.Queue()
        began = monotonic()
        self._on_message(welcome)
        self._set(LineState.LIVE)
        ended = ending.BROKEN
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_send(peer, outbox))
                tasks.create_task(self._watch(peer))
                await self._listen(peer)
        except* LineOver as over:
            ended = next(one.ended for one in over.exceptions if isinstance(one, LineOver))
        if monotonic() - began >= self._pace.stable:
            self._backoff.reset()
        raise LineOver(ended)

    async def _greet(self, peer: "Peer") -> Welcome:
        try:
            async with asyncio.timeout(self._pace.handshake):
                offered = self._target.offer()
                hello = self._hello if offered is None else replace(self._hello, token=offered)
                await peer.say(encode(hello))
                while not isinstance(message := await self._hear(peer), Welcome):
                    pass
                self._target.took(offered, rotated=message.rotated)
                return message
        except TimeoutError:
            raise LineOver(ending.SILENT) from None

    async def _listen(self, peer: "Peer") -> NoReturn:
        while True:
            message = await self._hear(peer)
            if self.line.state is LineState.STALE:
                self._set(LineState.LIVE)
            match message:
                case Draining(after_ms=after_ms):
                    self._away = after_ms / 1000
                case None:
                    continue
                case _:
                    self._on_message(message)

    async def _hear(self, peer: "Peer") -> Heard | None:
        """The next message; None for one that only a newer client understands."""
        frame = await peer.hear()
        self._heard_at = monotonic()
        try:
            return decode_answer(frame)
        except BadFrame as bad:
            _logger.warning("the hub said something this client does not understand: %s", bad)
            return None

    async def _watch(self, peer: "Peer") -> None:
        """Say that the line is stale when the hub is silent, and in the end give it up."""
        pace = self._pace
        while True:
            silent = monotonic() - self._heard_at
            if silent >= pace.given_up_after * pace.heartbeat:
                peer.abort()
                return
            if silent >= pace.stale_after * pace.heartbeat:
                if self.line.state is LineState.LIVE:
                    self._set(LineState.STALE, "nothing heard of the hub for too long")
                await asyncio.sleep(pace.given_up_after * pace.heartbeat - silent)
            else:
                await asyncio.sleep(pace.stale_after * pace.heartbeat - silent)

    def _set(self, state: LineState, why: str = "") -> None:
        same = state is self.line.state
        if same and why == self.line.why:
            return
        self.line = Line(state, self.line.since if same else now(), why)
        self._on_line(self.line)


def _heed_cancellation() -> None:
    """End if that was asked for: before Python 3.13 a task group that is ending already keeps it to
    itself."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _send(peer: "Peer", outbox: "asyncio.Queue[FromClient]") -> None:
    # What the line was lost over, whoever listens to it learns too.
    with contextlib.suppress(LineOver):
        while True:
            await peer.say(encode(await outbox.get()))
