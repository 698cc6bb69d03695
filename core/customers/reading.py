"""Reading a tenant's subscriptions: once a day by its own timer, and whatever else brings them; kept with what became otherwise since."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from core.engine import outbox, timers
from core.engine.db.dialects import insert_into
from core.engine.db.tables.customers import links, subscriptions
from core.engine.db.tables.engine import outbox as waiting
from core.engine.errors import Conflict
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx

from .commands import ReadTenant, RecordSubscriptions
from .events import LinkConfirmed, SubscriptionsRecorded, TenantReadingDue
from .model import LinkKind
from .queries import customer, tenants_of
from .resources import SubscriptionFacts, facts

READS = "tenant_reads"  # the timer's kind
RECONCILE = "partner_center.reconcile"  # the outbox row's
DAILY = timedelta(days=1)
SPREAD = 24 * 60  # minutes over which the tenants' readings are spread, each at its own
STEP = 397  # minutes from one link's to the next one's: prime to SPREAD, so that neighbours lie far apart
STANDING = ("status", "quantity", "term_end_at", "auto_renew")
COMPARED = ("status", "quantity", "auto_renew")


def read_tenant(tx: Tx, command: ReadTenant) -> Iterable[Event]:
    """Does nothing for a link that is no tenant's any more."""
    row = tx.connection.execute(sa.select(links).where(links.c.id == command.link_id, links.c.confirmed_at.is_not(None))).one_or_none()
    if row is None or row.kind != LinkKind.TENANT:
        return []
    due = TenantReadingDue(customer_id=row.customer_id, link_id=row.id, tenant=row.external, next_at=tx.now + DAILY)
    return [due]


def plan(tx: Tx, event: LinkConfirmed) -> Iterable[Command]:
    """A confirmed tenant is read every day from tomorrow on, at its own minute of the day."""
    if event.kind == LinkKind.TENANT:
        mine = (links.c.kind == event.kind) & (links.c.connection == event.connection) & (links.c.external == str(event.external))
        link_id = tx.connection.scalar(sa.select(links.c.id).where(mine, links.c.confirmed_at.is_not(None)))
        if link_id is not None:
            due_at = tx.now + DAILY + timedelta(minutes=link_id * STEP % SPREAD)
            timers.schedule(tx, READS, f"link:{link_id}", due_at=due_at, rule=READS)
    return ()


def ask(tx: Tx, event: TenantReadingDue) -> Iterable[Command]:
    """One reading in its lane, however long Partner Center stays away; the next one tomorrow."""
    lane = f"tenant:{event.tenant}"
    pending = sa.select(waiting.c.id).where(waiting.c.lane == lane, waiting.c.state.in_(outbox.OPEN)).limit(1)
    if tx.connection.scalar(pending) is None:
        outbox.enqueue(tx, RECONCILE, {"customer_id": event.customer_id, "tenant": event.tenant}, lane=lane, priority=9)
    timers.schedule(tx, READS, f"link:{event.link_id}", due_at=event.next_at, rule=READS)
    return ()


def record_subscriptions(tx: Tx, command: RecordSubscriptions) -> Iterable[Event]:
    """Raises Conflict when the tenant is not confirmed for this customer. A resource without id or status is left out."""
    tenant = command.tenant.casefold()
    if tenant not in tenants_of(tx.connection, command.customer_id):
        raise Conflict("tenant_not_confirmed", tenant=tenant, customer=customer(tx.connection, command.customer_id).name)
    known = {row.external: row for row in tx.connection.execute(sa.select(subscriptions).where(subscriptions.c.tenant == tenant))}
    of_tenant = (links.c.kind == LinkKind.TENANT) & (links.c.external == tenant) & links.c.confirmed_at.is_not(None)
    since = tx.connection.scalar(sa.select(sa.func.max(links.c.read_at)).where(of_tenant))
    if any(row.as_of > command.as_of for row in known.values()):
        return []
    found = {said.external: (said, dict(resource)) for resource in command.resources if (said := _readable(resource))}
    for said, raw in found.values():
        _keep(tx, command, known.get(said.external), said, raw)
    changed = [_step(known.get(external), said) for external, (said, _) in sorted(found.items())]
    absent = tuple(sorted(set(known) - set(found)))
    called = {"shown": command.domain.strip()[:200]} if command.domain.strip() else {}
    tx.connection.execute(sa.update(links).where(of_tenant).values(read_at=command.as_of, **called))
    steps = [*_differences(known, found), *_gone(known, absent, since)]
    return [
        SubscriptionsRecorded(
            customer_id=command.customer_id, tenant=tenant, as_of=command.as_of, changed=tuple(s for s in changed if s), absent=absent,
            since=since, differs=tuple(steps),
        )
    ]  # fmt: skip


def _readable(resource: Mapping[str, Any]) -> SubscriptionFacts | None:
    try:
        return facts(resource)
    except ValueError:
        return None


def _keep(tx: Tx, command: RecordSubscriptions, before: Row[Any] | None, said: SubscriptionFacts, raw: dict[str, Any]) -> None:
    stays = before is not None and all(getattr(before, name) == getattr(said, name) for name in STANDING)
    stays = stays and before is not None and _is_scheduled(before.raw) == _is_scheduled(raw)
    values = {
        "since_at": before.since_at if stays and before is not None else command.as_of,
        "customer_id": command.customer_id, "tenant": command.tenant.casefold(), "as_of": command.as_of, "raw": raw,
        **{f.name: getattr(said, f.name) for f in fields(said)}, "kind": said.kind.value,
    }  # fmt: skip
    fresh = {name: kept for name, kept in values.items() if name not in ("tenant", "external")}
    statement = insert_into(tx.connection, subscriptions).values(**values)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "external"], set_=fresh))


def _step(before: Row[Any] | None, said: SubscriptionFacts) -> str:
    """How the status went on, "" when it stayed."""
    was = before.status if before is not None else ""
    return f"{said.external}: {was} → {said.status}" if was != said.status else ""


Read = tuple[SubscriptionFacts, dict[str, Any]]  # a resource's facts, and the resource


def _differences(known: Mapping[str, Row[Any]], found: Mapping[str, Read]) -> Iterator[Mapping[str, Any]]:
    """Of what was known before: a status, a number of seats, auto-renew, or whether something is scheduled, that is another."""
    for external, (said, raw) in ((external, found[external]) for external in sorted(found.keys() & known.keys())):
        row = known[external]
        steps = [(what, getattr(row, what), getattr(said, what)) for what in COMPARED]
        steps.append(("scheduled", _is_scheduled(row.raw), _is_scheduled(raw)))
        yield from ({"subscription_id": row.id, "what": what, "before": was, "after": now} for what, was, now in steps if was != now)


def _is_scheduled(raw: Mapping[str, Any]) -> bool:
    return bool(raw.get("scheduledNextTermInstructions") or raw.get("scheduledActions"))


def _gone(known: Mapping[str, Row[Any]], absent: Iterable[str], since: datetime | None) -> Iterator[Mapping[str, Any]]:
    """What the reading before this one still named: said once, not every day."""
    for external in absent:
        row = known[external]
        if since is not None and row.as_of >= since:
            yield {"subscription_id": row.id, "what": "gone", "before": row.status, "after": ""}


HANDLERS: Handlers = {
    ReadTenant: Handler(read_tenant, lambda _c, command: [f"link:{command.link_id}"]),
    RecordSubscriptions: Handler(record_subscriptions, lambda _c, command: [f"customer:{command.customer_id}"]),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {READS: lambda timer: ReadTenant(link_id=timer.subject_id)}
