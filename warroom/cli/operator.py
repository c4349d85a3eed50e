"""What the commands of the one who runs the hub have in common: they use its own socket."""

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.options import (
    add_json,
    add_person,
    conversation,
    data_of,
    hub_names,
    own_target,
)
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.oneshot import Conversation

_SECONDS = {"m": 60, "h": 3600, "d": 24 * 3600}
_DURATION = re.compile(r"([0-9]{1,6})([mhd])")


def add_own_place(parser: argparse.ArgumentParser) -> None:
    """Which of this machine's hubs, and who acts."""
    group = parser.add_argument_group("hub")
    group.add_argument(
        "--data", type=Path, metavar="DIR", help="the data folder of this machine's hub"
    )
    # The first parser takes it for all commands; these have no use for it.
    group.add_argument("--hub", help=argparse.SUPPRESS)
    add_person(parser)


@contextmanager
def operating(
    options: argparse.Namespace, env: Mapping[str, str], *, start: bool = False
) -> "Iterator[Conversation]":
    """A conversation with this machine's hub. Raises `Stop` when it does not answer."""
    if not start and _is_elsewhere(options, env):
        text = "only whoever runs the hub can do that, on the hub's own machine"
        raise Stop(Exit.NOT_ALLOWED, f"{text}; none of yours runs here")
    where = own_target(options, env)
    with conversation(where, options.as_name, env, start=start) as hub:
        yield hub


def _is_elsewhere(options: argparse.Namespace, env: Mapping[str, str]) -> bool:
    """Whether the only hubs that are known here are run by others."""
    from warroom.client.credentials import LOCAL

    if options.data is not None or (data_of(options, env) / "journal.db").exists():
        return False
    return LOCAL not in hub_names(env) or bool(env.get("WARROOM_HUB"))


def add_listing(parser: argparse.ArgumentParser, over: str) -> None:
    """What is listed, how, and of which hub; `over` says what is left out otherwise."""
    parser.add_argument("-a", "--all", action="store_true", help=f"also {over} that are over")
    add_json(parser)
    add_own_place(parser)


def lasting(text: str) -> int:
    """The seconds of `90m`, `12h` or `7d`."""
    found = _DURATION.fullmatch(text)
    if found is None or not 60 <= int(found[1]) * _SECONDS[found[2]] <= 30 * 24 * 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time up to 30 days, like 90m, 12h or 7d")
    return int(found[1]) * _SECONDS[found[2]]
