"""Pages: one reading of the journal for all who wait for it."""

import asyncio
from datetime import UTC, datetime
from threading import Event
from typing import cast

import pytest

from server.journal import Journal, Page
from server.pages import Pages
from server.room import Missing, Room
from warroom.domain.events import NotePosted, TextWords
from warroom.domain.vocabulary import Via
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry

LOG = "f" * 32
WANTED = Missing(after=0, limit=500, erasures=0)


def entry() -> Entry:
    """The first entry of the log."""
    return make_entry(
        log=LOG,
        seq=1,
        prev=GENESIS,
        id="01890000-0000-7000-8000-000000000001",
        at=datetime(2025, 1, 1, tzinfo=UTC),
        by="a" * 16,
        via=Via.OS,
        event=NotePosted(words=TextWords("p99 is back")),
        salt="0" * 32,
    )


class Slow:
    """The part of a journal that pages are read from: it answers once it is told to."""

    def __init__(self, *entries: Entry) -> None:
        self.page_of = Page(entries, ())
        self.told = Event()
        self.readings = 0

    def page(self, log: str, after: int, limit: int) -> Page:
        self.readings += 1
        self.told.wait()
        return self.page_of


def of(journal: Slow) -> Pages:
    """Pages of a journal of which only `page` is asked for."""
    return Pages(cast(Journal, journal))


def crowd(count: int) -> Room:
    """A room with one entry, and followers who have not been sent it."""
    room = Room(LOG, "INC-1", bytes)
    room.restore([entry()])
    for key in range(count):
        room.follow(key, 0)
    return room


async def test_a_crowd_costs_one_reading() -> None:
    """A hundred who miss the same page in the same moment all get it from one reading."""
    journal, room = Slow(entry()), crowd(100)
    pages = of(journal)
    waiting = [asyncio.ensure_future(pages.fetch(room, WANTED)) for _ in range(100)]
    await asyncio.sleep(0)
    journal.told.set()
    await asyncio.gather(*waiting)
    assert 1 == journal.readings
    assert all(isinstance(room.next_page(key), bytes) for key in range(100))


async def test_the_page_is_there_whenever_fetch_returns() -> None:
    """Also for who comes after the reading and before the loop has told anyone of it."""
    journal, room = Slow(entry()), crowd(1)
    pages = of(journal)
    first = asyncio.ensure_future(pages.fetch(room, WANTED))
    await asyncio.sleep(0)
    (reading,) = pages._reading.values()
    journal.told.set()
    while not reading.done():  # noqa: ASYNC110 - one turn of the loop later it is too late
        await asyncio.sleep(0)
    await pages.fetch(room, WANTED)
    assert isinstance(room.next_page(0), bytes)
    await first


async def test_who_leaves_does_not_take_the_page_from_the_others() -> None:
    """The first to ask may be gone before the journal answers."""
    journal, room = Slow(entry()), crowd(2)
    pages = of(journal)
    first, second = (asyncio.ensure_future(pages.fetch(room, WANTED)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    journal.told.set()
    await second
    assert (True, 1) == (first.cancelled(), journal.readings)
    assert isinstance(room.next_page(1), bytes)


async def test_a_page_that_is_not_there_is_an_error() -> None:
    """A journal without the entries that the room has is damaged; nobody waits for ever."""
    journal, room = Slow(), crowd(1)
    journal.told.set()
    with pytest.raises(LookupError, match=f"log {room.log} has no entry after #0"):
        await of(journal).fetch(room, WANTED)
