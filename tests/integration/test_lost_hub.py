"""Clients with rooms open when their hub is lost: it comes back, and nobody has lost a line."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.backup import make
from tests.integration.conftest import HubProcess, Hubs
from tests.integration.test_desk import at_desk, texts
from tests.integration.test_outbox import Keeping
from warroom.client.draft import Draft
from warroom.client.oneshot import Conversation
from warroom.client.replica import Replica, Sync
from warroom.client.target import Target
from warroom.domain.commands import Post, TakeRole
from warroom.domain.vocabulary import Role
from warroom.export.jsonl import export_lines
from warroom.log.verify import Verdict, verify

MANY = 120
"""Notes that the hub forgets: more than one offer takes."""

LONG = "x" * 1000


def come_back(hubs: Hubs, backup: Path, _: Path) -> HubProcess:
    """The hub as a backup has it, which lacks most of the room."""
    hubs.put_back(backup, force=True)
    return hubs.start()


def go_elsewhere(hubs: Hubs, _: Path, copy: Path) -> HubProcess:
    """Another hub, from an old copy of a client's replica."""
    shutil.rmtree(hubs.data)
    return hubs.start("--adopt", str(copy))


def checked(replica: Replica) -> Verdict:
    lines = export_lines(replica.label, replica.log, replica.entries, replica.heads)
    return verify(b"".join(line + b"\n" for line in lines))


@pytest.mark.parametrize("comes_back", [come_back, go_elsewhere])
async def test_what_clients_hold_is_back_and_what_they_wrote_meanwhile_comes_after_it(
    hubs: Hubs, tmp_path: Path, comes_back: Callable[[Hubs, Path, Path], HubProcess]
) -> None:
    """Every line once, in one order, for both; roles go on; the log verifies."""
    hub = hubs.start()
    target = Target(socket=hub.socket)
    ana, bo = (Keeping(target, name, tmp_path / name) for name in ("ana", "bo"))
    backup, copy = tmp_path / "backup", tmp_path / "copy.jsonl"
    async with at_desk(ana), at_desk(bo):
        room = await ana.declares("Checkout fails")
        ana.desk.send(room.log, Draft(TakeRole(role=Role.INCIDENT_COMMANDER)))
        await ana.says(room, "before")
        other = bo.desk.open(room.log)
        await bo.until(lambda: other.seq == room.seq)
        await asyncio.to_thread(make, hub.data, backup)
        await bo.until(lambda: any((tmp_path / "bo").glob("replicas/*/*.jsonl")))
        (kept,) = (tmp_path / "bo").glob("replicas/*/*.jsonl")
        shutil.copy(kept, copy)
        held = room.seq
        notes = [f"{number} {LONG}" for number in range(MANY)]
        for first in range(0, MANY, 40):
            await ana.says(room, *notes[first : first + 40])
        await bo.until(lambda: other.seq == room.seq)
        hub.kill()
        await ana.until(lambda: room.sync is Sync.CLOSED)
        ana.desk.send(room.log, Draft(Post(text="written without a hub")))
        hub = await asyncio.to_thread(comes_back, hubs, backup, copy)

        await ana.until(lambda: room.recovering and room.sync is Sync.LIVE)
        await bo.until(lambda: other.recovering and other.sync is Sync.LIVE)
        with Conversation(target, "cy", observer=True, start=False) as operator:
            (line,) = operator.rooms()
            assert (True, held + MANY) == (line.recovering, line.seq)
            await asyncio.to_thread(operator.release, room.log)
        await ana.until(lambda: not room.pending and not room.recovering)
        await ana.says(room, "after")
        await bo.until(lambda: other.seq == room.seq)

        wrote = ["before", *notes, "written without a hub", "after"]
        assert wrote == texts(room) == texts(other)
        assert room.room.incident.commander == ana.desk.you.person  # type: ignore[union-attr]
        assert [checked(replica).problems for replica in (room, other)] == [(), ()]
        assert (comes_back is go_elsewhere) == bool(checked(room).adopted_by)
