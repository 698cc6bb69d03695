"""A form whose command takes longer than Slack waits says that it is being worked on, and then what came of it.

Slack shows an error of its own three seconds after a submission, though the command goes on:
https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.slack.forms import submitted
from bots.slack.payloads import Payload
from core.chat.requests import Answered
from core.chat.views import NoteView
from core.chat.words import Words

log = structlog.get_logger(__name__)
PATIENCE = 2.0  # seconds of the three; the rest is the way back
SETTLED = 0.5  # seconds until the acknowledgement has certainly reached Slack: what it shows must not come after the outcome
AT_ONCE = 8  # submissions worked on at the same time
Drawn = Callable[[Answered], Payload]


class Working:
    """Carries submissions out in threads of its own. `acknowledged` draws an acknowledgement, `afterwards` the modal that follows a late
    one, `telling` a modal that only says something."""

    def __init__(self, acknowledged: Drawn, afterwards: Drawn, telling: Callable[[NoteView, Words], Payload]) -> None:
        self._acknowledged, self._afterwards, self._telling = acknowledged, afterwards, telling
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="slack-form")

    def answer(self, work: Callable[[], Answered], body: Payload, client: WebClient) -> Payload:
        """The acknowledgement, at the latest after PATIENCE seconds. Raises what `work` raises until then."""
        doing = self._threads.submit(copy_context().run, work)
        if wait([doing], timeout=PATIENCE).done:
            return self._acknowledged(doing.result())
        carried, _ = submitted(body.get("view") or {})
        words = Words(str(carried.get("locale") or "en"))
        view_id, promised = str((body.get("view") or {}).get("id") or ""), time.monotonic()
        doing.add_done_callback(lambda done: self._follow(done, view_id, client, words, promised))
        return {"response_action": "update", "view": self._telling(NoteView(title=words.say("form.working")), words)}

    def _follow(self, done: "Future[Answered]", view_id: str, client: WebClient, words: Words, promised: float) -> None:
        time.sleep(max(0.0, promised + SETTLED - time.monotonic()))
        try:
            client.views_update(view_id=view_id, view=self._outcome(done, words))
        except (SlackApiError, OSError) as error:
            log.warning("What came of a form could not be shown; its effect stands.", reason=type(error).__name__)

    def _outcome(self, done: "Future[Answered]", words: Words) -> dict[str, Any]:
        try:
            return self._afterwards(done.result())
        except Exception:  # nobody else would hear of it: the acknowledgement has gone
            reference = secrets.token_hex(2).upper()
            log.exception("A form failed after its acknowledgement.", reference=reference)
            return self._telling(NoteView(title=words.say("fault.title", reference=reference)), words)
