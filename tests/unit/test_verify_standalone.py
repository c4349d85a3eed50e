"""The second verifier, which shares no code with the first, comes to the same verdicts."""

import ast
import importlib.util
import itertools
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from tests.data.golden.logbook import (
    BO,
    GOLDEN,
    HERE,
    KEY,
    KIM,
    OTHER_KEY,
    START,
    Logbook,
    ended,
    expire,
    forgotten,
    golden,
    joined,
)
from warroom.domain import events
from warroom.domain.events import Citation
from warroom.domain.vocabulary import CLOSED, Status
from warroom.log.chain import canonical, stamp
from warroom.log.signing import SignedHead, is_weak, signature_holds
from warroom.log.verify import verify

SCRIPT = Path(__file__).parents[2] / "docs/verify_standalone.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_standalone", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STANDALONE = load()


def whole(data: bytes, *trusted: str) -> bool:
    """The verdict of both, which must be one."""
    second = list(STANDALONE.problems(data, set(trusted)))
    first = verify(data, frozenset(trusted) or None)

    assert first.whole == (not second), (data, first.problems, second)
    return first.whole


def test_it_needs_the_standard_library_alone() -> None:
    """Not even warroom: that is what it is for."""
    tree = ast.parse(SCRIPT.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }

    assert set() == imported - sys.stdlib_module_names


def test_it_runs_by_itself(tmp_path: Path) -> None:
    """As a command: 0 and a sentence for a whole log, 1 and the problems for another."""
    command = [sys.executable, "-I", str(SCRIPT)]
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(golden("small")[:-1])
    good = subprocess.run([*command, HERE / "small.jsonl"], capture_output=True, text=True)
    bad = subprocess.run([*command, cut, "ab" * 32], capture_output=True, text=True)

    assert (0, "The log is whole.\n") == (good.returncode, good.stdout)
    assert 1 == bad.returncode
    assert (
        "the file does not end with a newline\nline 2: the key is not a trusted one" in bad.stdout
    )
    assert 2 == subprocess.run(command, capture_output=True).returncode


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_logs_are_whole_to_both(name: str) -> None:
    """And no one else's than the key's that signed them."""
    assert whole(golden(name))
    assert whole(golden(name), KEY.public, *([OTHER_KEY.public] if name == "adopted" else []))
    assert not whole(golden(name), OTHER_KEY.public)


@pytest.mark.parametrize("seed", range(8))
def test_both_judge_damaged_files_alike(seed: int) -> None:
    """Bytes changed, lines dropped, doubled, swapped, cut: found by both or by neither."""
    dice = random.Random(seed)
    for _ in range(12):
        data = golden(dice.choice(["small", "redacted", "expired", "adopted"]))
        lines, at = data.splitlines(), dice.randrange(len(data))
        one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
        swapped = lines.copy()
        swapped[one], swapped[two] = lines[two], lines[one]
        whole(data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :])
        whole(data[:at])
        whole(joined(lines[:one] + lines[one + 1 :]))
        whole(joined([*lines[:one], lines[two], *lines[one:]]))
        whole(joined(swapped))


ODD: list[Any] = [
    *(0, -1, 1, 2, 2**53 - 1, 2**53, 0.5, True),
    *("", "ab", "ab" * 16, "ab" * 32, "AB" * 32, "é", "2026-03-14T09:27:07.589793Z"),
    *("2026-03-14T24:00:00.000000Z", "2026-02-30T09:27:07.589793Z", "hub", "scribe", "x\x7f\x01"),
    *([], ["a"], [1], {}, {"kind": "a"}, {"words": {}}, {"é": 1}, {"of": {"seq": 1, "hash": "a"}}),
    *([[[]]], {"a": [{"b": None}]}),
]
FIELDS = (*STANDALONE.HEADER, *STANDALONE.OPTIONAL, "mood")


@pytest.mark.parametrize("field", FIELDS)
def test_both_judge_signed_nonsense_alike(field: str) -> None:
    """Anything in any field of a header, chained and signed as if it were right."""
    for value in ODD:
        book = Logbook().declare().note()
        book.add(events.ActionStarted(action=1), **{field: value}).note().sign()
        whole(book.data())


@pytest.mark.parametrize("field", ["body", "header", "type", "mood", "salt", "words"])
def test_both_judge_other_parts_of_an_entry_alike(field: str) -> None:
    """Anything beside the header, or in its place."""
    for value in (*ODD, None):
        book = Logbook().declare().note().sign()
        line = msgspec.json.decode(book.lines[1])
        part = line["body"] if field in ("salt", "words") else line
        part[field] = value
        book.lines[1] = canonical(line)

        assert not whole(book.data())


@pytest.mark.parametrize("field", ["hash", "key", "log", "seq", "sig", "mood", "format", "head"])
def test_both_judge_other_heads_and_manifests_alike(field: str) -> None:
    """Anything in the lines that are not entries."""
    for value, number in itertools.product(ODD, (0, 3)):
        lines = golden("small").splitlines()
        changed = canonical(msgspec.json.decode(lines[number]) | {field: value})
        whole(joined([*lines[:number], changed, *lines[number + 1 :]]))


@pytest.mark.parametrize("facts", [{"key": 1}, {"key": "ab"}, {"label": 1}, {"label": "INC-8"}])
@pytest.mark.parametrize("kind", ["incident.declared", "hub.founded", "note.posted"])
def test_both_judge_first_entries_alike(kind: str, facts: dict[str, Any]) -> None:
    """Beginnings with a key, without one, and under other names."""
    held = {"key": KEY.public, "label": "INC-7"} | facts
    book = Logbook().declare(kind=kind, facts=held).sign()
    for label in ("INC-7", "INC-8", "hub"):
        whole(book.data(label=label))


PEOPLE = [(BO, None), (KIM, None), (BO, KIM), (KIM, BO)]


@pytest.mark.parametrize("asked", PEOPLE)
@pytest.mark.parametrize("done", PEOPLE)
def test_both_judge_redactions_alike(
    asked: tuple[str, str | None], done: tuple[str, str | None]
) -> None:
    """Whoever asked and approved, for whichever entry, with the words gone or not."""
    for wanted, of, on, gone in itertools.product((1, 2), (2, 4), (2, 3), (True, False)):
        book = Logbook().declare().note()
        book.add(events.RedactionRequested(of=book.cite(wanted)), asked[0], said_by=asked[1])
        cited = book.cite(of) if of < 4 else Citation(4, "ab" * 32)
        redaction = events.EntryRedacted(of=cited, request=book.cite(on))
        book.add(redaction, done[0], said_by=done[1]).sign()
        two = not {*asked} - {None} & {*done} - {None}

        expected = two and (wanted, of, on, gone) == (2, 2, 3, True)
        assert expected == whole((book.forget(2) if gone else book).data())


@pytest.mark.parametrize("forged", [{}, {"by": BO}, {"via": "os"}, {"kind": "note.posted"}])
def test_both_judge_expiries_alike(forged: dict[str, Any]) -> None:
    """With every odd value in either fact, whoever wrote it, and words that are gone or not."""
    for part, odd in itertools.product(
        ("through", "days"), (*ODD, {"seq": 5, "hash": "ab" * 32}, {"seq": 5})
    ):
        book = ended()
        facts = {"through": msgspec.to_builtins(book.cite(5)), "days": 90} | {part: odd}
        expire(book, facts=facts, **forged).sign()
        whole(book.data())
        whole(forgotten(book).data())


def test_both_judge_rooms_that_are_held_or_go_on_alike() -> None:
    """Whatever a change of status says: what is no status changes nothing."""
    at = stamp(START + timedelta(days=91))
    for kind, odd in itertools.product(("room.held", "status.changed"), (*ODD, *Status)):
        book = expire(ended().note(kind=kind, facts={"now": odd}, at=at)).sign()
        found = whole(forgotten(book).data())
        if isinstance(odd, Status):
            assert found is (kind == "status.changed" and odd in CLOSED)


def test_both_judge_the_age_of_words_alike() -> None:
    """To the microsecond: two days are as long as 172,800 seconds."""
    for days, microseconds in itertools.product((1, 2, 3), (-1, 0, 1)):
        at = stamp(START + timedelta(days=2, seconds=28, microseconds=microseconds))
        old = days < 2 or (days == 2 and microseconds >= 0)
        book = expire(ended(2).note(at=at), 5, days, at=at)
        assert old is whole(forgotten(book.sign()).data())


KEYS = [
    KEY.public,
    "00" * 32,
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "ff" * 32,
    "02" + "00" * 31,
]


@pytest.mark.parametrize("key", KEYS)
def test_both_know_the_same_weak_keys(key: str) -> None:
    """What is no point can sign nothing, so there the two need not name it the same."""
    no_point = STANDALONE.decode(bytes.fromhex(key)) is None

    assert (is_weak(key) or no_point) == STANDALONE.is_weak(bytes.fromhex(key))


def test_both_hold_the_same_signatures() -> None:
    """True ones, and true ones with S raised by the order of the group."""
    dice = random.Random(8032)
    for seq in range(20):
        head = KEY.sign("ab" * 16, seq, f"{dice.getrandbits(256):064x}")
        raised = int.from_bytes(bytes.fromhex(head.sig[64:]), "little") + STANDALONE.ORDER
        forged = msgspec.structs.replace(
            head, sig=head.sig[:64] + raised.to_bytes(32, "little").hex()
        )

        assert second_holds(head)
        assert signature_holds(head)
        assert not second_holds(forged)
        assert not signature_holds(forged)


def second_holds(head: SignedHead) -> bool:
    message = b"\1" + canonical({"hash": head.hash, "log": head.log, "seq": head.seq})
    holds: bool = STANDALONE.signature_holds(
        bytes.fromhex(head.key), bytes.fromhex(head.sig), message
    )
    return holds


@pytest.mark.parametrize("kind", ["log.adopted", "log.restored"])
@pytest.mark.parametrize("part", ["key", "restore", "head", "occurred_at", None])
def test_both_judge_logs_that_go_on_alike(kind: str, part: str | None) -> None:
    """With every odd value in every fact, heads of either hub, and entries that nobody signed."""
    for odd, signed, key in itertools.product(ODD, (True, False), (KEY, OTHER_KEY)):
        book = Logbook().declare().note()
        book = book.sign() if signed else book
        facts = {"key": OTHER_KEY.public, "restore": "x", "head": msgspec.to_builtins(book.cite(2))}
        if part is not None:
            facts[part] = odd
        book.add(
            events.NotePosted(), kind=f"log.{kind}ed".replace("restoreed", "restored"), facts=facts
        )
        whole(book.sign(key).data())


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_both_judge_a_replica_s_manifest_alike(odd: Any) -> None:
    """Without a head, and with one that is none."""
    lines = golden("small").splitlines()
    manifest = msgspec.json.decode(lines[0])
    assert whole(
        joined([canonical({k: v for k, v in manifest.items() if k != "head"}), *lines[1:]])
    )
    whole(joined([canonical(manifest | {"head": odd}), *lines[1:]]))
