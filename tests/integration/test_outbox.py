"""Lines written while the hub is away: kept, sent once, given back; real hubs, real files."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_desk import QUICK, Person, at_desk, texts
from warroom.client.desk import Desk
from warroom.client.draft import Draft
from warroom.client.outbox import AlreadySent
from warroom.client.replica import Returned, Stand, Sync
from warroom.client.store import Store
from warroom.client.target import Target
from warroom.domain.commands import Amend, Post, TakeRole
from warroom.domain.vocabulary import Role


class Keeping(Person):
    """Someone whose client keeps what they write."""

    def __init__(self, target: Target, name: str, data: Path) -> None:
        super().__init__(target, name)
        self.data = data
        self.desk = Desk(target, name, self._listen, pace=QUICK, store=Store(data))

    @property
    def files(self) -> list[Path]:
        return sorted(self.data.glob("outbox/*/*/*.json"))


@pytest.fixture
async def left(serve: Any, tmp_path: Path) -> tuple[Target, str]:
    """A hub that ended, and the room that Ana had open there."""
    async with serve() as served:
        target = Target(socket=served.socket)
        ana = Keeping(target, "ana", tmp_path / "ana")
        async with at_desk(ana):
            replica = await ana.declares("Checkout fails")
            await ana.says(replica, "one")
    return target, replica.log


async def test_lines_wait_for_the_hub_and_are_sent_once(
    serve: Any, left: tuple[Target, str], tmp_path: Path
) -> None:
    """Even if the client that took them is gone, with when they were written and what was seen."""
    target, log = left
    ana = Keeping(target, "ana", tmp_path / "ana")
    replica = ana.desk.open(log)
    seen = replica.seq
    ids = [ana.desk.send(log, Draft(Post(text=text)), typed=text) for text in ("two", "three")]
    assert [Stand.WAITING] * 2 == [one.stand for one in replica.pending.values()]
    assert 2 == len(ana.files)
    again = Keeping(target, "ana", tmp_path / "ana")
    async with serve(), at_desk(again):
        await again.until(lambda: again.desk.you and not again.files)
        assert {} == again.desk.replicas
        replica = again.desk.open(log)
        await again.until(lambda: replica.sync is Sync.LIVE)
        assert ["one", "two", "three"] == texts(replica)
        late = [entry for entry in replica.room.entries if entry.id in ids]
        assert [seen, seen] == [entry.seen for entry in late]
        assert all(entry.happened_at < entry.at for entry in late)


async def test_what_waits_can_be_withdrawn_what_was_sent_cannot(
    serve: Any, left: tuple[Target, str], tmp_path: Path
) -> None:
    """Also if another client of the same person has it open."""
    target, log = left
    ana, twin = (Keeping(target, "ana", tmp_path / "ana") for _ in range(2))
    replica = ana.desk.open(log)
    gone, kept = (ana.desk.send(log, Draft(Post(text=text)), typed=text) for text in "xy")
    other = twin.desk.open(log)
    assert {gone, kept} == other.pending.keys()
    ana.desk.take_back(log, gone)
    assert [kept] == [*replica.pending]
    async with serve() as served, at_desk(twin):
        await twin.until(lambda: not other.pending)
        assert ["one", "y"] == texts(other)
        sending = twin.desk.send(log, Draft(Post(text="z")))
        with pytest.raises(AlreadySent):
            twin.desk.take_back(log, sending)
        await twin.until(lambda: not other.pending)
        assert served


async def test_what_the_hub_refuses_is_back_with_its_author_until_they_have_done_with_it(
    serve: Any, left: tuple[Target, str], tmp_path: Path
) -> None:
    """With the reason and the text, also after a restart."""
    target, log = left
    ana = Keeping(target, "ana", tmp_path / "ana")
    ana.desk.open(log)
    id_ = ana.desk.send(log, Draft(Amend(entry=99, text="no such")), typed="/m #99 no such")
    async with serve(), at_desk(ana):
        await ana.until(lambda: ana.changes(Returned))
    again = Keeping(target, "ana", tmp_path / "ana")
    replica = again.desk.open(log)
    back = replica.returned[id_]
    assert (Stand.RETURNED, "/m #99 no such") == (back.stand, back.typed)
    assert "there is no entry #99" in back.why
    async with serve(), at_desk(again):
        await again.until(lambda: replica.sync is Sync.LIVE)
        assert id_ in replica.returned
        again.desk.take_back(log, id_)
    assert ({}, []) == (replica.returned, again.files)


async def test_a_line_taken_back_to_be_edited_is_not_sent_and_not_lost(
    serve: Any, left: tuple[Target, str], tmp_path: Path
) -> None:
    """It stays, as one that came back, until the new one is written."""
    target, log = left
    ana = Keeping(target, "ana", tmp_path / "ana")
    replica = ana.desk.open(log)
    id_ = ana.desk.send(log, Draft(Post(text="p99 is 4 s")), typed="p99 is 4 s")
    ana.desk.take_back(log, id_, "being edited")
    async with serve(), at_desk(ana):
        await ana.until(lambda: replica.sync is Sync.LIVE)
        assert ["one"] == texts(replica)
    replica = Keeping(target, "ana", tmp_path / "ana").desk.open(log)
    back = replica.returned[id_]
    assert ("p99 is 4 s", "being edited") == (back.typed, back.why)


async def test_what_depends_on_the_room_is_not_kept(
    left: tuple[Target, str], tmp_path: Path
) -> None:
    """A role taken an hour late would undo what others did."""
    target, log = left
    ana = Keeping(target, "ana", tmp_path / "ana")
    replica = ana.desk.open(log)
    ana.desk.send(log, Draft(TakeRole(role=Role.SCRIBE)))
    assert ([], [False]) == (ana.files, [one.kept for one in replica.pending.values()])


async def test_a_clock_that_is_ahead_loses_no_line(
    serve: Any, left: tuple[Target, str], tmp_path: Path
) -> None:
    """The hub takes nothing of the future, so what waits is dated when it is sent."""
    target, log = left
    ana = Keeping(target, "ana", tmp_path / "ana")
    ana.desk.offset += timedelta(days=1)
    replica = ana.desk.open(log)
    ana.desk.send(log, Draft(Post(text="two")))
    async with serve(), at_desk(ana):
        await ana.until(lambda: not replica.pending)
        assert ["one", "two"] == texts(replica)
