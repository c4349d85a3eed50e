"""What a headless command costs over the bare interpreter, with the hub already running.

    python benchmarks/startup.py [ROUNDS]

Prints the median wall time of each command, and how far it stands above `python -c pass`; the
rounds are interleaved, so that whatever else the machine does hits all of them alike.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARROOM = [sys.executable, "-c", "from warroom.cli.main import run; run()"]
CASES: dict[str, list[str]] = {
    "bare interpreter": [sys.executable, "-c", "pass"],
    "import msgspec": [sys.executable, "-c", "import msgspec"],
    "import asyncio": [sys.executable, "-c", "import asyncio"],
    "warroom --version": [*WARROOM, "--version"],
    "warroom list": [*WARROOM, "list"],
    "warroom post TEXT": [*WARROOM, "post", "p99 back to normal"],
    "warroom tail": [*WARROOM, "tail", "-n", "5"],
}


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "WARROOM_DATA": str(Path(folder, "data"))}
        subprocess.run([*WARROOM, "declare", "benchmark"], env=env, check=True)
        try:
            taken = measure(env, rounds)
        finally:
            subprocess.run([*WARROOM, "hub", "stop"], env=env, check=True)
    bare = statistics.median(taken["bare interpreter"])
    print(f"{'':<20} {'median':>9} {'over bare':>10} {'ratio':>6}")
    for name, times in taken.items():
        median = statistics.median(times)
        over = (median - bare) * 1000
        print(f"{name:<20} {median * 1000:6.0f} ms {over:7.0f} ms {median / bare:6.1f}")


def measure(env: dict[str, str], rounds: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds):
        for name, command in CASES.items():
            began = time.perf_counter()
            subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
            taken[name].append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
