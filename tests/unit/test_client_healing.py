"""What a client offers to a hub that lacks entries it holds."""

import pytest
from msgspec import Raw

from tests.unit.test_replica import LOG, Hub
from warroom.client.healing import both_heads, next_offer, unvouched
from warroom.client.replica import Replica
from warroom.log.signing import HubKey, SignedHead
from warroom.protocol.codec import MAX_OFFER_FRAME, encode
from warroom.protocol.envelopes import Diverged, Entries, Offer

KEY = HubKey(b"k" * 32)


def held(hub: Hub, *signed: int) -> Replica:
    """A client that holds all of a hub's log, with heads of some entries."""
    replica = Replica(LOG)
    list(replica.receive(hub.opened()))
    heads = [KEY.sign(LOG, seq, hub.entries[seq - 1].hash) for seq in signed]
    lines = tuple(Raw(entry.line()) for entry in hub.entries)
    list(replica.receive(Entries(LOG, lines, tuple(Raw(h.line()) for h in heads))))
    return replica


def notes(*texts: str) -> Hub:
    hub = Hub()
    hub.notes(*texts)
    return hub


def stretch(replica: Replica, seq: int) -> list[tuple[int, int, int]]:
    """Each offer: what it follows, how many entries and how many heads it has."""
    return [(o.after, len(o.entries), len(o.heads)) for o in offers(replica, seq)]


def offers(replica: Replica, seq: int) -> list[Offer]:
    """What a client offers in turn, as long as the hub takes it."""
    made: list[Offer] = []
    while (offer := next_offer(replica, seq)) is not None:
        made.append(offer)
        seq += len(offer.entries)
    return made


def test_what_fits_goes_in_one_frame_up_to_its_last_head() -> None:
    """What no head vouches for is not offered."""
    replica = held(notes("1", "2", "3", "4", "5"), 2, 3, 4)
    assert [(1, 3, 1)] == stretch(replica, 1)
    (offer,) = offers(replica, 0)
    assert [bytes(line) for line in offer.entries] == [e.line() for e in replica.entries[:4]]
    assert bytes(offer.heads[0]) == replica.heads[-1].line()


@pytest.mark.parametrize("seq", [4, 5, 9])
def test_nothing_is_offered_beyond_the_last_head(seq: int) -> None:
    """Nothing says that it was the hub's."""
    assert [] == offers(held(notes("1", "2", "3", "4", "5"), 4), seq)


def test_a_long_stretch_takes_several_frames_of_which_the_last_is_signed() -> None:
    """Each of them is one that a hub takes."""
    replica = held(notes(*("x" * 30_000 for _ in range(7))), 5, 7)
    run = offers(replica, 0)
    assert [(0, 2, 0), (2, 2, 0), (4, 1, 1), (5, 2, 1)] == stretch(replica, 0)
    assert all(len(encode(offer)) <= MAX_OFFER_FRAME for offer in run)


def test_an_entry_longer_than_the_room_goes_alone() -> None:
    """It was taken once, so it fits."""
    replica = held(notes("x" * 68_000, "y"), 2)
    assert [(0, 1, 0), (1, 1, 1)] == stretch(replica, 0)


def test_a_spoiled_signature_is_not_offered() -> None:
    """An earlier one vouches for less, which is better than none."""
    hub = notes("1", "2", "3")
    replica = held(hub, 2)
    good = KEY.sign(LOG, 3, hub.entries[2].hash)
    replica.heads.append(
        SignedHead(log=LOG, seq=3, hash=good.hash, key=good.key, sig=good.sig[::-1])
    )
    assert [(0, 2, 1)] == stretch(replica, 0)
    assert [] == offers(replica, 2)


def test_both_heads_are_named() -> None:
    """By number and the beginning of the hash."""
    replica = held(notes("1", "2"), 2)
    replica.hub_head = None
    head = (replica.head or "")[:8]
    assert f"yours #2 {head}, the hub's elsewhere" == both_heads(replica)
    list(replica.receive(Diverged(log=LOG, seq=1, head="f" * 64)))
    assert f"yours #2 {head}, the hub's #1 ffffffff" == both_heads(replica)
    assert both_heads(Replica(LOG)).startswith("yours #0 ,")


def test_what_nobody_signed_for_is_said_with_its_place() -> None:
    """A person looks for the entry by its number."""
    assert "after #7" in unvouched(7)
