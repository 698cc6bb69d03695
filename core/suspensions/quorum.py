"""Whose approvals a request takes, who may give them, and whether those who are present can: said at once, not when it expires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.collections.policy import ANY, Need
from core.collections.queries import policy_called
from core.engine.db.tables.suspensions import suspensions
from core.people.absence import away_now, present
from core.people.model import Right
from core.people.queries import members_of, role_holders, staff_holding

from .model import State, Suspension, Verdict
from .queries import is_entitled, suspension, votes_of
from .rules import quorum_of


@dataclass(frozen=True, kw_only=True)
class Lack:
    """So many approvals nobody present can give. Who could: `away` by member until when; `involved`, who asked for it or own its case;
    `uncounted`, who may decide but are none of those whose approvals the policy asks for."""

    missing: int
    away: Mapping[int, datetime]
    involved: frozenset[int]
    uncounted: frozenset[int]


def needs_of(connection: Connection, found: Suspension) -> tuple[Need, ...]:
    """What the policy that the request is bound to asks for, on the facts it is bound to: first how many people altogether."""
    return quorum_of(policy_called(connection, found.listed["policy"]), found.listed)


def named_by(connection: Connection, of: str) -> frozenset[int]:
    """Who holds the role, or belongs to the group, that a rule names; nobody for a group that is not there."""
    kind, _, name = of.partition(" ")
    return role_holders(connection, name) if kind == "role" else members_of(connection, name)


def may_decide(connection: Connection, found: Suspension) -> frozenset[int]:
    """Everybody whose approval would count, present or not: with the right, neither proposer nor owner of the case, and one of those whom
    the policy names, where it wants nobody else's."""
    entitled = frozenset(e for e in staff_holding(connection, Right.DECIDE) if is_entitled(connection, found, e))
    return entitled & counting(connection, found, entitled)


def counting(connection: Connection, found: Suspension, people: frozenset[int]) -> frozenset[int]:
    """Those of them whose approvals the policy counts."""
    whole, *named = needs_of(connection, found)
    if not named or whole.approvals > max(need.approvals for need in named):
        return people
    return people & frozenset().union(*(named_by(connection, need.of) for need in named))


def approvals_of(connection: Connection, found: Suspension) -> frozenset[int]:
    """Who approved in this round and may still do so."""
    approved = frozenset(vote.staff_id for vote in votes_of(connection, found) if vote.verdict is Verdict.APPROVE)
    return counting(connection, found, frozenset(each for each in approved if is_entitled(connection, found, each)))


def is_met(connection: Connection, found: Suspension) -> bool:
    """Whether enough of the right people approved in this round, and may still do so."""
    return _missing(connection, found, approvals_of(connection, found)) == 0


def able(connection: Connection, found: Suspension, now: datetime) -> frozenset[int]:
    """Who is present, may decide this request, and has not yet."""
    voted = {vote.staff_id for vote in votes_of(connection, found)}
    return present(connection, may_decide(connection, found) - voted, now)


def missing_approvers(connection: Connection, found: Suspension, now: datetime) -> int:
    """How many approvals nobody present can give; none for a request that waits for no decision."""
    if found.state is not State.PROPOSED or found.is_to_revise:
        return 0
    return _missing(connection, found, approvals_of(connection, found) | able(connection, found, now))


def lack(connection: Connection, found: Suspension, now: datetime) -> Lack | None:
    """What those who are present cannot give, and who could; None when they can."""
    missing = missing_approvers(connection, found, now)
    if not missing:
        return None
    deciders, holding = may_decide(connection, found), staff_holding(connection, Right.DECIDE)
    entitled = frozenset(each for each in holding if is_entitled(connection, found, each))
    absent, given = away_now(connection, now), approvals_of(connection, found)
    away = {each: absent[each].until_at for each in sorted(deciders - given) if each in absent}
    return Lack(missing=missing, away=away, involved=holding - entitled, uncounted=entitled - deciders)


def undecided(connection: Connection) -> list[Suspension]:
    """Every request that waits for a decision."""
    ids = connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.state == State.PROPOSED.value).order_by(suspensions.c.id))
    return [suspension(connection, found) for found in ids.all()]


def _missing(connection: Connection, found: Suspension, people: frozenset[int]) -> int:
    """How many more it would take if all of these approved. Each is one person, whatever they belong to and however many chats they use."""
    lacking = [
        need.approvals - len(people if need.of == ANY else people & named_by(connection, need.of)) for need in needs_of(connection, found)
    ]
    return max(0, *lacking)
