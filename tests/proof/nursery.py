"""Starts hubs one after the other for a proof, and says when each is ready and how it ended.

python nursery.py MODE     MODE is `exec` (each hub is `python -P -m server`) or `fork` (each is a
                           process of its own that runs the same `main`, without the half second
                           that Python takes to load it)

Standard input: one JSON line a hub, its arguments and what to add to its environment. Standard
output: what the hub says with `--json`, then {"event": "ended", "status": N}.
"""

import gc
import importlib
import json
import os
import pkgutil
import sys
from typing import Any, NoReturn

import server


def preload() -> None:
    """Load what a hub loads; nothing may be opened and no thread started before a fork."""
    for module in pkgutil.iter_modules(server.__path__, "server."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def become_hub(mode: str, wanted: dict[str, Any]) -> NoReturn:
    """Turn this process, a child, into the hub."""
    os.environ.update(wanted["env"])
    os.close(0)
    arguments = [*wanted["arguments"], "--json"]
    if mode == "exec":
        os.execv(sys.executable, [sys.executable, "-P", "-m", "server", *arguments])
    from server.__main__ import main

    status = 70
    try:
        status = main(arguments, os.environ)
    finally:
        os._exit(status)


def run(mode: str) -> None:
    """Serve until standard input ends."""
    if mode == "fork":
        preload()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            become_hub(mode, json.loads(line))
        _, status = os.waitpid(pid, 0)
        ended = {"event": "ended", "status": os.waitstatus_to_exitcode(status)}
        os.write(1, json.dumps(ended).encode() + b"\n")


if __name__ == "__main__":
    run(sys.argv[1])
