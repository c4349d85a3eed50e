"""The five measurements, each on a fresh hub, in turns with its floors."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.live.authors import Write, authors
from benchmarks.live.crowd import Until, hub_readers
from benchmarks.live.floors import Send, fdatasyncs
from benchmarks.live.processes import Child, child, hub
from benchmarks.live.replay import Replayed, replayer
from benchmarks.live.report import Row
from benchmarks.live.setting import (
    BATCH,
    PAGE,
    WRITERS,
    Floor,
    Room,
    Sample,
    Sizes,
    at,
    bare_crowd,
    broadcast_crowd,
    fill,
    follow,
    followed,
)
from benchmarks.live.wire import Client
from warroom.protocol.envelopes import ListRooms, Open, Rooms

PAUSE = 0.001
IDLE_TRIPS = 300


# --- a ---------------------------------------------------------------------------------------


def to_the_last_reader(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """One entry after another: sent, durable, and seen by the last reader."""
    times, floors = [], []
    with hub(folder) as path:
        room = Room(path)
        once = Send(room.sample().frame(1), sync=True)
        with (
            child(hub_readers, path, sizes.readers, "reader") as readers,
            bare_crowd(folder, sizes.readers) as floor,
        ):
            have = follow(readers, room)
            for step in range(1, sizes.steps + 1):
                readers.ask(Until(have + step))
                begun = time.monotonic()
                room.write()
                times.append((readers.hear() - begun) * 1e3)
                floors.append(floor.seconds(once, 1) * 1e3)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        what = f"{name} of {sizes.steps}, to the last of {sizes.readers} readers"
        yield Row(what, [at(share, times)], [at(share, floors)], "ms")


# --- b ---------------------------------------------------------------------------------------


def durable_rate(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Many writers at once: entries a second until the last is durable, and everywhere."""
    with hub(folder) as path:
        room = Room(path)
        sample = room.sample()
        with child(authors, path, room.log, WRITERS) as writers:
            writers.hear()
            writers.ask(Write(WRITERS))
            yield from _alone(sizes, folder, sample, writers)
            with (
                child(hub_readers, path, sizes.readers, "reader") as readers,
                bare_crowd(folder, sizes.readers) as floor,
            ):
                have = follow(readers, room)
                yield from _everywhere(sizes, sample, Crowded(writers, readers, have), floor)


class Crowded:
    """Writers and readers of one room."""

    def __init__(self, writers: Child, readers: Child, have: int) -> None:
        self._writers = writers
        self._readers = readers
        self._have = have

    def rate(self, entries: int) -> float:
        """Entries a second, written in one burst, until every reader has them."""
        self._have += entries
        self._readers.ask(Until(self._have))
        begun: float = self._writers.ask(Write(entries))[0]
        done: float = self._readers.hear()
        return entries / (done - begun)


def _alone(sizes: Sizes, folder: Path, sample: Sample, writers: Child) -> Iterator[Row]:
    rates, single, grouped = [], [], []
    for _ in range(sizes.repeats):
        begun, durable = writers.ask(Write(sizes.burst))
        rates.append(sizes.burst / (durable - begun))
        group = sample.line * BATCH
        single.append(sizes.steps / fdatasyncs(folder / "floor", sample.line, sizes.steps))
        grouped.append(sizes.steps * BATCH / fdatasyncs(folder / "floor", group, sizes.steps))
    yield Row("nobody reads | fdatasync of one", rates, single, "/s")
    yield Row(f"nobody reads | fdatasync of {BATCH}", rates, grouped, "/s")


def _everywhere(sizes: Sizes, sample: Sample, crowded: Crowded, floor: Floor) -> Iterator[Row]:
    rates, single, grouped = [], [], []
    groups = sizes.burst // BATCH
    for _ in range(sizes.repeats):
        rates.append(crowded.rate(sizes.burst))
        single.append(floor.rate(Send(sample.frame(1), sizes.steps, sync=True), sizes.steps))
        job = Send(sample.frame(BATCH), groups, sync=True)
        grouped.append(floor.rate(job, groups * BATCH))
    yield Row(f"{sizes.readers} read | sync, send one", rates, single, "/s", "5.1")
    yield Row(f"{sizes.readers} read | sync, send {BATCH}", rates, grouped, "/s")


# --- c ---------------------------------------------------------------------------------------


def fan_out(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Deliveries a second to many readers; the hub's are durable, the others are not."""
    with hub(folder) as path:
        room = Room(path)
        sample = room.sample()
        with (
            child(authors, path, room.log, WRITERS) as writers,
            child(hub_readers, path, sizes.many, "reader") as readers,
            broadcast_crowd(folder, sizes.many) as library,
            bare_crowd(folder, sizes.many) as bare,
        ):
            writers.hear()
            writers.ask(Write(WRITERS))
            crowded = Crowded(writers, readers, follow(readers, room))
            yield from _deliveries(sizes, sample, crowded, library, bare)


def _deliveries(
    sizes: Sizes, sample: Sample, crowded: Crowded, library: Floor, bare: Floor
) -> Iterator[Row]:
    few, groups, many = sizes.fan // 10, sizes.fan // BATCH, sizes.many
    rates, broadcasts, each, joined = [], [], [], []
    for _ in range(sizes.repeats):
        rates.append(many * crowded.rate(sizes.fan))
        broadcasts.append(many * library.rate(Send(sample.payload(1), few), few))
        each.append(many * bare.rate(Send(sample.frame(1), few), few))
        joined.append(many * bare.rate(Send(sample.frame(BATCH), groups), groups * BATCH))
    yield Row(f"to {many} | broadcast() of one", rates, broadcasts, "/s", "8.4")
    yield Row(f"to {many} | bare send of one", rates, each, "/s", "4.6")
    yield Row(f"to {many} | bare send of {BATCH}", rates, joined, "/s", "0.8")


# --- d ---------------------------------------------------------------------------------------


def long_log(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Opening a long log, and how long the hub answers nobody else meanwhile."""
    with hub(folder) as path:
        room = Room(path)
        sample = room.sample()
        fill(path, room, sizes.long)
        seq = room.end().seq
        with (
            child(replayer, path, room.log, seq) as latecomer,
            closing(Client(path, "onlooker", observer=True)) as onlooker,
        ):
            latecomer.hear()
            idle = [_round_trip(onlooker) for _ in range(IDLE_TRIPS)]
            latecomer.tell("go")
            held = []
            while not latecomer.has_spoken():
                held.append(_round_trip(onlooker))
            replayed: Replayed = latecomer.hear()
        with child(hub_readers, path, 1, "reader") as readers:
            readers.hear()
            sent = followed(readers, Open(log=room.log), seq)
    pages = seq // PAGE
    with bare_crowd(folder, 1) as floor:
        bare = floor.seconds(Send(sample.frame(PAGE), pages), pages * PAGE)
    yield Row(f"{seq} counted | the bytes, bare", [sent], [bare], "s")
    yield Row("counted | decoding alone", [sent], [replayed.read], "s", "1.0")
    yield Row("in a replica | decoding alone", [replayed.whole], [replayed.read], "s")
    yield Row("in a replica | folding alone", [replayed.whole], [replayed.folded], "s", "1.0")
    for name, share in (("p50", 0.5), ("p99", 0.99), ("longest", 1.0)):
        what = f"another's round trip, {name} | idle"
        yield Row(what, [at(share, held)], [at(share, idle)], "ms")


def _round_trip(client: Client) -> float:
    """Milliseconds."""
    time.sleep(PAUSE)
    begun = time.monotonic()
    client.say(ListRooms())
    client.expect(Rooms)
    return (time.monotonic() - begun) * 1e3


# --- e ---------------------------------------------------------------------------------------


def coming_back(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Many readers who are welcomed already, and ask for what they miss all at once."""
    with hub(folder) as path:
        room = Room(path)
        sample = room.sample()
        fill(path, room, 10 * PAGE)
        held = room.end()
        for _ in range(sizes.missed):
            room.write()
        total = room.end().seq
        missed = total - held.seq
        ask = Open(log=room.log, after=held.seq, head=held.head)
        with (
            child(hub_readers, path, sizes.many, "reader") as readers,
            bare_crowd(folder, sizes.many) as floor,
        ):
            readers.hear()
            times, floors = [], []
            for _ in range(sizes.repeats):
                times.append(followed(readers, ask, missed))
                floors.append(floor.seconds(Send(sample.frame(missed)), missed))
            yield Row(f"{sizes.many} miss {missed} each | bare", times, floors, "s")
        with (
            child(hub_readers, path, sizes.readers, "newcomer") as readers,
            bare_crowd(folder, sizes.readers) as floor,
        ):
            readers.hear()
            times, floors, pages = [], [], total // PAGE
            for _ in range(sizes.repeats):
                times.append(followed(readers, Open(log=room.log), total))
                floors.append(floor.seconds(Send(sample.frame(PAGE), pages), pages * PAGE))
            yield Row(f"{sizes.readers} want all {total} | bare", times, floors, "s")
