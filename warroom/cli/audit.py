"""`warroom audit`: the hub's own log, which tells who came in, and who let them in."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from warroom.cli.operator import add_own_place, operating
from warroom.cli.options import add_json
from warroom.cli.output import entry_json, entry_lines, show, show_json
from warroom.cli.stop import Exit

if TYPE_CHECKING:
    from warroom.client.oneshot import Conversation
    from warroom.log.entry import Entry
    from warroom.log.signing import SignedHead


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `audit`."""
    parser.description = (
        "Show the hub's own log. It is chained and signed like a room's: `warroom export -i hub`\n"
        "writes it to a file that `warroom verify` checks."
    )
    add_json(parser)
    add_own_place(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the entries, a line each."""
    from warroom.domain.transcript import Transcript

    with operating(options, env) as hub:
        log, entries, _ = read_own_log(hub)
    room = Transcript(log)
    for entry in entries:
        recorded = entry.recorded()
        room.append(recorded)
        if options.json:
            show_json(entry_json(entry, room))
        else:
            show(entry_lines(recorded, room))
    return Exit.DONE


def read_own_log(
    hub: "Conversation", *, export: bool = False
) -> "tuple[str, list[Entry], list[SignedHead]]":
    """The hub's own log, whole: its id, entries and signed heads.

    `export` says that it is for a file, which the log then tells, too.
    """
    from warroom.log.entry import read_line
    from warroom.log.lines import read_item
    from warroom.log.signing import SignedHead
    from warroom.protocol.stewardship import AuditPage, ReadAudit

    entries: list[Entry] = []
    heads: list[SignedHead] = []
    while True:
        after = entries[-1].seq if entries else 0
        page = hub.ask(ReadAudit(after=after, export=export and not entries), AuditPage)
        entries += [read_line(bytes(line)) for line in page.entries]
        items = [read_item(bytes(line)) for line in page.heads]
        heads += [item for item in items if isinstance(item, SignedHead)]
        if not page.entries or entries[-1].seq >= page.seq:
            return page.log, entries, heads
