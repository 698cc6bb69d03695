"""What a case's customer should hear about their access, that it is off or back, and what is kept of it until they know.

Of what is back it is kept with each way back, of what is off with the request: `note`, the words that were written, with the `subject`,
`language` and `texts` of a letter; and `told`, how, by whom and when they heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.collections import access
from core.collections.phrases import Phrases
from core.collections.policy import Tells
from core.collections.queries import policy_on, texts_on
from core.collections.texts import RESTORED, SUSPENDED
from core.collections.wording import AccessFields, fill
from core.customers.queries import customer, subscription, today_of
from core.engine.db.tables.suspensions import suspensions
from core.engine.transaction import Tx

from .closing import untold
from .model import ItemState, Restore, State, Suspension
from .queries import is_brought_back, newest_suspension_of
from .restoring import keep


@dataclass(frozen=True, kw_only=True)
class Unheard:
    """What they were not told: that these ways back are done, or else that this request was carried out. `kind`: the wording's name."""

    kind: str
    ways: tuple[Restore, ...] = ()
    off: Suspension | None = None

    @property
    def kept(self) -> Mapping[str, Any]:
        """What was written for it last."""
        return self.off.told if self.off is not None else self.ways[-1].answer

    def is_written(self, note_id: int) -> bool:
        """Whether these are the words by which they hear it, of all of it or of a part."""
        return any(each.get("note") == note_id for each in (self.kept, *(way.answer for way in self.ways)))

    def products(self, connection: Connection) -> list[str]:
        """The names of what it is about."""
        if self.off is None:
            return [subscription(connection, way.subscription_id).name for way in self.ways]
        return [subscription(connection, one.subscription_id).name for one in self.off.items if one.state is ItemState.SUSPENDED]


def unheard(connection: Connection, case_id: int) -> Unheard | None:
    """What is back comes first; what is off only where the policy wants it told."""
    if ways := tuple(untold(connection, case_id)):
        return Unheard(kind=RESTORED, ways=ways)
    found = newest_suspension_of(connection, case_id)
    if found is None or found.state is not State.SUSPENDED or found.told.get("told") or found.ended_at is None:
        return None
    wants = policy_on(connection, today_of(connection, found.customer_id, found.ended_at)).notices.suspended
    if wants is Tells.NEVER or is_brought_back(connection, found):
        return None
    return Unheard(kind=SUSPENDED, off=found)


def write_down(tx: Tx, about: Unheard, said: Mapping[str, Any]) -> None:
    """Keep the words with what they are about."""
    for way in about.ways:
        keep(tx, way, state=way.state, answer={**way.answer, **said})
    if about.off is not None:
        keep_told(tx, about.off, {**about.off.told, **said})


def keep_told(tx: Tx, found: Suspension, told: Mapping[str, Any]) -> None:
    """What the customer hears of that it is off."""
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(told=dict(told)))


def own_words(connection: Connection, case_id: int, about: Unheard, now: datetime) -> access.Words | None:
    """As the partner's texts say it in the customer's language; None where they do not."""
    found = case(connection, case_id)
    theirs = customer(connection, found.customer_id or 0)
    today = today_of(connection, theirs.id, now)
    texts = texts_on(connection, today)
    tongue = None if texts is None else texts.tongue(theirs.locale)
    wording = None if tongue is None else tongue.of_access(about.kind)
    if texts is None or tongue is None or wording is None:
        return None
    given = AccessFields(
        recipient=theirs.name, customer=theirs.name, partner=tongue.partner, contact=tongue.contact, case=found.number,
        today=Phrases(theirs.locale, theirs.zone).day(today), products=", ".join(about.products(connection)),
    )  # fmt: skip
    subject, body = fill(wording, given)
    return access.Words(kind=about.kind, subject=subject, body=body, language=tongue.language, texts=texts.version)
