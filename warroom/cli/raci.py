"""`warroom raci`: prints who may do what, from the table that the hub enforces."""

import argparse
from collections.abc import Mapping

from warroom.cli.output import show
from warroom.cli.stop import Exit


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """`raci` takes no arguments."""
    parser.description = "Print who may do what, in Markdown; needs no hub."


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the table of rights."""
    from warroom.words.raci import raci

    show(raci().splitlines())
    return Exit.DONE
