"""How the timeline bears a long incident: each figure against the same work on a short one.

    python benchmarks/timeline.py [ROWS]

The ratios are what to look at: a figure that does not depend on the length stays near 1. Times
are of the processor, so that others on the machine matter less.
"""

import asyncio
import random
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from warroom.tui.widgets.rows import Row
from warroom.tui.widgets.timeline import Timeline

SHORT = 1_000
WORDS = ("p99", "errors", "pool-3", "eu-west-1", "rollback", "card scheme", "drained", "of", "the")
SIZES = ((120, 36), (80, 24))


class Room(App[None]):
    """An app that is a timeline."""

    def compose(self) -> ComposeResult:
        yield Timeline()


def row(number: int, rng: random.Random) -> Row:
    """An entry as people write them: mostly short, some long, now and then a paste."""
    words = rng.choice((6, 8, 10, 12, 60)) if number % 500 else 4_000
    text = " ".join(rng.choices(WORDS, k=words))
    return Row(f"k{number}", 0, "14:02:10", f"#{number}", "Bo(Kim)", "obs", text)


async def drawn(pilot: Pilot[None], work: Callable[[], object]) -> float:
    """Milliseconds of CPU until the screen has been drawn after the work."""
    begin = time.process_time()
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


async def measure(rows: list[Row]) -> dict[str, float]:
    """Milliseconds of CPU for each thing that happens to a timeline."""
    app, rng = Room(), random.Random(2)
    figures: dict[str, float] = {}
    async with app.run_test(size=SIZES[0]) as pilot:
        timeline = app.query_one(Timeline)
        figures["fill"] = await drawn(pilot, lambda: timeline.reset(rows))
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
        begin = time.process_time()
        await pilot.resize_terminal(*SIZES[1])
        figures["resize, with the pilot's pauses"] = (time.process_time() - begin) * 1000
        begin = time.process_time()
        timeline._rows.forget_heights()
        timeline._show()
        figures["resize, the widget's part"] = (time.process_time() - begin) * 1000
    return figures


def report(count: int) -> None:
    """Print the figures of a short and a long timeline, and their ratio."""
    rng = random.Random(1)
    rows = [row(number, rng) for number in range(1, count + 1)]
    short, long = (asyncio.run(measure(rows[:size])) for size in (SHORT, count))
    print(f"{'':34}{SHORT:>10,}{count:>10,}   ratio")
    for name, figure in long.items():
        print(f"{name:34}{short[name]:>7.1f} ms{figure:>7.1f} ms{figure / short[name]:>8.1f}")
    tracemalloc.start()
    timeline = Timeline()
    timeline.extend(rows)
    print(f"memory beyond the rows themselves: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
