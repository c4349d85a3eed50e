"""Canonical bytes, hashes and commitments: what makes the log tamper-evident.

Canonical JSON is RFC 8785 on the subset used here: ASCII keys sorted, no white space, UTF-8,
integers below 2^53, no floats, no lone surrogates. `docs/log-format.md` has it in full.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import msgspec

GENESIS = "0" * 64
"""What the first entry names as the hash of the entry before it."""

_ENTRY_PREFIX = b"\x00"
_HEAD_PREFIX = b"\x01"

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value made of dicts, lists, strings, integers, booleans, None."""
    return _encoder.encode(value)


def entry_hash(header: bytes) -> str:
    """The hash of an entry: SHA-256 over 0x00 and the canonical bytes of its header, hex."""
    return hashlib.sha256(_ENTRY_PREFIX + header).hexdigest()


def commitment(salt: str, words: bytes) -> str:
    """HMAC-SHA256 over the canonical words, keyed by the 16 bytes of the salt, hex."""
    return hmac.digest(bytes.fromhex(salt), words, "sha256").hex()


def head_message(log: str, seq: int, entry: str) -> bytes:
    """What a hub signs for a head: 0x01 and the canonical bytes of `{hash, log, seq}`."""
    return _HEAD_PREFIX + canonical({"hash": entry, "log": log, "seq": seq})


def stamp(at: datetime) -> str:
    """A time as it stands in a header: RFC 3339, UTC, always six digits of microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
