"""What Zendesk says, as the desk understands it: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/

Whatever does not have the documented shape is a DeliveryError, never a guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.engine.errors import DeliveryError

TEXT_LIMIT = 100_000  # characters of one comment that are kept
MERGED = "closed_by_merge"  # the tag Zendesk gives a ticket that was merged into another and so closed


@dataclass(frozen=True, kw_only=True)
class User:
    """A user. A deleted one is not active; a permanently deleted one is not named by Zendesk at all and has the id 0."""

    id: int = 0
    name: str = ""
    email: str = ""
    role: str = ""
    active: bool = False


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as it was read. `seen` is its `updated_at` as written, for safe updates; `follows` the closed ticket it follows up."""

    id: int
    subject: str
    status: str
    tags: frozenset[str]
    brand: str
    group: str
    form: str
    requester: User
    organisation: str
    external: str
    fields: Mapping[str, object]
    seen: str
    follows: str = ""

    @property
    def is_final(self) -> bool:
        """Closed: Zendesk lets nobody change it any more, not even an administrator."""
        return self.status == "closed"

    @property
    def shown_status(self) -> str:
        """As people may read it: a ticket merged into another says so."""
        return "merged" if self.is_final and MERGED in self.tags else self.status


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Something written in a ticket."""

    id: int
    author: User
    public: bool
    text: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """A ticket as the export names it. `at` is when Zendesk noted the change, which also counts what it changed by itself."""

    ticket: Ticket
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Written:
    """What an update answered: the ticket after it, and our comment where there was one."""

    ticket: Ticket
    marked: Mapping[str, int]


def ticket_of(answer: Mapping[str, Any]) -> Ticket:
    """From `{"ticket": …, "users": […]}`."""
    users = {user.id: user for user in map(user_of, answer.get("users") or ())}
    return _ticket(_object(answer.get("ticket")), users)


def change_of(raw: object) -> Change:
    """From one ticket of the export."""
    found = _object(raw)
    return Change(ticket=_ticket(found, {}), at=datetime.fromtimestamp(_number(found.get("generated_timestamp")), UTC))


def written_of(answer: Mapping[str, Any], key: str) -> Written:
    """From `{"ticket": …, "audit": …}`."""
    return Written(ticket=ticket_of(answer), marked=dict(marked_of(answer.get("audit") or {}, key)))


def _ticket(raw: Mapping[str, Any], users: Mapping[int, User]) -> Ticket:
    source = ((raw.get("via") or {}).get("source")) or {}
    follows = (source.get("from") or {}).get("ticket_id") if source.get("rel") == "follow_up" else None
    moment(raw.get("updated_at"))
    return Ticket(
        id=_number(raw.get("id")), subject=str(raw.get("subject") or raw.get("raw_subject") or ""), status=str(raw.get("status") or ""),
        tags=frozenset(str(tag) for tag in raw.get("tags") or ()), brand=_id(raw.get("brand_id")), group=_id(raw.get("group_id")),
        form=_id(raw.get("ticket_form_id")), requester=users.get(raw.get("requester_id") or 0, User()),
        organisation=_id(raw.get("organization_id")), external=str(raw.get("external_id") or ""),
        fields={_id(field.get("id")): field.get("value") for field in raw.get("custom_fields") or ()},
        seen=str(raw["updated_at"]), follows=_id(follows),
    )  # fmt: skip


def comment_of(raw: object, users: Mapping[int, User]) -> Comment:
    """From one comment of the list; the names of what is attached stand in lines of their own."""
    found = _object(raw)
    names = [f"[{file.get('file_name')}]" for file in found.get("attachments") or () if file.get("file_name")]
    text = "\n".join([str(found.get("body") or "").strip(), *names]).strip()
    return Comment(
        id=_number(found.get("id")), author=users.get(found.get("author_id") or 0, User()), public=found.get("public") is True,
        text=text[:TEXT_LIMIT], created_at=moment(found.get("created_at")),
    )  # fmt: skip


def marked_of(raw: object, key: str) -> Iterator[tuple[str, int]]:
    """The marker an audit carries under `key`, with the id of the comment it belongs to."""
    found = _object(raw)
    marker = ((found.get("metadata") or {}).get("custom") or {}).get(key)
    for event in found.get("events") or ():
        if isinstance(marker, str) and event.get("type") == "Comment":
            yield marker, _number(event.get("id"))


def user_of(raw: object) -> User:
    """From one user; suspended ones are as good as any: what they may do is Zendesk's business."""
    found = _object(raw)
    return User(
        id=found.get("id") or 0, name=str(found.get("name") or ""), email=str(found.get("email") or ""),
        role=str(found.get("role") or ""), active=found.get("active") is not False,
    )  # fmt: skip


def moment(text: object) -> datetime:
    """Raises DeliveryError for what is no moment with a zone."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise DeliveryError("it named a moment that is none")
    return found


def _object(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise DeliveryError("it did not answer in the documented form")
    return raw


def _number(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 1:
        raise DeliveryError("it did not answer in the documented form")
    return raw


def _id(raw: object) -> str:
    return str(raw) if raw else ""
