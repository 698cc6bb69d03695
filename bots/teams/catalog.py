"""The organisation's catalogue of Teams apps, as Microsoft Graph tells it to an application that may read it.

https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps (application permission AppCatalog.Read.All)
"""

from collections.abc import Mapping
from typing import Any

import httpx

from bots.teams.connector import TIMEOUT, Token
from bots.teams.errors import delivery_error, transport_error
from bots.teams.versions import order
from core.engine.errors import DeliveryError


class NotGranted(Exception):
    """Graph knows us, and the permission was not granted."""


class Catalog:
    """`url` is Graph's own, `token` one for it: our token for the Connector is good for nothing there."""

    def __init__(self, url: str, token: Token) -> None:
        self._url, self._token = url.rstrip("/"), token

    def published(self, app_id: str) -> tuple[str, ...]:
        """The published versions of the app whose manifest has this id, the newest last; none when the catalogue lists no such app.

        Raises NotGranted, and DeliveryError for every other failure.
        """
        asked = {"$filter": f"externalId eq '{app_id}'", "$expand": "appDefinitions"}
        headers = {"Authorization": f"Bearer {self._token.get()}"}
        try:
            answer = httpx.get(f"{self._url}/v1.0/appCatalogs/teamsApps", params=asked, headers=headers, timeout=TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise transport_error(error) from error
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise NotGranted
        if not answer.is_success:
            raise delivery_error(answer)
        try:
            apps = answer.json()["value"]
            return tuple(sorted((v for app in apps for v in _published(app)), key=order))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DeliveryError("not the answer that Graph documents", unknown=True) from None


def _published(app: Mapping[str, Any]) -> list[str]:
    return [str(one["version"]) for one in app.get("appDefinitions") or () if one.get("publishingState", "published") == "published"]
