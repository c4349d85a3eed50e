"""`warroom serve`: a hub in the foreground. Its flags are the hub's own."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

TAKES_ALL = True
"""Its arguments are not read here."""


def run(options: argparse.Namespace, env: Mapping[str, str]) -> NoReturn:
    """Become a hub."""
    data = [] if options.data is None else ["--data", str(options.data)]
    arguments = [sys.executable, "-P", "-m", "server", *data, *options.arguments]
    os.execve(sys.executable, arguments, dict(env))
