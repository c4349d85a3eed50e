"""`warroom restore`: a backup put back into a data folder on which no hub runs."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from warroom.cli.backup import add_data, server


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `restore`."""
    parser.description = (
        "Put a backup into the data folder, checked before it replaces anything. Stop the hub\n"
        "first. Started again, its rooms are being recovered: clients bring back what they hold\n"
        "and the backup lacks, and nothing new is taken until: warroom hub release --all"
    )
    parser.add_argument("file", type=Path, help="a backup made by warroom backup")
    parser.add_argument(
        "--force", action="store_true", help="where a journal is: keep it beside, under its date"
    )
    add_data(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Restore a backup: 0 if it is in place."""
    force = ["--force"] if options.force else []
    return server(options, env, "--restore", str(options.file), *force)
