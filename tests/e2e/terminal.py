"""A program in a real terminal: what it wrote byte by byte, and the screen that this makes.

    with Terminal([*WARROOM, "join", "INC-1"], columns=80, rows=24, env=env) as terminal:
        terminal.wait_for("INC-1")
        terminal.send("p99 back to normal")
        terminal.press("enter")

The terminal answers no queries, as the plainest ones do.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

import warroom

WAIT = 40.0
"""Seconds after which a test gives up on something that should come soon."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b[27u",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "alt+enter": "\x1b\r",
} | {f"ctrl+{letter}": chr(ord(letter) - ord("a") + 1) for letter in "abcdefghklnopqrstuvwxyz"}
"""What a terminal sends for a key; ctrl+i, ctrl+j and ctrl+m are other keys there.

Escape comes as newer terminals send it to a program that asks for that. The lone byte of older ones
is the key only if nothing follows for a while, and that is no while on a machine that stands still.
"""

OLD_ESCAPE = "\x1b"

_LOOK = 0.2
"""Seconds that a person who leaves something looks before they type on; what comes at once is for
the tests of the screens."""

WARROOM = [sys.executable, "-P", "-c", "from warroom.cli.main import run; run()"]


def surroundings(home: Path) -> dict[str, str]:
    """The environment of someone with an empty home, at a terminal that shows all colours."""
    return {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "WARROOM_DATA": str(home / "data"),
        "PYTHONPATH": str(Path(warroom.__file__).parents[1]),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TEXTUAL_ANIMATIONS": "none",
    }


# A process cannot make a terminal its own from outside, and a function between fork and exec is
# not safe beside our reading threads. So a small program does it, and becomes the one to run.
_ADOPT = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""

# Sequences with these prefixes are for newer terminals than pyte, which draws parts of them.
_BEYOND_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[@-~]")
_UNFINISHED = re.compile(rb"\x1b(\[[^@-~]*)?\Z")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_TITLE = re.compile(rb"\x1b\][012];([^\x07\x1b]*)")


class Terminal:
    """A command that runs in a terminal of its own; leaving the block ends it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int,
        rows: int,
        env: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        self._command = [sys.executable, "-ISc", _ADOPT, *command]
        self._env = dict(env)
        self._cwd = cwd
        self._columns, self._rows = columns, rows
        self._written = bytearray()
        self._drawn = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self) -> Self:
        self._line, inside = pty.openpty()
        self._set_size()
        self.settings = termios.tcgetattr(self._line)
        self._process = subprocess.Popen(
            self._command,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=self._env,
            cwd=self._cwd,
            start_new_session=True,
        )
        os.close(inside)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"the terminal showed:\n{self.screen}")
        self.kill()
        self._reader.join(WAIT)
        os.close(self._line)

    # --- the person at the keyboard --------------------------------------------------------------

    def send(self, text: str) -> None:
        """Type a text, or anything else that a terminal would send."""
        data = text.encode()
        while data:
            data = data[os.write(self._line, data) :]

    def press(self, *keys: str) -> None:
        """Press keys by name; a single character is a key, too."""
        for key in keys:
            self.send(KEYS.get(key, key))
            if key == "escape":
                time.sleep(_LOOK)

    def paste(self, text: str) -> None:
        """Paste as a terminal with bracketed paste does."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def click(self, column: int, row: int) -> None:
        """Press and release the mouse button on a cell; both count from 0."""
        for end in "Mm":
            self.send(f"\x1b[<0;{column + 1};{row + 1}{end}")

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size; the program is told."""
        self.screen  # noqa: B018 - what was written before was for the old size
        self._columns, self._rows = columns, rows
        self._screen.resize(rows, columns)
        self._set_size()

    # --- what there is to see --------------------------------------------------------------------

    @property
    def raw(self) -> bytes:
        """Everything that the program has written."""
        return bytes(self._written)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen as they stand now, without the blanks that end them."""
        buffer, columns = self._drawn_screen().buffer, range(self._columns)
        rows = (buffer[row] for row in range(self._rows))
        return ["".join(row[column].data for column in columns).rstrip() for row in rows]

    @property
    def screen(self) -> str:
        """The screen as it stands now."""
        return "\n".join(self.lines)

    @property
    def title(self) -> str:
        """The title of the window, empty until a program sets one."""
        titles = _TITLE.findall(self.raw)
        return titles[-1].decode(errors="replace") if titles else ""

    @property
    def modes(self) -> set[int]:
        """The private modes that are on: 25 the cursor, 1049 the other screen, 2004 pastes."""
        on = {25}
        for numbers, end in _MODE.findall(self.raw):
            change = on.update if end == b"h" else on.difference_update
            change(map(int, numbers.split(b";")))
        return on

    def now_settings(self) -> list[Any]:
        """The settings of the line: `settings` are those from before the program ran."""
        return termios.tcgetattr(self._line)

    def wait_for(self, *texts: str, gone: str | None = None, timeout: float = WAIT) -> str:
        """Wait until all the texts stand on the screen, and `gone` does not; the screen."""
        self.wait_until(
            lambda screen: (
                all(text in screen for text in texts) and (gone is None or gone not in screen)
            ),
            f"{texts} on the screen" + (f" without {gone!r}" if gone else ""),
            timeout,
        )
        return self.screen

    def wait_until(
        self, holds: Callable[[str], object], what: str = "it", timeout: float = WAIT
    ) -> None:
        """Wait until the screen is as it should be; fails if the program ends before."""
        end = time.monotonic() + timeout
        while not holds(self.screen):
            ended = not self._reader.is_alive()
            if holds(self.screen):
                return
            assert not ended, f"the program ended, and there was never {what}:\n{self.screen}"
            assert time.monotonic() < end, f"there was never {what}:\n{self.screen}"
            time.sleep(0.02)

    def wait_quiet(self, seconds: float = 0.08) -> None:
        """Wait until the program has not written for a while."""
        seen = -1
        while seen != len(self._written):
            seen = len(self._written)
            time.sleep(seconds)

    # --- its end ---------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def ended(self) -> int:
        """Wait for the program to end by itself; its exit status."""
        status = self._process.wait(WAIT)
        self._reader.join(WAIT)
        return status

    def kill(self) -> None:
        """End the program, whatever it does."""
        if self.running:
            self._process.kill()
        self._process.wait(WAIT)

    # --- inside ----------------------------------------------------------------------------------

    def _set_size(self) -> None:
        size = struct.pack("HHHH", self._rows, self._columns, 0, 0)
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, size)

    def _read(self) -> None:
        """Keep what the program writes until nobody can write any more."""
        # Linux says EIO where others say end of file.
        with contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select([self._line], [], [], 0.1)
                if ready:
                    data = os.read(self._line, 65536)
                    if not data:
                        return
                    self._written += data
                elif self._process.poll() is not None:
                    return

    def _drawn_screen(self) -> pyte.Screen:
        data = bytes(self._written[self._drawn :])
        unfinished = _UNFINISHED.search(data)
        data = data[: unfinished.start()] if unfinished else data
        self._drawn += len(data)
        self._stream.feed(_BEYOND_PYTE.sub(b"", data))
        return self._screen
