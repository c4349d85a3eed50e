"""`warroom list`: the rooms of the hub, the newest first."""

import argparse
from collections.abc import Mapping

from warroom.cli.held import held_lobby
from warroom.cli.options import add_json, add_place, converse, told_only
from warroom.cli.output import say, show_listing
from warroom.cli.stop import Exit, Stop
from warroom.clock import now
from warroom.domain.vocabulary import CLOSED
from warroom.export.times import elapsed_time, time_beside
from warroom.protocol.envelopes import RoomSummary
from warroom.text import one_line

_HEAD = ("ROOM", "SEV", "STATUS", "ELAPSED", "NEXT", "COMMANDER", "TITLE")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `list`."""
    parser.description = "List the rooms of the hub, the newest first."
    parser.add_argument("-a", "--all", action="store_true", help="also those that are closed")
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the rooms as a table, or as one JSON object a line."""
    try:
        with converse(options, env, reads=True) as hub:
            lobby = hub.rooms()
            if (only := told_only(hub)) is not None:
                say(only)
    except Stop as stop:
        lobby = held_lobby(options, env, stop)
    rooms = [room for room in lobby if options.all or room.status not in CLOSED]
    show_listing(_HEAD, rooms, _row, json=options.json)
    return Exit.DONE


def _row(room: RoomSummary) -> tuple[str, ...]:
    until = room.resolved_at or now()
    return (
        room.label,
        room.severity or "-",
        room.status,
        elapsed_time(until - room.began_at),
        f"by {time_beside(room.next_by, now())}" if room.next_by else "-",
        one_line(room.commander) if room.commander else "vacant",
        "recovering: " * room.recovering
        + "held: " * room.held
        + "restricted: " * room.restricted
        + one_line(room.title),
    )
