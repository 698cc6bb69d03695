"""What follows when approvers are away: whoever stands in is asked, and what nobody present can approve is said at once."""

from collections.abc import Iterable

from core.engine import cards
from core.engine.handling import Command
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.events import CameBack, WentAway
from core.people.model import Right
from core.people.queries import display_name, staff_holding
from core.people.telling import tell

from .events import SuspensionProposed
from .queries import is_entitled, suspension
from .quorum import missing_approvers, undecided


def ask_stand_ins(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """Whoever stands in for an approver who is away is asked too; and who proposed it hears at once when nobody present can approve."""
    found = suspension(tx.connection, event.suspension_id)
    absent = away_now(tx.connection, tx.now)
    for each in sorted(staff_holding(tx.connection, Right.DECIDE) & absent.keys()):
        other = stand_in(absent, each)
        if other is not None and is_entitled(tx.connection, found, each) and is_entitled(tx.connection, found, other):
            name, said = display_name(tx.connection, f"staff:{each}"), {"number": found.number, "case": f"C-{event.case_id}"}
            tell(tx, other, "tell.asked_to_stand_in", case_id=event.case_id, name=name, **said)
    return ()


def warn_of_absence(tx: Tx, _event: WentAway) -> Iterable[Command]:
    """A request that nobody present can approve any more: who proposed it is told, its card says so."""
    for found in undecided(tx.connection):
        cards.refresh(tx, f"suspension:{found.id}")
        kind, _, number = found.proposed_by.partition(":")
        if kind == "staff" and missing_approvers(tx.connection, found, tx.now):
            tell(tx, int(number), "tell.nobody_can_approve", case_id=found.case_id, number=found.number)
    return ()


def show_undecided(tx: Tx, _event: CameBack) -> Iterable[Command]:
    """Somebody is there again who may decide."""
    cards.refresh_all(tx, [f"suspension:{found.id}" for found in undecided(tx.connection)])
    return ()
