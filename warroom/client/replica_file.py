"""A room's file on this machine: read at once, then kept in step with the replica.

Two clients may have the same room open. Who holds the lock beside the file writes; the others only
read, and the next of them takes over when the writer ends. Entries are appended without a sync:
they are safe with the hub, and a process that dies loses nothing that it has written.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from warroom.client.private import private_folder
from warroom.client.replica import Change, Replica
from warroom.client.replica_lines import (
    Damaged,
    lines_after,
    manifest_line,
    read_manifest,
    read_slices,
)
from warroom.files import put, sync_folder
from warroom.log.entry import Entry, Malformed
from warroom.log.gone import ERASING
from warroom.log.signing import SignedHead


class ReplicaFile:
    """The file of one log. Every verb raises `OSError`; `complaint` says what was wrong with it.

    `path` may be missing: then there is nothing to read yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complaint = ""
        self._lock: int | None = None
        self._file: int | None = None
        self._known = False
        self._seq = 0
        self._signed = 0
        self._end = 0
        self._bodies = 0

    def load(self, replica: Replica) -> Iterator[list[Change]]:
        """Fill an empty replica, slice by slice; then the file is ready to be kept.

        What is cut off or damaged is mended, if this client is the one that writes.
        """
        writes = self._take_lock()
        problem = ""
        try:
            yield from self._fill(replica)
        except (Damaged, Malformed) as error:
            problem = str(error)
        if not writes:
            return
        if problem:
            self._set_aside(problem, replica)
        elif self._holds_too_much(replica):
            self._rewrite(replica)
        elif self._end:
            self._open_at_end(replica)
        self._known = True

    def keep(self, replica: Replica) -> None:
        """Write what the replica holds and the file does not, if this client is the writer."""
        if not replica.seq or not replica.label:
            return
        if not self._take_lock():
            return
        if not self._known:
            self._take_over(replica)
            self._known = True
        fresh = replica.entries[self._seq :]
        if self._file is None or any(entry.header.kind in ERASING for entry in fresh):
            self._rewrite(replica)
        else:
            self._append(replica)

    def confirm(self) -> None:
        """The hub says that nothing is missing: the file is as new as this moment."""
        if self._file is not None:
            os.utime(self._file)

    def close(self, replica: Replica | None = None) -> None:
        """Let another client write, once everything is written."""
        try:
            if replica is not None:
                self.keep(replica)
        finally:
            for fd in (self._file, self._lock):
                if fd is not None:
                    os.close(fd)
            self._file = self._lock = None
            self._known = False

    # --- reading -------------------------------------------------------------------------------

    def _fill(self, replica: Replica) -> Iterator[list[Change]]:
        """Raises `Damaged` or `Malformed` where the file is not as it was written."""
        self._end = self._bodies = 0
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        if b"\n" not in data:
            return  # its writer died in the first line
        label, start = read_manifest(data, replica.log)
        for part in read_slices(data, start):
            changes: list[Change] = []
            problem: Malformed | None = None
            try:
                changes += replica.restore(part.items)
            except Malformed as error:
                problem = error
            yield changes
            if problem is not None:
                raise problem
            self._end = part.end
            self._bodies += sum(map(_has_words, part.items))
        if replica.seq and replica.label != label:
            raise Damaged("its first line has another label than its first entry")

    def _holds_too_much(self, replica: Replica) -> bool:
        """Whether the file has words that a later entry erases: a crash came in between."""
        return self._bodies > replica.entries.bodies

    # --- writing -------------------------------------------------------------------------------

    def _take_lock(self) -> bool:
        if self._lock is None:
            private_folder(self.path.parent)
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return False
            self._lock = lock
        return True

    def _take_over(self, replica: Replica) -> None:
        """Another client wrote until now, or reading was broken off: see what is in the file.

        It may hold more than the replica, and nothing of that is to be lost.
        """
        other, problem = Replica(replica.log), ""
        try:
            for _ in self._fill(other):
                pass
        except (Damaged, Malformed) as error:
            problem = str(error)
        common = min(other.seq, replica.seq)
        if common and other.entries[common - 1].hash != replica.entries[common - 1].hash:
            self._set_aside("it is of another log than the one that is open", replica)
        elif problem:
            self._set_aside(problem, max(other, replica, key=lambda held: held.seq))
        elif self._holds_too_much(other):
            self._rewrite(other)
        elif self._end:
            self._open_at_end(other)

    def _set_aside(self, problem: str, replica: Replica) -> None:
        """Keep a spoiled file under another name, and begin anew with what is good."""
        number = 1
        while (aside := self.path.with_suffix(f".damaged-{number}")).exists():
            number += 1
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(aside)
            sync_folder(self.path.parent)
            self.complaint = (
                f"this room's file was damaged ({problem}) and is set aside as {aside.name}; "
                f"what was good of it stays, up to #{replica.seq}, the hub is asked for the rest"
            )
        self._rewrite(replica)

    def _open_at_end(self, held: Replica) -> None:
        """Go on after what is whole in the file; a last line that is cut off goes."""
        self._file = os.open(self.path, os.O_WRONLY)
        os.ftruncate(self._file, self._end)
        self._stand_at(held)

    def _rewrite(self, replica: Replica) -> None:
        """Write the file anew from what is held, and leave nothing of the old one."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if not replica.seq:
            self._seq = self._signed = self._end = 0
            return
        content = b"".join((manifest_line(replica), *lines_after(replica, 0)))
        put(self.path, content)
        self._file = os.open(self.path, os.O_WRONLY)
        self._end = len(content)
        self._stand_at(replica)

    def _append(self, replica: Replica) -> None:
        """Raises `OSError`, and then the file ends where it ended before."""
        assert self._file is not None
        signed = self._signed >= self._seq
        content = b"".join(lines_after(replica, self._seq, signed=signed))
        if not content:
            return
        try:
            _write_all(self._file, content, self._end)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise
        self._end += len(content)
        self._stand_at(replica)

    def _stand_at(self, held: Replica) -> None:
        self._seq = held.seq
        self._signed = held.heads[-1].seq if held.heads else 0


def _has_words(item: Entry | SignedHead) -> bool:
    return isinstance(item, Entry) and item.body_bytes is not None


def _write_all(fd: int, content: bytes, at: int) -> None:
    while content:
        written = os.pwrite(fd, content, at)
        content, at = content[written:], at + written
