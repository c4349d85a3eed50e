"""The processes of a measurement: each is alone, and none outlives it."""

import contextlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds that anything here may take before the run fails."""

_spawn = multiprocessing.get_context("spawn")


class Stuck(RuntimeError):
    """A process did not answer in time, or died."""


class Child:
    """A process that runs `main(pipe, *arguments)`, and the near end of its pipe."""

    def __init__(self, main: Callable[..., None], *arguments: Any) -> None:
        self._pipe, far = _spawn.Pipe()
        self._process = _spawn.Process(target=_run, args=(main, far, arguments), daemon=True)
        self._process.start()
        far.close()

    def tell(self, what: Any) -> None:
        """Send it something."""
        self._pipe.send(what)

    def hear(self) -> Any:
        """What it says next. Raises `Stuck`."""
        try:
            if self._pipe.poll(PATIENCE):
                return self._pipe.recv()
        except EOFError:
            pass
        raise Stuck(f"{self._process.name} said nothing")

    def has_spoken(self) -> bool:
        """Whether `hear` would not wait."""
        return self._pipe.poll(0)

    def ask(self, what: Any) -> Any:
        """Send it something, and take its answer."""
        self.tell(what)
        return self.hear()

    def end(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _run(main: Callable[..., None], pipe: Connection, arguments: tuple[Any, ...]) -> None:
    allow_many_files()
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        main(pipe, *arguments)


def allow_many_files() -> None:
    """A thousand connections are a thousand files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def child(main: Callable[..., None], *arguments: Any) -> Iterator[Child]:
    """A process for as long as the block lasts."""
    started = Child(main, *arguments)
    try:
        yield started
    finally:
        started.end()


class Hub:
    """The real hub on a data folder in `folder`, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._runtime = folder / "run"
        self._runtime.mkdir(mode=0o700)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it accepts connections. Raises `Stuck`."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "server", "--data", str(self._data), "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "XDG_RUNTIME_DIR": str(self._runtime)},
        )
        self.path = _ready(self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """End it as an operator would."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[str]:
    """The real hub on a fresh data folder in `folder`; the path of its socket."""
    started = Hub(folder)
    try:
        yield started.path
    finally:
        started.stop()


def _ready(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        raise Stuck(f"the hub did not start: {process.stderr.read().decode(errors='replace')}")
    socket: str = json.loads(line)["socket"]
    return socket
