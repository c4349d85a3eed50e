"""`warroom` alone: the lobby of the hub, and where several are known, which one."""

import argparse
from collections.abc import Mapping

from warroom.cli.options import add_config, add_place, store
from warroom.cli.screen import check_terminal, choose_hub, open_screen, screen_target


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of the lobby."""
    add_place(parser)
    parser.add_argument("--plain", action="store_true", help="no screen: says what to use instead")
    add_config(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Show the lobby."""
    check_terminal(options, env)
    choose_hub(options, env)
    where = screen_target(options, env)
    return open_screen(where, options, env, None, kept=store(options, env))
