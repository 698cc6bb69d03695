"""The facts a decision is bound to: the one place that says which they are, and reads them as they are now.

Listed: the overdue amount and its invoices, payments reported and not shown yet, promises, disputes, holds, the customer's open questions
about these invoices, the proven notices, the confirmed links, each subscription's status, seats and end of term, what was decided about
that and what would become of it, the policy and what exempts the customer, their segment and mode (an approval given to a dry-run must not
become a real suspension). Not listed: etags, what is not due yet, and when each fact was last heard, which is shown and looked at, but
changes nothing by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import questions_naming
from core.collections.exempting import exemption_of
from core.collections.policy import Exemption
from core.collections.proven import proven_by_desk
from core.collections.queries import policy_on
from core.collections.standing import active_holds, disputed, open_payments, open_promises, split
from core.collections.stillness import longest_pause
from core.customers.model import LinkKind, Subscription
from core.customers.queries import customer, linked, subscription, today_of
from core.engine.db.tables.customers import links
from core.receivables.model import Notice, NoticeKind, Position
from core.receivables.queries import notices_of, payer, position

from .model import Facts
from .terms.queries import term_end_of


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The listed facts with their as-of times. `unknown`: numbers of invoices whose open amount the newest feed did not say."""

    listed: Facts
    as_of: dict[str, str]
    position: Position
    unknown: tuple[str, ...]

    def bound(self, changed: Iterable[object] = ()) -> dict[str, Any]:
        """As the request keeps them."""
        return {"listed": dict(self.listed), "as_of": self.as_of, "changed": list(changed)}


def gather(connection: Connection, found: Case, subscription_ids: Iterable[int], now: datetime) -> Gathered:
    """The facts of a collection case as they are now. Raises NotFound for a subscription that is not there, ValueError for another case."""
    if found.customer_id is None or found.payer_id is None:
        raise ValueError(f"{found.number} is no collection case")
    today = today_of(connection, found.customer_id, now)
    whose = customer(connection, found.customer_id)
    owed = position(connection, found.payer_id, found.currency, today)
    by_hand = [_notice(n) for n in notices_of(connection, found.id) if n.proof.strip() and n.to_contact]
    proven = [_lasting(connection, found, each, today, now) for each in (*by_hand, *proven_by_desk(connection, found))]
    listed = {
        **_money(owed), **_collecting(connection, owed, found.customer_id), "notices": proven,
        "payer_link": is_payer_linked(connection, found.payer_id, found.customer_id), "policy": policy_on(connection, today).version,
        "mode": whose.mode.value, "segment": whose.segment,
        "exemption": _exemption(exemption_of(connection, found.customer_id, today)),
        "questions": questions_about(connection, found.customer_id, owed),
    }  # fmt: skip
    as_of = {"position": owed.as_of.isoformat()}
    for subscription_id in sorted(set(subscription_ids)):
        read = subscription(connection, subscription_id)
        listed |= _subscription(connection, read)
        as_of[f"subscription:{subscription_id}"] = read.as_of.isoformat()
    return Gathered(listed=listed, as_of=as_of, position=owed, unknown=owed.unknown)


def questions_about(connection: Connection, customer_id: int, owed: Position) -> list[int]:
    """The customer's open question cases in which an overdue invoice is named."""
    return questions_naming(connection, customer_id, [i.number for i in owed.invoices if i.due_on < owed.today])


def is_payer_linked(connection: Connection, payer_id: int, customer_id: int) -> bool:
    """Whether a person confirmed that this payer is the customer's."""
    known = payer(connection, payer_id)
    return linked(connection, LinkKind.PAYER, known.connection, known.external) == customer_id


def is_tenant_linked(connection: Connection, tenant: str, customer_id: int) -> bool:
    """Whether a person confirmed that this Microsoft tenant is the customer's and nobody else's."""
    match = (links.c.kind == LinkKind.TENANT) & (links.c.external == tenant.casefold()) & links.c.confirmed_at.is_not(None)
    return set(connection.scalars(sa.select(links.c.customer_id).where(match))) == {customer_id}


def _money(owed: Position) -> dict[str, Any]:
    due = [i for i in owed.invoices if i.due_on < owed.today or (i.open or 0) < 0]  # a credit note counts at once
    invoices = [{"number": i.number, "due_on": i.due_on.isoformat(), "open": i.open, "total": i.total} for i in due]
    return {"currency": owed.currency, "overdue": owed.overdue, "invoices": invoices}


def _collecting(connection: Connection, owed: Position, customer_id: int) -> dict[str, Any]:
    """What holds back collecting. A suspension is never asked for while any of it does."""
    payer_id, currency = owed.payer_id, owed.currency
    parts = split(connection, owed)
    return {
        "payments": [
            {"id": p.id, "amount": p.amount, "paid_on": p.paid_on.isoformat(), "until": p.until.isoformat()}
            for p in open_payments(connection, payer_id, currency)
        ],
        "promises": [
            {"id": p.id, "amount": p.amount, "promised_on": p.promised_on.isoformat(), "judge_from": p.judge_from.isoformat()}
            for p in open_promises(connection, payer_id, currency)
        ],
        "disputes": [
            {
                "id": d.id, "invoice": d.invoice, "line": d.line, "amount": d.amount, "state": d.state.value,
                "overridden": bool(d.overridden_by),
            }
            for d in disputed(connection, payer_id, currency)
        ],
        "undisputed": parts.undisputed,
        "holds": [
            {"id": h.id, "kind": h.kind.value, "until": h.until.isoformat() if h.until else ""}
            for h in active_holds(connection, customer_id, payer_id, owed.today)
        ],
    }  # fmt: skip


def _exemption(found: Exemption | None) -> dict[str, str] | None:
    return None if found is None else {"until": found.until.isoformat(), "owner": found.owner, "source": found.source}


def _notice(found: Notice) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind.value,
        "sent_on": found.sent_on.isoformat(),
        "method": found.method.value,
        "amount": found.amount,
    }


def _lasting(connection: Connection, found: Case, notice: dict[str, Any], today: date, now: datetime) -> dict[str, Any]:
    """A final notice with whether collecting stood still for longer since then than one lasts."""
    if notice["kind"] != NoticeKind.FINAL:
        return notice
    since = date.fromisoformat(notice.get("proven_on") or notice["sent_on"])
    still = longest_pause(connection, found.customer_id or 0, found.payer_id or 0, found.currency, since=since, now=now)
    return notice | {"lapsed": still > policy_on(connection, today).notices.final_lasts}


def _subscription(connection: Connection, read: Subscription) -> dict[str, Any]:
    """Keyed one by one, so that a change says which fact of which subscription it was."""
    ends = read.term_end_at.isoformat() if read.term_end_at else ""
    facts = {
        "status": read.status, "quantity": read.quantity, "term_end": ends, "tenant": read.tenant,
        "tenant_link": is_tenant_linked(connection, read.tenant, read.customer_id),
    }  # fmt: skip
    if (end := term_end_of(connection, read)) is not None:
        facts |= {"end_of_term": end.decided.value if end.decided else "", "at_term_end": end.says.value}
    return {f"subscription:{read.id}:{name}": value for name, value in facts.items()}
