"""What is applied as a file of which each version stays: the policy and the notices' texts; and the commands of every other part."""

import hashlib
from collections.abc import Iterable
from typing import Any

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
from .policy import Policy
from .promises import HANDLERS as PROMISES
from .queries import applied_texts, as_json, find_policy
from .texts import Texts


def apply_policy(tx: Tx, command: ApplyPolicy) -> Iterable[Event]:
    """The same version again changes nothing. Raises Conflict for one that is there with other rules: what was decided by it
    names it; and for an exemption of whom nobody knows."""
    given = resolved(tx.connection, command.policy)
    if (there := find_policy(tx.connection, given.version)) is not None:
        if there == given:
            return []
        raise Conflict("policy_version_taken", version=given.version)
    policy_id, digest = _kept(tx, policies, given, command.text, rules=as_json(given))
    return [PolicyApplied(policy_id=policy_id, version=given.version, since=given.since, digest=digest)]


def apply_texts(tx: Tx, command: ApplyTexts) -> Iterable[Event]:
    """The same version again changes nothing. Raises Conflict for one that is there with other words: notices that were sent name it."""
    given = command.texts
    there = {texts.version: texts for texts, _ in applied_texts(tx.connection)}.get(given.version)
    if there is not None:
        if there == given:
            return []
        raise Conflict("texts_version_taken", version=given.version)
    texts_id, digest = _kept(tx, notice_texts, given, command.text, texts=as_json(given))
    return [TextsApplied(texts_id=texts_id, version=given.version, since=given.since, digest=digest)]


def _kept(tx: Tx, of: sa.Table, given: Policy | Texts, text: str, **reads: Any) -> tuple[int, str]:
    """The new version's row, and the digest of the file it was read from."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    values = {
        "version": given.version, "since": given.since, "text": text, "digest": digest, "applied_by": tx.actor.id, "applied_at": tx.now,
    }  # fmt: skip
    return int(tx.connection.execute(sa.insert(of).values(**values, **reads).returning(of.c.id)).scalar_one()), digest


HANDLERS: Handlers = {
    ApplyTexts: Handler(apply_texts, lambda _connection, _command: ["notice_texts:all"]),
    ApplyPolicy: Handler(apply_policy, lambda _connection, _command: ["policy:all"]),
    **PAYMENTS,
    **PROMISES,
    **DISPUTES,
    **HOLDS,
    **JUDGING,
}
