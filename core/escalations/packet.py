"""The packet for Microsoft: in English, whatever language the case runs in, and without what is nobody's business there.

Microsoft's support answers partners in English and seven other languages, not in Polish (https://learn.microsoft.com/partner-center/support-hours);
the contact is the partner's, never the customer's (…/report-problems-on-behalf-of-a-customer).
"""

import re
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.customers.model import Customer
from core.customers.queries import subscriptions_of, tenants_of
from core.engine.db.tables.cases import notes
from core.engine.db.tables.customers import billing_contacts, customers, links, subscriptions
from core.engine.db.tables.receivables import invoices
from core.engine.errors import InvalidInput
from core.engine.folding import folded

from .doors import WAYS, Door
from .model import Packet

PRICES = (
    "margin", "markup", "mark-up", "our cost", "our price", "our discount", "purchase price", "resale price", "selling price",
    "retail price", "marza", "marze", "narzut", "cena zakupu", "nasza cena", "rabat",
)  # fmt: skip
POLISH = re.compile(r"\w*[ąćęłńóśźż]\w*", re.IGNORECASE)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TOKEN = re.compile(r"[\w/.-]*\w")
SHORTEST_NAME, SHORTEST_SENTENCE, PRODUCTS = 4, 25, 5


def known_for(connection: Connection, customer_id: int) -> Mapping[str, str]:
    """What the desk knows of the customer that Microsoft asks for: its tenants, its subscriptions."""
    found = [s for s in subscriptions_of(connection, customer_id) if s.status == "active"]
    shown = ", ".join(f"{s.name} ({s.external})" for s in found[:PRODUCTS])
    return {"tenant": ", ".join(tenants_of(connection, customer_id)), "products": shown}


def written(door: Door, packet: Packet, about: Case, whose: Customer, *, contact: str) -> str:
    """The packet's text, ready to be copied."""
    way = WAYS[door]
    lines = {
        "Problem summary": packet.summary, "Workspace": way.workspace, "Problem type": way.problem, "Customer": whose.name,
        "Customer tenant": packet.tenant, "Subscriptions": packet.products, "Microsoft invoices": packet.invoices,
        "Outage incident": packet.incident, "What happened": packet.details, "What we tried": packet.tried,
        "Since (UTC)": f"{about.opened_at:%Y-%m-%d %H:%M}", "Our reference": about.number, "Contact at the partner": contact,
    }  # fmt: skip
    return "\n".join(f"{label}: {value}" for label, value in lines.items() if value)


def must_be_fit(connection: Connection, door: Door, packet: Packet, about: Case, whose: Customer) -> None:
    """Raises InvalidInput, with its field, for the first thing that is missing or must not leave."""
    fields = packet.fields()
    for name in ("summary", "details", "tried", *WAYS[door].needs):
        if not fields[name].strip():
            raise InvalidInput("packet_needs" if name in WAYS[door].needs else "field_missing", name)
    for name, text in fields.items():
        for kind, found in (*_internal(connection, text, about, whose), *_of_others(connection, text, whose)):
            raise InvalidInput(kind, name, found=found)


def _internal(connection: Connection, text: str, about: Case, whose: Customer) -> Iterable[tuple[str, str]]:
    """Our prices, our notes, the customer's people, our own invoices, another language."""
    plain = folded(text)
    yield from (("packet_price", word) for word in PRICES if re.search(rf"(?<!\w){re.escape(word)}", plain))
    yield from (("packet_note", sentence[:60]) for sentence in _sentences(connection, about) if sentence in plain)
    people = connection.execute(sa.select(billing_contacts.c.name).where(billing_contacts.c.customer_id == whose.id)).scalars()
    yield from (("packet_contact", name) for name in people if _names(plain, name))
    yield from (("packet_contact", address) for address in ADDRESS.findall(text))
    ours = sa.select(invoices.c.number).where(invoices.c.number.in_(_tokens(text)))
    yield from (("packet_own_invoice", number) for number in connection.scalars(ours))
    foreign = POLISH.findall(re.sub(re.escape(whose.name), "", text, flags=re.IGNORECASE))
    yield from (("packet_not_english", word) for word in foreign)


def _of_others(connection: Connection, text: str, whose: Customer) -> Iterable[tuple[str, str]]:
    """Another customer's name, tax number, tenant or subscription."""
    tokens, plain = _tokens(text), folded(text).replace(folded(whose.name), " ")
    others = connection.execute(sa.select(customers.c.name, customers.c.tax_id).where(customers.c.id != whose.id))
    for row in others:
        if _names(plain, row.name) or (row.tax_id and row.tax_id in tokens):
            yield "packet_other_customer", row.name
    theirs = (
        sa.select(links.c.external).where(links.c.customer_id != whose.id, sa.func.lower(links.c.external).in_(_lower(tokens))),
        sa.select(subscriptions.c.external).where(
            subscriptions.c.customer_id != whose.id, sa.func.lower(subscriptions.c.external).in_(_lower(tokens))
        ),
    )
    for statement in theirs:
        yield from (("packet_other_customer", found) for found in connection.scalars(statement))


def _names(plain: str, name: str) -> bool:
    sought = folded(name)
    return len(sought) >= SHORTEST_NAME and re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", plain) is not None


def _sentences(connection: Connection, about: Case) -> Iterable[str]:
    """What colleagues wrote for each other in this case, sentence by sentence."""
    internal = sa.select(notes.c.body).where(notes.c.case_id == about.id, notes.c.audience == "internal")
    for body in connection.scalars(internal):
        yield from (s for s in map(folded, re.split(r"[.!?\n]+", body)) if len(s) >= SHORTEST_SENTENCE)


def _tokens(text: str) -> frozenset[str]:
    return frozenset(TOKEN.findall(text))


def _lower(tokens: Iterable[str]) -> list[str]:
    return [token.lower() for token in tokens]
