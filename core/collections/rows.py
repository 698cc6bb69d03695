"""The ladders' rows, read and changed."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.collections import desk_notices, ladder_steps, ladders
from core.engine.errors import NotFound
from core.engine.transaction import Tx

from .ladder import Coming, Ladder, Outcome, Waits

OPEN = ladders.c.ended_at.is_(None)
# Asked whenever a feed changed something, so built once: building a statement costs more than running it.
OF_PAYER = sa.select(ladders).where(ladders.c.payer_id == sa.bindparam("of_payer"), OPEN).order_by(ladders.c.currency)


def ladder(connection: Connection, ladder_id: int) -> Ladder:
    """The ladder. Raises NotFound."""
    row = connection.execute(sa.select(ladders).where(ladders.c.id == ladder_id)).one_or_none()
    if row is None:
        raise NotFound("ladder_not_found")
    return _ladder(row)


def open_ladders(connection: Connection, payer_id: int) -> dict[str, Ladder]:
    """The payer's ladders that have not ended, by currency."""
    return {row.currency: _ladder(row) for row in connection.execute(OF_PAYER, {"of_payer": payer_id})}


def ladder_of(connection: Connection, payer_id: int, currency: str) -> Ladder | None:
    """The ladder of this payer and currency that has not ended."""
    return open_ladders(connection, payer_id).get(currency)


def steps_of(connection: Connection, ladder_id: int) -> list[Row[Any]]:
    """What was climbed, in its order."""
    mine = sa.select(ladder_steps).where(ladder_steps.c.ladder_id == ladder_id).order_by(ladder_steps.c.id)
    return list(connection.execute(mine))


def add(tx: Tx, **values: Any) -> int:
    """A new ladder; returns its id."""
    return int(tx.connection.execute(sa.insert(ladders).values(**values).returning(ladders.c.id)).scalar_one())


def change(tx: Tx, found: Ladder, **values: Any) -> None:
    """Set columns of the ladder."""
    tx.connection.execute(sa.update(ladders).where(ladders.c.id == found.id).values(**values))


def begin_step(tx: Tx, found: Ladder, next_one: Coming, outcome: Outcome, amount: int, detail: str = "") -> int:
    """A step's row; returns its id."""
    values = {
        "ladder_id": found.id, "name": next_one.step.name, "does": next_one.step.does.value, "anchor": found.anchor,
        "planned_on": next_one.planned_on, "begun_at": tx.now, "outcome": outcome.value, "amount": amount,
        "detail": detail,
    }  # fmt: skip
    return int(tx.connection.execute(sa.insert(ladder_steps).values(**values).returning(ladder_steps.c.id)).scalar_one())


def close_step(tx: Tx, step_id: int, outcome: Outcome, detail: str = "") -> None:
    """How the step went."""
    tx.connection.execute(sa.update(ladder_steps).where(ladder_steps.c.id == step_id).values(outcome=outcome.value, detail=detail[:400]))


def step(connection: Connection, step_id: int) -> Row[Any]:
    """The step's row. Raises NotFound."""
    row = connection.execute(sa.select(ladder_steps).where(ladder_steps.c.id == step_id)).one_or_none()
    if row is None:
        raise NotFound("ladder_not_found")
    return row


def waiting_step(connection: Connection, ladder_id: int) -> Row[Any] | None:
    """The newest step whose notice is to be sent, on its way, or lost: what a ladder that waits waits for."""
    open_ones = (ladder_steps.c.ladder_id == ladder_id) & ladder_steps.c.outcome.in_((Outcome.SENDING.value, Outcome.FAILED.value))
    return connection.execute(sa.select(ladder_steps).where(open_ones).order_by(ladder_steps.c.id.desc()).limit(1)).one_or_none()


def ladders_sending(connection: Connection, payer_id: int) -> list[Ladder]:
    """The payer's ladders, ended ones too, with a notice that waits to leave."""
    queued = sa.select(desk_notices.c.ladder_id).where(desk_notices.c.state == "queued")
    mine = sa.select(ladders).where(ladders.c.payer_id == payer_id, ladders.c.id.in_(queued)).order_by(ladders.c.id)
    return [_ladder(row) for row in connection.execute(mine)]


def rehearsed(connection: Connection, payer_id: int) -> list[Ladder]:
    """The payer's open ladders with steps that were only rehearsed."""
    dry = sa.select(ladder_steps.c.ladder_id).where(ladder_steps.c.outcome == Outcome.DRY_RUN.value)
    return [found for found in open_ladders(connection, payer_id).values() if found.id in set(connection.scalars(dry))]


def forget_rehearsal(tx: Tx, found: Ladder) -> None:
    """Rehearsed steps stay in the journal; the ladder is climbed for real."""
    dry = (ladder_steps.c.ladder_id == found.id) & (ladder_steps.c.outcome == Outcome.DRY_RUN.value)
    tx.connection.execute(sa.delete(ladder_steps).where(dry))


def _ladder(row: Row[Any]) -> Ladder:
    fields = {name: getattr(row, name) for name in Ladder.__dataclass_fields__}
    return Ladder(**fields | {"waits": Waits(row.waits)})
