"""`warroom hub status`, `stop`, `release`, `retain` and `connect`: this machine's hub."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from warroom.cli.options import (
    add_json,
    add_place,
    add_room,
    conversation,
    own_target,
    target,
)
from warroom.cli.output import say, show, show_json
from warroom.cli.stop import Exit, Stop
from warroom.client.target import Target
from warroom.clock import monotonic, now
from warroom.domain.commands import MOST_DAYS
from warroom.domain.vocabulary import CLOSED
from warroom.export.times import keeping, put_off

if TYPE_CHECKING:
    import socket

    from warroom.client.listener import Listener
    from warroom.protocol.envelopes import RoomSummary

_STOPS_WITHIN = 20.0
"""Seconds that a hub may take to say goodbye to everyone."""

_LOOK_AGAIN = 0.02

_CLOCKS_DIFFER = 60
"""Seconds by which the hub's time may be ahead of this machine's clock before that is said."""

_UNSAID: Any = object()
"""No number of days was given, which is not the same as for ever."""


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `hub`."""
    parser.description = (
        "Say how the hub is, stop it, or release a room that is being recovered: after a restore\n"
        "or an adoption it takes nothing new until then.\n\n"
        "`retain 90` has the words of every room erased 90 days after it was closed or cancelled,\n"
        "but for rooms that are held (/hold REASON); `retain forever` keeps them, as at first.\n"
        "`retain` alone says how it is. None of these starts a hub.\n\n"
        "`connect` makes standard input and output a line to the hub, which is started if none\n"
        "runs: it is what `warroom join ssh://...` runs on this machine."
    )
    parser.add_argument("what", choices=("status", "stop", "release", "retain", "connect"))
    parser.add_argument(
        "days",
        nargs="?",
        type=_days,
        default=_UNSAID,
        metavar="DAYS",
        help="with retain: how long words are kept, or forever",
    )
    parser.add_argument(
        "--yes", action="store_true", help="with retain: even if words are erased at once"
    )
    parser.add_argument("--all", action="store_true", help="release every recovering room")
    add_room(parser)
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Look at the hub, stop it, release a room, or be the way to it."""
    if options.days is not _UNSAID and options.what != "retain":
        raise Stop(Exit.USAGE, f"hub {options.what} takes no number of days")
    doing = {
        "status": _status,
        "stop": _stop,
        "release": _release,
        "retain": _retain,
        "connect": _connect,
    }
    return doing[options.what](options, env)


def _where(options: argparse.Namespace, env: Mapping[str, str]) -> Target:
    """This machine's hub, unless another is named: joined ones are not meant."""
    named = options.hub or env.get("WARROOM_HUB")
    return target(options, env) if named else own_target(options, env)


def _status(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    where = _where(options, env)
    with conversation(where, options.as_name, env, start=False) as hub:
        rooms = hub.rooms()
    ahead = round((hub.welcome.time - now()).total_seconds())
    open_ = [room.label for room in rooms if room.status not in CLOSED]
    recovering = [room.label for room in rooms if room.recovering]
    if options.json:
        show_json(
            {
                "hub": hub.welcome.hub,
                "version": hub.welcome.server,
                "pid": hub.listener and hub.listener.pid,
                "uid": hub.listener and hub.listener.uid,
                "at": str(where),
                "rooms": len(rooms),
                "open": open_,
                "recovering": recovering,
                "ahead_seconds": ahead,
                "retention": hub.welcome.retention,
                "put_off": hub.welcome.put_off,
            }
        )
    else:
        process = _process(hub.listener)
        rooms_open = f"{len(open_)} open of {len(rooms)} rooms"
        show([f"hub {hub.welcome.server} at {where}{process}: {rooms_open}"])
        if ahead > _CLOCKS_DIFFER:
            show([f"the hub's time is {timedelta(seconds=ahead)} ahead of this machine's clock"])
        show([keeping(hub.welcome.retention)])
        if hub.welcome.put_off and hub.welcome.retention is not None:
            show([put_off(hub.welcome.put_off, hub.welcome.retention)])
        if recovering:
            show([f"recovering: {', '.join(recovering)}; release them: warroom hub release --all"])
    return Exit.DONE


def _process(found: "Listener | None") -> str:
    """Which process a hub is, and whose, if it is not one's own: a group's hub is someone's."""
    if found is None:
        return ""
    whose = "" if found.uid == os.geteuid() else f" of user {found.uid}"
    return f", process {found.pid}{whose}"


def _retain(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    from warroom.protocol.stewardship import RetainWords, WordsRetained

    with conversation(_where(options, env), options.as_name, env, start=False) as hub:
        days: int | None = hub.welcome.retention
        if options.days is not _UNSAID:
            days = hub.ask(RetainWords(days=options.days, sure=options.yes), WordsRetained).days
    show_json({"retention": days}) if options.json else show([keeping(days)])
    return Exit.DONE


def _days(text: str) -> int | None:
    """The number of days, None for `forever`."""
    if text.casefold() == "forever":
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of days from 1 to {MOST_DAYS}, and not forever"
        )
    return int(text)


def _connect(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    from warroom.client.relay import relay
    from warroom.client.ssh import READY

    with _dialled(_where(options, env), env) as sock:
        os.write(sys.stdout.fileno(), READY)
        relay(sock, sys.stdin.fileno(), sys.stdout.fileno())
    return Exit.DONE


def _dialled(where: Target, env: Mapping[str, str]) -> "socket.socket":
    """A connection to a hub of this machine. Raises `Stop`."""
    from warroom.client.ending import unreachable
    from warroom.client.local import NoHub, dial, dial_or_start

    if where.socket is None:
        raise Stop(Exit.USAGE, f"the hub at {where} is not of this machine")
    try:
        return dial(where.socket, own=False) if where.data is None else dial_or_start(where, env)
    except NoHub as problem:
        raise Stop(Exit.UNREACHABLE, str(problem)) from problem
    except OSError as error:
        raise Stop(Exit.UNREACHABLE, unreachable(str(where), error).why) from error


def _release(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    with conversation(_where(options, env), options.as_name, env, start=False) as hub:
        recovering = [room for room in hub.rooms() if room.recovering]
        for room in _chosen(recovering, options, env):
            seq = hub.release(room.log)
            if options.json:
                show_json({"room": room.label, "log": room.log, "seq": seq})
            else:
                show([f"{room.label} is released: it goes on with #{seq}"])
    return Exit.DONE


def _chosen(
    recovering: "list[RoomSummary]", options: argparse.Namespace, env: Mapping[str, str]
) -> "Sequence[RoomSummary]":
    """The rooms to release: all, the one that is named, or the only one."""
    labels = ", ".join(room.label for room in recovering)
    if not recovering:
        raise Stop(Exit.NOT_FOUND, "no room is being recovered")
    if options.all:
        return recovering
    wanted = options.incident or env.get("WARROOM_INCIDENT")
    if wanted:
        found = [one for one in recovering if wanted.casefold() in (one.label.casefold(), one.log)]
        if not found:
            text = f"{wanted} is not being recovered; these are: {labels}"
            raise Stop(Exit.NOT_FOUND, text)
        return found
    if len(recovering) > 1:
        text = f"several rooms are being recovered ({labels}); name one with -i, or give --all"
        raise Stop(Exit.USAGE, text)
    return recovering


def _stop(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    where = _where(options, env)
    if where.socket is None:
        raise Stop(Exit.USAGE, f"the hub at {where} is not of this machine; stop it over there")
    with conversation(where, options.as_name, env, start=False) as hub:
        found = hub.listener
    if found is None:
        raise Stop(Exit.FAILED, "this system does not tell which process the hub is")
    try:
        os.kill(found.pid, signal.SIGTERM)
    except PermissionError as error:
        text = f"the hub (process {found.pid}) is not yours to stop"
        raise Stop(Exit.NOT_ALLOWED, text) from error
    until = monotonic() + _STOPS_WITHIN
    while monotonic() < until:
        # Before the socket is gone, the hub still says goodbye, and holds its data folder.
        if not where.socket.exists():
            say("the hub has stopped")
            return Exit.DONE
        time.sleep(_LOOK_AGAIN)
    raise Stop(Exit.FAILED, f"the hub (process {found.pid}) was asked to stop, and still runs")
