"""When a client comes back, after how long, and what it tells the person."""

import pytest

from warroom.client import ending
from warroom.client.ending import Ended
from warroom.client.pace import Backoff
from warroom.client.target import Target


def test_waits_lie_within_bounds_that_double() -> None:
    """Full jitter: anything from the shortest to an upper end of 1, 2, 4 ... 30 seconds."""
    ends = [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    for _ in range(200):
        backoff = Backoff(0.5, 30.0)
        assert all(0.5 <= backoff.next() <= end for end in ends)


def test_waits_differ_between_clients() -> None:
    """A thousand of them must not come back at once."""
    assert 900 < len({Backoff(0.5, 30.0).next() for _ in range(1000)})


def test_waits_never_overflow() -> None:
    """Not even after a weekend without a hub."""
    backoff = Backoff(0.5, 30.0)
    assert all(backoff.next() <= 30.0 for _ in range(3000))


def test_waits_start_over_after_a_reset() -> None:
    """A line that was stable for long enough."""
    backoff = Backoff(0.5, 30.0)
    for _ in range(10):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1.0


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (ending.closed(1012, "the hub is going down"), Ended("the hub is going down")),
        (ending.closed(4001, ""), Ended("the hub closed the line (4001)")),
        (ending.closed(4501, "update"), Ended("update", final=True)),
        (ending.closed(1000, "\x1b[2Jhi"), Ended("␛[2Jhi")),
        (ending.turned_away(401, b"This is used.\n"), Ended("This is used.", final=True)),
        (ending.turned_away(401, b""), Ended("the hub does not know this token", final=True)),
        (ending.turned_away(403, None), Ended("the hub does not let this client in", final=True)),
        (ending.turned_away(503, b"Come back.\n"), Ended("Come back.")),
        (
            ending.turned_away(429, None),
            Ended("the hub turned the connection away (HTTP 429)"),
        ),
        (
            ending.unreachable("x", FileNotFoundError()),
            Ended("no hub is listening at x", absent=True),
        ),
        (ending.unreachable("x", TimeoutError()), Ended("the hub at x does not answer")),
        (
            ending.unreachable("x", PermissionError(13, "Permission denied")),
            Ended("the hub at x cannot be reached: Permission denied"),
        ),
        (ending.unreachable("x", OSError("odd")), Ended("the hub at x cannot be reached: odd")),
        (ending.no_hub("x", "it says hi"), Ended("what answers at x is no hub: it says hi")),
    ],
)
def test_endings(ended: Ended, expected: Ended) -> None:
    """Each with a sentence, and whether coming back by itself can help."""
    assert expected == ended


def test_a_wrong_address_is_final() -> None:
    """Trying it again helps nobody."""
    assert ending.no_address("http://x").final


def test_a_token_travels_in_a_header() -> None:
    """Never in the address."""
    assert {"Authorization": "Bearer t"} == Target(url="ws://h:1/", token="t").headers
    assert {} == Target(url="ws://h:1/").headers
