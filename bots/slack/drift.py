"""How the app that Slack runs differs from the manifest that this desk makes, in one line each.

Slack tells an app's manifest to nobody but who may edit the app, by a token of twelve hours:
https://docs.slack.dev/reference/methods/apps.manifest.export, https://docs.slack.dev/reference/methods/tooling.tokens.rotate
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bots.slack.errors import delivery_error
from bots.slack.manifest import manifest
from core.chat.actions import ActionTable
from core.chat.findings import Finding, well, wrong
from core.chat.words import LANGUAGES, Words
from core.engine.errors import DeliveryError

Json = Mapping[str, Any]
LISTS: Mapping[str, tuple[str, ...]] = {
    "scopes": ("oauth_config", "scopes", "bot"),
    "events": ("settings", "event_subscriptions", "bot_events"),
    "commands": ("features", "slash_commands"),
    "shortcuts": ("features", "shortcuts"),
    "redirects": ("oauth_config", "redirect_urls"),
}
TASTE = ("display_information.", "features.bot_user.display_name")  # what the app is called may be the partner's own
TEXTS = frozenset({"name", "description", "usage_hint"})
FITS, DRIFTED = "slack_manifest", ("slack_lacks", "slack_differs", "slack_text_differs")  # kinds of finding
SWITCH = "settings.interactivity.is_enabled"


def app_of(client: WebClient) -> str:
    """The id of our own bot's app. Raises DeliveryError with Slack's reason."""
    try:
        bot = client.bots_info(bot=str(client.auth_test().get("bot_id") or "")).get("bot") or {}
    except (SlackApiError, SlackClientError, OSError) as error:
        raise delivery_error(error) from error
    if not bot.get("app_id"):
        raise DeliveryError("no app_id", unknown=True)
    return str(bot["app_id"])


def exported(editor: WebClient, app: str) -> Json:
    """The app's manifest, by the configuration token of somebody who may edit it. Raises DeliveryError with Slack's reason."""
    try:
        found = editor.apps_manifest_export(app_id=app).get("manifest")
    except (SlackApiError, SlackClientError, OSError) as error:
        raise delivery_error(error) from error
    if not isinstance(found, Mapping):
        raise DeliveryError("no manifest", unknown=True)
    return found


def fingerprint(host: str, table: ActionTable) -> str:
    """Of everything that is compared: the same while this desk asks the same of its app."""
    made = [manifest(host, table, Words(language)) for language in LANGUAGES]
    names = [[sorted(_names(_at(one, *path))) for path in LISTS.values()] for one in made]
    values = [{path: value for path, value in _flat(one) if not path.startswith(TASTE)} for one in made]
    return hashlib.sha256(json.dumps([names, values], sort_keys=True).encode()).hexdigest()


def drifted(theirs: Json, host: str, table: ActionTable) -> list[Finding]:
    """What differs, in whichever language comes nearest; one finding that is well when nothing does. `host`: ours, or "" for theirs."""
    there = host or host_of(theirs)
    if not there:
        return [well("slack_manifest_nowhere")]
    found = [list(_differences(manifest(there, table, Words(language)), theirs, there)) for language in LANGUAGES]
    nearest = min(found, key=len)
    return nearest if any(not finding.is_well for finding in nearest) else [*nearest, well(FITS, host=there)]


def host_of(theirs: Json) -> str:
    """Where the app sends what happens; "" when it names no address."""
    places = (("event_subscriptions", "request_url"), ("interactivity", "request_url"))
    urls = [str(_at(theirs, "settings", *place) or "") for place in places]
    return next((name for name in (urlsplit(url).netloc for url in urls) if name), "")


def _differences(ours: Json, theirs: Json, host: str) -> Iterator[Finding]:
    called = {_name(each): f"“{each['name']}”" for each in _at(ours, *LISTS["shortcuts"])}
    for part, path in LISTS.items():
        wanted, had = _names(_at(ours, *path)), _names(_at(theirs, *path))
        if missing := sorted(wanted - had):
            yield wrong(f"slack_lacks.{part}", names=", ".join(called.get(name, name) for name in missing), host=host)
        if more := sorted(had - wanted):
            yield well(f"slack_more.{part}", names=", ".join(more))
    yield from _settings(dict(_flat(ours)), dict(_flat(theirs)), host)


def _settings(ours: Json, theirs: Json, host: str) -> Iterator[Finding]:
    """Each value of what both have, and each switch."""
    is_off = theirs.get(SWITCH) is not True
    for path, wanted in ours.items():
        had = theirs.get(path)
        is_told = path != SWITCH and is_off and path.startswith("settings.interactivity.")
        is_named = path.startswith(("features.slash_commands.", "features.shortcuts.")) and not any(
            name.startswith(path.rpartition(".")[0] + ".") for name in theirs
        )
        if is_told or is_named or path.startswith(TASTE) or had == wanted or (wanted is False and had is None):
            continue
        if path.rpartition(".")[2] in TEXTS:
            yield wrong("slack_text_differs", setting=path, host=host)
        else:
            yield wrong("slack_differs", setting=path, has=_shown(had), wants=_shown(wanted), host=host)


def _at(made: Any, *path: str) -> Any:
    """What stands there; None where nothing does."""
    for step in path:
        made = made.get(step) if isinstance(made, Mapping) else None
    return made


def _names(listed: Any) -> frozenset[str]:
    """Texts as they are, commands and shortcuts by what they are told apart by."""
    return frozenset(_name(each) for each in listed or ()) if isinstance(listed, list) else frozenset()


def _name(each: Any) -> str:
    return str(each.get("command") or each.get("callback_id") or "") if isinstance(each, Mapping) else str(each)


def _flat(made: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value by its place; lists of texts are compared as sets elsewhere."""
    if isinstance(made, Mapping):
        for name, value in made.items():
            yield from _flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(made, list):
        for each in made:
            if isinstance(each, Mapping):
                yield from _flat(each, f"{path}.{_name(each)}")
    else:
        yield path, made


def _shown(value: Any) -> str:
    """As it stands in a manifest."""
    return json.dumps(value, ensure_ascii=False)[:200]
