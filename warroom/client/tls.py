"""Whom a client takes for its hub, before anything secret leaves this machine.

A hub that vouches for itself is known by the digest of its certificate, which came with the
invite. Its certificate is fetched in a handshake that carries nothing, and compared; from then on
exactly that certificate is trusted, and no authority.
"""

import hashlib
import hmac
import socket
import ssl
from datetime import datetime

_PARTIAL_CHAIN = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN


class Impostor(Exception):
    """What answers has another certificate than the invite names. Nothing was sent to it."""


def fetch_pinned(host: str, port: int, pin: str, within: float) -> str:
    """The hub's certificate, PEM, whose SHA-256 is `pin`, hex. Raises `Impostor` or `OSError`."""
    der = _fetch(host, port, within)
    if not hmac.compare_digest(hashlib.sha256(der).hexdigest(), pin):
        raise Impostor
    return ssl.DER_cert_to_PEM_cert(der)


def trust(certificate: str | None) -> ssl.SSLContext:
    """TLS 1.3 that takes this certificate (PEM) alone; without one, what authorities vouch for."""
    if certificate is None:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # It is this very certificate or none: the address that it names says no more.
        context.check_hostname = False
        context.verify_flags |= _PARTIAL_CHAIN
        context.load_verify_locations(cadata=certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def validity(certificate: str) -> tuple[datetime, datetime]:
    """From when to when a certificate (PEM) holds, UTC."""
    from cryptography import x509  # noqa: PLC0415 - only to say what is wrong

    found = x509.load_pem_x509_certificate(certificate.encode())
    return found.not_valid_before_utc, found.not_valid_after_utc


def _fetch(host: str, port: int, within: float) -> bytes:
    """What a server shows of itself, DER. It proves that it has the key to it; that is all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with (
        socket.create_connection((host, port), within) as sock,
        context.wrap_socket(sock, server_hostname=host) as line,
    ):
        return line.getpeercert(binary_form=True) or b""
