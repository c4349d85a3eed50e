"""Kills a hub under load, again and again, and asks after each life what is left.

Writers and a reader are `Desk`s in this process; the hub is a process of its own. A life ends by
SIGKILL, from here at a random moment or by itself at a named point (`server/crash.py`).
"""

import asyncio
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from server.journal_sql import open_sqlite
from tests.integration.conftest import joined
from tests.proof.history import Asked, Finding, History, Kept, Saw, Told, findings
from tests.proof.hub_lives import PATIENCE, HubLives, nursery
from tests.proof.left_behind import rows, whole
from tests.proof.old_rooms import OldRoom, new_secret, secrets_in, write_room
from warroom.client.connection import LineState
from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.pace import Pace
from warroom.client.replica import Appended, Retry, Returned, Settled
from warroom.client.target import Target
from warroom.domain.commands import ApproveRedaction, PersonCommand, Post, RequestRedaction
from warroom.log.signing import HubKey
from warroom.protocol.stewardship import RetainWords, WordsRetained

PACE = Pace(first=0.02, longest=0.2, stable=0.0, reopen=0.05)
WRITERS = 4
IN_FLIGHT = 2
ACKS_A_LIFE = 10
START_UPS = 5
"""How many places the point `start-up` has."""

OLD_ROOMS = 6
"""How many rooms of a data folder ended so long ago that their words can be made to fall due."""

ENDS = (
    "random", "random", "before-commit", "after-commit", "after-ack", "redaction", "erasing",
)  # fmt: skip
"""How lives end, each as often as it stands here."""


@dataclass
class Report:
    """What a loop did. `acked` counts entries; `points` how often each kind of end was met;
    `expired` rooms whose words were gone once the hub had the time to finish."""

    lives: int = 0
    kills: int = 0
    acked: int = 0
    fewest: int = 1_000_000
    points: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)
    expired: int = 0
    unforgotten: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        ends = ", ".join(f"{point} {count}" for point, count in sorted(self.points.items()))
        return (
            f"{self.kills} kills ({ends}) in {self.seconds:.0f} s; {self.lives} lives under load"
            f" that acknowledged {self.acked} entries, the poorest {self.fewest};"
            f" {len(self.found)} findings; the words of {self.expired} rooms expired;"
            f" {self.unforgotten} texts that were to go and are still there"
        )


class Room:
    """The people of one data folder, what they did, and what was acknowledged."""

    def __init__(self, rng: random.Random) -> None:
        self.history = History()
        self.log = ""
        self.acks = 0
        self.retries = 0
        self.wants_redactions = False
        self.redacting = False
        self._rng = rng
        self._changed = asyncio.Event()
        self._desks: list[Desk] = []
        self._mine: list[set[str]] = []
        self._redactions: dict[str, str] = {}
        self.redacted: set[str] = set()
        self.forgotten: set[str] = set()

    async def live(self, socket: Path, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Come in, declare, and let everyone write until cancelled."""
        for number in range(WRITERS + 1):
            self._mine.append(set())
            listener = self._listener(number)
            desk = Desk(Target(socket=socket), f"person{number}", listener, pace=PACE)
            self._desks.append(desk)
        running = [tasks.create_task(desk.run()) for desk in self._desks]
        self.log = self._desks[0].declare("The hub dies")
        (declaration,) = self._desks[0].replicas[self.log].pending
        self.history.asked.append(Asked(self.log, declaration, time.monotonic_ns()))
        await self.until(lambda: self.acks > 0)
        for desk in self._desks:
            desk.open(self.log)
        self._writing = [tasks.create_task(self._write(number)) for number in range(WRITERS)]
        return running + self._writing

    async def rest(self) -> None:
        """Nobody writes any more, and everything that was sent is answered."""
        for task in self._writing:
            task.cancel()
        await self.until(lambda: not any(self._mine))

    @property
    def alone(self) -> bool:
        """Whether every desk knows that the hub is gone."""
        return not any(desk.line.state is LineState.LIVE for desk in self._desks)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that the desks say."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def _listener(self, number: int) -> Callable[[DeskEvent], None]:
        def listen(event: DeskEvent) -> None:
            now = time.monotonic_ns()
            match event:
                case RoomChanged(log=log, change=Settled(id=id_, seq=seq)):
                    self.history.told.append(Told(log, id_, seq, now))
                    self.acks += 1
                    self._mine[number].discard(id_)
                    if secret := self._redactions.pop(id_, ""):
                        self.redacted.add(secret)
                        self.redacting = False
                case RoomChanged(log=log, change=Returned(declined=declined)):
                    self.history.told.append(Told(log, declined.id, None, now))
                    self._mine[number].discard(declined.id)
                case RoomChanged(log=log, change=Appended(entries=entries)):
                    self.history.saw += [
                        Saw(str(number), log, one.seq, one.id, one.hash) for one in entries
                    ]
                case RoomChanged(change=Retry()):
                    self.retries += 1
                case _:
                    pass
            self._changed.set()

        return listen

    async def _write(self, number: int) -> None:
        """Keep a few commands on their way; the first two also redact, when that is wanted."""
        count = 0
        while True:
            if number == 0 and self.wants_redactions:
                self.wants_redactions, self.redacting = False, True
                await self._redact()
            while len(self._mine[number]) < IN_FLIGHT:
                count += 1
                self._send(number, Post(f"person{number} says {count}"))
            await self._answered(number)

    async def _answered(self, number: int) -> None:
        while len(self._mine[number]) >= IN_FLIGHT:
            self._changed.clear()
            await self._changed.wait()

    async def _redact(self) -> None:
        """Write a secret, and have two people redact it."""
        secret = new_secret(self._rng)
        seq = await self._settled(0, self._send(0, Post(secret)))
        await self._settled(0, self._send(0, RequestRedaction(entry=seq, reason="a leak")))
        approval = self._send(1, ApproveRedaction(entry=seq))
        self._redactions[approval] = secret

    async def _settled(self, number: int, id_: str) -> int:
        await self.until(lambda: id_ not in self._mine[number])
        return next(told.seq or 0 for told in self.history.told if told.id == id_)

    def _send(self, number: int, command: PersonCommand) -> str:
        asked_at = time.monotonic_ns()
        id_ = self._desks[number].send(self.log, Draft(command))
        self.history.asked.append(Asked(self.log, id_, asked_at))
        self._mine[number].add(id_)
        return id_


def plans(rng: random.Random, ends: Iterable[str]) -> Iterator[str]:
    """How lives are to end: each way as often as any other, in an order that is never again."""
    order = list(ends)
    while True:
        rng.shuffle(order)
        yield from order


async def loop(
    folder: Path,
    *,
    lives: int,
    mode: str,
    seed: int,
    seconds: float = 1e9,
    epoch: int = 50,
    ends: Iterable[str] = ENDS,
) -> Report:
    """Live and die `lives` times, or for `seconds`; a new data folder every `epoch` lives."""
    rng, report, began = random.Random(seed), Report(), time.monotonic()
    planned = plans(rng, ends)
    async with nursery(mode, folder) as process:
        while report.lives < lives and time.monotonic() - began < seconds:
            data = folder / f"data-{report.lives}"
            most = min(lives, report.lives + epoch)
            era = _Era(HubLives(process, data), Room(rng), data, rng, report)
            try:
                await era.run(planned, most, began + seconds)
            finally:
                # The nursery waits for its hub, also where something was found.
                era.hub.kill()
            report.seconds = time.monotonic() - began
            print(report, flush=True)  # noqa: T201
            shutil.rmtree(data)
    return report


@dataclass
class _Era:
    """All lives on one data folder. `expiring` is a room whose words are to go, in as many parts
    as are `unerased`."""

    hub: HubLives
    room: Room
    data: Path
    rng: random.Random
    report: Report
    old: list[OldRoom] = field(default_factory=list)
    expiring: OldRoom | None = None
    unerased: int = 0

    async def run(self, planned: Iterator[str], most: int, deadline: float) -> None:
        """Lives until there were `most`, or old rooms are wanted and there are none any more.

        The last journal is verified line by line.
        """
        await self._found()
        async with asyncio.TaskGroup() as tasks:
            running = await self.room.live(self.hub.socket, tasks)
            plan = "random"
            while True:
                await self._live(plan)
                self._judge(list(rows(self.data)))
                if self.report.lives >= most or time.monotonic() > deadline:
                    break
                await self._die_young()
                plan = next(planned)
                if self.expiring or (self.room.redacting and plan == "redaction"):
                    # Words go at the beginning of that life: it has to see them gone, and would
                    # meet that point too early.
                    planned, plan = chain([plan], planned), "random"
                if plan == "erasing" and not self.old:
                    break
                assert await self.hub.start(self._aim(plan)), plan
            for task in running:
                task.cancel()
        self._judge(whole(self.data))

    async def _found(self) -> None:
        """Die in the making, at every place there is; then start well."""
        places = [f"start-up:{n}" for n in range(1, START_UPS + 1)]
        for crash_at in ("before-commit:1", "after-commit:1", *places):
            assert not await self.hub.start(crash_at)
            self._died("start-up" if crash_at in places else crash_at.partition(":")[0])
        await asyncio.to_thread(self._write_old_rooms)
        assert await self.hub.start()

    def _write_old_rooms(self) -> None:
        """As the hub would have written them, while it is not there; the oldest last."""
        key, history = HubKey((self.data / "hub.key").read_bytes()), self.room.history
        with closing(open_sqlite(self.data / "journal.db")) as journal:
            for number in range(1, OLD_ROOMS + 1):
                began = time.monotonic_ns()
                room = write_room(journal, [], self.rng, days=100 * number, key=key)
                ended = time.monotonic_ns()
                history.asked += [Asked(room.log, one.id, began) for one in room.asked]
                history.told += [
                    Told(room.log, one.id, seq, ended) for seq, one in enumerate(room.asked, 1)
                ]
                self.old.append(room)

    def _aim(self, plan: str) -> str:
        """What to tell the hub: late enough in its life that ten entries were acknowledged."""
        match plan:
            case "random":
                return ""
            case "redaction":
                return "redaction:1"
            case "erasing":
                part = self.rng.randrange(1, self.old[-1].parts)
                self.unerased = self.old[-1].parts - part
                return f"erasing:{part}"
            case _:
                return f"{plan}:{self.rng.randint(16, 40)}"

    async def _die_young(self) -> None:
        """Now and then, a hub that is killed before anyone can reach it."""
        if self.rng.random() < 0.15:
            assert not await self.hub.start(f"start-up:{self.rng.randint(1, START_UPS)}")
            self._died("start-up")
        elif self.unerased > 1 and self.rng.random() < 0.5:
            # It goes on erasing at once, and may be ready before it dies over the next part.
            if await self.hub.start("erasing:1"):
                assert await self.hub.ended() == -signal.SIGKILL
                await self.room.until(lambda: self.room.alone)
            self.unerased -= 1
            self._died("erasing")

    async def _live(self, plan: str) -> None:
        """One life under load, to its end."""
        room, before = self.room, self.room.acks
        await room.until(lambda: room.acks >= before + ACKS_A_LIFE)
        if not room.redacting:
            room.wants_redactions = plan == "redaction"
        if plan == "erasing":
            await self._let_words_expire()
        if plan == "random":
            await self._see_words_gone()
            await asyncio.sleep(self.rng.uniform(0, 0.05))
            self.hub.kill()
        assert await self.hub.ended() == -signal.SIGKILL
        await room.until(lambda: room.alone)
        self.report.lives += 1
        self.report.acked += room.acks - before
        self.report.fewest = min(self.report.fewest, room.acks - before)
        self._died(plan)

    async def _let_words_expire(self) -> None:
        """Have words kept for so few days that those of one more room go; the hub dies over it."""
        self.expiring = self.old.pop()
        async with joined(self.hub.socket) as operator:
            with suppress(ConnectionClosed):
                await operator.say(RetainWords(days=self.expiring.kept, sure=True))
                await operator.hear(WordsRetained)

    async def _see_words_gone(self) -> None:
        """Nobody is given the words that have expired, and the hub goes on erasing by itself."""
        if (old := self.expiring) is None:
            return
        async with joined(self.hub.socket) as someone:
            opened = await someone.opens(old.log)
            entries = await someone.reads(old.log, opened.seq)
        given = [one for one in entries[: old.entries] if one.body_bytes is not None]
        self.report.unforgotten += len(given)
        async with asyncio.timeout(PATIENCE):
            while old.secret in secrets_in(self.data):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        self.report.expired += 1
        self.room.forgotten.add(old.secret)
        self.expiring, self.unerased = None, 0

    def _died(self, point: str) -> None:
        self.report.kills += 1
        self.report.points[point] += 1

    def _judge(self, journal: list[Kept]) -> None:
        """What the journal keeps against what the people know."""
        self.report.found += findings(self.room.history, journal)
        self._look_for_secrets()

    def _look_for_secrets(self) -> None:
        """Words whose redaction was seen in an earlier life are in no file any more.

        In this life its entry may have been seen, and the hub killed before it had scrubbed the
        files and answered; the next hub makes up for that when it starts.
        """
        room = self.room
        self.report.unforgotten += len(secrets_in(self.data) & room.forgotten)
        room.forgotten |= room.redacted
        room.redacted.clear()
