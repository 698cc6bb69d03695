"""A payload that a chat would refuse fails the test that sent it, whichever door it took: shown by tests that must fail."""

import json
from collections.abc import Callable, Mapping

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.slack import listeners as slack
from bots.teams import listeners as teams
from core.people.commands import Place
from playground.slack.acks import check_ack
from playground.slack.server import LocalSlack
from playground.teams.answers import check_answer
from playground.teams.server import LocalTeams
from tests.harness.faces import SlackFace, TeamsFace
from tests.harness.outgoing import OUTGOING, Unfit
from tests.harness.schema import against_schema
from tests.harness.world import ANA, CHANNELS, World

WALL = [{"type": "divider"}] * 101
EMPTY = [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "A title of more than 24 characters"}, "blocks": []}
red = pytest.mark.xfail(raises=Unfit, strict=True)
CALLS: Mapping[str, Callable[[WebClient, LocalSlack], object]] = {
    "post": lambda client, _: client.chat_postMessage(channel=CHANNELS["slack"], text="x", blocks=EMPTY),
    "silent": lambda client, _: client.api_call("chat.postMessage", json={"channel": CHANNELS["slack"], "blocks": [{"type": "divider"}]}),
    "whisper": lambda client, _: client.chat_postEphemeral(channel=CHANNELS["slack"], user="UANA", text="x", blocks=EMPTY),
    "open": lambda client, local: client.views_open(trigger_id=local.triggers.mint(), view=MODAL),
    "publish": lambda client, _: client.views_publish(user_id="UANA", view={"type": "home", "blocks": WALL}),
    "private answer": lambda _, local: httpx.post(local.mint_response_url(), json={"text": "x", "blocks": EMPTY}),
}


@red
@pytest.mark.parametrize("call", CALLS)
def test_slack_would_refuse_it(call: str, local_slack: LocalSlack) -> None:
    client = WebClient(local_slack.token, base_url=local_slack.api_url, retry_handlers=[], timeout=2)

    try:
        CALLS[call](client, local_slack)
    except SlackApiError:
        assert local_slack.ledger.calls  # as the desk does, which then says it more plainly


@red
def test_teams_would_refuse_it(world: World) -> None:
    connector = world.house.teams
    assert connector is not None
    place = Place(face="teams", workspace="t", external=CHANNELS["teams"])

    with pytest.raises(Exception, match="BadSyntax"):
        connector.connector.send(world.local_teams.service_url, place.external, {"type": "message", "text": ""})


@red
def test_slack_would_not_show_the_acknowledgement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hire(ANA)
    monkeypatch.setattr(slack, "message", lambda view, words: {"text": view.title, "blocks": EMPTY})

    SlackFace(world).deliver(SlackFace(world).command("home", ANA))


@red
def test_teams_would_not_show_the_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hire(ANA)
    monkeypatch.setattr(teams, "ERROR_TYPE", "an error")

    TeamsFace(world).deliver(TeamsFace(world).invoke("adaptiveCard/action", {"action": {"verb": "", "data": {}}}, ANA))


@pytest.mark.parametrize(
    ("kind", "answer", "problem"),
    [
        ("view_submission", {"response_action": "errors", "errors": {"amount": "Too much."}}, "errors.amount: there is no such input"),
        ("view_submission", {"response_action": "errors", "errors": {"text": " "}}, "must say something"),
        ("view_submission", {"response_action": "update", "view": MODAL}, "title.text"),
        ("view_submission", {"response_action": "redraw"}, "'redraw'"),
        ("block_suggestion", {"options": [{"text": {"type": "plain_text", "text": "x" * 76}, "value": "1"}]}, "76"),
        ("block_actions", {"text": "Done"}, "says nothing to anybody"),
    ],
)
def test_an_acknowledgement_has_the_shape_of_its_gesture(kind: str, answer: dict[str, object], problem: str) -> None:
    view = {"blocks": [{"type": "input", "block_id": "text"}]}
    delivered = httpx.QueryParams({"payload": json.dumps({"type": kind, "view": view})})

    found = check_ack(str(delivered).encode(), json.dumps(answer).encode())

    assert any(problem in line for line in found), found


@pytest.mark.parametrize(
    ("name", "answer", "problem"),
    [
        ("task/fetch", {"task": {"type": "continue", "value": {"title": "", "card": {}}}}, "title: required"),
        ("task/submit", {"task": {"type": "closed"}}, "'closed'"),
        ("adaptiveCard/action", {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""}, "a sentence"),
        ("adaptiveCard/action", {"type": "application/vnd.microsoft.error", "value": {}}, "statusCode: required"),
        ("application/search", {"statusCode": 200, "type": "x", "value": {"results": []}}, "results: required"),
        ("application/search", {"value": "x" * 30_000}, "bytes of at most"),
    ],
)
def test_an_answer_to_an_invoke_has_its_shape(name: str, answer: dict[str, object], problem: str) -> None:
    found = check_answer({"type": "invoke", "name": name}, json.dumps(answer).encode())

    assert any(problem in line for line in found), found


@pytest.mark.needs_schemas
def test_the_official_schema_is_asked_too() -> None:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "x", "wrap": "yes"}]}

    assert against_schema({"attachments": [{"content": card}]})


def test_what_is_sent_to_try_a_door_is_no_fault(local_teams: LocalTeams) -> None:
    with OUTGOING.on_purpose() as found:
        OUTGOING.heard("a door", ["wrong"])

    assert found == ["a door: wrong"]
