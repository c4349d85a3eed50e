"""Words that have been kept for so long go: real hubs, real files, and a clock that is set back."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

import warroom.clock
from server.backup import make
from server.batch import Accepted
from server.hub import Hub
from server.journal_sql import open_sqlite
from tests.integration.conftest import HELLO, WAIT, Client, Hubs, Serve, dialled, joined, until
from tests.integration.test_recovery import Copy
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code
from warroom.domain.hublog import SetRetention
from warroom.domain.vocabulary import Role, Status
from warroom.export.jsonl import export_lines
from warroom.log.entry import Entry
from warroom.log.verify import verify
from warroom.protocol.envelopes import Acked, Failed, FromHub, Recovering, Release, Released
from warroom.protocol.stewardship import RetainWords, WordsRetained

SECRET = "hunter2-is-not-a-password"
real_now = warroom.clock.now


@dataclass
class Then:
    """Ana in the hub as it was at some time."""

    hub: Hub
    ana: Client

    async def cancels(self, *said: c.PersonCommand) -> str:
        """The log of a room in which these things were said, and which was then cancelled.

        Its entries: declared, Ana's attendance, a note, what was said, cancelled.
        """
        log = await self.ana.declares(f"title {SECRET}")
        over = c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm")
        for command in (c.Post(text=SECRET), *said, over):
            answer = await self.ana.submits(log, command)
            assert isinstance(answer, Acked), answer
        return log

    async def keeps(self, days: int) -> None:
        """Words are kept for so long, as an operator would have set it."""
        assert isinstance(await self.hub.own(SetRetention(days=days)), Accepted)


class Past:
    """A hub in this process so many days ago, on the data that later hubs have."""

    def __init__(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        self._serve = serve
        self._monkeypatch = monkeypatch

    @asynccontextmanager
    async def ago(self, days: float) -> AsyncIterator[Then]:
        def then() -> datetime:
            return real_now() - timedelta(days=days)

        with self._monkeypatch.context() as patched:
            patched.setattr(warroom.clock, "now", then)
            async with self._serve() as served, joined(served.socket, "ana") as ana:
                yield Then(served.hub, ana)

    async def today(self) -> None:
        """The hub was on two hours ago, and something was said: then the date is no surprise."""
        async with self.ago(2 / 24) as then:
            await then.ana.declares("today's")

    async def cancelled(self, days: float, *said: c.PersonCommand) -> str:
        """The log of a room that was cancelled so many days ago."""
        async with self.ago(days) as then:
            return await then.cancels(*said)


@pytest.fixture
def past(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Past:
    return Past(serve, monkeypatch)


async def retain(client: Client, days: int | None, *, sure: bool = True) -> FromHub:
    """What the hub answers to whoever wants words kept for so long."""
    await client.say(RetainWords(days=days, sure=sure))
    return await client.hear(FromHub, lambda said: isinstance(said, WordsRetained | Failed))


async def read(client: Client, log: str) -> list[Entry]:
    """All that the hub has of a room, as whoever comes now is given it."""
    opened = await client.opens(log)
    return await client.reads(log, opened.seq)


async def expiries(client: Client, log: str, count: int = 1) -> list[Entry]:
    """A room, read anew once words in it have expired so often."""
    await client.opens(log)
    seen: list[Entry] = []
    while sum(entry.header.kind == "words.expired" for entry in seen) < count:
        seen += await client.reads(log, seen[-1].seq + 1 if seen else 1)
    return await read(client, log)


def wordless(entries: Iterable[Entry]) -> list[int]:
    """The numbers of the entries that were made with words and have none."""
    return [one.seq for one in entries if one.header.body and one.body_bytes is None]


def throughs(entries: Iterable[Entry]) -> list[tuple[int, int]]:
    """Up to where words expired each time, and after how many days."""
    events = [entry.recorded().event for entry in entries]
    return [(one.through.seq, one.days) for one in events if isinstance(one, e.WordsExpired)]


def leaks(data: Path) -> list[str]:
    """The journal's files that hold the secret."""
    files = data.glob("journal.db*")
    return [path.name for path in files if SECRET.encode() in path.read_bytes()]


def stored(data: Path, log: str) -> list[Entry]:
    """A room in the journal of a hub that has ended; its export is whole."""
    with closing(open_sqlite(data / "journal.db")) as journal:
        (label,) = (head.label for head in journal.heads() if head.log == log)
        page = journal.page(log, 0, 100_000)
    lines = export_lines(label, log, page.entries, page.heads)
    assert () == verify(b"".join(line + b"\n" for line in lines)).problems
    return list(page.entries)


# --- when words expire ---------------------------------------------------------------------------


async def test_words_expire_once_their_room_has_been_over_for_so_long(
    hubs: Hubs, past: Past
) -> None:
    """Title, names, reasons, all of it, and the log is whole. Who follows the room sees it go."""
    old, young = await past.cancelled(100), await past.cancelled(50)
    async with past.ago(400) as then:
        going_on = await then.ana.declares("still open")
    hub = hubs.start()
    async with joined(hub.socket) as operator:
        assert WordsRetained(days=90) == await retain(operator, 90)
        entries = await expiries(operator, old)
        assert ([(4, 90)], [1, 2, 3, 4]) == (throughs(entries), wordless(entries))
        titles = {room.log: room.title for room in (await operator.rooms()).rooms}
        gone = next(entry for entry in entries if entry.header.kind == "words.expired")
        assert f"[expired {gone.header.at[:10]}]" == titles[old]
        assert (f"title {SECRET}", "still open") == (titles[young], titles[going_on])
    hub.stop()
    assert [1, 2, 3, 4] == wordless(stored(hub.data, old))
    assert [[], []] == [wordless(stored(hub.data, log)) for log in (young, going_on)]


async def test_no_file_of_the_journal_holds_them_then(hubs: Hubs, past: Past) -> None:
    """Of a room that is erased in several parts, while others write: nor does the write-ahead
    log."""
    said = [c.Post(text=f"{SECRET} {number} " * 9) for number in range(600)]
    log = await past.cancelled(100, *said)
    assert leaks(hubs.data)
    hub = hubs.start()
    async with joined(hub.socket) as operator:
        await retain(operator, 90)
        other = await operator.declares("meanwhile")
        await operator.posts(other, "the hub", "writes on")
        entries = await expiries(operator, log)
        assert list(range(1, 605)) == wordless(entries)
        await until(lambda: not leaks(hub.data))
        assert [] == wordless(await read(operator, other))


async def test_what_is_said_later_expires_later(hubs: Hubs, past: Past) -> None:
    """What was said after a room's end, so long after it was said."""
    log = await past.cancelled(100)
    async with past.ago(40) as then:
        await then.ana.posts(log, "forty days ago")
    hub = hubs.start()
    async with joined(hub.socket) as operator:
        await retain(operator, 90)
        assert [1, 2, 3, 4] == wordless(await expiries(operator, log))
        await retain(operator, 30)
        entries = await expiries(operator, log, 2)
        assert [(4, 90), (5, 30)] == throughs(entries)
        assert [1, 2, 3, 4, 5] == wordless(entries)


async def test_a_room_that_is_held_keeps_its_words_until_it_is_let_go(
    hubs: Hubs, past: Past
) -> None:
    """Both are recorded in the room, and the lobby says it."""
    hold = (c.TakeRole(role=Role.INCIDENT_COMMANDER), c.Hold(reason="the insurer asks"))
    log = await past.cancelled(100, *hold)
    hub = hubs.start()
    async with joined(hub.socket) as operator, joined(hub.socket, "ana") as ana:
        assert WordsRetained(days=90) == await retain(operator, 90, sure=False)
        assert [True] == [room.held for room in (await ana.rooms()).rooms]
        assert [] == wordless(await read(ana, log))
        assert isinstance(await ana.submits(log, c.Unhold(reason="settled")), Acked)
        assert [(6, 90)] == throughs(await expiries(ana, log))
        assert [False] == [room.held for room in (await ana.rooms()).rooms]


async def test_who_comes_back_later_has_a_name_again(hubs: Hubs, past: Past) -> None:
    """The name that they had is gone with the rest; coming back, they say it anew."""
    log = await past.cancelled(100)
    hub = hubs.start()
    async with joined(hub.socket) as operator, joined(hub.socket, "ana") as ana:
        await retain(operator, 90)
        await expiries(operator, log)
        await ana.posts(log, "what was this about?", "ah")
        entries = await read(ana, log)
    mine = [entry for entry in entries if entry.seq > 5 and b'"ana"' in entry.line()]
    assert ["person.joined"] == [entry.header.kind for entry in mine]


# --- the setting ---------------------------------------------------------------------------------


async def test_what_would_be_erased_at_once_is_asked_for_twice(hubs: Hubs, past: Past) -> None:
    """The refusal says of how many rooms; then nothing is set, and nothing is gone."""
    log = await past.cancelled(100)
    hub = hubs.start()
    async with joined(hub.socket) as operator:
        refused = await retain(operator, 90, sure=False)
        assert isinstance(refused, Failed)
        assert (Code.CONFLICT, True) == (refused.code, "words of one room" in refused.text)
        assert WordsRetained(days=365) == await retain(operator, 365, sure=False)
        assert [] == wordless(await read(operator, log))
    hub.stop()
    async with joined(hubs.start().socket) as operator:
        assert WordsRetained() == await retain(operator, None, sure=False)


async def test_everyone_is_told_how_long_words_are_kept(hubs: Hubs) -> None:
    """For ever at first. What the operator sets outlives the hub."""
    hub = hubs.start()
    async with dialled(hub.socket) as operator:
        assert (await operator.hello()).retention is None
        assert WordsRetained(days=30) == await retain(operator, 30)
    hub.stop()
    async with dialled(hubs.start().socket) as kim:
        welcome = await kim.hello(replace(HELLO, as_name="kim"))
    assert 30 == welcome.retention


# --- a date that nothing leads up to -------------------------------------------------------------


async def due_by_the_clock(past: Past) -> str:
    """A room whose words are old enough, if the date is right: the hub was not on for 100 days."""
    async with past.ago(100) as then:
        await then.keeps(90)
        return await then.cancels()


async def erased(client: Client, log: str) -> list[int]:
    """What is gone of a room, once everything that was asked for before now is done."""
    await client.declares("meanwhile")
    return wordless(await read(client, log))


async def test_a_date_that_no_entry_leads_up_to_erases_nothing(hubs: Hubs, past: Past) -> None:
    """The hub's log says so, and what to do; who runs the hub can say that the date is right."""
    log = await due_by_the_clock(past)
    hub = hubs.start()
    await until(lambda: "no entry leads up to that" in hub.errors.read_text())
    async with joined(hub.socket) as operator:
        assert [] == await erased(operator, log)
        refused = await retain(operator, 90, sure=False)
        assert isinstance(refused, Failed)
        assert f"{real_now():%Y}-" in refused.text
        assert [] == await erased(operator, log)
        assert WordsRetained(days=90) == await retain(operator, 90)
        assert [(4, 90)] == throughs(await expiries(operator, log))


async def test_what_is_said_under_a_wrong_clock_does_not_vouch_for_it(
    serve: Serve, past: Past
) -> None:
    """Not in the hub that was started under it, nor in the next."""
    log = await due_by_the_clock(past)
    for _ in range(2):
        async with serve() as served, joined(served.socket, "ana") as ana:
            assert served.hub.pending
            assert [] == await erased(ana, log)


async def test_a_date_is_believed_once_the_clock_has_run_on(
    serve: Serve, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that was off for long does what is due, and nobody need say so."""
    log = await due_by_the_clock(past)
    monkeypatch.setattr("server.doubt.PROBATION", timedelta(seconds=1))
    monkeypatch.setattr("server.hub.HEARTBEAT", 1)
    async with serve() as served, joined(served.socket, "ana") as ana:
        assert [(4, 90)] == throughs(await expiries(ana, log))


async def put_off(socket: Path) -> int:
    """Of how many rooms a hub keeps words because it does not trust its date."""
    async with dialled(socket) as client:
        return (await client.hello()).put_off


async def test_a_clock_that_is_set_a_year_ahead_erases_nothing(
    serve: Serve, past: Past, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Under a running hub, whose date was believed; but it would, once that is said to be right."""
    async with past.ago(40) as then:
        await then.keeps(90)
        log = await then.cancels()
    await past.today()
    async with serve() as served, joined(served.socket, "ana") as ana:
        monkeypatch.setattr(warroom.clock, "now", lambda: real_now() + timedelta(days=365))
        await until(lambda: "no entry leads up to that" in caplog.text)
        assert [] == await erased(ana, log)
        assert 1 == await put_off(served.socket)
        await Then(served.hub, ana).keeps(90)
        assert [(4, 90)] == throughs(await expiries(ana, log))
        assert 0 == await put_off(served.socket)


# --- hubs that were away -------------------------------------------------------------------------


async def test_a_hub_that_was_off_does_it_when_it_starts(hubs: Hubs, past: Past) -> None:
    """Nobody need come for it. What is not due yet keeps no idle hub alive."""
    async with past.ago(100) as then:
        await then.keeps(90)
        old = await then.cancels()
    young = await past.cancelled(50)
    await past.today()
    hub = hubs.start("--auto", "--idle", "0.2")
    assert 0 == hub.process.wait(WAIT)
    assert [1, 2, 3, 4] == wordless(stored(hub.data, old))
    assert [] == wordless(stored(hub.data, young))
    assert [] == [name for name in leaks(hub.data) if name != "journal.db"]


@pytest.mark.parametrize(
    ("point", "notes"), [("after-commit:1", 0), ("redaction:1", 0), ("erasing:1", 600)]
)
async def test_a_hub_that_dies_over_it_leaves_the_rest_to_the_next(
    hubs: Hubs, past: Past, point: str, notes: int
) -> None:
    """Between the commit and the last byte: nobody is given the words, and then they are gone."""
    async with past.ago(100) as then:
        await then.keeps(90)
        log = await then.cancels(*(c.Post(text=SECRET) for _ in range(notes)))
    await past.today()
    with crashing(hubs, point):
        hub = hubs.spawn()
        assert 0 != await asyncio.to_thread(hub.process.wait, WAIT)
    assert leaks(hubs.data)
    assert list(range(1, notes + 5)) == wordless(stored(hubs.data, log))
    hub = hubs.start()
    await until(lambda: not leaks(hub.data))
    hub.stop()
    assert [(notes + 4, 90)] == throughs(stored(hub.data, log))


@contextmanager
def crashing(hubs: Hubs, point: str) -> Iterator[None]:
    """Hubs that are started meanwhile end at this point."""
    hubs.env["WARROOM_CRASH_AT"] = point
    try:
        yield
    finally:
        del hubs.env["WARROOM_CRASH_AT"]


async def backed_up(past: Past, data: Path) -> tuple[str, Path]:
    """The log of a room whose words have to go now, and a backup that holds them."""
    log = await due_by_the_clock(past)
    await past.today()
    backup = data.with_name("hub.backup")
    await asyncio.to_thread(make, data, backup)
    return log, backup


def goes_back_to(hubs: Hubs, backup: Path) -> None:
    """Put a backup back, and nothing stays of the journal that was there."""
    hubs.put_back(backup, force=True)
    for aside in hubs.data.glob("journal.db.before-*"):
        aside.unlink()


async def test_words_that_a_backup_brings_back_expire_again(hubs: Hubs, past: Past) -> None:
    """Not while the room is being recovered: then it takes nothing new."""
    log, backup = await backed_up(past, hubs.data)
    hub = hubs.start()
    await until(lambda: not leaks(hub.data))
    hub.kill()
    goes_back_to(hubs, backup)
    assert leaks(hubs.data)
    hub = hubs.start()
    async with joined(hub.socket) as operator:
        assert [] == wordless(await read(operator, log))
        await operator.say(Release(log=log))
        await operator.hear(Released)
        entries = await expiries(operator, log)
        assert [1, 2, 3, 4] == wordless(entries)
        await until(lambda: not leaks(hub.data))
    hub.stop()
    stored(hub.data, log)


async def test_a_hub_takes_back_that_words_have_expired(hubs: Hubs, past: Past) -> None:
    """From a client that saw it: the words that the backup brought back go at once."""
    log, backup = await backed_up(past, hubs.data)
    hub = hubs.start()
    copy = Copy(log)
    async with joined(hub.socket, "ana") as ana:
        await expiries(ana, log)
        await ana.opens(log)
        await copy.follow(ana, 5)
    hub.kill()
    goes_back_to(hubs, backup)
    hub = hubs.start()
    async with joined(hub.socket, "ana") as ana:
        await ana.say(copy.open())
        assert 4 == (await ana.hear(Recovering)).seq
        await ana.say(copy.offer(4))
        assert 5 == (await ana.hear(Recovering)).seq
        entries = await read(ana, log)
        assert ([(4, 90)], [1, 2, 3, 4]) == (throughs(entries), wordless(entries))
        await until(lambda: not leaks(hub.data))
    hub.stop()
    stored(hub.data, log)
