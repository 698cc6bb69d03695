"""What may be done about customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.engine.handling import Command
from core.people.model import Right

from .model import LinkKind, Mode


@dataclass(frozen=True, kw_only=True)
class AddCustomer(Command):
    """Add a customer. Contacts are (name, e-mail) of the people billing letters go to."""

    needs = Right.ADMINISTER
    name: str
    tax_id: str = ""
    locale: str = "en"
    zone: str = "Europe/Warsaw"
    country: str = "PL"
    segment: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AddContact(Command):
    """Send the customer's billing letters to this person too. Whom a customer's debts are told is an admin's to say."""

    needs = Right.ADMINISTER
    customer_id: int
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class RemoveContact(Command):
    """Send them no billing letters any more."""

    needs = Right.ADMINISTER
    customer_id: int
    email: str


@dataclass(frozen=True, kw_only=True)
class ConfirmLink(Command):
    """A person confirms that a key of another system stands for this customer."""

    needs = Right.WORK
    customer_id: int
    kind: LinkKind
    connection: str
    external: str


@dataclass(frozen=True, kw_only=True)
class SetCustomerLanguage(Command):
    """Write to the customer in another language."""

    needs = Right.WORK
    customer_id: int
    locale: str


@dataclass(frozen=True, kw_only=True)
class SwitchMode(Command):
    """Let real effects reach this customer, hold them back again, or leave them to a person who asks the `provider`."""

    needs = Right.ADMINISTER
    customer_id: int
    mode: Mode
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadTenant(Command):
    """The day's reading of a tenant's subscriptions is due. By the row of its confirmed link."""

    needs = Right.RUN
    link_id: int


@dataclass(frozen=True, kw_only=True)
class RecordSubscriptions(Command):
    """Everything that Partner Center said about a tenant's subscriptions at `as_of`. An older reading changes nothing. `domain`: the
    tenant's; "" keeps the one that is known."""

    needs = Right.FEED
    customer_id: int
    tenant: str
    as_of: datetime
    resources: tuple[Mapping[str, Any], ...]
    domain: str = ""
