"""`docs/log-format.md` says what the code does."""

import re
from pathlib import Path

import pytest

from tests.data.golden import kinds
from tests.data.golden.logbook import golden, small
from warroom.log.chain import head_message
from warroom.log.entry import DEEPEST, EVENT_TYPES, Header, words_of
from warroom.log.lines import Manifest
from warroom.log.signing import SignedHead

PAGE = (Path(__file__).parents[2] / "docs/log-format.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_example_is_the_golden_file() -> None:
    """The file, and each thing that is hashed, keyed or signed, stand on the page byte for byte."""
    first, second = small().entries()
    (head,) = small().heads()
    message = head_message(head.log, head.seq, head.hash)

    assert [
        golden("small").decode(),
        f"{first.hash}\n",
        f"{second.header_bytes.decode()}\n",
        f"{second.hash}\n",
        f"{(words_of(second) or b'').decode()}\n",
        f"{second.header.body}\n",
        f"{message[1:].decode()}\n",
        f"{head.sig}\n",
    ] == BLOCKS


def test_the_lengths_of_the_example_are_right() -> None:
    """Who hashes along can compare what they hash."""
    _, second = small().entries()

    assert f"and these {len(second.header_bytes)} bytes" in PAGE
    assert f"over these {len(words_of(second) or b'')} bytes" in PAGE


def test_every_kind_stands_in_the_table() -> None:
    """The tables are those that `python -m tests.data.golden.kinds` prints."""
    assert kinds.table() in PAGE
    assert kinds.enumerations() in PAGE


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_kind_has_its_row_with_every_field(kind: str) -> None:
    """Seen from the events themselves, not through the maker of the table."""
    (row,) = re.findall(rf"^\| `{re.escape(kind)}` \|.*$", PAGE, re.MULTILINE)
    fields = set(EVENT_TYPES[kind].__struct_fields__) - {"words", "occurred_at"}

    assert fields == {field for field in fields if f"`{field}`" in row}


def test_every_header_field_has_its_row() -> None:
    """The table of the header is complete."""
    section = PAGE.split("| header field |")[1].split("\n\n")[0]

    assert set(Header.__struct_fields__) == set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))


def test_the_other_lines_are_shown_with_their_fields() -> None:
    """The shapes of manifest and head are those that are written."""
    cite = small().cite(2)
    manifest = Manifest(log="log", label="label", head=cite).line().decode()
    head = SignedHead(log="log", seq=2, hash="hash", key="key", sig="sig").line().decode()

    for line in (manifest, head):
        shape = re.sub(r':("(?!manifest|head)[^"]*"|2)', ":…", line)
        assert f"    {shape}\n" in PAGE
    assert f"at most {DEEPEST} deep" in PAGE


def test_the_page_names_the_standard_library_s_encoder() -> None:
    """The call that `test_log_chain` holds against the log's own encoder."""
    call = 'json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)'

    assert call in PAGE
    assert call in (Path(__file__).parent / "test_log_chain.py").read_text()
