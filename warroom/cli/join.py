"""`warroom join INC-1`: a room on the screen; with an invite, at a hub on another machine."""

import argparse
import contextlib
from collections.abc import Mapping

from warroom.cli.options import (
    add_config,
    add_observer,
    add_place,
    ask_room,
    choose_room,
    conversation,
    converse,
    store,
    target,
)
from warroom.cli.output import say
from warroom.cli.screen import check_terminal, choose_hub, open_screen, screen_target
from warroom.cli.stop import Exit, Stop
from warroom.client.target import Target
from warroom.domain.vocabulary import CLOSED


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `join`."""
    parser.description = (
        "Open a room on the screen. With an invite, or through ssh, come in to a hub on another\n"
        "machine: it is kept under a short name (--hub chooses it) for the next time."
    )
    parser.add_argument(
        "incident",
        nargs="?",
        metavar="INC-1|INVITE|-|SSH",
        help="the room, or WARROOM_INCIDENT, or the only open one; an invite (wrs://...); or - to\n"
        "take the invite from standard input, where neither `ps` nor a history shows it;\n"
        "or ssh://[USER@]HOST[:PORT], which is your hub there, or the one whose socket\n"
        "follows (/run/...); WARROOM_REMOTE says what `warroom` is called there",
    )
    parser.add_argument(
        "room", nargs="?", metavar="INC-1", help="after an invite or an ssh address: which room"
    )
    parser.add_argument("--invite-file", metavar="FILE", help="take the invite from a file")
    parser.add_argument("--plain", action="store_true", help="no screen: says what to use instead")
    add_observer(parser)
    add_config(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Show a room."""
    from warroom.cli.joining import come_in, come_through_ssh, invited

    if (options.incident or "").startswith("ssh:"):
        address, options.incident = options.incident, options.room
        options.hub = come_through_ssh(address, options, env)
        return _after(options, env)
    invite = invited(options)
    if invite is not None:
        if options.invite_file is None:
            options.incident = options.room
        options.hub = come_in(invite, options, env)
        options.as_name = None
        return _after(options, env)
    check_terminal(options, env)
    choose_hub(options, env)
    where = screen_target(options, env)
    return _show(where, options, env, _log(options, env))


def _log(options: argparse.Namespace, env: Mapping[str, str]) -> str:
    """The log of the room: at once, if it is named and this machine holds it."""
    from warroom.cli.held import held_file

    if options.incident or env.get("WARROOM_INCIDENT"):
        with contextlib.suppress(Stop):
            if (file := held_file(options, env)) is not None:
                return file.path.stem
    try:
        with converse(options, env, reads=True) as hub:
            return ask_room(hub, options, env, reads=True).log
    except Stop as stop:
        file = held_file(options, env) if stop.status is Exit.UNREACHABLE else None
        if file is None:
            raise
        return file.path.stem


def _after(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Show what there is to someone who just came in: the room, or the lobby if there are many."""
    where = target(options, env)
    try:
        check_terminal(options, env)
    except Stop:
        say(f"the next time: warroom join --hub {options.hub}; without a screen: warroom list")
        return Exit.DONE
    with conversation(where, options.as_name, env) as hub:
        rooms = hub.rooms()
    open_ = [room for room in rooms if room.status not in CLOSED]
    log = None
    if options.incident or len(open_) == 1:
        log = choose_room(rooms, options, env, reads=True).log
    return _show(where, options, env, log)


def _show(
    where: Target, options: argparse.Namespace, env: Mapping[str, str], log: str | None
) -> int:
    kept = store(options, env)
    return open_screen(where, options, env, log, observer=options.observer, kept=kept)
