"""Linking a member's further chat by a one-time code: made in the chat that is linked, or by an admin; redeemed in the other.

A code is good for ten minutes of the real clock, once, and dies of wrong tries. Its first part finds it; the rest is kept as a keyed
digest only, so that whoever reads the database learns no code.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.people import identities, link_codes
from core.engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .events import IdentityLinked, LinkCodeMade, LinkCodeMistyped
from .model import Right
from .queries import display_name, is_allowed, member

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read or heard as something else
FINDS, LENGTH, SHOWN = 4, 12, 4
VALID = timedelta(minutes=10)
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class MakeLinkCode(Command):
    """Make `code` link the next chat to the member, instead of any earlier one. One's own, or an admin's to hand over."""

    needs = Right.READ
    staff_id: int
    code: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RedeemLinkCode(Command):
    """Whoever the platform calls `user` gives the code; they are nobody on the staff yet, so the desk itself does this."""

    needs = Right.RUN
    code: str = field(repr=False)
    face: str
    workspace: str
    user: str
    address: Mapping[str, Any] = field(default_factory=dict)


def new_code() -> str:
    """`7F3K-9Q2M-X4TD`: nobody's before, as good as certainly."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[at : at + SHOWN] for at in range(0, LENGTH, SHOWN))


def plain(code: str) -> str:
    """A code as it is compared: however it was spaced and written."""
    return "".join(c for c in code.upper() if c in ALPHABET)


def make_link_code(tx: Tx, command: MakeLinkCode) -> Iterable[Event]:
    """Raises NotAllowed for another's unless by an admin, NotFound for a leaver."""
    if tx.actor.staff_id != command.staff_id and not is_allowed(tx.connection, tx.actor, Right.ADMINISTER):
        raise NotAllowed("link_code_not_yours")
    if member(tx.connection, command.staff_id) is None:
        raise NotFound("staff_not_found", name=display_name(tx.connection, f"staff:{command.staff_id}"))
    expires_at, code = tx.real_now + VALID, plain(command.code)
    tx.connection.execute(sa.delete(link_codes).where(link_codes.c.staff_id == command.staff_id))
    kept = {"staff_id": command.staff_id, "selector": code[:FINDS], "digest": tx.digest(f"link:{code}"), "expires_at": expires_at}
    tx.connection.execute(sa.delete(link_codes).where(link_codes.c.selector == code[:FINDS], link_codes.c.expires_at <= tx.real_now))
    tx.connection.execute(sa.insert(link_codes).values(**kept))
    return [LinkCodeMade(staff_id=command.staff_id, by=tx.actor.id, expires_at=expires_at)]


def redeem_link_code(tx: Tx, command: RedeemLinkCode) -> Iterable[Event]:
    """A wrong try is counted, so it is an event and no refusal.

    Raises Conflict for an identity that is linked already or a member who has one there, InvalidInput for no such code.
    """
    here = (identities.c.face == command.face) & (identities.c.workspace == command.workspace)
    owner = tx.connection.scalar(sa.select(identities.c.staff_id).where(here, identities.c.user == command.user))
    if owner is not None:
        raise Conflict("identity_linked", name=display_name(tx.connection, f"staff:{owner}"))
    row = _code_row(tx.connection, command.code)
    if row is None or row.expires_at <= tx.real_now or member(tx.connection, row.staff_id) is None:
        raise InvalidInput("link_code_wrong")
    if not hmac.compare_digest(row.digest, tx.digest(f"link:{plain(command.code)}")):
        return [_mistyped(tx, row)]
    if tx.connection.scalar(sa.select(identities.c.id).where(here, identities.c.staff_id == row.staff_id)) is not None:
        raise Conflict("chat_linked")
    values = {"staff_id": row.staff_id, "face": command.face, "workspace": command.workspace, "user": command.user}
    tx.connection.execute(sa.delete(link_codes).where(link_codes.c.id == row.id))
    tx.connection.execute(sa.insert(identities).values(**values, address=dict(command.address)))
    identity = Private(f"{command.face}/{command.workspace}/{command.user}")
    return [IdentityLinked(staff_id=row.staff_id, face=command.face, identity=identity)]


def _mistyped(tx: Tx, row: Row[Any]) -> Event:
    """One try fewer; the last one ends the code."""
    left = TRIES - row.wrong - 1
    mine = link_codes.c.id == row.id
    change = sa.update(link_codes).where(mine).values(wrong=row.wrong + 1) if left else sa.delete(link_codes).where(mine)
    tx.connection.execute(change)
    return LinkCodeMistyped(staff_id=row.staff_id, left=left)


def _code_row(connection: Connection, code: str) -> Row[Any] | None:
    return connection.execute(sa.select(link_codes).where(link_codes.c.selector == plain(code)[:FINDS])).one_or_none()


def _lock_owner(connection: Connection, command: RedeemLinkCode) -> list[str]:
    """Two who redeem the same code wait for one another."""
    row = _code_row(connection, command.code)
    return [] if row is None else [f"staff:{row.staff_id}"]


HANDLERS: Handlers = {
    MakeLinkCode: Handler(make_link_code, lambda _c, command: [f"staff:{command.staff_id}"]),
    RedeemLinkCode: Handler(redeem_link_code, _lock_owner),
}
