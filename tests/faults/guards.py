"""Each guard of the chain, and how to take just that one out: the proof that the oracle would see it missing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from core.collections.policy import Policy
from core.desk import HANDLERS
from core.people.model import Right
from core.people.queries import staff_holding
from core.suspensions import decide, executing, looking, propose, quorum, rules
from core.suspensions.commands import ExpireSuspension
from core.suspensions.looking import Found
from tests.faults.chain import Chain

Removal = Callable[[pytest.MonkeyPatch], None]
Temptation = Callable[[Chain], None]


def _answering(answer: Any) -> Callable[..., Any]:
    return lambda *_args, **_named: answer


def no_notice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "_notice_blockers", _answering([]))


def no_named_sum(patch: pytest.MonkeyPatch) -> None:
    """A final notice counts whatever it named."""
    ripe_on = rules.final_notice_ripe_on
    patch.setattr(rules, "final_notice_ripe_on", lambda facts, policy: ripe_on({**facts, "undisputed": 0}, policy))


def no_money(patch: pytest.MonkeyPatch) -> None:
    """Promises, holds, payments on their way: neither asked for nor compared."""
    patch.setattr(rules, "_money_blockers", _answering([]))


def no_four_eyes(patch: pytest.MonkeyPatch) -> None:
    """Who asked for it, or owns the case, may decide it."""
    patch.setattr(decide, "refuse_if_involved", _answering(None))
    patch.setattr(quorum, "is_entitled", lambda connection, _found, each: each in staff_holding(connection, Right.DECIDE))


def no_quorum(patch: pytest.MonkeyPatch) -> None:
    """One is always enough."""
    needs = quorum.quorum_of
    patch.setattr(quorum, "quorum_of", lambda *args: tuple(replace(need, approvals=1) for need in needs(*args)))


def no_entitlement(patch: pytest.MonkeyPatch) -> None:
    """Whoever lost the right since still counts."""
    patch.setattr(quorum, "is_entitled", _answering(True))


def no_threshold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(looking, "is_too_little", _answering(False))
    patch.setattr(propose, "is_too_little", _answering(False))


def no_expiry(patch: pytest.MonkeyPatch) -> None:
    """An approval is good for ever."""
    seen = looking.look_now
    for where in (looking, executing):
        patch.setattr(where, "look_now", lambda tx, found, items: seen(tx, replace(found, expires_at=tx.now + timedelta(days=1)), items))
    patch.setitem(HANDLERS, ExpireSuspension, replace(HANDLERS[ExpireSuspension], run=_answering([])))


def no_facts(patch: pytest.MonkeyPatch) -> None:
    """Whatever changed after the approval changes nothing."""
    patch.setattr(looking, "changes", _answering([]))
    patch.setattr(decide, "changes", _answering([]))


def no_reading_before_the_call(patch: pytest.MonkeyPatch) -> None:
    """What Partner Center says just before the call is not compared."""
    patch.setattr(executing, "differs", _answering([]))


def no_cooling_off(patch: pytest.MonkeyPatch) -> None:
    known = decide.policy_called

    def quick(*args: Any) -> Policy:
        policy = known(*args)
        return replace(policy, decision=replace(policy.decision, cooling_off=timedelta(0)))

    patch.setattr(decide, "policy_called", quick)


def no_fresh_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(looking, "_too_old", _answering(None))


def no_curfew(patch: pytest.MonkeyPatch) -> None:
    """Whatever the time of day, at the customer's and at our own desk."""
    patch.setattr(looking, "curfew_now", _answering([]))


def no_kill_switch(patch: pytest.MonkeyPatch) -> None:
    for where in (decide, looking):
        patch.setattr(where, "is_halted", _answering(False))


def no_dry_run(patch: pytest.MonkeyPatch) -> None:
    seen = looking._compare

    def always_live(*args: Any) -> looking.Seen:
        found = seen(*args)
        return replace(found, found=Found.STANDS) if found.found is Found.DRY_RUN else found

    patch.setattr(looking, "_compare", always_live)


def otto_does_it_alone(chain: Chain) -> None:
    chain.stop("ana", "slack")
    chain.propose("otto", "slack")
    chain.force("otto", "teams")


def more_than_it_named(chain: Chain) -> None:
    chain.feed(11000)
    chain.notice(days_ago=8)
    chain.feed(12300)


@dataclass(frozen=True)
class Guard:
    """How it is taken out, what tempts somebody to do what it is there for, and what the oracle must say then."""

    removal: Removal
    temptation: Temptation
    said: str


QUORUM = "without a quorum of other entitled people"
GUARDS = (
    Guard(no_notice, lambda chain: chain.wait(minutes=1), "without a ripe final notice"),
    Guard(no_named_sum, more_than_it_named, "for more than a final notice named"),
    Guard(no_money, lambda chain: chain.hold("ana", "slack"), "while something held collecting back"),
    Guard(no_four_eyes, otto_does_it_alone, QUORUM),
    Guard(no_quorum, lambda chain: chain.wait(minutes=1), QUORUM),
    Guard(no_entitlement, lambda chain: chain.change_roles("ben", ""), QUORUM),
    Guard(no_facts, lambda chain: chain.feed(11000), "on another sum than was approved"),
    Guard(no_threshold, lambda chain: chain.feed(9000), "for less than the policy suspends for"),
    Guard(no_expiry, lambda chain: chain.wait(hours=22), "after the approval had run out"),
    Guard(no_reading_before_the_call, lambda chain: chain.change_seats(read=False), "with other seats than were shown"),
    Guard(no_cooling_off, lambda chain: chain.wait(minutes=1), "before the cooling-off was over"),
    Guard(no_fresh_look, lambda chain: chain.wait(minutes=31), "on a stale word of the accounting"),
    Guard(no_curfew, lambda chain: chain.wait(hours=3), "at a moment at which nothing is suspended"),
    Guard(no_kill_switch, lambda chain: chain.halt("ana", "slack"), "although suspensions were stopped"),
    Guard(no_dry_run, lambda chain: chain.switch_mode(), "for a customer in dry-run"),
)
