"""`warroom revoke`: someone's sessions, or an invite, end at once."""

import argparse
from collections.abc import Mapping
from itertools import zip_longest

from warroom.cli.operator import add_own_place, operating
from warroom.cli.output import say
from warroom.cli.stop import Exit

_CAME_BY = ": they came in by it; whoever else was to use it needs another one"


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `revoke`."""
    parser.description = (
        "End someone's sessions and the invites that are for them or that they came in by, or one\n"
        "session or invite. Open connections close within a second. People choose their names: if\n"
        "several may be meant, nobody is shown out, and their handles are listed."
    )
    parser.add_argument(
        "what", metavar="@HANDLE|NAME|ID", help="a handle, a name, a session, an invite"
    )
    add_own_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """End what was named."""
    from warroom.protocol.stewardship import AccessRevoked, RevokeAccess

    with operating(options, env) as hub:
        revoked = hub.ask(RevokeAccess(what=options.what), AccessRevoked)
    for session, handle in zip_longest(revoked.sessions, revoked.people):
        say(f"session {session}{handle and f' of @{handle}'} has ended")
    for one in revoked.invites:
        say(f"invite {one} lets nobody in any more{_CAME_BY if one in revoked.came_by else ''}")
    return Exit.DONE
