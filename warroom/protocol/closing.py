"""Close codes: the number alone says whether to reconnect.

4000 to 4499 and the standard 1000 to 1015: come back. 4500 to 4999: do not, and show the person
why.
"""

from enum import IntEnum


class CloseCode(IntEnum):
    GOING_AWAY = 1001
    RESTARTING = 1012
    HELLO_LATE = 4001
    STALLED = 4002
    BAD_FRAME = 4500
    NO_COMMON_PROTOCOL = 4501
    NOT_ALLOWED = 4502


def reconnects(code: int | None) -> bool:
    """Whether a client comes back by itself after this close code (None: the line just broke)."""
    return code is None or not 4500 <= code <= 4999
