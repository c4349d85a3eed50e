"""What the hub asks by itself: attendance, what falls due, its own log. Through the same writer."""

import asyncio
import functools

from server.batch import Outcome, Waiting
from server.writer import Writer
from warroom.domain.commands import Command
from warroom.domain.hublog import OwnCommand
from warroom.domain.vocabulary import HUB, Scope, Via
from warroom.log.chain import canonical

RETRY = 1.0
"""Seconds before a command that the writer had no room for is given again."""


class Clerk:
    """Gives commands as the hub."""

    def __init__(self, loop: asyncio.AbstractEventLoop, writer: Writer) -> None:
        self._loop = loop
        self._writer = writer

    def ask(
        self,
        log: str,
        command: Command | OwnCommand,
        id_: str,
        reply_to: "asyncio.Future[Outcome] | None" = None,
        *,
        by: str = HUB,
        via: Via = Via.HUB,
    ) -> None:
        """Give a command; what comes of it goes to `reply_to`. In the hub's own log, it can be
        the deed of someone else."""
        waiting = Waiting(
            id=id_,
            log=log,
            command=command,
            content=canonical(command),
            person=by,
            via=via,
            scope=Scope.HUB,
            reply_to=reply_to,
        )
        if not self._writer.submit(waiting):
            again = functools.partial(self.ask, log, command, id_, reply_to, by=by, via=via)
            self._loop.call_later(RETRY, again)
