"""Whose money and services a request is about: the payer and the Microsoft tenants, and who confirmed that they are this customer's."""

from collections.abc import Iterable

from sqlalchemy import Connection

from core.cases.model import Case
from core.chat.showing.people import actor_name
from core.chat.values import Day, Text
from core.chat.views import Fact
from core.chat.words import Words
from core.customers.model import Link, LinkKind
from core.customers.queries import links_of, subscription, today_of
from core.receivables.queries import payer


def whose_facts(connection: Connection, words: Words, of: Case, subscription_ids: Iterable[int]) -> tuple[Fact, ...]:
    """The case's payer, and the tenants of these subscriptions by their domain, each with who confirmed the link and when."""
    if of.payer_id is None or of.customer_id is None:
        return ()
    paying = payer(connection, of.payer_id)
    theirs = links_of(connection, of.customer_id)
    tenants = sorted({subscription(connection, each).tenant for each in subscription_ids})
    paid_by = [each for each in theirs if _is(each, LinkKind.PAYER, paying.external) and each.connection == paying.connection]
    known = words.say("whose.payer", name=paying.name, external=paying.external, connection=words.named("connection", paying.connection))
    lines = [_tenant(connection, words, of.customer_id, theirs, each) for each in tenants]
    return (
        Fact(words.say("fact.payer"), Text(_confirmed(connection, words, of.customer_id, known, paid_by), quoted=True)),
        *([Fact(words.say("fact.tenant"), Text("; ".join(lines), quoted=True))] if lines else []),
    )


def _tenant(connection: Connection, words: Words, customer_id: int, theirs: list[Link], tenant: str) -> str:
    mine = [each for each in theirs if _is(each, LinkKind.TENANT, tenant)]
    domain = next((each.shown for each in mine if each.shown), "")
    return _confirmed(connection, words, customer_id, domain or tenant, mine)


def _confirmed(connection: Connection, words: Words, customer_id: int, known: str, mine: list[Link]) -> str:
    """A key that nobody confirmed says so: nobody may be suspended by it."""
    by = next((each for each in mine if each.confirmed_at is not None), None)
    if by is None or by.confirmed_at is None:
        return words.say("whose.unconfirmed", known=known)
    day = Day(today_of(connection, customer_id, by.confirmed_at))
    return words.say("whose.confirmed", known=known, person=actor_name(connection, words, by.confirmed_by), day=day)


def _is(link: Link, kind: LinkKind, external: str) -> bool:
    return link.kind is kind and link.external == external.casefold()
