"""What follows from a ladder's own events: whoever must act is told, cards are drawn anew."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.cases.model import Kind
from core.cases.queries import case, collection_case
from core.engine import cards, outbox
from core.engine.db.tables.people import grants, staff
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.outbox import Order
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.model import Right, Role
from core.people.queries import routed, staff_holding
from core.people.telling import to_person, to_place
from core.receivables.queries import payer

from .commands import ClimbLadder, ProveNotice
from .events import (
    LadderAnchored,
    LadderBegun,
    LadderEnded,
    LadderPaused,
    LadderReplanned,
    LadderRestarted,
    LadderResumed,
    LadderStarted,
    LadderSteppedBack,
    OfLadder,
    StepBegun,
    StepDone,
)
from .freshness import BOOKS, is_known_silence
from .keeping import CLIMBS
from .ladder import Outcome
from .notice_events import (
    NoticeAccepted,
    NoticeLate,
    NoticeProven,
    NoticeQueued,
    NoticeUndelivered,
    NoticeWithdrawn,
    StepUnproven,
)
from .policy import Asks, Does
from .proving import PROVES

Reaction = Callable[[Tx, Any], Iterable[Command]]
OWNER = "owner"


def show(tx: Tx, event: OfLadder) -> Iterable[Command]:
    """The collection case says where its ladder stands."""
    case_id = collection_case(tx.connection, event.payer_id, event.currency)
    if case_id is not None:
        cards.refresh(tx, f"case:{case_id}")
    return ()


def ask_people(tx: Tx, event: StepBegun) -> Iterable[Command]:
    """A notice to be sent by hand, with why; an approver to be asked, a review: whoever must do it is told. Nobody is asked by a step that
    is only rehearsed, or that the desk does itself; what comes of a policy that asks is told by whoever carries that out."""
    if event.outcome == Outcome.DRY_RUN or (event.outcome == Outcome.SENDING and not event.hand):
        return ()
    case_id = collection_case(tx.connection, event.payer_id, event.currency)
    if event.does == Does.ASK and event.by == Asks.POLICY and case_id is not None:
        return ()
    said = {"number": "" if case_id is None else f"C-{case_id}", "step": event.step} | ({"hand": event.hand} if event.hand else {})
    key = f"tell.ladder_{event.does}"
    role = event.to if event.does == Does.REVIEW else OWNER
    outbox.enqueue_all(tx, list(orders_for(tx, role, key, case_id, said)))
    return ()


def tell_books(tx: Tx, event: LadderPaused) -> Iterable[Command]:
    """A silent accounting system is told to finance once, by the first ladder that waits for it; each card says it of its own."""
    if event.why != BOOKS:
        return ()
    whose = payer(tx.connection, event.payer_id)
    if not is_known_silence(tx.connection, whose, event.ladder_id):
        case_id = collection_case(tx.connection, event.payer_id, event.currency)
        said = {"name": whose.connection, "payer": whose.name, "as_of_at": whose.as_of.isoformat(), "step": event.step}
        outbox.enqueue_all(tx, list(orders_for(tx, Role.FINANCE.value, "tell.ladder_books", case_id, said)))
    return ()


def tell_undelivered(tx: Tx, event: NoticeUndelivered) -> Iterable[Command]:
    """A notice that did not arrive is told to whoever works on the debt, with what was said; one that had counted before, as that."""
    case_id = collection_case(tx.connection, event.payer_id, event.currency)
    said = {"number": "" if case_id is None else f"C-{case_id}", "step": event.step, "desk_notice_id": event.notice_id}
    key = "tell.ladder_unproven" if event.was_proven else f"tell.ladder_{event.why}"
    outbox.enqueue_all(tx, list(orders_for(tx, OWNER, key, case_id, said)))
    return ()


def orders_for(tx: Tx, role: str, say: str, case_id: int | None, said: Mapping[str, object]) -> Iterable[Order]:
    """The owner or who stands in; everybody present of a role; nobody there: the conversations that collect."""
    absent = away_now(tx.connection, tx.now)
    people = _owner(tx, case_id) if role == OWNER else _holders(tx, role)
    reached = {there for each in people if (there := stand_in(absent, each)) is not None} & staff_holding(tx.connection, Right.READ)
    for each in sorted(reached):
        yield to_person(each, say, case_id=case_id, **said)
    for place in () if reached else routed(tx.connection, Kind.COLLECTION.value):
        yield to_place(place, say, case_id=case_id, **said)


def _owner(tx: Tx, case_id: int | None) -> list[int]:
    owner = None if case_id is None else case(tx.connection, case_id).assignee_id
    return [] if owner is None else [owner]


def _holders(tx: Tx, role: str) -> list[int]:
    holding = sa.select(grants.c.staff_id).join(staff, staff.c.id == grants.c.staff_id).where(grants.c.role == role, staff.c.active)
    return list(tx.connection.scalars(holding))


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    LadderBegun: (show,),
    LadderStarted: (show,),
    LadderAnchored: (show,),
    LadderPaused: (tell_books, show),
    LadderResumed: (show,),
    LadderSteppedBack: (show,),
    LadderReplanned: (show,),
    LadderRestarted: (show,),
    LadderEnded: (show,),
    StepBegun: (ask_people, show),
    StepDone: (show,),
    NoticeQueued: (show,),
    NoticeAccepted: (show,),
    NoticeProven: (show,),
    NoticeLate: (show,),
    NoticeUndelivered: (tell_undelivered, show),
    NoticeWithdrawn: (show,),
    StepUnproven: (show,),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    CLIMBS: lambda timer: ClimbLadder(ladder_id=timer.subject_id),
    PROVES: lambda timer: ProveNotice(notice_id=timer.subject_id),
}
