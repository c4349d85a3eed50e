"""A disk between SQLite and the real one: it records what is written and synced, or fails.

It is a VFS (https://sqlite.org/vfs.html) put before the system's own in the SQLite library that
Python's `sqlite3` module uses, so that the hub runs unchanged on the real library and real files.
What is not of interest here (locks, shared memory, reads) goes straight to the system's VFS.
"""

import _sqlite3
import ctypes
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

OPEN_CREATE, OPEN_MAIN_DB = 0x4, 0x100
OPEN_JOURNALS = 0x800 | 0x80000  # MAIN_JOURNAL, WAL
OK = 0


class NoDoor(Exception):
    """This Python keeps its SQLite to itself: there is no way in."""


@dataclass(frozen=True)
class Created:
    """A file has a name, which no sync of its folder has made durable yet."""

    name: str


@dataclass(frozen=True)
class Wrote:
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    name: str
    size: int


@dataclass(frozen=True)
class Synced:
    """All that was written to the file is durable."""

    name: str


@dataclass(frozen=True)
class Removed:
    name: str


@dataclass(frozen=True)
class Renamed:
    """A file has another name; a file that had it before is gone."""

    name: str
    to: str


@dataclass(frozen=True)
class FolderSynced:
    """All names are durable as they are."""


Operation: TypeAlias = Created | Wrote | Cut | Synced | Removed | Renamed | FolderSynced
Verb: TypeAlias = Literal["write", "cut", "sync", "synced"]
"""What a fault may strike. `synced` is a sync that was done, and whose answer is lost."""


@dataclass
class Disk:
    """What happened, in order. `happened` may hold anything else that the test puts between.

    `fault` is asked before each act, with the file's name, and gives SQLite's result code.
    """

    happened: MutableSequence[Any] = field(default_factory=list)
    fault: Callable[[Verb, str], int] = lambda _verb, _name: OK


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_CUT = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
        ("others", c_void_p * 14),
    ]


class _Methods(ctypes.Structure):
    _fields_ = [
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", _WRITE),
        ("xTruncate", _CUT),
        ("xSync", _SYNC),
        ("others", c_void_p * 13),
    ]


class _File(ctypes.Structure):
    _fields_ = [("methods", POINTER(_Methods))]


class _Shim:
    """The VFS itself. SQLite holds pointers to it, so it must outlive every connection."""

    def __init__(self, library: ctypes.CDLL, disk: Disk) -> None:
        self._disk = disk
        self._under = _Vfs.from_address(library.sqlite3_vfs_find(None))
        self._files: dict[int, tuple[str, _Methods]] = {}
        self._ours: dict[int, _Methods] = {}
        self._fresh_journals: set[int] = set()
        self._seen: set[str] = set()
        self.vfs = _Vfs.from_buffer_copy(self._under)
        self.vfs.zName = b"proof"
        self.vfs.xOpen = _OPEN(self._open)
        self.vfs.xDelete = _DELETE(self._delete)

    def _open(self, _vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        """Open with the system's VFS, then put our own methods before those of the file.

        The name is handed on as the pointer it came as: SQLite keeps more behind its end.
        """
        under = ctypes.addressof(self._under)
        result = int(self._under.xOpen(under, name, file, flags, out))
        if result == OK and name and flags & (OPEN_MAIN_DB | OPEN_JOURNALS):
            self._adopt(Path(ctypes.string_at(name).decode()).name, file, flags)
        return result

    def _adopt(self, name: str, file: int, flags: int) -> None:
        opened = _File.from_address(file)
        theirs = opened.methods.contents
        address = ctypes.addressof(theirs)
        # The system's VFS has other methods for journals than for databases.
        ours = self._ours.get(address)
        if ours is None:
            ours = self._ours[address] = _Methods.from_buffer_copy(theirs)
            ours.xWrite = _WRITE(self._write)
            ours.xTruncate = _CUT(self._cut)
            ours.xSync = _SYNC(self._sync)
        opened.methods = ctypes.pointer(ours)
        self._files[file] = name, theirs
        self._fresh_journals.discard(file)
        if flags & OPEN_JOURNALS and flags & OPEN_CREATE:
            self._fresh_journals.add(file)
        if name not in self._seen:
            self._seen.add(name)
            self._disk.happened.append(Created(name))

    def _delete(self, _vfs: int, name: bytes, sync_folder: int) -> int:
        result = int(self._under.xDelete(ctypes.addressof(self._under), name, sync_folder))
        short = Path(name.decode()).name
        if result == OK and short in self._seen:
            self._seen.discard(short)
            self._disk.happened.append(Removed(short))
            if sync_folder:
                self._disk.happened.append(FolderSynced())
        return result

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        name, theirs = self._files[file]
        result = self._disk.fault("write", name) or int(theirs.xWrite(file, data, size, offset))
        if result == OK:
            self._disk.happened.append(Wrote(name, offset, ctypes.string_at(data, size)))
        return result

    def _cut(self, file: int, size: int) -> int:
        name, theirs = self._files[file]
        result = self._disk.fault("cut", name) or int(theirs.xTruncate(file, size))
        if result == OK:
            self._disk.happened.append(Cut(name, size))
        return result

    def _sync(self, file: int, flags: int) -> int:
        """The system's VFS syncs the folder too, when it first syncs a journal that it made."""
        name, theirs = self._files[file]
        result = self._disk.fault("sync", name) or int(theirs.xSync(file, flags))
        if result != OK:
            return result
        self._disk.happened.append(Synced(name))
        if file in self._fresh_journals:
            self._fresh_journals.discard(file)
            self._disk.happened.append(FolderSynced())
        return self._disk.fault("synced", name)


def _library() -> ctypes.CDLL:
    """The SQLite that `sqlite3` uses: what its module is linked with, or built into Python."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    try:
        library.sqlite3_vfs_find.restype = c_void_p
        library.sqlite3_vfs_find.argtypes = [c_char_p]
        library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
        library.sqlite3_vfs_unregister.argtypes = [c_void_p]
    except AttributeError as hidden:
        raise NoDoor("this Python's sqlite3 module does not show its library") from hidden
    return library


@contextmanager
def watched(disk: Disk) -> Iterator[Disk]:
    """Every database opened inside lies on `disk`, and must be closed inside. Raises `NoDoor`."""
    library = _library()
    shim = _Shim(library, disk)
    address = ctypes.addressof(shim.vfs)
    assert library.sqlite3_vfs_register(address, 1) == OK
    try:
        yield disk
    finally:
        library.sqlite3_vfs_unregister(address)
