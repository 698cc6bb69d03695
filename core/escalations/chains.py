"""Setting a group's chain."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.dialects import insert_into
from core.engine.db.tables.escalations import escalation_chains
from core.engine.db.tables.people import groups
from core.engine.errors import InvalidInput, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Role
from core.people.queries import by_handle

from .commands import SetChain
from .events import ChainSet
from .model import GROUP, LONGEST, MOST_LEVELS, MOST_REPEATS, NAMED_GROUP, OWNER, PERSON, SHORTEST, STARTS_ON, Chain


def set_chain(tx: Tx, command: SetChain) -> Iterable[Event]:
    """Setting what is set changes nothing. Raises NotFound for an unknown group or person, InvalidInput for what is no chain."""
    group_id = _group(tx, command.group)
    shape = None
    if command.chain is not None:
        _must_be_usable(tx, command.chain)
        shape = command.chain.as_json()
    kept = tx.connection.scalar(sa.select(escalation_chains.c.shape).where(escalation_chains.c.group_id == group_id))
    if kept == shape:
        return []
    if shape is None:
        tx.connection.execute(sa.delete(escalation_chains).where(escalation_chains.c.group_id == group_id))
    else:
        statement = insert_into(tx.connection, escalation_chains).values(group_id=group_id, shape=shape, set_at=tx.now)
        tx.connection.execute(statement.on_conflict_do_update(index_elements=["group_id"], set_={"shape": shape, "set_at": tx.now}))
    return [ChainSet(group_id=group_id, name=command.group, shape=shape)]


def _group(tx: Tx, name: str) -> int:
    group_id: int | None = tx.connection.scalar(sa.select(groups.c.id).where(groups.c.name == name))
    if group_id is None:
        raise NotFound("group_not_found", name=name)
    return group_id


def _must_be_usable(tx: Tx, chain: Chain) -> None:
    if not 1 <= len(chain.levels) <= MOST_LEVELS:
        raise InvalidInput("chain_levels", most=MOST_LEVELS)
    if not 0 <= chain.repeats <= MOST_REPEATS:
        raise InvalidInput("chain_repeats", most=MOST_REPEATS)
    if wrong := next((rule for rule in chain.starts_on if rule not in STARTS_ON), None):
        raise InvalidInput("chain_start", typed=wrong, known=", ".join(STARTS_ON))
    for level in chain.levels:
        if not SHORTEST <= level.wait <= LONGEST:
            raise InvalidInput("chain_wait", least=int(SHORTEST.total_seconds() // 60), most=int(LONGEST.total_seconds() // 3600))
        if not level.whom:
            raise InvalidInput("chain_whom", typed="")
        for word in level.whom:
            _must_be_known(tx, word)


def _must_be_known(tx: Tx, word: str) -> None:
    if word.startswith(PERSON):
        by_handle(tx.connection, word)
    elif word.startswith(NAMED_GROUP):
        _group(tx, word.removeprefix(NAMED_GROUP))
    elif word not in {OWNER, GROUP, *(role.value for role in Role)}:
        raise InvalidInput("chain_whom", typed=word)


HANDLERS: Handlers = {SetChain: Handler(set_chain, lambda _c, command: [f"groupname:{command.group}"])}
