"""`warroom join INC-1`: a room on the screen."""

import argparse
from collections.abc import Mapping

from warroom.cli.options import add_config, add_place, choose_room, converse
from warroom.cli.screen import check_terminal, screen_target


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `join`."""
    parser.description = "Open a room on the screen."
    parser.add_argument(
        "incident", nargs="?", metavar="INC-1", help="WARROOM_INCIDENT, or the only open one"
    )
    parser.add_argument("--plain", action="store_true", help="no screen: says what to use instead")
    add_config(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Show a room."""
    check_terminal(options, env)
    where = screen_target(options, env)
    with converse(options, env, reads=True) as hub:
        room = choose_room(hub.rooms(), options, env, reads=True)
    from warroom.cli.settings import preferences
    from warroom.tui.app import run_app

    return run_app(where, options.as_name, room.log, preferences=preferences(options, env))
