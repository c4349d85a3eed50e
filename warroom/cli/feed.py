"""`warroom feed`: what was published, the latest first; all that a stakeholder needs."""

import argparse
from collections.abc import Iterator, Mapping

from warroom.cli.options import add_json, add_place, converse
from warroom.cli.output import show, show_json
from warroom.cli.stop import Exit
from warroom.domain.transcript import GONE
from warroom.export.times import clock_time
from warroom.protocol.envelopes import FeedItem
from warroom.text import one_line, visible


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `feed`."""
    parser.description = "Print what was published to your audience, the latest first."
    add_json(parser)
    add_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the updates as text, or as one JSON object a line."""
    with converse(options, env, reads=True) as hub:
        items = hub.feed()
    for item in items:
        if options.json:
            show_json(item)
        else:
            show(_lines(item))
    return Exit.DONE


def _lines(item: FeedItem) -> Iterator[str]:
    out = item.published
    promise = f", next by {clock_time(out.next_by)}" if out.next_by else ""
    corrects = f", corrects U{out.corrects}" if out.corrects else ""
    at = f"{out.at:%Y-%m-%d} {clock_time(out.at)}"
    yield f"{at}  {one_line(item.label)} U{out.update} to {out.audience}{corrects}{promise}"
    for line in visible(out.text or GONE).splitlines():
        yield f"    {line}"
