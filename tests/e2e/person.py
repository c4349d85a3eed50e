"""A person without a screen, as a process: posts or follows, and reports on standard output.

python person.py post SOCKET LOG NAME SECONDS    prints {"id","seq"} for each acknowledgement
python person.py follow SOCKET LOG NAME          prints every entry's {"id","seq"} until SIGTERM
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.replica import Appended, Returned, Settled
from warroom.client.target import Target
from warroom.clock import monotonic
from warroom.domain.commands import Post

IN_FLIGHT = 5


def report(**what: object) -> None:
    """One line for the test that started this process."""
    print(json.dumps(what), flush=True)  # noqa: T201


async def declare(desk: Desk, title: str, changed: asyncio.Event) -> str:
    """A new room, once its declaration is acknowledged."""
    log = desk.declare(title)
    while desk.replicas[log].seq == 0:
        changed.clear()
        await changed.wait()
    return log


async def post(desk: Desk, log: str, name: str, seconds: float, changed: asyncio.Event) -> None:
    """Keep a few commands on their way until the time is over, then wait for the last answers."""
    end, number = monotonic() + seconds, 0
    replica = desk.open(log)
    while monotonic() < end or replica.pending:
        while monotonic() < end and len(replica.pending) < IN_FLIGHT:
            number += 1
            desk.send(log, Draft(Post(f"{name} {number}")))
        changed.clear()
        try:
            async with asyncio.timeout(0.5):
                await changed.wait()
        except TimeoutError:
            if monotonic() > end + 60:
                raise


async def main(role: str, socket: str, log: str, name: str, seconds: float) -> None:
    changed = asyncio.Event()

    def listen(event: DeskEvent) -> None:
        changed.set()
        match event:
            case RoomChanged(change=Settled(id=id_, seq=seq)) if role == "post":
                report(id=id_, seq=seq)
            case RoomChanged(change=Returned(text=text)):
                report(refused=text)
            case RoomChanged(change=Appended(entries=entries)) if role == "follow":
                for entry in entries:
                    report(id=entry.id, seq=entry.seq)
            case _:
                pass

    desk = Desk(Target(socket=Path(socket), url=None, token=None), name, listen)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    line = asyncio.ensure_future(desk.run())
    if role == "declare":
        report(log=await declare(desk, name, changed))
    elif role == "post":
        await post(desk, log, name, seconds, changed)
    else:
        desk.open(log)
        await stopped.wait()
    line.cancel()


if __name__ == "__main__":
    role_, socket_, log_, name_, *rest = sys.argv[1:]
    asyncio.run(main(role_, socket_, log_, name_, float(rest[0]) if rest else 0.0))
