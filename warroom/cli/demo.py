"""`warroom demo`: a real incident, played into a scratch hub while you sit in its room.

The player is a process of its own, so that the screen stays free; hub and folder are the player's,
and go when it goes.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec
from msgspec import Struct

from warroom.cli.options import add_config, add_person
from warroom.cli.output import entry_lines, say, show
from warroom.cli.screen import check_terminal, open_screen
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.target import Target

SPEED = 6.0
"""Eighteen minutes in three."""

FASTEST_READABLE = 12.0
_ENDS_WITHIN = 30.0


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `demo`."""
    parser.description = (
        "Play a real incident in a room of its own, with simulated people; you are in the room\n"
        "and can take command. Nothing of it is kept, and your own rooms are not touched."
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=SPEED,
        metavar="N",
        help=f"how many times faster than it was ({SPEED:g}); on a screen {FASTEST_READABLE:g} "
        "at most",
    )
    parser.add_argument(
        "--plain", action="store_true", help="no screen: prints the timeline as it grows"
    )
    add_config(parser)
    add_person(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Play the demo, and leave nothing behind."""
    _check_name(options.as_name)
    if _screen(options, env):
        say("setting the scene, one moment")
        with _player(min(options.speed, FASTEST_READABLE), env) as playing:
            failed = open_screen(playing.target(env), options, env, playing.ready.label)
        if failed:
            return Exit.FAILED
        say("the demo's room is gone; warroom alone opens your own")
    else:
        import asyncio

        with _player(options.speed, env, "--alone") as playing:
            asyncio.run(_print(playing, playing.target(env)))
    return Exit.DONE


def _screen(options: argparse.Namespace, env: Mapping[str, str]) -> bool:
    try:
        check_terminal(options, env)
    except Stop:
        return False
    return True


def _check_name(name: str | None) -> None:
    from warroom.demo.shipped import shipped

    if name is not None and name.casefold() in shipped().people:
        raise Stop(Exit.USAGE, f"{name} is played by the demo; come under another name")


# --- the player's process --------------------------------------------------------------------


class _Ready(Struct, frozen=True):
    """What the player says when the room stands."""

    data: str
    log: str
    label: str


class _Over(Struct, frozen=True):
    """What the player says when the story is over: the number of its last entry."""

    seq: int


class _Playing(Struct, frozen=True):
    """A player that plays; `says` is what else it has to say."""

    ready: _Ready
    says: IO[bytes]

    def target(self, env: Mapping[str, str]) -> "Target":
        from warroom.client.local import target_of

        return target_of(Path(self.ready.data), env)


@contextmanager
def _player(speed: float, env: Mapping[str, str], *more: str) -> Iterator[_Playing]:
    """A player, until the block ends. Raises `Stop` if it fails."""
    command = [sys.executable, "-P", "-m", "warroom.demo", "--speed", str(speed), *more]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=dict(env),
            start_new_session=True,  # ctrl+c is for the screen; the player has to clear away
        )
        assert process.stdin is not None
        assert process.stdout is not None
        ready = None
        try:
            if line := process.stdout.readline():
                ready = msgspec.json.decode(line, type=_Ready)
                yield _Playing(ready, process.stdout)
        finally:
            process.stdin.close()
            _wait(process)
            process.stdout.close()
            if ready is not None:
                _sweep(Path(ready.data))
        if process.returncode or ready is None:
            raise Stop(Exit.FAILED, f"the demo failed: {_last_line(complaints)}")


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _sweep(data: Path) -> None:
    """Remove what a player left that was killed; there is nothing if it ended by itself."""
    from warroom.demo.scratch import remove

    remove(data)


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "its player was killed"


# --- without a screen ------------------------------------------------------------------------


async def _print(playing: _Playing, target: "Target") -> None:
    """Print the timeline until the last entry of the story. Raises `BrokenPipeError` if nobody
    reads it any more."""
    import asyncio

    from warroom.client.desk import Desk, DeskEvent, RoomChanged
    from warroom.client.replica import Appended

    def listen(event: DeskEvent) -> None:
        match event:
            case RoomChanged(change=Appended(entries=entries)):
                try:
                    for recorded in entries:
                        show(entry_lines(recorded, replica.room))
                except BrokenPipeError as error:  # not through the line: it would be a bug there
                    unread.append(error)
                    is_over(0)
                changed.set()
            case _:
                pass

    def hear() -> None:
        asyncio.get_running_loop().remove_reader(playing.says.fileno())
        line = playing.says.readline()
        is_over(msgspec.json.decode(line, type=_Over).seq if line else 0)

    def is_over(seq: int) -> None:
        if not over.done():
            over.set_result(seq)

    unread: list[BrokenPipeError] = []
    changed = asyncio.Event()
    over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(playing.says.fileno(), hear)
    desk = Desk(target, None, listen, observer=True)
    replica = desk.open(playing.ready.log)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(desk.run())
        last = await over
        while replica.seq < last and not unread:
            changed.clear()
            await changed.wait()
        running.cancel()
    for error in unread:
        raise error


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.1 <= speed <= 1000:
        raise ValueError(text)
    return speed
