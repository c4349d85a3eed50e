"""The hub's certificate: one that is given, or one that it makes once and keeps.

A certificate of the hub's own is trusted by its digest, which travels in the invite. So it must
stay the same: whoever was invited knows this one, and no other.
"""

import hashlib
import ipaddress
import logging
import os
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from server.place import Place, PlaceRefused
from warroom.clock import now

_logger = logging.getLogger(__name__)

LASTS = timedelta(days=20 * 365)
"""Nobody renews it: its digest is what is trusted, and a date would only shut people out."""

BACKDATED = timedelta(days=2)
"""A laptop whose clock is behind still takes it."""


ENDS_SOON = timedelta(days=14)
"""How long before its end a certificate that was given is warned about."""


class Identity(Struct, frozen=True):
    """What the hub shows of itself. `pin` is the certificate's SHA-256, hex, for a client to check;
    None where the usual authorities vouch for it. `names` are those that it holds for."""

    context: ssl.SSLContext
    pin: str | None
    names: tuple[str, ...]


def own_identity(place: Place, addresses: tuple[str, ...]) -> Identity:
    """The certificate that the hub made, now if there is none. Raises `PlaceRefused`."""
    pem = place.certificate(lambda: _make(addresses))
    certificate = x509.load_pem_x509_certificate(pem)
    return Identity(_context(place.certificate_file, None), _digest(certificate), ())


def given_identity(certificate: Path, key: Path) -> Identity:
    """The certificate of the files. Raises `PlaceRefused`.

    One that nobody but itself vouches for is pinned like the hub's own.
    """
    try:
        leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        names = _names(leaf)
    except (OSError, ValueError, x509.InvalidVersion, x509.DuplicateExtension) as error:
        raise PlaceRefused(f"{certificate} holds no certificate in PEM: {error}") from None
    if (doubt := _doubt(leaf)) is not None:
        _logger.warning("the certificate %s %s", certificate, doubt)
    pin = _digest(leaf) if leaf.issuer == leaf.subject else None
    return Identity(_context(certificate, key), pin, names)


class GivenIdentity:
    """The certificate of the files as they are by now: a renewed one counts from the next handshake
    on. Raises `PlaceRefused` if there is none at first.

    Two files are not replaced at once: until they fit each other again, the last whole pair counts.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = certificate, key
        self._seen = self._look()
        self._identity = given_identity(certificate, key)
        self._identity.context.sni_callback = self._show

    def __call__(self) -> Identity:
        """What is shown now."""
        looked = self._look()
        if looked != self._seen:
            self._seen = looked
            self._renew()
        return self._identity

    def _renew(self) -> None:
        certificate, key = self._files
        try:
            identity = given_identity(certificate, key)
        except PlaceRefused as refused:
            _logger.warning("the last certificate is shown until this is mended: %s", refused)
            return
        if identity.pin is not None and identity.pin != self._identity.pin:
            _logger.warning("who was invited before trusts the old certificate alone: it is pinned")
        self._identity = identity
        _logger.info("%s was renewed, and is shown from now on", certificate)

    def _show(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """Called in each handshake, before a certificate is chosen, with or without a name."""
        connection.context = self().context

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What of the files is another once they were replaced; None for one that is gone."""
        return tuple(map(_state, self._files))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        files = certificate if key is None else f"{certificate} and {key}"
        raise PlaceRefused(f"{files}: no certificate with its key ({error})") from None
    return context


def _no_password() -> str:
    """Nobody sits at a hub to type one."""
    raise ValueError("the key is encrypted")


def _doubt(certificate: x509.Certificate) -> str | None:
    """What is wrong with the days on which a certificate holds, or soon will be."""
    since, until, today = certificate.not_valid_before_utc, certificate.not_valid_after_utc, now()
    if today < since:
        return f"does not hold before {since:%Y-%m-%d %H:%M} UTC: nobody can come in until then"
    if today > until:
        return f"ended on {until:%Y-%m-%d}: nobody can come in until it is renewed"
    if today > until - ENDS_SOON:
        return f"ends on {until:%Y-%m-%d}: renew it before"
    return None


def _digest(certificate: x509.Certificate) -> str:
    der = certificate.public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(der).hexdigest()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = found.get_values_for_type(x509.DNSName)
    return (*names, *map(str, found.get_values_for_type(x509.IPAddress)))


def _make(addresses: tuple[str, ...]) -> bytes:
    """A key and a certificate for it, in one file of PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "warroom hub")])
    began = now() - BACKDATED
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + LASTS)
        .add_extension(x509.SubjectAlternativeName(list(map(_general, addresses))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


def _general(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(os.fsencode(address).decode("ascii", "ignore") or "hub")
