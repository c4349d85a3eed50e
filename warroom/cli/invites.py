"""`warroom invites`: the invites of this machine's hub, and what became of them."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_own_place, operating, table
from warroom.cli.options import add_json
from warroom.cli.output import show, show_json
from warroom.cli.stop import Exit
from warroom.text import one_line

if TYPE_CHECKING:
    from warroom.protocol.stewardship import InviteLine

_HEAD = ("INVITE", "SCOPE", "FOR", "USED", "UNTIL (UTC)", "MADE BY", "STATE")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `invites`."""
    parser.description = "List invites. Their codes are nowhere: a lost one is revoked, not shown."
    parser.add_argument("-a", "--all", action="store_true", help="also those that are over")
    add_json(parser)
    add_own_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the invites as a table, or as one JSON object a line."""
    from warroom.protocol.stewardship import InviteList, ListInvites

    with operating(options, env) as hub:
        found = hub.ask(ListInvites(), InviteList).invites
    invites = [one for one in found if options.all or one.over is None]
    if options.json:
        for one in invites:
            show_json(one)
    elif invites:
        show(table([_HEAD, *map(_row, invites)]))
    return Exit.DONE


def _row(one: "InviteLine") -> tuple[str, ...]:
    return (
        one.invite,
        one.scope,
        one_line(one.name or "-"),
        f"{one.used}/{one.uses}",
        f"{one.expires_at:%m-%d %H:%M}",
        one_line(one.made_by),
        one.over or "open",
    )
