"""A part of a log that someone hands over is taken only as far as it is vouched for."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.data.golden.logbook import BO, KEY, KIM, OTHER_KEY, Logbook
from warroom.domain import events
from warroom.domain.events import Citation
from warroom.log.entry import Malformed
from warroom.log.gone import expired_by, without_gone
from warroom.log.part import Part


def book() -> Logbook:
    """Three entries that the hub holds, and what a client may hold beyond."""
    return Logbook().declare().note("one").note("two").sign()


def part_of(log: Logbook, after: int = 3) -> Part:
    return Part(log.log, log.cite(after), KEY.public)


def lines_after(log: Logbook, seq: int) -> tuple[list[bytes], list[bytes]]:
    """The entries and heads beyond an entry."""
    entries = [entry.line() for entry in log.entries() if entry.seq > seq]
    return entries, [head.line() for head in log.heads() if head.seq > seq]


def given(log: Logbook, after: int = 3) -> Part:
    """A part that was given all that a log holds after an entry."""
    part = part_of(log, after)
    entries, heads = lines_after(log, after)
    for line in entries:
        part.add(line)
    for line in heads:
        part.sign(line)
    return part


def test_what_is_signed_is_taken_and_the_rest_waits() -> None:
    """Up to the last head; a head for the rest may come later."""
    log = book().note("three").sign().note("four").sign().note("five")
    part = given(log)
    taken = part.take()

    assert taken is not None
    assert ([4, 5], [4, 5]) == ([e.seq for e in taken.entries], [h.seq for h in taken.heads])
    assert (log.cite(3), log.cite(6)) == (taken.after, part.head)
    assert len(log.lines[-1]) == part.size
    assert part.take() is None
    part.sign(KEY.sign(log.log, 6, log.hashes[6]).line())
    rest = part.take()
    assert rest is not None
    assert ([6], log.cite(5), 0) == ([e.seq for e in rest.entries], rest.after, part.size)
    assert log.cite(6) == part.head


def test_nothing_that_nobody_signed_is_taken() -> None:
    """Nor is there anything to take of nothing."""
    assert part_of(book()).take() is None
    assert given(book().note("three")).take() is None


def test_a_log_is_taken_from_its_beginning() -> None:
    """Entry 1 follows nothing."""
    log = book()
    part = Part(log.log, Citation(0, "0" * 64), KEY.public)
    for line in lines_after(log, 0)[0]:
        part.add(line)

    assert log.cite(3) == part.head


def test_words_that_are_missing_wait_for_their_redaction() -> None:
    """Whoever hands over entries could otherwise leave out words that nobody redacted."""
    log = book().note("a password").sign().note("and on").sign()
    log.add(events.RedactionRequested(of=log.cite(4)), BO).sign()
    part = given(log.forget(4))

    assert part.take() is None
    log.add(events.EntryRedacted(of=log.cite(4), request=log.cite(6)), KIM).sign()
    entries, heads = lines_after(log, 6)
    part.add(entries[0])
    part.sign(heads[0])
    taken = part.take()
    assert taken is not None
    assert [4, 5, 6, 7] == [entry.seq for entry in taken.entries]


def test_words_that_were_redacted_are_dropped() -> None:
    """A client that was slow to forget does not bring them back."""
    log = book().note("a password")
    log.add(events.RedactionRequested(of=log.cite(4)), BO)
    log.add(events.EntryRedacted(of=log.cite(4), request=log.cite(5)), KIM).sign()
    taken = given(log).take()

    assert taken is not None
    assert taken.entries[0].body_bytes is not None
    assert without_gone(taken.entries)[0].body_bytes is None
    plain = taken.entries[1:2]
    assert plain == without_gone(plain)


def test_words_that_are_missing_wait_until_they_have_expired() -> None:
    """And those that were kept all the same are dropped; later ones are not."""
    log = book().note("a password").sign().note("and on").sign().note("later").sign()
    part = given(log.forget(4))
    assert part.take() is None
    gone = events.WordsExpired(through=log.cite(5), days=90)
    log.add(gone, by="hub").sign()
    entries, heads = lines_after(log, 6)
    part.add(entries[0])
    part.sign(heads[0])
    taken = part.take()
    assert taken is not None
    kept = [entry.body_bytes is not None for entry in taken.entries]
    assert [False, True, True, False] == kept
    kept = [entry.body_bytes is not None for entry in without_gone(taken.entries)]
    assert [False, False, True, False] == kept


def test_an_expiry_that_cannot_be_read_takes_no_words() -> None:
    """Nor one of what does not stand before it."""
    log = book().note("a word")
    log.add(events.WordsExpired(through=log.cite(4), days=90), facts={"through": 4})
    log.add(events.WordsExpired(through=Citation(6, "ab" * 32), days=90)).sign()
    assert [None, None] == [expired_by(entry) for entry in log.entries()[-2:]]
    assert log.entries()[3:] == list(without_gone(tuple(log.entries()[3:])))


def changed(line: bytes, **fields: Any) -> bytes:
    whole = msgspec.json.decode(line)
    whole.update(fields)
    return msgspec.json.encode(whole, order="sorted")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda log: log.note("x").lines[-1] + b" ", "not as a hub writes it"),
        (lambda log: log.note("x").sign().lines[-1], "a line among the entries that is none"),
        (lambda log: log.note("x").note("y").lines[-1], "entry 5 does not follow entry 3"),
        (lambda log: log.note("x", log="ab" * 16).lines[-1], "entry 4 does not follow entry 3"),
        (lambda log: log.note("x", prev="ab" * 32).lines[-1], "entry 4 does not follow"),
        (lambda log: log.note("x", v=2).lines[-1], "is of format 2"),
        (lambda log: log.note("x", refs=[]).lines[-1], "has an empty refs"),
        (
            lambda log: log.note("x").lines[-1].replace(b'"x"', b'"z"'),
            "The words of entry 4 are not those it was made with.",
        ),
        (lambda log: log.adopt(OTHER_KEY).lines[-1], "entry 4 adopts the log"),
        (lambda log: b"[]", "not a JSON object"),
        (lambda log: b'{"type":"x"}', "no kind of line"),
    ],
)
def test_an_entry_that_is_not_what_comes_next_is_refused(
    make: Callable[[Logbook], bytes], text: str
) -> None:
    """Its bytes, its place, its form, its words."""
    log = book()
    part = part_of(log)
    with pytest.raises(Malformed, match=text):
        part.add(make(log))
    assert part.take() is None


def test_time_does_not_go_back() -> None:
    """As in a whole log."""
    log = book().note("x").note("y", at="2026-03-14T09:00:00.000000Z")
    part = part_of(log)
    first, second = lines_after(log, 3)[0]
    part.add(first)
    with pytest.raises(Malformed, match="entry 5 has an earlier time than the one before"):
        part.add(second)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda log: log.lines[-1], "a line among the signed heads that is none"),
        (lambda log: changed(log.sign().lines[-1], more=1), "a line among the signed heads"),
        (lambda log: log.heads()[0].line(), "a head signs entry 3, which is not among these"),
        (lambda log: KEY.sign(log.log, 5, "ab" * 32).line(), "a head signs entry 5"),
        (lambda log: KEY.sign(log.log, 4, "ab" * 32).line(), "the head of entry 4 was not signed"),
        (lambda log: KEY.sign("ab" * 16, 4, log.hashes[4]).line(), "was not signed by the hub"),
        (lambda log: log.sign(OTHER_KEY).lines[-1], "was not signed by the hub of this log"),
        (lambda log: changed(log.sign().lines[-1], sig="00" * 64), "entry 4 was not signed by"),
    ],
)
def test_a_head_that_vouches_for_nothing_is_refused(
    make: Callable[[Logbook], bytes], text: str
) -> None:
    """Of another entry, another log, another hub, or none at all."""
    log = book().note("three")
    part = given(log)
    with pytest.raises(Malformed, match=text):
        part.sign(make(log))
    assert part.take() is None
