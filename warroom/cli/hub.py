"""`warroom hub status` and `warroom hub stop`: this machine's hub."""

import argparse
import os
import signal
import time
from collections.abc import Mapping

from warroom.cli.options import add_json, add_place, converse, target
from warroom.cli.output import say, show, show_json
from warroom.cli.stop import Exit, Stop
from warroom.clock import monotonic
from warroom.domain.vocabulary import CLOSED

_STOPS_WITHIN = 20.0
"""Seconds that a hub may take to say goodbye to everyone."""

_LOOK_AGAIN = 0.02


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `hub`."""
    parser.description = "Say how the hub is, or stop it. Neither starts one."
    parser.add_argument("what", choices=("status", "stop"))
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Look at the hub, or stop it."""
    return _status(options, env) if options.what == "status" else _stop(options, env)


def _status(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    with converse(options, env, reads=True, start=False) as hub:
        rooms = hub.rooms()
    where = target(options, env)
    open_ = [room.label for room in rooms if room.status not in CLOSED]
    if options.json:
        show_json(
            {
                "hub": hub.welcome.hub,
                "version": hub.welcome.server,
                "pid": hub.pid,
                "at": str(where),
                "rooms": len(rooms),
                "open": open_,
            }
        )
    else:
        process = f", process {hub.pid}" if hub.pid else ""
        rooms_open = f"{len(open_)} open of {len(rooms)} rooms"
        show([f"hub {hub.welcome.server} at {where}{process}: {rooms_open}"])
    return Exit.DONE


def _stop(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    where = target(options, env)
    if where.socket is None:
        raise Stop(Exit.USAGE, f"the hub at {where} is not of this machine; stop it over there")
    with converse(options, env, reads=True, start=False) as hub:
        pid = hub.pid
    if pid is None:
        raise Stop(Exit.FAILED, "this system does not tell which process the hub is")
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError as error:
        raise Stop(Exit.NOT_ALLOWED, f"the hub (process {pid}) is not yours to stop") from error
    until = monotonic() + _STOPS_WITHIN
    while monotonic() < until:
        # Before the socket is gone, the hub still says goodbye, and holds its data folder.
        if not where.socket.exists():
            say("the hub has stopped")
            return Exit.DONE
        time.sleep(_LOOK_AGAIN)
    raise Stop(Exit.FAILED, f"the hub (process {pid}) was asked to stop, and still runs")
