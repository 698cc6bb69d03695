"""In which language and zone somebody reads the desk: what they chose themselves, else what the chat's own profile says of them."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.tables.people import conversations, staff
from core.engine.errors import Conflict, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .calendars import is_zone
from .commands import ChooseReading, LearnProfile, SetPlaceReading
from .events import PlaceReadingSet, ReadingChosen
from .queries import conversation


def learn_profile(tx: Tx, command: LearnProfile) -> Iterable[Event]:
    """Kept without an event, and only what no chat of theirs has said before. A zone that nobody knows is left out."""
    mine, said = staff.c.id == command.staff_id, {"chat_locale": command.locale[:20], "chat_zone": command.zone}
    for name, value in said.items():
        if value and (name != "chat_zone" or is_zone(value)):
            tx.connection.execute(sa.update(staff).where(mine, staff.c[name] == "").values({name: value}))
    return []


def choose_reading(tx: Tx, command: ChooseReading) -> Iterable[Event]:
    """Choosing what is so changes nothing. Whatever the chat says is learnt anew at the next contact. Raises Conflict for who is no
    person."""
    if tx.actor.staff_id is None:
        raise Conflict("only_people_read")
    mine = staff.c.id == tx.actor.staff_id
    before = tx.connection.execute(sa.select(staff.c.locale, staff.c.zone).where(mine)).one()
    values = _changed(before.locale, before.zone, command)
    anew = {f"chat_{name}": "" for name in values if getattr(command, name) == ""}
    if values == {"locale": before.locale, "zone": before.zone} and not anew:
        return []
    tx.connection.execute(sa.update(staff).where(mine).values(**values, **anew))
    return [ReadingChosen(staff_id=tx.actor.staff_id, **values)]


def set_place_reading(tx: Tx, command: SetPlaceReading) -> Iterable[Event]:
    """Setting what is so changes nothing. Raises NotFound."""
    before = conversation(tx.connection, command.conversation_id)
    if before is None:
        raise NotFound("place_unknown")
    values = _changed(before.locale, before.zone, command)
    if values == {"locale": before.locale, "zone": before.zone}:
        return []
    tx.connection.execute(sa.update(conversations).where(conversations.c.id == before.id).values(**values))
    return [PlaceReadingSet(conversation_id=before.id, by=tx.actor.id, **values)]


def _changed(locale: str, zone: str, command: ChooseReading | SetPlaceReading) -> dict[str, str]:
    return {"locale": locale if command.locale is None else command.locale, "zone": zone if command.zone is None else command.zone}


def _lock(_connection: sa.Connection, command: SetPlaceReading) -> list[str]:
    return [f"conversation:{command.conversation_id}"]


HANDLERS: Handlers = {
    LearnProfile: Handler(learn_profile),
    ChooseReading: Handler(choose_reading),
    SetPlaceReading: Handler(set_place_reading, _lock),
}
