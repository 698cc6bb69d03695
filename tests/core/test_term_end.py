"""What Partner Center would do at the end of a term, as its subscription says it."""

from datetime import UTC, datetime

import pytest

from core.customers.terms import AtTermEnd, at_term_end
from core.suspensions.rules import changes, differs
from playground.partner_center.fixtures import subscription

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CANCEL = {"scheduleType": "TermEnd", "actionType": "Cancel"}
EXTEND = {"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, AtTermEnd.RENEW),
        ({"autoRenewEnabled": "true"}, AtTermEnd.RENEW),
        ({"scheduledActions": [CANCEL]}, AtTermEnd.CANCEL),
        ({"scheduledActions": [{"scheduleType": "CustomDate", "actionType": "Cancel", "effectiveDate": "2026-12-01"}]}, AtTermEnd.CANCEL),
        ({"scheduledActions": [{"scheduleType": "CustomDate", "actionType": "Transition"}]}, AtTermEnd.RENEW),
        ({"scheduledActions": [EXTEND]}, AtTermEnd.EXTEND),
        ({"scheduledActions": [{"scheduleType": "termEnd", "actionType": "renewToNewTerm"}], "autoRenewEnabled": False}, AtTermEnd.RENEW),
        ({"scheduledActions": [{"scheduleType": "TermEnd", "actionType": "SomethingNew"}]}, AtTermEnd.UNKNOWN),
        ({"autoRenewEnabled": False}, AtTermEnd.EXTEND),  # auto-renew off alone is the trap
        ({"autoRenewEnabled": False, "scheduledActions": ["?", None]}, AtTermEnd.EXTEND),
        ({"autoRenewEnabled": False, "commitmentEndDateTime": "2026-05-03T23:59:59Z"}, AtTermEnd.CANCEL),  # before there were any
        ({"autoRenewEnabled": False, "termDuration": "P3Y", "commitmentEndDateTime": "2027-01-01T23:59:59Z"}, AtTermEnd.CANCEL),
        ({"autoRenewEnabled": False, "commitmentEndDate": "0001-01-01", "commitmentEndDateTime": None}, AtTermEnd.EXTEND),
        ({"autoRenewEnabled": False, "status": "suspended"}, AtTermEnd.UNKNOWN),  # Microsoft documents nothing
        ({"autoRenewEnabled": False, "status": "suspended", "scheduledActions": [CANCEL]}, AtTermEnd.CANCEL),
        ({"autoRenewEnabled": None}, AtTermEnd.UNKNOWN),
    ],
)
def test_what_becomes_of_it(fields: dict[str, object], expected: AtTermEnd) -> None:
    assert at_term_end(subscription("new_commerce", now=NOW, customer="c", **fields)) is expected


def test_a_change_towards_the_decision_is_none_and_one_away_from_it_is() -> None:
    bound = {"subscription:1:status": "active", "subscription:1:quantity": 15, "subscription:1:end_of_term": "cancel",
             "subscription:1:at_term_end": "renew"}  # fmt: skip

    assert changes(bound, bound | {"subscription:1:at_term_end": "cancel"}) == []
    assert [c["after"] for c in changes(bound, bound | {"subscription:1:at_term_end": "extend"})] == ["extend"]
    read = subscription("new_commerce", now=NOW, customer="c")
    assert differs(bound, 1, read) == []
    assert differs(bound, 1, read | {"scheduledActions": [CANCEL]}) == []
    assert [c["fact"] for c in differs(bound, 1, read | {"autoRenewEnabled": False})] == ["subscription:1:at_term_end"]
    assert differs({key: bound[key] for key in list(bound)[:2]}, 1, read | {"autoRenewEnabled": False}) == []  # where it is not asked
