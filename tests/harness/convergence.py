"""Whether every copy of every card says what the desk says now: whatever changed, by whatever door, must have raised `wanted`."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bots.slack.cards import message as slack_message
from bots.teams.notifier import message as teams_message
from core.chat.cards import card_view
from core.chat.words import Words
from core.engine.db.tables.engine import cards
from core.engine.db.tables.people import conversations
from core.engine.errors import NotFound

if TYPE_CHECKING:
    from tests.harness.world import World


def untrue_copies(world: "World") -> list[str]:
    """Copies that count as up to date and would be drawn otherwise at this moment; what a test took out of a chat itself is left out."""
    named = (conversations.c.face, conversations.c.external.label("conversation"), conversations.c.locale, conversations.c.zone)
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
            drawn = slack_message(view, words) if copy.face == "slack" else teams_message(view, words)
            if held is not None and any(held.get(name) != drawn[name] for name in drawn):
                found.append(f"{copy.subject} in {copy.face}: shown {held}, but it is {drawn}")
    return found


def _held(world: "World", copy: Any) -> dict[str, Any] | None:
    ledger = world.local_slack.ledger.channels if copy.face == "slack" else world.local_teams.ledger.conversations
    held = ledger.get(copy.conversation, {}).get(copy.ref)
    plain = held is not None and not (held.get("blocks") or held.get("attachments"))  # refused whole, said plainly
    return None if plain else held
