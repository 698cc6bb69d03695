"""A local mail server that a world's desk sends by, and the certificates to be protected with."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask, request
from werkzeug.serving import make_server

from app.wiring import digest_key
from core.collections.addresses import address_of_case
from core.collections.letters import MAIL_KIND
from core.collections.notices import DeskNotice, desk_notice
from core.collections.ports import Letter
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.engine.db.tables.collections import desk_notices, ladder_steps, ladders
from core.engine.db.tables.engine import inbox, outbox
from core.people.commands import AddConnection
from playground.mail.box import Box
from playground.mail.smtp import MailServer
from tests.harness.receivables import collection_of, customer_with_payer, feed, invoice
from tests.harness.signing import SECRET, Sender
from tests.harness.world import World
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


@contextmanager
def microsoft_login() -> Iterator[str]:
    """Microsoft's login, as far as an application asks it for a token of its own."""
    app = Flask("login")

    @app.post("/contoso/oauth2/v2.0/token")
    def give() -> tuple[dict[str, str], int]:
        wanted = {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "s3",
            "scope": "https://outlook.office365.com/.default",
        }
        if request.form.to_dict() != wanted:
            return {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret for ana@partner.example"}, 401
        return {"access_token": "tok-1", "token_type": "Bearer"}, 200

    served = make_server("127.0.0.1", 0, app)
    threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()


def access(server: MailServer, *, token: str = "", **settings: str) -> Access:
    """A connection to it."""
    given = {"host": "127.0.0.1", "port": str(server.port), "from": "billing@partner.example", "name": "Partner Sp. z o.o."} | settings
    return Access(name="post", settings={name: value for name, value in given.items() if value}, token=token)


def connect(world: World, port: int = 9, **settings: str) -> Sender:
    """Connect a mail server to the world's desk as `post`; returns who posts what comes in, as a provider would."""
    given = {"host": "127.0.0.1", "port": str(port), "from": "billing@partner.example", "name": "Partner Sp. z o.o."} | settings
    world.do(AddConnection(name="post", kind="mail", settings=given, secrets=(world.house.vault.seal("sign", SECRET),)))
    world.house.connections.forget()
    return Sender(world, "post")


def address_of(world: World, case_id: int) -> str:
    """Where answers to the case's letters go."""
    return address_of_case("billing@partner.example", case_id, digest_key(world.house.settings))


def states(world: World) -> list[tuple[str, str]]:
    """How each delivery ended, and why."""
    with world.house.desk.reading() as connection:
        return [(row.state, row.error) for row in connection.execute(sa.select(inbox.c.state, inbox.c.error).order_by(inbox.c.id))]


def reminded(world: World) -> int:
    """A customer whose debt's first reminder is due; returns the collection case."""
    customer_id = customer_with_payer(world)
    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    feed(world, invoice(issued_on=date(2026, 11, 11), due_on=date(2026, 11, 25)), as_of=world.now)
    for _ in range(12):
        world.move(hours=8)
    return collection_of(world)


def notice_queued(world: World, case_id: int, message_id: str = "n7.5f2c@partner.example") -> int:
    """A notice of the case's running ladder that waits to leave."""
    with world.house.store.writing() as connection:
        ladder_id = connection.scalar(sa.select(ladders.c.id).where(ladders.c.ended_at.is_(None)))
        step_id = connection.scalar(sa.select(sa.func.max(ladder_steps.c.id)).where(ladder_steps.c.ladder_id == ladder_id))
        values: dict[str, Any] = {
            "ladder_id": ladder_id, "step_id": step_id, "case_id": case_id, "kind": "reminder", "channel": "mail",
            "recipient": "ala@nowak.example", "name": "Ala", "language": "pl", "texts": "1", "amount": 12300, "subject": "Przypomnienie",
            "body": "Prosimy o zapłatę 123,00 zł.\n", "digest": "0" * 64, "message_id": message_id,
            "reply_to": address_of(world, case_id), "state": "queued", "queued_at": world.now,
        }  # fmt: skip
        notice_id = int(connection.execute(sa.insert(desk_notices).values(**values).returning(desk_notices.c.id)).scalar_one())
        row = {"lane": f"case:{case_id}", "kind": MAIL_KIND, "ids": {"notice_id": notice_id}, "priority": 5}
        real = world.house.store.real_now(connection)
        connection.execute(sa.insert(outbox).values(**row, created_at=real, next_at=real))
    return notice_id


def notice(world: World, notice_id: int) -> DeskNotice:
    with world.house.desk.reading() as connection:
        return desk_notice(connection, notice_id)


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
