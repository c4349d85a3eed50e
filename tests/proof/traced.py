"""What a hub's disk saw and what went out of its sockets, read from what `strace` wrote.

The real process, as the kernel saw it: it shows that the recorded disk (`disk.py`) tells the
truth, and covers the hub's key, which SQLite does not write. A write counts from when it began, a
sync from when it ended, and an answer from when the hub began to send it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proof.bench import Handed
from tests.proof.disk import Created, Cut, FolderSynced, Removed, Renamed, Synced, Wrote

CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename,sendto"
_WHOLE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>")
_ENDED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>.*\) += (-?\d+)")
_TEXT = re.compile(r'["<]((?:\\x[0-9a-f]{2})*)[">]')
_NUMBERS = re.compile(r", (\d+)(?=,|$)")
_ACKED = re.compile(rb'\{"type":"acked","id":"([^"]+)","log":"([^"]+)","seq":(\d+)\}')
_AT_ONCE = frozenset({"pwrite64", "write", "ftruncate", "sendto"})
"""Calls that count from their beginning."""

_NOT_KEPT = ("-shm", ".lock")


def command(trace: Path) -> list[str]:
    """What to put before a hub's own command line."""
    return [
        "strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-e", "signal=none",
        "-o", str(trace),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Call:
    """One system call: the texts of its arguments (files of descriptors too) and its numbers."""

    name: str
    texts: tuple[bytes, ...]
    numbers: tuple[int, ...]
    arguments: str


def happened(trace: Path, data: Path) -> list[Any]:
    """The operations on the files of a data folder, with what was acknowledged between them."""
    with trace.open() as lines:
        return list(_Reading(data).operations(_calls(lines)))


def _calls(lines: Iterable[str]) -> Iterator[_Call]:
    """The calls that did something, at the time from which they count."""
    begun: dict[str, _Call] = {}
    for line in lines:
        if whole := _WHOLE.match(line):
            if int(whole[4]) >= 0:
                yield _call(whole[2], whole[3])
        elif beginning := _BEGUN.match(line):
            call = _call(beginning[2], beginning[3])
            if call.name in _AT_ONCE:
                yield call
            else:
                begun[beginning[1]] = call
        elif (end := _ENDED.match(line)) and end[1] in begun:
            call = begun.pop(end[1])
            if int(end[2]) >= 0:
                yield call


def _call(name: str, arguments: str) -> _Call:
    texts = tuple(bytes.fromhex(one.replace("\\x", "")) for one in _TEXT.findall(arguments))
    numbers = tuple(int(one) for one in _NUMBERS.findall(_TEXT.sub("", arguments)))
    return _Call(name, texts, numbers, arguments if name == "openat" else "")


class _Reading:
    """Turns calls into operations on the files of one folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ends: dict[str, int] = {}

    def operations(self, calls: Iterable[_Call]) -> Iterator[Any]:
        for call in calls:
            if call.name == "sendto":
                for id_, log, seq in _ACKED.findall(call.texts[1]):
                    yield Handed(log.decode(), id_.decode(), int(seq))
            elif call.name in ("fsync", "fdatasync") and self._is_folder(call.texts[0]):
                yield FolderSynced()
            else:
                yield from self._on_file(call)

    def _is_folder(self, path: bytes) -> bool:
        return Path(path.decode()) == self._data

    def _on_file(self, call: _Call) -> Iterator[Any]:
        names = [self._name(text) for text in call.texts]
        match call.name, names:
            case "openat", [_, str(name), *_] if "O_CREAT" in call.arguments:
                if name not in self._ends:
                    self._ends[name] = 0
                    yield Created(name)
            case "pwrite64", [str(name), *_]:
                yield Wrote(name, call.numbers[-1], call.texts[1])
            case "write", [str(name), *_]:
                yield Wrote(name, self._ends[name], call.texts[1])
                self._ends[name] += len(call.texts[1])
            case "ftruncate", [str(name), *_]:
                yield Cut(name, call.numbers[-1])
            case (("fsync" | "fdatasync"), [str(name), *_]):
                yield Synced(name)
            case "unlink", [str(name), *_] if self._ends.pop(name, None) is not None:
                yield Removed(name)
            case "rename", [str(name), str(to)]:
                self._ends[to] = self._ends.pop(name)
                yield Renamed(name, to)
            case _:
                pass

    def _name(self, text: bytes) -> str | None:
        """The name of a file that is of interest; None for all others."""
        path = Path(text.decode(errors="replace"))
        kept = path.parent == self._data and not path.name.endswith(_NOT_KEPT)
        return path.name if kept else None
