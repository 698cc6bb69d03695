"""The apps themselves, as whoever may edit them sees them: `apps.manifest.export`, by an app configuration token of twelve hours.

https://docs.slack.dev/reference/methods/apps.manifest.export, https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests
"""

from copy import deepcopy

from playground.slack.ledger import Json
from playground.slack.methods import Refused

EXPORT = "apps.manifest.export"


class Apps:
    """`manifests` holds how each app is configured, `tokens` whether each configuration token is still good."""

    def __init__(self) -> None:
        self.manifests: dict[str, Json] = {}
        self.tokens: dict[str, bool] = {}

    def export(self, call: Json, token: str) -> Json:
        """The manifest, with what Slack adds to each. Raises Refused."""
        if not token:
            raise Refused("not_authed")
        if token.startswith(("xoxb-", "xapp-")):
            raise Refused("not_allowed_token_type")
        if token not in self.tokens:
            raise Refused("invalid_auth")
        if not self.tokens[token]:
            raise Refused("token_expired")
        app = str(call.get("app_id") or "")
        if not app.startswith("A"):
            raise Refused("invalid_app_id")
        if app not in self.manifests:
            raise Refused("app_not_found")
        made = deepcopy(self.manifests[app])
        return {"manifest": {"_metadata": {"major_version": 1, "minor_version": 1}, **made}}
