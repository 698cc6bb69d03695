"""Our client before the local Partner Center: one effect, the full body, and an honest word on what came back."""

import time
import uuid
from typing import Any

import pytest

from core.engine.errors import DeliveryError
from core.suspensions.ports import AnswerKind, Wanted
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.databases import free_port
from tests.harness.partner_center import Connected, connect, identity
from webhooks.partner_center import client as client_module
from webhooks.partner_center.auth import Token
from webhooks.partner_center.client import PartnerCenter
from webhooks.partner_center.errors import CODES

# HTTP status, code, what it must come to: https://learn.microsoft.com/partner-center/developer/error-codes
ROWS = [
    (401, 900420, AnswerKind.REFUSED), (403, 10001, AnswerKind.REFUSED), (403, 900329, AnswerKind.REFUSED),
    (403, 900308, AnswerKind.REFUSED), (403, 900150, AnswerKind.REFUSED), (403, 900309, AnswerKind.REFUSED),
    (403, 900159, AnswerKind.REFUSED), (400, 2055, AnswerKind.STALE), (412, 2055, AnswerKind.STALE), (409, 800082, AnswerKind.LATER),
    (409, 900278, AnswerKind.LATER), (400, 900277, AnswerKind.REFUSED), (400, 900279, AnswerKind.REFUSED),
    (400, 900280, AnswerKind.REFUSED), (400, 900311, AnswerKind.REFUSED), (400, 800091, AnswerKind.REFUSED),
    (400, 800096, AnswerKind.REFUSED), (400, 800093, AnswerKind.REFUSED), (409, 27009, AnswerKind.REFUSED),
    (403, 900115, AnswerKind.REFUSED), (400, 900213, AnswerKind.REFUSED), (400, 900257, AnswerKind.REFUSED),
    (400, 900214, AnswerKind.REFUSED), (403, 900121, AnswerKind.REFUSED), (400, 800023, AnswerKind.REFUSED),
    (400, 800025, AnswerKind.REFUSED), (404, 20003, AnswerKind.REFUSED),
]  # fmt: skip


def test_a_suspension_sends_everything_it_read_and_changes_the_status_only(contoso: Connected) -> None:
    before = contoso.read()

    answer = contoso.write(resource=before)

    assert answer.kind is AnswerKind.DONE
    assert answer.resource is not None
    assert answer.resource["status"] == "suspended"
    assert contoso.truth()["futureField"] == {"kept": True}
    call = contoso.local.ledger.writes()[-1]
    assert set(call.fields) == set(before)
    assert uuid.UUID(call.request_id)
    assert uuid.UUID(call.correlation_id)
    assert call.if_match == ""


def test_reactivating_restores_the_service_and_not_auto_renew(contoso: Connected) -> None:
    contoso.write()

    answer = contoso.write(Wanted.ACTIVE)

    assert answer.kind is AnswerKind.DONE
    assert contoso.truth()["status"] == "active"
    assert contoso.truth()["autoRenewEnabled"] is False


@pytest.mark.parametrize("wanted", ["deleted", "none", "disabled", "Suspended", ""])
def test_any_other_status_is_refused_before_the_wire(contoso: Connected, wanted: Any) -> None:
    resource = contoso.read()

    with pytest.raises(ValueError, match="no status but"):
        contoso.write(wanted, resource=resource)

    assert contoso.local.ledger.writes() == []


@pytest.mark.parametrize(("status", "code", "kind"), ROWS)
@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
def test_each_known_error_comes_to_its_kind(contoso: Connected, status: int, code: int, kind: AnswerKind, as_text: bool) -> None:
    said = {"code": str(code) if as_text else code, "description": "As Microsoft puts it", "data": [], "source": "PartnerFD"}
    contoso.local.stage(status=status, body=said)

    answer = contoso.write()

    assert (answer.kind, answer.code, answer.description) == (kind, str(code), "As Microsoft puts it")
    assert contoso.local.ledger.effects == []


def test_the_table_and_the_rows_name_the_same_codes() -> None:
    assert set(CODES) == {str(code) for _, code, _ in ROWS}


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "wait"),
    [
        (429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."}, {"Retry-After": "57"}, "later", 57),
        (429, None, {}, "later", 60),
        (429, None, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, "later", 60),
        (409, {"code": "409", "description": "Renewal in progress"}, {}, "later", 120),
        (409, {"code": 900278, "description": "pending"}, {}, "later", 86400),
        (412, None, {}, "stale", 0),
        (403, {"code": 999999, "description": "new"}, {}, "refused", 0),
        (400, "not an object", {}, "refused", 0),
        (302, None, {"Location": "https://elsewhere.example/"}, "refused", 0),
        (200, "not an object", {}, "accepted", 0),
    ],
)
def test_answers_without_a_known_code(contoso: Connected, status: int, body: Any, headers: Any, kind: str, wait: float) -> None:
    contoso.local.stage(status=status, body=body, headers=headers)

    answer = contoso.write()

    assert (answer.kind, answer.retry_after) == (AnswerKind(kind), wait)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520])
def test_a_gateway_that_gave_up_leaves_the_effect_unknown(contoso: Connected, status: int) -> None:
    contoso.local.stage(status=status, body="<html>")

    with pytest.raises(DeliveryError) as error:
        contoso.write()

    assert error.value.unknown


def test_accepted_means_read_until_it_is_so(contoso: Connected) -> None:
    contoso.local.stage(accept=(1, 0))

    answer = contoso.write()

    assert answer.kind is AnswerKind.ACCEPTED
    assert [contoso.read()["status"] for _ in range(2)] == ["active", "suspended"]


def test_no_answer_after_the_commit_is_unknown_and_the_same_id_again_has_one_effect(contoso: Connected) -> None:
    before, request_id = contoso.read(), str(uuid.uuid4())
    contoso.local.stage(drop="after")

    with pytest.raises(DeliveryError) as error:
        contoso.write(resource=before, request_id=request_id)
    again = contoso.write(resource=before, request_id=request_id)

    assert error.value.unknown
    assert again.kind is AnswerKind.DONE
    assert len(contoso.local.ledger.effects) == 1
    assert [call.replayed for call in contoso.local.ledger.writes()] == [False, True]


def test_no_answer_and_no_commit_is_just_as_unknown_and_the_client_itself_never_repeats(contoso: Connected) -> None:
    contoso.local.stage(drop="before")

    with pytest.raises(DeliveryError) as error:
        contoso.write()

    assert error.value.unknown
    assert len(contoso.local.ledger.writes()) == 1
    assert contoso.local.ledger.effects == []


def test_a_timeout_is_unknown(contoso: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", 0.3)
    impatient = PartnerCenter(
        contoso.local.url,
        reader=Token(contoso.local.url, identity(contoso.local)),
        writer=Token(contoso.local.url, identity(contoso.local)),
    )
    contoso.local.stage(delay=1.0)
    patient, contoso.client = contoso.client, impatient

    with pytest.raises(DeliveryError) as error:
        contoso.write()

    assert error.value.unknown
    impatient.close()
    contoso.client = patient


def test_nobody_listening_is_certain(contoso: Connected) -> None:
    resource = contoso.read()
    token = Token(contoso.local.url, identity(contoso.local))
    contoso.client = PartnerCenter(f"http://127.0.0.1:{free_port()}", reader=token, writer=token)

    with pytest.raises(DeliveryError) as error:
        contoso.write(resource=resource)

    assert not error.value.unknown
    assert not error.value.permanent


@pytest.mark.parametrize("stale_status", [400, 412])
def test_a_legacy_subscription_changed_meanwhile_is_stale(local: LocalPartnerCenter, stale_status: int) -> None:
    fabrikam = connect(local, "legacy")
    local.stale_status = stale_status
    before = fabrikam.read()
    fabrikam.raw("PATCH", json={**before, "friendlyName": "Renamed in the portal"})

    stale = fabrikam.write(resource=before)
    fresh = fabrikam.write()

    assert (stale.kind, fresh.kind) == (AnswerKind.STALE, AnswerKind.DONE)
    assert local.ledger.writes()[-1].if_match.startswith('"')
    assert fabrikam.truth()["status"] == "suspended"


def test_an_unquoted_etag_is_sent_quoted(local: LocalPartnerCenter) -> None:
    fabrikam = connect(local, "legacy")
    resource = fabrikam.read()
    resource["attributes"]["etag"] = resource["attributes"]["etag"].strip('"')

    assert fabrikam.write(resource=resource).kind is AnswerKind.DONE


@pytest.mark.parametrize(
    ("kind", "wanted", "code", "more"),
    [
        ("trial", Wanted.SUSPENDED, "800096", {}),
        ("azure_plan", Wanted.SUSPENDED, "900115", {"entitlements": 2}),
        ("new_commerce", Wanted.ACTIVE, "800096", {"status": "expired"}),
        ("new_commerce", Wanted.SUSPENDED, "800096", {"status": "somethingNew"}),
    ],
)
def test_what_the_service_itself_refuses(local: LocalPartnerCenter, kind: str, wanted: Wanted, code: str, more: dict[str, Any]) -> None:
    connected = connect(local, kind, **more)

    answer = connected.write(wanted)

    assert (answer.kind, answer.code) == (AnswerKind.REFUSED, code)
    assert local.ledger.effects == []


def test_an_addon_comes_back_only_after_its_parent(contoso: Connected) -> None:
    addon = contoso.local.add_subscription(contoso.customer, "addon", parentSubscriptionId=contoso.subscription)
    contoso.write()
    parent, contoso.subscription = contoso.subscription, addon
    contoso.write()

    early = contoso.write(Wanted.ACTIVE)
    contoso.subscription = parent
    contoso.write(Wanted.ACTIVE)
    contoso.subscription = addon
    late = contoso.write(Wanted.ACTIVE)

    assert (early.code, late.kind) == ("27009", AnswerKind.DONE)


def test_flapping_is_refused_in_the_end(contoso: Connected) -> None:
    contoso.local.flaps = 2

    answers = [contoso.write(wanted) for wanted in (Wanted.SUSPENDED, Wanted.ACTIVE, Wanted.SUSPENDED)]

    assert [a.kind for a in answers] == [AnswerKind.DONE, AnswerKind.DONE, AnswerKind.REFUSED]
    assert answers[-1].code == "900311"


def test_a_subscription_that_is_not_there_is_permanent_and_a_throttle_is_not(contoso: Connected) -> None:
    with pytest.raises(DeliveryError) as gone:
        contoso.client.read(contoso.customer, str(uuid.uuid4()))
    with pytest.raises(DeliveryError) as left:
        contoso.client.read(str(uuid.uuid4()), contoso.subscription)
    contoso.local.stage(method="GET", status=429, body={"statusCode": 429, "message": "Rate limit"}, headers={"Retry-After": "9"})
    with pytest.raises(DeliveryError) as throttled:
        contoso.read()

    assert (gone.value.permanent, left.value.permanent) == (True, True)
    assert (throttled.value.permanent, throttled.value.retry_after) == (False, 9)


@pytest.mark.parametrize("broken", ["../../invoices", "", "a/b", "%2e%2e", "1; DROP"])
def test_only_guids_become_part_of_an_address(contoso: Connected, broken: str) -> None:
    asked = len(contoso.local.ledger.calls)

    with pytest.raises(DeliveryError) as error:
        contoso.client.read(contoso.customer, broken) if broken else contoso.client.read(broken, contoso.subscription)

    assert error.value.permanent
    assert len(contoso.local.ledger.calls) == asked


def test_a_body_that_was_not_read_as_this_subscription_is_never_sent(contoso: Connected) -> None:
    for resource in ({"status": "active"}, {**contoso.read(), "id": str(uuid.uuid4())}):
        with pytest.raises(DeliveryError) as error:
            contoso.write(resource=resource)
        assert error.value.permanent
        assert not error.value.unknown

    assert contoso.local.ledger.writes() == []


def test_all_pages_of_customers_are_read(contoso: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE", 2)
    for number in range(4):
        contoso.local.add_customer(f"Customer {number}")

    assert [c["companyProfile"]["companyName"] for c in contoso.client.customers()] == ["Contoso", *(f"Customer {n}" for n in range(4))]


def test_a_refused_write_is_over_within_its_timeout(contoso: Connected) -> None:
    begun = time.monotonic()
    contoso.local.stage(status=429, headers={"Retry-After": "57"})

    contoso.write()

    assert time.monotonic() - begun < 5  # it did not wait the 57 seconds
