"""`warroom revoke`: someone's sessions, or an invite, end at once."""

import argparse
from collections.abc import Mapping

from warroom.cli.operator import add_own_place, operating
from warroom.cli.output import say
from warroom.cli.stop import Exit


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `revoke`."""
    parser.description = (
        "End someone's sessions and the invites that are for them, or one session or invite.\n"
        "Open connections close within a second."
    )
    parser.add_argument(
        "what", metavar="NAME|INVITE", help="a handle, a name, a session, an invite"
    )
    add_own_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """End what was named."""
    from warroom.protocol.stewardship import AccessRevoked, RevokeAccess

    with operating(options, env) as hub:
        revoked = hub.ask(RevokeAccess(what=options.what), AccessRevoked)
    for session in revoked.sessions:
        say(f"session {session} has ended")
    for one in revoked.invites:
        say(f"invite {one} lets nobody in any more")
    return Exit.DONE
