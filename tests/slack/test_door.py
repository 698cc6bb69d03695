"""Slack's door: whatever is sent, the right refusal, nothing processed, never a 5xx; and the traps of real payloads."""

import hashlib
import hmac
import json
import re
import time
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client

from bots.slack.app import Door, build_app
from bots.slack.verify import is_verified
from core.engine.db.tables.engine import gestures
from playground.proxy import Fault
from tests.harness.faces import Seen, SlackFace
from tests.harness.practice import practise, titles
from tests.harness.slack_face import interaction
from tests.harness.world import ANA, CHANNELS, DORA, SIGNING_SECRET, TEAM, World

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
DEEP = '{"a":' * 100_000 + "1" + "}" * 100_000


@pytest.fixture
def store_kind() -> str:
    """One store is enough here: nothing of this depends on it."""
    return "sqlite"


@pytest.fixture
def slack(world: World, monkeypatch: pytest.MonkeyPatch) -> SlackFace:
    practise(world, monkeypatch)
    world.hire(ANA)
    return SlackFace(world)


def signature(raw: bytes, stamp: str, secret: str = SIGNING_SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()


def untouched(world: World) -> bool:
    with world.house.desk.reading() as connection:
        return not titles(world) and not connection.scalar(select(func.count()).select_from(gestures))


def test_slacks_own_test_vector_is_verified() -> None:
    raw = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    said = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert is_verified([SIGNING_SECRET], raw, "1531420618", said, 1531420618)
    assert not is_verified([SIGNING_SECRET], raw + b" ", "1531420618", said, 1531420618)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_a_stale_or_replayed_delivery_is_refused(slack: SlackFace, world: World, age: int) -> None:
    raw, stamp = slack.command("complain price x", ANA).encode(), str(int(time.time()) - age)
    answer = slack.deliver(raw, **{"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(raw, stamp)})

    assert answer.status_code == 401
    assert untouched(world)


@pytest.mark.parametrize("age", [-290, 290])
def test_a_clock_a_little_off_is_fine(slack: SlackFace, age: int) -> None:
    raw, stamp = slack.command("help", ANA).encode(), str(int(time.time()) - age)
    assert slack.deliver(raw, **{"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(raw, stamp)}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "１５３"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "1e9"},
    ],
    ids=repr,
)
def test_an_unsigned_delivery_is_refused(
    slack: SlackFace, world: World, headers: dict[str, str], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    encoded = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}

    assert slack.deliver(slack.command("complain price x", ANA), **encoded).status_code == 401
    assert untouched(world)
    assert "complain" not in f"{capfd.readouterr()}{caplog.text}", "what a stranger sends is in no log"


def test_a_repeated_signature_header_is_refused(slack: SlackFace, world: World) -> None:
    raw, stamp = slack.command("complain price x", ANA).encode(), str(int(time.time()))
    good = signature(raw, stamp)
    for headers in (
        [("X-Slack-Signature", "v0=0"), ("X-Slack-Signature", good), ("X-Slack-Request-Timestamp", stamp)],
        [("X-Slack-Signature", good), ("X-Slack-Request-Timestamp", stamp), ("X-Slack-Request-Timestamp", "1")],
    ):
        answer = world.client.post("/slack/events", data=raw, headers=[*headers, ("Content-Type", FORM)])
        assert answer.status_code == 401
    assert untouched(world)


def test_an_unsigned_challenge_is_not_echoed_and_a_signed_one_is(slack: SlackFace, world: World) -> None:
    asked = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"})

    refused = world.client.post("/slack/events", data=asked, content_type=JSON)
    assert (refused.status_code, refused.data) == (401, b"")
    assert "c1" in slack.deliver(asked, JSON).get_data(as_text=True)


def test_a_signed_ssl_check_is_answered(slack: SlackFace) -> None:
    assert slack.deliver(urlencode({"ssl_check": "1", "token": "t"})).status_code == 200


NO_PAYLOADS = [
    DEEP, '{"type": ', "[]", "null", '"x"', "{" * 9000, '{"type": "block_actions", "user": 7}', '{"type": "event_callback", "event": []}',
    '{"type": "event_callback", "event": {"type": "app_mention", "text": 4}}',
]  # fmt: skip


@pytest.mark.parametrize("body", NO_PAYLOADS, ids=lambda body: body[:40])
def test_a_signed_body_that_is_no_payload_is_refused(slack: SlackFace, world: World, body: str) -> None:
    assert 400 <= slack.deliver(body, JSON).status_code < 500
    assert 400 <= slack.deliver(urlencode({"payload": body})).status_code < 500
    assert untouched(world)


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"payload=%ff%fe", b"", b"&&&===", b"\x00" * 64])
def test_bytes_that_are_no_text_are_refused(slack: SlackFace, world: World, raw: bytes) -> None:
    for kind in (FORM, JSON, "text/plain", ""):
        assert 400 <= slack.deliver(raw, kind).status_code < 500
    assert untouched(world)


def test_an_oversized_body_is_refused(slack: SlackFace, world: World) -> None:
    assert slack.deliver("text=" + "x" * 1_000_001).status_code == 413
    assert untouched(world)


def test_a_chunked_body_is_read_no_further_than_the_limit(slack: SlackFace, world: World) -> None:
    endless = BytesIO(b"text=" + b"x" * 2_000_000)
    unsized = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}

    assert world.client.post("/slack/events", input_stream=endless, environ_overrides=unsized).status_code == 413
    assert endless.tell() <= 1_000_001
    assert untouched(world)


def test_only_posts_are_taken(slack: SlackFace, world: World) -> None:
    answer = world.client.get("/slack/events")
    assert (answer.status_code, answer.headers["Allow"], answer.data) == (405, "POST", b"")


def test_a_fault_of_ours_is_answered_with_a_reference_and_nothing_else(
    slack: SlackFace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_request: object) -> None:
        raise RuntimeError("the customer's secret")

    monkeypatch.setattr(world.house.chat, "handle", fail)
    answer = slack.deliver(slack.command("help", ANA))

    assert answer.status_code == 500
    assert re.fullmatch(r"Something went wrong on our side \(reference [0-9A-F]{6}\)\.", answer.get_data(as_text=True))


def test_an_unknown_type_is_refused_and_an_unknown_event_is_acknowledged(slack: SlackFace, world: World) -> None:
    event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev9", "event": {"type": "meteor_seen", "user": ANA.slack}}

    assert slack.deliver(interaction({"type": "telepathy", "user": {"id": ANA.slack}, "team": {"id": TEAM}})).status_code == 404
    assert slack.deliver(json.dumps(event), JSON).status_code == 200
    assert untouched(world)


def test_the_old_and_the_new_secret_are_good_while_rotating(world: World) -> None:
    world.hire(ANA)
    assert world.house.slack is not None
    door = Door(build_app(world.house.chat, world.house.slack.workspaces), ["new-secret", "old-secret"])
    raw, stamp = SlackFace(world).command("help", ANA).encode(), str(int(time.time()))

    def status(secret: str) -> int:
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(raw, stamp, secret), "Content-Type": FORM}
        return Client(door).post("/slack/events", data=raw, headers=headers).status_code

    assert [status("new-secret"), status("old-secret"), status("gone-secret")] == [200, 200, 401]


# ---- traps of real payloads ----


def offered(slack: SlackFace) -> Seen:
    return slack.type("offer", by=ANA)


def click(slack: SlackFace, **changes: Any) -> dict[str, Any]:
    """A click on "Drop", its payload changed; None takes a part away."""
    payload = slack.pressed(offered(slack), "Drop", ANA) | changes
    return {name: value for name, value in payload.items() if value != "absent"}


@pytest.mark.parametrize(
    "changes",
    [
        {"team": None, "enterprise": {"id": "E1", "name": "org"}, "is_enterprise_install": True},
        {"enterprise": None},
        {"channel": "absent", "message": "absent"},
        {"container": "absent"},
        {"container": {"type": "message_attachment", "attachment_id": 1}},
        {"is_enterprise_install": "absent"},
    ],
    ids=str,
)
def test_a_click_counts_whatever_its_payload_leaves_out(slack: SlackFace, world: World, changes: dict[str, Any]) -> None:
    assert slack.deliver(interaction(click(slack, **changes))).status_code == 200
    assert titles(world) == ["dropped 7 at 3"]


def test_user_ids_may_begin_with_w(slack: SlackFace, world: World) -> None:
    from core.people.commands import AddStaff

    world.do(AddStaff(handle="wiola", name="Wiola", roles=ANA.roles, identities=(("slack", TEAM, "W0GRID"),)))
    user = {"id": "W0GRID", "team_id": TEAM}

    assert slack.deliver(interaction(click(slack, user=user, team=None))).status_code == 200
    assert titles(world) == ["dropped 7 at 3"]


def test_somebody_of_another_team_gets_nothing(slack: SlackFace, world: World) -> None:
    stranger = click(slack, user={"id": ANA.slack, "team_id": "T9OTHER"})

    assert slack.deliver(interaction(stranger)).status_code == 200
    assert titles(world) == []
    assert world.local_slack.ledger.responses == {}
    event = slack.mentioned("offer", ANA)
    event["event"] |= {"user_team": "T9OTHER", "team": "T9OTHER"}
    assert slack.deliver(json.dumps(event), JSON).status_code == 200
    assert world.local_slack.ledger.ephemerals == []


def test_somebody_unknown_does_nothing(slack: SlackFace, world: World) -> None:
    assert slack.deliver(interaction(click(slack, user={"id": DORA.slack, "team_id": TEAM}))).status_code == 200
    assert titles(world) == []


def test_a_submission_without_a_trigger_and_with_nulls_names_the_fields(slack: SlackFace, world: World) -> None:
    form = slack.type("complain", by=ANA)
    payload = slack.submission(form, ANA, {})
    del payload["trigger_id"]

    answer = slack.deliver(interaction(payload)).get_json()
    assert set(answer["errors"]) == {"about", "text"}
    assert titles(world) == []


def test_a_submission_of_a_modal_that_is_not_ours_is_no_fault(slack: SlackFace, world: World) -> None:
    payload = slack.submission(slack.type("complain", by=ANA), ANA, {"about": "price", "text": "x"})
    for metadata in ("{", "[]", "null", ""):
        payload["view"]["private_metadata"] = metadata
        assert slack.deliver(interaction(payload)).status_code == 200
    assert titles(world) == []


def test_an_event_that_is_retried_has_one_effect(slack: SlackFace, world: World) -> None:
    event = slack.mentioned("count", ANA)
    raw = json.dumps(event)
    for attempt in range(3):
        retried = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"} if attempt else {}
        assert slack.deliver(raw, JSON, **retried).status_code == 200

    assert titles(world) == ["counted"]


@pytest.mark.parametrize("text", ["", "   ", "&lt;@U1&gt;", "help\x00", "\u202ehelp", "x" * 9000])
def test_any_typed_text_is_answered_with_a_sentence(slack: SlackFace, text: str) -> None:
    assert slack.type(text, by=ANA).texts


def test_every_command_of_the_app_is_answered(slack: SlackFace) -> None:
    body = slack.command("help", ANA).replace("%2Fbilling", "%2Fweather")
    assert slack.deliver(body).get_json()["response_type"] == "ephemeral"


def test_a_direct_message_is_answered_there_and_our_own_words_are_not(slack: SlackFace, world: World) -> None:
    world.local_slack.methods.channels.add("D1")
    event = slack.mentioned("", ANA)
    event["event"] |= {"type": "message", "channel_type": "im", "channel": "D1", "text": "offer"}
    assert slack.deliver(json.dumps(event), JSON).status_code == 200
    event["event"] |= {"bot_id": "BOTHER", "text": "help"}
    assert slack.deliver(json.dumps(event | {"event_id": "Ev8"}), JSON).status_code == 200
    event["event"] |= {"bot_id": None, "subtype": "message_changed"}
    assert slack.deliver(json.dumps(event | {"event_id": "Ev7"}), JSON).status_code == 200

    assert len(world.local_slack.ledger.channels["D1"]) == 1


def test_an_expired_trigger_is_answered_with_a_button_that_opens_the_form(slack: SlackFace, world: World) -> None:
    world.local_slack.triggers.life = 0.0
    late = slack.type("complain", by=ANA)
    assert set(late.buttons) == {"Open form"}

    world.local_slack.triggers.life = 3.0
    assert slack.click(late, "Open form", by=ANA).is_form


def test_a_click_whose_form_cannot_open_gets_the_button_once(slack: SlackFace, world: World) -> None:
    choice = offered(slack)
    world.local_slack.faults = [Fault(method="views.open", status=503)]

    assert set(slack.click(choice, "Complain", by=ANA).buttons) == {"Open form"}
    assert [len(told) for told in world.local_slack.ledger.responses.values()] == [1]


def test_slack_hanging_delays_an_answer_by_two_seconds_at_most(slack: SlackFace, world: World) -> None:
    choice = offered(slack)
    world.local_slack.faults = [Fault(method="views.open", delay=9.0)]
    began = time.monotonic()
    seen = slack.click(choice, "Complain", by=ANA)

    assert time.monotonic() - began < 2.9
    assert set(seen.buttons) == {"Open form"}


def test_slack_away_at_the_first_gesture_does_not_keep_anyone_from_an_answer(world: World) -> None:
    world.hire(ANA)
    world.local_slack.faults = [Fault(method="auth.test", status=500)]
    slack = SlackFace(world)

    assert slack.type("help", by=ANA).texts
    assert slack.type("help", by=ANA).texts
    assert slack.type("help", by=ANA).texts
    assert [call.error for call in world.local_slack.ledger.called("auth.test")] == ["internal_error", ""]


def test_a_mention_where_we_are_not_a_member_is_no_fault(slack: SlackFace, world: World) -> None:
    world.local_slack.methods.channels.discard(CHANNELS["slack"])

    assert slack.mention("offer", by=ANA).texts == [""] or not slack.mention("offer", by=ANA).texts
