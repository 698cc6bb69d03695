"""The local Slack refuses what Slack refuses: a test that passes against it says something."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.proxy import Fault
from playground.slack.server import LocalSlack

CHANNEL = "C0BILLING"
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}


@pytest.fixture
def client(local_slack: LocalSlack) -> WebClient:
    return WebClient(local_slack.token, base_url=local_slack.api_url, retry_handlers=[], timeout=1)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def test_a_message_is_posted_changed_and_taken_back(local_slack: LocalSlack, client: WebClient) -> None:
    stamp = client.chat_postMessage(channel=CHANNEL, text="one")["ts"]
    client.chat_update(channel=CHANNEL, ts=stamp, text="two")
    assert local_slack.ledger.newest(CHANNEL)["text"] == "two"

    client.chat_delete(channel=CHANNEL, ts=stamp)
    assert refusal(lambda: client.chat_update(channel=CHANNEL, ts=stamp, text="three")) == "message_not_found"


def test_places_people_and_tokens_must_be_good(local_slack: LocalSlack, client: WebClient) -> None:
    local_slack.methods.channels.add("COLD")
    local_slack.methods.archived.add("COLD")
    local_slack.methods.strangers.add("UGONE")

    assert refusal(lambda: client.chat_postMessage(channel="CNONE", text="x")) == "channel_not_found"
    assert refusal(lambda: client.chat_postMessage(channel="COLD", text="x")) == "is_archived"
    assert refusal(lambda: client.conversations_open(users="UGONE")) == "user_not_found"
    assert refusal(lambda: client.api_call("chat.postMessage", json={"channel": CHANNEL})) == "no_text"
    client.token = "xoxb-other"
    assert refusal(client.auth_test) == "invalid_auth"


def test_a_trigger_opens_one_modal_within_its_life(local_slack: LocalSlack, client: WebClient) -> None:
    trigger = local_slack.triggers.mint()
    client.views_open(trigger_id=trigger, view=MODAL)

    assert refusal(lambda: client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert refusal(lambda: client.views_open(trigger_id="1.2.3", view=MODAL)) == "invalid_trigger_id"
    late = local_slack.triggers.mint()
    local_slack.triggers.life = 0.0
    assert refusal(lambda: client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"


def test_a_response_address_is_good_for_five_posts(local_slack: LocalSlack) -> None:
    address = local_slack.mint_response_url()
    statuses = [httpx.post(address, json={"text": str(n)}).status_code for n in range(6)]

    assert statuses == [200] * 5 + [404]
    assert [told["text"] for told in local_slack.ledger.responses[address.rpartition("/")[2]]] == ["0", "1", "2", "3", "4"]


def test_a_channel_takes_one_post_per_pace(local_slack: LocalSlack, client: WebClient) -> None:
    local_slack.pace = 0.4
    client.chat_postMessage(channel=CHANNEL, text="one")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=CHANNEL, text="two")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    time.sleep(0.5)
    client.chat_postMessage(channel=CHANNEL, text="two")


def test_a_staged_fault_may_have_taken_effect(local_slack: LocalSlack, client: WebClient) -> None:
    local_slack.faults = [Fault(method="chat.postMessage", delay=5.0, applied=True), Fault(status=429, error="ratelimited", retry_after=7)]

    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=CHANNEL, text="lost")
    assert local_slack.ledger.newest(CHANNEL)["text"] == "lost"
    assert refusal(client.auth_test) == "ratelimited"


def test_an_opened_view_is_replaced_only_by_who_saw_the_newest(local_slack: LocalSlack, client: WebClient) -> None:
    view: Any = client.views_open(trigger_id=local_slack.triggers.mint(), view=MODAL)["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)

    assert refusal(lambda: client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)) == "hash_conflict"
