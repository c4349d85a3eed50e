"""A hub's data in one file, and back: `--backup`, `--restore`.

A backup is a tar archive of three files: `journal.db`, copied from the live hub by SQLite's online
backup; `hub.key`; and `backup.json`, which says what it holds. It appears under its name when all
of it is written, synced and read back, so a backup is never half. It holds the hub's secret key:
whoever has it can sign in the hub's name.
"""

import glob
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from server import crash
from server.directory import Directory, Known
from server.journal import Append, Journal, JournalError, LogHead
from server.journal_sql import SqlJournal, open_sqlite
from server.loading import read_log
from server.place import SEED_BYTES, Place
from server.revoking import open_sessions
from warroom import __version__
from warroom.clock import new_command_id, new_salt, now
from warroom.domain.access import Credential
from warroom.domain.events import HubFounded, HubRestored, LogAt
from warroom.domain.vocabulary import HUB, HUB_LABEL, Via
from warroom.files import sync_folder
from warroom.log.entry import make_entry
from warroom.log.signing import HubKey
from warroom.text import one_line

FORMAT = 1
_CHUNK = 1024 * 1024
_MEMBERS = ("backup.json", "hub.key", "journal.db")
_LARGEST_NOTE = 16 * 1024 * 1024


class BackupRefused(JournalError):
    """There is no backup, or no restore. The message is for the person who runs the hub."""


class Contents(Struct, frozen=True, kw_only=True):
    """What a backup holds, as its `backup.json` says; `journal` is the SHA-256 of the database."""

    made_at: datetime
    warroom: str
    hub: str
    key: str
    journal: str
    rooms: tuple[LogAt, ...]
    format: int = FORMAT


class Restored(Struct, frozen=True, kw_only=True):
    """What came back. `again` says of each session that is open again whose it is."""

    contents: Contents
    again: tuple[str, ...]


def make(data: Path, target: Path) -> Contents:
    """Write the backup of a hub's data folder, whether or not the hub runs.

    Raises `BackupRefused`, `JournalError`.
    """
    if not (data / "journal.db").exists():
        raise BackupRefused(f"there is no hub's journal in {data}; name the data folder: --data")
    if target.exists():
        raise BackupRefused(f"there is a file {target} already; choose another name")
    with _explained(target), _workshop(target) as folder:
        draft, copy = folder / "backup.tar", folder / "journal.db"
        seed = (data / "hub.key").read_bytes()
        _copy(data / "journal.db", copy)
        crash.reached("backup")
        contents = _contents(copy, HubKey(seed))
        _pack(draft, contents, seed, copy)
        crash.reached("backup")
        with _opened(draft) as archive:
            _check(archive)
        draft.rename(target)
        sync_folder(target.parent)
    return contents


def restore(place: Place, source: Path, *, force: bool) -> Restored:
    """Put a backup into a data folder that no hub runs on; the hub's log says so.

    What is there already stays beside it with `force`; without, it is refused. Raises
    `BackupRefused`, `JournalError`.
    """
    if place.journal.exists() and not force:
        raise BackupRefused(
            f"there is a journal in {place.journal.parent} already; --force puts the backup in its "
            "place and keeps what is there beside it"
        )
    with _explained(source):
        draft = place.restoring
        _remove(draft)
        with _opened(source) as archive:
            contents, seed = _check(archive, draft)
        again = _note(draft, contents, HubKey(seed))
        _set_aside(place, f"before-{now():%Y%m%dT%H%M%SZ}")
        place.replace_seed(seed)
        draft.rename(place.journal)
        sync_folder(place.journal.parent)
    return Restored(contents=contents, again=again)


# --- making -----------------------------------------------------------------------------------


def _copy(journal: Path, copy: Path) -> None:
    """A copy of a live database as of one moment; its writer goes on meanwhile."""
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with (
        closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _contents(copy: Path, key: HubKey) -> Contents:
    """What a copy of a journal holds, all of it read and held against its chain and the key."""
    with closing(open_sqlite(copy)) as journal:
        journal.check()
        heads = journal.heads()
        own = next((head for head in heads if head.label == HUB_LABEL), None)
        if own is None:
            raise BackupRefused("this hub was never started: there is nothing in it yet")
        for head in heads:
            _read_through(journal, head, key)
    return Contents(
        made_at=now(),
        warroom=__version__,
        hub=own.log,
        key=key.public,
        journal=_digest(copy),
        rooms=tuple(
            LogAt(head.log, head.seq, head.hash) for head in heads if head.label != HUB_LABEL
        ),
    )


def _read_through(journal: Journal, head: LogHead, key: HubKey) -> None:
    for page in read_log(journal, head):
        event = page[0].recorded().event
        if isinstance(event, HubFounded) and event.key != key.public:
            raise BackupRefused("hub.key is not the key that this journal was signed with")


def _pack(draft: Path, contents: Contents, seed: bytes, copy: Path) -> None:
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            note = msgspec.json.format(msgspec.json.encode(contents))
            for name, data in (("backup.json", note), ("hub.key", seed)):
                archive.addfile(_member(name, len(data)), io.BytesIO(data))
            with copy.open("rb") as journal:
                archive.addfile(_member("journal.db", copy.stat().st_size), journal)
        file.flush()
        os.fsync(file.fileno())


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


# --- reading ----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupRefused(f"{path} is not a backup of warroom, or is cut off: {error}") from error


def _check(archive: tarfile.TarFile, draft: Path | None = None) -> tuple[Contents, bytes]:
    """What an archive says it holds, and the key's seed; its journal goes to `draft`, if given.

    Raises `BackupRefused` if it is not as it was written.
    """
    members = archive.getmembers()
    if tuple(member.name for member in members) != _MEMBERS or not all(m.isreg() for m in members):
        raise BackupRefused("this archive is not a backup of warroom")
    note, seed = (_read(archive, member, _LARGEST_NOTE) for member in members[:2])
    try:
        contents = msgspec.json.decode(note, type=Contents)
    except msgspec.DecodeError as error:
        raise BackupRefused(f"its backup.json cannot be read: {error}") from error
    if contents.format != FORMAT:
        raise BackupRefused(
            f"it was made by warroom {contents.warroom}, in format {contents.format}; this "
            f"version reads format {FORMAT}"
        )
    if len(seed) != SEED_BYTES or HubKey(seed).public != contents.key:
        raise BackupRefused("its hub.key is not the key that it names")
    if _unpack(_file(archive, members[2]), draft) != contents.journal:
        raise BackupRefused("its journal.db is not the one that was written: it is damaged")
    return contents, seed


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    assert file is not None, "a regular member has contents"
    return file


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    return _file(archive, member).read(most)


def _unpack(source: IO[bytes], draft: Path | None) -> str:
    """The SHA-256 of what is read, which is written to `draft` on the way."""
    digest = hashlib.sha256()
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with open(os.devnull if draft is None else os.open(draft, flags, 0o600), "wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        if draft is not None:
            os.fsync(target.fileno())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- putting back -----------------------------------------------------------------------------


def _note(draft: Path, contents: Contents, key: HubKey) -> tuple[str, ...]:
    """Write into the hub's own log that it came back, how far each of its rooms goes, and which
    sessions are open again: a line for each."""
    with closing(open_sqlite(draft)) as journal:
        journal.check()
        heads = journal.heads()
        for head in heads:
            _read_through(journal, head, key)
        own = next(head for head in heads if head.label == HUB_LABEL)
        if own.log != contents.hub:
            raise BackupRefused("its journal is of another hub than it says")
        directory = Directory(own.log)
        for page in read_log(journal, own):
            directory.fold(entry.recorded() for entry in page)
        again = open_sessions(directory, now())
        sessions = tuple(one.id for one in again)
        _append(journal, own, HubRestored(rooms=contents.rooms, sessions=sessions), key)
    return tuple(_again(directory.person(one.person), one) for one in again)


def _again(known: Known, session: Credential) -> str:
    who = f"{one_line(known.name)} (@{one_line(known.handle)})"
    return f"{session.id}  {who}, opened {session.opened_at:%Y-%m-%d %H:%M} UTC"


def _append(journal: SqlJournal, own: LogHead, event: HubRestored, key: HubKey) -> None:
    entry = make_entry(
        log=own.log,
        seq=own.seq + 1,
        prev=own.hash,
        id=new_command_id(),
        at=max(now(), datetime.fromisoformat(own.at)),
        by=HUB,
        via=Via.HUB,
        event=event,
        salt=new_salt(),
        seen=own.seq,
    )
    with journal.begin() as transaction:
        signed = key.sign(own.log, entry.seq, entry.hash)
        transaction.append(HUB_LABEL, [Append(entry, None)], signed)
        transaction.commit()


def _set_aside(place: Place, suffix: str) -> None:
    """Keep the journal and the key that are there, under other names."""
    for path in (place.journal, place.seed_file):
        for file in (path, Path(f"{path}-wal")):
            if file.exists():
                file.rename(path.with_name(file.name.replace(path.name, f"{path.name}.{suffix}")))
    Path(f"{place.journal}-shm").unlink(missing_ok=True)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except BackupRefused:
        raise
    except sqlite3.Error as error:
        raise BackupRefused(f"the journal cannot be copied now: {error}; try again") from error
    except OSError as error:
        where = error.filename or file
        raise BackupRefused(f"{where}: {error.strerror}; nothing was changed") from error
    except JournalError as error:
        raise BackupRefused(str(error)) from error


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """A private folder beside a file in the making; what an earlier try left there goes first."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        yield Path(folder)


def _remove(journal: Path) -> None:
    for file in (journal, Path(f"{journal}-wal"), Path(f"{journal}-shm")):
        file.unlink(missing_ok=True)


def summary(contents: Contents) -> str:
    """One line about a backup."""
    rooms: Sequence[LogAt] = contents.rooms
    entries = sum(room.seq for room in rooms)
    count = f"{len(rooms)} room{'s' * (len(rooms) != 1)}"
    return f"{count} with {entries:,} entries, as of {contents.made_at:%Y-%m-%d %H:%M:%S} UTC"
