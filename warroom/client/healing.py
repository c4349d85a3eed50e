"""What a client offers to a hub that lacks entries of a log: a frame at a time, up to a head.

Pure. The hub answers each offer with where it then stands; what no head covers yet it keeps only
for as long as the one who offered goes on.
"""

from bisect import bisect_right
from collections.abc import Mapping

from msgspec import Raw

from warroom.client.replica import Replica
from warroom.log.signing import SignedHead, signature_holds
from warroom.protocol.codec import MAX_OFFER_FRAME
from warroom.protocol.envelopes import Offer

_ROOM = MAX_OFFER_FRAME - 1024
"""Bytes for lines in one offer; the rest is for what stands around them, and the head."""


def next_offer(replica: Replica, seq: int) -> Offer | None:
    """What follows entry `seq`, up to the last head in the frame, or else as much as fits.

    None if no good head vouches for anything more.
    """
    heads = _heads_after(replica, seq)
    end = _last_in_frame(replica, seq)
    head = _best(heads, seq, end)
    if head is not None:
        return _offer(replica, seq, head.seq, head)
    if _best(heads, end, max(heads, default=0)) is None:
        return None
    return _offer(replica, seq, end, None)


def both_heads(replica: Replica) -> str:
    """Where the two logs stand that are no longer one: `yours #44 1a2b3c4d, the hub's #41 ...`."""
    hub = replica.hub_head
    theirs = f"#{hub.seq} {hub.hash[:8]}" if hub is not None else "elsewhere"
    return f"yours #{replica.seq} {(replica.head or '')[:8]}, the hub's {theirs}"


def unvouched(seq: int) -> str:
    """Why nothing of what is held after entry `seq` can be offered."""
    return f"no signature vouches for what is held here after #{seq}"


def _heads_after(replica: Replica, seq: int) -> dict[int, SignedHead]:
    """The heads after an entry, by the entry that each signs. They are held in order."""
    start = bisect_right(replica.heads, seq, key=_seq)
    return {head.seq: head for head in replica.heads[start:]}


def _best(heads: Mapping[int, SignedHead], after: int, end: int) -> SignedHead | None:
    """The last good head in a stretch: it vouches for everything before it."""
    within = (heads[at] for at in range(end, after, -1) if at in heads)
    return next(filter(signature_holds, within), None)


def _last_in_frame(replica: Replica, after: int) -> int:
    """The last entry that fits into a frame with those after `after`; at least the next one."""
    size, end = 0, after
    while end < replica.seq:
        size += len(replica.entries[end].line()) + 1
        if size > _ROOM and end > after:
            break
        end += 1
    return end


def _offer(replica: Replica, after: int, end: int, head: SignedHead | None) -> Offer:
    return Offer(
        log=replica.log,
        after=after,
        entries=tuple(Raw(entry.line()) for entry in replica.entries[after:end]),
        heads=() if head is None else (Raw(head.line()),),
    )


def _seq(head: SignedHead) -> int:
    return head.seq
