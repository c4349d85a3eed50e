"""Signed heads: the hub's Ed25519 signature under the last entry of every committed batch.

`cryptography` is imported when a signature is made or checked, so that a command that does
neither starts fast.
"""

from msgspec import Struct

from warroom.log.chain import canonical, head_message


class SignedHead(Struct, frozen=True, kw_only=True, tag="head"):
    """The hub's word that entry `seq` of `log` has this hash. `key` and `sig` are hex."""

    log: str
    seq: int
    hash: str
    key: str
    sig: str

    def line(self) -> bytes:
        """The head as it stands on the wire and on a line of an export, without a newline."""
        return canonical(self)


class HubKey:
    """A hub's signing key. `seed` is the 32 bytes of an Ed25519 private key (RFC 8032)."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw().hex()

    def sign(self, log: str, seq: int, entry: str) -> SignedHead:
        """The signed head that names `entry` as the hash of entry `seq`."""
        signature = self._private.sign(head_message(log, seq, entry))
        return SignedHead(log=log, seq=seq, hash=entry, key=self.public, sig=signature.hex())


_FIELD = 2**255 - 19
_WEAK_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The y of the eight points of small order: under such a key anyone can sign anything."""


def is_weak(key: str) -> bool:
    """Whether a public key is of small order, or not encoded as RFC 8032 asks for."""
    y = int.from_bytes(bytes.fromhex(key), "little") & (1 << 255) - 1
    return y in _WEAK_Y or y >= _FIELD


def signature_holds(head: SignedHead) -> bool:
    """Whether the head was signed by the key that it names, and the key is one to rely on."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        public.verify(bytes.fromhex(head.sig), head_message(head.log, head.seq, head.hash))
        return not is_weak(head.key)
    except (InvalidSignature, ValueError):
        return False
