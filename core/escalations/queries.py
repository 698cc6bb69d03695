"""Reading chains, escalations and what Microsoft was asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.escalations import escalation_chains, escalations, microsoft_requests
from core.engine.db.tables.people import groups
from core.engine.errors import NotFound

from .model import DEFAULT, Chain, Entry, Escalation, Request, State, Telling, Turn, chain_from

# Asked whenever a case is shown, so built once: building a statement costs more than running it.
NEWEST = sa.select(escalations).where(escalations.c.case_id == sa.bindparam("of_case")).order_by(escalations.c.id.desc()).limit(1)
NEWEST_REQUEST = (
    sa.select(microsoft_requests)
    .where(microsoft_requests.c.case_id == sa.bindparam("of_case"))
    .order_by(microsoft_requests.c.id.desc())
    .limit(1)
)


def chain_for(connection: Connection, kind: str) -> Chain:
    """The chain of the first group that gets such cases and has one of its own; else the shipped one."""
    own = sa.select(groups.c.routes, escalation_chains.c.shape).join(groups, groups.c.id == escalation_chains.c.group_id)
    rows = connection.execute(own.order_by(groups.c.id))
    return next((chain_from(row.shape) for row in rows if kind in row.routes), DEFAULT)


def chains(connection: Connection) -> list[tuple[str, Chain, bool]]:
    """Every group with its chain, and whether that is its own."""
    own = sa.select(groups.c.name, escalation_chains.c.shape).outerjoin(escalation_chains, escalation_chains.c.group_id == groups.c.id)
    rows = connection.execute(own.order_by(groups.c.name))
    return [(row.name, chain_from(row.shape) if row.shape else DEFAULT, bool(row.shape)) for row in rows]


def escalation(connection: Connection, escalation_id: int) -> Escalation:
    """The chain in flight. Raises NotFound."""
    row = connection.execute(sa.select(escalations).where(escalations.c.id == escalation_id)).one_or_none()
    if row is None:
        raise NotFound("escalation_none", number=escalation_id)
    return _escalation(row)


def newest_escalation_of(connection: Connection, case_id: int) -> Escalation | None:
    """The case's newest chain, however it ended."""
    row = connection.execute(NEWEST, {"of_case": case_id}).one_or_none()
    return None if row is None else _escalation(row)


def open_escalation_of(connection: Connection, case_id: int) -> Escalation | None:
    """The case's chain that nobody has answered for; there is at most one."""
    found = newest_escalation_of(connection, case_id)
    return found if found is not None and found.is_open else None


def microsoft_request(connection: Connection, request_id: int) -> Request:
    """What Microsoft was asked. Raises NotFound."""
    row = connection.execute(sa.select(microsoft_requests).where(microsoft_requests.c.id == request_id)).one_or_none()
    if row is None:
        raise NotFound("microsoft_none", number=request_id)
    return _request(row)


def newest_request_of(connection: Connection, case_id: int) -> Request | None:
    """What Microsoft was asked last for the case, whatever came of it."""
    row = connection.execute(NEWEST_REQUEST, {"of_case": case_id}).one_or_none()
    return None if row is None else _request(row)


def open_request_of(connection: Connection, case_id: int) -> Request | None:
    """What is still expected of Microsoft, or about to be asked; there is at most one."""
    found = newest_request_of(connection, case_id)
    return found if found is not None and found.is_open else None


def _request(row: Row[Any]) -> Request:
    own: dict[str, Any] = {"state": Turn(row.state), "history": tuple(_entry(each) for each in row.history)}
    rest = {name: getattr(row, name) for name in Request.__dataclass_fields__ if name not in own}
    return Request(**own, **rest)


def _entry(kept: Mapping[str, Any]) -> Entry:
    return Entry(what=kept["what"], at=datetime.fromisoformat(kept["at"]), by=kept["by"], text=kept["text"])


def _escalation(row: Row[Any]) -> Escalation:
    own: dict[str, Any] = {"state": State(row.state), "chain": chain_from(row.shape), "told": tuple(_telling(each) for each in row.told)}
    rest = {name: getattr(row, name) for name in Escalation.__dataclass_fields__ if name not in own}
    return Escalation(**own, **rest)


def _telling(kept: Mapping[str, Any]) -> Telling:
    whom = {"staff": tuple(kept["staff"]), "places": tuple(kept["places"])}
    return Telling(level=kept["level"], at=datetime.fromisoformat(kept["at"]), passed=kept["passed"], **whom)
