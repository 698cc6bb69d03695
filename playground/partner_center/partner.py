"""What the stand-in holds and what its operator may do with it: customers, subscriptions, the business date, staged answers."""

import copy
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playground.partner_center.commerce import Held, age
from playground.partner_center.fixtures import Resource, subscription
from playground.partner_center.ledger import Ledger, Staged


@dataclass
class Customer:
    """A customer of the partner; its id is its Microsoft tenant's."""

    id: str
    name: str
    domain: str
    subscriptions: dict[str, Held] = field(default_factory=dict)

    def as_json(self) -> Resource:
        """As the list of customers shows it."""
        profile = {"tenantId": self.id, "domain": self.domain, "companyName": self.name}
        return {"id": self.id, "companyProfile": profile, "relationshipToPartner": "reseller", "attributes": {"objectType": "Customer"}}


class Partner:
    """One partner's customers and what they bought, with the ledger of what was asked about them."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.customers: dict[str, Customer] = {}
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The business moment here: real time, moved ahead."""
        return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        """Let business time pass: terms end, renew or expire."""
        with self.ledger.lock:
            self._ahead += by
            for customer in self.customers.values():
                for held in customer.subscriptions.values():
                    age(held, self.now())

    def add_customer(self, name: str, *, customer_id: str = "", domain: str = "") -> str:
        """A new customer; returns its id."""
        made = Customer(customer_id or str(uuid.uuid4()), name, domain or f"{name.split(maxsplit=1)[0].casefold()}.onmicrosoft.com")
        self.customers[made.id] = made
        return made.id

    def add_subscription(self, customer: str, kind: str = "new_commerce", *, entitlements: int = 0, **fields: Any) -> str:
        """A subscription of the kind; `fields` replace what the resource says. Returns its id."""
        made = subscription(kind, now=self.now(), customer=customer, **fields)
        self.customers[customer].subscriptions[made["id"]] = Held(made, entitlements=entitlements)
        return str(made["id"])

    def truth(self, customer: str, external: str) -> Resource:
        """The subscription as it is, without counting as a read."""
        with self.ledger.lock:
            return copy.deepcopy(self.customers[customer].subscriptions[external].resource)

    def stage(self, **what: Any) -> None:
        """Say what happens to a coming call; see Staged."""
        self.ledger.staged.append(Staged(**what))
