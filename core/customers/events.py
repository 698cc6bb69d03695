"""What happened to customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class OfCustomer(Event):
    """An event of a customer's own chain."""

    customer_id: int

    @property
    def subject(self) -> str:
        """The customer."""
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CustomerAdded(OfCustomer):
    """A customer is new on the desk, in dry-run."""

    name: Private


@dataclass(frozen=True, kw_only=True)
class ContactAdded(OfCustomer):
    """Billing letters go to this person too."""

    name: Private
    email: Private


@dataclass(frozen=True, kw_only=True)
class ContactRemoved(OfCustomer):
    """They get no billing letters any more."""

    email: Private


@dataclass(frozen=True, kw_only=True)
class LinkConfirmed(OfCustomer):
    """A key of another system now stands for this customer."""

    kind: str
    connection: str
    external: Private


@dataclass(frozen=True, kw_only=True)
class CustomerLanguageSet(OfCustomer):
    """What is sent to the customer is in another language."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ModeSwitched(OfCustomer):
    """Real effects may reach the customer, no longer, or by a person who asks the provider."""

    before: str
    after: str
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class TenantReadingDue(OfCustomer):
    """A tenant's subscriptions are to be read again; the next time at `next_at`."""

    link_id: int
    tenant: str
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubscriptionsRecorded(OfCustomer):
    """A tenant's subscriptions were read. `changed` says "external: before → after" of each new status, "" before for a new one;
    `absent` are those the desk knew and Partner Center no longer named: they keep their older `as_of`. `since`: when all of the tenant was
    read before; `differs`: what became otherwise since then, as `{"subscription_id", "what", "before", "after"}`."""

    tenant: str
    as_of: datetime
    changed: tuple[str, ...]
    absent: tuple[str, ...]
    since: datetime | None = None
    differs: tuple[Mapping[str, Any], ...] = ()
