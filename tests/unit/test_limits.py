"""How often is too often: buckets that fill with use and drain with time."""

import pytest

from server.limits import Buckets, Rate, neighbourhood, seconds


def test_a_burst_and_then_a_rate() -> None:
    """Three at once, then one every two seconds; a refusal costs nothing."""
    buckets = Buckets(Rate(3, 0.5))
    assert [0, 0, 0] == [buckets.take("a", 10.0) for _ in range(3)]
    assert [2.0, 2.0] == [buckets.take("a", 10.0) for _ in range(2)]
    assert 0.0 == buckets.take("a", 12.0)
    assert 1.0 == buckets.take("a", 13.0)


def test_more_than_one_can_be_taken() -> None:
    """Bytes, for example; what does not fit leaves room for what does."""
    buckets = Buckets(Rate(100, 10))
    assert 0.0 == buckets.take("a", 0.0, 90)
    assert 3.0 == buckets.take("a", 0.0, 40)
    assert 0.0 == buckets.take("a", 0.0, 10)


def test_everyone_has_their_own() -> None:
    """What one spends, nobody else misses."""
    buckets = Buckets(Rate(1, 0.1))
    assert 0.0 == buckets.take("a", 0.0)
    assert buckets.take("a", 0.0) > 0
    assert 0.0 == buckets.take("b", 0.0)


def test_a_debt_is_waited_for() -> None:
    """Reading on is put off for as long as the rate asks."""
    buckets = Buckets(Rate(2, 4.0))
    assert [0.0, 0.0, 0.25, 0.5] == [buckets.owe("a", 0.0) for _ in range(4)]
    assert 0.0 == buckets.owe("a", 10.0)


def test_memory_is_bounded() -> None:
    """The quietest are forgotten first."""
    buckets = Buckets(Rate(1, 0.001), most=2)
    for key in ("a", "b", "c"):
        assert 0.0 == buckets.take(key, 0.0)
    assert 0.0 == buckets.take("a", 0.0)
    assert buckets.take("c", 0.0) > 0


@pytest.mark.parametrize(("wait", "said"), [(0.01, 1), (1.0, 1), (1.2, 2)])
def test_a_wait_is_said_in_whole_seconds(wait: float, said: int) -> None:
    """Rounded up: who comes back then is let in."""
    assert said == seconds(wait)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("", ""),
    ],
)
def test_a_subscriber_counts_as_one(address: str, expected: str) -> None:
    """Who has a /64 has 2 ** 64 addresses."""
    assert expected == neighbourhood(address)
