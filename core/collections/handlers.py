"""A function per command about the collections policy."""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.tables.collections import notice_texts, policies
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import ApplyPolicy, ApplyTexts
from .disputes import HANDLERS as DISPUTES
from .events import PolicyApplied, TextsApplied
from .exempting import resolved
from .holds import HANDLERS as HOLDS
from .judging import HANDLERS as JUDGING
from .payments import HANDLERS as PAYMENTS
from .promises import HANDLERS as PROMISES
from .queries import applied_texts, as_json, find_policy


def apply_policy(tx: Tx, command: ApplyPolicy) -> Iterable[Event]:
    """The same version again changes nothing. Raises Conflict for one that is there with other rules: what was decided by it
    names it; and for an exemption of whom nobody knows."""
    given = resolved(tx.connection, command.policy)
    if (there := find_policy(tx.connection, given.version)) is not None:
        if there == given:
            return []
        raise Conflict("policy_version_taken", version=given.version)
    digest = hashlib.sha256(command.text.encode()).hexdigest()
    values = {
        "version": given.version, "since": given.since, "rules": as_json(given), "text": command.text, "digest": digest,
        "applied_by": tx.actor.id, "applied_at": tx.now,
    }  # fmt: skip
    policy_id = int(tx.connection.execute(sa.insert(policies).values(**values).returning(policies.c.id)).scalar_one())
    return [PolicyApplied(policy_id=policy_id, version=given.version, since=given.since, digest=digest)]


def apply_texts(tx: Tx, command: ApplyTexts) -> Iterable[Event]:
    """The same version again changes nothing. Raises Conflict for one that is there with other words: notices that were sent name it."""
    given = command.texts
    there = {texts.version: texts for texts, _ in applied_texts(tx.connection)}.get(given.version)
    if there is not None:
        if there == given:
            return []
        raise Conflict("texts_version_taken", version=given.version)
    digest = hashlib.sha256(command.text.encode()).hexdigest()
    values = {
        "version": given.version, "since": given.since, "texts": as_json(given), "text": command.text, "digest": digest,
        "applied_by": tx.actor.id, "applied_at": tx.now,
    }  # fmt: skip
    texts_id = int(tx.connection.execute(sa.insert(notice_texts).values(**values).returning(notice_texts.c.id)).scalar_one())
    return [TextsApplied(texts_id=texts_id, version=given.version, since=given.since, digest=digest)]


HANDLERS: Handlers = {
    ApplyTexts: Handler(apply_texts, lambda _connection, _command: ["notice_texts:all"]),
    ApplyPolicy: Handler(apply_policy, lambda _connection, _command: ["policy:all"]),
    **PAYMENTS,
    **PROMISES,
    **DISPUTES,
    **HOLDS,
    **JUDGING,
}
