"""A message as Teams hands it over to an app that was chosen in the message's own menu: as Graph describes one.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/respond-to-task-module-submit#messagepayload
"""

import json
from html import escape
from typing import Any
from urllib.parse import quote

from playground.teams.directory import Directory
from playground.teams.ledger import BOT, Message

CARD = "application/vnd.microsoft.card.adaptive"


def payload_of(message: Message, directory: Directory) -> dict[str, Any]:
    """The payload; a card stands as an attachment in the body, as Teams writes it."""
    cards = [a["content"] for a in message.activity.get("attachments") or () if a.get("contentType") == CARD]
    named = [f"{message.id}-{number}" for number, _ in enumerate(cards)]
    held = [{"id": name, "contentType": CARD, "content": json.dumps(card)} for name, card in zip(named, cards, strict=True)]
    shown = "".join(f'<attachment id="{name}"></attachment>' for name in named)
    return {
        "id": message.id, "replyToId": message.thread or None, "messageType": "message", "createdDateTime": message.at,
        "lastModifiedDateTime": None, "deleted": message.deleted, "subject": None, "summary": None, "importance": "normal",
        "locale": "en-us", "from": _author(message, directory), "body": {"contentType": "html", "content": _body(message) + shown},
        "attachmentLayout": None, "attachments": held, "mentions": [], "reactions": [], "linkToMessage": _link(message, directory.tenant),
    }  # fmt: skip


def _author(message: Message, directory: Directory) -> dict[str, Any]:
    if message.sender == BOT:
        application = {"applicationIdentityType": "bot", "id": BOT, "displayName": directory.bot_name}
        return {"device": None, "user": None, "conversation": None, "application": application}
    person = directory.people[message.sender]
    user = {"userIdentityType": "aadUser", "id": person.id, "displayName": person.name}
    return {"device": None, "user": user, "conversation": None, "application": None}


def _body(message: Message) -> str:
    """What was typed, a paragraph a line; mentions stand as Teams writes them already."""
    text = str(message.activity.get("text") or "")
    is_marked = message.activity.get("type") == "message" and message.sender != BOT
    return "".join(f"<p>{line if is_marked else escape(line)}</p>" for line in text.splitlines() if line)


def _link(message: Message, tenant: str) -> str:
    """The message's own address, as `Copy link` gives it."""
    thread = message.thread or message.id
    path = f"{quote(message.conversation, safe=':@')}/{message.id}"
    return f"https://teams.microsoft.com/l/message/{path}?tenantId={tenant}&parentMessageId={thread}&createdTime={message.id}"
