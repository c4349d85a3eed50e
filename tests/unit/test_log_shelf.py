"""Entries kept as their bytes come back as they were."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from warroom.domain.events import NotePosted, TextWords
from warroom.domain.vocabulary import Via
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.log.shelf import Shelf


@pytest.fixture
def entries() -> Sequence[Entry]:
    found: list[Entry] = []
    for seq in (1, 2, 3):
        found.append(
            make_entry(
                log="0" * 32,
                seq=seq,
                prev=found[-1].hash if found else GENESIS,
                id=f"entry {seq}",
                at=datetime(2026, 3, 2, 9, 0, seq, tzinfo=UTC),
                by="ana",
                via=Via.OS,
                event=NotePosted(words=TextWords(text=f"note {seq}")),
                salt="5" * 32,
            )
        )
    return found


@pytest.fixture
def shelf(entries: Sequence[Entry]) -> Shelf:
    shelf = Shelf()
    for entry in entries:
        shelf.append(entry)
    return shelf


def test_entries_come_back_as_they_were(shelf: Shelf, entries: Sequence[Entry]) -> None:
    """Every one, from either end, and in slices."""
    assert list(shelf) == entries
    assert shelf[-1] == entries[-1]
    assert shelf[1:] == entries[1:]
    assert shelf[::-2] == entries[::-2]
    assert shelf.hash_of(2) == entries[1].hash


def test_there_are_no_others(shelf: Shelf) -> None:
    """Beyond the last is nothing."""
    with pytest.raises(IndexError):
        shelf[3]


def test_expired_words_are_gone(shelf: Shelf) -> None:
    """All up to an entry, which may be any."""
    shelf.expire(2)
    assert [True, True, False] == [entry.body_bytes is None for entry in shelf]
    shelf.expire(9)
    assert (3, 0) == (len(shelf), shelf.bodies)


def test_redacted_words_are_gone(shelf: Shelf, entries: Sequence[Entry]) -> None:
    """The header, and with it the chain, stays as it was."""
    assert shelf.bodies == 3
    shelf.redact(2)
    assert shelf.bodies == 2
    assert shelf[1].body_bytes is None
    assert shelf[1].header == entries[1].header
    assert b"note 2" not in shelf[1].line()
    assert b"note 3" in shelf[2].line()
