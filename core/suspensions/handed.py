"""What follows where a person carries it out: they are told what to do, reminded, and told at once when they must not any more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.engine import timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx

from . import spreading
from .closing import due_after
from .commands import ChaseByHand
from .events import OfSuspension, SuspensionEnded, SuspensionsHalted
from .execution_events import CarriedByHand, ChasedByHand, HandedOver, ItemEnded
from .following import owner_and, read_all_again, show, tell_actor
from .handing import CALLED_OFF
from .model import ItemState
from .queries import open_suspensions, suspension
from .restore_commands import ProposeRestores
from .restore_events import RestoredByHand, RestoreHandedOver

Reaction = Callable[[Tx, Any], Iterable[Command]]
REMINDS = "suspension_by_hand"  # the timer's kind


def tell(tx: Tx, event: HandedOver) -> Iterable[Command]:
    """Whoever asked for it and who owns the case, once for all of the request's subscriptions."""
    if not timers.is_waiting(tx.connection, REMINDS, event.subject):
        _say(tx, event, "tell.by_hand_handed", provider=event.provider)
        timers.schedule(tx, REMINDS, event.subject, due_at=due_after(tx, 0), rule="by_hand", data={"times": 1})
    return ()


def remind(tx: Tx, event: ChasedByHand) -> Iterable[Command]:
    """In the desk's hours, each time after twice as long."""
    _say(tx, event, "tell.by_hand_chased", provider=_provider(tx, event.suspension_id))
    timers.schedule(tx, REMINDS, event.subject, due_at=event.next_at, rule="by_hand", data={"times": event.times + 1})
    return ()


def call_off(tx: Tx, event: SuspensionEnded | ItemEnded) -> Iterable[Command]:
    """Whoever was to ask the provider must hear at once that they must not, or must undo it."""
    handed = [one for one in suspension(tx.connection, event.suspension_id).items if one.is_by_hand]
    if handed and event.state in CALLED_OFF and any(one.state in CALLED_OFF for one in handed):
        timers.cancel(tx, REMINDS, event.subject)
        _say(tx, event, "tell.by_hand_off", provider=_provider(tx, event.suspension_id))
    return ()


def tell_carried(tx: Tx, event: CarriedByHand) -> Iterable[Command]:
    """Recorded: nobody is reminded any more. The payment may have come meanwhile."""
    found = suspension(tx.connection, event.suspension_id)
    if not any(one.state is ItemState.BY_HAND for one in found.items):
        timers.cancel(tx, REMINDS, event.subject)
    return (ProposeRestores(customer_id=found.customer_id),)


def halt(tx: Tx, _event: SuspensionsHalted) -> Iterable[Command]:
    """The kill switch is looked at before every call; a person who was told to ask must be told at once."""
    waiting = [suspension(tx.connection, found) for found in open_suspensions(tx.connection)]
    return spreading.recheck(tx, [found.id for found in waiting if any(one.state is ItemState.BY_HAND for one in found.items)])


def tell_restore(tx: Tx, event: RestoreHandedOver) -> Iterable[Command]:
    """The way back is by hand, too: said once for all of the request's subscriptions."""
    if event.leads:
        _say(tx, event, "tell.restore_handed", provider=_provider(tx, event.suspension_id))
    return ()


def _say(tx: Tx, event: OfSuspension, say: str, *, provider: str) -> None:
    for who in sorted(owner_and(tx, event, suspension(tx.connection, event.suspension_id).proposed_by)):
        tell_actor(tx, who, say, event, provider=provider)


def _provider(tx: Tx, suspension_id: int) -> str:
    items = suspension(tx.connection, suspension_id).items
    return next((str(one.answer["provider"]) for one in items if one.answer.get("provider")), "")


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    SuspensionsHalted: (halt,),
    HandedOver: (tell, show),
    ChasedByHand: (remind,),
    CarriedByHand: (read_all_again, tell_carried, show),
    RestoredByHand: (read_all_again, show),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    REMINDS: lambda timer: ChaseByHand(suspension_id=timer.subject_id, times=int(timer.data["times"])),
}
