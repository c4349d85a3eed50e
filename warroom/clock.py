"""The only place that reads time or makes ids."""

import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The machine's wall clock, UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever go forward."""
    return time.monotonic()


def new_log_id() -> str:
    """A random 128-bit id for a log, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_room_label(digits: int) -> str:
    """A label for a restricted room, `SEC-7f3a`: by chance, so that it says nothing."""
    return f"SEC-{secrets.randbits(4 * digits):0{digits}x}"


def new_salt() -> str:
    """A random 128-bit salt for the words of one entry, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_person_id() -> str:
    """A random opaque id for a person, 16 hexadecimal digits."""
    return secrets.token_hex(8)


def new_credential_id() -> str:
    """A random name for an invite or a session, 8 hexadecimal digits. It is no secret."""
    return secrets.token_hex(4)


def new_secret() -> str:
    """256 random bits that let someone in, as text that a URL and a header can hold."""
    return secrets.token_urlsafe(32)


def new_command_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


class HubClock:
    """The hub's time: never earlier than the last entry, then monotonic.

    `floor` is the time of the last entry in the journal. The wall clock may jump; this does not.
    """

    def __init__(self, floor: datetime | None = None) -> None:
        wall = now()
        # One value, so that a thread that asks meanwhile sees both parts of it or neither.
        self._anchor = (max(wall, floor) if floor else wall, time.monotonic())

    def now(self) -> datetime:
        """The hub's time, UTC."""
        base, started = self._anchor
        return base + timedelta(seconds=time.monotonic() - started)

    def earlier(self) -> datetime:
        """The hub's time, or this machine's where that is behind: what is old by it is old by
        both."""
        return min(self.now(), now())

    def drift(self) -> timedelta:
        """How far the machine's wall clock stands ahead of the hub's time."""
        return now() - self.now()

    def follow_wall(self) -> None:
        """Take the wall clock's time again, unless that would go back."""
        self.not_before(now())

    def not_before(self, floor: datetime) -> None:
        """Go on from this time, unless that would go back: an entry has it already."""
        self._anchor = (max(floor, self.now()), time.monotonic())
