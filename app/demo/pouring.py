"""The believable world, poured in through the real doors: the command line, CSV files, signed webhooks, and verbs typed in chat."""

import base64
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import click
import httpx
import sqlalchemy as sa

from app.demo.books import as_csv, payer_key, snapshot
from app.demo.chats import CHANNELS, identities, slack_channel, teams_channel
from app.demo.customers import CLIENTS, TICKETS, Client, Seat
from app.demo.letters import texts
from app.demo.people import SLACK_TEAM, STAFF, TENANT
from app.demo.script import questions
from app.wiring import House
from core.engine.db.store import Store
from core.engine.db.tables.cases import cases
from core.engine.db.tables.customers import customers
from core.engine.db.tables.receivables import notices

KINDS = {"OnlineServicesNCE": "new_commerce", "legacy": "legacy", "Azure": "azure_plan", "trial": "trial", "addon": "addon"}
PATIENCE = 30  # seconds until the tickets are cases
ACCOUNTING, TICKETING, POST = "books", "helpdesk", "post"


@dataclass(frozen=True)
class Stand:
    """Where the stand-ins listen; "" for one that is missing. `smtp` is the mail server's port, 0 without one."""

    partner_center: str
    ticketing: str
    slack: str
    accounting: str
    smtp: int = 0


@dataclass(frozen=True)
class Desk:
    """`./desk …` in this process: the same commands, without starting Python or opening the house again."""

    command: click.Command
    house: House | None = None

    def run(self, *arguments: str) -> None:
        """Run one. Raises click.ClickException."""
        house = self.house
        make = None if house is None else lambda: house
        with redirect_stdout(StringIO()) as said, redirect_stderr(said):
            status = self.command.main(args=list(arguments), prog_name="desk", standalone_mode=False, obj=make)
        if status:
            raise click.ClickException(said.getvalue().strip() or f"desk {arguments[0]} ended with {status}")


Step = tuple[str, Callable[[], None]]


def steps(
    command: click.Command, house: House, stand: Stand, folder: Path, today: date, *, ready: Callable[[], None] = lambda: None
) -> Iterator[Step]:
    """What is poured, in order, each with its line for the progress bar. `ready` waits for the desk, which the first steps do not need."""
    desk, store = Desk(command, house), house.store
    yield "staff and their two identities", lambda: _staff(desk)
    yield "groups and channels", lambda: _groups(desk)
    yield "connections and their secrets", lambda: _connections(desk, stand, folder)
    yield "customers and their links", lambda: _customers(desk)
    yield "the texts of notices", lambda: _texts(desk, folder, today)
    if stand.partner_center:
        yield "subscriptions, through Partner Center", lambda: _subscriptions(desk, stand.partner_center, today)
    yield "receivables, from two CSV files", lambda: _receivables(desk, folder, today)
    yield "the desk itself", ready
    if stand.accounting:
        yield "the books, by signed webhook", lambda: _books(stand.accounting, today)
    if stand.slack:
        yield "notices, typed by Ana in Slack", lambda: _notices(store, stand.slack, today)
    if stand.ticketing:
        yield "tickets, by signed webhook", lambda: _tickets(store, stand.ticketing)


def tenant_of(client: Client) -> str:
    """The client's Microsoft tenant: the same at every start."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, client.domain))


def _staff(desk: Desk) -> None:
    for person in STAFF:
        roles = [word for role in person.roles for word in ("--role", role)]
        shown = ["--name", person.name, "--locale", person.locale, "--zone", person.zone]
        desk.run("staff", "add", person.handle, *shown, *roles, *identities(person))


def _groups(desk: Desk) -> None:
    for name, routes in CHANNELS.items():
        places = ["--slack", f"{SLACK_TEAM}:{slack_channel(name)}", "--teams", f"{TENANT}:{teams_channel(name)}"]
        desk.run("groups", "set", name, *[word for route in routes for word in ("--route", route)], *places)


def _connections(desk: Desk, stand: Stand, folder: Path) -> None:
    """Each with the secret its stand-in signs with and the token it is called with: files, as an operator would give them."""
    known = {
        ACCOUNTING: ("receivables-standard", stand.accounting, ()),
        TICKETING: ("tickets-rt", stand.ticketing, ("--set", "user=billing-desk", "--set", "queue=General")),
    }
    for name, (kind, url, more) in known.items():
        if url:
            files = ["--secret-file", str(folder / f"{name}.secret"), "--token-file", str(folder / f"{name}.token")]
            desk.run("connections", "add", kind, name, *files, "--set", f"url={url}", *more)
    if stand.smtp:
        server = ["--set", "host=127.0.0.1", "--set", f"port={stand.smtp}"]
        who = ["--set", "from=rozliczenia@partner.example", "--set", "name=Partner sp. z o.o."]
        desk.run("connections", "add", "mail", POST, "--secret-file", str(folder / f"{POST}.secret"), *server, *who)


def _books(accounting: str, today: date) -> None:
    """The stand-in takes the same books over and tells the desk about each payer."""
    told = [snapshot(client, position, today) for position, client in enumerate(CLIENTS, 1)]
    httpx.post(f"{accounting}/_stand-in/payers", json=told, timeout=60).raise_for_status()


def _customers(desk: Desk) -> None:
    for position, client in enumerate(CLIENTS, 1):
        contacts = [word for name, email in client.contacts for word in ("--contact", f"{name}:{email}")]
        place = ["--locale", client.locale, "--zone", client.zone, "--country", client.country, "--segment", client.segment]
        desk.run("customers", "add", client.name, "--tax-id", client.tax_id, *place, *contacts)
        desk.run("customers", "link", client.name, "ticket_org", TICKETING, client.domain)
        desk.run("customers", "link", client.name, "tenant", "partner_center", tenant_of(client))
        if client.linked:
            desk.run("customers", "link", client.name, "payer", ACCOUNTING, payer_key(position))
        if client.live:
            desk.run("customers", "mode", client.name, "live")


def _texts(desk: Desk, folder: Path, today: date) -> None:
    path = folder / "notices.yaml"
    path.write_text(texts(today), encoding="utf-8")
    desk.run("notices", "apply", str(path))


def _subscriptions(desk: Desk, partner_center: str, today: date) -> None:
    for client in CLIENTS:
        tenant = tenant_of(client)
        _post(f"{partner_center}/_stand-in/customers", {"name": client.name, "id": tenant, "domain": client.domain})
        known: dict[str, str] = {}
        for seat in client.seats:
            made = _post(f"{partner_center}/_stand-in/customers/{tenant}/subscriptions", _subscription(seat, known, today))
            known[seat.name] = str(made["id"])
    desk.run("customers", "sync")


def _subscription(seat: Seat, known: dict[str, str], today: date) -> dict[str, Any]:
    end = today + timedelta(days=seat.ends_in)
    made: dict[str, Any] = {
        "kind": KINDS[seat.product], "offerName": seat.name, "friendlyName": seat.name, "quantity": seat.quantity,
        "commitmentEndDate": f"{end}T00:00:00Z", "commitmentEndDateTime": f"{end}T23:59:59Z",
    }  # fmt: skip
    if seat.term:
        made["termDuration"] = seat.term
    if seat.parent:
        made["parentSubscriptionId"] = known[seat.parent]
    if seat.scheduled:
        made["scheduledNextTermInstructions"] = {"product": {"termDuration": "P1Y"}, "quantity": max(1, seat.quantity - 3)}
    return made


def _receivables(desk: Desk, folder: Path, today: date) -> None:
    """Polish customers from a CP1250 file, the others from a UTF-8 one, as two exports of one accounting program."""
    numbered = list(enumerate(CLIENTS, 1))
    for name, encoding, is_polish in (("naleznosci.csv", "cp1250", True), ("receivables.csv", "utf-8", False)):
        path = folder / name
        path.write_bytes(as_csv([(n, c) for n, c in numbered if (c.country == "PL") == is_polish], today, encoding=encoding))
        desk.run("import", "receivables", str(path), "--connection", ACCOUNTING, "--as-of", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _notices(store: Store, slack: str, today: date) -> None:
    """Through the chat's own door: Ana types the verb in local-slack, which signs and delivers it.

    Raises click.ClickException when the desk did not take them all.
    """
    ana, collecting = STAFF[0], _collecting(store)
    for client in CLIENTS:
        for kind, days in client.notices:
            name, email = client.contacts[0]
            case_id = collecting[client.name]
            text = f"notice {case_id} {kind} {today - timedelta(days=days)} email {email} SMTP 250 OK, accepted for {name}"
            body = {"command": "/billing", "text": text, "user": ana.slack_id, "channel": slack_channel("billing")}
            _post(f"{slack}/_control/command", body)
    with store.reading() as connection:
        recorded = connection.scalar(sa.select(sa.func.count()).select_from(notices))
    if recorded != sum(len(client.notices) for client in CLIENTS):
        raise click.ClickException(f"Only {recorded} notices were recorded: what the demo types for them is not understood any more.")


def _collecting(store: Store) -> dict[str, int]:
    """The collection case of each customer, by name: what a person would read off the card."""
    joined = sa.select(customers.c.name, cases.c.id).join(cases, cases.c.customer_id == customers.c.id).where(cases.c.kind == "collection")
    with store.reading() as connection:
        return {row.name: row.id for row in connection.execute(joined)}


def _tickets(store: Store, ticketing: str) -> None:
    """Until each has become a case. Raises click.ClickException when the desk takes too long."""
    for sender, subject, text in TICKETS:
        _post(f"{ticketing}/_stand-in/tickets", {"requestor": sender, "subject": subject, "text": text})
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with store.reading() as connection:
            if questions(connection) >= len(TICKETS):
                return
        time.sleep(0.1)
    raise click.ClickException("The tickets have not all become cases yet; they will be there a little later.")


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """A stand-in's own seam. Raises httpx.HTTPError."""
    answer = httpx.post(url, json=body, timeout=30).raise_for_status()
    found = answer.json() if answer.content else {}
    return found if isinstance(found, dict) else {}


def shared_secret() -> str:
    """A signing secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def secret() -> str:
    """A fresh secret for this demo."""
    return secrets.token_hex(16)
