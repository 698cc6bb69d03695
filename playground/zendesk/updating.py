"""`PUT /api/v2/tickets/{id}`: what an update may say, and what Zendesk makes of it.

Stricter than Zendesk in one thing: a property it does not know is refused, where the real one keeps silent. A custom field it does not
know is ignored here as there.
"""

from typing import Any

from playground.zendesk.account import GROUPS, STATUSES, Account, Audit, Ticket
from playground.zendesk.shapes import moment, plain

KNOWN = frozenset(
    ("comment", "metadata", "status", "custom_fields", "external_id", "tags", "group_id", "assignee_id", "safe_update", "updated_stamp")
)
SAID = frozenset(("body", "html_body", "public", "author_id"))
LONGEST = 65_535  # characters of a comment


class NotUpdated(Exception):
    """The answer: a status and the body that says why."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def invalid(name: str, description: str) -> NotUpdated:
    """A 422 as Zendesk writes it."""
    details = {name: [{"description": description}]}
    return NotUpdated(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})


def update(account: Account, ticket: Ticket, asked: dict[str, Any], caller: int) -> Audit | None:
    """Carry the update out; None when it changes nothing. Raises NotUpdated, and then nothing was changed."""
    with account.lock:
        _check(account, ticket, asked)
        events = [_said(account, asked["comment"], caller)] if "comment" in asked else []
        events += account.set(ticket, **_values(ticket, asked))
        if not events:
            return None
    return account.record(ticket, caller, events, via="api", custom=asked.get("metadata"))


def _check(account: Account, ticket: Ticket, asked: dict[str, Any]) -> None:
    unknown = sorted(set(asked) - KNOWN) or sorted(set(asked.get("comment") or ()) - SAID)
    if unknown:
        raise NotUpdated(400, {"error": "UnpermittedParameters", "description": f"unknown: {unknown}"})
    if ticket.status == "closed":
        raise invalid("status", "Status: closed prevents ticket update")
    if asked.get("safe_update") and asked.get("updated_stamp") != moment(ticket.updated_at):
        said = "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."
        raise NotUpdated(409, {"error": "UpdateConflict", "description": said})
    if asked.get("status", "open") not in STATUSES[1:5]:
        raise invalid("status", "Status: is not included in the list")
    if (asked.get("group_id") or min(GROUPS)) not in GROUPS:
        raise invalid("group", "Group: is invalid")
    _check_comment(account, asked.get("comment") or {"body": "-"})


def _check_comment(account: Account, said: dict[str, Any]) -> None:
    text = plain(said.get("html_body", "")) or said.get("body", "")
    if not text.strip() or len(text) > LONGEST:
        raise invalid("comment", "Comment: is missing or too long")
    author = account.users.get(said["author_id"]) if "author_id" in said else None
    if "author_id" in said and (author is None or author.role == "end-user" or not author.active):
        raise invalid("author", "Author: is invalid")


def _said(account: Account, said: dict[str, Any], caller: int) -> dict[str, Any]:
    text = plain(said["html_body"]) if "html_body" in said else said["body"]
    return account.comment(said.get("author_id", caller), text, public=said.get("public", True))


def _values(ticket: Ticket, asked: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: asked[name] for name in ("status", "external_id", "group_id", "assignee_id") if name in asked}
    if "tags" in asked:
        values["tags"] = {str(tag).lower() for tag in asked["tags"]}
    given = {field["id"]: field["value"] for field in asked.get("custom_fields", ()) if field["id"] in ticket.custom_fields}
    return {**values, **({"custom_fields": {**ticket.custom_fields, **given}} if given else {})}
