"""`warroom invite`: one line that lets someone join from another machine."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_own_place, lasting, operating
from warroom.cli.options import add_json
from warroom.cli.output import say, show, show_json
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.inviting import InviteWanted
    from warroom.client.oneshot import Conversation


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `invite`."""
    parser.description = (
        "Print one line that lets someone join from another machine. It is worth as much as a\n"
        "key: pass it on where only they read it. The hub keeps no more than its digest."
    )
    add_invite(parser)
    add_json(parser)
    add_own_place(parser)


def add_invite(parser: argparse.ArgumentParser) -> None:
    """Whom an invite is for, and how long."""
    parser.add_argument(
        "--scope",
        default="responder",
        metavar="SCOPE",
        help="what they may do: responder (default); observer or auditor, who read only;\n"
        "guest:INC-7, who works in that room alone; stakeholder:customers (or executive,\n"
        "internal), who is told what was published to them",
    )
    parser.add_argument(
        "--for", dest="whom", metavar="NAME", help="their name; @NAME: one who is known already"
    )
    parser.add_argument("--uses", type=_uses, default=1, metavar="N", help="how often (default: 1)")
    parser.add_argument(
        "--address",
        metavar="HOST",
        help="the host in the invite, if they reach this one by another",
    )
    parser.add_argument(
        "--expires",
        type=lasting,
        default=3600,
        metavar="12h",
        help="how long it lasts, up to 30d (default: 1h)",
    )


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print an invite."""
    asked_for = wanted(options)
    with operating(options, env) as hub:
        invite(hub, asked_for, json=options.json)
    return Exit.DONE


def invite(hub: "Conversation", asked_for: "InviteWanted", *, json: bool) -> None:
    """Make an invite, and print it."""
    from warroom.client.inviting import WITHOUT_WARROOM, InviteAsked
    from warroom.protocol.stewardship import InviteReady

    asked = InviteAsked(asked_for)
    made = asked.made(hub.ask(asked.message, InviteReady))
    if json:
        show_json(
            {
                "invite": made.id,
                "join": made.invite.line(),
                "scope": made.wanted.scope,
                "uses": made.wanted.uses,
                "expires_at": made.expires_at,
            }
        )
        return
    show([made.command])
    say(made.terms)
    say("pass it on where only they read it; `warroom join -` takes it from standard input")
    say(WITHOUT_WARROOM)


def wanted(options: argparse.Namespace) -> "InviteWanted":
    """Whom to let in, and what for. Raises `Stop` for what no hub would take."""
    from warroom.client.inviting import InviteWanted
    from warroom.words.limits import hold_to_limits
    from warroom.words.misread import Misread
    from warroom.words.scopes import read_scope

    whom = (options.whom or "").strip()
    known = whom.startswith("@")
    try:
        scope, room, audience = read_scope(options.scope)
        asked_for = InviteWanted(
            scope=scope,
            uses=options.uses,
            lasts=options.expires,
            name=None if known else whom or None,
            handle=whom.removeprefix("@") if known else None,
            room=room,
            audience=audience,
            address=options.address,
        )
        hold_to_limits(asked_for)
    except Misread as error:
        raise Stop(Exit.USAGE, error.text) from None
    return asked_for


def _uses(text: str) -> int:
    uses = int(text)
    if not 1 <= uses <= 1_000:
        raise argparse.ArgumentTypeError("an invite lets in 1 to 1000 people")
    return uses
