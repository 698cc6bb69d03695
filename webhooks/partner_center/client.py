"""The desk's calls to Partner Center: one attempt each, ten seconds, no redirects; it writes `suspended` and `active`, ever.

https://learn.microsoft.com/partner-center/developer/update-a-subscription-by-id
"""

import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from core.engine.errors import DeliveryError
from core.suspensions.ports import Answer, AnswerKind, Wanted
from webhooks.partner_center.auth import NoToken, Token
from webhooks.partner_center.errors import MFA_CODES, answer_to, json_object, read_error, transport_error
from webhooks.partner_center.resources import customer_path, items, next_page, subscriptions_path

TIMEOUT = 10.0  # seconds
PAGE = 500
PAGES = 100  # more than fifty thousand customers is a loop in the answers, not a partner


class PartnerCenter:
    """Subscriptions of the partner's customers. `reader` is the identity for reads, `writer` the one that may change a status."""

    def __init__(self, url: str, *, reader: Token, writer: Token) -> None:
        self._reader, self._writer = reader, writer
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT, follow_redirects=False)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._http.close()

    def read(self, tenant: str, subscription: str) -> Mapping[str, Any]:
        """The full resource with every field. Raises DeliveryError, permanent when it is not there."""
        return self._get(subscriptions_path(tenant, subscription))

    def subscriptions(self, tenant: str) -> tuple[Mapping[str, Any], ...]:
        """Every subscription of the customer. Raises DeliveryError, permanent when there is no such customer of ours."""
        return tuple(items(self._get(subscriptions_path(tenant))))

    def domain(self, tenant: str) -> str:
        """The customer's domain as their company profile says it, "" where it says none. Raises DeliveryError.

        https://learn.microsoft.com/partner-center/developer/get-a-customer-by-id
        """
        profile = self._get(customer_path(tenant)).get("companyProfile")
        return str(profile.get("domain") or "") if isinstance(profile, dict) else ""

    def customers(self) -> tuple[Mapping[str, Any], ...]:
        """Every customer of the partner. Raises DeliveryError."""
        found: list[Mapping[str, Any]] = []
        page = self._get("/v1/customers", {"size": PAGE})
        for _ in range(PAGES):
            found += items(page)
            following = next_page(page)
            if not following:
                return tuple(found)
            page = self._get("/v1/customers", {"size": PAGE, "seekOperation": "Next"}, {"MS-ContinuationToken": following})
        raise DeliveryError("Partner Center's list of customers does not end")

    def write_status(
        self, tenant: str, subscription: str, resource: Mapping[str, Any], wanted: Wanted, *, request_id: str, correlation_id: str
    ) -> Answer:
        """PATCH the full resource with the wanted status. Raises DeliveryError; `unknown` when it may have taken effect.

        Raises ValueError for any other status: `deleted` here would cancel for ever.
        """
        status = _only_these(wanted)
        path = subscriptions_path(tenant, subscription)
        _refuse_partial(subscription, resource)
        ids = {"MS-RequestId": str(uuid.UUID(request_id)), "MS-CorrelationId": str(uuid.UUID(correlation_id))}
        try:
            token = self._writer.get()
        except NoToken as error:
            if error.code in MFA_CODES:
                return Answer(kind=AnswerKind.REFUSED, code="10001", description="the login wants MFA: consent again; nothing was sent")
            raise
        headers = _headers(token) | ids | _if_match(resource)
        try:
            response = self._http.patch(path, json={**resource, "status": status}, headers=headers)
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        if response.status_code == 401:
            self._writer.forget(token)
        return answer_to(response)

    def _get(self, path: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        token = self._reader.get()
        ids = {"MS-RequestId": str(uuid.uuid4()), "MS-CorrelationId": str(uuid.uuid4())}
        try:
            response = self._http.get(path, params=params, headers={**_headers(token), **ids, **(headers or {})})
        except httpx.HTTPError as error:
            raise DeliveryError(f"Partner Center did not answer a read ({type(error).__name__})") from error
        if response.status_code == 401:
            self._reader.forget(token)
        if not response.is_success:
            raise read_error(response)
        found = json_object(response)
        if found is None:
            raise DeliveryError("Partner Center's answer is not a JSON object")
        return found


def _only_these(wanted: Wanted) -> str:
    """The last guard before the wire, whatever the types promised. Raises ValueError."""
    if str(wanted) not in ("suspended", "active"):
        raise ValueError("the desk writes no status but suspended and active")
    return str(wanted)


def _refuse_partial(subscription: str, resource: Mapping[str, Any]) -> None:
    """What was not read as this subscription must not be sent: a partial body would turn auto-renew off and delete scheduled changes.

    Raises DeliveryError.
    """
    if not resource.get("status") or str(resource.get("id", "")).casefold() != subscription.casefold():
        raise DeliveryError("this is not the full resource as just read; nothing was sent", permanent=True)


def _headers(token: str) -> dict[str, str]:
    """https://learn.microsoft.com/partner-center/developer/headers"""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json", "MS-Contract-Version": "v1"}


def _if_match(resource: Mapping[str, Any]) -> dict[str, str]:
    """The tag the resource was read under, quoted; new-commerce subscriptions have none."""
    attributes = resource.get("attributes")
    tag = str(attributes.get("etag") or "") if isinstance(attributes, dict) else ""
    if not tag:
        return {}
    return {"If-Match": tag if tag.startswith('"') else f'"{tag}"'}
