"""The baseline of `slash`: bare Bolt with process_before_response, which verifies, acknowledges and does nothing.

`application` is Bolt under Flask, as Bolt's own documentation serves it (https://docs.slack.dev/tools/bolt-python/concepts/adapters);
`without_flask` is Bolt behind its own WSGI adapter, the least it can cost. Python's collector is set up as in the desk's own processes.
"""

import os

from flask import Flask, Response, request
from slack_bolt import Ack, App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler as WsgiHandler
from slack_bolt.authorization import AuthorizeResult

from app.collecting import settle


def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """No question to Slack, as the desk asks none."""
    token = os.environ["SLACK_BOT_TOKEN"]
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token, bot_id="B1", bot_user_id="U1")


bolt = App(signing_secret=os.environ["SLACK_SIGNING_SECRET"], process_before_response=True, authorize=authorize)


@bolt.command("/billing")
def on_command(ack: Ack) -> None:
    """A constant answer."""
    ack("fine")


application = Flask("bare-bolt")
handler = SlackRequestHandler(bolt)


@application.post("/slack/events")
def slack_events() -> Response:
    """One URL for everything."""
    return handler.handle(request)


without_flask = WsgiHandler(bolt, path="/slack/events")
settle()
