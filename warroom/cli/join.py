"""`warroom join INC-1`: a room on the screen."""

import argparse
import contextlib
from collections.abc import Mapping

from warroom.cli.options import (
    add_config,
    add_observer,
    add_place,
    choose_room,
    converse,
    store,
)
from warroom.cli.screen import check_terminal, screen_target
from warroom.cli.stop import Exit, Stop


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `join`."""
    parser.description = "Open a room on the screen."
    parser.add_argument(
        "incident", nargs="?", metavar="INC-1", help="WARROOM_INCIDENT, or the only open one"
    )
    parser.add_argument("--plain", action="store_true", help="no screen: says what to use instead")
    add_observer(parser)
    add_config(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Show a room."""
    check_terminal(options, env)
    where = screen_target(options, env)
    log = _log(options, env)
    from warroom.cli.settings import preferences
    from warroom.tui.app import run_app

    return run_app(
        where,
        options.as_name,
        log,
        observer=options.observer,
        preferences=preferences(options, env),
        store=store(options, env),
    )


def _log(options: argparse.Namespace, env: Mapping[str, str]) -> str:
    """The log of the room: at once, if it is named and this machine holds it."""
    from warroom.cli.held import held_file

    if options.incident or env.get("WARROOM_INCIDENT"):
        with contextlib.suppress(Stop):
            if (file := held_file(options, env)) is not None:
                return file.path.stem
    try:
        with converse(options, env, reads=True) as hub:
            return choose_room(hub.rooms(), options, env, reads=True).log
    except Stop as stop:
        file = held_file(options, env) if stop.status is Exit.UNREACHABLE else None
        if file is None:
            raise
        return file.path.stem
