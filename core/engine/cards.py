"""Cards are state, not messages: each copy knows the version it should show and the one it shows.

A change raises `wanted`. One sender per card renders from the database and sets `shown`; so every copy converges on the truth, and a
late sender cannot bring an old one back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.bulk import among
from .db.dialects import insert_into
from .db.store import Store
from .db.tables.engine import cards
from .db.tables.people import conversations
from .transaction import Tx

LEASE = timedelta(seconds=30)
# Said after nearly every command, so built once.
REFRESH = sa.update(cards).where(cards.c.subject == sa.bindparam("of"), cards.c.state == "live").values(wanted=cards.c.wanted + 1)
# Asked whenever a case is shown, so built once; one row, whose columns can be joined to what else is asked.
HELD_BACK = sa.select(sa.func.count().label("copies"), sa.func.min(cards.c.next_at).label("until")).where(
    cards.c.subject == sa.bindparam("subject"), cards.c.state == "live", cards.c.wanted > cards.c.shown, cards.c.next_at.is_not(None)
)
# Asked with every click, so built once.
GIVEN_UP = (
    sa.select(cards.c.id)
    .join(conversations, conversations.c.id == cards.c.conversation_id)
    .where(
        conversations.c.face == sa.bindparam("at"), conversations.c.workspace == sa.bindparam("of"),
        conversations.c.external == sa.bindparam("called"), cards.c.state == "gone",
    )
    .limit(1)
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StaleCard:
    """A claimed copy that does not show the newest state. `ref` is empty until it was posted; `called` is whom it asks to
    act as it stands."""

    id: int
    conversation_id: int
    subject: str
    view: str
    ref: str
    wanted: int
    attempts: int
    face: str
    workspace: str
    conversation: str
    address: Mapping[str, Any]
    locale: str
    zone: str
    called: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """How many copies of a subject's cards wait for a limit or a passing fault to end, and when the first is tried again (real clock)."""

    copies: int
    until: datetime


def place(tx: Tx, subject: str, view: str, conversation_ids: Iterable[int]) -> None:
    """Want a copy of the subject's card in each conversation; one that is there already is only refreshed."""
    for conversation_id in conversation_ids:
        values = {"subject": subject, "view": view, "conversation_id": conversation_id}
        statement = insert_into(tx.connection, cards).values(**values)
        refreshed = statement.on_conflict_do_update(
            index_elements=["subject", "view", "conversation_id"], set_={"wanted": cards.c.wanted + 1, "state": "live"}
        )
        tx.connection.execute(refreshed)


def refresh(tx: Tx, subject: str) -> None:
    """Say that the subject changed: every copy of its cards is stale from this commit on."""
    tx.connection.execute(REFRESH, {"of": subject})


def refresh_all(tx: Tx, subjects: Sequence[str]) -> None:
    """Say that the subjects changed, all at once."""
    if subjects:
        theirs = among(tx.connection, cards.c.subject, subjects)
        tx.connection.execute(sa.update(cards).where(theirs, cards.c.state == "live").values(wanted=cards.c.wanted + 1))


def refresh_in(tx: Tx, conversation_id: int, *subjects: sa.Select[Any]) -> None:
    """Say that a conversation's copies look different from now on: those of these subjects."""
    ours = (
        (cards.c.conversation_id == conversation_id) & (cards.c.state == "live") & sa.or_(*(cards.c.subject.in_(each) for each in subjects))
    )
    tx.connection.execute(sa.update(cards).where(ours).values(wanted=cards.c.wanted + 1))


def claim_stale(store: Store, *, faces: Collection[str] = (), limit: int = 50) -> list[StaleCard]:
    """Lease up to `limit` stale copies in these chats, or in any.

    At most one per conversation: chats limit by conversation, and order is kept there.
    """
    if not store.finds(sa.select(cards.c.id).where(cards.c.wanted > cards.c.shown, cards.c.state == "live")):
        return []
    with store.writing() as connection:
        real = store.real_now(connection)
        free = sa.or_(cards.c.lease_until.is_(None), cards.c.lease_until < real)
        ready = sa.or_(cards.c.next_at.is_(None), cards.c.next_at <= real)
        there = conversations.c.face.in_(faces) if faces else sa.true()
        earlier = cards.alias("earlier")
        ahead = sa.exists().where(
            earlier.c.conversation_id == cards.c.conversation_id, earlier.c.wanted > earlier.c.shown, earlier.c.state == "live",
            earlier.c.id < cards.c.id, sa.or_(earlier.c.next_at.is_(None), earlier.c.next_at <= real),
        )  # fmt: skip
        stale = (
            sa.select(
                cards.c.id, cards.c.conversation_id, cards.c.subject, cards.c.view, cards.c.ref, cards.c.wanted, cards.c.attempts,
                cards.c.called, conversations.c.face, conversations.c.workspace, conversations.c.external.label("conversation"),
                conversations.c.address, conversations.c.locale, conversations.c.zone,
            )
            .join(conversations, conversations.c.id == cards.c.conversation_id)
            .where(cards.c.wanted > cards.c.shown, cards.c.state == "live", conversations.c.reachable, free, ready, ~ahead, there)
            .order_by(cards.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=cards)
        )  # fmt: skip
        rows = connection.execute(stale).mappings().all()
        if rows:
            taken = {"lease_until": real + LEASE, "attempts": cards.c.attempts + 1}
            connection.execute(sa.update(cards).where(cards.c.id.in_([row["id"] for row in rows])).values(**taken))
    return [StaleCard(**row) for row in rows]


def shown(connection: Connection, card: StaleCard, reference: str, called: Collection[int] = ()) -> None:
    """The copy now shows version `card.wanted`, which asks those `called` to act; if more was wanted meanwhile it stays stale and is
    claimed again."""
    values: dict[str, Any] = {"shown": card.wanted, "ref": reference, "lease_until": None, "next_at": None, "attempts": 0, "error": ""}
    values["called"] = sorted(called)
    connection.execute(sa.update(cards).where(cards.c.id == card.id, cards.c.shown < card.wanted).values(**values))


def delayed(connection: Connection, card: StaleCard, *, at: datetime, error: str) -> None:
    """A limit or a passing fault holds the copy back until `at` (real clock), and the conversation's other stale copies with it:
    what limits one limits all, and asking again for each would only prolong it."""
    values = {"lease_until": None, "next_at": at, "error": error[:400]}
    connection.execute(sa.update(cards).where(cards.c.id == card.id).values(**values))
    others = (cards.c.conversation_id == card.conversation_id) & (cards.c.wanted > cards.c.shown) & cards.c.lease_until.is_(None)
    connection.execute(sa.update(cards).where(others, cards.c.state == "live").values(next_at=at))


def held_back(connection: Connection, subject: str) -> HeldBack | None:
    """The subject's copies that were put off and not drawn since; None when there are none."""
    copies, until = connection.execute(HELD_BACK, {"subject": subject}).one()
    return HeldBack(copies=copies, until=until) if copies else None


def lost(connection: Connection, card_id: int, error: str) -> None:
    """The copy cannot be reached any more: its message or its conversation is gone."""
    connection.execute(sa.update(cards).where(cards.c.id == card_id).values(state="gone", lease_until=None, error=error[:400]))


def are_given_up(connection: Connection, face: str, workspace: str, external: str) -> bool:
    """Whether copies in this conversation were given up because it could not be reached."""
    return connection.scalar(GIVEN_UP, {"at": face, "of": workspace, "called": external}) is not None


def found_again(tx: Tx, conversation_id: int) -> None:
    """The conversation takes part again: copies that were given up there are drawn once more, however often it went and came."""
    back = sa.update(cards).where(cards.c.conversation_id == conversation_id, cards.c.state == "gone")
    tx.connection.execute(back.values(state="live", wanted=cards.c.wanted + 1, next_at=None, attempts=0))


def repost(connection: Connection, card_id: int) -> None:
    """The message was deleted in the chat: forget it, so that the next sweep posts a new one."""
    connection.execute(sa.update(cards).where(cards.c.id == card_id).values(ref="", lease_until=None))
