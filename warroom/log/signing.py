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


def signature_holds(head: SignedHead) -> bool:
    """Whether the head was signed by the key that it names."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        public.verify(bytes.fromhex(head.sig), head_message(head.log, head.seq, head.hash))
    except (InvalidSignature, ValueError):
        return False
    return True
