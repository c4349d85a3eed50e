"""`warroom invite`: one line that lets someone join from another machine."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_own_place, lasting, operating
from warroom.cli.options import add_json
from warroom.cli.output import say, show, show_json
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.client.oneshot import Conversation
    from warroom.domain.vocabulary import Audience, Scope


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
    with operating(options, env) as hub:
        invite(hub, options)
    return Exit.DONE


def invite(hub: "Conversation", options: argparse.Namespace) -> None:
    """Make an invite, and print it. Raises `Stop` for a scope that there is not."""
    from warroom.client.credentials import digest_of
    from warroom.client.invite import Invite
    from warroom.clock import new_credential_id, new_secret
    from warroom.protocol.stewardship import InviteReady, InviteSomeone

    whom = options.whom or ""
    code, (scope, room, audience) = new_secret(), _scope(options.scope)
    known = whom.removeprefix("@") if whom.startswith("@") else None
    asked = InviteSomeone(
        invite=new_credential_id(),
        code=digest_of(code),
        scope=scope,
        uses=options.uses,
        lasts=options.expires,
        name=whom if whom and known is None else None,
        handle=known,
        room=room,
        audience=audience,
        address=options.address,
    )
    ready = hub.ask(asked, InviteReady)
    line = Invite.made(ready.url, code, ready.pin, known or whom or None).line()
    if options.json:
        show_json(
            {
                "invite": ready.invite,
                "join": line,
                "scope": scope,
                "uses": options.uses,
                "expires_at": ready.expires_at,
            }
        )
        return
    show([f"warroom join '{line}'"])
    uses = "once" if options.uses == 1 else f"{options.uses} times"
    until = f"{ready.expires_at:%d %b %H:%M} UTC"
    say(f"invite {ready.invite}: lets in {uses}, as {options.scope}, until {until}")
    say("pass it on where only they read it; `warroom join -` takes it from standard input")
    say("without warroom: uvx --from WHEEL_OR_REPOSITORY warroom join -")


def _scope(text: str) -> "tuple[Scope, str | None, Audience | None]":
    """The scope, a guest's room, and a stakeholder's audience."""
    from warroom.domain.access import INVITABLE
    from warroom.domain.vocabulary import Audience, Scope

    scope, _, more = text.partition(":")
    if scope not in INVITABLE:
        raise Stop(
            Exit.USAGE, f"there is no scope {scope}; give one of {', '.join(sorted(INVITABLE))}"
        )
    if scope == Scope.GUEST:
        if not more:
            raise Stop(Exit.USAGE, "a guest is for one room: --scope guest:INC-7")
        return Scope.GUEST, more, None
    if scope == Scope.STAKEHOLDER:
        if (more or Audience.INTERNAL) not in list(Audience):
            raise Stop(
                Exit.USAGE, f"there is no audience {more}; give one of {', '.join(Audience)}"
            )
        return Scope.STAKEHOLDER, None, Audience(more or Audience.INTERNAL)
    if more:
        raise Stop(Exit.USAGE, f"{scope} is for every room; only a guest is for one")
    return Scope(scope), None, None


def _uses(text: str) -> int:
    uses = int(text)
    if not 1 <= uses <= 1_000:
        raise argparse.ArgumentTypeError("an invite lets in 1 to 1000 people")
    return uses
