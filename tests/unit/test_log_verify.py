"""Is a log complete, unaltered, and whose is it."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.golden.logbook import (
    ADA,
    BO,
    GOLDEN,
    KEY,
    KIM,
    OTHER_KEY,
    START,
    Logbook,
    ended,
    expire,
    expired,
    forgotten,
    golden,
    hub,
    incident,
    joined,
    redacted,
    small,
)
from warroom.domain import events
from warroom.domain.events import Citation, TextWords
from warroom.domain.vocabulary import Status, Via
from warroom.log.chain import canonical, stamp
from warroom.log.seen import heads_in
from warroom.log.verify import Problem, Verdict, verify

INCIDENT = golden("incident")
LINES = INCIDENT.splitlines()
REDACTED = golden("redacted")


def places(verdict: Verdict) -> list[tuple[int, int | None]]:
    """Where the problems are: line and entry."""
    return [(problem.line, problem.seq) for problem in verdict.problems]


def texts(verdict: Verdict) -> str:
    return " ".join(problem.text for problem in verdict.problems)


# --- logs that are whole -----------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in GOLDEN if name != "adopted"])
def test_golden_logs_are_whole(name: str) -> None:
    """Every golden log is complete, unaltered, signed to its end, and free of notes."""
    book = GOLDEN[name]()

    assert Verdict(
        log=book.log,
        label=book.label,
        entries=book.seq,
        head=book.cite(book.seq),
        signed=book.seq,
        key=KEY.public,
        problems=(),
        notes=(),
    ) == verify(golden(name))
    assert verify(golden(name)).whole


def test_a_trusted_key_is_taken() -> None:
    """The reader may name the keys they accept."""
    assert verify(INCIDENT, frozenset({KEY.public, OTHER_KEY.public})).whole


def test_another_key_than_the_trusted_ones_is_found() -> None:
    """A log that is sound in itself may still be someone else's."""
    verdict = verify(INCIDENT, frozenset({OTHER_KEY.public}))

    assert [(2, 1)] == places(verdict)
    assert KEY.public in texts(verdict)
    assert KEY.public == verdict.key


def test_kinds_and_fields_of_a_later_version_are_noted_once() -> None:
    """What this version does not know is no fault of the log."""
    book = Logbook().declare()
    for _ in range(2):
        book.note(kind="moon.landed", facts={"moon": 1}, mood="calm")
    book.note(facts={"occurred_at": 5}).sign()
    verdict = verify(book.data())

    assert verdict.whole
    assert (
        Problem(
            3,
            2,
            "This version does not know the field 'mood' of entry 2 (and perhaps of later ones).",
        ),
        Problem(
            3,
            2,
            "This version does not know the kind 'moon.landed' of entry 2 (and perhaps of later "
            "ones).",
        ),
        Problem(
            5,
            4,
            "This version cannot read this form of the kind 'note.posted' of entry 4 (and perhaps "
            "of later ones).",
        ),
    ) == verdict.notes


# --- what happens to files ---------------------------------------------------------------------


def test_an_empty_file_is_not_a_log() -> None:
    """Nothing is not whole."""
    assert [(1, None), (1, None)] == places(verify(b""))


def test_a_missing_final_newline_is_found() -> None:
    """A file that was cut by one byte was cut."""
    assert (Problem(13, None, "The last line has no newline: the file is cut off."),) == verify(
        INCIDENT[:-1]
    ).problems


def test_a_file_cut_off_anywhere_is_found() -> None:
    """No beginning of an export passes for the whole."""
    assert [] == [end for end in range(0, len(INCIDENT), 13) if verify(INCIDENT[:end]).whole]


def damage(data: bytes, at: int, how: str, byte: int) -> bytes:
    match how:
        case "flip":
            return data[:at] + bytes([data[at] ^ 1 << byte % 8]) + data[at + 1 :]
        case "replace":
            return data[:at] + bytes([byte]) + data[at + 1 :]
        case "insert":
            return data[:at] + bytes([byte]) + data[at:]
        case _:
            return data[:at] + data[at + 1 :]


@pytest.mark.parametrize("name", ["incident", "redacted"])
@pytest.mark.parametrize("how", ["flip", "replace", "insert", "delete"])
def test_any_changed_byte_is_found(name: str, how: str) -> None:
    """Whatever byte is changed, put in or taken out, and wherever."""
    data, dice = golden(name), random.Random(f"{name} {how}")
    for _ in range(200):
        changed = damage(data, dice.randrange(len(data)), how, dice.randrange(256))
        if changed != data:
            assert not verify(changed).whole, changed


@pytest.mark.parametrize("at", range(1, len(LINES)))
def test_a_dropped_line_is_found_unless_a_later_head_says_the_same(at: int) -> None:
    """Every entry counts, and the last head; a head in between adds nothing to the last."""
    verdict = verify(joined(LINES[:at] + LINES[at + 1 :]))
    spare = LINES[at].endswith(b'"type":"head"}') and at < len(LINES) - 1

    assert spare == verdict.whole


@pytest.mark.parametrize("at", range(len(LINES)))
def test_a_doubled_line_is_found(at: int) -> None:
    """Nothing may stand twice, neither at once nor at the end."""
    assert not verify(joined([*LINES[:at], LINES[at], *LINES[at:]])).whole
    assert not verify(joined([*LINES, LINES[at]])).whole


@pytest.mark.parametrize("first", range(len(LINES)))
def test_swapped_lines_are_found(first: int) -> None:
    """No two lines may change places."""
    for second in range(first):
        lines = LINES.copy()
        lines[first], lines[second] = lines[second], lines[first]

        assert not verify(joined(lines)).whole


@pytest.mark.parametrize("line", golden("hub").splitlines())
@pytest.mark.parametrize("at", range(1, len(LINES) + 1))
def test_a_line_of_another_log_is_found(line: bytes, at: int) -> None:
    """What the same hub signed for another of its logs does not pass here."""
    assert not verify(joined([*LINES[:at], line, *LINES[at:]])).whole
    assert not verify(joined([*LINES[:at], line, *LINES[at + 1 :]])).whole


@given(st.binary())
def test_it_never_raises(data: bytes) -> None:
    """Any bytes get an answer."""
    assert not verify(data).whole


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab\x00é"),
    lambda parts: st.lists(parts) | st.dictionaries(st.text("abé"), parts),
    max_leaves=5,
)


@given(line=st.integers(0, len(LINES) - 1), value=JSON, data=st.data())
def test_any_changed_field_is_found(line: int, value: Any, data: st.DataObject) -> None:
    """Anything in any field, or one field more: found, and never an error."""
    whole = msgspec.json.decode(LINES[line])
    part = whole
    if isinstance(part.get("header"), dict):
        part = data.draw(st.sampled_from([whole, whole["header"], whole["header"]["facts"]]))
    field = data.draw(st.sampled_from([*part, "sig", "key", "kind", "words"]))
    part[field] = value
    changed = canonical(whole)
    verdict = verify(joined([*LINES[:line], changed, *LINES[line + 1 :]]))

    assert (changed == LINES[line]) == verdict.whole


# --- lines that are not as they should be ------------------------------------------------------

ABYSS = b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"
DEEP = b'{"type":"entry","body":null,"header":' + b"[" * 40 + b"]" * 40 + b"}"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"", "Line 3 cannot be read: it is not JSON in UTF-8."),
        (b"\xff", "Line 3 cannot be read: it is not JSON in UTF-8."),
        (b'{"a":"\\ud800"}', "Line 3 cannot be read: it is not JSON in UTF-8."),
        (b"{} {}", "Line 3 cannot be read: it is not JSON in UTF-8."),
        (b"9" * 5000, "Line 3 cannot be read: it is not JSON in UTF-8."),
        (b"[]", "Line 3 cannot be read: it is not a JSON object."),
        (
            ABYSS,
            "Line 3 cannot be read: it is nested more than 32 deep.",
        ),
        (DEEP, "Line 3 cannot be read: it is nested more than 32 deep."),
        (b'{"a":1.0}', "Line 3 cannot be read: it has a number that is not an integer."),
        (b'{"a":[1e2]}', "Line 3 cannot be read: it has a number that is not an integer."),
        (b'{"a":9007199254740992}', "Line 3 cannot be read: it has an integer beyond 2^53 - 1."),
        (b'{"a":-9007199254740992}', "Line 3 cannot be read: it has an integer beyond 2^53 - 1."),
        ('{"é":1}'.encode(), "Line 3 cannot be read: it has a key that is not ASCII."),
        (b'{"type":"x"}', "Line 3 cannot be read: there is no kind of line called 'x'."),
        (LINES[0], "Line 3 is a manifest, which only line 1 can be."),
    ],
)
def test_a_line_that_holds_nothing_is_the_one_problem(line: bytes, text: str) -> None:
    """A line that cannot be read is named, with the reason, and the others still count."""
    verdict = verify(joined([*LINES[:2], line, *LINES[2:]]))

    assert (Problem(3, None, text),) == verdict.problems
    assert 8 == verdict.entries


@pytest.mark.parametrize("brackets", [31, 32])
def test_depth_is_counted_from_the_line(brackets: int) -> None:
    """The object of the line is the first level, the header the second, its facts the third."""
    deep: Any = 0
    for _ in range(brackets - 2):
        deep = [deep]
    book = Logbook().declare().note(facts={"deep": deep}).sign()

    assert (brackets == 31) == verify(book.data()).whole


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"entry"}', b'"entry"} '),
        (b'"entry"}', b'"entry"}\r'),
        (b":", b": "),
        (b"looking", b"look\\u0069ng"),
        (b'"seen":1', b'"seen":1,"seen":1'),
        (b'"seen":1,"seq":2', b'"seq":2,"seen":1'),
        (b'{"body"', b'{"type":"entry","body"'),
    ],
)
def test_another_encoding_of_the_same_is_found(old: bytes, new: bytes) -> None:
    """White space, escapes, doubled keys and another order are changes."""
    book = Logbook().declare().note().sign()
    book.lines[1] = book.lines[1].replace(old, new, 1)
    verdict = verify(book.data())

    assert (
        Problem(3, None, "Line 3 is not as a hub writes it: it was changed or rewritten.")
        in verdict.problems
    )


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"format": 2}, "The manifest names format 2; this program reads format 1."),
        ({"label": "INC-8"}, "The manifest calls this 'INC-8'; entry 1 says 'INC-7'."),
        ({"log": "ab" * 16}, "The manifest names another log than the one in this file."),
        (
            {"head": Citation(9, "ab" * 32)},
            "The manifest promises a log that ends with entry 9; what is here ends with another, "
            "entry 8.",
        ),
        (
            {"head": Citation(8, "ab" * 32)},
            "The manifest promises a log that ends with entry 8; what is here ends with another, "
            "entry 8.",
        ),
    ],
)
def test_a_false_manifest_is_found(changed: dict[str, Any], text: str) -> None:
    """Every field of the manifest is measured by what follows."""
    assert (Problem(1, None, text),) == verify(incident().data(**changed)).problems


def test_a_manifest_with_more_fields_is_found() -> None:
    """What nothing bears out has no place in it."""
    fields = msgspec.json.decode(LINES[0]) | {"made_by": "me"}

    assert (Problem(1, None, "The manifest has fields that no manifest has."),) == verify(
        joined([canonical(fields), *LINES[1:]])
    ).problems


def test_a_missing_manifest_is_found() -> None:
    """A file that begins with an entry is checked all the same."""
    verdict = verify(joined(LINES[1:]))

    assert (
        Problem(1, None, "Line 1 is not the manifest that an export begins with."),
    ) == verdict.problems
    assert 8 == verdict.entries


# --- entries -----------------------------------------------------------------------------------


def chained(**forged: Any) -> Logbook:
    """A log whose third of four entries breaks a rule, chained and signed as if it did not."""
    return Logbook().declare().note().note(**forged).note().sign()


@pytest.mark.parametrize(
    ("forged", "text"),
    [
        ({"v": 2}, "Entry 3 is of format 2; this program reads format 1."),
        (
            {"prev": "ab" * 32},
            "Entry 3 does not continue what stands before it: it, or entry 2, was changed or "
            "replaced.",
        ),
        ({"prev": "AB" * 32}, "Entry 3 has a prev that is not of its form."),
        ({"body": "ab"}, "Entry 3 has a body that is not of its form."),
        ({"at": "2026-03-14T09:26:53.589793Z"}, "Entry 3 has an earlier time than entry 2."),
        ({"id": "019ceb1a-0000-7000-8000-000000000001"}, "Entry 3 has the same id as entry 1."),
        ({"refs": []}, "Entry 3 has an empty refs, which is left out."),
        ({"said_by": ""}, "Entry 3 has an empty said_by, which is left out."),
        ({"facts": {"words": {"text": "for ever"}}}, "Entry 3 has words among its facts."),
        ({"facts": {"kind": "note.posted"}}, "Entry 3 has kind among its facts."),
        ({"log": "ab" * 16}, "Entry 3 on line 4 is of another log."),
    ],
)
def test_an_entry_that_breaks_a_rule_is_found_though_signed(
    forged: dict[str, Any], text: str
) -> None:
    """A hub's signature does not make a wrong entry right."""
    verdict = verify(chained(**forged).data())

    assert not verdict.whole
    assert text in texts(verdict)
    assert (4, 3) in places(verdict)


def test_a_field_written_as_null_is_found() -> None:
    """An entry has one encoding: what is not said is left out."""
    book = chained()
    book.lines[2] = book.lines[2].replace(b'"seen"', b'"said_by":null,"seen"')

    assert "Entry 3 has an empty said_by, which is left out." in texts(verify(book.data()))


def test_times_may_stand_still() -> None:
    """Entries of one batch may have the same time."""
    assert verify(chained(at="2026-03-14T09:27:00.589793Z").data()).whole


def test_missing_entries_are_named_as_one_gap() -> None:
    """A gap is one problem, not one for each entry that follows."""
    book = Logbook().declare().note().note().note().sign()
    one = verify(joined([book.data().splitlines()[0], *book.lines[:2], *book.lines[3:]]))
    two = verify(joined([book.data().splitlines()[0], *book.lines[:1], *book.lines[3:]]))

    assert (Problem(4, 4, "Entry 3 is missing before line 4."),) == one.problems
    assert (Problem(3, 4, "Entries 2 to 3 are missing before line 3."),) == two.problems


def test_a_changed_entry_is_named_where_the_chain_breaks() -> None:
    """One byte in a header: the entry after it says so, and so does the head."""
    book = chained()
    book.lines[2] = book.lines[2].replace(b'"seen":2', b'"seen":1')
    verdict = verify(book.data())

    assert (
        Problem(
            5,
            4,
            "Entry 4 does not continue what stands before it: it, or entry 3, was changed or "
            "replaced.",
        ),
    ) == verdict.problems


def test_an_entry_that_stands_twice_or_late_is_named() -> None:
    """What comes again and what comes out of turn are told apart."""
    first, second, third = Logbook().declare().note().note().lines
    again = verify(joined([LINES[0], first, second, second]))
    late = verify(joined([LINES[0], first, third, second]))

    assert "Entry 2 stands on line 4 again; 3 is due there." in texts(again)
    assert "Entry 2 stands on line 4 where it does not belong; 4 is due there." in texts(late)


def test_the_first_entry_continues_nothing() -> None:
    """Entry 1 chains to zeros."""
    verdict = verify(Logbook().declare(prev="ab" * 32).sign().data())

    assert [(2, 1)] == places(verdict)


@pytest.mark.parametrize(
    ("forged", "text"),
    [
        ({"kind": "note.posted"}, "Entry 1 neither declares an incident nor founds a hub"),
        ({"facts": {}}, "Entry 1 neither declares an incident nor founds a hub"),
    ],
)
def test_a_log_that_names_no_key_is_found(forged: dict[str, Any], text: str) -> None:
    """Without the key in entry 1 nothing says whose log it is."""
    verdict = verify(Logbook().declare(**forged).sign().data())

    assert text in texts(verdict)
    assert verdict.key is None


@pytest.mark.parametrize("public", ["00" * 32, "AB" * 32, "ab", ""])
def test_a_key_that_guards_nothing_is_found(public: str) -> None:
    """A key of small order would let anyone sign; one of another form is none."""
    key = KEY
    book = Logbook()
    book.add(events.IncidentDeclared(label="INC-7", key=public, policy=events.DEFAULT_POLICY)).sign(
        key
    )

    assert "Entry 1 names a key that is none, or under which anyone could sign." in texts(
        verify(book.data())
    )


def test_the_hub_s_log_is_called_hub() -> None:
    """Its first entry has no label, so its manifest has a fixed one."""
    assert "The manifest calls this 'INC-7'; entry 1 says 'hub'." in texts(
        verify(hub().data(label="INC-7"))
    )


# --- signed heads ------------------------------------------------------------------------------


def head_of(book: Logbook) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(book.lines[-1])
    return fields


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"log": "ab" * 16}, "belongs to another log"),
        ({"seq": 1}, "signs entry 1, and does not stand right after it"),
        ({"hash": "ab" * 32}, "signs another entry 2 than the one that stands here"),
        ({"key": OTHER_KEY.public}, "is signed with another key than the one that entry 1 names"),
        ({"sig": "ab" * 64}, "has a signature that its key did not make"),
        ({"sig": "ab"}, "has a sig that is not of its form"),
        ({"key": KEY.public.upper()}, "has a key that is not of its form"),
        ({"note": "true"}, "has fields that no signed head has"),
    ],
)
def test_a_changed_head_is_found(changed: dict[str, Any], text: str) -> None:
    """Each field of a signed head is checked, and what it covered is no longer signed."""
    book = small()
    book.lines[-1] = canonical(head_of(book) | changed)
    verdict = verify(book.data())

    assert text in verdict.problems[0].text
    assert 4 == verdict.problems[0].line
    assert 0 == verdict.signed
    assert "Entries 1 to 2 are under no signed head" in verdict.problems[1].text


def test_a_log_signed_with_another_key_is_found() -> None:
    """The same entries under a stranger's signature."""
    book = Logbook().declare().sign(OTHER_KEY).note().sign(OTHER_KEY)

    assert [(3, 1), (5, 2), (5, 2)] == places(verify(book.data()))


def test_a_second_signature_with_a_stranger_s_key_is_found() -> None:
    """One good signature does not carry a bad one."""
    assert [(4, 2)] == places(verify(Logbook().declare().note().sign(OTHER_KEY).sign().data()))


def test_a_log_made_anew_under_another_key_is_found_by_who_knows_the_key() -> None:
    """Rewritten from entry 1 on and signed again, only the key gives it away."""
    forged = Logbook(key=OTHER_KEY).declare().note("we never rolled back").sign().data()

    assert verify(forged).whole
    assert not verify(forged, frozenset({KEY.public})).whole


def test_a_head_that_stands_twice_is_found() -> None:
    """Each key signs an entry once."""
    verdict = verify(Logbook().declare().sign().sign().data())

    assert (Problem(4, 1, "The signed head on line 4 stands there twice."),) == verdict.problems


def test_a_head_before_any_entry_is_found() -> None:
    """A head signs what stands above it."""
    manifest, *lines = small().data().splitlines()

    assert (2, 2) in places(verify(joined([manifest, lines[-1], *lines])))


def test_an_unsigned_tail_is_found() -> None:
    """What was committed was signed; what is not signed was added."""
    verdict = verify(Logbook().declare().sign().note().note().data())

    assert (
        Problem(
            5,
            3,
            "Entries 2 to 3 are under no signed head: nothing says that they are the hub's, or "
            "that they are all.",
        ),
    ) == verdict.problems
    assert 1 == verdict.signed


def test_without_entry_1_heads_are_measured_by_their_own_keys() -> None:
    """The gap is the problem, not each signature after it."""
    assert (Problem(2, 2, "Entry 1 is missing before line 2."),) == verify(
        joined([LINES[0], *LINES[3:]])
    ).problems


# --- words and redactions ----------------------------------------------------------------------


def body_of(line: bytes, **changed: Any) -> bytes:
    fields = msgspec.json.decode(line)
    fields["body"] = (fields["body"] or {}) | changed
    return canonical(fields)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"words": {"text": "other"}}, "The words of entry 2 are not those it was made with."),
        ({"salt": "00" * 16}, "The words of entry 2 are not those it was made with."),
        ({"salt": "C3A6A8530DBB478FB70A6CA8C7263A94"}, "The words of entry 2 are not those"),
        ({"salt": "no"}, "The words of entry 2 are not those it was made with."),
        ({"more": 1}, "Entry 2 has something beside its header and its words."),
    ],
)
def test_changed_words_are_found(changed: dict[str, Any], text: str) -> None:
    """Words and salt are held by the commitment in the header."""
    book = small()
    book.lines[1] = body_of(book.lines[1], **changed)
    verdict = verify(book.data())

    assert [(3, 2)] == places(verdict)
    assert text in texts(verdict)


def test_a_line_with_more_than_an_entry_is_found() -> None:
    """No one vouches for what stands beside the header."""
    book = small()
    book.lines[1] = canonical(msgspec.json.decode(book.lines[1]) | {"mood": "calm"})

    assert "Entry 2 has something beside its header and its words." in texts(verify(book.data()))


def test_words_put_to_an_entry_that_had_none_are_found() -> None:
    """A header without a commitment goes with no words."""
    book = Logbook().declare().add(events.ActionStarted(action=1)).sign()
    book.lines[1] = body_of(book.lines[1], salt="00" * 16, words={"text": "I did it"})

    assert (Problem(3, 2, "Entry 2 has words added, where it was made without any."),) == verify(
        book.data()
    ).problems


def test_words_gone_without_a_redaction_are_found() -> None:
    """Words may be missing only where the log says who had them removed."""
    assert (Problem(3, 2, GONE_UNSAID),) == verify(small().forget(2).data()).problems


def test_words_that_a_redaction_removed_are_found_if_they_are_back() -> None:
    """A redacted entry's words are gone from every copy."""
    before = incident().lines[6]
    lines = [before if line == redacted().forget(5).lines[6] else line for line in redacted().lines]

    assert before not in redacted().lines
    assert (
        Problem(8, 5, "The words of entry 5 are still here, and entry 10 redacted them."),
    ) == verify(joined([REDACTED.splitlines()[0], *lines])).problems


def asked(by: str = BO, of: int = 2, **forged: Any) -> Callable[[Logbook], Any]:
    return lambda book: book.add(events.RedactionRequested(of=book.cite(of)), by, **forged)


def done(
    by: str = KIM, of: int = 2, on: int | Citation = 3, **forged: Any
) -> Callable[[Logbook], Any]:
    def add(book: Logbook) -> None:
        request = book.cite(on) if isinstance(on, int) else on
        book.add(events.EntryRedacted(of=book.cite(of), request=request), by, **forged)

    return add


GONE_UNSAID = (
    "The words of entry 2 are missing, and no later entry redacts them or lets them expire."
)
ALONE = "Entry 4 redacts entry 2 by the same person who asked for it, where it takes two."
UNASKED = "Entry 4 redacts entry 2, and nobody had asked for that."


@pytest.mark.parametrize(
    ("request_", "redaction", "expected"),
    [
        pytest.param(asked(KIM), done(KIM), ALONE, id="one person"),
        pytest.param(asked(BO, said_by=KIM), done(KIM), ALONE, id="asked through another"),
        pytest.param(asked(BO), done(KIM, said_by=BO), ALONE, id="approved through another"),
        pytest.param(asked(BO, said_by=ADA), done(KIM, said_by=ADA), ALONE, id="one speaker"),
        pytest.param(asked(BO, said_by=ADA), done(BO, said_by=KIM), ALONE, id="one recorder"),
        pytest.param(asked(of=1), done(), UNASKED, id="asked for another entry"),
        pytest.param(Logbook.note, done(), UNASKED, id="the request is a note"),
        pytest.param(asked(facts={"of": 2}), done(), UNASKED, id="the request names no hash"),
        pytest.param(asked(), done(on=1), UNASKED, id="the request is entry 1"),
        pytest.param(asked(), done(on=Citation(3, "ab" * 32)), UNASKED, id="another hash"),
    ],
)
def test_a_redaction_takes_two_people(
    request_: Callable[[Logbook], Any],
    redaction: Callable[[Logbook], Any],
    expected: str,
) -> None:
    """One asks and another approves, neither through the other, about the same entry."""
    book = Logbook().declare().note("secret")
    request_(book)
    redaction(book)

    assert (Problem(5, 4, expected),) == verify(book.sign().forget(2).data()).problems


@pytest.mark.parametrize(
    "of", [Citation(2, "ab" * 32), Citation(9, "ab" * 32), Citation(4, "ab" * 32)]
)
def test_a_redaction_names_an_entry_before_it(of: Citation) -> None:
    """By number and hash; otherwise the words count as missing too."""
    book = Logbook().declare().note("secret")
    asked()(book)
    book.add(events.EntryRedacted(of=of, request=book.cite(3)), KIM).sign().forget(2)
    verdict = verify(book.data())

    assert [(3, 2), (5, 4)] == places(verdict)
    assert f"Entry 4 redacts an entry {of.seq} that does not stand before it." in texts(verdict)


def test_the_words_of_the_request_may_be_redacted_too() -> None:
    """A reason can hold the secret; facts alone carry the rule."""
    book = Logbook().declare().note("secret")
    book.add(events.RedactionRequested(of=book.cite(2), words=TextWords("the secret")), BO)
    done()(book)
    asked(of=3)(book)
    done(of=3, on=5)(book)

    assert verify(book.sign().forget(2).forget(3).data()).whole


def test_redacting_what_has_no_words_hides_nothing() -> None:
    """Nor does a second redaction of the same entry."""
    book = Logbook().declare().add(events.ActionStarted(action=1))
    asked()(book)
    done()(book)
    done()(book)

    assert verify(book.sign().data()).whole


def test_two_people_by_name_only_are_noted() -> None:
    """Names taken with `--as` were checked by nobody."""
    book = Logbook().declare().note("secret")
    asked(via=Via.AS)(book)
    done()(book)
    verdict = verify(book.sign().forget(2).data())

    assert verdict.whole
    assert (
        Problem(
            5,
            4,
            "Entry 4 redacts entry 2: two people by the names they gave, which nobody checked.",
        ),
    ) == verdict.notes


# --- words that have expired -------------------------------------------------------------------


def test_words_that_have_expired_may_be_gone() -> None:
    """All up to the entry that is cited, and not those after it."""
    assert verify(expired().data()).whole
    assert [(10, 6)] == places(verify(expired().forget(6).data()))


def test_words_that_have_expired_are_found_if_they_are_back() -> None:
    """One finding for all of them, where the first stands."""
    text = "The words of entry 1 and of 3 more are still here, and have expired with entry 7."
    assert (Problem(2, 1, text),) == verify(expire(ended()).sign().data()).problems
    one = verify(forgotten(expire(ended()).sign(), 4).data())
    text = "The words of entry 5 are still here, and have expired with entry 7."
    assert (Problem(8, 5, text),) == one.problems


FAULT = "Entry 7 lets words expire, and "


@pytest.mark.parametrize(
    ("book", "changed", "expected"),
    [
        pytest.param(ended(), {"by": ADA}, "it was not the hub that did.", id="by someone"),
        pytest.param(ended(), {"via": Via.OS}, "it was not the hub that did.", id="via someone"),
        pytest.param(ended(), {"days": 92}, "not all of them were 92 days old.", id="too young"),
        pytest.param(ended(), {"days": 0}, "not all of them were 0 days old.", id="at once"),
        pytest.param(ended(), {"days": -1}, "not all of them were -1 days old.", id="before"),
        pytest.param(
            ended(), {"days": 2**53 - 1}, f"not all of them were {2**53 - 1} days old.", id="ages"
        ),
    ],
)
def test_who_lets_words_expire_and_when(
    book: Logbook, changed: dict[str, Any], expected: str
) -> None:
    """The hub alone, and not before their time."""
    verdict = verify(forgotten(expire(book, **changed).sign()).data())
    assert (Problem(12, 7, FAULT + expected),) == verdict.problems


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (events.RoomHeld(), "the room was held."),
        (
            events.StatusChanged(was=Status.CANCELLED, now=Status.INVESTIGATING),
            "the room had not ended.",
        ),
    ],
)
def test_the_words_of_a_room_that_is_held_or_goes_on_stay(event: Any, expected: str) -> None:
    """As its log says by then: nothing else is asked."""
    book = forgotten(expire(ended().add(event, at=ended_at())).sign())
    text = f"Entry 8 lets words expire, and {expected}"
    assert (Problem(13, 8, text),) == verify(book.data()).problems


def ended_at() -> str:
    """The time of the last entry of a room that has ended."""
    return ended().entries()[-1].header.at


@pytest.mark.parametrize("through", [Citation(5, "ab" * 32), Citation(9, "ab" * 32)])
def test_what_expires_ends_with_an_entry_before(through: Citation) -> None:
    """By number and hash; otherwise the words count as missing too."""
    verdict = verify(forgotten(expire(ended(), through).sign()).data())
    text = f"Entry 7 lets words expire up to an entry {through.seq} that does not stand before it."
    assert text in texts(verdict)
    assert {1, 2, 4, 5} <= {problem.seq for problem in verdict.problems}


def test_an_expiry_of_another_form_lets_nothing_expire() -> None:
    """It may be of a later version: then the words are still there."""
    facts = {"through": 5, "days": 90}
    assert verify(expire(ended(), facts=facts).sign().data()).whole
    assert not verify(forgotten(expire(ended(), facts=facts).sign()).data()).whole


def test_a_change_of_status_that_cannot_be_read_ends_nothing() -> None:
    """Nor does it begin anything anew."""
    odd = ended().add(
        events.StatusChanged(was=Status.CANCELLED, now=Status.INVESTIGATING),
        at=ended_at(),
        facts={"now": "asleep"},
    )
    assert verify(forgotten(expire(odd).sign()).data()).whole


def test_words_expire_again() -> None:
    """What was written later, and what was redacted meanwhile is no fault."""
    book = expire(ended()).sign()
    late = events.RedactionRequested(of=book.cite(6), words=TextWords("a name"))
    book.add(late, BO, at=stamp(START + timedelta(days=93)))
    done(of=6, on=8, at=stamp(START + timedelta(days=93)))(book)
    expire(book, 8, at=stamp(START + timedelta(days=183))).sign()

    assert verify(forgotten(book, 8).data()).whole


# --- a log that goes on ------------------------------------------------------------------------

ADOPTED = golden("adopted")
"""Entries 1 and 2, restored in 3, note 4, adopted in 5, note 6."""


def test_a_log_that_went_on_is_whole_and_says_so() -> None:
    """Who keeps it now, and that it came back from a backup, are noted; whose it was stays."""
    verdict = verify(ADOPTED)

    assert verdict.whole
    assert (KEY.public, (OTHER_KEY.public,), 6) == (verdict.key, verdict.adopted_by, verdict.signed)
    assert (
        Problem(
            6,
            3,
            "At entry 3 the hub came back from a backup: what it had recorded after entry 2, if "
            "anything, is not in this log.",
        ),
        Problem(
            10,
            5,
            f"From entry 5 on the log is kept by another hub, under the key {OTHER_KEY.public}: "
            "nothing but this entry vouches for it.",
        ),
    ) == verdict.notes


def test_every_key_of_a_log_is_to_be_trusted() -> None:
    """Who trusts the hub that was does not thereby trust the one that is."""
    assert verify(ADOPTED, frozenset({KEY.public, OTHER_KEY.public})).whole
    assert [(10, 5)] == places(verify(ADOPTED, frozenset({KEY.public})))
    assert [(2, 1)] == places(verify(ADOPTED, frozenset({OTHER_KEY.public})))


def adopted(before: int = 1) -> Logbook:
    """A signed log of some entries, right before it is adopted."""
    book = Logbook().declare()
    for _ in range(before - 1):
        book.note()
    return book.sign()


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_each_head_is_of_the_hub_that_kept_the_log_then(key: Any) -> None:
    """The first hub signs nothing after the adoption, the second nothing before it."""
    early = Logbook().declare().sign(key).sign(None if key is OTHER_KEY else OTHER_KEY)
    late = adopted().adopt(OTHER_KEY).sign().note().sign(KEY).sign()

    assert [(4 if key is KEY else 3, 1)] == places(verify(early.data()))
    assert [(7, 3)] == places(verify(late.data()))
    assert f"than the one that the log was adopted under, {KEY.public}" in texts(
        verify(late.data())
    )


def test_what_no_hub_had_signed_cannot_be_adopted() -> None:
    """Whoever adopts could have made it up."""
    book = adopted().note().note().adopt(OTHER_KEY).sign()

    assert (
        Problem(
            6,
            4,
            "Entry 4 adopts more of the log than was signed: Entries 2 to 3 are under no head.",
        ),
    ) == verify(book.data()).problems


@pytest.mark.parametrize("seq", [1, 2])
@pytest.mark.parametrize("kind", ["adopt", "restore"])
def test_a_log_goes_on_from_the_entry_before(kind: str, seq: int) -> None:
    """By its number and its hash."""
    forged = {"head": {"seq": seq, "hash": "ab" * 32}, "key": OTHER_KEY.public, "restore": "x"}
    book = adopted(2)
    (book.adopt(OTHER_KEY, facts=forged) if kind == "adopt" else book.restore(facts=forged)).sign()

    assert (
        Problem(5, 3, "Entry 3 goes on with another log than the one that stands before it."),
    ) == verify(book.data()).problems


@pytest.mark.parametrize("key", ["no key", "00" * 32])
def test_nobody_adopts_under_a_key_that_is_none(key: str) -> None:
    """Or under one with which anyone could sign."""
    book = adopted()
    facts = {"head": {"seq": 1, "hash": book.hashes[1]}, "key": key}
    book.adopt(OTHER_KEY, facts=facts).sign()

    assert (
        "Entry 2 names a key that is none, or under which anyone could sign."
        == verify(book.data()).problems[0].text
    )


@pytest.mark.parametrize("facts", [{}, {"key": 1}, {"key": "ab" * 32, "head": 1}])
def test_an_adoption_that_cannot_be_read_changes_nothing(facts: dict[str, Any]) -> None:
    """The log stays the first hub's."""
    book = adopted()
    book.adopt(OTHER_KEY, facts=facts)

    assert verify(book.sign(KEY).data()).whole
    assert not verify(book.sign(OTHER_KEY).data()).whole


# --- replicas ----------------------------------------------------------------------------------


def test_a_replica_names_no_end() -> None:
    """It is whole as far as it goes, and the reader is told that nobody says how far that is."""
    verdict = verify(small().data(head=None))

    assert verdict.whole
    assert (
        Problem(1, None, "This file names no end: it is a replica, complete as far as it goes."),
    ) == verdict.notes


def test_a_manifest_without_a_head_leaves_it_out() -> None:
    """It is never null."""
    lines = small().data(head=None).splitlines()
    lines[0] = canonical(msgspec.json.decode(lines[0]) | {"head": None})

    assert (Problem(1, None, "The manifest has fields that no manifest has."),) == verify(
        joined(lines)
    ).problems


# --- what was seen before ----------------------------------------------------------------------


def kept(second: str) -> Logbook:
    """A log of three batches, in which entry 3 says this."""
    return Logbook().declare().sign().note("one").note(second).sign().note("three").sign()


def test_an_operator_who_rewrites_the_log_is_caught() -> None:
    """It is whole in itself, under the hub's own key; what a client was shown says otherwise."""
    forged, seen = kept("all was well").data(), heads_in(kept("I pulled the plug").data())

    assert verify(forged).whole
    assert verify(forged, frozenset({KEY.public})).whole
    assert [
        f"Entry 3 was rewritten: the hub with the key {KEY.public} had signed another one."
    ] == [problem.text for problem in verify(forged, seen=seen).problems]


def test_a_restore_is_named_beside_what_the_hubs_own_log_lost() -> None:
    """It explains what a client was shown and the log lacks; the log is not what was shown."""
    lost = heads_in(kept("after the backup").data())
    book = Logbook().declare().sign().note("one")
    log = book.add(events.HubRestored(), by="hub", via=Via.HUB).sign().data()

    verdict = verify(log, seen=lost)

    assert "Entry 3 was rewritten" in verdict.problems[0].text
    assert [
        "At entry 3 the hub came back from a backup: what it had recorded after entry 2, if "
        "anything, is not in this log."
    ] == [note.text for note in verdict.notes]


def test_an_operator_who_cuts_the_log_is_caught() -> None:
    """The end that a client was shown is missing."""
    book = Logbook().declare().sign()
    seen = heads_in(book.note().note().sign().data() + b"torn")
    cut = Logbook().declare().sign().data()

    assert verify(cut).whole
    assert [
        f"The log ends before entry 3, which the hub with the key {KEY.public} had signed."
    ] == [problem.text for problem in verify(cut, seen=seen).problems]


def test_what_was_seen_of_the_same_log_is_borne_out() -> None:
    """And what another log, or nobody's signature, says counts for nothing."""
    forged = msgspec.structs.replace(heads_in(INCIDENT)[0], hash="ab" * 32)
    other = KEY.sign("ab" * 16, 3, "ab" * 32)

    assert verify(INCIDENT, seen=(*heads_in(INCIDENT), forged, other)).whole


def test_a_gap_is_told_once() -> None:
    """An entry that is missing in between is found anyway, and is not a rewritten one."""
    lines = [line for line in LINES if b'"seq":3,"v"' not in line]
    gap = KEY.sign(incident().log, 3, incident().hashes[3])

    assert not [p for p in verify(joined(lines), seen=(gap,)).problems if "rewritten" in p.text]
