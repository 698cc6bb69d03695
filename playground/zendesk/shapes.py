"""Users, tickets, comments and audits as the API writes them: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/"""

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape, unescape
from typing import Any

from playground.zendesk.account import Account, Audit, Ticket, User


def user(found: User) -> dict[str, Any]:
    """One user."""
    return {
        "id": found.id, "name": found.name, "email": found.email, "role": found.role, "active": found.active,
        "suspended": found.suspended, "organization_id": found.organization_id,
    }  # fmt: skip


def ticket(found: Ticket) -> dict[str, Any]:
    """One ticket; a deleted one is only ever seen in the export."""
    return {
        "id": found.id, "subject": found.subject, "raw_subject": found.subject, "status": "deleted" if found.deleted else found.status,
        "requester_id": found.requester_id, "assignee_id": found.assignee_id, "group_id": found.group_id, "brand_id": found.brand_id,
        "ticket_form_id": found.ticket_form_id, "organization_id": found.organization_id, "external_id": found.external_id,
        "tags": sorted(found.tags), "custom_fields": [{"id": key, "value": value} for key, value in found.custom_fields.items()],
        "via": found.via, "created_at": moment(found.created_at), "updated_at": moment(found.updated_at),
        "generated_timestamp": int(found.noted_at.timestamp()), "safe_update": None,
    }  # fmt: skip


def comments(found: Ticket) -> list[dict[str, Any]]:
    """Everything written in the ticket, the oldest first."""
    return [
        {
            "id": event["id"], "type": "Comment", "author_id": event["author_id"], "body": event["body"], "public": event["public"],
            "html_body": f"<p>{escape(event['body'])}</p>", "plain_body": event["body"], "attachments": event["attachments"],
            "audit_id": each.id, "created_at": moment(each.created_at), "via": {"channel": each.via, "source": {}},
            "metadata": {"system": {}},
        }
        for each in found.audits
        for event in each.events
        if event["type"] == "Comment"
    ]  # fmt: skip


def audit(found: Ticket, each: Audit) -> dict[str, Any]:
    """One update."""
    return {
        "id": each.id, "ticket_id": found.id, "author_id": each.author_id, "created_at": moment(each.created_at),
        "events": each.events, "metadata": {"custom": dict(each.custom), "system": {}}, "via": {"channel": each.via, "source": {}},
    }  # fmt: skip


def people(account: Account, ids: Iterable[int | None]) -> list[dict[str, Any]]:
    """The users behind these ids; those deleted for good are simply missing."""
    known = {found: account.users[found] for found in ids if found is not None and found in account.users}
    return [user(found) for found in known.values()]


def plain(html: str) -> str:
    """The text of a comment that was given as HTML."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br ?/?>", "\n", html)))


def moment(at: datetime) -> str:
    """2026-11-28T11:45:00Z"""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
