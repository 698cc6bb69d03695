"""A ladder for each payer and currency with something to pay: begun, counted anew when invoices are paid, ended when nothing is left."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from core.customers.queries import calendar_of, customer, today_of
from core.engine import timers
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.receivables.model import Payer, Position
from core.receivables.queries import payer, payers_of, unpaid_positions

from . import rows
from .commands import KeepLadders, ReplanLadder, RestartLadders, StartLadder
from .events import LadderAnchored, LadderBegun, LadderEnded, LadderReplanned, LadderRestarted, LadderStarted
from .hours import MORNING
from .ladder import Ladder, Waits, coming, final_index, first_step
from .policy import Policy
from .queries import policy_called, policy_on

CLIMBS = "collections.ladder"


class Ids(TypedDict):
    """What every event of a ladder names."""

    ladder_id: int
    payer_id: int
    customer_id: int | None
    currency: str


def keep_ladders(tx: Tx, command: KeepLadders) -> Iterable[Event]:
    """Nothing happens for a payer whose customer nobody confirmed."""
    whose = payer(tx.connection, command.payer_id)
    if whose.customer_id is None:
        return
    today = today_of(tx.connection, whose.customer_id, tx.now)
    known = rows.open_ladders(tx.connection, whose.id)
    for owed in unpaid_positions(tx.connection, whose, today, also=known):
        yield from _keep(tx, whose, owed, known.get(owed.currency))


def start_ladder(tx: Tx, command: StartLadder) -> Iterable[Event]:
    """Raises Conflict for one that runs already or has ended."""
    found = rows.ladder(tx.connection, command.ladder_id)
    if found.waits is not Waits.START or found.ended_at is not None:
        raise Conflict("ladder_runs")
    rows.change(tx, found, waits=Waits.NOTHING.value)
    plan(tx, rows.ladder(tx.connection, found.id))
    return [LadderStarted(**ids(tx, found))]


def replan_ladder(tx: Tx, command: ReplanLadder) -> Iterable[Event]:
    """Steps that were climbed stay climbed, by their day: none is repeated, and the final notice is never passed over, on whatever day the
    new version has it. Raises Conflict when it follows that version already."""
    found = rows.ladder(tx.connection, command.ladder_id)
    whose = payer(tx.connection, found.payer_id)
    new = policy_on(tx.connection, today_of(tx.connection, whose.customer_id or 0, tx.now))
    if found.ended_at is not None or new.version == found.policy:
        raise Conflict("ladder_follows", version=new.version)
    old = policy_called(tx.connection, found.policy)
    reached = old.ladder[found.climbed - 1].day if found.climbed else None
    climbed = 0 if reached is None else sum(1 for step in new.ladder if step.day <= reached)
    if not _had_final(old, found):
        climbed = min(climbed, climbed if (final := final_index(new)) is None else final)
    rows.change(tx, found, policy=new.version, climbed=climbed)
    plan(tx, rows.ladder(tx.connection, found.id))
    return [LadderReplanned(**ids(tx, found), before=old.version, after=new.version)]


def _had_final(policy: Policy, found: Ladder) -> bool:
    """Whether its final notice is among the steps that were climbed."""
    final = final_index(policy)
    return final is not None and found.climbed > final


def restart_ladders(tx: Tx, command: RestartLadders) -> Iterable[Event]:
    """Only ladders that rehearsed something: what was really sent is never sent again."""
    for whose in payers_of(tx.connection, command.customer_id):
        for found in rows.rehearsed(tx.connection, whose.id):
            policy = policy_called(tx.connection, found.policy)
            climbed = first_step(policy, found.anchor, today_of(tx.connection, command.customer_id, tx.now))
            rows.change(tx, found, climbed=climbed, last_on=None, final_amount=None)
            rows.forget_rehearsal(tx, found)
            plan(tx, rows.ladder(tx.connection, found.id))
            yield LadderRestarted(**ids(tx, found), climbed=climbed)


def plan(tx: Tx, found: Ladder) -> None:
    """Wake when the next step's day comes; never while somebody has to do something first."""
    next_one = coming(policy_called(tx.connection, found.policy), found)
    if found.ended_at is not None or next_one is None or found.waits in (Waits.START, Waits.PROOF, Waits.HAND):
        timers.cancel(tx, CLIMBS, found.subject)
        return
    whose = payer(tx.connection, found.payer_id)
    at = moment_on(tx.connection, whose, next_one.on)
    timers.schedule(tx, CLIMBS, found.subject, due_at=max(at, tx.now), rule=f"step_{next_one.step.name}")


def moment_on(connection: Connection, whose: Payer, day: date) -> datetime:
    """When something due on that day leaves: in the customer's morning, on the next working day where it is none."""
    calendar = calendar_of(connection, whose.customer_id or 0)
    zone = ZoneInfo(customer(connection, whose.customer_id or 0).zone)
    return datetime.combine(calendar.add_working_days(day, 0), MORNING, tzinfo=zone)


def ids(tx: Tx, found: Ladder) -> Ids:
    """What every event of the ladder names."""
    whose = payer(tx.connection, found.payer_id)
    return Ids(ladder_id=found.id, payer_id=found.payer_id, customer_id=whose.customer_id, currency=found.currency)


def anchor_of(owed: Position) -> date | None:
    """The earliest due date of what is known to be unpaid."""
    return min((i.due_on for i in owed.invoices if i.open is not None and i.open > 0), default=None)


def _keep(tx: Tx, whose: Payer, owed: Position, found: Ladder | None) -> Iterable[Event]:
    anchor = anchor_of(owed)
    if found is None:
        return [_begin(tx, whose, owed, anchor)] if anchor is not None else []
    if anchor is None:
        return [] if owed.unknown else [_end(tx, found)]
    if anchor == found.anchor:
        return []
    rows.change(tx, found, anchor=anchor)
    plan(tx, rows.ladder(tx.connection, found.id))
    return [LadderAnchored(**ids(tx, found), before=found.anchor, after=anchor)]


def _begin(tx: Tx, whose: Payer, owed: Position, anchor: date) -> Event:
    """Debts that were overdue before the desk knew the payer wait for a person: nobody is reminded of what may long be settled."""
    policy, to_review = policy_on(tx.connection, owed.today), is_old(owed, anchor)
    climbed = first_step(policy, anchor, owed.today)
    values = {
        "payer_id": whose.id, "currency": owed.currency, "policy": policy.version, "anchor": anchor, "climbed": climbed,
        "waits": (Waits.START if to_review else Waits.NOTHING).value,
    }  # fmt: skip
    found = rows.ladder(tx.connection, rows.add(tx, **values))
    plan(tx, found)
    return LadderBegun(**ids(tx, found), policy=policy.version, anchor=anchor, to_review=to_review)


def is_old(owed: Position, anchor: date) -> bool:
    """Whether the debt was overdue before its ladder began."""
    return anchor + timedelta(days=1) < owed.today


def _end(tx: Tx, found: Ladder) -> Event:
    timers.cancel(tx, CLIMBS, found.subject)
    rows.change(tx, found, ended_at=tx.now)
    return LadderEnded(**ids(tx, found))


def lock_of_payer(connection: Connection, payer_id: int) -> list[str]:
    """A payer's rows are locked through its customer."""
    customer_id = payer(connection, payer_id).customer_id
    return [] if customer_id is None else [f"customer:{customer_id}"]


def lock_of_ladder(connection: Connection, command: StartLadder | ReplanLadder) -> list[str]:
    """Likewise the ladder's."""
    return lock_of_payer(connection, rows.ladder(connection, command.ladder_id).payer_id)


HANDLERS: Handlers = {
    KeepLadders: Handler(keep_ladders, lambda connection, command: lock_of_payer(connection, command.payer_id)),
    StartLadder: Handler(start_ladder, lock_of_ladder),
    ReplanLadder: Handler(replan_ladder, lock_of_ladder),
    RestartLadders: Handler(restart_ladders, lambda _connection, command: [f"customer:{command.customer_id}"]),
}
