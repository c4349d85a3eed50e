"""How fast the log reaches people: the real hub against raw floors of the same machine and run.

    python benchmarks/stream.py [--quick] [--only a,b]

Each line names what is measured, a bar, and its floor: the least that the machine itself takes for
the same. Only the ratios mean something; they say how much the hub costs over the bare machine.
Each aim is the ratio that prototypes reached before the hub was written.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.live import measures, trouble
from benchmarks.live.processes import allow_many_files
from benchmarks.live.report import Row, print_heading, print_rows
from benchmarks.live.setting import QUICK, Sizes

PARTS: dict[str, tuple[str, Callable[[Sizes, Path], Iterator[Row]]]] = {
    "a": ("send, durable, seen by the last reader", measures.to_the_last_reader),
    "b": ("durable entries a second", measures.durable_rate),
    "c": ("deliveries a second", measures.fan_out),
    "d": ("opening a long log", measures.long_log),
    "e": ("a crowd comes back at once", measures.coming_back),
    "f": ("some stop reading", trouble.beside_stopped),
    "g": ("a crowd loses the hub and comes back", trouble.after_a_kill),
}


def main() -> None:
    """Measure and print, part by part."""
    parser = argparse.ArgumentParser(description="Measure the live stream.")
    parser.add_argument("--quick", action="store_true", help="smaller numbers, for a first look")
    parser.add_argument("--only", default="".join(PARTS), help="parts to run, as in a,b")
    parser.add_argument(
        "--disk", type=Path, default=Path("/var/tmp"), help="where the journals are written"
    )
    given = parser.parse_args()
    allow_many_files()
    # Ended in the usual way, so that everything that was started is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print_heading()
    for part, (title, measure) in PARTS.items():
        if part in given.only:
            with tempfile.TemporaryDirectory(prefix="warroom-bench-", dir=given.disk) as folder:
                rows = measure(QUICK if given.quick else Sizes(), Path(folder))
                print_rows(f"{part}) {title}", rows)


if __name__ == "__main__":
    main()
