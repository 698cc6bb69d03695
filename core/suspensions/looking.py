"""The last look: whether the facts an approval is bound to still stand, just before anything leaves. Unknown means no."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from core.cases.queries import case
from core.collections.queries import policy_called
from core.customers.model import Mode
from core.customers.queries import subscription
from core.engine.db.tables.suspensions import suspensions
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.queries import member
from core.receivables.queries import payer

from .attesting import attested_for, needed_from
from .cap import room
from .commands import Look
from .events import LookMissed, SuspensionHeld
from .execution_events import SendingBegun
from .facts import Gathered, gather
from .handing import hand_over, is_done_by_hand
from .holding import apart, curfew_now, used_up
from .model import Item, ItemState, State, Suspension
from .moving import conclude, end_unsent, lock_request, move, move_item
from .queries import children_of, is_halted, restores_of, suspension
from .quorum import is_met
from .rules import changes, is_too_little, waiting_for_addons


class Found(StrEnum):
    """What a look came to."""

    STANDS = "stands"
    DRY_RUN = "dry_run"
    BY_HAND = "by_hand"
    MISSING = "missing"
    HELD = "held"
    CHANGED = "changed"
    TOO_LITTLE = "too_little"
    NOT_ENTITLED = "not_entitled"
    PROPOSER_LEFT = "proposer_left"
    HALTED = "halted"
    EXPIRED = "expired"


ENDS = {
    Found.HALTED: ItemState.STOPPED,
    Found.NOT_ENTITLED: ItemState.VOIDED,
    Found.PROPOSER_LEFT: ItemState.VOIDED,
    Found.DRY_RUN: ItemState.DRY_RUN,
    Found.EXPIRED: ItemState.EXPIRED,
    Found.CHANGED: ItemState.VOIDED,
    Found.TOO_LITTLE: ItemState.VOIDED,
}
REASONS = {Found.DRY_RUN: "", Found.STANDS: ""}
IN_MODE = {Mode.LIVE.value: Found.STANDS, Mode.BY_HAND.value: Found.BY_HAND}  # anything else is dry-run


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A look's result: what changed, or what could not be known."""

    found: Found
    changed: Sequence[Mapping[str, Any]] = ()
    missing: list[dict[str, Any]] = field(default_factory=list)


def look(tx: Tx, command: Look) -> Iterable[Event]:
    """Does nothing while it cools off, or when nothing is left to look at."""
    found = suspension(tx.connection, command.suspension_id)
    if found.state is State.COOLING and found.cooling_until is not None and found.cooling_until <= tx.now:
        move(tx, found, State.LOOKING)
        for one in found.items:
            move_item(tx, one, ItemState.LOOKING)
        found = suspension(tx.connection, found.id)
    return look_at(tx, found)


def look_at(tx: Tx, found: Suspension) -> list[Event]:
    """Look, and send what stands; what does not ends and says why; what cannot be known waits."""
    if fallen := _call_off(tx, found):
        return fallen
    ready = [one for one in found.items if one.state is ItemState.LOOKING and not one.is_held_back(tx.now)]
    if found.state not in (State.LOOKING, State.EXECUTING) or not ready:
        return []
    due, held = apart(tx.connection, found, ready, tx.now)
    seen = look_now(tx, found, due or ready)
    if seen.found in (Found.MISSING, Found.HELD):
        return _wait(tx, found, seen)
    if seen.found not in IN_MODE.values():
        return end_for(tx, found, seen)
    begin = hand_over if seen.found is Found.BY_HAND else _begin
    parents = waiting_for_addons(found, children_of(tx.connection, found.customer_id)) if begin is _begin else frozenset()
    going = [one for one in due if one.subscription_id not in parents and not restores_of(tx.connection, one)]
    left = room(tx, policy_called(tx.connection, found.listed["policy"])) if going else 0
    begun: list[Event] = [begin(tx, found, one) for one in going[:left]]
    if going[left:]:
        held += used_up(tx.connection, found, tx.now)
    values = {"bound": dict(found.bound) | {"as_of": facts_now(tx, found).as_of}}
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**values))
    return [*begun, *_wait(tx, found, Seen(found=Found.HELD, missing=held)), *conclude(tx, found.id)]


def _call_off(tx: Tx, found: Suspension) -> list[Event]:
    """What a person is to carry out falls with its facts, at once; a clock or a silent accounting calls nothing off."""
    handed = [one for one in found.items if one.state is ItemState.BY_HAND]
    seen = look_now(tx, found, handed) if handed else Seen(found=Found.BY_HAND)
    return end_for(tx, found, seen) if seen.found in ENDS else []


def look_now(tx: Tx, found: Suspension, items: Sequence[Item]) -> Seen:
    """What is true now of these subscriptions, and of the money; the resource itself is read just before the call."""
    if is_halted(tx.connection):
        return Seen(found=Found.HALTED)
    if found.expires_at is None or found.expires_at <= tx.now:
        return Seen(found=Found.EXPIRED)
    kind, _, number = found.proposed_by.partition(":")
    if kind == "staff" and member(tx.connection, int(number)) is None:
        return Seen(found=Found.PROPOSER_LEFT)
    return _compare(tx, found, items)


def _compare(tx: Tx, found: Suspension, items: Sequence[Item]) -> Seen:
    known = facts_now(tx, found, items)
    changed = [each for each in changes(_about(found, items), known.listed) if not is_done_by_hand(items, each)]
    if known.unknown:
        return Seen(found=Found.MISSING, missing=[{"what": "open_amount", "invoice": number} for number in known.unknown])
    if changed:
        return Seen(found=Found.CHANGED, changed=changed)
    if is_too_little(known.listed, policy_called(tx.connection, found.listed["policy"])):
        return Seen(found=Found.TOO_LITTLE)
    if not is_met(tx.connection, found):
        return Seen(found=Found.NOT_ENTITLED)
    return _now_or_later(tx, found, items, known)


def _now_or_later(tx: Tx, found: Suspension, items: Sequence[Item], known: Gathered) -> Seen:
    """The facts stand: whether the clocks allow it now, and whether the accounting has spoken lately enough."""
    due, held = apart(tx.connection, found, items, tx.now)
    if held := curfew_now(tx.connection, found, tx.now) or (held if not due else []):
        return Seen(found=Found.HELD, missing=held)
    if (missing := _too_old(tx, found, known)) is not None:
        return Seen(found=Found.MISSING, missing=[missing])
    return Seen(found=IN_MODE.get(known.listed["mode"], Found.DRY_RUN))


def end_for(tx: Tx, found: Suspension, seen: Seen) -> list[Event]:
    """End what is not sent as the look says."""
    if seen.found is Found.CHANGED:
        return void_for(tx, found, seen.changed)
    return end_unsent(tx, found, ENDS[seen.found], reason=reason_of(found, seen))


def reason_of(found: Suspension, seen: Seen) -> str:
    """The word under which the card says why it ended."""
    if seen.found is Found.CHANGED:
        return reason_for(seen.changed)
    return found.why_late if seen.found is Found.EXPIRED else REASONS.get(seen.found, seen.found.value)


def void_for(tx: Tx, found: Suspension, changed: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Void it for changed facts; money that came is said as such."""
    return end_unsent(tx, found, ItemState.VOIDED, reason=reason_for(changed), changed=changed)


def reason_for(changed: Sequence[Mapping[str, Any]]) -> str:
    """`paid` when less is overdue than was approved, else `facts_changed`."""
    less = any(c["fact"] == "overdue" and (c["after"] or 0) < (c["before"] or 0) for c in changed)
    return "paid" if less else "facts_changed"


def facts_now(tx: Tx, found: Suspension, items: Sequence[Item] | None = None) -> Gathered:
    """The listed facts as they are at this moment, of all the request's subscriptions or of these."""
    about = found.items if items is None else items
    return gather(tx.connection, case(tx.connection, found.case_id), (one.subscription_id for one in about), tx.now)


def _about(found: Suspension, items: Sequence[Item]) -> dict[str, Any]:
    """The bound facts without those of subscriptions that are under way already: those change because of us."""
    others = tuple(f"subscription:{one.subscription_id}:" for one in found.items if one not in items)
    return {key: value for key, value in found.listed.items() if not key.startswith(others)}


def _too_old(tx: Tx, found: Suspension, known: Gathered) -> dict[str, Any] | None:
    """The accounting, or whoever checked the bank, must have spoken after the cooling-off began, lately, and after the customer's last
    closed day."""
    now, as_of = tx.now, known.position.as_of
    fresh, covered = needed_from(tx.connection, found, now)
    needed = max(fresh, covered)
    attested = attested_for(tx.connection, found, as_of)
    heard = as_of if attested is None else attested.until
    if needed <= heard <= now:
        return None
    what = "closed_days" if fresh <= heard <= now else "position"
    return {"what": what, "as_of": as_of.isoformat(), "needed": needed.isoformat()}


def _wait(tx: Tx, found: Suspension, seen: Seen) -> list[Event]:
    """Keep on the request what it waits for; told of once, and anew when it is something else."""
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(missing=seen.missing))
    if seen.missing == list(found.missing) or not seen.missing:
        return []
    ids = {"suspension_id": found.id, "case_id": found.case_id}
    if seen.found is Found.HELD:
        until = _earliest(seen.missing)
        in_time = until is not None and (found.expires_at is None or until < found.expires_at)
        return [SuspensionHeld(**ids, why=seen.missing[0]["why"], until=until, in_time=in_time)]
    payer_id = case(tx.connection, found.case_id).payer_id or 0
    source = payer(tx.connection, payer_id).connection
    return [LookMissed(**ids, payer_id=payer_id, connection=source, missing=tuple(seen.missing))]


def _earliest(held: Sequence[Mapping[str, Any]]) -> datetime | None:
    return min((datetime.fromisoformat(each["until"]) for each in held if each["until"]), default=None)


def _begin(tx: Tx, found: Suspension, one: Item) -> Event:
    """The intent, with a request id of its own, before any call; what was taken up after no answer keeps its own, and its snapshot."""
    unheard = bool(one.answer.get("taken_up")) and one.answer.get("kind") == "none"
    request_id = one.request_id if unheard else str(uuid4())
    correlation_id = one.correlation_id or str(uuid4())
    values = {
        "request_id": request_id,
        "correlation_id": correlation_id,
        "looked_at": tx.now,
        "sent_at": one.sent_at or tx.now,
        "called_at": tx.now,
        "snapshot": dict(one.snapshot) if one.answer.get("taken_up") else {},
    }
    move_item(tx, one, ItemState.SENDING, **values)
    tenant = subscription(tx.connection, one.subscription_id).tenant
    return SendingBegun(suspension_id=found.id, case_id=found.case_id, item_id=one.id, tenant=tenant, request_id=request_id)


HANDLERS: Handlers = {Look: Handler(look, lock_request)}
