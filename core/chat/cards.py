"""Which view a card's row stands for: what every copy of it is drawn from."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from core.engine.cards import StaleCard

from .showing.cases import case_view
from .showing.suspensions import suspension_view
from .views import View
from .words import Words

CARDS: Mapping[str, Callable[[Connection, Words, int, datetime], View]] = {
    "case": case_view,
    "suspension": suspension_view,
}


def card_view(connection: Connection, card: StaleCard, now: datetime) -> View:
    """The card as it is at the business moment `now`, in its conversation's language. Raises NotFound when its subject is gone."""
    return CARDS[card.view](connection, Words(card.locale, card.zone), int(card.subject.rpartition(":")[2]), now)
