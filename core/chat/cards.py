"""Which view a card's row stands for: what every copy of it is drawn from."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from core.engine.cards import StaleCard

from .showing.cases import case_view
from .views import View
from .words import Words

CARDS: Mapping[str, Callable[[Connection, Words, int], View]] = {
    "case": case_view,
}


def card_view(connection: Connection, card: StaleCard) -> View:
    """The card as it is now, in its conversation's language. Raises NotFound when its subject is gone."""
    return CARDS[card.view](connection, Words(card.locale, card.zone), int(card.subject.rpartition(":")[2]))
