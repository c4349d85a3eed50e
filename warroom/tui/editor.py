"""A person's own editor for a long text, while the screen is put aside."""

import asyncio
import shlex
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from textual.app import App, SuspendNotSupported

FALLBACK = "vi"


class NotEdited(Exception):
    """The text is as it was. `saved` is what the editor left behind, if it left anything."""

    def __init__(self, why: str, saved: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.saved = saved


def editor(env: Mapping[str, str]) -> list[str]:
    """The command that edits a file: `VISUAL`, `EDITOR`, otherwise vi. Raises `NotEdited`."""
    chosen = env.get("VISUAL") or env.get("EDITOR") or FALLBACK
    try:
        return shlex.split(chosen)
    except ValueError as error:
        raise NotEdited(f"EDITOR cannot be read: {error}") from error


async def edit(app: App[None], text: str, env: Mapping[str, str]) -> str:
    """The text as the person saved it. Raises `NotEdited`.

    The file stands in a folder that only its owner can read, and is gone afterwards.
    """
    command = editor(env)
    with tempfile.TemporaryDirectory(prefix="warroom-") as folder:
        path = Path(folder, "line.md")
        _write(path, text)
        try:
            status = await _lend(app, [*command, str(path)])
        except SuspendNotSupported as error:
            raise NotEdited("this terminal cannot be lent to an editor") from error
        except OSError as error:
            raise NotEdited(f"{command[0]} does not start: {error.strerror}") from error
        saved = _read(path)
    if status:
        raise NotEdited(f"{command[0]} ended with status {status}; the line is as it was", saved)
    return saved


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
    except OSError as error:
        raise NotEdited("the editor left no file; the line is as it was") from error


async def _lend(app: App[None], command: list[str]) -> int:
    """Give the terminal to a command until it ends; its status.

    The event loop goes on meanwhile, or the hub would take the person for gone. Without
    `batch_update` the screen would go on too, and wait for ever on a writer that has stopped; an
    exception that left `suspend` would leave the terminal as the editor had it.
    """
    failed: OSError | None = None
    status = 0
    with app.suspend(), app.batch_update(), _interrupts_are_the_editors():
        try:
            status = await _run(command)
        except OSError as error:
            failed = error
    if failed is not None:
        raise failed
    return status


async def _run(command: list[str]) -> int:
    process = await asyncio.create_subprocess_exec(*command)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()


@contextmanager
def _interrupts_are_the_editors() -> Iterator[None]:
    """ctrl+c reaches everyone at a terminal; here it means the editor, whose default it stays."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
