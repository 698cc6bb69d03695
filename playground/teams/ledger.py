"""What was said where: every message with its changes, and every call the bot made. A change wakes whoever waits for one."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playground.teams.directory import root_of

BOT = "bot"


@dataclass
class Message:
    """One message. `replaced` holds the card that an invoke's answer put in its place for one person alone."""

    id: str
    conversation: str
    thread: str
    sender: str
    activity: dict[str, Any]
    version: int
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    edited: bool = False
    deleted: bool = False
    replaced: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Ledger:
    """The bot's activities by conversation, in the order they came; all messages; every call."""

    conversations: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    version: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    read: dict[tuple[str, str], int] = field(default_factory=dict)

    def newest(self, conversation: str) -> dict[str, Any]:
        """The bot's last activity still there. Raises IndexError when there is none."""
        return list(self.conversations.get(conversation, {}).values())[-1]

    def add(self, message_id: str, conversation: str, sender: str, activity: dict[str, Any]) -> None:
        """A new message; in a channel without a thread it starts one."""
        root, thread = root_of(conversation)
        with self.changed:
            if sender == BOT:
                self.conversations.setdefault(conversation, {})[message_id] = activity
            self.version += 1
            self.messages[message_id] = Message(message_id, root, thread, sender, activity, self.version)
            self.changed.notify_all()

    def replace(self, conversation: str, message_id: str, activity: dict[str, Any]) -> bool:
        """The bot's own message anew for everybody; False when it is not there."""
        with self.changed:
            held = self.conversations.get(conversation, {})
            if message_id not in held:
                return False
            held[message_id] = activity
            message = self.messages[message_id]
            self.version += 1
            message.activity, message.edited, message.version, message.replaced = activity, True, self.version, {}
            self.changed.notify_all()
            return True

    def remove(self, conversation: str, message_id: str) -> bool:
        """The bot's own message is gone for everybody; False when it is not there."""
        with self.changed:
            if self.conversations.get(conversation, {}).pop(message_id, None) is None:
                return False
            self.version += 1
            self.messages[message_id].deleted, self.messages[message_id].version = True, self.version
            self.changed.notify_all()
            return True

    def replace_for(self, person_id: str, message_id: str, card: dict[str, Any]) -> None:
        """The card as an invoke's answer shows it to the one who clicked."""
        with self.changed:
            message = self.messages[message_id]
            self.version += 1
            message.replaced[person_id], message.version = card, self.version
            self.changed.notify_all()

    def mark_read(self, person_id: str, conversation: str) -> None:
        """The person has seen the conversation as it is now."""
        with self.changed:
            self.read[person_id, conversation] = self.version

    def unread(self, person_id: str, conversation: str) -> int:
        """How many messages of others came or changed since."""
        seen = self.read.get((person_id, conversation), 0)
        others = (m for m in list(self.messages.values()) if m.conversation == conversation and m.sender != person_id)
        return sum(m.version > seen and not m.deleted for m in others)

    def wait(self, since: int, seconds: float) -> int:
        """Returns the version as soon as it is above `since`, else after the time given."""
        with self.changed:
            self.changed.wait_for(lambda: self.version > since, timeout=seconds)
            return self.version


def card_for(message: Message, person_id: str) -> list[Mapping[str, Any]]:
    """The cards a person sees on a message."""
    if person_id in message.replaced:
        return [message.replaced[person_id]]
    attachments = message.activity.get("attachments") or ()
    return [a["content"] for a in attachments if a.get("contentType") == "application/vnd.microsoft.card.adaptive"]
