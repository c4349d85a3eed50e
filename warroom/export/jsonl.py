"""The export that carries the truth: JSON Lines, one log a file, the same bytes every time.

Read back, it is the same chain: a file alone can be verified, replayed, and adopted by a hub.
All other exports are views of it. `docs/log-format.md` has the layout.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from warroom.domain.events import Citation
from warroom.log.entry import Entry, Malformed
from warroom.log.lines import Manifest, read_item, split
from warroom.log.signing import SignedHead


class Unreadable(ValueError):
    """This file is not an export. The message names the line and says what is wrong with it."""


class Export(Struct, frozen=True):
    """What an export holds, in the order of its lines."""

    manifest: Manifest
    entries: tuple[Entry, ...]
    heads: tuple[SignedHead, ...]


def export_lines(
    label: str, log: str, entries: Iterable[Entry], heads: Iterable[SignedHead]
) -> Iterator[bytes]:
    """The lines of an export, without newlines; each of them ends in one in a file.

    Heads that name none of the entries are left out. Raises `ValueError` if there is no entry.
    """
    entries = tuple(entries)
    if not entries:
        raise ValueError(f"{label} has no entries, and a log begins with its entry 1")
    last = entries[-1]
    heads_at = _by_seq(heads)
    yield Manifest(log=log, label=label, head=Citation(last.seq, last.hash)).line()
    for entry in entries:
        yield entry.line()
        yield from heads_at.get(entry.seq, ())


def read_export(data: bytes) -> Export:
    """The parts of an export. Raises `Unreadable`.

    Whether they are complete and unaltered is for `warroom.log.verify` to say.
    """
    manifest: Manifest | None = None
    entries: list[Entry] = []
    heads: list[SignedHead] = []
    for number, line in split(data):
        match _item(number, line):
            case Manifest() as manifest:
                if number > 1:
                    raise Unreadable(f"line {number}: a second manifest, where one stands first")
            case Entry() as entry:
                entries.append(entry)
            case head:
                heads.append(head)
        if manifest is None:
            raise Unreadable("line 1: an export begins with its manifest, and this is none")
    if manifest is None:
        raise Unreadable("line 1: the file is empty")
    return Export(manifest, tuple(entries), tuple(heads))


def _item(number: int, line: bytes) -> Manifest | Entry | SignedHead:
    try:
        return read_item(line)
    except Malformed as error:
        raise Unreadable(f"line {number}: {error}") from error


def _by_seq(heads: Iterable[SignedHead]) -> dict[int, list[bytes]]:
    """The lines of the heads under the number of the entry they name, each once, in order."""
    found: dict[int, set[bytes]] = {}
    for head in heads:
        found.setdefault(head.seq, set()).add(head.line())
    return {seq: sorted(lines) for seq, lines in found.items()}
