"""What suspending does, kind by kind and line by line, each by its rule and the rule's day."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.charges.impacts import RULES, Effect, Read, impacts, scheduled
from core.charges.levers import RULES as LEVERS
from core.charges.levers import Way, levers
from core.charges.windows import READ_ON
from core.customers.model import Subscription
from core.customers.resources import facts
from playground.partner_center.fixtures import KINDS, subscription

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENDS = datetime(2027, 11, 13, 23, 59, 59, tzinfo=UTC)
LATER = {"quantity": 10, "product": {"productId": "CFQ7TTC0LH18", "termDuration": "P1M", "billingCycle": "monthly"}}


def read(kind: str, *, addons: tuple[str, ...] = (), **fields: Any) -> Read:
    """As it was last read."""
    resource = subscription(kind, now=NOW, customer="c", **fields)
    said = facts(resource)
    names = ("external", "name", "status", "quantity", "term", "term_end_at", "auto_renew", "parent")
    kept = {name: getattr(said, name) for name in names}
    return Read(facts=Subscription(id=1, customer_id=1, tenant="t", kind=said.kind, as_of=NOW, **kept), resource=resource, addons=addons)


RICH = {"scheduledNextTermInstructions": LATER, "nextChargeInstructions": {"product": {"billingCycle": "annual"}}}


@pytest.mark.parametrize(
    ("kind", "fields", "effects", "ways"),
    [
        ("new_commerce", RICH, ["stops", "with_parent", "auto_renew", "scheduled", "next_charge", "no_return"],
         ["term_end", "suspend_saves_nothing"]),
        ("new_commerce", {"autoRenewEnabled": False, "commitmentEndDate": "", "commitmentEndDateTime": ""},
         ["stops", "with_parent", "no_return_unknown"], ["term_end", "suspend_saves_nothing"]),
        ("addon", {"parentSubscriptionId": "p", **RICH}, ["stops_addon", "auto_renew", "scheduled", "next_charge", "no_return"],
         ["term_end", "suspend_saves_nothing"]),
        ("legacy", RICH, ["stops", "with_parent", "no_return_legacy"], ["suspend_saves"]),
        ("trial", RICH, ["stops_nothing", "no_return_trial"], ["trial"]),
        ("azure_plan", RICH, ["stops_by_hand", "no_return_azure"], ["azure"]),
    ],
)  # fmt: skip
def test_each_kind_says_what_stops_what_is_lost_and_until_when(
    kind: str, fields: dict[str, Any], effects: list[str], ways: list[str]
) -> None:
    found = impacts(known := read(kind, addons=("Copilot",), **fields))

    assert [each.effect.value for each in found] == effects
    assert [each.way.value for each in levers(known.resource, known.facts, NOW)] == ways  # what Microsoft goes on billing
    assert {each.seats for each in found} == {known.facts.quantity}
    assert all(each.dated == READ_ON and each.source.startswith("https://learn.microsoft.com/partner-center/") for each in found)


def test_every_kind_of_ours_and_every_rule_is_played() -> None:
    known = (read(kind, addons=("Copilot",), parentSubscriptionId="p" if kind == "addon" else "", **RICH) for kind in KINDS)
    played = {each.effect for one in known for each in impacts(one)} | {Effect.NO_RETURN_UNKNOWN}

    assert played == {rule.effect for rule in RULES} == set(Effect)
    assert {rule.way for rule in LEVERS} | {Way.CANCEL_FULL, Way.CANCEL_PRORATED, Way.REDUCE} == set(Way)
    assert impacts(read("new_commerce", productType={"id": "Software"})) == []  # of what is not known nothing is said


def test_the_point_of_no_return_is_the_terms_last_moment() -> None:
    (last,) = (each for each in impacts(read("new_commerce")) if each.effect is Effect.NO_RETURN)

    assert last.until == ENDS


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"scheduledNextTermInstructions": LATER},
         [("seats", "10"), ("term", "P1M"), ("billing", "monthly"), ("product", "CFQ7TTC0LH18")]),
        ({"scheduledNextTermInstructions": {"customTermEndDate": "2027-12-31T00:00:00Z"}}, [("ends", "2027-12-31")]),
        ({"scheduledNextTermInstructions": {"somethingNew": 1}}, [("action", "?")]),
        ({"scheduledActions": [{"scheduleType": "TermEnd", "actionType": "Cancel"}, "?"]}, [("action", "Cancel")]),
        ({"scheduledNextTermInstructions": None, "scheduledActions": []}, []),
    ],
)  # fmt: skip
def test_what_is_scheduled_is_named(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert scheduled(subscription("new_commerce", now=NOW, customer="c", **fields)) == expected
