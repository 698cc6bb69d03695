"""The local Partner Center has the documented dangers: shown by a careless client with nothing of ours in between."""

import uuid
from datetime import timedelta

import httpx
import pytest

from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.partner_center import Connected, connect


def test_a_partial_body_loses_auto_renew_and_scheduled_changes(contoso: Connected) -> None:
    answer = contoso.raw("PATCH", json={"quantity": 16})

    assert answer.status_code == 200
    assert contoso.truth()["autoRenewEnabled"] is False
    assert contoso.truth()["scheduledNextTermInstructions"] is None
    assert contoso.truth()["scheduledActions"] == []


def test_the_full_body_loses_nothing(contoso: Connected) -> None:
    answer = contoso.raw("PATCH", json={**contoso.truth(), "friendlyName": "Office"})

    assert answer.status_code == 200
    assert contoso.truth()["autoRenewEnabled"] is True
    assert contoso.truth()["scheduledActions"]
    assert contoso.local.ledger.effects[-1].changed == ("friendlyName",)


def test_any_immediate_change_deletes_what_was_scheduled(contoso: Connected) -> None:
    contoso.raw("PATCH", json={**contoso.truth(), "quantity": 16})

    assert contoso.truth()["autoRenewEnabled"] is True
    assert contoso.truth()["scheduledNextTermInstructions"] is None
    assert contoso.truth()["scheduledActions"] == []


def test_too_many_calls_in_a_minute_are_throttled_in_the_other_shape_and_count(contoso: Connected) -> None:
    contoso.local.per_minute = 2
    answers = [contoso.raw("GET") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    said = answers[-1].json()
    assert said["statusCode"] == 429
    assert said["message"].startswith("Rate limit is exceeded. Try again in")


def test_suspending_turns_auto_renew_off_for_good_and_drops_scheduled_changes(contoso: Connected) -> None:
    contoso.raw("PATCH", json={**contoso.truth(), "status": "suspended"})
    contoso.raw("PATCH", json={**contoso.truth(), "status": "active"})

    assert contoso.truth()["status"] == "active"
    assert contoso.truth()["autoRenewEnabled"] is False
    assert contoso.truth()["scheduledActions"] == []


def test_deleted_cancels_and_nothing_brings_it_back(local: LocalPartnerCenter) -> None:
    contoso = connect(local, cancellationAllowedUntilDate="2099-01-01T00:00:00Z")

    assert contoso.raw("PATCH", json={**contoso.truth(), "status": "deleted"}).status_code == 200
    refused = contoso.raw("PATCH", json={**contoso.truth(), "status": "active"})

    assert refused.json()["code"] == 800096
    assert contoso.truth()["status"] == "deleted"


def test_the_same_request_id_gets_the_stored_answer_and_has_no_second_effect(contoso: Connected) -> None:
    ids = {"MS-RequestId": str(uuid.uuid4()), "MS-CorrelationId": str(uuid.uuid4())}
    body = {**contoso.truth(), "status": "suspended"}

    first = contoso.raw("PATCH", json=body, headers=ids)
    contoso.raw("PATCH", json={**contoso.truth(), "status": "active"}, headers={"MS-RequestId": str(uuid.uuid4())})
    second = contoso.raw("PATCH", json=body, headers=ids)

    assert second.json() == first.json()
    assert second.headers["MS-RequestId"] == ids["MS-RequestId"]
    assert second.headers["MS-CorrelationId"] == ids["MS-CorrelationId"]
    assert contoso.truth()["status"] == "active"
    assert [e.after for e in contoso.local.ledger.effects] == ["suspended", "active"]
    assert contoso.local.ledger.writes()[-1].replayed


def test_a_dropped_connection_after_the_commit_leaves_the_effect(contoso: Connected) -> None:
    contoso.local.stage(drop="after")

    with pytest.raises(httpx.RemoteProtocolError):
        contoso.raw("PATCH", json={**contoso.truth(), "status": "suspended"})

    assert contoso.truth()["status"] == "suspended"
    assert contoso.local.ledger.writes()[-1].dropped


def test_an_accepted_change_becomes_true_only_after_its_reads(contoso: Connected) -> None:
    contoso.local.stage(accept=(2, 0))

    answer = contoso.raw("PATCH", json={**contoso.truth(), "status": "suspended"})
    seen = [contoso.raw("GET").json()["status"] for _ in range(3)]

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/customers/{contoso.customer}/subscriptions/{contoso.subscription}"
    assert seen == ["active", "active", "suspended"]


def test_terms_end_when_the_business_date_moves(local: LocalPartnerCenter) -> None:
    renewing, ending = connect(local), connect(local, autoRenewEnabled=False)

    local.move(timedelta(days=356))  # the term ends with day 355, and for a day it is being renewed
    busy = renewing.raw("PATCH", json={**renewing.truth(), "status": "suspended"})
    local.move(timedelta(days=2))

    assert busy.status_code == 409
    assert renewing.truth()["status"] == "active"
    assert renewing.truth()["commitmentEndDateTime"] > ending.truth()["commitmentEndDateTime"]
    assert ending.truth()["status"] == "expired"


def test_the_seam_works_over_http(local: LocalPartnerCenter) -> None:
    customer = httpx.post(f"{local.url}/_stand-in/customers", json={"name": "Fabrikam"}).json()["id"]
    made = httpx.post(f"{local.url}/_stand-in/customers/{customer}/subscriptions", json={"kind": "legacy", "quantity": "7"}).json()["id"]
    httpx.post(f"{local.url}/_stand-in/clock", json={"days": 1})
    httpx.post(f"{local.url}/_stand-in/stage", json={"status": 429, "headers": {"Retry-After": "57"}, "method": "GET"})

    held = httpx.get(f"{local.url}/_stand-in/subscriptions").json()

    assert held[customer][0]["id"] == made
    assert held[customer][0]["attributes"]["etag"].startswith('"')
    assert local.ledger.staged[0].headers["Retry-After"] == "57"
    assert httpx.post(f"{local.url}/_stand-in/stage", json={"nonsense": 1}).status_code == 400


def test_a_page_of_customers_names_the_next(local: LocalPartnerCenter) -> None:
    contoso = connect(local)
    for number in range(4):
        local.add_customer(f"Customer {number}")

    first = contoso.raw("GET", "/v1/customers?size=3").json()
    header = first["links"]["next"]["headers"][0]
    second = contoso.raw("GET", "/v1/customers?size=3&seekOperation=Next", headers={header["key"]: header["value"]}).json()

    assert (len(first["items"]), len(second["items"])) == (3, 2)
    assert "next" not in second["links"]
