"""An open modal follows an answer on which other fields of it depend: the newest answer is the one it ends with.

A modal is replaced as a whole; inputs that stay keep what is typed in them, as their ids do (https://docs.slack.dev/reference/methods/views.update).
Where an answer's update comes late, or not at all, the form itself says on sending which field it still needs.
"""

from collections import OrderedDict
from threading import Lock

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.slack.payloads import Payload

log = structlog.get_logger(__name__)
MODALS, STRIPES = 1000, 32  # remembered at most; worked on at the same time


class Changing:
    """Brings one modal after the other up to date. It remembers, per modal, the newest answer shown and which state took whose place,
    so that a late or repeated delivery draws nothing over a newer one; another process's work is told by the modal's hash."""

    def __init__(self) -> None:
        self._newest: OrderedDict[str, float] = OrderedDict()
        self._after: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._turns = [Lock() for _ in range(STRIPES)]

    def show(self, drawn: Payload, body: Payload, client: WebClient) -> bool:
        """Put the drawn modal in the open one's place; False where a newer one stands there, or Slack does not take it."""
        view = body.get("view") or {}
        view_id, at = str(view.get("id") or ""), _moment(body)
        with self._turns[hash(view_id) % STRIPES]:
            if at <= self._newest.get(view_id, 0.0):
                return False
            state = self._current(view_id, str(view.get("hash") or ""))
            try:
                answer = client.views_update(view_id=view_id, view=drawn, **({"hash": state} if state else {}))
            except (SlackApiError, OSError) as error:
                said = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
                log.info("A form did not follow an answer in it; what it lacks is asked for when it is sent.", reason=said)
                return False
            self._remember(view_id, at, state, str((answer.get("view") or {}).get("hash") or ""))
            return True

    def _current(self, view_id: str, state: str) -> str:
        """The state that stands where the clicked one stood."""
        while (view_id, state) in self._after:
            state = self._after[view_id, state]
        return state

    def _remember(self, view_id: str, at: float, before: str, after: str) -> None:
        self._newest[view_id] = at
        if before and after and before != after:
            self._after[view_id, before] = after
        for held in (self._newest, self._after):
            while len(held) > MODALS:
                held.popitem(last=False)


def _moment(body: Payload) -> float:
    """When the answer was given, by Slack's own clock."""
    stamp = str((body.get("actions") or [{}])[0].get("action_ts") or "")
    return float(stamp) if stamp.replace(".", "", 1).isdecimal() else 0.0
