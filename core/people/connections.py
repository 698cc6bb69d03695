"""A function per command about connections to systems of record. Secrets come here encrypted and are never seen."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine import timers
from core.engine.db.dialects import insert_into
from core.engine.db.tables.people import connections
from core.engine.errors import Conflict, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import AddConnection, ChangeConnection, RotateSecret, SealedSecret, SwitchConnection
from .events import ConnectionAdded, ConnectionChanged, ConnectionSwitched, SecretRotated

POLLS = "connection.poll"  # the timer's kind, and the outbox row's
EVERY = timedelta(minutes=5)
MAIL = "mail"  # the kind of those that letters leave by


def add_connection(tx: Tx, command: AddConnection) -> Iterable[Event]:
    """Raises Conflict for a name that is taken."""
    kept = [_kept(secret, number) for number, secret in enumerate(command.secrets, start=1)]
    values = {"name": command.name, "kind": command.kind, "settings": dict(command.settings), "secrets": kept}
    insert = insert_into(tx.connection, connections).values(**values).on_conflict_do_nothing().returning(connections.c.id)
    connection_id = tx.connection.execute(insert).scalar_one_or_none()
    if connection_id is None:
        raise Conflict("connection_exists", name=command.name)
    if command.polled:
        plan_poll(tx, connection_id)
    return [ConnectionAdded(connection_id=connection_id, name=command.name, kind=command.kind, settings=command.settings)]


def plan_poll(tx: Tx, connection_id: int) -> None:
    """Ask the system in a few minutes what its webhooks failed to tell."""
    timers.schedule(tx, POLLS, f"connection:{connection_id}", due_at=tx.now + EVERY, rule="poll.every")


def rotate_secret(tx: Tx, command: RotateSecret) -> Iterable[Event]:
    """The earlier secrets of that use end at `keep_until`, unless they end sooner. Raises NotFound."""
    row = named_connection(tx.connection, command.name)
    ending = command.keep_until.isoformat()
    kept = [
        {**old, "until": min(old["until"] or ending, ending)} if old["use"] == command.secret.use else old
        for old in row.secrets
        if not old["until"] or old["until"] > tx.now.isoformat()
    ]
    number = 1 + max((int(old["id"].removeprefix("k")) for old in row.secrets), default=0)
    values = {"secrets": [*kept, _kept(command.secret, number)]}
    tx.connection.execute(sa.update(connections).where(connections.c.id == row.id).values(**values))
    return [SecretRotated(connection_id=row.id, name=row.name, use=command.secret.use, keep_until=command.keep_until)]


def change_connection(tx: Tx, command: ChangeConnection) -> Iterable[Event]:
    """What came before stays as it is: filters are for what comes. The settings there are change nothing. Raises NotFound."""
    row = named_connection(tx.connection, command.name)
    if row.settings == dict(command.settings):
        return []
    tx.connection.execute(sa.update(connections).where(connections.c.id == row.id).values(settings=dict(command.settings)))
    return [ConnectionChanged(connection_id=row.id, name=row.name, before=row.settings, settings=command.settings)]


def switch_connection(tx: Tx, command: SwitchConnection) -> Iterable[Event]:
    """Switching to the present state changes nothing. Raises NotFound."""
    row = named_connection(tx.connection, command.name)
    if row.active == command.active:
        return []
    tx.connection.execute(sa.update(connections).where(connections.c.id == row.id).values(active=command.active))
    return [ConnectionSwitched(connection_id=row.id, name=row.name, active=command.active)]


def named_connection(connection: Connection, name: str) -> Row[Any]:
    """The connection's row. Raises NotFound."""
    row = connection.execute(sa.select(connections).where(connections.c.name == name)).one_or_none()
    if row is None:
        raise NotFound("connection_not_found", name=name)
    return row


def all_connections(connection: Connection) -> list[Row[Any]]:
    """Every connection by name, the switched-off ones too."""
    return list(connection.execute(sa.select(connections).order_by(connections.c.name)))


def mail_connection(connection: Connection) -> Row[Any] | None:
    """The mail server that letters leave by: the first by name of those that are on."""
    mine = (connections.c.kind == MAIL) & connections.c.active
    return connection.execute(sa.select(connections).where(mine).order_by(connections.c.name).limit(1)).one_or_none()


def answers_to(connection: Connection) -> str:
    """The address of ours that answers to letters come back to; a case's own is made of it. Empty without a mail server."""
    row = mail_connection(connection)
    return "" if row is None else str(row.settings.get("answers") or row.settings["from"])


def _kept(secret: SealedSecret, number: int) -> dict[str, object]:
    return {"id": f"k{number}", "use": secret.use, "cipher": secret.cipher, "until": None}


def _lock(_connection: Connection, command: AddConnection | ChangeConnection | RotateSecret | SwitchConnection) -> list[str]:
    return [f"connection:{command.name}"]


HANDLERS: Handlers = {
    AddConnection: Handler(add_connection, _lock),
    RotateSecret: Handler(rotate_secret, _lock),
    ChangeConnection: Handler(change_connection, _lock),
    SwitchConnection: Handler(switch_connection, _lock),
}
