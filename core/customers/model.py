"""What a customer is to the desk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """Dry-run: everything runs, but nothing leaves for Partner Center and no ladder notice for the customer. By hand: an indirect
    reseller's, whose provider switches off and on when a person asks there; notices leave, nothing is written to Partner Center."""

    DRY_RUN = "dry_run"
    LIVE = "live"
    BY_HAND = "by_hand"


class LinkKind(StrEnum):
    """What a key of another system stands for."""

    TICKET_ORG = "ticket_org"  # a requestor's address or its domain, an organisation of the ticketing system
    PAYER = "payer"
    TENANT = "tenant"


class SubscriptionKind(StrEnum):
    """What sort of subscription: what may be done to it differs. Software, perpetual licences and what is new are OTHER."""

    NEW_COMMERCE = "new_commerce"
    LEGACY = "legacy"
    AZURE_PLAN = "azure_plan"
    TRIAL = "trial"
    ADDON = "addon"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer of the partner."""

    id: int
    name: str
    tax_id: str
    locale: str
    zone: str
    country: str
    mode: Mode
    segment: str = ""
    provider: str = ""  # whom to ask, where it is by hand


@dataclass(frozen=True, kw_only=True)
class Link:
    """A key of another system that a person confirmed to stand for a customer. `shown`: what it is called there, where that is known: a
    tenant's domain."""

    kind: LinkKind
    connection: str
    external: str
    shown: str
    confirmed_by: str
    confirmed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription as Partner Center last said it, at `as_of`; its status, seats and end of term are the same since `since_at`."""

    id: int
    customer_id: int
    tenant: str
    external: str
    name: str
    kind: str
    status: str
    quantity: int
    term: str
    term_end_at: datetime | None
    auto_renew: bool | None
    as_of: datetime
    parent: str = ""
    since_at: datetime | None = None
