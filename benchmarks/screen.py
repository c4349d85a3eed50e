"""What a person at the screen feels: its start, its memory, its keys, a long room.

    python benchmarks/screen.py [ENTRIES] [ROUNDS]

Everything is measured from outside, at the terminal: real keys, the real hub, and the bytes that
are drawn. The floor is an app of Textual's that does nothing, started in turns with ours.
"""

import itertools
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.live.authors import Write, authors, submit
from benchmarks.live.glass import Glass
from benchmarks.live.processes import child, hub
from benchmarks.live.replay import Replayed, replayer
from benchmarks.live.report import Row, print_heading, print_rows
from benchmarks.live.setting import Room
from benchmarks.live.wire import Client
from warroom.protocol.envelopes import Acked

EMPTY = (
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Empty(App):\n"
    "    def compose(self):\n"
    "        yield Static('nothing here')\n"
    "Empty().run()\n"
)
WARROOM = "from warroom.cli.main import run; run()"
WRITERS = 32
A_SECOND = 20
AT_ONCE = 10_000
"""Entries written before the next are asked for: a busy machine answers in time, too."""
KEYS = 200
WHILE_OPENING = 30
LETTERS = [*map(chr, range(0x391, 0x3A2)), *map(chr, range(0x410, 0x450))]
"""Letters that nothing else on the screen has: a drawn one is the echo of its key."""


def environment(folder: Path) -> dict[str, str]:
    """Someone at a terminal that shows all colours, on the hub in a folder."""
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return known | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "WARROOM_DATA": str(folder / "data"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TEXTUAL_ANIMATIONS": "none",
    }


def joins(env: dict[str, str]) -> Glass:
    """A terminal in the only room, as people open it."""
    return Glass([sys.executable, "-P", "-c", WARROOM, "join", "--as", "ana"], env)


def starts(env: dict[str, str], rounds: int) -> Iterator[Row]:
    """From the command to the first entry on the screen, and what that holds in memory."""
    rooms, floors, memory, least = [], [], [], []
    for _ in range(rounds):
        with Glass([sys.executable, "-P", "-c", EMPTY], env) as empty:
            floors.append(empty.until("nothing here") - empty.begun)
            least.append(empty.resident)
        with joins(env) as room:
            rooms.append(room.until("declared: Benchmark") - room.begun)
            memory.append(room.resident)
    yield Row("first frame of a room | of an empty app", rooms, floors, "s", "1.5")
    yield Row("memory at the first frame | of an empty app", memory, least, "MB", "60 MB")


def long_room(env: dict[str, str], path: str, room: Room, entries: int) -> Iterator[Row]:
    """Opening a long room, and keys in it while others write."""
    with joins(env) as short:
        start = short.until("declared: Benchmark") - short.begun
        memory = short.resident
        idle = keys(short)
    with child(authors, path, room.log, WRITERS) as writers:
        writers.hear()
        for written in range(0, entries, AT_ONCE):
            writers.ask(Write(min(AT_ONCE, entries - written)))
    last, fold = f"#{room.end().seq}", folding(path, room)
    with joins(env) as opened:
        opened.until("Timeline, UTC")
        waits = [opened.key(letter) for letter in LETTERS[:WHILE_OPENING]]
        took = opened.until(last) - opened.begun
        yield Row(f"from the command to {last} | a short room", [took], [start], "s")
        yield Row("of that, for its length | folding it alone", [took - start], [fold], "s")
        yield Row("longest of the first keys | in a short room", [max(waits)], [max(idle)], "ms")
        yield Row("memory with all of it | a short room", [opened.resident], [memory], "MB")
        with flow(path, room.log):
            busy = keys(opened)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1.0)):
        what = f"key to screen, {A_SECOND} entries a second, {name} | short, idle"
        yield Row(what, [_at(share, busy)], [_at(share, idle)], "ms")


def folding(path: str, room: Room) -> float:
    """Seconds in which a process that draws nothing has opened the same."""
    with child(replayer, path, room.log, room.end().seq) as latecomer:
        latecomer.hear()
        replayed: Replayed = latecomer.ask("go")
    return replayed.whole


def keys(glass: Glass) -> list[float]:
    """Milliseconds from key to screen, of many keys."""
    found = []
    for letter in itertools.islice(itertools.cycle(LETTERS), KEYS):
        if letter == LETTERS[0]:
            glass.types("\x15")  # an empty line, so that no letter stands there already
            time.sleep(0.3)
        found.append(glass.key(letter))
        time.sleep(0.05)
    return found


@contextmanager
def flow(path: str, log: str) -> Iterator[None]:
    """Someone else writes, so many entries a second."""
    done = threading.Event()

    def write() -> None:
        with closing(Client(path, "bo")) as client:
            while not done.wait(1 / A_SECOND):
                client.say(submit(log))
                client.expect(Acked)  # whoever never listens is cut off, in a long measurement

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


def _at(share: float, values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(entries: int, rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="warroom-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        with hub(folder) as path:
            room = Room(path)
            print_heading()
            env = environment(folder)
            print_rows("a) start", starts(env, rounds))
            print_rows("b) a long room", long_room(env, path, room, entries))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ("100000", "5")))
