"""A hub's data in one file, and back: whole or not at all."""

import contextlib
import os
import re
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from server.backup import BackupRefused, make
from server.journal_sql import open_sqlite
from server.place import Place
from tests.integration.conftest import WAIT, HubProcess, Hubs, joined
from warroom.domain.vocabulary import HUB_LABEL
from warroom.log.entry import Entry


async def busy(hubs: Hubs) -> HubProcess:
    """A hub that runs, with a room of a few entries."""
    hub = hubs.start()
    async with joined(hub.socket, "ana") as ana:
        log = await ana.declares()
        await ana.posts(log, "one", "two")
    return hub


def found(folder: Path) -> list[Path]:
    """What is there of a backup, whole or in the making."""
    return [path for path in folder.iterdir() if "backup" in path.name]


def own_log(place: Place) -> list[Entry]:
    """The hub's own log in a data folder."""
    journal = open_sqlite(place.journal)
    own = next(head.log for head in journal.heads() if head.label == HUB_LABEL)
    entries = journal.page(own, 0, 100).entries
    journal.close()
    return list(entries)


async def test_a_running_hub_is_backed_up_and_comes_back(hubs: Hubs, tmp_path: Path) -> None:
    """All that it had acknowledged, its key among it; and its log says that it came back."""
    hub = await busy(hubs)
    backup = tmp_path / "hub.backup"
    contents = make(hub.data, backup)

    assert 0o600 == backup.stat().st_mode & 0o777
    assert [backup] == found(tmp_path)
    key = (hub.data / "hub.key").read_bytes()
    hub.kill()
    hubs.data.rename(tmp_path / "lost")
    assert contents == hubs.put_back(backup)
    assert key == (hubs.data / "hub.key").read_bytes()
    place = Place.take(hubs.data, hubs.env)
    last = own_log(place)[-1]
    place.release()
    assert ("hub.restored", 4) == (last.header.kind, contents.rooms[0].seq)
    async with joined(hubs.start().socket, "ana") as ana:
        (room,) = (await ana.rooms()).rooms
        assert (4, True) == (room.seq, room.recovering)


async def test_a_backup_never_replaces_a_file(hubs: Hubs, tmp_path: Path) -> None:
    """It may be the last good one."""
    hub = await busy(hubs)
    there = tmp_path / "hub.backup"
    there.write_text("precious")
    with pytest.raises(BackupRefused, match="already; choose another name"):
        make(hub.data, there)
    with pytest.raises(BackupRefused, match="there is no hub's journal in"):
        make(tmp_path / "elsewhere", tmp_path / "new")
    with pytest.raises(BackupRefused, match="No such file or directory; nothing was changed"):
        make(hub.data, tmp_path / "no" / "such" / "folder")
    assert "precious" == there.read_text()


@pytest.mark.parametrize("moment", [1, 2])
async def test_a_backup_that_is_cut_off_is_no_backup(
    hubs: Hubs, tmp_path: Path, moment: int
) -> None:
    """Killed at any moment it leaves nothing under the name; the next try begins anew."""
    hub = await busy(hubs)
    backup = tmp_path / "hub.backup"
    hubs.env = hubs.env | {"WARROOM_CRASH_AT": f"backup:{moment}"}
    assert -9 == hubs.spawn("--backup", str(backup)).process.wait(WAIT)
    assert not backup.exists()
    assert [] != found(tmp_path)
    del hubs.env["WARROOM_CRASH_AT"]
    assert 0 == hubs.spawn("--backup", str(backup)).process.wait(WAIT)
    assert [backup] == found(tmp_path)
    hub.kill()


async def test_a_restore_replaces_nothing_unasked(hubs: Hubs, tmp_path: Path) -> None:
    """Not under a running hub, not over a journal; by force it keeps what was there."""
    hub = await busy(hubs)
    backup = tmp_path / "hub.backup"
    make(hub.data, backup)
    refused = hubs.spawn("--restore", str(backup))
    assert 1 == refused.process.wait(WAIT)
    assert f"the hub with process id {hub.process.pid} is running" in refused.errors.read_text()
    hub.kill()
    before = (hubs.data / "journal.db").read_bytes()
    with pytest.raises(BackupRefused, match="--force puts the backup in its place"):
        hubs.put_back(backup)
    assert before == (hubs.data / "journal.db").read_bytes()
    hubs.put_back(backup, force=True)
    kept = [path for path in hubs.data.glob("journal.db.before-*") if path.suffix[-3:] != "wal"]
    assert [before] == [path.read_bytes() for path in kept]


def damage(backup: Path, how: str) -> None:
    data = backup.read_bytes()
    match how:
        case "cut":
            backup.write_bytes(data[: len(data) // 2])
        case "flipped":
            at = data.index(b"SQLite format 3") + 5000
            backup.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        case "other":
            backup.write_bytes(b"not a backup at all" * 100)
        case _:
            with tarfile.open(backup, "w") as archive:
                archive.add(__file__, "hub.key")


@pytest.mark.parametrize("how", ["cut", "flipped", "other", "archive"])
async def test_a_damaged_backup_replaces_nothing(hubs: Hubs, tmp_path: Path, how: str) -> None:
    """It is read through before anything is touched."""
    hub = await busy(hubs)
    backup = tmp_path / "hub.backup"
    make(hub.data, backup)
    hub.kill()
    damage(backup, how)
    journal, key = (hubs.data / name for name in ("journal.db", "hub.key"))
    before = (journal.read_bytes(), key.read_bytes())
    with pytest.raises(BackupRefused):
        hubs.put_back(backup, force=True)
    assert before == (journal.read_bytes(), key.read_bytes())


async def test_a_restore_that_was_cut_off_is_finished_first(hubs: Hubs, tmp_path: Path) -> None:
    """A hub does not found itself anew on a folder that is only half restored."""
    hub = await busy(hubs)
    backup = tmp_path / "hub.backup"
    make(hub.data, backup)
    hub.kill()
    (hubs.data / "journal.db").rename(hubs.data / ".journal.db.restoring")
    refused = hubs.spawn()
    assert 1 == refused.process.wait(WAIT)
    assert "was cut off: run warroom restore FILE again" in refused.errors.read_text()
    for name in ("journal.db-wal", "journal.db-shm"):
        (hubs.data / name).unlink(missing_ok=True)
    hubs.put_back(backup)
    assert 0 == hubs.start().stop()


async def test_the_wrong_key_is_no_backup(hubs: Hubs, tmp_path: Path) -> None:
    """A journal without the key that signed it could not go on."""
    hub = await busy(hubs)
    hub.kill()
    (hubs.data / "hub.key").write_bytes(os.urandom(32))
    with pytest.raises(BackupRefused, match=r"hub\.key is not the key"):
        make(hubs.data, tmp_path / "hub.backup")


def forget_words(journal: sqlite3.Connection) -> None:
    """Take the words of an entry away, as no hub ever does."""
    room = "(SELECT log FROM logs WHERE label = 'INC-1')"
    journal.execute(f"DELETE FROM bodies WHERE seq = 3 AND log = {room}")


def forget_signature(journal: sqlite3.Connection) -> None:
    journal.execute("DELETE FROM heads WHERE (log, seq) IN (SELECT log, seq FROM logs)")


@pytest.mark.parametrize(
    ("harm", "text"),
    [
        (forget_words, "The log INC-1 is damaged: the words of entry 3 are missing"),
        (forget_signature, "is damaged: no signature vouches for its last entry, "),
    ],
)
async def test_what_was_taken_out_of_a_journal_is_named(
    hubs: Hubs, tmp_path: Path, harm: Callable[[sqlite3.Connection], None], text: str
) -> None:
    """The hub does not start on it, and it is not backed up as if it were whole."""
    hub = await busy(hubs)
    assert 0 == hub.stop()
    with contextlib.closing(sqlite3.connect(hubs.data / "journal.db")) as journal:
        guards = journal.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in (kept := guards.fetchall()):
            journal.execute(f"DROP TRIGGER {name}")
        harm(journal)
        for _, sql in kept:
            journal.execute(sql)
        journal.commit()
    refused = hubs.spawn()
    assert 1 == refused.process.wait(WAIT)
    assert text in refused.errors.read_text()
    with pytest.raises(BackupRefused, match=re.escape(text)):
        make(hubs.data, tmp_path / "hub.backup")
    assert [] == found(tmp_path)
