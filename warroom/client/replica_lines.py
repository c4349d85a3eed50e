"""The lines of a room's file: the export format, without an end, for it still grows. Pure.

What a crash leaves is a last line without its newline, and that is cut. Anything else that is not
as it was written is damage, and said.
"""

from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from warroom.client.replica import Replica
from warroom.log.bodies import holds
from warroom.log.entry import FORMAT, Entry, Malformed
from warroom.log.lines import Manifest, read_item
from warroom.log.signing import SignedHead

SLICE = 1000
"""Lines that are read at once, before others have their turn."""


class Damaged(ValueError):
    """The file is not as it was written. The message says where and how."""


class Slice(Struct, frozen=True):
    """Some entries of a file, with the signed heads among them; `end` is the byte after them."""

    items: tuple[Entry | SignedHead, ...]
    end: int


def manifest_line(replica: Replica) -> bytes:
    """The first line of the room's file, with its newline."""
    return Manifest(log=replica.log, label=replica.label).line() + b"\n"


def lines_after(replica: Replica, seq: int, *, signed: bool = True) -> Iterator[bytes]:
    """The lines after an entry, with newlines, each signed head right after its own entry.

    They begin with the head of entry `seq` itself, if it is not `signed` yet.
    """
    heads = _heads_after(replica, seq if signed else seq - 1)
    yield from heads.get(seq, ())
    for entry in replica.entries[seq:]:
        yield entry.line() + b"\n"
        yield from heads.get(entry.seq, ())


def read_manifest(data: bytes, log: str) -> tuple[str, int]:
    """The label in a file's first line, and where that line ends. Raises `Damaged`."""
    end = data.find(b"\n") + 1
    try:
        item = read_item(data[: end - 1]) if end else None
    except Malformed as error:
        raise Damaged(f"line 1: {error}") from error
    if not isinstance(item, Manifest) or item.line() != data[: end - 1]:
        raise Damaged("line 1 is not the manifest that a room's file begins with")
    if item.log != log or item.format != FORMAT:
        raise Damaged("line 1 names another log, or another format")
    return item.label, end


def read_slices(data: bytes, start: int, size: int = SLICE) -> Iterator[Slice]:
    """The entries from byte `start` on, slice by slice, up to a last line that is cut off.

    Raises `Damaged` once everything was given that the next line, or a signed head, vouches for.
    """
    items: list[Entry | SignedHead] = []
    last: Entry | None = None  # nothing vouches for it yet, or it is in `items`
    vouched = True
    while (end := data.find(b"\n", start)) >= 0:
        try:
            item = _read(data[start:end])
            if last is not None:
                _check_follows(item, last)
        except Malformed as error:
            yield Slice(tuple(items), start)
            raise Damaged(str(error)) from error
        if last is not None and not vouched:
            items.append(last)
        if isinstance(item, SignedHead):
            items.append(item)
            vouched = True
        else:
            if len(items) >= size:
                yield Slice(tuple(items), start)
                items = []
            last, vouched = item, False
        start = end + 1
    if last is not None and not vouched:
        items.append(last)
    yield Slice(tuple(items), start)


def _check_follows(item: Entry | SignedHead, last: Entry) -> None:
    """Raise `Malformed` if the line is not what can stand after that entry."""
    if isinstance(item, SignedHead):
        fits = (item.seq, item.hash) == (last.seq, last.hash)
    else:
        fits = (item.seq, item.header.prev) == (last.seq + 1, last.hash)
    if not fits:
        raise Malformed(f"what stands after #{last.seq} does not follow it")


def _read(line: bytes) -> Entry | SignedHead:
    """An entry or a head, in the very bytes that are written. Raises `Malformed`."""
    item = read_item(line)
    if isinstance(item, Manifest):
        raise Malformed("a second manifest")
    if item.line() != line:
        raise Malformed("the line is not as it was written")
    if isinstance(item, Entry) and item.body_bytes is not None:
        promised = item.header.body
        if promised is None or not holds(item.body_bytes, promised):
            raise Malformed(f"the words of #{item.seq} are not those it was made with")
    return item


def _heads_after(replica: Replica, seq: int) -> dict[int, list[bytes]]:
    """The lines of the heads after an entry, each once, by the entry that they sign."""
    start = bisect_right(replica.heads, seq, key=lambda head: head.seq)
    found: dict[int, set[bytes]] = {}
    for head in replica.heads[start:]:
        found.setdefault(head.seq, set()).add(head.line() + b"\n")
    return {at: sorted(lines) for at, lines in found.items()}
