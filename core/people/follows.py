"""What follows from events about people: who must hear of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.engine import timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx

from . import mornings, sealing
from .absence import EndAbsence
from .commands import WarnOfLetters
from .dead_letters import WARNS, plan_warning
from .events import CameBack, DeliveryGivenUp, IdentityLinked, LinkCodeMade, LinkCodeMistyped, RolesSet, StaffAdded, WentAway
from .queries import display_name, identities_of
from .telling import tell

BACK = "absence.ends"
Reaction = Callable[[Tx, Any], Iterable[Command]]


def tell_of_code(tx: Tx, event: LinkCodeMade) -> Iterable[Command]:
    """Who is reached already hears that somebody else made a code for them."""
    if event.by != f"staff:{event.staff_id}" and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.link_code_made", by=display_name(tx.connection, event.by))
    return ()


def tell_of_wrong_tries(tx: Tx, event: LinkCodeMistyped) -> Iterable[Command]:
    """Somebody guessed until the code died."""
    if not event.left and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.link_code_died")
    return ()


def tell_both_chats(tx: Tx, event: IdentityLinked) -> Iterable[Command]:
    """In every chat of the member's, the new one among them."""
    tell(tx, event.staff_id, "tell.linked", chat=event.face.capitalize())
    return ()


def tell_of_roles(tx: Tx, event: RolesSet) -> Iterable[Command]:
    """Whoever may do more or less from now on hears it, unless they did it themselves."""
    if event.by != f"staff:{event.staff_id}" and identities_of(tx.connection, event.staff_id):
        tell(tx, event.staff_id, "tell.roles", by=display_name(tx.connection, event.by), roles=", ".join(event.roles))
    return ()


def arrange_absence(tx: Tx, event: WentAway) -> Iterable[Command]:
    """Its end comes by itself; whoever stands in, and whoever was sent away by an admin, hears of it."""
    timers.schedule(tx, BACK, event.subject, due_at=event.until, rule="away.until")
    name, until = display_name(tx.connection, f"staff:{event.staff_id}"), event.until.isoformat()
    if event.by != event.subject:
        tell(tx, event.staff_id, "tell.away", by=display_name(tx.connection, event.by), until_at=until)
    if event.delegate_id is not None:
        tell(tx, event.delegate_id, "tell.stand_in", name=name, until_at=until)
    if event.relieved_id is not None:
        tell(tx, event.relieved_id, "tell.stand_in_over", name=name)
    return ()


def end_arrangement(tx: Tx, event: CameBack) -> Iterable[Command]:
    """Nobody stands in any more; who did not say it themselves hears that they count as present."""
    timers.cancel(tx, BACK, event.subject)
    if event.delegate_id is not None:
        tell(tx, event.delegate_id, "tell.stand_in_over", name=display_name(tx.connection, event.subject))
    if event.by != event.subject:
        tell(tx, event.staff_id, "tell.back")
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    **mornings.FOLLOWS,
    StaffAdded: (*mornings.FOLLOWS[StaffAdded], sealing.seal_from_now_on),
    LinkCodeMade: (tell_of_code,),
    LinkCodeMistyped: (tell_of_wrong_tries,),
    IdentityLinked: (tell_both_chats,),
    RolesSet: (tell_of_roles,),
    WentAway: (arrange_absence,),
    DeliveryGivenUp: (plan_warning,),
    CameBack: (end_arrangement, *mornings.FOLLOWS[CameBack]),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    BACK: lambda timer: EndAbsence(staff_id=timer.subject_id),
    WARNS: lambda _timer: WarnOfLetters(),
    **mornings.TIMERS,
    **sealing.TIMERS,
}
