"""`python -P -m warroom.demo`: plays the shipped scenario, as a process beside the screen.

It says on standard output, in one line of JSON each, when the room stands and when the story is
over. It goes on until standard input ends, which it does also when the screen is killed; and then
nothing is left of hub and folder. That is why the player, not the screen, owns them.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warroom.client.replica import Replica
from warroom.client.target import Target
from warroom.demo.player import Player
from warroom.demo.scratch import scratch_hub
from warroom.demo.shipped import shipped


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Play until nobody watches any more."""
    parser = argparse.ArgumentParser(prog="python -P -m warroom.demo", description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster")
    parser.add_argument("--alone", action="store_true", help="wait for nobody")
    options = parser.parse_args(arguments)
    # Before there is a loop to handle it; the hub and the folder must go all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with scratch_hub(env) as target:
        asyncio.run(_play(target, options.speed, alone=options.alone))
    return 0


async def _play(target: Target, speed: float, *, alone: bool) -> None:
    player = Player(shipped(), target, speed, alone=alone)
    left = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, left.set)
    loop.add_reader(sys.stdin.fileno(), _read_on, left)
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(
            player.run(
                ready=lambda room: _say_ready(target, room),
                over=lambda seq: _say(event="over", seq=seq),
            )
        )
        await left.wait()
        playing.cancel()


def _read_on(left: asyncio.Event) -> None:
    """Nobody says anything here; the end says that whoever started us is gone."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        left.set()


def _say_ready(target: Target, room: Replica) -> None:
    _say(event="ready", data=str(target.data), log=room.log, label=room.label)


def _say(**what: Any) -> None:
    os.write(sys.stdout.fileno(), msgspec.json.encode(what) + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
