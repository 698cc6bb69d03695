"""What Slack says about our app: whether the token is good, which scopes it was granted, what time it is there.

https://docs.slack.dev/reference/methods/auth.test, https://docs.slack.dev/authentication/installing-with-oauth#scopes (x-oauth-scopes)
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bots.slack.errors import delivery_error
from bots.slack.manifest import SCOPES
from core.chat.findings import Finding, apart, well, wrong
from core.chat.ports import TokenRefused


def examined(client: WebClient, now: datetime) -> Iterator[Finding]:
    """`now` is the machine's own clock."""
    try:
        answer = client.auth_test()
    except (SlackApiError, SlackClientError, OSError) as error:
        met = delivery_error(error)
        yield wrong("slack_refused" if isinstance(met, TokenRefused) else "slack_away", reason=met.reason)
        return
    yield well("slack_token", team=str(answer.get("team") or answer.get("team_id") or ""))
    headers = {str(name).lower(): str(value) for name, value in (answer.headers or {}).items()}
    yield from _scopes(headers.get("x-oauth-scopes"))
    if "date" in headers:
        yield apart("Slack", (now - parsedate_to_datetime(headers["date"])).total_seconds())


def _scopes(granted: str | None) -> Iterator[Finding]:
    if granted is None:
        return  # a stand-in that names none
    has = {scope.strip() for scope in granted.split(",") if scope.strip()}
    missing, more = sorted(set(SCOPES) - has), sorted(has - set(SCOPES))
    yield wrong("slack_scopes_missing", scopes=", ".join(missing)) if missing else well("slack_scopes")
    if more:
        yield well("slack_scopes_more", scopes=", ".join(more))
