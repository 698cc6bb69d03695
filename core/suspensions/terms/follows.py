"""What follows when something is said, or read, about the end of a term: cards are drawn anew, whoever must act is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
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

from .commands import TellTermEnds, WarnOfTermEnd
from .events import OfTerm, TermEndAskedAnew, TermEndDecided, TermEndLookedUp, TermEndNeared, TermEndRead, TermEndsUndone
from .queries import term_end_of
from .watching import CHASES, WARNS

Reaction = Callable[[Tx, Any], Iterable[Command]]
TELLS = "term_end.tells"
NAMED = 5  # products in one sentence
GATHERED = timedelta(minutes=5)  # after the last of them: a set goes off, or comes back, subscription by subscription


def show(tx: Tx, event: OfTerm) -> Iterable[Command]:
    """The case's requests say what was decided and what Partner Center would do."""
    cards.refresh_all(tx, [f"case:{event.case_id}", *(f"suspension:{each}" for each in suspensions_of_case(tx.connection, event.case_id))])
    return ()


def gather(tx: Tx, event: TermEndRead) -> Iterable[Command]:
    """What was decided stood, and stands no more: told once for everything that one change undid. A suspension is such a change, as it
    switches auto-renew off and removes what was scheduled, subscription by subscription. Of what did not stand before nothing is new: its
    card says what to set, and whoever must is asked again by the clocks."""
    if event.decided and event.before == event.decided != event.after:
        subject = f"case:{event.case_id}"
        gathered = {*timers.waiting_data(tx.connection, TELLS, subject).get("subscriptions", ()), event.subscription_id}
        data = {"subscriptions": sorted(gathered)}
        timers.schedule(tx, TELLS, subject, due_at=tx.now + GATHERED, rule="term_end_gathered", data=data)
    return ()


def tell_undone(tx: Tx, event: TermEndsUndone) -> Iterable[Command]:
    """One is told of with its day and what Partner Center would do instead; several by their names: the card has the rest."""
    about = [subscription(tx.connection, each) for each in event.subscription_ids]
    if len(about) > 1:
        names = sorted({each.name for each in about})
        products = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
        params = {"number": f"C-{event.case_id}", "n": len(about), "products": products}
        tell_all(tx, list(orders_for(tx, OWNER, "tell.term_end_changed_many", event.case_id, params)))
    for read in about if len(about) == 1 else ():
        end = term_end_of(tx.connection, read)
        if end is not None and end.decided is not None:
            of = OfTerm(case_id=event.case_id, subscription_id=read.id, ends_at=end.ends_at)
            _tell(tx, of, "tell.term_end_changed", decided=end.decided.value, says=end.says.value)
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
    TermEndRead: (gather, show),
    TermEndsUndone: (tell_undone,),
    TermEndLookedUp: (look_up,),
    TermEndNeared: (warn, show),
}


def _telling(timer: Timer) -> Command:
    return TellTermEnds(case_id=timer.subject_id, subscription_ids=tuple(timer.data["subscriptions"]))


TIMERS: Mapping[str, Callable[[Timer], Command]] = {WARNS: _warning, CHASES: _warning, TELLS: _telling}
