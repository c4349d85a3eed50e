"""`warroom brief`: the whole incident on one screen."""

import argparse
import sys
from collections.abc import Mapping

from warroom.cli.held import read_room
from warroom.cli.options import add_json, add_place, add_room
from warroom.cli.output import copy, say, show, show_json
from warroom.cli.stop import Exit, Stop
from warroom.export.brief import brief


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `brief`."""
    parser.description = "Print what someone who comes late has to know."
    parser.add_argument(
        "copy", nargs="?", choices=["copy"], help="copy it through the terminal's clipboard instead"
    )
    add_room(parser)
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the brief of a room, or copy it."""
    if options.copy and not sys.stdout.isatty():
        raise Stop(Exit.USAGE, "copying needs a terminal; without one, pipe what is printed")
    replica, time = read_room(options, env)
    lines = brief(replica.room, time)
    if options.copy:
        copy("\n".join(lines))
        say("the brief is copied")
    elif options.json:
        show_json({"log": replica.log, "label": replica.label, "seq": replica.seq, "lines": lines})
    else:
        show(lines)
    return Exit.DONE
