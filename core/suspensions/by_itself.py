"""Where the policy says so the desk itself tells the customer that access is off, or back, in the partner's own words; else a person is
asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.cases.model import Audience, NoteState
from core.cases.notes import REPLY_KIND, keep_note
from core.cases.queries import case, note
from core.collections import access
from core.collections.addressing import ticket_of
from core.collections.policy import Tells
from core.collections.queries import policy_on
from core.collections.texts import SUSPENDED
from core.customers.model import Mode
from core.customers.queries import customer, today_of
from core.engine import outbox
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import SYSTEM, Tx
from core.people.model import Right

from .by_letter import by_mail
from .closing import Left, left_of
from .events import NotToldOfSuspension, OfSuspension, SuspensionEnded, ToldOfSuspension
from .following import owner_and, show, tell_actor
from .knowing import Unheard, own_words, unheard, write_down
from .model import State
from .moving import lock_case
from .queries import suspension


@dataclass(frozen=True, kw_only=True)
class TellByItself(Command):
    """Perhaps the policy lets the desk tell the customer now."""

    needs = Right.RUN
    case_id: int


def tell_by_itself(tx: Tx, command: TellByItself) -> Iterable[Event]:
    """Into the chosen ticket, else a letter to each billing contact. Nothing while a restore is under way, in dry-run, when it was sent
    before, and where the policy leaves it to a person; where the desk lacks words or a way, a person is asked."""
    found = case(tx.connection, command.case_id)
    about = unheard(tx.connection, found.id)
    if (
        found.customer_id is None
        or about is None
        or not _may(tx, found.customer_id, about)
        or Left.RESTORING in left_of(tx.connection, found.id)
    ):
        return []
    written = about.kept.get("note")
    if written is not None and note(tx.connection, written).state in (NoteState.QUEUED, NoteState.SENT):
        return []
    words, to, ticket = own_words(tx.connection, found.id, about, tx.now), by_mail(tx.connection, found), ticket_of(tx.connection, found)
    if words is None or (ticket is None and not to):
        return [] if about.off is None else [NotToldOfSuspension(suspension_id=about.off.id, case_id=found.id)]
    into = found if ticket is None else ticket
    text = words.body if ticket is None else f"{words.subject}\n\n{words.body}"
    ours = replace(tx, actor=SYSTEM)
    note_id = keep_note(ours, into.id, text, audience=Audience.CUSTOMER, state=NoteState.QUEUED)
    write_down(tx, about, {"note": note_id, "subject": words.subject, "language": words.language, "texts": words.texts})
    if ticket is None:
        return [access.queue(tx, found.id, note_id, to, words)]
    outbox.enqueue(tx, REPLY_KIND, {"note_id": note_id}, lane=ticket.lane)
    return []


def _may(tx: Tx, customer_id: int, about: Unheard) -> bool:
    whose = customer(tx.connection, customer_id)
    rules = policy_on(tx.connection, today_of(tx.connection, customer_id, tx.now)).notices
    return whose.mode is not Mode.DRY_RUN and (rules.suspended if about.kind == SUSPENDED else rules.restored) is Tells.AUTOMATIC


def try_it(_tx: Tx, event: OfSuspension) -> Iterable[Command]:
    """Something was read back as on again."""
    return (TellByItself(case_id=event.case_id),)


def after_end(tx: Tx, event: SuspensionEnded) -> Iterable[Command]:
    """It is off: by itself, or somebody is asked to tell them, or nobody, as the policy says."""
    if event.state != State.SUSPENDED:
        return ()
    whose = suspension(tx.connection, event.suspension_id).customer_id
    wants = policy_on(tx.connection, today_of(tx.connection, whose, tx.now)).notices.suspended
    if wants is Tells.PERSON:
        ask(tx, event)
    return (TellByItself(case_id=event.case_id),) if wants is Tells.AUTOMATIC else ()


def ask(tx: Tx, event: SuspensionEnded | NotToldOfSuspension) -> Iterable[Command]:
    """Whoever owns the case, and who asked for the suspension."""
    for who in sorted(owner_and(tx, event, suspension(tx.connection, event.suspension_id).proposed_by)):
        tell_actor(tx, who, "tell.customer_unaware", event)
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {
    ToldOfSuspension: (show,),
    NotToldOfSuspension: (ask, show),
}

HANDLERS: Handlers = {TellByItself: Handler(tell_by_itself, lock_case)}
