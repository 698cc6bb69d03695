"""Whether Teams lets us in: our own token, and the keys that what it sends is signed with."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from bots.teams.catalog import Catalog, NotGranted
from bots.teams.connector import TIMEOUT, Connector
from bots.teams.versions import contents_of
from core.chat.findings import Finding, apart, well, wrong
from core.engine.errors import DeliveryError


def examined(connector: Connector, metadata_url: str, now: datetime) -> Iterator[Finding]:
    """`now` is the machine's own clock."""
    try:
        connector.sign_in()
    except DeliveryError as error:
        yield wrong("teams_refused", reason=error.reason)
    else:
        yield well("teams_token")
    try:
        answer = httpx.get(metadata_url, timeout=TIMEOUT).raise_for_status()
        answer.json()["jwks_uri"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        yield wrong("teams_keys_missing", reason=type(error).__name__)
        return
    yield well("teams_keys")
    if "Date" in answer.headers:
        yield apart("Teams", (now - parsedate_to_datetime(answer.headers["Date"])).total_seconds())


def package_examined(catalog: Catalog, app_id: str, fresh: int) -> Iterator[Finding]:
    """Whether the published package holds what this desk would make now (`fresh`: its number). What cannot be seen is no fault."""
    try:
        found = catalog.published(app_id)
    except NotGranted:
        yield well("teams_package_not_granted")
    except DeliveryError as error:
        yield well("teams_package_away", reason=error.reason)
    else:
        if not found:
            yield well("teams_package_unlisted", app=app_id)
        else:
            is_fresh = contents_of(found[-1]) == fresh
            yield well("teams_package", version=found[-1]) if is_fresh else wrong("teams_package_old", version=found[-1])
