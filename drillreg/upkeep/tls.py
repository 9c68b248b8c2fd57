"""A certificate authority of an office's own, and the certificate of its server.

For offices whose network no public authority can vouch for: phones and computers trust the
authority once; the server's certificate is renewed without touching them.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

CA_DAYS = 3650
# Apple's systems refuse a server certificate that is good for more than 825 days.
SERVER_DAYS = 800
BACKDATE = timedelta(days=1)  # for clocks that are a little behind


@dataclass(frozen=True)
class Places:
    """Where the files lie: below the data folder, keys readable by the server's user alone."""

    folder: Path

    @property
    def ca_key(self) -> Path:
        """Return the key of the authority."""
        return self.folder / "ca.key"

    @property
    def ca_cert(self) -> Path:
        """Return the certificate of the authority, which everybody may have."""
        return self.folder / "ca.crt"

    @property
    def key(self) -> Path:
        """Return the key of the server."""
        return self.folder / "server.key"

    @property
    def cert(self) -> Path:
        """Return the certificate of the server, followed by the authority's."""
        return self.folder / "server.crt"


def places_in(data_dir: Path) -> Places:
    """Return the places of an installation."""
    return Places(data_dir / "tls")


def make_authority(places: Places, *, name: str, now: datetime) -> None:
    """Make the authority; one that exists is never replaced, or every phone would lose it."""
    if places.ca_key.exists():
        raise DomainError(
            N_("There is an authority already (%(path)s). Renew the server's certificate instead."),
            path=str(places.ca_cert),
        )
    places.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        _builder(subject, subject, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(places.ca_key, _pem_of(key), private=True)
    _write(places.ca_cert, certificate.public_bytes(serialization.Encoding.PEM))


def make_certificate(places: Places, hosts: Sequence[str], *, now: datetime) -> None:
    """Make or renew the server's certificate for host names and addresses; the key is new."""
    if not hosts:
        raise DomainError(N_("Name at least one host or address that people use."))
    authority_key = serialization.load_pem_private_key(places.ca_key.read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
    authority = x509.load_pem_x509_certificate(places.ca_cert.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    certificate = (
        _builder(subject, authority.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_host, hosts))), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(places.key, _pem_of(key), private=True)
    _write(places.cert, certificate.public_bytes(pem) + authority.public_bytes(pem))


def hosts_of(path: Path) -> list[str]:
    """Return the host names and addresses of a certificate."""
    names = _read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [
        *names.get_values_for_type(x509.DNSName),
        *map(str, names.get_values_for_type(x509.IPAddress)),
    ]


def good_until(path: Path) -> datetime:
    """Return the last instant a certificate is good for."""
    return _read(path).not_valid_after_utc


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a certificate as people compare it: pairs of digits with colons."""
    return _read(path).fingerprint(hashes.SHA256()).hex(":").upper()


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return x509.DNSName(text.encode("idna").decode("ascii").lower())
    except (UnicodeError, ValueError):
        raise DomainError(N_("%(host)s is not a host name or address."), host=text) from None


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one only its user may ever read."""
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
    with os.fdopen(handle, "wb") as writer:
        writer.write(content)
    fresh.replace(path)
