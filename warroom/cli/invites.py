"""`warroom invites`: the invites of this machine's hub, and what became of them."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_listing, operating
from warroom.cli.output import show_listing
from warroom.cli.stop import Exit
from warroom.text import one_line

if TYPE_CHECKING:
    from warroom.protocol.stewardship import InviteLine

_HEAD = ("INVITE", "SCOPE", "FOR", "USED", "UNTIL (UTC)", "MADE BY", "STATE")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `invites`."""
    parser.description = "List invites. Their codes are nowhere: a lost one is revoked, not shown."
    add_listing(parser, "those")


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the invites as a table, or as one JSON object a line."""
    from warroom.protocol.stewardship import InviteList, ListInvites

    with operating(options, env) as hub:
        found = hub.ask(ListInvites(), InviteList).invites
    invites = [one for one in found if options.all or one.over is None]
    show_listing(_HEAD, invites, _row, json=options.json)
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
