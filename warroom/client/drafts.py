"""The line that someone is typing, so that it outlives their terminal.

    drafts/<log>/<person>/<process id>.txt

Each client writes a file of its own; what a client left that is gone comes back in the next.
"""

import contextlib
import os
from pathlib import Path

from warroom.client.private import component, private_folder


class Drafts:
    """Begun lines, under a folder; without one nothing is kept. Every verb raises `OSError`.

    Nothing is synced: a kill loses nothing, a power cut may cost what was typed last.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, log: str, person: str, text: str) -> None:
        """Keep what stands in the composer; nothing of it is left where that is empty."""
        if self._folder is None:
            return
        file = self._of(self._folder, log, person) / f"{os.getpid()}.txt"
        if not text.strip():
            file.unlink(missing_ok=True)
            return
        private_folder(file.parent)
        new = file.with_suffix(".new")
        with open(
            os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as draft:
            draft.write(text)
        new.replace(file)

    def left(self, log: str, person: str) -> list[str]:
        """What clients that are gone have left, the oldest first. It is the caller's by then."""
        if self._folder is None:
            return []
        found = []
        files = sorted(self._of(self._folder, log, person).glob("*.txt"), key=_written)
        for file in files:
            if not file.stem.isdecimal() or _lives(int(file.stem)):
                continue
            with contextlib.suppress(FileNotFoundError):  # another client took it first
                mine = file.with_suffix(f".{os.getpid()}")
                file.replace(mine)
                found.append(mine.read_text(encoding="utf-8", errors="replace"))
                mine.unlink()
        return found

    @staticmethod
    def _of(folder: Path, log: str, person: str) -> Path:
        return folder / component(log) / component(person)


def _written(file: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_mtime
    return 0.0


def _lives(process: int) -> bool:
    """Whether there is such a process, ours or another's."""
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True
