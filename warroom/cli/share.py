"""`warroom share`: this machine's hub takes in people from other machines."""

import argparse
from collections.abc import Mapping

from warroom.cli.invite import add_invite, invite, wanted
from warroom.cli.operator import add_own_place, operating
from warroom.cli.options import add_json
from warroom.cli.output import say
from warroom.cli.stop import Exit


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `share`."""
    parser.description = (
        "Open this machine's hub for other machines, with TLS, and print an invite. The port\n"
        "stays open until `warroom share --stop`, also after the hub was restarted."
    )
    parser.add_argument(
        "at",
        nargs="?",
        type=_address,
        default=(None, 0),
        metavar="ADDRESS[:PORT]",
        help="where to listen; otherwise where others most likely reach this machine",
    )
    parser.add_argument(
        "--stop", action="store_true", help="close the port, and part with all there"
    )
    add_invite(parser)
    add_json(parser)
    add_own_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Open the port and print an invite, or close it."""
    from warroom.protocol.stewardship import HubShared, ShareHub

    address, port = options.at
    asked_for = wanted(options)
    with operating(options, env, start=not options.stop) as hub:
        shared = hub.ask(ShareHub(address=address, port=port, stop=options.stop), HubShared)
        if shared.url is None:
            say("the hub listens on this machine only")
        else:
            say(f"the hub takes in people with an invite at {shared.url}")
            invite(hub, asked_for, json=options.json)
    return Exit.DONE


def _address(text: str) -> tuple[str, int]:
    """The host, and the port or 0."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if not host or not (port or "0").isdecimal() or int(port or "0") > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; give one like 10.0.0.5:8750")
    return host, int(port or "0")
