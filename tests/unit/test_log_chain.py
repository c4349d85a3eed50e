"""Canonical bytes, hashes, commitments and times."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.log.chain import canonical, commitment, entry_hash, head_message, stamp

LARGEST = 2**53 - 1
SUBSET: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda parts: (
        st.lists(parts) | st.dictionaries(st.text(st.characters(max_codepoint=127)), parts)
    ),
    max_leaves=20,
)


@given(SUBSET)
def test_both_encoders_agree(value: Any) -> None:
    """The standard library writes the same bytes for every value of the subset."""
    standard = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert standard.encode() == canonical(value)


@given(SUBSET)
def test_decode_after_encode_is_the_same(value: Any) -> None:
    """Canonical bytes lose nothing."""
    assert value == json.loads(canonical(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ("\x00\x1f\b\t\n\f\r", rb'"\u0000\u001f\b\t\n\f\r"'),
        ("\x7f\u2028</é😀", '"\x7f\u2028</é😀"'.encode()),
        ('"\\', rb'"\"\\"'),
        (-LARGEST, b"-9007199254740991"),
    ],
)
def test_golden_bytes(value: Any, expected: bytes) -> None:
    """Sorted, tight, and escaped only where JSON demands it."""
    assert expected == canonical(value)


def test_prefixes_keep_entries_and_heads_apart() -> None:
    """What is hashed begins with 0, what is signed with 1, so neither passes for the other."""
    assert hashlib.sha256(b'\x00{"a":1}').hexdigest() == entry_hash(b'{"a":1}')
    assert b'\x01{"hash":"cd","log":"ab","seq":7}' == head_message("ab", 7, "cd")


def test_commitment_is_keyed_by_the_bytes_of_the_salt() -> None:
    """The salt is read as hexadecimal, not as text."""
    expected = hmac.new(b"\x00\xff" * 8, b"{}", hashlib.sha256).hexdigest()

    assert expected == commitment("00ff" * 8, b"{}")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 14, tzinfo=UTC), "2026-03-14T00:00:00.000000Z"),
        (datetime(999, 1, 1, 0, 0, 0, 5, tzinfo=UTC), "0999-01-01T00:00:00.000005Z"),
        (
            datetime(2026, 3, 14, 1, 30, tzinfo=timezone(timedelta(hours=2))),
            "2026-03-13T23:30:00.000000Z",
        ),
    ],
)
def test_stamp_has_a_fixed_width_in_utc(at: datetime, expected: str) -> None:
    """Every time is 27 characters of UTC, so that times sort as text."""
    assert expected == stamp(at)
