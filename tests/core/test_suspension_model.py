"""The tables of states, and the pure rules on facts."""

from datetime import date
from itertools import product

import pytest

from core.collections.shipped import SHIPPED
from core.suspensions.model import ITEM_NEXT, NEXT, OPEN_ITEM_STATES, OPEN_STATES, ItemState, State
from core.suspensions.rules import blockers, by_hand, changes, differs, final_notice_ripe_on, is_too_little, outcome_of

POLICY = SHIPPED
BEFORE_SENDING = {"voided", "stopped", "expired"}


def reachable(table: dict[str, set[str]], start: str) -> set[str]:
    found, left = set(), [start]
    while left:
        state = left.pop()
        if state not in found:
            found.add(state)
            left += table.get(state, set())
    return found


def test_every_state_is_reached_and_every_end_is_final() -> None:
    requests = {s.value: {n.value for n in following} for s, following in NEXT.items()}
    items = {s.value: {n.value for n in following} for s, following in ITEM_NEXT.items()}

    assert reachable(requests, "proposed") == {s.value for s in State}
    assert reachable(items, "waiting") == {s.value for s in ItemState}
    assert set(NEXT) == OPEN_STATES
    assert set(ITEM_NEXT) == OPEN_ITEM_STATES


def test_nothing_is_suspended_without_approval_look_and_sending() -> None:
    before = {s for s, following in ITEM_NEXT.items() if ItemState.SUSPENDED in following}
    assert before == {ItemState.VERIFYING, ItemState.BY_HAND}
    assert {s for s, following in ITEM_NEXT.items() if ItemState.BY_HAND in following} == {ItemState.LOOKING}
    assert ItemState.SENDING not in ITEM_NEXT[ItemState.BY_HAND], "what a person carries out is never written"
    assert {s for s, following in ITEM_NEXT.items() if ItemState.SENDING in following} == {ItemState.LOOKING}
    assert {s for s, following in NEXT.items() if State.EXECUTING in following} == {State.LOOKING}
    assert {s for s, following in NEXT.items() if State.COOLING in following} == {State.PROPOSED}


def test_whatever_is_not_sent_can_still_be_held_back() -> None:
    for state in (ItemState.WAITING, ItemState.LOOKING, ItemState.BY_HAND):
        assert {n.value for n in ITEM_NEXT[state]} >= BEFORE_SENDING
    for request in (State.PROPOSED, State.COOLING, State.LOOKING):
        assert {n.value for n in NEXT[request]} >= BEFORE_SENDING


def test_a_request_ends_with_the_last_of_its_subscriptions_and_tells_the_worst() -> None:
    ends = [s for s in ItemState if s not in OPEN_ITEM_STATES]

    assert all(outcome_of([s]) == State(s.value) for s in ends)
    assert all(outcome_of([a, b]) is None for a, b in product(OPEN_ITEM_STATES, ends))
    assert outcome_of([ItemState.SUSPENDED, ItemState.UNKNOWN, ItemState.FAILED]) is State.UNKNOWN
    assert outcome_of([ItemState.SUSPENDED, ItemState.VOIDED]) is State.SUSPENDED


def test_changes_name_each_fact_with_both_values() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3}) == [{"fact": "b", "before": 2, "after": 3}]
    assert changes({"a": 1}, {"a": 1, "c": 4}) == [{"fact": "c", "before": None, "after": 4}]
    assert changes({"a": [1]}, {"a": [1]}) == []


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        ([], ["no_notice"]),
        ([("reminder", "2026-10-01")], ["no_final_notice"]),
        ([("final", "2026-11-17")], ["final_notice_young"]),
        ([("final", "2026-11-16")], []),
        ([("final", "2026-11-22"), ("final", "2026-11-01")], []),
    ],
)
def test_only_an_old_enough_final_notice_unblocks(notices: list[tuple[str, str]], expected: list[str]) -> None:
    facts = {"undisputed": 12_300, "notices": [{"kind": kind, "sent_on": day, "amount": 12_300} for kind, day in notices]}

    assert blockers(facts, POLICY, date(2026, 11, 23)) == expected


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        ([{"amount": 12_299}], ["final_notice_less"]),
        ([{"lapsed": True}], ["final_notice_lapsed"]),
        ([{"lapsed": True}, {"amount": 100}], ["final_notice_less"]),
        ([{"amount": 100}, {"sent_on": "2026-11-20"}], ["final_notice_young"]),  # the one that names it all is not old enough
        ([{"lapsed": True}, {"amount": 12_400, "lapsed": False}], []),
    ],
)
def test_a_final_notice_that_named_less_or_that_a_long_pause_followed_counts_no_more(
    notices: list[dict[str, object]], expected: list[str]
) -> None:
    final = {"kind": "final", "sent_on": "2026-11-10", "amount": 12_300}

    assert blockers({"undisputed": 12_300, "notices": [final | each for each in notices]}, POLICY, date(2026, 11, 23)) == expected


def test_the_day_a_final_notice_is_old_enough() -> None:
    final = {"kind": "final", "sent_on": "2026-11-17", "amount": 12_300}
    assert final_notice_ripe_on({"undisputed": 12_300, "notices": [final]}, POLICY) == date(2026, 11, 24)
    assert final_notice_ripe_on({"undisputed": 12_300, "notices": []}, POLICY) is None


def test_the_resource_just_read_is_compared_whatever_its_spelling() -> None:
    facts = {"subscription:7:status": "active", "subscription:7:quantity": 15}

    assert differs(facts, 7, {"status": "Active", "quantity": 15}) == []
    assert [c["fact"] for c in differs(facts, 7, {"status": "pendingSomething", "quantity": 16})] == [
        "subscription:7:quantity", "subscription:7:status",
    ]  # fmt: skip


def test_what_resuming_does_not_bring_back_is_named() -> None:
    before = {"autoRenewEnabled": True, "scheduledActions": [{"scheduleType": "TermEnd"}], "scheduledNextTermInstructions": None}

    assert by_hand(before, {"autoRenewEnabled": False, "scheduledActions": []}) == ["autoRenewEnabled", "scheduledActions"]
    assert by_hand(before, before) == []


def test_less_than_the_policys_threshold_of_the_currency_is_not_suspended_for() -> None:
    owed = {"currency": "PLN", "segment": "", "overdue": 9_999}
    assert is_too_little(owed, POLICY)
    assert not is_too_little(owed | {"overdue": 10_000}, POLICY)
    assert not is_too_little(owed | {"currency": "EUR"}, POLICY), "25.00 EUR is enough"
    assert is_too_little(owed | {"currency": "CHF", "overdue": 0}, POLICY), "a currency without a rule: something must be owed"
