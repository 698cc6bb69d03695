"""What follows when something is said, or read, about the end of a term: cards are drawn anew, whoever must act is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.collections.follows import OWNER, orders_for
from core.customers.queries import subscription
from core.engine import cards, outbox, timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.telling import tell_all
from core.suspensions.queries import suspensions_of_case

from .commands import WarnOfTermEnd
from .events import OfTerm, TermEndAskedAnew, TermEndDecided, TermEndLookedUp, TermEndNeared, TermEndRead
from .watching import CHASES, WARNS

Reaction = Callable[[Tx, Any], Iterable[Command]]


def show(tx: Tx, event: OfTerm) -> Iterable[Command]:
    """The case's requests say what was decided and what Partner Center would do."""
    cards.refresh_all(tx, [f"case:{event.case_id}", *(f"suspension:{each}" for each in suspensions_of_case(tx.connection, event.case_id))])
    return ()


def tell_contradiction(tx: Tx, event: TermEndRead) -> Iterable[Command]:
    """What was decided does not stand: said once for each thing that Partner Center would do instead. The suspension itself is one such
    change, as it switches auto-renew off and removes what was scheduled."""
    if event.decided and event.before and event.after != event.decided:
        _tell(tx, event, "tell.term_end_changed", decided=event.decided, says=event.after)
    return ()


def look_up(tx: Tx, event: TermEndLookedUp) -> Iterable[Command]:
    """Partner Center is read first: perhaps it stands already, and nobody needs to hear of it."""
    subject = f"subscription:{event.subscription_id}"
    outbox.enqueue(tx, "partner_center.read", {"subscription_id": event.subscription_id}, lane=subject)
    data = {"term": event.term, "days": event.days, "looked": True}
    timers.schedule(tx, WARNS if event.days else CHASES, subject, due_at=event.warns_at, rule="term_end_answer", data=data)
    return ()


def warn(tx: Tx, event: TermEndNeared) -> Iterable[Command]:
    """Whoever owns the case, for them whoever stands in, without an owner the conversations that collect."""
    say = f"tell.term_end_{'unset' if event.decided else 'undecided'}{'_off' if event.suspended else ''}"
    _tell(tx, event, say, says=event.says, **({"decided": event.decided} if event.decided else {}))
    return ()


def _tell(tx: Tx, event: OfTerm, say: str, **said: str) -> None:
    """A term of which Partner Center names no end is told by its card alone: there is no day to act by."""
    if event.ends_at is None:
        return
    product, until_at = subscription(tx.connection, event.subscription_id).name, event.ends_at.isoformat()
    params = {"number": f"C-{event.case_id}", "product": product, "until_at": until_at, **said}
    tell_all(tx, list(orders_for(tx, OWNER, say, event.case_id, params)))


def _warning(timer: Timer) -> Command:
    said = timer.data
    return WarnOfTermEnd(subscription_id=timer.subject_id, term=said["term"], days=int(said["days"]), looked=bool(said["looked"]))


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    TermEndAskedAnew: (show,),
    TermEndDecided: (show,),
    TermEndRead: (tell_contradiction, show),
    TermEndLookedUp: (look_up,),
    TermEndNeared: (warn, show),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {WARNS: _warning, CHASES: _warning}
