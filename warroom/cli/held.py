"""Rooms for whoever reads them: from the hub or, when it is not there, as this machine has them."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from warroom.cli.options import ask_room, choose_room, converse, store, target
from warroom.cli.output import say
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.replica import Replica
    from warroom.client.replica_file import ReplicaFile
    from warroom.protocol.envelopes import RoomSummary


def read_room(
    options: argparse.Namespace, env: Mapping[str, str], *, export: bool = False
) -> "tuple[Replica, datetime]":
    """The room that the options name, caught up, and the hub's time.

    `export` says to the hub that it is for a file, which the hub records.

    Without a hub, the room is as this machine has it, which is said.
    """
    try:
        with converse(options, env, reads=True) as hub:
            room = ask_room(hub, options, env, reads=True)
            return hub.open(room.log, export=export), hub.welcome.time
    except Stop as stop:
        return held_room(options, env, stop)


def held_lobby(
    options: argparse.Namespace, env: Mapping[str, str], unreachable: Stop
) -> "tuple[RoomSummary, ...]":
    """The rooms as they were when the hub was last heard, which is said.

    Raises `unreachable`, or whatever else it is, if this machine never heard that hub.
    """
    known = None
    if unreachable.status is Exit.UNREACHABLE:
        known = store(options, env).known(target(options, env), options.as_name)
    if known is None:
        raise unreachable
    say(f"{unreachable.text}; this is how the rooms were {_ago(known.heard_at)}")
    return known.rooms


def held_room(
    options: argparse.Namespace, env: Mapping[str, str], unreachable: Stop | None = None
) -> "tuple[Replica, datetime]":
    """A room as this machine has it, and its time now. How old that is, is said.

    Raises `unreachable`, if it is given, where nothing is held.
    """
    from warroom.client.replica import Replica
    from warroom.clock import now

    if unreachable is not None and unreachable.status is not Exit.UNREACHABLE:
        raise unreachable
    file = held_file(options, env)
    if file is None:
        raise unreachable or Stop(Exit.NOT_FOUND, "this machine holds no room of that hub")
    heard_at = datetime.fromtimestamp(file.path.stat().st_mtime, now().tzinfo)
    replica = Replica(file.path.stem)
    for _ in file.load(replica):
        pass
    file.close()
    if file.complaint:
        say(file.complaint)
    why = f"{unreachable.text}; " if unreachable is not None else ""
    say(f"{why}this is {replica.label} as this machine had it {_ago(heard_at)}")
    if waiting := _waiting(options, env, replica.log):
        lines = "1 line of yours waits" if waiting == 1 else f"{waiting} lines of yours wait"
        say(f"{lines} here for the hub, and not in what follows")
    return replica, now()


def _waiting(options: argparse.Namespace, env: Mapping[str, str], log: str) -> int:
    """How many lines this person has in the outbox of a room."""
    kept = store(options, env)
    known = kept.known(target(options, env), options.as_name)
    if known is None:
        return 0
    return sum(line.refused is None for line in kept.outbox(known.you.person).all(log))


def held_file(options: argparse.Namespace, env: Mapping[str, str]) -> "ReplicaFile | None":
    """The file of the room that the options name, or of the only open one; None if there is none.

    Raises `Stop` if several are meant.
    """
    kept = store(options, env)
    known = kept.known(target(options, env), options.as_name)
    held = set() if known is None else kept.logs()
    rooms = () if known is None else tuple(room for room in known.rooms if room.log in held)
    if known is None or not rooms:
        return None
    return kept.replica(known.hub, choose_room(rooms, options, env, reads=True).log)


def _ago(at: datetime) -> str:
    from warroom.clock import now
    from warroom.export.times import clock_time, duration

    return f"at {clock_time(at)} UTC, {duration(now() - at)} ago"
