"""`warroom feed`: what was published, the latest first; all that a stakeholder needs."""

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

from warroom.cli.options import add_json, add_place, converse, target
from warroom.cli.output import show, show_json
from warroom.cli.stop import Exit
from warroom.domain.transcript import GONE
from warroom.export.times import clock_time
from warroom.protocol.envelopes import FeedItem
from warroom.text import one_line, visible

if TYPE_CHECKING:
    from warroom.protocol.codec import Heard


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `feed`."""
    parser.description = "Print what was published to your audience, the latest first."
    parser.add_argument(
        "-f",
        "--follow",
        action="store_true",
        help="the latest last, and go on with what comes, until interrupted",
    )
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the updates as text, or as one JSON object a line, and those that come."""
    with converse(options, env, reads=True) as hub:
        items = hub.feed()
    if options.follow:
        import asyncio

        asyncio.run(_follow(options, env))
    for item in items:
        _print(item, json=options.json)
    return Exit.DONE


async def _follow(options: argparse.Namespace, env: Mapping[str, str]) -> NoReturn:
    """Print what is published until interrupted, across restarts of the hub.

    Whose words were redacted meanwhile comes again, without them.
    """
    from warroom.cli.following import Following
    from warroom.client.connection import Connection
    from warroom.client.hello import hello
    from warroom.client.pace import Pace
    from warroom.protocol.envelopes import Alive, FeedList, Heartbeat, ListFeed, Welcome

    def tell(message: "Heard") -> None:
        match message:
            case Welcome():
                connection.say(ListFeed(watch=True))
            case Heartbeat():
                connection.say(Alive())
            case FeedList(items=items):
                for item in reversed(items):
                    if item not in printed:
                        printed.add(item)
                        _print(item, json=options.json)
            case _:
                pass

    printed: set[FeedItem] = set()
    following = Following()
    connection = Connection(
        target(options, env),
        hello(options.as_name, observer=True),
        following.ended_by(following.line_moved),
        following.ended_by(tell),
        Pace(),
    )
    await following.run(connection.run())


def _print(item: FeedItem, *, json: bool) -> None:
    if json:
        show_json(item)
    else:
        show(_lines(item))


def _lines(item: FeedItem) -> Iterator[str]:
    out = item.published
    promise = f", next by {clock_time(out.next_by)}" if out.next_by else ""
    corrects = f", corrects U{out.corrects}" if out.corrects else ""
    at = f"{out.at:%Y-%m-%d} {clock_time(out.at)}"
    yield f"{at}  {one_line(item.label)} U{out.update} to {out.audience}{corrects}{promise}"
    for line in visible(out.text or GONE).splitlines():
        yield f"    {line}"
