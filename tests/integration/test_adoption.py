"""What files a new hub takes in, and what it says about the others."""

from pathlib import Path

import pytest

from server.adoption import Unadoptable, choose, read, read_files
from tests.data.golden.logbook import (
    GOLDEN,
    KEY,
    OTHER_KEY,
    Logbook,
    adopted,
    golden,
    hub,
    incident,
    joined,
)
from tests.integration.conftest import WAIT, Hubs


def book(*notes: str, label: str = "INC-7", log: str = "5eed" * 8) -> Logbook:
    """A log of these notes, each signed."""
    made = Logbook(label, log).declare().sign()
    for note in notes:
        made.note(note).sign()
    return made


@pytest.mark.parametrize("name", [name for name in GOLDEN if name != "hub"])
def test_whole_exports_and_replicas_are_taken(name: str) -> None:
    """With every line, and the key of the hub that kept the log last."""
    made = GOLDEN[name]()
    for data in (golden(name), made.data(head=None)):
        found = read("file", data)
        assert (made.label, made.seq, made.heads()) == (
            found.label,
            found.head.seq,
            list(found.heads),
        )
        assert made.entries() == list(found.entries)
        assert (OTHER_KEY if name == "adopted" else KEY).public == found.key


def test_the_unsigned_end_of_a_replica_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody vouches for it; how much it was is said. Half a line is left out too."""
    made = book("one").note("unsigned").note("unsigned too")
    found = read("a.jsonl", made.data(head=None) + b'{"body":nul')

    assert 2 == found.head.seq
    assert "a.jsonl: the last 3 lines stand under no signed head" in caplog.text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (book("one", "two").data()[:-1], "file, line 7: The last line has no newline"),
        (joined(book("one", "two").data().splitlines()[:-1]), "file, line 6: Entry 3 is under no"),
        (book("one").data().replace(b"one", b"two"), "file, line 4: The words of entry 2"),
        (joined(book("one").data(head=None).splitlines()[:1]), "file holds no signed entry"),
        (b"", "file, line 1: The last line has no newline"),
        (b"what\n", "file, line 1: Line 1 cannot be read"),
        (hub().data(), "file is a hub's own log. Adopt the rooms"),
        (
            book().note("x", kind="moon.landed").sign().data(),
            "file: this version does not know the kind 'moon.landed' of entry 2",
        ),
    ],
    ids=["cut", "unsigned", "altered", "empty replica", "empty", "no log", "hub", "newer"],
)
def test_what_is_not_whole_is_refused_with_its_line(data: bytes, text: str) -> None:
    """In one sentence, for whoever has to find another file."""
    with pytest.raises(Unadoptable) as refused:
        read("file", data)
    assert str(refused.value).startswith(text)


def test_the_longest_that_holds_the_others_is_taken() -> None:
    """Whatever the order of the files."""
    short, long = read("short", book("one").data()), read("long", book("one", "two").data())
    other = read("other", book("x", label="INC-8", log="0dd5" * 8).data())

    assert [long, other] == choose([short, long, other])
    assert [long, other] == choose([other, long, short])


def test_two_histories_are_not_merged() -> None:
    """The number where they part is named, and both files."""
    with pytest.raises(Unadoptable, match=r"^long and short part at #3 of INC-7: from there on"):
        choose(
            [
                read("short", book("one", "other").data()),
                read("long", book("one", "two", "three").data()),
            ]
        )


def test_two_rooms_of_one_name_are_not_taken_together() -> None:
    """One hub could not tell them apart."""
    files = [read("a", book("one").data()), read("b", book("x", log="0dd5" * 8).data())]
    with pytest.raises(Unadoptable, match="two rooms that are both called INC-7"):
        choose(files)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """And what is wrong with it."""
    with pytest.raises(Unadoptable, match=r"gone\.jsonl cannot be read: No such file"):
        read_files([tmp_path / "gone.jsonl"])


def test_a_log_can_be_adopted_again() -> None:
    """From the hub that had adopted it."""
    made = adopted()
    assert incident().label == made.label
    assert OTHER_KEY.public == read("file", made.data()).key


def test_a_log_from_the_future_is_not_taken_in(hubs: Hubs, tmp_path: Path) -> None:
    """It would take the hub's time along, for ever: every session would be over."""
    file = tmp_path / "future.jsonl"
    file.write_bytes(book().note("late", at="9999-01-01T00:00:00.000000Z").sign().data())
    hub = hubs.spawn("--adopt", str(file))
    assert 1 == hub.process.wait(WAIT)
    said = hub.errors.read_text()
    assert "future.jsonl was not taken in" in said
    assert "is dated 9999-01-01 00:00 UTC, more than a day ahead of this hub's time" in said
