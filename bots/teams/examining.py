"""Whether Teams lets us in: our own token, and the keys that what it sends is signed with."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from bots.teams.connector import TIMEOUT, Connector
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
