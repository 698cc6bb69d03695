"""A local mail server that a world's desk sends by, and the certificates to be protected with."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.collections.ports import Letter
from playground.mail.box import Box
from playground.mail.smtp import MailServer
from webhooks.reading import Access

LETTER = Letter(
    message_id="n7.5f2c@partner.example", recipient="ap@nowak.example", reply_to="billing+c104.3f9a3f9a3f9a3f9a3f9a@partner.example",
    subject="Wezwanie do zapłaty: 4 210,00 zł, termin 30 kwietnia",
    body="Dzień dobry,\n\nprosimy o zapłatę 4 210,00 zł.\n.\nBilling Desk\n",
    language="pl",
)  # fmt: skip


@contextmanager
def serving(**options: Any) -> Iterator[MailServer]:
    """A mail server on loopback."""
    made = MailServer(Box(), **options)
    made.start()
    yield made
    made.stop()


def access(server: MailServer, *, token: str = "", **settings: str) -> Access:
    """A connection to it."""
    given = {"host": "127.0.0.1", "port": str(server.port), "from": "billing@partner.example", "name": "Partner Sp. z o.o."} | settings
    return Access(name="post", settings={name: value for name, value in given.items() if value}, token=token)


def certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """An authority's file, and a server's side with a certificate of it for these names."""
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _signed("Test authority", authority, "Test authority", authority, x509.BasicConstraints(ca=True, path_length=None))
    leaf = _signed("server", server, "Test authority", authority, x509.SubjectAlternativeName([x509.DNSName(name) for name in names]))
    trusted, own = folder / "authority.pem", folder / "server.pem"
    trusted.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    key = server.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own.write_bytes(key + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return trusted, context


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject, signer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(by, hashes.SHA256())
    )
