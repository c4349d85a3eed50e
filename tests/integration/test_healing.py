"""A hub that came back with less than its clients hold gets the rest from them."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.desks import Desks, desks
from tests.integration.test_desk import at_desk, texts
from tests.integration.test_replica_file import Keeping
from warroom.client.draft import Draft
from warroom.client.replica import Replica, Stand, Sync
from warroom.client.target import Target
from warroom.domain.commands import Post
from warroom.log.verify import verify

__all__ = ["desks"]

pytestmark = pytest.mark.timeout(300)


def kept(desks: Desks, name: str) -> Keeping:
    """Someone whose client keeps its rooms in a folder of its own."""
    return Keeping(Target(socket=Path(desks.socket)), name, desks.base / name)


async def older(desks: Desks, ana: Keeping, *texts: str) -> Replica:
    """A room of Ana's; what she wrote after the backup is gone from the hub."""
    async with at_desk(ana):
        replica = await ana.declares("Checkout fails")
        await ana.says(replica, "before the backup")
        backup = desks.backup()
        await ana.says(replica, *texts)
        desks.kill_hub()
    desks.go_back_to(backup)
    return replica


def older_than_bo(desks: Desks, text: str) -> None:
    """A room in which Bo wrote something, and read it, that is gone from the hub."""
    desks.hub()
    desks.runs("ana", "declare", "Checkout fails")
    backup = desks.backup()
    assert 0 == desks.runs("bo", "post", text).returncode
    assert text in desks.runs("bo", "tail").stdout
    desks.go_back_to(backup)


def released(desks: Desks) -> bytes:
    """The room as the hub has it, once its operator has released it."""
    desks.release()
    export = desks.operator("export")
    assert 0 == export.returncode, export.stderr
    return export.stdout.encode()


async def test_a_restored_hub_gets_back_what_it_lost(desks: Desks) -> None:
    """From a client that has no room open: it has the file. Long entries take several frames."""
    desks.hub()
    lost = ["one", "x" * 39_000, "y" * 39_000, "two"]
    replica = await older(desks, kept(desks, "ana"), *lost)
    again = kept(desks, "ana")
    async with at_desk(again):
        again.desk.watch()
        await again.until(lambda: any(room.recovering for room in again.desk.rooms))
        (room,) = again.desk.rooms
        await again.until(
            lambda: again.desk.rooms[0].seq == replica.seq and not again.desk.replicas
        )
        assert room.log == replica.log
    log = released(desks)
    assert verify(log).whole
    for text in lost:
        assert 1 == log.count(f'"text":"{text}"'.encode())


async def test_an_adopting_hub_gets_what_others_held_beyond(desks: Desks) -> None:
    """From someone who has no room open, and knows the room of another hub."""
    desks.hub()
    ana, bo = kept(desks, "ana"), kept(desks, "bo")
    async with at_desk(bo):
        async with at_desk(ana):
            replica = await ana.declares("Checkout fails")
            other = bo.desk.open(replica.log)
            await bo.until(lambda: other.sync is Sync.LIVE)
            await ana.until(lambda: replica.seq == other.seq)
        await bo.says(other, "ana does not hold this", "nor this")
        desks.kill_hub()
    shutil.rmtree(desks.hub_data)
    desks.hub("--adopt", str(ana.file(replica.log)))
    again = kept(desks, "bo")
    async with at_desk(again):
        again.desk.watch()
        whole = [(other.seq, True)]
        await again.until(
            lambda: whole == [(room.seq, room.recovering) for room in again.desk.rooms]
        )
        await again.until(lambda: not again.desk.replicas)
    log = released(desks)
    assert verify(log).whole
    assert 1 == log.count(b"ana does not hold this")


async def test_what_is_written_meanwhile_waits_for_the_release(desks: Desks) -> None:
    """And is an entry once, after what was taken back."""
    desks.hub()
    replica = await older(desks, kept(desks, "ana"), "one")
    again = kept(desks, "ana")
    async with at_desk(again):
        held = again.desk.open(replica.log)
        await again.until(lambda: held.recovering and held.sync is Sync.LIVE)
        id_ = again.desk.send(replica.log, Draft(Post(text="written meanwhile")))
        assert Stand.WAITING is held.pending[id_].stand
        desks.release()
        await again.until(lambda: not held.pending)
        assert ["before the backup", "one", "written meanwhile"] == texts(held)


async def test_true_divergence_is_shown_and_nothing_is_lost(desks: Desks, tmp_path: Path) -> None:
    """The hub went on without what this client held: its file stays, and both heads are known."""
    desks.hub()
    ana = kept(desks, "ana")
    replica = await older(desks, ana, "one", "two")
    released(desks)
    assert 0 == desks.operator("post", "another two").returncode
    before = ana.file(replica.log).read_bytes()
    again = kept(desks, "ana")
    async with at_desk(again):
        held = again.desk.open(replica.log)
        await again.until(lambda: held.sync is Sync.DIVERGED)
        assert held.hub_head is not None
        assert held.hub_head.hash != held.head
        id_ = again.desk.send(replica.log, Draft(Post(text="not sent")))
        assert Stand.WAITING is held.pending[id_].stand
    assert before == ana.file(replica.log).read_bytes()
    assert "not sent" not in desks.operator("export").stdout


async def test_words_of_the_shell_give_back_what_their_machine_holds(desks: Desks) -> None:
    """Reading and writing do, and writing says at once that it has to wait."""
    older_than_bo(desks, "after the backup")
    assert "after the backup" not in desks.runs("ana", "tail").stdout
    waits = desks.runs("bo", "post", "later")
    assert 7 == waits.returncode, waits.stderr
    assert (
        "INC-1 is being recovered and takes nothing new yet, so this was not sent" in waits.stderr
    )
    log = released(desks)
    assert verify(log).whole
    assert 1 == log.count(b"after the backup")
    assert 0 == desks.runs("bo", "post", "later").returncode


async def test_a_room_that_recovers_is_listed_as_that(desks: Desks) -> None:
    """Until it is released."""
    desks.hub()
    await older(desks, kept(desks, "ana"), "one")
    assert "recovering: Checkout fails" in desks.runs("bo", "list").stdout
    released(desks)
    assert "recovering" not in desks.runs("bo", "list").stdout


async def test_what_waits_here_is_said_beside_a_room_without_its_hub(desks: Desks) -> None:
    """What is printed is what the hub had; the lines of one's own are not in it."""
    desks.hub()
    ana = kept(desks, "ana")
    async with at_desk(ana):
        replica = await ana.declares("Checkout fails")
        desks.kill_hub()
        await ana.until(lambda: replica.sync is Sync.CLOSED)
        ana.desk.send(replica.log, Draft(Post(text="written meanwhile")))
    brief = desks.runs("ana", "brief")
    assert 0 == brief.returncode, brief.stderr
    assert "1 line of yours waits here for the hub" in brief.stderr


async def test_words_of_the_shell_say_that_two_logs_have_parted(desks: Desks) -> None:
    """Nothing is sent, the file stays, and the status is that of a conflict."""
    older_than_bo(desks, "only bo has this")
    released(desks)
    (file,) = (desks.base / "bo").glob("replicas/*/*.jsonl")
    before = file.read_bytes()
    for words in (("tail",), ("post", "to whom?"), ("brief",)):
        parted = desks.runs("bo", *words)
        assert (6, "") == (parted.returncode, parted.stdout), parted.stderr
        assert "is not the one that this machine holds (yours #" in parted.stderr
        assert "warroom export -i INC-1 --held" in parted.stderr
    assert before == file.read_bytes()
    assert "only bo has this" in desks.runs("bo", "export", "--held").stdout
    assert "to whom?" not in desks.runs("ana", "tail").stdout
