"""Who our client is before the local Partner Center: the application or a person who consented, with a token that is asked for once."""

import threading

import httpx
import pytest

from core.engine.errors import DeliveryError
from core.suspensions.ports import AnswerKind
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.partner_center import Connected, connect, identity
from webhooks.partner_center.auth import Token


def test_writes_go_out_under_the_consented_user_and_reads_under_the_application(local: LocalPartnerCenter) -> None:
    local.login.refresh_tokens["consent"] = "mfa"
    local.app_only_may_write = False
    contoso = connect(local, refresh_token="consent")

    assert contoso.write().kind is AnswerKind.DONE
    assert [(call.method, call.identity) for call in local.ledger.calls] == [("GET", "app"), ("PATCH", "user")]


@pytest.mark.parametrize("made", ["no_mfa", "policy"])
def test_a_consent_without_mfa_is_refused_and_says_consent_again(local: LocalPartnerCenter, made: str) -> None:
    local.login.refresh_tokens["consent"] = made
    contoso = connect(local, refresh_token="consent")

    answer = contoso.write()

    assert (answer.kind, answer.code) == (AnswerKind.REFUSED, "10001")
    assert local.ledger.effects == []


def test_app_only_where_it_is_not_allowed_and_a_role_without_the_right(local: LocalPartnerCenter) -> None:
    contoso = connect(local)
    local.app_only_may_write = False

    assert contoso.write().code == "900329"


def test_a_token_is_asked_for_once_by_many_threads_and_again_when_it_was_refused(contoso: Connected) -> None:
    contoso.local.stage(method="TOKEN", delay=0.2)
    threads = [threading.Thread(target=contoso.read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(contoso.local.login.requests) == 1

    contoso.local.login.revoke_all()
    with pytest.raises(DeliveryError):
        contoso.read()
    assert contoso.read()["status"] == "active"
    assert len(contoso.local.login.requests) == 2


def test_a_login_that_says_no_is_not_asked_again_at_once(local: LocalPartnerCenter) -> None:
    clock = [1000.0]
    token = Token(local.url, identity(local, secret="wrong"), now=lambda: clock[0])

    for _ in range(3):
        with pytest.raises(DeliveryError, match="invalid_client") as error:
            token.get()
    clock[0] += 301
    with pytest.raises(DeliveryError):
        token.get()

    assert len(local.login.requests) == 2
    assert not error.value.unknown
    assert error.value.retry_after == 300


def test_a_token_is_renewed_early_and_the_old_one_used_while_it_lives(local: LocalPartnerCenter) -> None:
    clock = [1000.0]
    token = Token(local.url, identity(local), now=lambda: clock[0])
    first = token.get()
    local.stage(method="TOKEN", status=503, body=None)

    clock[0] += 3400
    during = token.get()
    clock[0] += 10
    after = token.get()

    assert during == first
    assert after != first


def test_a_token_for_the_dead_audience_does_not_open_the_door(local: LocalPartnerCenter) -> None:
    contoso = connect(local)
    form = {
        "grant_type": "client_credentials", "client_id": "app-pc", "client_secret": "pc-secret", "resource": "https://graph.windows.net",
    }  # fmt: skip
    token = httpx.post(f"{local.url}/{local.login.tenant}/oauth2/token", data=form).json()["access_token"]

    answer = httpx.get(f"{local.url}/v1/customers", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (401, 900420)
    assert contoso.read()["status"] == "active"


def test_the_v2_form_of_the_login_works_too(local: LocalPartnerCenter) -> None:
    form = {
        "grant_type": "client_credentials", "client_id": "app-pc", "client_secret": "pc-secret",
        "scope": "https://api.partnercenter.microsoft.com/.default",
    }  # fmt: skip

    answer = httpx.post(f"{local.url}/{local.login.tenant}/oauth2/v2.0/token", data=form).json()

    assert answer["expires_in"] == 3600
    assert answer["access_token"] in local.login.issued
