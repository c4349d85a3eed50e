"""Signed heads."""

import json

import msgspec
import pytest

from tests.data.golden.logbook import KEY, OTHER_KEY
from warroom.log.signing import HubKey, SignedHead, is_weak, signature_holds

HEAD = KEY.sign("ab" * 16, 7, "cd" * 32)
IDENTITY = "01" + "00" * 31
SMALL_ORDER = [
    IDENTITY,
    "00" * 32,
    "00" * 31 + "80",
    "ec" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
OUT_OF_RANGE = ["ed" + "ff" * 30 + "7f", "ff" * 32]


def test_the_public_key_is_that_of_rfc_8032() -> None:
    """The first test vector of RFC 8032, section 7.1."""
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

    assert public == HubKey(bytes.fromhex(seed)).public


def test_a_signed_head_holds() -> None:
    """What the key signed, the key's public half confirms; the same is signed the same again."""
    assert signature_holds(HEAD)
    assert KEY.sign("ab" * 16, 7, "cd" * 32) == HEAD


@pytest.mark.parametrize(
    "change",
    [
        {"log": "ab" * 15 + "ac"},
        {"seq": 8},
        {"hash": "cd" * 31 + "ce"},
        {"key": OTHER_KEY.public},
        {"sig": "00" * 64},
        {"sig": HEAD.sig[:-2]},
        {"sig": "no hex"},
        {"key": "é"},
        {"key": ""},
    ],
)
def test_a_changed_head_does_not_hold(change: dict[str, object]) -> None:
    """Every field is under the signature, and nonsense is an answer, not an error."""
    assert not signature_holds(msgspec.structs.replace(HEAD, **change))


@pytest.mark.parametrize("key", SMALL_ORDER + OUT_OF_RANGE)
def test_weak_keys_are_known(key: str) -> None:
    """The eight points of small order, and encodings that RFC 8032 forbids."""
    assert is_weak(key)


def test_a_signature_that_needs_no_secret_does_not_hold() -> None:
    """Under the identity as key, R = B and S = 1 satisfy the equation for every message."""
    base = "58" + "66" * 31
    forged = SignedHead(
        log="ab" * 16, seq=7, hash="cd" * 32, key=IDENTITY, sig=base + "01" + "00" * 31
    )

    assert not signature_holds(forged)


def test_a_real_key_is_not_weak() -> None:
    """The test keys are keys to rely on."""
    assert not is_weak(KEY.public)
    assert not is_weak(OTHER_KEY.public)


def test_its_line_is_canonical() -> None:
    """A head is written with sorted keys and its type."""
    line = HEAD.line()

    assert ["hash", "key", "log", "seq", "sig", "type"] == list(json.loads(line))
    assert HEAD == msgspec.json.decode(line, type=SignedHead)
