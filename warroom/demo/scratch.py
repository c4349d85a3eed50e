"""A hub for one performance: in a folder of its own, and gone with it."""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from warroom.client.local import find_or_start
from warroom.client.target import Target
from warroom.clock import monotonic

_ENDS_WITHIN = 10.0
"""Seconds that the hub may take to end; there is nothing in it that anyone would miss."""

_LOOK_AGAIN = 0.02


@contextmanager
def scratch_hub(env: Mapping[str, str]) -> Iterator[Target]:
    """A running hub in a temporary folder. Raises `NoHub`."""
    data = Path(tempfile.mkdtemp(prefix="warroom-demo-"))
    try:
        yield find_or_start(data, env)
    finally:
        remove(data)


def remove(data: Path) -> None:
    """End the hub that runs on a scratch folder, if one does, and remove the folder."""
    _end_hub(data / "hub.lock")
    shutil.rmtree(data, ignore_errors=True)


def _end_hub(lock: Path) -> None:
    """The hub holds this lock as long as it runs, and its process id stands in it.

    So whoever is sent a signal here is the hub, and no process that has its number since.
    """
    with suppress(FileNotFoundError), lock.open("rb") as file:
        give_up = monotonic() + _ENDS_WITHIN
        told: set[int] = set()
        while not _free(file.fileno()):
            number = signal.SIGTERM if monotonic() < give_up else signal.SIGKILL
            holder = os.pread(file.fileno(), 20, 0).strip()
            if number not in told and holder.isdigit():
                told.add(number)
                with suppress(ProcessLookupError):
                    os.kill(int(holder), number)
            time.sleep(_LOOK_AGAIN)


def _free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
