"""Forged and damaged exports against both verifiers: none passes either, and they never differ."""

import functools
import json
import os
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import pytest

from tests.data.golden.logbook import KEY, OTHER_KEY, golden, joined
from tests.proof.forgeries import (
    FORGERIES,
    LINES,
    OLDER,
    OTHER,
    Lines,
    rewritten,
    victim,
)
from tests.unit.test_verify_standalone import load
from warroom.log.chain import canonical
from warroom.log.verify import verify

STANDALONE: Any = load()
# A signature takes the second verifier some milliseconds, and most of them come again.
STANDALONE.signature_holds = functools.cache(STANDALONE.signature_holds)
STANDALONE.is_weak = functools.cache(STANDALONE.is_weak)

Dice: TypeAlias = random.Random


def whole(data: bytes, *trusted: str) -> bool:
    """The verdict of both, which must be one."""
    second = list(STANDALONE.problems(data, set(trusted)))
    first = verify(data, frozenset(trusted) or None)
    assert first.whole == (not second), (data, first.problems, second)
    return first.whole


# --- forgeries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("trusted", [(), (KEY.public,)])
def test_the_true_logs_pass(trusted: tuple[str, ...]) -> None:
    """The one that is forged below, an older copy of it, and its sibling."""
    assert all(whole(joined(lines), *trusted) for lines in (LINES, OLDER, OTHER))


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_passes(name: str) -> None:
    """Not by its own key, and not by a trusted one."""
    forged = FORGERIES[name](LINES.copy())
    assert not whole(forged)
    assert not whole(forged, KEY.public)


def test_a_log_that_is_wholly_the_forgers_passes_only_for_who_trusts_nobody() -> None:
    """Whose log it is cannot be seen in the file: that is what trusted keys are for."""
    forged = rewritten(key_in_entry=True, name_own_key=True)
    assert whole(forged)
    assert whole(forged, OTHER_KEY.public)
    assert not whole(forged, KEY.public)


def test_a_log_that_the_forger_adopted_passes_only_for_who_trusts_nobody() -> None:
    """Anyone can go on with a log under their own key, and the file says that they did."""
    forged = victim().adopt(OTHER_KEY).note("and the vendor is to blame").sign().data()
    assert whole(forged)
    assert any(OTHER_KEY.public in note.text for note in verify(forged).notes)
    assert not whole(forged, KEY.public)


def test_a_log_cut_at_a_signed_head_passes_as_the_shorter_log_that_it_was() -> None:
    """The manifest is nobody's word. What speaks against this are heads that others kept."""
    head = json.loads(LINES[4])
    manifest = json.loads(LINES[0]) | {"head": {"hash": head["hash"], "seq": head["seq"]}}
    assert whole(joined([canonical(manifest), *LINES[1:5]]), KEY.public)


# --- damage --------------------------------------------------------------------------------------

BASES = [
    LINES,
    OLDER,
    OTHER,
    *(golden(name).splitlines() for name in ("small", "incident", "redacted", "hub", "adopted")),
]
EVERY_LINE = [line for lines in BASES for line in lines]
VALUES: list[Any] = [
    *(0, -1, 1, 2, 3, 2**53 - 1, True, None, "", "ab", "ab" * 16, "ab" * 32, "AB" * 32, "hub"),
    *([], ["a"], {}, {"of": {"hash": "ab" * 32, "seq": 1}}, "2026-03-14T09:27:07.589793Z", "é\x7f"),
]


def flip(lines: Lines, dice: Dice) -> Lines:
    return _in_a_line(lines, dice, lambda line, at: _bit(line, at, dice.randrange(8)))


def _bit(line: bytes, at: int, bit: int) -> bytes:
    return line[:at] + bytes([line[at] ^ 1 << bit]) + line[at + 1 :]


def replace(lines: Lines, dice: Dice) -> Lines:
    return _in_a_line(lines, dice, lambda line, at: line[:at] + dice.randbytes(1) + line[at + 1 :])


def insert(lines: Lines, dice: Dice) -> Lines:
    return _in_a_line(lines, dice, lambda line, at: line[:at] + dice.randbytes(1) + line[at:])


def delete(lines: Lines, dice: Dice) -> Lines:
    return _in_a_line(lines, dice, lambda line, at: line[:at] + line[at + dice.randint(1, 9) :])


def cut(lines: Lines, dice: Dice) -> Lines:
    return lines[: dice.randint(1, len(lines))]


def drop(lines: Lines, dice: Dice) -> Lines:
    at = dice.randrange(len(lines))
    return lines[:at] + lines[at + dice.randint(1, 3) :]


def double(lines: Lines, dice: Dice) -> Lines:
    return _put(lines, dice, dice.choice(lines))


def splice(lines: Lines, dice: Dice) -> Lines:
    """A line of this or another log, signed by the same hub."""
    line = dice.choice(EVERY_LINE)
    at = dice.randrange(len(lines))
    return _put(lines, dice, line) if dice.random() < 0.5 else [*lines[:at], line, *lines[at + 1 :]]


def swap(lines: Lines, dice: Dice) -> Lines:
    lines, one, two = lines.copy(), dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def rearrange(lines: Lines, dice: Dice) -> Lines:
    """A run of lines goes elsewhere."""
    at, size = dice.randrange(len(lines)), dice.randint(1, 4)
    rest, to = lines[:at] + lines[at + size :], dice.randint(0, len(lines))
    return [*rest[:to], *lines[at : at + size], *rest[to:]]


def refill(lines: Lines, dice: Dice) -> Lines:
    """Anything in any field, and the line is canonical all the same."""
    return _with_fields(lines, dice, lambda part, key: part.update({key: dice.choice(VALUES)}))


def strip(lines: Lines, dice: Dice) -> Lines:
    return _with_fields(lines, dice, lambda part, key: part.pop(key))


def borrow(lines: Lines, dice: Dice) -> Lines:
    """A field has what it has in another line, of this or another log."""

    def change(part: dict[str, Any], key: str) -> None:
        found = [other[key] for line in EVERY_LINE for other in _parts(line) if key in other]
        part[key] = dice.choice(found)

    return _with_fields(lines, dice, change)


def reword(lines: Lines, dice: Dice) -> Lines:
    """The same in other bytes: spaces, order, escapes."""
    at = dice.randrange(len(lines))
    try:
        value = json.loads(lines[at])
    except ValueError:
        return lines
    how: dict[str, Any] = dice.choice(
        [{"indent": None}, {"separators": (",", ":")}, {"separators": (", ", ":")}]
    )
    if dice.random() < 0.5:
        value = dict(reversed(value.items())) if isinstance(value, dict) else value
    line = json.dumps(value, ensure_ascii=dice.random() < 0.5, **how).encode()
    return [*lines[:at], line, *lines[at + 1 :]]


DAMAGES: list[Callable[[Lines, Dice], Lines]] = [
    *(flip, replace, insert, delete, cut, drop, double, splice, swap, rearrange),
    *(refill, strip, borrow, reword),
]


def _in_a_line(lines: Lines, dice: Dice, change: Callable[[bytes, int], bytes]) -> Lines:
    at = dice.randrange(len(lines))
    if not lines[at]:
        return lines
    return [*lines[:at], change(lines[at], dice.randrange(len(lines[at]))), *lines[at + 1 :]]


def _put(lines: Lines, dice: Dice, line: bytes) -> Lines:
    at = dice.randint(0, len(lines))
    return [*lines[:at], line, *lines[at:]]


def _parts(line: bytes) -> list[dict[str, Any]]:
    """All objects in a line."""
    try:
        todo: list[Any] = [json.loads(line)]
    except ValueError:
        return []
    found = []
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            todo += part.values()
            found.append(part)
    return [part for part in found if part]


def _with_fields(
    lines: Lines, dice: Dice, change: Callable[[dict[str, Any], str], object]
) -> Lines:
    at = dice.randrange(len(lines))
    parts = _parts(lines[at])
    if not parts:
        return lines
    part = dice.choice(parts)
    change(part, dice.choice([*part]))
    return [*lines[:at], canonical(parts[0]), *lines[at + 1 :]]


def says_the_same(lines: Lines, true: Lines) -> bool:
    """Whether a file is the true one, but for signed heads that were left out.

    The last one may not be, nor one on which another hub went on. Its manifest may name no end, as
    a replica's does: then it may end at any signed head.
    """
    if lines[:1] == [canonical(json.loads(true[0]) | {"head": None}).replace(b'"head":null,', b"")]:
        lines = [true[0], *lines[1:]]
        true = true[: true.index(lines[-1]) + 1] if lines[-1] in true else true
    wanted = iter(true)
    subsequence = all(line in wanted for line in lines)
    missing = [line for line in true if line not in lines]
    needed = [line for line, after in pairwise(true) if b'"kind":"log.adopted"' in after]
    spare = all(line.endswith(b'"type":"head"}') and line not in needed for line in missing)
    signed = lines[-1:] == true[-1:] and lines[-1].endswith(b'"type":"head"}')
    return subsequence and spare and signed


def damaged(number: int, dice: Dice) -> tuple[int, int]:
    """Judge so many damaged files: how many passed because they say the same, and how many not."""
    passed = 0
    for _ in range(number):
        true = dice.choice(BASES)
        lines = true.copy()
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            lines = dice.choice(DAMAGES)(lines, dice) or lines
        # Line ends within a line make two of it: what counts are the lines of the file.
        data = joined(lines)
        same = says_the_same(data.split(b"\n")[:-1], true)
        assert same == whole(data), (lines, true)
        passed += same
    return passed, number - passed


def test_some_damaged_files() -> None:
    """Five hundred, always the same ones."""
    same, other = damaged(500, random.Random(6))
    assert same > 5
    assert other > 400


@pytest.mark.soak
def test_many_damaged_files() -> None:
    """From another seed each time."""
    seed = random.getrandbits(32)
    same, other = damaged(int(os.environ.get("WARROOM_PROOF_FILES", 10_000)), random.Random(seed))
    print(f"\nseed {seed}: {other:,} damaged files refused, {same:,} said the same")  # noqa: T201
