"""What every reaction to a suspension's or restore's events does: cards, clocks, people told, the tenant read anew."""

from collections.abc import Iterable
from datetime import datetime

from core.cases.queries import case
from core.engine import cards, outbox, timers
from core.engine.handling import Command
from core.engine.transaction import Tx
from core.people.telling import tell

from .answers import meaning
from .events import OfSuspension
from .execution_events import CarriedByHand, ItemEnded, OfItem, SubscriptionSuspended
from .model import ItemState
from .queries import answers_for, item, restore, suspension
from .restore_events import RestoredByHand, RestoreEnded, ServiceRestored

UNKNOWN, FAILED = ItemState.UNKNOWN.value, ItemState.FAILED.value  # a restore's states have the same words


def show(tx: Tx, event: OfSuspension) -> Iterable[Command]:
    """Every copy of the request's card, and of its case's, is stale from this commit on."""
    cards.refresh(tx, event.subject)
    cards.refresh(tx, f"case:{event.case_id}")
    return ()


def schedule(tx: Tx, kind: str, subject: str, due_at: datetime, rule: str) -> None:
    """The next step of a call, at that moment."""
    timers.schedule(tx, kind, subject, due_at=due_at, rule=rule)


def tell_actor(tx: Tx, actor: str, say: str, event: OfSuspension, *, at: datetime | None = None, **more: str) -> None:
    """Tell a person; the desk and connections are told nothing."""
    kind, _, number = actor.partition(":")
    if kind == "staff":
        when = {"until_at": at.isoformat()} if at else {}
        tell(tx, int(number), say, case_id=event.case_id, number=f"S-{event.suspension_id}", case=f"C-{event.case_id}", **when, **more)


def asker_of(tx: Tx, event: OfSuspension) -> str:
    """Whoever stands for the request now."""
    return answers_for(tx.connection, suspension(tx.connection, event.suspension_id))


def read_all_again(
    tx: Tx, event: SubscriptionSuspended | CarriedByHand | ItemEnded | ServiceRestored | RestoredByHand | RestoreEnded
) -> Iterable[Command]:
    """What the desk says elsewhere of the tenant's subscriptions follows what was read back, what nobody knows, or an answer that says it
    is otherwise there than the desk thought. In a lane of its own: a reading that is limited must hold back no restore."""
    one = item(tx.connection, event.item_id) if isinstance(event, OfItem) else restore(tx.connection, event.restore_id)
    done = isinstance(event, SubscriptionSuspended | CarriedByHand | ServiceRestored | RestoredByHand)
    if done or one.state == UNKNOWN or (one.state == FAILED and meaning(one.answer.get("code")).reads):
        outbox.enqueue(tx, "partner_center.read", {"subscription_id": one.subscription_id}, lane=f"subscription:{one.subscription_id}")
    return ()


def owner_and(tx: Tx, event: OfSuspension, actor: str) -> set[str]:
    """The case's owner, and this actor."""
    owner = case(tx.connection, event.case_id).assignee_id
    return {actor, f"staff:{owner}"} if owner else {actor}
