"""A notice before it is sent: to whom, by what, and its text with the figures of this moment; or why the desk cannot send it.

Only reads, so that a preview shows what is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from jinja2 import TemplateError
from sqlalchemy import Connection

from core.cases.queries import collection_case
from core.customers.model import Customer, SubscriptionKind
from core.customers.queries import customer, subscriptions_of
from core.engine.db.tables.receivables import invoices
from core.receivables.model import OpenInvoice, Payer, Position
from core.receivables.queries import billing_month, payer

from .addressing import Addressee, addressees
from .hours import askable_on
from .keeping import moment_on
from .ladder import Ladder
from .phrases import Phrases
from .policy import Does, Policy, Step
from .ports import digest_of
from .queries import texts_on
from .standing import disputed_of
from .texts import Texts, Tongue
from .wording import Asked, Fields, FinalFields, fill


class WhyNot(StrEnum):
    """Why a person must send it."""

    NO_TEXTS = "no_texts"  # the partner applied none
    NO_LANGUAGE = "no_language"  # none in the customer's
    NO_PAYMENT = "no_payment"  # they do not say how to pay in this currency
    NO_CONTACT = "no_contact"
    NO_CHANNEL = "no_channel"
    NO_PRODUCTS = "no_products"  # the final notice would not know what stops
    NOTHING = "nothing"  # nothing is left to ask for
    UNFIT = "unfit"  # the wording cannot be filled in


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One notice to one person. `amount` in minor units of the ladder's currency; `names_at` of a final one: when access ends at the
    earliest."""

    to: Addressee
    subject: str
    body: str
    language: str
    texts: str
    amount: int
    names_at: datetime | None

    @property
    def digest(self) -> str:
        """SHA-256 of subject and body."""
        return digest_of(self.subject, self.body)


@dataclass(frozen=True, kw_only=True)
class About:
    """What every part of a draft is made from."""

    policy: Policy
    step: Step
    ladder: Ladder
    owed: Position
    whose: Payer
    customer: Customer
    now: datetime

    @property
    def is_final(self) -> bool:
        """Whether it names when access ends."""
        return self.step.does is Does.FINAL


def drafts(connection: Connection, policy: Policy, step: Step, ladder: Ladder, owed: Position, now: datetime) -> list[Draft] | WhyNot:
    """The step's notices as they would leave at `now`, one for each person; or the first reason why they cannot."""
    whose = payer(connection, ladder.payer_id)
    about = About(
        policy=policy, step=step, ladder=ladder, owed=owed, whose=whose, customer=customer(connection, whose.customer_id or 0), now=now
    )
    texts = texts_on(connection, owed.today)
    if texts is None:
        return WhyNot.NO_TEXTS
    tongue = texts.tongue(about.customer.locale)
    if tongue is None:
        return WhyNot.NO_LANGUAGE
    if not tongue.payable(ladder.currency):
        return WhyNot.NO_PAYMENT
    to = addressees(connection, about.customer.id, collection_case(connection, whose.id, ladder.currency))
    if not to.contacts:
        return WhyNot.NO_CONTACT
    if not to.reached:
        return WhyNot.NO_CHANNEL
    chosen = to.reached[: policy.notices.final_to] if about.is_final else to.reached
    return _written(connection, about, texts, tongue, chosen)


def asks_for(connection: Connection, step: Step, ladder: Ladder, owed: Position) -> int:
    """What a notice of the step asks for now: what it lists, without what is disputed of it."""
    listed = _listed(step, ladder, owed)
    return max(0, sum(amount for _, amount in listed) - _disputed(connection, owed, listed))


def named_moment(connection: Connection, policy: Policy, ladder: Ladder, step: Step, now: datetime) -> datetime:
    """When access can end at the earliest after a final notice that leaves now: once it is proven, and so many days later as the policy
    has between it and asking an approver, in the customer's morning of a day on which one may be asked."""
    whose = payer(connection, ladder.payer_id)
    zone = ZoneInfo(customer(connection, whose.customer_id or 0).zone)
    asking = next((each for each in policy.ladder if each.does is Does.ASK), None)
    proven_on = (now + policy.notices.proven_after).astimezone(zone).date()
    gap = max(policy.notices.final_age, timedelta(days=asking.day - step.day if asking else 0))
    planned = ladder.anchor + timedelta(days=asking.day) if asking else proven_on
    return moment_on(connection, whose, askable_on(connection, policy, whose.customer_id or 0, max(proven_on + gap, planned)))


def _written(connection: Connection, about: About, texts: Texts, tongue: Tongue, chosen: Sequence[Addressee]) -> list[Draft] | WhyNot:
    amount = asks_for(connection, about.step, about.ladder, about.owed)
    if amount <= 0:
        return WhyNot.NOTHING
    wording = tongue.wording(about.step)
    if wording is None:
        return WhyNot.NO_TEXTS
    names_at = named_moment(connection, about.policy, about.ladder, about.step, about.now) if about.is_final else None
    stops = _stops(connection, about.customer.id)
    if about.is_final and not stops:
        return WhyNot.NO_PRODUCTS
    made = []
    for to in chosen:
        fields = _fields(connection, about, texts, tongue, to)
        if names_at is not None:
            said = Phrases(about.customer.locale, about.customer.zone).moment(names_at)
            fields = FinalFields(**{name: getattr(fields, name) for name in Fields.__dataclass_fields__}, suspends_at=said, stops=stops)
        try:
            subject, body = fill(wording, fields)
        except TemplateError:
            return WhyNot.UNFIT
        said_in = {"language": tongue.language, "texts": texts.version}
        made.append(Draft(to=to, subject=subject, body=body, amount=amount, names_at=names_at, **said_in))
    return made


def _fields(connection: Connection, about: About, texts: Texts, tongue: Tongue, to: Addressee) -> Fields:
    say, owed, currency = Phrases(about.customer.locale, about.customer.zone), about.owed, about.ladder.currency
    listed = _listed(about.step, about.ladder, owed)
    disputed = _disputed(connection, owed, listed)
    months = _months(connection, [invoice.id for invoice, _ in listed])
    asked = tuple(
        Asked(
            number=invoice.number, due=say.day(invoice.due_on), total=say.money(invoice.total, currency), open=say.money(amount, currency),
            late=str(max(0, (owed.today - invoice.due_on).days)), period=say.month(months[invoice.id]),
        )
        for invoice, amount in listed
    )  # fmt: skip
    owing = [invoice for invoice, amount in listed if amount > 0]
    case_id = collection_case(connection, about.whose.id, currency)
    return Fields(
        recipient=to.name, customer=about.customer.name, partner=tongue.partner, contact=tongue.contact,
        case="" if case_id is None else f"C-{case_id}", today=say.day(owed.today),
        total=say.money(asks_for(connection, about.step, about.ladder, owed), currency),
        disputed=say.money(disputed, currency) if disputed else "", invoices=asked,
        due=say.day(min(invoice.due_on for invoice in owing)),
        period=", ".join(dict.fromkeys(say.month(months[invoice.id]) for invoice in owing)),
        pay=tongue.payable(currency), legal=(texts.law(about.customer.country, tongue.language) or "").strip(),
    )  # fmt: skip


def _listed(step: Step, ladder: Ladder, owed: Position) -> list[tuple[OpenInvoice, int]]:
    """What the notice names: before and on the due date what falls due until then, later what is overdue; credit notes always, as the
    customer may set them off."""
    until = max(owed.today, ladder.anchor) if step.day <= 0 else owed.today - timedelta(days=1)
    known = [(invoice, invoice.open) for invoice in owed.invoices if invoice.open is not None]
    return [(invoice, amount) for invoice, amount in known if amount < 0 or (amount > 0 and invoice.due_on <= until)]


def _disputed(connection: Connection, owed: Position, listed: Sequence[tuple[OpenInvoice, int]]) -> int:
    return disputed_of(connection, owed, {invoice.id: amount for invoice, amount in listed if amount > 0})


def _months(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    rows = connection.execute(sa.select(invoices.c.id, invoices.c.period, invoices.c.issued_on).where(invoices.c.id.in_(ids)))
    return {row.id: billing_month(row.period, row.issued_on) for row in rows}


def _stops(connection: Connection, customer_id: int) -> str:
    """What the desk could suspend: no trials, and no Azure plans, which it never does."""
    never = (SubscriptionKind.AZURE_PLAN, SubscriptionKind.TRIAL)
    live = [each for each in subscriptions_of(connection, customer_id) if each.status == "active" and each.kind not in never]
    return ", ".join(f"{each.name} ({each.quantity})" for each in live)
