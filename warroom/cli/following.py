"""What `tail --follow` and `feed --follow` have in common: they go on until something ends them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

from warroom.cli.output import say
from warroom.cli.stop import Exit, Stop
from warroom.client.connection import Line, LineState

_Event = TypeVar("_Event")


class Following:
    """Runs in an event loop. Across restarts of the hub, people are told how the line stands."""

    def __init__(self) -> None:
        self._over: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._lost = False

    def ended_by(self, tell: Callable[[_Event], None]) -> Callable[[_Event], None]:
        """A listener whose `Stop`, or the end of whoever reads the output, ends it all."""

        def listen(event: _Event) -> None:
            try:
                tell(event)
            except (Stop, BrokenPipeError) as error:
                if not self._over.done():
                    self._over.set_result(error)

        return listen

    def line_moved(self, line: Line) -> None:
        """Say how the line stands. Raises `Stop` if the hub wants nothing more of us."""
        if line.state is LineState.REFUSED:
            raise Stop(Exit.NOT_ALLOWED, line.why)
        if line.why:
            self._lost = True
            say(f"{line.state}: {line.why}")
        elif self._lost:
            self._lost = False
            say("live again")

    async def run(self, line: Coroutine[Any, Any, None]) -> NoReturn:
        """Keep the line until it is over. Raises what ended it."""
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(line)
            error = await self._over
            running.cancel()
        raise error
