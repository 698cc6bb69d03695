"""What holds a request back although its facts stand: the curfew, a term that is about to end, the day's number of calls."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core.collections.curfew import Chance, Hours, Why, allowed, chance, near_term_end, next_allowed, worth_asking_from
from core.collections.hours import hours_for
from core.collections.policy import Policy
from core.collections.queries import policy_called, policy_on
from core.customers.model import Subscription
from core.customers.queries import subscription, today_of
from core.engine.errors import Because, Conflict

from .cap import free_from
from .lifting import lift_for
from .model import Item, Suspension

# As a request keeps it: {"what": "held", "why", "until": ISO or ""}; a term's end with its `subscription`, the day's number with `most`.
Held = dict[str, Any]


def hours_of(connection: Connection, found: Suspension, now: datetime) -> Hours:
    """The curfew of the request's customer at `now`, set aside or not."""
    return _hours(connection, policy_called(connection, found.listed["policy"]), found.customer_id, found.case_id, found.askers, now)


def apart(connection: Connection, found: Suspension, items: Sequence[Item], now: datetime) -> tuple[list[Item], list[Held]]:
    """Those that may go on as far as their terms are concerned, and what holds back the others."""
    hours = hours_of(connection, found, now)
    near = [one for one in items if is_near(hours, subscription(connection, one.subscription_id), now)]
    held = [_held(Why.TERM_END, None) | {"subscription": one.subscription_id} for one in near]
    return [one for one in items if one not in near], held


def curfew_now(connection: Connection, found: Suspension, now: datetime) -> list[Held]:
    """What the customer's and our own clock say, with the next moment they allow; empty when they allow this one."""
    hours = hours_of(connection, found, now)
    why = allowed(hours, now)
    return [] if why is None else [_held(why, next_allowed(hours, now))]


def used_up(connection: Connection, found: Suspension, now: datetime) -> list[Held]:
    """The day's number is used up: until the first allowed moment of tomorrow."""
    policy = policy_called(connection, found.listed["policy"])
    again = free_from(connection, policy, now) or now
    return [_held(Why.CAP, next_allowed(hours_of(connection, found, now), again)) | {"most": policy.decision.most_a_day}]


def chance_at(connection: Connection, found: Suspension, moment: datetime, *, counted: bool) -> Chance:
    """What an approval of the request given at that moment would come to; `counted` with the calls that left on that day."""
    policy = policy_called(connection, found.listed["policy"])
    again = free_from(connection, policy, moment) if counted else None
    return chance(hours_of(connection, found, moment), policy.decision, moment, not_before=again)


def refuse_if_vain(
    connection: Connection,
    policy: Policy,
    case_id: int,
    wanted: Sequence[Subscription],
    askers: Collection[str],
    now: datetime,
    *,
    doing: str,
) -> None:
    """An approval that would run out before it could be carried out is neither asked for nor given.

    `doing` is `suspend` or `approve`. Raises Conflict that says why, and from when on it could be.
    """
    hours = _hours(connection, policy, wanted[0].customer_id, case_id, askers, now)
    near = next((each for each in wanted if is_near(hours, each, now)), None)
    if near is not None:
        raise Conflict(f"{doing}_renewal_near", name=near.name, ends=near.term_end_at, hours=policy.curfew.before_term_end)
    not_before = free_from(connection, policy, now)
    found = chance(hours, policy.decision, now, not_before=not_before)
    if not found.is_vain:
        return
    ask = worth_asking_from(hours, policy.decision, now, not_before=not_before)
    if ask is None or found.earliest is None:
        raise Conflict(f"{doing}_never_allowed", version=policy.version)
    why = Because(found.why or Why.UNSTAFFED)
    raise Conflict(f"{doing}_in_vain", earliest=found.earliest, why=why, expires=found.expires, ask=ask, case=f"C-{case_id}")


def refuse_asking(connection: Connection, case_id: int, wanted: Sequence[Subscription], askers: Collection[str], now: datetime) -> None:
    """Before the form is filled in: what would be refused whichever of these is chosen. Raises Conflict."""
    if not wanted:
        return
    policy = policy_on(connection, today_of(connection, wanted[0].customer_id, now))
    hours = _hours(connection, policy, wanted[0].customer_id, case_id, askers, now)
    far = [each for each in wanted if not is_near(hours, each, now)]
    refuse_if_vain(connection, policy, case_id, far or wanted, askers, now, doing="suspend")


def is_near(hours: Hours, read: Subscription, now: datetime) -> bool:
    """Whether its term ends too soon, as it was last read; never where the curfew is set aside."""
    return not hours.lifted and near_term_end(hours.rules, read.term_end_at, now)


def _hours(connection: Connection, policy: Policy, customer_id: int, case_id: int, askers: Collection[str], now: datetime) -> Hours:
    lifted = lift_for(connection, case_id, askers, now) is not None
    return hours_for(connection, policy, customer_id, lifted=lifted)


def _held(why: Why, until: datetime | None) -> Held:
    return {"what": "held", "why": why.value, "until": until.isoformat() if until is not None else ""}
