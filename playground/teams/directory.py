"""Who is there: the people of a directory, their chats and channels. Read from a file, or made in a test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THREAD = ";messageid="


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person of a directory. `tenant` differs from the conversation's for people of a shared channel; guests carry `guest`."""

    id: str
    name: str
    tenant: str
    email: str = ""
    locale: str = "en-GB"
    zone: str = "Europe/Warsaw"
    guest: bool = False

    @property
    def teams_id(self) -> str:
        """How the Connector names the person towards this bot."""
        return f"29:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A personal chat with the bot, or a team's channel."""

    id: str
    kind: str
    name: str
    members: tuple[str, ...]
    team: str = ""


@dataclass
class Directory:
    """People and conversations by id. Everybody has a personal chat with the bot: the app is installed for all."""

    tenant: str
    bot_name: str = "Billing Desk"
    people: dict[str, Person] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)

    def add_person(self, person: Person) -> None:
        """Somebody new, with a personal chat."""
        self.people[person.id] = person
        chat = personal_chat(person.teams_id)
        self.conversations[chat] = Conversation(id=chat, kind="personal", name=self.bot_name, members=(person.id,))

    def person(self, teams_id: str) -> Person | None:
        """The person behind `29:…`, or behind the directory's own id."""
        return self.people.get(teams_id.removeprefix("29:"))

    def seen_by(self, person_id: str) -> list[Conversation]:
        """The conversations a person is in: the personal chat first."""
        found = [c for c in self.conversations.values() if person_id in c.members]
        return sorted(found, key=lambda c: (c.kind != "personal", c.team, c.name))


def personal_chat(teams_id: str) -> str:
    """The id of a person's chat with the bot."""
    return f"a:{teams_id.removeprefix('29:')}"


def root_of(conversation: str) -> tuple[str, str]:
    """A conversation's own id, and the post that a thread hangs from, if any."""
    root, _, thread = conversation.partition(THREAD)
    return root, thread


def load_directory(path: Path) -> Directory:
    """The directory of a world file. Raises KeyError or ValueError for a file that is none."""
    given = json.loads(path.read_text(encoding="utf-8"))
    made = Directory(tenant=str(given["tenant"]), bot_name=str(given.get("bot", "Billing Desk")))
    for entry in given["people"]:
        made.add_person(_person(entry, made.tenant))
    for entry in given.get("channels", ()):
        made.conversations[str(entry["id"])] = _channel(entry, made)
    return made


def _person(entry: Mapping[str, Any], tenant: str) -> Person:
    return Person(
        id=str(entry["id"]), name=str(entry["name"]), tenant=str(entry.get("tenant") or tenant), email=str(entry.get("email", "")),
        locale=str(entry.get("locale", "en-GB")), zone=str(entry.get("zone", "Europe/Warsaw")), guest=bool(entry.get("guest")),
    )  # fmt: skip


def _channel(entry: Mapping[str, Any], directory: Directory) -> Conversation:
    members = tuple(str(m) for m in entry.get("members") or directory.people)
    unknown = [m for m in members if m not in directory.people]
    if unknown:
        raise ValueError(f"channel {entry['id']} names people who are not in the directory: {', '.join(unknown)}")
    return Conversation(id=str(entry["id"]), kind="channel", name=str(entry["name"]), members=members, team=str(entry.get("team", "Team")))
