"""A client of ours before a local Partner Center, over a real socket."""

import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from core.suspensions.ports import Answer, Wanted
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from webhooks.partner_center.auth import RESOURCE, Identity, Token
from webhooks.partner_center.client import PartnerCenter


def identity(local: LocalPartnerCenter, *, refresh_token: str = "", secret: str = "pc-secret") -> Identity:
    """The desk's own registration there."""
    return Identity(tenant=local.login.tenant, client_id="app-pc", client_secret=secret, refresh_token=refresh_token)


def settings_for(local: LocalPartnerCenter) -> dict[str, str]:
    """What connects a desk to it."""
    return {
        "PARTNER_CENTER_URL": local.url, "PARTNER_CENTER_LOGIN_URL": local.url, "PARTNER_CENTER_TENANT_ID": local.login.tenant,
        "PARTNER_CENTER_CLIENT_ID": "app-pc", "PARTNER_CENTER_CLIENT_SECRET": "pc-secret",
    }  # fmt: skip


@dataclass
class Connected:
    """One customer with one subscription, and the desk's client."""

    local: LocalPartnerCenter
    client: PartnerCenter
    customer: str
    subscription: str

    def read(self) -> dict[str, Any]:
        return dict(self.client.read(self.customer, self.subscription))

    def write(self, wanted: Wanted = Wanted.SUSPENDED, *, resource: dict[str, Any] | None = None, request_id: str = "") -> Answer:
        """Write as the suspension process does: the resource as just read, its own ids."""
        sent = self.read() if resource is None else resource
        ids = {"request_id": request_id or str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
        return self.client.write_status(self.customer, self.subscription, sent, wanted, **ids)

    def truth(self) -> dict[str, Any]:
        return self.local.truth(self.customer, self.subscription)

    def raw(self, method: str, path: str = "", **options: Any) -> httpx.Response:
        """A call of a careless client, with nothing of ours in between."""
        form = {"grant_type": "client_credentials", "client_id": "app-pc", "client_secret": "pc-secret", "resource": RESOURCE}
        token = httpx.post(f"{self.local.url}/{self.local.login.tenant}/oauth2/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        url = path or f"/v1/customers/{self.customer}/subscriptions/{self.subscription}"
        return httpx.request(method, f"{self.local.url}{url}", headers=headers, **options)


def connect(local: LocalPartnerCenter, kind: str = "new_commerce", *, refresh_token: str = "", **fields: Any) -> Connected:
    """A customer with a subscription of the kind, and a client."""
    customer = local.add_customer("Contoso")
    subscription = local.add_subscription(customer, kind, **fields)
    reader, writer = Token(local.url, identity(local)), Token(local.url, identity(local, refresh_token=refresh_token))
    return Connected(local, PartnerCenter(local.url, reader=reader, writer=writer), customer, subscription)
