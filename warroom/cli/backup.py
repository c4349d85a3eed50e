"""`warroom backup`: the hub's data in one file, while the hub runs."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from warroom.cli.stop import Exit


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `backup`."""
    parser.description = (
        "Write everything that this machine's hub holds into one file, while it runs: all\n"
        "rooms, its own log, and its secret key. Keep the file as safe as the hub itself. It\n"
        "appears once it is whole and was read back; warroom restore puts it back."
    )
    parser.add_argument("file", type=Path, help="the backup; it must not exist yet")
    add_data(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Make a backup: 0 if it is there."""
    return server(options, env, "--backup", str(options.file))


def add_data(parser: argparse.ArgumentParser) -> None:
    """Which hub."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the data folder of this machine's hub"
    )


def server(options: argparse.Namespace, env: Mapping[str, str], *arguments: str) -> int:
    """Have the hub's own program do something with its data folder; an exit status."""
    data = [] if options.data is None else ["--data", str(options.data)]
    command = [sys.executable, "-P", "-m", "server", *data, *arguments]
    sys.stdout.flush()
    done = subprocess.run(command, env=dict(env), check=False).returncode
    return Exit.DONE if done == 0 else Exit.FAILED
