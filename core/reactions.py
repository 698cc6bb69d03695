"""Event → what follows; timer kind → command. The only module that turns one capability's event into another's command.

A reaction runs in the transaction of its event, in the order listed here: it marks cards, sets timers, writes outbox rows, or names
further commands, which the desk itself then carries out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.cases.events import CaseOpened
from core.engine import cards
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.queries import routed

Reaction = Callable[[Tx, Any], Iterable[Command]]


def refresh_cards(tx: Tx, event: Event) -> Iterable[Command]:
    """Every copy of the subject's cards is stale from this commit on."""
    cards.refresh(tx, event.subject)
    return ()


def post_case_card(tx: Tx, event: CaseOpened) -> Iterable[Command]:
    """A card for the case in every conversation that gets its kind."""
    cards.place(tx, event.subject, "case", routed(tx.connection, event.kind))
    return ()


REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    CaseOpened: (post_case_card,),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {}
