"""Homes are drawn anew when the journal went on, and published only when they differ: never more often than a home each PAUSE."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from app.pausing import pause
from app.wiring import House
from core.chat.ports import HomePort
from core.chat.showing.home import home_view
from core.chat.views import NoteView, View
from core.chat.words import Words
from core.engine.errors import DeliveryError
from core.people import homes
from core.people.homes import Home
from core.people.model import Right
from core.people.queries import by_identity

log = structlog.get_logger(__name__)
# views.publish takes about a hundred a minute (https://docs.slack.dev/reference/methods/views.publish): some thirty people's homes.
PAUSE = timedelta(seconds=15)


def sweep_homes(house: House) -> int:
    """Bring opened homes up to date; returns how many were claimed."""
    claimed = homes.claim_stale(house.store)
    for home in claimed:
        try:
            house.store.attempt(_shown(house, home))
        except Exception:
            log.exception("A home could not be drawn; it is tried again when its lease ends.", home=home.id)
    return len(claimed)


def _shown(house: House, home: Home) -> Callable[[Connection], None]:
    """Publish it if it differs; returns what is then to be written down."""
    port = house.notifiers.get(home.face)
    if not isinstance(port, HomePort):
        return partial(homes.forget, home=home)
    view, words, is_theirs = _read(house, home)
    digest = hashlib.sha256(f"{words}{view}".encode()).hexdigest()
    if digest != home.digest:
        try:
            port.publish(home.user, home.workspace, view, words)
        except DeliveryError as error:
            return _refused(house, home, error)
    if not is_theirs:
        return partial(homes.forget, home=home)
    rests = digest != home.digest
    return lambda c: homes.drawn(c, home, digest, until=house.store.real_now(c) + PAUSE if rests else None)


def _read(house: House, home: Home) -> tuple[View, Words, bool]:
    """The page of whoever the identity is now; who left, or may read nothing any more, keeps no customer's name on it."""
    with house.desk.reading() as connection:
        who = by_identity(connection, home.face, home.workspace, home.user)
        if who is None or Right.READ not in who.rights:
            words = Words(who.locale if who else "en")
            return NoteView(title=words.say("home.gone")), words, False
        words = Words(who.locale or "en", who.zone or "Europe/Warsaw")
        return home_view(connection, words, who, house.clock.now(), home.page), words, True


def _refused(house: House, home: Home, error: DeliveryError) -> Callable[[Connection], None]:
    if error.permanent:
        log.warning("A home can no longer be shown.", face=home.face, reason=error.reason)
        return partial(homes.forget, home=home)
    held = pause(home.attempts + 1, error.retry_after)
    return lambda c: homes.put_off(c, home, at=house.store.real_now(c) + held)
