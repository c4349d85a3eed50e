"""Ends this process at a named moment: for the project's own proofs, and for nothing else.

`WARROOM_CRASH_AT=POINT:N` in a hub's environment kills it, as a power cut would, the N-th time it
reaches that point. Without it nothing happens here.
"""

import os
import signal
from collections import Counter
from typing import Literal, TypeAlias

Point: TypeAlias = Literal[
    "start-up", "before-commit", "after-commit", "after-ack", "redaction", "erasing", "backup"
]

_reached: Counter[str] = Counter()


def reached(point: Point) -> None:
    """Kill this process if it was told to end here."""
    wanted = os.environ.get("WARROOM_CRASH_AT")
    if wanted is None:
        return
    _reached[point] += 1
    if wanted == f"{point}:{_reached[point]}":
        os.kill(os.getpid(), signal.SIGKILL)
