"""Which policy counts: what the partner applied, else the shipped one; and which texts of the notices."""

from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Select, Table

from core.engine.db.tables.collections import notice_texts, policies

from .policy import Policy
from .shipped import SHIPPED
from .texts import Texts


def _in_force(of: Table, reads: str) -> Select[Any]:
    """Of the versions that began by `day` the one that began last, the later applied of two that began together."""
    return sa.select(of.c[reads]).where(of.c.since <= sa.bindparam("day")).order_by(of.c.since.desc(), of.c.id.desc()).limit(1)


# Read for every look at a request's facts, so built once: building a statement costs more than running it.
POLICY_IN_FORCE, TEXTS_IN_FORCE = _in_force(policies, "rules"), _in_force(notice_texts, "texts")
CALLED = sa.select(policies.c.rules).where(policies.c.version == sa.bindparam("version"))


def policy_on(connection: Connection, day: date) -> Policy:
    """The version in force that day."""
    rules = connection.scalar(POLICY_IN_FORCE, {"day": day})
    return SHIPPED if rules is None else from_json(rules)


def policy_called(connection: Connection, version: str) -> Policy:
    """The version a decision was bound to. Raises LookupError."""
    found = find_policy(connection, version)
    if found is None:
        raise LookupError(f"there is no collections policy {version}")
    return found


def find_policy(connection: Connection, version: str) -> Policy | None:
    """The version, applied or shipped; None when there is none."""
    rules = connection.scalar(CALLED, {"version": version})
    if rules is not None:
        return from_json(rules)
    return SHIPPED if version == SHIPPED.version else None


def applied(connection: Connection) -> list[tuple[Policy, str]]:
    """Every version the partner applied with the text of its file, in the order they begin."""
    rows = connection.execute(sa.select(policies.c.rules, policies.c.text).order_by(policies.c.since, policies.c.id))
    return [(from_json(row.rules), row.text) for row in rows]


def texts_on(connection: Connection, day: date) -> Texts | None:
    """The notices' texts in force that day; None until the partner applied some: nobody but they can say how they are paid."""
    kept = connection.scalar(TEXTS_IN_FORCE, {"day": day})
    return None if kept is None else msgspec.convert(kept, Texts)


def applied_texts(connection: Connection) -> list[tuple[Texts, str]]:
    """Every version with the text of its file, in the order they begin."""
    rows = connection.execute(sa.select(notice_texts.c.texts, notice_texts.c.text).order_by(notice_texts.c.since, notice_texts.c.id))
    return [(msgspec.convert(row.texts, Texts), row.text) for row in rows]


def as_json(policy: Policy | Texts) -> Any:
    """As a row keeps it: durations as ISO 8601, days as text."""
    return msgspec.to_builtins(policy)


def from_json(kept: Any) -> Policy:
    """What a row kept."""
    return msgspec.convert(kept, Policy)
