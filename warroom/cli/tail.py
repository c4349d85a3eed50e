"""`warroom tail`: the timeline line by line, for pipes, logs and screen readers."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from warroom.cli.held import held_room, read_room
from warroom.cli.options import (
    add_json,
    add_place,
    add_room,
    ask_room,
    converse,
    store,
    target,
)
from warroom.cli.output import entry_json, entry_lines, show, show_json
from warroom.cli.stop import Exit, Stop
from warroom.client.replica import Replica
from warroom.domain.events import Recorded

if TYPE_CHECKING:
    from warroom.client.desk import DeskEvent


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `tail`."""
    parser.description = "Print the timeline of a room line by line."
    parser.add_argument(
        "-f", "--follow", action="store_true", help="go on with what comes, until interrupted"
    )
    parser.add_argument(
        "-n", "--last", type=_count, metavar="N", help="begin with the last N entries (all)"
    )
    add_room(parser)
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print a room's entries, and those that come."""
    if options.follow:
        log, seq = _find(options, env)
        import asyncio

        asyncio.run(_follow(options, env, log, _before(seq, options.last)))
    replica, _ = read_room(options, env)
    first = _before(replica.seq, options.last)
    _print(replica, replica.room.entries[first:], json=options.json)
    return Exit.DONE


def _find(options: argparse.Namespace, env: Mapping[str, str]) -> tuple[str, int]:
    """The log to follow and its last entry: as the hub has it, or else this machine."""
    try:
        with converse(options, env, reads=True) as hub:
            room = ask_room(hub, options, env, reads=True)
            return room.log, room.seq
    except Stop as stop:
        replica, _ = held_room(options, env, stop)
        return replica.log, replica.seq


def _before(seq: int, last: int | None) -> int:
    """How many entries to leave out, to begin with the last ones."""
    return 0 if last is None else max(0, seq - last)


def _print(replica: Replica, entries: Sequence[Recorded], *, json: bool) -> None:
    for recorded in entries:
        if json:
            show_json(entry_json(replica.entries[recorded.seq - 1], replica.room))
        else:
            show(entry_lines(recorded, replica.room))


async def _follow(
    options: argparse.Namespace, env: Mapping[str, str], log: str, first: int
) -> NoReturn:
    """Print what comes until interrupted, across restarts of the hub."""
    from warroom.cli.following import Following
    from warroom.client.desk import Desk, DeskEvent, LineChanged, RoomChanged
    from warroom.client.replica import Appended

    def tell(event: DeskEvent) -> None:
        if (stop := _ending(event, desk.replicas[log])) is not None:
            raise stop
        match event:
            case RoomChanged(change=Appended(entries=entries)):
                fresh = [recorded for recorded in entries if recorded.seq > first]
                _print(desk.replicas[log], fresh, json=options.json)
            case LineChanged(line=line):
                following.line_moved(line)
            case _:
                pass

    following = Following()
    where, kept = target(options, env), store(options, env)
    desk = Desk(where, options.as_name, following.ended_by(tell), observer=True, store=kept)
    desk.open(log)
    await following.run(desk.run())


def _ending(event: "DeskEvent", replica: Replica) -> Stop | None:
    """Why there is nothing more to follow, if the event says so."""
    from warroom.client.desk import RoomChanged, RoomShut
    from warroom.client.healing import both_heads
    from warroom.client.replica import Sync, SyncChanged

    match event:
        case RoomChanged(change=SyncChanged(sync=Sync.DIVERGED)):
            return Stop(
                Exit.CONFLICT,
                f"the hub's log is no longer the one that was printed ({both_heads(replica)}): "
                "keep yours with warroom export --held, and ask whoever runs the hub",
            )
        case RoomShut():
            return Stop(Exit.NOT_FOUND, "this room is open to you no longer")
        case _:
            return None


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count
