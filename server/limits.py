"""How often someone may do something: token buckets, one for each address or person.

Pure: the caller says what time it is, in seconds that only go forward.
"""

import ipaddress
import math

from msgspec import Struct


class Rate(Struct, frozen=True):
    """`burst` at once, and then `per_second`."""

    burst: float
    per_second: float


class Rates(Struct, frozen=True, kw_only=True):
    """What a hub takes from elsewhere. Who comes over the socket of this machine is not counted.

    Twelve people behind one address, each with a screen and a few scripts, stay far below.
    `failures` are codes and tokens that let nobody in; `connections` is how many may be open from
    one address, also half. `looks` and `rotations` are what the hub's own log takes: exports and
    readings of restricted rooms, of one person, and new tokens of one session. `commands` may hold
    `content` bytes in all, and `rooms` is how many of them may declare one.
    """

    accepts: Rate = Rate(100, 20)
    failures: Rate = Rate(10, 0.1)
    frames: Rate = Rate(1_000, 200)
    commands: Rate = Rate(200, 20)
    content: Rate = Rate(2 * 1024 * 1024, 64 * 1024)
    rooms: Rate = Rate(20, 20 / 3600)
    looks: Rate = Rate(60, 0.2)
    rotations: Rate = Rate(5, 1 / 3600)
    connections: int = 200


class Buckets:
    """A bucket for each key, in bounded memory: who has been quiet long enough is forgotten."""

    def __init__(self, rate: Rate, most: int = 10_000) -> None:
        self._rate = rate
        self._most = most
        self._spent: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float, amount: float = 1) -> float:
        """Take so much: 0 if that is allowed, otherwise the seconds after which it would be.

        What is refused costs nothing: someone who keeps asking is not shut out for longer.
        """
        spent = self._left_over(key, now)
        if spent + amount > self._rate.burst:
            return (spent + amount - self._rate.burst) / self._rate.per_second
        self._put(key, spent + amount, now)
        return 0.0

    def owe(self, key: str, now: float) -> float:
        """Take one in any case; the seconds to wait so that the rate is kept."""
        spent = self._left_over(key, now) + 1
        self._put(key, spent, now)
        return max(0.0, (spent - self._rate.burst) / self._rate.per_second)

    def _left_over(self, key: str, now: float) -> float:
        spent, at = self._spent.get(key, (0.0, now))
        return max(0.0, spent - (now - at) * self._rate.per_second)

    def _put(self, key: str, spent: float, now: float) -> None:
        # The one that was touched last stands last, so the first is the quietest.
        self._spent.pop(key, None)
        self._spent[key] = (spent, now)
        if len(self._spent) > self._most:
            del self._spent[next(iter(self._spent))]


def seconds(wait: float) -> int:
    """A wait in whole seconds, for people and for `Retry-After`."""
    return max(1, math.ceil(wait))


def neighbourhood(address: str) -> str:
    """What counts as one address: for IPv6 its /64, which one subscriber has to themselves."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed.ipv4_mapped or parsed) if parsed.version == 6 else str(parsed)
