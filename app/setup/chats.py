"""The two chats: what is asked, and how each answer is tried against the chat itself."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from slack_sdk.errors import SlackApiError, SlackClientError

from app.manifests import APP_ID
from app.settings import Settings
from app.setup.asking import Asking, Question, Wrong, step
from app.setup.keeping import Kept
from bots.slack import manifest as slack_app
from bots.slack.examining import examined
from bots.slack.notifier import web_client
from bots.teams.connector import SCOPE
from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE
from core.chat.words import Words

TIMEOUT = 10
TOKEN, PAGE = "token", "page"
CLIENT = re.compile(r"\d{5,20}\.\d{5,20}", re.ASCII)
SIGNING = re.compile(r"[0-9a-f]{32}(\s*,\s*[0-9a-f]{32})*", re.ASCII)
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
LOGIN = {
    "7000215": ("The client secret is not the one of this app: paste its value, not its id.", ("teams_app_password",)),
    "7000222": ("The client secret has run out: make a new one in the app registration.", ("teams_app_password",)),
    "700016": ("The tenant knows no such application: compare the application id and the tenant id.", ("teams_app_id", "teams_tenant_id")),
    "90002": ("There is no such tenant: paste the directory (tenant) id.", ("teams_tenant_id",)),
}


def shaped(pattern: re.Pattern[str], sentence: str) -> Callable[[str], None]:
    """Raises Wrong with the sentence for a text of another shape."""

    def check(text: str) -> None:
        if not pattern.fullmatch(text):
            raise Wrong(sentence)

    return check


def slack(asking: Asking, kept: Kept, host: str) -> None:
    """The manifest as a file, the signing secret, then a pasted token or the app's own credentials."""
    file = kept.path.with_name("slack-manifest.json")
    file.write_text(json.dumps(slack_app.manifest(host, TABLE, Words("en")), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    asking.say(f"\nSlack. At https://api.slack.com/apps: Create New App, From a manifest, and paste {file}.")
    secret = Question(
        name="slack_signing_secret", text="Signing secret (Basic Information)", secret=True,
        shape=shaped(SIGNING, "A signing secret is 32 digits and letters a to f."),
    )  # fmt: skip
    step(asking, kept, "The secret that Slack signs with", [secret], lambda _held: None)
    have = PAGE if kept.get("slack_client_id") else TOKEN if kept.get("slack_bot_token") else ""
    way = Question(
        name="slack_install", text="Install by pasting the bot's token, or by the desk's own page (token, page)", default=TOKEN,
        shape=shaped(re.compile(f"{TOKEN}|{PAGE}"), f"Say {TOKEN} or {PAGE}."),
    )  # fmt: skip
    if asking.answer(way, have) == PAGE:
        slack_page(asking, kept)
    else:
        slack_token(asking, kept)


def slack_token(asking: Asking, kept: Kept) -> None:
    """Tried by `auth.test`, its scopes compared with the manifest's."""

    def check(held: Mapping[str, str]) -> None:
        with httpx.Client() as http:
            client = web_client(held["slack_bot_token"], _slack_api(kept), timeout=TIMEOUT, http=http)
            found = list(examined(client, datetime.now(UTC)))
        for finding in found:
            if not finding.is_well:
                away = finding.kind in ("slack_away", "clock_wrong")
                raise Wrong(finding.said(Words()), () if away else ("slack_bot_token",))
            asking.say(f"  {finding.said(Words())}")

    question = Question(
        name="slack_bot_token", text="Bot User OAuth Token (Install App, then OAuth & Permissions)", secret=True,
        shape=shaped(re.compile(r"xoxb-\S{4,200}"), "A bot's token begins with xoxb-; a person's (xoxp-) or an app's (xapp-) is another."),
    )  # fmt: skip
    step(asking, kept, "The bot's token", [question], check)


def slack_page(asking: Asking, kept: Kept) -> None:
    """Tried by handing Slack a code that cannot be good: what it says is wrong tells whether it knows the app."""

    def check(held: Mapping[str, str]) -> None:
        with httpx.Client() as http:
            client = web_client("", _slack_api(kept), timeout=TIMEOUT, http=http)
            try:
                client.oauth_v2_access(client_id=held["slack_client_id"], client_secret=held["slack_client_secret"], code="setup")
            except SlackApiError as error:
                said = str(error.response.get("error", ""))
            except (SlackClientError, OSError) as error:
                raise Wrong(f"Slack does not answer ({type(error).__name__}): see that this machine reaches it.") from None
            else:
                said = "invalid_code"
        if said == "invalid_client_id":
            raise Wrong("Slack knows no app with this client id.", ("slack_client_id",))
        if said == "bad_client_secret":
            raise Wrong("The client secret is not the one of this app.", ("slack_client_secret",))
        if said not in ("invalid_code", "bad_redirect_uri"):
            raise Wrong(f"Slack answers {said}: try again later.")

    questions = [
        Question(
            name="slack_client_id", text="Client ID (Basic Information)", shape=shaped(CLIENT, "A client id is two numbers and a dot.")
        ),
        Question(name="slack_client_secret", text="Client Secret", secret=True),
    ]
    step(asking, kept, "The app's own credentials, for the install page", questions, check)


def teams(asking: Asking, kept: Kept, host: str) -> None:
    """The registration tried at Microsoft's login; then the package as a file."""
    asking.say("\nTeams. docs/teams.md, 1 and 2: the app registration and the Azure Bot.")
    guid = shaped(APP_ID, "It looks like 00000000-0000-0000-0000-000000000000.")
    questions = [
        Question(name="teams_app_id", text="Application (client) ID", shape=guid),
        Question(name="teams_tenant_id", text="Directory (tenant) ID", shape=guid),
        Question(name="teams_app_password", text="Client secret, its value", secret=True),
    ]
    login = kept.get("teams_login_url") or str(Settings.model_fields["teams_login_url"].default)
    held = step(asking, kept, "The app registration", questions, lambda given: _signed_in(login, given))
    file = Path(kept.path.with_name("billing-desk-teams.zip"))
    file.write_bytes(package(manifest(held["teams_app_id"], host, TABLE, datetime.now(UTC)), localisation(TABLE)))
    asking.say(f"  The login gives the app a token. Upload {file} in the Teams admin center (docs/teams.md, 4).")


def _signed_in(login: str, held: Mapping[str, str]) -> None:
    form = {
        "grant_type": "client_credentials", "client_id": held["teams_app_id"], "client_secret": held["teams_app_password"], "scope": SCOPE,
    }  # fmt: skip
    try:
        answer = httpx.post(f"{login.rstrip('/')}/{held['teams_tenant_id']}/oauth2/v2.0/token", data=form, timeout=TIMEOUT)
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Wrong(f"Microsoft's login does not answer ({type(error).__name__}): see that this machine reaches it.") from None
    if answer.is_success and isinstance(found, dict) and found.get("access_token"):
        return
    codes = [str(code) for code in (found.get("error_codes") or ())] if isinstance(found, dict) else []
    for code in codes:
        if code in LOGIN:
            sentence, names = LOGIN[code]
            raise Wrong(sentence, names)
    said = ", ".join(f"AADSTS{code}" for code in codes) or f"HTTP {answer.status_code}"
    raise Wrong(f"The login refuses ({said}): compare all three with the app registration.", ("teams_app_password",))


def _slack_api(kept: Kept) -> str:
    return kept.get("slack_api_url") or str(Settings.model_fields["slack_api_url"].default)
