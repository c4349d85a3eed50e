"""A program behind a terminal of its own: what it draws, and when."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from benchmarks.live.processes import PATIENCE, Stuck

SIZE = (120, 36)
_ADOPT = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


class Glass:
    """The terminal of a command. Nothing is interpreted: what is looked for are bytes."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._line, inside = pty.openpty()
        columns, rows = SIZE
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.begun = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", _ADOPT, *command],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=env,
            start_new_session=True,
        )
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._line)

    def until(self, mark: str) -> float:
        """Seconds from now until this is drawn. Raises `Stuck`."""
        begun, tail = time.perf_counter(), b""
        wanted = mark.encode()
        while wanted not in tail:
            if not select.select([self._line], [], [], PATIENCE)[0]:
                raise Stuck(f"{mark!r} was never drawn")
            tail = tail[-len(wanted) :] + os.read(self._line, 1 << 16)
        return time.perf_counter() - begun

    def since_start(self, mark: str) -> float:
        """Seconds from its start until this is drawn."""
        self.until(mark)
        return time.perf_counter() - self.begun

    def types(self, text: str) -> None:
        os.write(self._line, text.encode())

    def key(self, letter: str) -> float:
        """Milliseconds from a key until its letter is drawn. It must stand nowhere else yet."""
        begun = time.perf_counter()
        self.types(letter)
        self.until(letter)
        return (time.perf_counter() - begun) * 1e3

    @property
    def resident(self) -> float:
        """Megabytes of memory that the command holds now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
