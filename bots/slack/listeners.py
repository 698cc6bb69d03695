"""The few listeners Bolt needs: a command, an action, an answer in a form, a message menu, a view, mentions.

Routing is the core's own table.

Nothing runs after `ack`: Bolt would lose an acknowledgement that races an exception (docs/adr/0004).
"""

import re
from datetime import UTC, datetime, timedelta

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bots.slack.cards import message
from bots.slack.changing import Changing
from bots.slack.forms import INPUT, field_errors, modal, suggestion
from bots.slack.gestures import (
    SHORTCUT,
    NameOf,
    from_click,
    from_command,
    from_home,
    from_mention,
    from_shortcut,
    from_submission,
    from_suggestion,
)
from bots.slack.payloads import Payload
from bots.slack.working import Working
from core.chat.forms import Form
from core.chat.handle import Chat
from core.chat.requests import Answered, Card, ChatRequest, Gesture, Open, Private, Refused, Reply
from core.chat.showing.asking import opener
from core.chat.views import NoteView, View
from core.chat.words import Words
from core.engine.transaction import SYSTEM
from core.people.installations import EndInstallation

log = structlog.get_logger(__name__)
PATIENCE = 2  # seconds for the one call that may happen before the ack; the trigger lives for three


def listen(app: App, chat: Chat, name_of: NameOf) -> None:
    """Register every listener on Bolt's app. `name_of(workspace, user)` is what the person is called there."""

    @app.command(re.compile(".*"))
    def on_command(ack: Ack, body: Payload, client: WebClient) -> None:
        ack(**answer_command(chat.handle(from_command(body)), body, client))

    @app.action(re.compile("^billing:"))
    def on_click(ack: Ack, body: Payload, client: WebClient) -> None:
        request = from_click(body)
        answered = chat.handle(request)
        if body.get("view"):
            answer_in_view(answered, body, client)
        else:
            answer_click(request, answered, body, client)
        if is_home(body) and request.action == "home":
            chat.open_home(request)  # the page that was turned to
        ack()

    @app.message_shortcut(re.compile(f"^{SHORTCUT}"))
    def on_message_menu(ack: Ack, body: Payload, client: WebClient) -> None:
        request = from_shortcut(body, name_of)
        answer_click(request, chat.handle(request), body, client)
        ack()

    listen_to_forms(app, chat)
    listen_to_events(app, chat)

    @app.error
    def on_fault(error: Exception) -> None:
        raise error  # the web layer is the one boundary: it logs with a reference and answers the person


def listen_to_forms(app: App, chat: Chat) -> None:
    """What is filled in: answers on which other fields depend, searches, the whole form."""
    changing = Changing()
    working = Working(answer_submission, outcome, information)

    @app.action(INPUT)
    def on_answer(ack: Ack, body: Payload, client: WebClient) -> None:
        answered = chat.handle(from_submission(body, Gesture.CHANGE))
        if isinstance(answered.reply, Open):
            changing.show(modal(answered.reply.form, answered.words), body, client)
        ack()

    @app.view(re.compile("^billing:"))
    def on_submission(ack: Ack, body: Payload, client: WebClient) -> None:
        ack(**working.answer(lambda: chat.handle(from_submission(body)), body, client))

    @app.options(re.compile(".*"))
    def on_search(ack: Ack, body: Payload) -> None:
        request, field = from_suggestion(body)
        ack(options=[suggestion(found) for found in chat.options(request, chat.source_of(request, field))])


def listen_to_events(app: App, chat: Chat) -> None:
    """Mentions, lines written to us, homes that are opened; anything else is acknowledged."""

    @app.event("app_mention")
    def on_mention(ack: Ack, body: Payload, client: WebClient) -> None:
        request = from_mention(body)
        whisper(request, chat.handle(request), client)
        ack()

    @app.event("message")
    def on_message(ack: Ack, body: Payload, client: WebClient) -> None:
        if is_typed_to_us(body.get("event") or {}):
            request = from_mention(body)
            whisper(request, chat.handle(request), client)
        ack()

    @app.event("app_home_opened")
    def on_home(ack: Ack, body: Payload) -> None:
        if (body.get("event") or {}).get("tab") == "home":
            chat.open_home(from_home(body))
        ack()

    @app.event("app_uninstalled")
    def on_uninstalled(ack: Ack, body: Payload) -> None:
        end_installation(chat, body, "app_uninstalled")
        ack()

    @app.event("tokens_revoked")
    def on_revoked(ack: Ack, body: Payload) -> None:
        tokens = (body.get("event") or {}).get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):  # a person's own token is none of ours
            end_installation(chat, body, "tokens_revoked")
        ack()

    @app.event(re.compile(".*"))
    def on_anything_else(ack: Ack) -> None:
        ack()  # events we did not subscribe to, or not yet: nothing to do, and nothing to retry


def end_installation(chat: Chat, body: Payload, reason: str) -> None:
    """Slack delivers late and twice: what it says is of the moment it happened. https://docs.slack.dev/reference/events/app_uninstalled"""
    stamp = body.get("event_time")
    at = datetime.fromtimestamp(stamp, UTC) + timedelta(seconds=1) if isinstance(stamp, int) else datetime.now(UTC)
    ended = EndInstallation(face="slack", workspace=str(body.get("team_id") or ""), reason=reason, at=at)
    if chat.desk.do(ended, SYSTEM, chat.now()).kind == "unchanged":
        log.warning("Slack says that the app left a workspace that was installed by no page of the desk.", reason=reason)


def is_typed_to_us(event: Payload) -> bool:
    """A person's own new line in our direct conversation; not an edit, a join, or what another bot says."""
    return event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id") and bool(event.get("user"))


def answer_command(answered: Answered, body: Payload, client: WebClient) -> Payload:
    """The acknowledgement of a command carries the answer; a form opens with the command's trigger."""
    reply, words = answered.reply, answered.words
    if isinstance(reply, Open):
        opened = open_form(reply.form, body, client, words)
        return {} if opened else _private(opener(words, reply.form), words)
    view = shown(reply)
    return _private(view, words) if view is not None else {}


def answer_click(request: ChatRequest, answered: Answered, body: Payload, client: WebClient) -> None:
    """A click's private answer goes out once, after the commit and before the ack: two seconds, no retry."""
    reply, words = answered.reply, answered.words
    if isinstance(reply, Open):
        if open_form(reply.form, body, client, words):
            return
        view: View | None = opener(words, reply.form)
    else:
        view = None if isinstance(reply, Card) and not is_own_copy(body) else shown(reply)
    url = body.get("response_url")
    if view is not None and url:
        answer = _private(view, words) | {"replace_original": isinstance(reply, Card)}
        try:
            WebhookClient(url, timeout=PATIENCE, retry_handlers=[]).send_dict(answer)
        except OSError:
            log.warning("A private answer to a click could not be delivered.", action=request.action)


def answer_in_view(answered: Answered, body: Payload, client: WebClient) -> None:
    """A click in a home or a modal has no address for private answers: a modal says it, a form goes on top of one that is open."""
    reply, words = answered.reply, answered.words
    if isinstance(reply, Open):
        open_form(reply.form, body, client, words, on_top=not is_home(body))
        return
    view = None if isinstance(reply, Card) and is_home(body) else shown(reply)  # the home itself follows
    if view is None:
        return
    said = information(view, words)
    try:
        if is_home(body):
            client.views_open(trigger_id=body.get("trigger_id", ""), view=said)
        else:
            client.views_update(view_id=body["view"].get("id", ""), view=said)
    except (SlackApiError, OSError) as error:
        log.warning("The answer to a click in a view could not be shown.", reason=type(error).__name__)


def is_home(body: Payload) -> bool:
    """Whether the click was in somebody's home tab."""
    return bool((body.get("view") or {}).get("type") == "home")


def is_own_copy(body: Payload) -> bool:
    """Whether only this person sees the clicked message: no sweep follows it, so the click itself must bring it up to date."""
    is_ephemeral = bool((body.get("container") or {}).get("is_ephemeral"))
    is_ephemeral |= (body.get("message") or {}).get("subtype") == "ephemeral"  # how local-slack says it; Slack sends no message then
    return is_ephemeral or str((body.get("channel") or {}).get("id", "")).startswith("D")


def answer_submission(answered: Answered) -> Payload:
    """Errors go beside their fields, what is wrong with the whole above them, and what was typed stays; anything else to say is shown
    in the modal's place; a plain success closes it."""
    reply, words = answered.reply, answered.words
    if isinstance(reply, Open):
        return {"response_action": "update", "view": modal(reply.form, words)}
    if isinstance(reply, Refused) and reply.form is not None:
        if field_errors(reply.form) and not reply.form.problem:
            return {"response_action": "errors", "errors": field_errors(reply.form)}
        return {"response_action": "update", "view": modal(reply.form, words)}
    view = None if isinstance(reply, Card) else shown(reply)
    if view is None:
        return {"response_action": "clear"}
    return {"response_action": "update", "view": information(view, words)}


def outcome(answered: Answered) -> Payload:
    """What a modal shows in place of "working": the form again where it was refused, else what came of it."""
    reply, words = answered.reply, answered.words
    form = reply.form if isinstance(reply, Open | Refused) else None
    if form is not None:
        return modal(form, words)
    view = None if isinstance(reply, Card) else shown(reply)
    return information(view or NoteView(title=words.say("done")), words)


def whisper(request: ChatRequest, answered: Answered, client: WebClient) -> None:
    """The answer to a mention: for this person only, in the thread they asked in; a form cannot open here, so it gets a button."""
    reply, words = answered.reply, answered.words
    view = opener(words, reply.form) if isinstance(reply, Open) else shown(reply)
    if view is None:
        return
    thread = request.address.get("thread") or None
    try:
        if request.private:
            client.chat_postMessage(channel=request.conversation, **message(view, words))
        else:
            client.chat_postEphemeral(channel=request.conversation, user=request.user, thread_ts=thread, **message(view, words))
    except (SlackApiError, OSError):
        log.warning("The answer to a mention could not be delivered.", conversation=request.conversation)


def open_form(form: Form, body: Payload, client: WebClient, words: Words, *, on_top: bool = False) -> bool:
    """Open the modal with the gesture's trigger; False when the trigger has expired or Slack did not answer in time."""
    try:
        opens = client.views_push if on_top else client.views_open
        opens(trigger_id=body.get("trigger_id", ""), view=modal(form, words))
    except (SlackApiError, OSError) as error:
        log.info("A form could not be opened; the person gets a button instead.", action=form.action, reason=type(error).__name__)
        return False
    return True


def information(view: View, words: Words) -> Payload:
    """A modal that only says something, with the view's buttons, whose answers take its place."""
    close = {"type": "plain_text", "text": words.say("form.close")[:24]}
    title = {"type": "plain_text", "text": "Billing Desk"}
    return {
        "type": "modal", "callback_id": "billing:information", "title": title, "close": close, "blocks": message(view, words)["blocks"],
    }  # fmt: skip


def shown(reply: Reply) -> View | None:
    """What the person is told, if anything."""
    if isinstance(reply, Private | Refused | Card):
        return reply.view
    return None


def _private(view: View, words: Words) -> Payload:
    return {"response_type": "ephemeral", **message(view, words)}
