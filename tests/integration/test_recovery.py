"""A hub that came back from a backup, or in another place, takes back what clients hold."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from server.backup import make
from tests.integration.conftest import WAIT, Client, HubProcess, Hubs, joined
from warroom.clock import new_command_id
from warroom.domain.commands import AddAction, Post, TakeRole
from warroom.domain.decide import Code
from warroom.domain.events import ActionOverdue, LogAdopted, LogRestored
from warroom.domain.vocabulary import Role
from warroom.export.jsonl import export_lines
from warroom.log.entry import Entry, read_line
from warroom.log.lines import Manifest
from warroom.log.signing import SignedHead
from warroom.log.verify import verify
from warroom.protocol.envelopes import (
    Acked,
    Declined,
    Diverged,
    Entries,
    Failed,
    FromHub,
    Offer,
    Open,
    Recovering,
    Release,
    Released,
)


@dataclass
class Copy:
    """What a client holds of a room."""

    log: str
    label: str = "INC-1"
    entries: list[Entry] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.entries[-1].hash

    async def follow(self, client: Client, upto: int) -> None:
        """Take entries as they come until `upto`."""
        while len(self.entries) < upto:
            batch = await client.hear(Entries, lambda said: said.log == self.log)
            self.entries += [read_line(bytes(line)) for line in batch.entries]
            self.heads += [msgspec.json.decode(line, type=SignedHead) for line in batch.heads]

    def open(self) -> Open:
        return Open(log=self.log, after=len(self.entries), head=self.head)

    def offer(self, after: int, upto: int | None = None) -> Offer:
        entries = self.entries[after:upto]
        last = entries[-1].seq
        heads = [head for head in self.heads if after < head.seq <= last]
        return Offer(
            log=self.log,
            after=after,
            entries=tuple(Raw(entry.line()) for entry in entries),
            heads=tuple(Raw(head.line()) for head in heads),
        )

    def export(self) -> bytes:
        lines = export_lines(self.label, self.log, self.entries, self.heads)
        return b"".join(line + b"\n" for line in lines)

    def replica(self) -> bytes:
        """As a client keeps it: the same, and no end is named."""
        _, _, rest = self.export().partition(b"\n")
        return Manifest(log=self.log, label=self.label).line() + b"\n" + rest


@dataclass
class Scene:
    """A hub that was lost, a backup of it that lacks what came last, and a client's copy."""

    backup: Path
    copy: Copy
    held: int
    late: str
    person: str


async def lost(hubs: Hubs, tmp_path: Path) -> Scene:
    """A room of which entries were acknowledged after the backup; then the hub is killed."""
    hub = hubs.start()
    async with joined(hub.socket, "ana") as ana:
        log = await ana.declares()
        await ana.posts(log, "before the backup")
        held = 4  # the declaration, Ana's attendance, the note, the action
        soon = datetime.now(UTC) + timedelta(seconds=1)
        assert isinstance(await ana.submits(log, AddAction(text="look", due_at=soon)), Acked)
        copy = Copy(log)
        await ana.opens(log)
        await copy.follow(ana, held)
        backup = tmp_path / "hub.backup"
        await asyncio.to_thread(make, hub.data, backup)
        late = new_command_id()
        assert isinstance(await ana.submits(log, Post(text="after it"), id=late), Acked)
        assert isinstance(await ana.submits(log, TakeRole(role=Role.INCIDENT_COMMANDER)), Acked)
        # The action falls due, and the hub says so.
        await copy.follow(ana, held + 3)
        person = copy.entries[4].header.by
        assert ActionOverdue in {type(entry.recorded().event) for entry in copy.entries}
    hub.kill()
    return Scene(backup, copy, held, late, person)


def restored(hubs: Hubs, scene: Scene, *flags: str) -> HubProcess:
    """The hub as the backup has it."""
    hubs.put_back(scene.backup, force=True)
    return hubs.start(*flags)


def adopted(hubs: Hubs, scene: Scene, *flags: str) -> HubProcess:
    """Another hub, which has only the client's copy up to the backup."""
    shutil.rmtree(hubs.data)
    part = Copy(scene.copy.log, entries=scene.copy.entries[: scene.held])
    part.heads = [head for head in scene.copy.heads if head.seq <= scene.held]
    file = hubs.data.parent / "replica.jsonl"
    file.write_bytes(part.replica())
    return hubs.start("--adopt", str(file), *flags)


WAYS = pytest.mark.parametrize(
    ("comes_back", "ends"), [(restored, LogRestored), (adopted, LogAdopted)], ids=["backup", "copy"]
)


@asynccontextmanager
async def ahead(hub: HubProcess, scene: Scene, name: str = "ana") -> AsyncIterator[Client]:
    """A client that holds more than the hub, and was told so."""
    async with joined(hub.socket, name) as client:
        await client.say(scene.copy.open())
        told = await client.hear(Recovering)
        assert (
            Recovering(
                log=scene.copy.log, seq=scene.held, head=scene.copy.entries[scene.held - 1].hash
            )
            == told
        )
        yield client


@WAYS
async def test_a_client_brings_back_what_the_hub_lost(
    hubs: Hubs,
    tmp_path: Path,
    comes_back: Callable[..., HubProcess],
    ends: type,
) -> None:
    """Page by page, to everyone who is there; then the operator lets the room go on."""
    scene = await lost(hubs, tmp_path)
    copy, log = scene.copy, scene.copy.log
    hub = comes_back(hubs, scene)
    async with joined(hub.socket, "bo") as bo, ahead(hub, scene) as ana:
        assert (await bo.opens(log)).recovering
        assert (await bo.rooms()).rooms[0].recovering
        other = Copy(log)
        await other.follow(bo, scene.held)
        declined = await bo.submits(log, Post(text="too early"))
        assert isinstance(declined, Declined)
        assert (Code.TEMPORARY, True) == (declined.code, declined.temporary)

        for after, upto in ((scene.held, scene.held + 1), (scene.held + 1, None)):
            await ana.say(copy.offer(after, upto))
            told = await ana.hear(Recovering)
            assert (upto or len(copy.entries)) == told.seq
        await ana.say(copy.open())
        await other.follow(bo, len(copy.entries))
        assert copy.entries == other.entries

        await bo.say(Release(log=log))
        released = await bo.hear(Released)
        assert len(copy.entries) + 1 == released.seq
        await other.follow(bo, released.seq)
        assert ends is type(other.entries[-1].recorded().event)
        # Ana is who she was, in her role, and what she sends again is what she had sent.
        acked = await ana.submits(log, Post(text="and on"))
        assert isinstance(acked, Acked)
        assert Acked(id=scene.late, log=log, seq=5) == await ana.submits(
            log, Post(text="after it"), id=scene.late
        )
        await other.follow(bo, acked.seq)
        assert scene.person == other.entries[acked.seq - 1].header.by
        assert not (await bo.rooms()).rooms[0].recovering
    verdict = verify(other.export())
    assert verdict.whole, verdict.problems
    assert len(verdict.adopted_by) == (ends is LogAdopted)
    kinds = [entry.header.kind for entry in other.entries]
    assert 1 == kinds.count("action.overdue")


@WAYS
async def test_a_room_is_released_by_itself(
    hubs: Hubs,
    tmp_path: Path,
    comes_back: Callable[..., HubProcess],
    ends: type,
) -> None:
    """After a while in which nobody brings more; then what fell due meanwhile is said."""
    scene = await lost(hubs, tmp_path)
    hub = comes_back(hubs, scene, "--release-after", "0.5")
    async with joined(hub.socket, "bo") as bo:
        await bo.opens(scene.copy.log)
        kinds: list[type] = []
        async with asyncio.timeout(WAIT):
            while ActionOverdue not in kinds:  # bo's attendance may be recorded before it
                entries = await bo.reads(scene.copy.log, len(kinds) + 1)
                kinds += [type(entry.recorded().event) for entry in entries]
    assert ends is kinds[scene.held]
    async with joined(hub.socket, "ana") as ana:
        await ana.say(scene.copy.open())
        assert scene.copy.log == (await ana.hear(Diverged)).log


async def test_who_claims_and_brings_nothing_holds_up_nobody(hubs: Hubs, tmp_path: Path) -> None:
    """However often they say that they have more: the room is released all the same."""
    scene = await lost(hubs, tmp_path)
    hub = restored(hubs, scene, "--release-after", "2")
    async with joined(hub.socket, "eve") as eve, asyncio.timeout(WAIT):
        while (await eve.rooms()).rooms[0].recovering:
            await eve.say(Open(log=scene.copy.log, after=10**6, head="0" * 64))
            await eve.hear(FromHub, lambda said: isinstance(said, Recovering | Diverged))
            await asyncio.sleep(0.2)


async def test_nothing_falls_due_while_a_room_recovers(hubs: Hubs, tmp_path: Path) -> None:
    """A restored hub would otherwise write its own end of the story, and the histories part."""
    scene = await lost(hubs, tmp_path)
    hub = restored(hubs, scene)
    async with joined(hub.socket, "bo") as bo:
        opened = await bo.opens(scene.copy.log)
        await asyncio.sleep(1.5)  # the action has long been overdue
        assert scene.held == opened.seq == (await bo.rooms()).rooms[0].seq


def altered(offer: Offer, **changed: object) -> Offer:
    return msgspec.structs.replace(offer, **changed)


async def test_what_nobody_vouches_for_is_not_taken(hubs: Hubs, tmp_path: Path) -> None:
    """Altered, unsigned, out of place: refused with a sentence, and the room stays as it was."""
    scene = await lost(hubs, tmp_path)
    copy, log = scene.copy, scene.copy.log
    hub = restored(hubs, scene)
    offer = copy.offer(scene.held)
    async with ahead(hub, scene) as ana:
        forged = (Raw(bytes(offer.entries[0]).replace(b"after it", b"a forgery")),)
        await ana.say(altered(offer, entries=forged + offer.entries[1:]))
        assert "not those it was made with" in (await ana.hear(Failed)).text
        await ana.say(altered(offer, heads=(Raw(copy.heads[0].line()),)))
        assert "not among these" in (await ana.hear(Failed)).text
        # Entries without a head wait for it; a client that has none is told that it is not enough.
        await ana.say(altered(offer, heads=()))
        assert len(copy.entries) == (await ana.hear(Recovering)).seq
        await ana.say(copy.open())
        assert "nothing vouches for" in (await ana.hear(Failed)).text
        # One that begins elsewhere is told where the hub stands.
        await ana.say(altered(offer, after=2))
        assert scene.held == (await ana.hear(Recovering)).seq
        assert scene.held == (await ana.rooms()).rooms[0].seq
        await ana.say(offer)
        assert len(copy.entries) == (await ana.hear(Recovering)).seq
        await ana.say(Release(log=log))
        await ana.hear(Released)
        await ana.say(Release(log=log))
        assert Code.ILLEGAL_STATE is (await ana.hear(Failed)).code
        await ana.say(offer)
        assert Code.ILLEGAL_STATE is (await ana.hear(Failed)).code


async def test_only_the_operator_releases(hubs: Hubs, tmp_path: Path) -> None:
    """Over TCP nobody is known to be the one who runs the hub."""
    scene = await lost(hubs, tmp_path)
    hub = restored(hubs, scene, "--bind", "127.0.0.1:0")
    headers = {"Authorization": f"Bearer {hub.token}"}
    async with joined(hub.ready["url"], "bo", additional_headers=headers) as bo:
        await bo.say(Release(log=scene.copy.log))
        assert Code.NOT_ALLOWED is (await bo.hear(Failed)).code


async def test_two_clients_bring_the_same(hubs: Hubs, tmp_path: Path) -> None:
    """The second is told where the log stands now, and has nothing left to bring."""
    scene = await lost(hubs, tmp_path)
    hub = restored(hubs, scene)
    async with ahead(hub, scene) as ana, ahead(hub, scene, "bo") as bo:
        await asyncio.gather(
            ana.say(scene.copy.offer(scene.held)), bo.say(scene.copy.offer(scene.held))
        )
        async with asyncio.timeout(WAIT):
            assert 7 == (await ana.hear(Recovering)).seq == (await bo.hear(Recovering)).seq
        assert 7 == (await bo.rooms()).rooms[0].seq


async def test_an_adopted_log_is_the_same_bytes(hubs: Hubs, tmp_path: Path) -> None:
    """And adopting it again changes nothing."""
    scene = await lost(hubs, tmp_path)
    copy = scene.copy
    shutil.rmtree(hubs.data)
    file = tmp_path / "export.jsonl"
    file.write_bytes(copy.export())
    for _ in range(2):
        hub = hubs.start("--adopt", str(file))
        async with joined(hub.socket, "bo") as bo:
            await bo.opens(copy.log)
            again = Copy(copy.log)
            await again.follow(bo, len(copy.entries))
        assert 0 == hub.stop()
    assert [e.line() for e in copy.entries] == [e.line() for e in again.entries]
    assert "is here already, as far as #7" in hub.errors.read_text()


async def test_a_second_room_of_the_same_name_is_refused(hubs: Hubs, tmp_path: Path) -> None:
    """Nobody could tell them apart; and a file that is altered is refused before anything else."""
    scene = await lost(hubs, tmp_path)
    shutil.rmtree(hubs.data)
    hub = hubs.start()
    async with joined(hub.socket, "bo") as bo:
        await bo.declares("another INC-1")
    assert 0 == hub.stop()
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(scene.copy.export())
    bad.write_bytes(scene.copy.export().replace(b"after it", b"a forgery"))
    for file, text in ((good, "another room called INC-1 already"), (bad, "bad.jsonl, line")):
        refused = hubs.spawn("--adopt", str(file))
        assert 1 == refused.process.wait(WAIT)
        assert text in refused.errors.read_text()
