"""Rooms kept on this machine: real files, real hubs, and what a crash can do to a file."""

import asyncio
import os
import random
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.data.golden.logbook import ended, expire
from tests.e2e.terminal import WARROOM
from tests.integration.conftest import ROOT
from tests.integration.test_desk import Person, at_desk, texts
from warroom.client.desk import Desk, Failure
from warroom.client.draft import Draft
from warroom.client.replica import Replica, Sync
from warroom.client.replica_file import ReplicaFile
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.domain.commands import ApproveRedaction, RequestRedaction
from warroom.log.entry import read_line
from warroom.log.verify import verify

NOBODY = Target(socket=Path("/nowhere/hub.sock"))


class Keeping(Person):
    """Someone whose client keeps what it sees."""

    def __init__(self, target: Target, name: str, data: Path) -> None:
        super().__init__(target, name)
        self.data = data
        self.desk = Desk(target, name, self._listen, pace=self.pace, store=Store(data))

    def file(self, log: str) -> Path:
        (found,) = self.data.glob(f"replicas/*/{log}.jsonl")
        return found


def loaded(path: Path) -> tuple[Replica, ReplicaFile]:
    """A room as a new client finds it."""
    replica, file = Replica(path.stem), ReplicaFile(path)
    for _ in file.load(replica):
        pass
    return replica, file


@pytest.fixture
async def written(serve: Any, tmp_path: Path) -> Path:
    """The file of a room in which Ana wrote three notes."""
    async with serve() as served:
        ana = Keeping(Target(socket=served.socket), "ana", tmp_path / "ana")
        async with at_desk(ana):
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "one", "two", "three")
    return ana.file(replica.log)


def test_a_room_that_was_opened_is_kept_as_a_log_that_verifies(written: Path) -> None:
    """In the export's own format, for its owner alone."""
    verdict = verify(written.read_bytes())
    assert verdict.whole, verdict.problems
    assert verdict.head is not None
    assert verdict.signed == verdict.head.seq
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in written.parent.iterdir()}
    assert 0o700 == stat.S_IMODE(written.parent.stat().st_mode)


async def test_the_room_is_there_before_the_hub_has_answered(written: Path, tmp_path: Path) -> None:
    """Also if there is no hub: with who one is there, and its lobby."""
    ana = Keeping(Target(socket=tmp_path / "no.sock"), "ana", tmp_path / "ana")
    assert ana.desk.you is None
    (known,) = (tmp_path / "ana" / "hubs").iterdir()
    socket = known.read_text().split('"target":"')[1].split('"')[0]
    ana = Keeping(Target(socket=Path(socket)), "ana", tmp_path / "ana")
    assert ana.desk.you is not None
    assert "ana" == ana.desk.you.handle
    assert ["Checkout fails"] == [room.title for room in ana.desk.rooms]
    replica = ana.desk.open(ana.desk.rooms[0].log)
    assert ["one", "two", "three"] == texts(replica)
    assert Sync.CLOSED is replica.sync
    ana.desk.close(replica.log)


async def test_opening_again_asks_only_for_what_is_new(serve: Any, tmp_path: Path) -> None:
    """And what came meanwhile is there, and in the file."""
    async with serve() as served:
        target = Target(socket=served.socket)
        ana = Keeping(target, "ana", tmp_path / "ana")
        async with at_desk(ana), at_desk(Person(target, "bo")) as bo:
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "one")
            held = replica.seq
            ana.desk.close(replica.log)
            other = bo.desk.open(replica.log)
            await bo.until(lambda: other.sync is Sync.LIVE)
            await bo.says(other, "two")
            again = ana.desk.open(replica.log)
            assert held == again.seq
            assert held == again.open().after
            ana.desk._asking.open(again)
            await ana.until(lambda: again.seq == other.seq and again.sync is Sync.LIVE)
            assert ["one", "two"] == texts(again)
        assert ["one", "two"] == texts(loaded(ana.file(replica.log))[0])


def test_a_torn_last_line_is_cut_wherever_it_was_torn(written: Path) -> None:
    """Nothing before it is lost, and what follows is written after it."""
    whole = written.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    last_line = range(ends[-3], len(whole))
    full, file = loaded(written)
    file.close()
    for end in [*range(0, ends[0] + 1, 31), *last_line[::9]]:
        written.write_bytes(whole[:end])
        replica, file = loaded(written)
        assert replica.seq == sum(
            line.startswith(b'{"body"')
            for line in whole[:end].split(b"\n")[: whole[:end].count(b"\n")]
        )
        file.keep(full)
        file.close()
        assert "" == file.complaint
        assert full.head == loaded_and_left(written).head
        assert verify(written.read_bytes()).whole


def loaded_and_left(path: Path) -> Replica:
    replica, file = loaded(path)
    file.close()
    return replica


def test_a_flipped_byte_is_noticed_and_the_file_set_aside(written: Path) -> None:
    """Not deleted; what was good of it stays. (A signature is looked at when it is needed.)"""
    whole = written.read_bytes()
    full = loaded_and_left(written)
    lines = whole.split(b"\n")
    heads = [line for line in lines if b'"type":"head"' in line]
    for _ in range(60):
        at = random.randrange(len(whole) - 1)
        spoiled = bytearray(whole)
        spoiled[at] ^= 1 << random.randrange(8)
        written.write_bytes(spoiled)
        replica, file = loaded(written)
        number = whole[:at].count(b"\n")
        if lines[number] in heads and not file.complaint:
            file.close()
            assert full.head == replica.head
            continue
        assert "damaged" in file.complaint or whole[at : at + 1] == b"\n", (
            at,
            spoiled[at - 20 : at + 20],
        )
        assert replica.seq <= full.seq
        file.keep(full)
        file.close()
        assert whole == written.read_bytes()
        for aside in written.parent.glob("*.damaged-*"):
            assert bytes(spoiled) == aside.read_bytes()
            aside.unlink()


async def test_two_clients_on_one_machine_write_one_file(serve: Any, tmp_path: Path) -> None:
    """Each line once; when the writer ends, the other takes over."""
    async with serve() as served:
        target = Target(socket=served.socket)
        ana, bo = (Keeping(target, name, tmp_path / "both") for name in ("ana", "bo"))
        async with at_desk(bo):
            async with at_desk(ana):
                replica = await ana.declares("Checkout fails")
                other = bo.desk.open(replica.log)
                await bo.until(lambda: other.sync is Sync.LIVE)
                await ana.says(replica, *(f"a{number}" for number in range(5)))
                await bo.says(other, *(f"b{number}" for number in range(5)))
                await ana.until(lambda: replica.seq == other.seq)
            await bo.says(other, *(f"c{number}" for number in range(5)))
    verdict = verify(ana.file(replica.log).read_bytes())
    assert (True, other.seq) == (verdict.whole, verdict.entries), verdict.problems


def test_reading_that_is_broken_off_costs_nothing(written: Path) -> None:
    """The room is left, or the client ends, before all of the file was read."""
    whole = written.read_bytes()
    full = loaded_and_left(written)
    for held in (Replica(written.stem), full):
        file = ReplicaFile(written)
        steps = file.load(Replica(written.stem))
        next(steps)
        short = Replica(written.stem)
        list(short.restore(held.entries[:2]))
        file.close(short)
        assert whole == written.read_bytes()


async def test_redacted_words_leave_the_file(serve: Any, tmp_path: Path) -> None:
    """Also if the client dies between the redaction and the new file."""
    async with serve() as served:
        target = Target(socket=served.socket)
        ana = Keeping(target, "ana", tmp_path / "ana")
        async with at_desk(ana), at_desk(Person(target, "bo")) as bo:
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "the password is swordfish")
            secret = replica.seq
            before = ana.file(replica.log).read_bytes()
            assert b"swordfish" in before
            ana.desk.send(replica.log, Draft(RequestRedaction(entry=secret, reason="a password")))
            other = bo.desk.open(replica.log)
            await bo.until(lambda: other.seq > secret + 1)
            bo.desk.send(replica.log, Draft(ApproveRedaction(entry=secret)))
            await ana.until(lambda: secret in replica.room.incident.redacted)
            path = ana.file(replica.log)
            after = path.read_bytes()
            assert b"swordfish" not in after
            assert verify(after).whole
        torn = before + after[len(after) - _tail(before, after) :]
        path.write_bytes(torn)
        assert b"swordfish" in path.read_bytes()
        assert secret in loaded_and_left(path).room.incident.redacted
        assert after == path.read_bytes()


def test_words_that_have_expired_leave_the_file(tmp_path: Path) -> None:
    """With the entry that says so, and also if a client died over it."""
    book = ended()
    path = tmp_path / f"{book.log}.jsonl"
    path.write_bytes(book.data(head=None))
    replica, file = loaded(path)
    assert b"555-0199" in path.read_bytes()
    lines = expire(book).sign().lines[-2:]
    list(replica.restore([read_line(lines[0])]))
    file.keep(replica)
    file.close()
    after = path.read_bytes()
    assert b"555-0199" not in after
    assert b"what was this?" in after
    path.write_bytes(book.data(head=None))
    assert 5 == loaded_and_left(path).room.incident.expired
    assert b"555-0199" not in path.read_bytes()
    assert verify(path.read_bytes()).whole


def _tail(before: bytes, after: bytes) -> int:
    """How many bytes were appended to a file whose earlier lines changed."""
    lines = after.split(b"\n")[before.count(b"\n") :]
    return len(b"\n".join(lines))


async def test_a_disk_that_fails_ends_no_room(serve: Any, tmp_path: Path) -> None:
    """The person is told once, and goes on."""
    (tmp_path / "ana").write_text("in the way of the folder")
    async with serve() as served:
        ana = Keeping(Target(socket=served.socket), "ana", tmp_path / "ana")
        async with at_desk(ana):
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "one", "two")
    failures = [event.text for event in ana.told if isinstance(event, Failure)]
    assert ["kept on this machine" in text for text in failures] == [True]


async def test_a_client_killed_while_it_writes_leaves_a_file_that_goes_on(
    serve: Any, tmp_path: Path
) -> None:
    """Again and again, at whatever moment: nothing is damaged, lost or there twice."""
    data = tmp_path / "reader"
    async with serve() as served, at_desk(Person(Target(socket=served.socket), "ana")) as ana:
        replica = await ana.declares("Checkout fails")
        reached = 0
        for round_ in range(4):
            reader = await asyncio.create_subprocess_exec(
                *WARROOM, "tail", "--follow", "--hub", str(served.socket),
                env=os.environ | {"WARROOM_DATA": str(data), "PYTHONPATH": str(ROOT)},
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            number = 0
            while _size(data) <= reached + 3_000 * (round_ + 1):
                await ana.says(replica, *(f"{round_}.{number + at}" for at in range(20)))
                number += 20
            reader.kill()
            await reader.wait()
            (path,) = data.glob("replicas/*/*.jsonl")
            held, file = loaded(path)
            assert "" == file.complaint
            assert [entry.hash for entry in replica.entries[: held.seq]] == [
                entry.hash for entry in held.entries
            ]
            file.keep(replica)
            file.close()
            assert verify(path.read_bytes()).whole
            reached = _size(data)


def _size(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("replicas/*/*.jsonl"))
