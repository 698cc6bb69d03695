"""Copies of cards: claimed as many as are sent at once, read once per language, sent together, settled in groups."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial

import structlog
from sqlalchemy import Connection

from app.pausing import pause
from app.wiring import SENDERS, House
from core.chat.cards import card_view
from core.chat.mentions import addressed, called
from core.chat.ports import MessageGone, Place, TokenRefused
from core.chat.views import View
from core.chat.words import Words
from core.engine import cards
from core.engine.cards import StaleCard
from core.engine.errors import DeliveryError, NotFound
from core.people.queries import mentionable

log = structlog.get_logger(__name__)
Settlement = Callable[[Connection], None]
Looks = tuple[str, str, str, str]  # what copies that look the same have in common


def sweep_cards(house: House, *faces: str) -> int:
    """Bring stale copies up to date, in these chats or in all; returns how many were claimed.

    No more are claimed than are sent at once: a copy that waited for its turn might outlive its lease and be posted twice.
    """
    claimed = cards.claim_stale(house.store, faces=faces, limit=SENDERS)
    if claimed:
        views = _views(house, claimed)
        names = _names(house, claimed, views)
        there = [card for card in claimed if _looks(card) in views]
        _settle(house, {house.copying.submit(_show, house, card, views[_looks(card)], names[_workspace(card)]) for card in there})
    return len(claimed)


def _looks(card: StaleCard) -> Looks:
    return card.view, card.subject, card.locale, card.zone


def _workspace(card: StaleCard) -> tuple[str, str]:
    return card.face, card.workspace


def _names(house: House, claimed: Sequence[StaleCard], views: Mapping[Looks, View | None]) -> Mapping[tuple[str, str], Mapping[int, str]]:
    """What each workspace calls those who must act: read once for all copies there."""
    acting = frozenset[int]().union(*(called(view) for view in views.values() if view is not None))
    with house.desk.reading() as connection:
        return {(face, of): mentionable(connection, face, of, acting) for face, of in {_workspace(card) for card in claimed}}


def _views(house: House, claimed: Sequence[StaleCard]) -> Mapping[Looks, View | None]:
    """Each card as it is now, read once for all copies that say it in the same language. None: its subject is gone; left out: a fault."""
    views: dict[Looks, View | None] = {}
    for looks, card in {_looks(card): card for card in claimed}.items():
        try:
            with house.desk.reading() as connection:
                views[looks] = card_view(connection, card, house.clock.now())
        except NotFound:
            views[looks] = None
        except Exception:
            log.exception("A card could not be read; it is tried again when its lease ends.", subject=card.subject, view=card.view)
    return views


def _show(house: House, card: StaleCard, view: View | None, names: Mapping[int, str]) -> Settlement | None:
    """Post or update one copy; returns what is then to be written down. None: it is tried again when its lease ends."""
    notifier = house.notifiers.get(card.face)
    if notifier is None:
        return partial(cards.lost, card_id=card.id, error="this chat is not set up")
    if view is None:
        return partial(cards.lost, card_id=card.id, error="its subject is gone")
    words, reference = Words(card.locale, card.zone), card.ref
    place = Place(workspace=card.workspace, conversation=card.conversation, address=card.address)
    try:
        if reference:
            pinged = () if notifier.updates_silently else card.called
            notifier.update(place, reference, addressed(view, {who: name for who, name in names.items() if who not in pinged}), words)
        else:
            reference = notifier.post(place, addressed(view, names), words)
    except MessageGone:
        return partial(cards.repost, card_id=card.id)
    except DeliveryError as error:
        return _put_off(house, card, error)
    except Exception:
        log.exception("A card could not be drawn; it is tried again when its lease ends.", card=card.id, view=card.view)
        return None
    return partial(cards.shown, card=card, reference=reference, called=called(view))


def _put_off(house: House, card: StaleCard, error: DeliveryError) -> Settlement:
    if error.permanent:
        log.warning("A card can no longer be shown there.", card=card.id, face=card.face, reason=error.reason)
        return partial(cards.lost, card_id=card.id, error=error.reason)
    if isinstance(error, TokenRefused):
        log.error(
            "A chat refuses the desk's own token: was the app uninstalled, or has a secret run out? Its cards wait; nothing else is lost.",
            face=card.face, reason=error.reason,
        )  # fmt: skip
    held = pause(card.attempts, error.retry_after)
    return lambda connection: cards.delayed(connection, card, at=house.store.real_now(connection) + held, error=error.reason)


def _settle(house: House, sending: set[Future[Settlement | None]]) -> None:
    """Write down what came of each as it comes: whatever has ended meanwhile shares one transaction."""
    while sending:
        ended, sending = wait(sending, return_when=FIRST_COMPLETED)
        house.store.attempt(partial(_write, [settlement for one in ended if (settlement := one.result())]))


def _write(settlements: Sequence[Settlement], connection: Connection) -> None:
    for settlement in settlements:
        settlement(connection)
