"""`warroom people`: who may come in to this machine's hub, and who is here from where."""

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_listing, operating
from warroom.cli.output import show, show_listing
from warroom.cli.stop import Exit
from warroom.text import one_line

if TYPE_CHECKING:
    from warroom.protocol.stewardship import PersonLine

_HEAD = ("WHO", "NAME", "SCOPE", "SESSION", "LAST SEEN (UTC)", "FROM", "CLIENT", "STATE")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `people`."""
    parser.description = (
        "List sessions and who is here. One session that is here from two addresses at once may\n"
        "be stolen: it says so, and `warroom revoke` ends it."
    )
    add_listing(parser, "sessions")


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print people as a table, or as one JSON object a line."""
    from warroom.protocol.stewardship import ListPeople, PeopleList

    with operating(options, env) as hub:
        found = hub.ask(ListPeople(), PeopleList).people
    people = [one for one in found if options.all or one.over is None]
    show_listing(_HEAD, people, _row, json=options.json)
    if not options.json:
        show(_warnings(people))
    return Exit.DONE


def _row(one: "PersonLine") -> tuple[str, ...]:
    places = one.here or ((one.last,) if one.last else ())
    addresses = sorted({place.address or "this machine" for place in places})
    clients = sorted({one_line(place.client) for place in places})
    return (
        f"@{one_line(one.handle)}",
        one_line(one.name),
        one.scope,
        one.session or "-",
        "now" if one.here or one.last is None else f"{one.last.since:%m-%d %H:%M}",
        ", ".join(addresses) or "-",
        ", ".join(clients) or "-",
        one.over or ("here" if one.here else "away"),
    )


def _warnings(people: "list[PersonLine]") -> Iterator[str]:
    for one in people:
        if one.warning:
            end = f"warroom revoke {one.session}"
            yield f"! @{one_line(one.handle)}: {one_line(one.warning)}. If that is odd: {end}"
