"""A certificate from elsewhere, as ACME renews it: taken without a restart, in real handshakes."""

import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.conftest import WAIT, HubProcess, Hubs
from warroom.client.credentials import digest_of
from warroom.client.oneshot import Conversation
from warroom.client.target import Target
from warroom.client.wire import LineLost
from warroom.clock import new_credential_id, new_secret, now
from warroom.domain.vocabulary import Scope
from warroom.protocol.stewardship import InviteReady, InviteSomeone

HOST = "hub.example"


class Authority:
    """Issues certificates for the hub's name, into the two files that the hub reads."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        self._own = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "some authority")])
        self.root = folder / "root.pem"
        self.root.write_bytes(_pem(self._issued(self._name, self._own, authority=True)))

    def issues(self, *, alone: bool = False, days: int = 90) -> tuple[bytes, bytes]:
        """A certificate and its key, which ends in `days`; `alone`: it vouches for itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        certificate = self._issued(name, key, issuer=key if alone else None, days=days)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _pem(certificate), secret

    def renews(self, *, alone: bool = False, days: int = 90) -> int:
        """Both files are replaced, as certbot does it; the new certificate's serial number."""
        certificate, key = self.issues(alone=alone, days=days)
        _replace(self.certificate, certificate)
        _replace(self.key, key)
        return x509.load_pem_x509_certificate(certificate).serial_number

    def _issued(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        issuer: ec.EllipticCurvePrivateKey | None = None,
        authority: bool = False,
        days: int = 90,
    ) -> x509.Certificate:
        signer = issuer or self._own
        names = (x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name if issuer is None else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - datetime.timedelta(days=10))
            .not_valid_after(now() + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        return builder.sign(signer, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, path)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "tls").mkdir()
    return Authority(tmp_path / "tls")


def started(hubs: Hubs, authority: Authority) -> HubProcess:
    files = ("--tls-cert", str(authority.certificate), "--tls-key", str(authority.key))
    return hubs.start("--bind", "127.0.0.1:0", *files)


def port_of(hub: HubProcess) -> int:
    return int(hub.ready["url"].rpartition(":")[2].strip("/"))


def handshake(hub: HubProcess, authority: Authority, name: str | None = HOST) -> ssl.SSLSocket:
    """A connection whose other end the authority vouches for; without a name, whose nobody does."""
    context = ssl.create_default_context(cafile=str(authority.root))
    if name is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port_of(hub)), WAIT)
    return context.wrap_socket(plain, server_hostname=name)


def shown(hub: HubProcess, authority: Authority, name: str | None = HOST) -> int:
    """The serial number of the certificate that the hub shows now."""
    with handshake(hub, authority, name) as connection:
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def invited(hub: HubProcess) -> InviteReady:
    """What stands in an invite made now."""
    asked = InviteSomeone(
        invite=new_credential_id(), code=digest_of(new_secret()), scope=Scope.RESPONDER
    )
    with Conversation(Target(socket=hub.socket), None) as operator:
        return operator.ask(asked, InviteReady)


def says(hub: HubProcess, text: str) -> Callable[[], bool]:
    return lambda: text in hub.errors.read_text()


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_renewed_certificate_is_shown_in_the_next_handshake(
    hubs: Hubs, authority: Authority
) -> None:
    """With a server name and without; and who is in stays in."""
    first = authority.renews()
    hub = started(hubs, authority)
    with handshake(hub, authority) as held:
        assert first == shown(hub, authority)
        second = authority.renews()
        assert second == shown(hub, authority)
        third = authority.renews()
        assert third == shown(hub, authority, None)
        held.sendall(b"GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n")
        assert held.recv(12).startswith(b"HTTP/1.1")
    until(says(hub, "was renewed"))


@pytest.mark.parametrize("broken", ["another key", "no certificate", "nothing there"])
def test_a_broken_pair_is_not_taken(hubs: Hubs, authority: Authority, broken: str) -> None:
    """The last whole one is shown, and the log says so, once; a whole pair is taken again."""
    first = authority.renews()
    hub = started(hubs, authority)
    match broken:
        case "another key":
            _replace(authority.key, authority.issues()[1])
        case "no certificate":
            _replace(authority.certificate, b"half a cert")
        case _:
            authority.certificate.unlink()
    assert [first] * 3 == [shown(hub, authority) for _ in range(3)]
    until(says(hub, "the last certificate is shown until this is mended"))
    assert authority.renews() == shown(hub, authority)
    assert 1 == hub.errors.read_text().count("until this is mended")


def test_an_invite_pins_what_is_shown_by_then(hubs: Hubs, authority: Authority) -> None:
    """Nobody has shaken hands since a certificate that only itself vouches for was renewed."""
    authority.renews(alone=True)
    hub = started(hubs, authority)
    before = invited(hub).pin
    authority.renews(alone=True)
    after = invited(hub)
    pem = authority.certificate.read_bytes()
    digest = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    assert (digest, True) == (after.pin, before != after.pin)
    until(says(hub, "who was invited before trusts the old certificate alone"))


def test_authorities_vouch_for_a_name(hubs: Hubs, authority: Authority) -> None:
    """So the invite has the certificate's name, and no pin."""
    authority.renews()
    ready = invited(started(hubs, authority))
    assert (None, True) == (ready.pin, ready.url.startswith(f"wrs://{HOST}:"))


def test_without_a_whole_pair_the_hub_does_not_start(hubs: Hubs, authority: Authority) -> None:
    """It names the file."""
    authority.renews()
    shutil.copy(authority.root, authority.certificate)
    files = ("--tls-cert", str(authority.certificate), "--tls-key", str(authority.key))
    hub = hubs.spawn("--bind", "127.0.0.1:0", *files)
    assert 1 == hub.process.wait(WAIT)
    assert "no certificate with its key" in hub.errors.read_text()


@pytest.mark.parametrize("pinned", [True, False])
def test_a_certificate_that_has_ended_is_no_man_in_the_middle(
    hubs: Hubs, authority: Authority, pinned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub says so when it starts; the client names the day, if it can, and the clocks."""
    authority.renews(alone=pinned, days=-2)
    hub = started(hubs, authority)
    ended = f"{now() - datetime.timedelta(days=2):%Y-%m-%d}"
    assert f"ended on {ended}: nobody can come in until it is renewed" in hub.errors.read_text()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    certificate = authority.certificate.read_text() if pinned else None
    with pytest.raises(LineLost, match="does not hold today") as told:
        Conversation(
            Target(url=f"wss://127.0.0.1:{port_of(hub)}/", token="t", certificate=certificate), None
        )
    assert pinned == (f"to {ended}" in str(told.value))
    assert "this machine's clock" in str(told.value)
    assert told.value.final


def test_a_certificate_that_ends_soon_is_warned_about(hubs: Hubs, authority: Authority) -> None:
    """While there is time to renew it."""
    authority.renews(days=3)
    hub = started(hubs, authority)
    assert says(hub, "renew it before")()
    assert hub.stop() == 0
    authority.renews(days=60)
    assert not says(started(hubs, authority), "renew it before")()
