"""What a client offers to a hub that lacks entries of a log: from one signed head to the next.

Pure. The hub keeps nothing that no head covers, so each run of offers ends at one.
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


def offers(replica: Replica, seq: int) -> list[Offer]:
    """What follows entry `seq`: up to the last head that fits into one frame, otherwise up to the
    next head, in as many frames as it takes. Empty if no signed head vouches for anything more.
    """
    heads = _heads_after(replica, seq)
    run: list[Offer] = []
    while seq < max(heads, default=0):
        end = _last_in_frame(replica, seq)
        head = _best(heads, seq, end)
        end = head.seq if head is not None else end
        run.append(_offer(replica, seq, end, head))
        if head is not None:
            return run
        seq = end
    return []


def both_heads(replica: Replica) -> str:
    """Where the two logs stand that are no longer one: `yours #44 1a2b3c4d, the hub's #41 ...`."""
    hub = replica.hub_head
    theirs = f"#{hub.seq} {hub.hash[:8]}" if hub is not None else "elsewhere"
    return f"yours #{replica.seq} {(replica.head or '')[:8]}, the hub's {theirs}"


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
