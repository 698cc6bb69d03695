"""The app manifest that an administrator of Slack pastes: the command with its hint, what may be pressed, the scopes in use.

https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Mapping
from typing import Any

from bots.slack.gestures import SHORTCUT
from core.chat.actions import Action, ActionTable, Use
from core.chat.words import Words

COMMAND = "/billing"
EVENTS = ("app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked")  # each has its listener in listeners.py
# What each scope is for; docs/slack.md shows it. The calls and events that need them are checked against CALLS by a test.
SCOPES: Mapping[str, str] = {
    "commands": "`/billing …`",
    "chat:write": "cards, and private answers to mentions",
    "chat:write.public": "cards in public channels where the desk is no member; into a private channel invite it: `/invite @Billing Desk`",
    "app_mentions:read": "`@Billing Desk case 104`: the way in threads, where Slack knows no slash commands",
    "im:history": "verbs typed in the direct conversation",
    "im:write": "what the desk tells one person",
    "users:read": "the name of whoever wrote a message that somebody makes a case of",
}
CALLS: Mapping[str, str] = {
    "chat_postMessage": "chat:write", "chat_postEphemeral": "chat:write", "chat_update": "chat:write", "chat_delete": "chat:write",
    "conversations_open": "im:write", "views_open": "", "views_push": "", "views_update": "",
    "views_publish": "", "users_info": "users:read", "bots_info": "users:read",
    "apps_manifest_export": "",  # by the token of whoever may edit the app, never by ours
}  # fmt: skip


def manifest(host: str, table: ActionTable, words: Words) -> dict[str, Any]:
    """For a desk reached at `host`; the command's hint and description in these words."""
    address = f"https://{host}/slack/events"
    command = {
        "command": COMMAND, "url": address, "description": words.say("app.short"), "usage_hint": usage_hint(table, words),
        "should_escape": True,
    }  # fmt: skip
    return {
        "display_information": {"name": "Billing Desk", "description": words.say("app.short"), "long_description": words.say("app.full")},
        "features": {
            "bot_user": {"display_name": "Billing Desk", "always_online": True},
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "slash_commands": [command],
            "shortcuts": [shortcut(action, words) for action in table.on_messages()],
        },
        "oauth_config": {"redirect_urls": [f"https://{host}/slack/oauth_redirect"], "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": address, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": address, "message_menu_options_url": address},
            "org_deploy_enabled": False, "socket_mode_enabled": False, "token_rotation_enabled": False,
        },
    }  # fmt: skip


def shortcut(action: Action, words: Words) -> dict[str, Any]:
    """An entry of a message's own menu."""
    name, description = words.say(f"message.{action.name}"), words.say(f"message.{action.name}.help")
    return {"name": name, "type": "message", "callback_id": f"{SHORTCUT}{action.name}", "description": description}


def usage_hint(table: ActionTable, words: Words) -> str:
    """What Slack shows while the command is typed: the everyday verbs, and help, which names the others."""
    everyday = [action for action in table.all if action.typed and action.use is Use.EVERYDAY]
    help_ = [action for action in table.all if action.name == "help"]
    return " | ".join(action.called(words.language) for action in (*everyday, *help_))
