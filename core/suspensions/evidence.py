"""Everything that a suspension can be defended by, of one case: who asked, who was asked, who could decide and who did, on which facts,
after which notices, and what Microsoft was told and answered. Plain data; `app/evidence` prints it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.collections.access import AccessLetter, letters_of_case
from core.collections.model import Dispute
from core.collections.notices import DeskNotice, notices_of_case
from core.collections.standing import disputes_of
from core.customers.model import Link
from core.customers.queries import customer, links_of, subscription
from core.engine.db.tables.engine import journal, private_texts
from core.engine.db.tables.suspensions import votes
from core.engine.errors import Conflict
from core.people.queries import display_name
from core.receivables.model import Notice
from core.receivables.queries import notices_of, payer

from .asking import Part, Standing, people_of
from .attesting import Attested, attested_for, attested_of_case
from .model import Item, Restore, Suspension
from .queries import restores_of, suspension, suspensions_of_case
from .quorum import needs_of

FORMAT = "billing-desk-evidence/1"


def evidence(connection: Connection, case_id: int, now: datetime) -> dict[str, Any]:
    """The file of a collection case as of `now`. Raises NotFound; Conflict for a case that collects nothing."""
    found = case(connection, case_id)
    if found.payer_id is None or found.customer_id is None:
        raise Conflict("evidence_needs_collection", number=found.number)
    whose = customer(connection, found.customer_id)
    ids = suspensions_of_case(connection, case_id)
    return {
        "format": FORMAT, "made_at": now.isoformat(), "case": found.number, "title": found.title, "opened_at": found.opened_at.isoformat(),
        "currency": found.currency,
        "customer": {"name": whose.name, "tax_id": whose.tax_id, "country": whose.country, "zone": whose.zone, "segment": whose.segment},
        "payer": payer(connection, found.payer_id).name,
        "links": [_link(connection, each) for each in links_of(connection, found.customer_id)],
        "disputes": [_dispute(connection, each) for each in disputes_of(connection, found.payer_id) if each.currency == found.currency],
        "notices": [_notice(connection, each) for each in notices_of(connection, case_id)],
        "notices_by_the_desk": [_by_desk(each) for each in notices_of_case(connection, found)],
        "letters_about_access": [_letter(each) for each in letters_of_case(connection, case_id)],
        "bank_checked": [_bank(connection, each) for each in attested_of_case(connection, case_id)],
        "requests": [_request(connection, suspension(connection, each)) for each in ids],
        "events": _events(connection, found, ids),
    }  # fmt: skip


def _link(connection: Connection, given: Link) -> dict[str, Any]:
    """What stands for the customer elsewhere, and who says so."""
    return {
        "kind": given.kind.value, "connection": given.connection, "external": given.external, "shown": given.shown,
        "confirmed_by": display_name(connection, given.confirmed_by), "confirmed_at": _iso(given.confirmed_at),
    }  # fmt: skip


def _dispute(connection: Connection, given: Dispute) -> dict[str, Any]:
    """What the customer did not accept, and which finance lead let it go on for the rest."""
    return {
        "id": given.id, "number": given.number, "invoice": given.invoice, "line": given.line, "amount": given.amount,
        "state": given.state.value, "reason": given.reason,
        "recorded_by": display_name(connection, given.by), "recorded_at": given.at.isoformat(),
        "overridden_by": display_name(connection, given.overridden_by) if given.overridden_by else "",
        "override_reason": given.override_reason,
    }  # fmt: skip


def _notice(connection: Connection, given: Notice) -> dict[str, Any]:
    return {
        "kind": given.kind.value, "sent_on": given.sent_on.isoformat(), "recipient": given.recipient, "method": given.method.value,
        "proof": given.proof, "to_billing_contact": given.to_contact, "recorded_by": display_name(connection, given.recorded_by),
        "recorded_at": given.recorded_at.isoformat(), "overdue_then": given.amount,
    }  # fmt: skip


def _by_desk(sent: DeskNotice) -> dict[str, Any]:
    """What was said, to whom, by which version of the texts, and what its carrier answered."""
    return {
        "number": sent.number, "kind": sent.kind, "channel": sent.channel.value, "recipient": sent.recipient, "name": sent.name,
        "language": sent.language, "texts": sent.texts, "amount": sent.amount, "names": _iso(sent.names_at), "subject": sent.subject,
        "body": sent.body, "sha256": sent.digest, "message_id": sent.message_id, "state": sent.state.value,
        "queued_at": _iso(sent.queued_at), "accepted_at": _iso(sent.accepted_at), "proven_at": _iso(sent.proven_at),
        "ended_at": _iso(sent.ended_at), "carrier_said": sent.said, "bounce_said": sent.bounce,
    }  # fmt: skip


def _letter(sent: AccessLetter) -> dict[str, Any]:
    """Who was told that access is back, in which words, and what the carrier answered."""
    return {
        "number": sent.number, "kind": sent.kind, "recipient": sent.recipient, "name": sent.name, "language": sent.language,
        "texts": sent.texts, "subject": sent.subject, "body": sent.body, "sha256": sent.digest, "message_id": sent.message_id,
        "state": sent.state.value, "queued_at": _iso(sent.queued_at), "accepted_at": _iso(sent.accepted_at),
        "ended_at": _iso(sent.ended_at), "carrier_said": sent.said, "bounce_said": sent.bounce,
    }  # fmt: skip


def _counted(connection: Connection, found: Suspension) -> dict[str, str]:
    """The word that went beyond the accounting's for this request; empty when nobody's did."""
    said = attested_for(connection, found, datetime.fromisoformat(found.bound["as_of"]["position"]))
    return {} if said is None else _bank(connection, said)


def _bank(connection: Connection, said: Attested) -> dict[str, str]:
    """Whose word it is, when they gave it, until when the bank was checked, and how."""
    return {
        "by": display_name(connection, said.by), "at": said.at.isoformat(), "until": said.until.isoformat(), "checked": said.checked,
    }  # fmt: skip


def _request(connection: Connection, found: Suspension) -> dict[str, Any]:
    asked = _first(connection, f"suspension:{found.id}", "suspension_proposed")
    people = people_of(connection, found.id)
    return {
        "number": found.number, "state": found.state.value, "reason": found.reason, "end_reason": found.end_reason,
        "asked_by": display_name(connection, found.proposed_by), "asked_at": found.proposed_at.isoformat(),
        "answered_by": [display_name(connection, each) for each in found.answered],
        "needed": [{"approvals": need.approvals, "of": need.of} for need in needs_of(connection, found)],
        "could_decide": [_part(connection, each) for each in people if each.part is Part.DECIDES],
        "asked": [_part(connection, each) for each in people if each.part is Part.ASKED],
        "watched": [_part(connection, each) for each in people if each.part is Part.WATCHES],
        "asked_in_conversations": len(asked.get("asked", ())),
        "votes": _votes(connection, found.id), "facts": dict(found.listed), "as_of": dict(found.bound["as_of"]),
        "bank_checked": _counted(connection, found), "cooling_until": _iso(found.cooling_until), "ended_at": _iso(found.ended_at),
        "ended_by": display_name(connection, found.ended_by) if found.ended_by else "",
        "subscriptions": [_item(connection, one) for one in found.items], "customer_told": _said(connection, found.told),
    }  # fmt: skip


def _part(connection: Connection, standing: Standing) -> dict[str, str]:
    """By name, since when, and until when where it ended while the request still waited."""
    absent = "" if standing.instead_of is None else display_name(connection, f"staff:{standing.instead_of}")
    return {
        "name": display_name(connection, f"staff:{standing.staff_id}"), "since": standing.since_at.isoformat(),
        "until": _iso(standing.until_at), "instead_of": absent,
    }  # fmt: skip


def _votes(connection: Connection, suspension_id: int) -> list[dict[str, Any]]:
    """Of every round: an earlier one fell with its facts."""
    rows = connection.execute(sa.select(votes).where(votes.c.suspension_id == suspension_id).order_by(votes.c.id))
    return [
        {
            "by": display_name(connection, f"staff:{row.staff_id}"), "verdict": row.verdict, "at": row.at.isoformat(), "chat": row.face,
            "round": row.round, "reason": row.reason,
        }
        for row in rows
    ]  # fmt: skip


def _item(connection: Connection, one: Item) -> dict[str, Any]:
    read = subscription(connection, one.subscription_id)
    return {
        "name": read.name, "subscription": read.external, "tenant": read.tenant, "state": one.state.value,
        "ms_request_id": one.request_id, "ms_correlation_id": one.correlation_id, "looked_at": _iso(one.looked_at),
        "sent_at": _iso(one.sent_at), "done_at": _iso(one.done_at), "before": dict(one.snapshot),
        "answer": _by_hand(connection, one.answer),
        "restores": [_restore(connection, each) for each in restores_of(connection, one)],
    }  # fmt: skip


def _restore(connection: Connection, way: Restore) -> dict[str, Any]:
    return {
        "state": way.state.value, "reason": way.reason, "asked_by": display_name(connection, way.asked_by),
        "asked_at": way.asked_at.isoformat(), "ms_request_id": way.request_id, "ms_correlation_id": way.correlation_id,
        "done_at": _iso(way.done_at), "customer_told": _told(connection, way),
        "by_hand": _by_hand(connection, way.answer) if "reference" in way.answer else {},
    }  # fmt: skip


def _told(connection: Connection, way: Restore) -> dict[str, str]:
    """How, when and by whom the customer was told that it is on again; empty while nobody said."""
    return _said(connection, way.answer)


def _said(connection: Connection, kept: Mapping[str, Any]) -> dict[str, str]:
    said = kept.get("told")
    return {"how": said["how"], "by": display_name(connection, said["by"]), "at": said["at"]} if said else {}


def _by_hand(connection: Connection, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What came back, with the name of whoever recorded it where a person carried it out."""
    by = answer.get("recorded_by")
    return dict(answer) | ({"recorded_name": display_name(connection, by)} if by else {})


def _events(connection: Connection, found: Case, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The chains of the case and of its requests as they are hashed, oldest first, with the texts they refer to."""
    subjects = [f"case:{found.id}", *(f"suspension:{each}" for each in ids)]
    rows = connection.execute(sa.select(journal).where(journal.c.subject.in_(subjects)).order_by(journal.c.id)).mappings().all()
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items() if name != "id"}
        | {"who": display_name(connection, row["actor"]), "texts": _texts(connection, row["data"])}
        for row in rows
    ]


def _texts(connection: Connection, data: Mapping[str, Any]) -> dict[str, str]:
    """The private texts of an event by field; a person's that was erased is missing."""
    digests = {name: value["private"] for name, value in data.items() if isinstance(value, Mapping) and "private" in value}
    if not digests:
        return {}
    wanted = sa.select(private_texts.c.digest, private_texts.c.body).where(private_texts.c.digest.in_(digests.values()))
    known = {row.digest: row.body for row in connection.execute(wanted)}
    return {name: known[digest] for name, digest in digests.items() if digest in known}


def _first(connection: Connection, subject: str, event: str) -> Mapping[str, Any]:
    match = (journal.c.subject == subject) & (journal.c.event == event)
    found: Mapping[str, Any] | None = connection.scalar(sa.select(journal.c.data).where(match).order_by(journal.c.id).limit(1))
    return found or {}


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
