"""Whether every copy of every card says what the desk says now: whatever changed, by whatever door, must have raised `wanted`."""

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bots.slack.cards import message as slack_message
from bots.teams.notifier import message as teams_message
from core.chat.cards import card_view
from core.chat.mentions import addressed, called
from core.chat.words import Words
from core.engine.db.tables.engine import cards
from core.engine.db.tables.people import conversations
from core.engine.errors import NotFound
from core.people.queries import mentionable

if TYPE_CHECKING:
    from tests.harness.world import World


def untrue_copies(world: "World") -> list[str]:
    """Copies that count as up to date and would be drawn otherwise at this moment; what a test took out of a chat itself is left out."""
    at = conversations.c
    named = (at.face, at.workspace, at.external.label("conversation"), at.locale, at.zone)
    match = (cards.c.state == "live") & (cards.c.wanted == cards.c.shown)
    told = sa.select(cards, *named).join(conversations, conversations.c.id == cards.c.conversation_id).where(match)
    found = []
    with world.house.desk.reading() as connection:
        for copy in connection.execute(told).all():
            try:
                view = card_view(connection, copy, world.now)
            except NotFound:
                continue
            words, held = Words(copy.locale, copy.zone), _held(world, copy)
            view = addressed(view, _names(connection, copy, called(view), held))
            drawn = slack_message(view, words) if copy.face == "slack" else teams_message(view, words)
            if held is not None and any(held.get(name) != drawn[name] for name in drawn):
                found.append(f"{copy.subject} in {copy.face}: shown {held}, but it is {drawn}")
    return found


def _names(connection: sa.Connection, copy: Any, acting: frozenset[int], held: dict[str, Any] | None) -> dict[int, str]:
    """Everybody who must act; in Teams those whom the copy mentions, by the id it knew: after that their name stays plain."""
    names = mentionable(connection, copy.face, copy.workspace, acting)
    if copy.face == "slack":
        return dict(names)
    ids = re.findall(r"'mentioned': {'id': '([^']+)'", str(held))
    return {who: shown for who, name in names.items() for shown in ids if shown.removeprefix("29:") == name.removeprefix("29:")}


def _held(world: "World", copy: Any) -> dict[str, Any] | None:
    ledger = world.local_slack.ledger.channels if copy.face == "slack" else world.local_teams.ledger.conversations
    held = ledger.get(copy.conversation, {}).get(copy.ref)
    plain = held is not None and not (held.get("blocks") or held.get("attachments"))  # refused whole, said plainly
    return None if plain else held
