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
    """The terminal of a command. Nothing is interpreted: what is looked for are bytes.

    `begun` is when it was started, `drawn` all that it has drawn since.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._line, inside = pty.openpty()
        columns, rows = SIZE
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.drawn = bytearray()
        self._read: list[tuple[float, int]] = []
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

    def until(self, mark: str, since: int = 0) -> float:
        """When this was drawn, after so many bytes. Raises `Stuck`."""
        wanted, end = mark.encode(), time.perf_counter() + PATIENCE
        while (found := self.drawn.find(wanted, since)) < 0:
            if time.perf_counter() > end:
                raise Stuck(f"{mark!r} was never drawn")
            self.read(0.1)
        return next(at for at, upto in self._read if upto >= found + len(wanted))

    def read(self, patience: float = 0.0) -> None:
        """Take in what was drawn."""
        while select.select([self._line], [], [], patience)[0]:
            self.drawn += os.read(self._line, 1 << 16)
            self._read.append((time.perf_counter(), len(self.drawn)))
            patience = 0.0

    def types(self, text: str) -> None:
        os.write(self._line, text.encode())

    def key(self, letter: str) -> float:
        """Milliseconds from a key until its letter is drawn. It must stand nowhere else yet."""
        self.read()
        begun, since = time.perf_counter(), len(self.drawn)
        self.types(letter)
        return (self.until(letter, since) - begun) * 1e3

    @property
    def resident(self) -> float:
        """Megabytes of memory that the command holds now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
