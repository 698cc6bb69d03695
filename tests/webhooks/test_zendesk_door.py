"""At the desk's door for Zendesk: who signed it, whether it came before, and whether it names a ticket at all."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.engine.db.tables.engine import inbox
from playground.zendesk.server import LocalZendesk
from tests.harness.tickets import handle
from tests.harness.world import World
from tests.harness.zendesk import SECRET, connect, states

BODY = b'{"ticket_id": "7", "updated_at": "2026-11-28T10:00:00Z"}'


@pytest.fixture
def zendesk(world: World) -> Iterator[LocalZendesk]:
    """An account with no webhook: each test is its own sender."""
    made = LocalZendesk("http://127.0.0.1:9/", SECRET, token="t")
    made.deliveries.silent = True
    made.start()
    connect(world, made.url)
    yield made
    made.stop()


def post(world: World, body: bytes, *, secret: str = SECRET, at: datetime | None = None, invocation: str = "inv-1", **headers: str) -> int:
    """As Zendesk signs, by its guide and not by our verifier."""
    stamp = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = base64.b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()).decode()
    signed = {
        "X-Zendesk-Webhook-Signature": made, "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Webhook-Invocation-Id": invocation, "Content-Type": "application/json",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    answer: Any = world.client.post("/webhooks/zendesk", data=body, headers={name: value for name, value in signed.items() if value})
    return int(answer.status_code)


def stored(world: World) -> int:
    with world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(inbox)) or 0)


@pytest.mark.usefixtures("zendesk")
def test_what_is_not_signed_by_this_webhook_now_is_refused_and_not_stored(world: World) -> None:
    minutes = [timedelta(minutes=offset) for offset in (-6, 6)]
    refused = [
        post(world, BODY, secret="another webhook's secret"),
        *(post(world, BODY, at=datetime.now(UTC) + offset) for offset in minutes),
        post(world, BODY, X_Zendesk_Webhook_Signature=""),
        post(world, BODY, X_Zendesk_Webhook_Signature_Timestamp=""),
        post(world, BODY, X_Zendesk_Webhook_Signature="bm90IGEgc2lnbmF0dXJl"),
        post(world, BODY, X_Zendesk_Webhook_Signature_Timestamp="1795866660"),
        # decoded as base64 the secret would be another key
        post(world, BODY, secret=base64.b64decode(SECRET).decode()),
    ]

    assert refused == [401] * 8
    assert stored(world) == 0


@pytest.mark.usefixtures("zendesk")
def test_the_same_invocation_is_one_delivery_and_the_same_body_is_not(world: World) -> None:
    assert [post(world, BODY) for _ in range(3)] == [202] * 3
    assert stored(world) == 1
    assert post(world, BODY, invocation="inv-2") == 202
    assert stored(world) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"not json", b"\xff\xfe", b"{}", b'{"ticket_id": ""}', b'{"ticket_id": 0}', b'{"ticket_id": -1}',
        b'{"ticket_id": "1e3"}', b'{"ticket_id": 1.5}', b'{"ticket_id": true}', b'{"ticket_id": "../users/me"}',
        b'{"ticket_id": "7?x=1"}', b'{"ticket_id": 99999999999999999999}', b'{"ticket_id": "{{ticket.id}}"}',
        '{"ticket_id": "٧"}'.encode(), b'{"subject": "zen:user:7"}', b'{"subject": "zen:ticket:7/../8"}', b"[" * 5000,
    ],
)  # fmt: skip
def test_what_names_no_ticket_is_kept_with_the_reason_and_asks_zendesk_nothing(world: World, zendesk: LocalZendesk, body: bytes) -> None:
    assert post(world, body) == 202
    handle(world)

    assert states(world) == ["dead"]
    with world.house.desk.reading() as connection:
        error = str(connection.scalar(sa.select(inbox.c.error)))
    assert "docs/zendesk.md" in error or "no possible ticket" in error
    assert zendesk.calls == []


def test_an_invented_ticket_becomes_nothing(world: World, zendesk: LocalZendesk) -> None:
    told = {"ticket_id": "999", "subject": "Paid in full", "status": "solved", "requester": "ceo@other.test"}
    assert post(world, json.dumps(told).encode()) == 202
    handle(world)

    assert states(world) == ["done"]
    assert [status for _, _, status in zendesk.calls] == [404]


@pytest.mark.usefixtures("zendesk")
def test_only_what_is_needed_of_the_headers_is_kept(world: World) -> None:
    post(world, BODY, Authorization="Basic c2VjcmV0OnNlY3JldA==", Cookie="x=1")
    with world.house.desk.reading() as connection:
        kept = connection.scalar(sa.select(inbox.c.headers))

    assert set(kept or {}) == {"content-type", "x-zendesk-webhook-invocation-id", "secret"}
