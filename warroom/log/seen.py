"""What clients were shown against what a log says now.

A hub signs the head of every batch, and clients keep those heads. Whoever runs the hub can write
another log and sign it anew; what was signed before then speaks against it.
"""

from collections.abc import Iterable, Iterator, Mapping

from warroom.log.entry import Malformed
from warroom.log.lines import read_item, split
from warroom.log.signing import SignedHead, signature_holds


def heads_in(data: bytes) -> tuple[SignedHead, ...]:
    """The signed heads in a replica or an export; lines that cannot be read are passed over."""
    found = []
    for _, line in split(data):
        try:
            item = read_item(line)
        except Malformed:
            continue
        if isinstance(item, SignedHead):
            found.append(item)
    return tuple(found)


def contradictions(
    seen: Iterable[SignedHead], log: str, hashes: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """Where a log is not the one that was seen: the entry's number, and a sentence.

    `hashes` are those of its entries by their numbers. After the first entry that differs all
    others do, so it alone is told; heads that their key did not sign say nothing.
    """
    last = max(hashes, default=0)
    for head in sorted(seen, key=lambda one: one.seq):
        now = hashes.get(head.seq)
        if head.log == log and now != head.hash and signature_holds(head):
            if now is not None:
                yield head.seq, f"Entry {head.seq} was rewritten: {_had_signed(head)} another one."
            elif head.seq > last:
                text = f"The log ends before entry {head.seq}, which {_had_signed(head)}."
                yield head.seq, text
            else:
                continue
            return


def _had_signed(head: SignedHead) -> str:
    return f"the hub with the key {head.key} had signed"
