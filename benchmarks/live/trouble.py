"""How others fare when some stop reading, and when everyone has lost the hub at once."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from msgspec import Struct

from benchmarks.live.crowd import Until, hub_readers
from benchmarks.live.processes import Child, Hub, child, hub
from benchmarks.live.report import Row
from benchmarks.live.returners import Back, Come, come_back, greeter, returners
from benchmarks.live.setting import PAGE, Room, Sizes, at, fill, follow
from benchmarks.live.wire import Client
from warroom.clock import new_command_id
from warroom.domain.commands import Post
from warroom.protocol.envelopes import Acked, Open, Submit

STOPPED = 50
"""Readers that stop reading."""

FULL = 30
"""Posts of 40,000 characters, after which nothing more fits into a line that nobody reads."""

SHARES = (("p50", 0.5), ("p99", 0.99), ("longest", 1.0))
ANSWERS = 100
PAUSE = 0.002


# --- f ---------------------------------------------------------------------------------------


def beside_stopped(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """One entry after another to the last reader, with and without others that do not read."""
    beside, alone = [], []
    with hub(folder) as path:
        room = Room(path)
        with child(hub_readers, path, sizes.readers, "reader") as readers:
            trips = Trips(room, readers, follow(readers, room))
            for turn in range(sizes.repeats):
                trips.measure(10)
                alone.append(trips.measure(sizes.steps))
                with ExitStack() as stack:
                    for number in range(STOPPED):
                        stopped = Client(path, f"stopped{turn}-{number}", observer=True)
                        stack.enter_context(closing(stopped))
                        end = room.end()
                        stopped.say(Open(log=room.log, after=end.seq, head=end.head))
                    trips.fill()
                    beside.append(trips.measure(sizes.steps))
    what = f"to the last of {sizes.readers}, {STOPPED} stopped | none stopped"
    for name, share in SHARES:
        with_them = [at(share, times) for times in beside]
        yield Row(f"{name}, {what}", with_them, [at(share, times) for times in alone], "ms", "1")


class Trips:
    """Entries that are written one by one, each until the last reader has it."""

    def __init__(self, room: Room, readers: Child, have: int) -> None:
        self._room = room
        self._readers = readers
        self._have = have

    def measure(self, steps: int) -> list[float]:
        """Milliseconds of each."""
        times = []
        for _ in range(steps):
            self._have += 1
            self._readers.ask(Until(self._have))
            begun = time.monotonic()
            self._room.write()
            times.append((self._readers.hear() - begun) * 1e3)
        return times

    def fill(self) -> None:
        """Write so much that the lines of those who do not read are full."""
        self._have += FULL
        self._readers.ask(Until(self._have))
        for _ in range(FULL):
            post = Post(text="x" * 40_000)
            self._room.client.say(Submit(id=new_command_id(), log=self._room.log, command=post))
            self._room.client.expect(Acked)
        self._readers.hear()


# --- g ---------------------------------------------------------------------------------------


class Return(Struct, frozen=True):
    """One return: the crowd's, the same bytes bare, and answers to a writer before and during."""

    back: Back
    bare: float
    before: list[float]
    during: list[float]


def after_a_kill(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """The hub is killed under a crowd and started again; all dial in the same moment."""
    started = Hub(folder)
    try:
        with child(returners, started.path, sizes.many) as crowd:
            crowd.hear()
            found = [_return(sizes, folder, started, crowd) for _ in range(sizes.repeats)]
    finally:
        started.stop()
    times = [one.back.done - one.back.begun for one in found]
    away = sum(one.back.turned_away for one in found) / len(found)
    yield Row(
        f"{sizes.many} miss {sizes.missed} | bare ({away:,.0f} sent away)",
        times,
        [one.bare for one in found],
        "s",
    )
    for name, share in SHARES:
        during = [at(share, one.during) for one in found]
        before = [at(share, one.before) for one in found]
        yield Row(f"an answer meanwhile, {name} | before", during, before, "ms")


def _return(sizes: Sizes, folder: Path, started: Hub, crowd: Child) -> Return:
    room = Room(started.path)
    fill(started.path, room, 2 * PAGE)
    before = [_answer(room) for _ in range(ANSWERS)]
    held = room.end()
    started.kill()
    started.start()
    room.client.close()
    room.client = Client(started.path)
    fill(started.path, room, sizes.missed)
    end = room.end()
    missed = end.seq - held.seq
    crowd.tell(Come(Open(log=room.log, after=held.seq, head=held.head), missed))
    during = []
    while not crowd.has_spoken():
        during.append(_answer(room))
    back: Back = crowd.hear()
    return Return(
        back, _bare(folder, room.sample().frame(missed), missed, sizes.many), before, during
    )


def _answer(room: Room) -> float:
    """Milliseconds until an entry is acknowledged."""
    time.sleep(PAUSE)
    begun = time.monotonic()
    room.write()
    return (time.monotonic() - begun) * 1e3


def _bare(folder: Path, data: bytes, entries: int, count: int) -> float:
    """Seconds until the same bytes are with as many who dial a bare socket."""
    path = str(folder / "greeter.sock")
    with child(greeter, path, data) as server:
        server.hear()
        with child(come_back, path, count) as crowd:
            crowd.hear()
            back: Back = crowd.ask(Come(None, entries))
            return back.done - back.begun
