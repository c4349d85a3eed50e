"""How the timeline bears a long incident: each figure against the same work on a short one.

    python benchmarks/timeline.py [ROWS]

The ratios are what to look at: against a short one, where a figure that does not depend on the
length stays near 1; and, in the same run, against a bare loop over as many rows. That loop is what
the widget's prototype did when its width changed, in 60 ms of a quiet machine, where it was filled
in 200 ms and took a row more in 20. Times are of the processor, so that others matter less.
"""

import asyncio
import random
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from functools import partial

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from warroom.client.replica import Replica, Sync
from warroom.clock import now
from warroom.domain.events import NotePosted, ObservationMade, Recorded, TextWords
from warroom.domain.vocabulary import Via
from warroom.tui.feed import Feed
from warroom.tui.present.filters import EVERYTHING, Filter
from warroom.tui.widgets.rows import Row
from warroom.tui.widgets.timeline import Timeline

SHORT = 1_000
WORDS = ("p99", "errors", "pool-3", "eu-west-1", "rollback", "card scheme", "drained", "of", "the")
SIZES = ((120, 36), (80, 24))
PATIENCE = 60.0
PEOPLE = ("ana", "bo", "dee", "kim")
OBSERVATIONS = Filter(kinds=frozenset({"observations"}))
ONE_PERSON = Filter(people=frozenset({"bo"}))


class Room(App[None]):
    """An app that is a timeline."""

    def compose(self) -> ComposeResult:
        yield Timeline()


def row(number: int, rng: random.Random) -> Row:
    """An entry as the widget is given it."""
    return Row(f"k{number}", 0, "14:02:10", f"#{number}", "Bo(Kim)", "obs", said(number, rng))


def said(number: int, rng: random.Random) -> str:
    """What people write: mostly short, some long, now and then a paste."""
    words = rng.choice((6, 8, 10, 12, 60)) if number % 500 else 4_000
    return " ".join(rng.choices(WORDS, k=words))


def replica(entries: int) -> Replica:
    """A room of notes and observations by a few people, as a client holds it."""
    held, rng, at = Replica("0" * 32), random.Random(3), now()
    for number in range(1, entries + 1):
        kind, person = rng.choice((NotePosted, ObservationMade)), rng.choice(PEOPLE)
        event = kind(words=TextWords(said(number, rng)))
        id_ = f"k{number}"
        entry = Recorded(seq=number, id=id_, hash="", at=at, by=person, via=Via.OS, event=event)
        held.room.append(entry)
    held.sync = Sync.LIVE
    return held


def guessed(rows: list[Row]) -> float:
    """Milliseconds of CPU for a bare loop that guesses each height, and sums them by blocks."""
    begin = time.process_time()
    heights = [max(1 + row.text.count("\n"), -(-len(row.text) // 80)) for row in rows]
    blocks = [sum(heights[first : first + 256]) for first in range(0, len(rows), 256)]
    assert sum(blocks) >= len(rows)
    return (time.process_time() - begin) * 1000


async def drawn(pilot: Pilot[None], work: Callable[[], object]) -> float:
    """Milliseconds of CPU until the screen has been drawn after the work."""
    begin = time.process_time()
    async with asyncio.timeout(PATIENCE):
        work()
        flag = asyncio.Event()
        while pilot.app.query_one(Timeline)._due:  # noqa: ASYNC110 - a frame sets no event
            await asyncio.sleep(0.001)
        pilot.app.screen.call_after_refresh(flag.set)
        await flag.wait()
    return (time.process_time() - begin) * 1000


async def best(times: int, measure: Callable[[], Awaitable[float]]) -> float:
    """The least of several measurements."""
    return min([await measure() for _ in range(times)])


async def filled(pilot: Pilot[None], rows: list[Row]) -> float:
    """Milliseconds of CPU until an empty timeline shows these rows."""
    timeline = pilot.app.query_one(Timeline)
    await drawn(pilot, lambda: timeline.reset([]))
    return await drawn(pilot, lambda: timeline.reset(rows))


async def resized(pilot: Pilot[None]) -> float:
    """Milliseconds of CPU until a terminal of the other size is drawn."""
    begin = time.process_time()
    await pilot.resize_terminal(*SIZES[pilot.app.size.width == SIZES[0][0]])
    return (time.process_time() - begin) * 1000


async def measure(rows: list[Row]) -> dict[str, float]:
    """Milliseconds of CPU for each thing that happens to a timeline."""
    app, rng = Room(), random.Random(2)
    figures: dict[str, float] = {}
    async with app.run_test(size=SIZES[0]) as pilot:
        timeline = app.query_one(Timeline)
        figures["fill"] = await best(3, lambda: filled(pilot, rows))
        tail = iter(row(len(rows) + number, rng) for number in range(1, 1_000_000))
        figures["append"] = await best(5, lambda: drawn(pilot, lambda: timeline.append(next(tail))))
        timeline.focus()
        timeline.action_first()
        figures["append while scrolled up"] = await best(
            5, lambda: drawn(pilot, lambda: timeline.append(next(tail)))
        )
        figures["page down"] = await best(5, lambda: drawn(pilot, lambda: timeline.action_page(1)))
        figures["go to the end"] = await drawn(pilot, timeline.follow)
        figures["find, none"] = await drawn(pilot, lambda: timeline.find("no such words"))
        figures["resize, with the pilot's pauses"] = await best(3, lambda: resized(pilot))
    return figures


async def measure_feed(held: Replica) -> dict[str, float]:
    """The same for what stands before the timeline: rows of a replica's entries, and filters."""
    app = Room()
    figures: dict[str, float] = {}
    async with app.run_test(size=SIZES[0]) as pilot:
        timeline = app.query_one(Timeline)
        await drawn(pilot, timeline.follow)
        feed = Feed(held, timeline)
        figures["fill from a replica"] = await drawn(pilot, lambda: feed.catch_up(None, now()))
        steps: dict[str, Callable[[], object]] = {
            "only observations, a half": lambda: feed.show_only(OBSERVATIONS, None),
            "only one person's, a quarter": lambda: feed.show_only(ONE_PERSON, None),
            "everything again": lambda: feed.show_only(EVERYTHING, None),
        }
        for name, step in steps.items():
            figures[name] = await best(3, partial(drawn, pilot, step))
        begin = time.process_time()
        await timeline.make_rows()
        figures["make every row, before a search"] = (time.process_time() - begin) * 1000
        figures["search for what is not there"] = await drawn(
            pilot, lambda: timeline.find("no such words")
        )
        figures["search again"] = await drawn(pilot, lambda: timeline.find("nor these"))
    return figures


def report(count: int) -> None:
    """Print the figures of a short and a long timeline, and their ratios."""
    rng = random.Random(1)
    rows = [row(number, rng) for number in range(1, count + 1)]
    short, long = (
        asyncio.run(measure(rows[:size])) | asyncio.run(measure_feed(replica(size)))
        for size in (SHORT, count)
    )
    floor = min(guessed(rows) for _ in range(5))
    print(f"{'':34}{SHORT:>10,}{count:>10,}   ratio  to the loop")
    print(f"{'a bare loop over the rows':34}{'':10}{floor:>7.1f} ms")
    for name, figure in long.items():
        times = f"{figure / short[name]:>8.1f}{figure / floor:>13.1f}"
        print(f"{name:34}{short[name]:>7.1f} ms{figure:>7.1f} ms{times}")
    tracemalloc.start()
    timeline = Timeline()
    timeline.extend(rows)
    print(f"memory beyond the rows themselves: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
