"""What money does for what is switched off: a payment proposes the way back, or is itself the restore where the policy says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.cases.queries import case
from core.collections.policy import OnPayment, Policy
from core.collections.queries import policy_on
from core.collections.standing import open_payments
from core.customers.queries import customer, today_of
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.receivables.model import Position
from core.receivables.queries import position

from .model import Item, ItemState, Restore, RestoreState
from .queries import children_of, items_maybe_off, restore, restores_of, suspension
from .restore_commands import ProposeRestores
from .restore_events import RestoreDeclined, RestoreProposed
from .restoring import begin, ids_of, insert, keep, led

PAID, REPORTED, NOT_FOUND = "paid", "reported", "not_found"  # which money, or that it was none
ENDED = frozenset({ItemState.SUSPENDED, ItemState.UNKNOWN})  # no call to switch it off is under way any more


@dataclass(frozen=True, kw_only=True)
class _Money:
    """What money says of one request, read once for all of its subscriptions: they may be hundreds.

    `is_less`: less is owed than when it was approved; `is_reported`: somebody reported a payment; `restores`: it is itself the restore.
    """

    owed: Position
    is_less: bool
    is_reported: bool
    restores: bool
    proposed_by: str


def propose_restores(tx: Tx, command: ProposeRestores) -> Iterable[Event]:
    """Per subscription that is, or may be, off: less is owed now than when it was approved, or somebody reported a payment."""
    off = items_maybe_off(tx.connection, customer_id=command.customer_id)
    together = {one.subscription_id for one in off}
    parents = children_of(tx.connection, command.customer_id)
    written = [one for one in off if one.state is not ItemState.SENDING or one.snapshot]  # of the others nothing was written yet
    money = {each: _money_for(tx, each) for each in {one.suspension_id for one in written}}
    made: list[Event] = []
    for one in written:
        made += _offer(tx, one, money[one.suspension_id], waits=parents.get(one.subscription_id) in together)
    return led(made)


def _money_for(tx: Tx, suspension_id: int) -> _Money:
    whole = suspension(tx.connection, suspension_id)
    of = case(tx.connection, whole.case_id)
    owed = position(tx.connection, of.payer_id or 0, of.currency, today_of(tx.connection, whole.customer_id, tx.now))
    policy, segment = policy_on(tx.connection, tx.now.date()), customer(tx.connection, whole.customer_id).segment
    is_less = not owed.unknown and owed.overdue < int(whole.listed["overdue"])
    return _Money(
        owed=owed,
        is_less=is_less,
        is_reported=bool(open_payments(tx.connection, owed.payer_id, owed.currency)),
        restores=is_less and _restores_itself(policy, owed, segment),
        proposed_by=whole.proposed_by,
    )


def _offer(tx: Tx, one: Item, money: _Money, *, waits: bool) -> list[Event]:
    way = next(reversed(restores_of(tx.connection, one)), None)
    if way is not None and way.state not in (RestoreState.PROPOSED, RestoreState.DECLINED):
        return []
    if not money.is_less:
        return _on_a_report(tx, one, way, money)
    if one.state in ENDED and money.restores and not _was_declined(way, money.owed):
        begun = begin(tx, one, "", waits=waits, because=PAID)
        return [] if begun is None else [begun]
    return _propose(tx, one, way, money, PAID)


def _on_a_report(tx: Tx, one: Item, way: Restore | None, money: _Money) -> list[Event]:
    """The books do not show it yet: one click by a person. When it never came the proposal falls."""
    if money.is_reported:
        return _propose(tx, one, way, money, REPORTED)
    if way is None or way.state is not RestoreState.PROPOSED or way.answer.get("because") != REPORTED:
        return []
    keep(tx, way, state=RestoreState.DECLINED, answer={"because": NOT_FOUND}, done_at=tx.now)
    return [RestoreDeclined(**ids_of(tx, way), reason=Private(""))]


def _propose(tx: Tx, one: Item, way: Restore | None, money: _Money, because: str) -> list[Event]:
    """Once; again when a report became a payment, or when less is owed than when somebody declined."""
    if way is not None and way.state is RestoreState.PROPOSED:
        if way.answer.get("because", PAID) == because or because == REPORTED:
            return []
        keep(tx, way, state=RestoreState.PROPOSED, answer=dict(way.answer) | {"because": because})
        restore_id = way.id
    elif _was_declined(way, money.owed):
        return []
    else:
        restore_id = insert(tx, one, RestoreState.PROPOSED, because=because)
    ids, owed = ids_of(tx, restore(tx.connection, restore_id)), money.owed
    return [
        RestoreProposed(
            **ids, proposed_by=money.proposed_by, overdue=owed.overdue, currency=owed.currency, because=because, leads=True
        )
    ]  # fmt: skip


def _was_declined(way: Restore | None, owed: Position) -> bool:
    """Whether a person said no while no more was owed than now."""
    if way is None or way.state is not RestoreState.DECLINED:
        return False
    declined_at = way.answer.get("overdue")
    return declined_at is not None and owed.overdue >= int(declined_at)


def _restores_itself(policy: Policy, owed: Position, segment: str) -> bool:
    """Only a payment that leaves less than the policy suspends for: a part of it is a person's to weigh."""
    threshold = policy.threshold(currency=owed.currency, segment=segment)
    return policy.restoring.on_payment is OnPayment.AUTOMATIC and owed.overdue < max(1, threshold)


HANDLERS: Handlers = {ProposeRestores: Handler(propose_restores, lambda _c, command: [f"customer:{command.customer_id}"])}
