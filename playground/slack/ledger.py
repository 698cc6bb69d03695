"""What a bot did in the local Slack, and the faults that wait for it."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
TRIGGER_LIFE = 3.0  # seconds (https://docs.slack.dev/interactivity/handling-user-interaction#composing_responses)
RESPONSES, RESPONSE_LIFE = 5, 1800.0  # posts and seconds (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the bot: when (monotonic seconds), what, with what, and what it was told (`error` empty: it worked)."""

    at: float
    method: str
    body: Json
    error: str


@dataclass(kw_only=True)
class Ledger:
    """Everything there is: messages by channel in the order they came, ephemerals, opened views, home tabs, responses."""

    channels: dict[str, dict[str, Json]] = field(default_factory=dict)
    ephemerals: list[Json] = field(default_factory=list)
    opened: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    responses: dict[str, list[Json]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def newest(self, channel: str) -> Json:
        """The last message still there. Raises IndexError when there is none."""
        return list(self.channels.get(channel, {}).values())[-1]

    def called(self, method: str) -> list[Call]:
        """Every call of that method, the oldest first."""
        return [call for call in self.calls if call.method == method]


class Triggers:
    """What Slack mints with a gesture: a trigger for one use within three seconds, a response address for five in half an hour."""

    def __init__(self, life: float = TRIGGER_LIFE) -> None:
        self.life = life
        self._numbers: Iterator[int] = itertools.count(1)
        self._triggers: dict[str, tuple[float, bool]] = {}
        self._responses: dict[str, tuple[float, int]] = {}

    def mint(self) -> str:
        """A trigger that lives from now."""
        made = f"{next(self._numbers)}.{time.time_ns() // 1000}.t"
        self._triggers[made] = (time.monotonic(), False)
        return made

    def spend(self, trigger: str) -> str:
        """Use it; the error if it cannot be used, else ""."""
        if trigger not in self._triggers:
            return "invalid_trigger_id"
        born, is_used = self._triggers[trigger]
        if is_used:
            return "exchanged_trigger_id"
        if time.monotonic() - born > self.life:
            return "expired_trigger_id"
        self._triggers[trigger] = (born, True)
        return ""

    def mint_response(self) -> str:
        """The last part of a response address."""
        made = f"r{next(self._numbers)}"
        self._responses[made] = (time.monotonic(), 0)
        return made

    def respond(self, response: str) -> str:
        """Count one use; the error if there is none left, else ""."""
        if response not in self._responses:
            return "expired_url"
        born, uses = self._responses[response]
        if time.monotonic() - born > RESPONSE_LIFE:
            return "expired_url"
        if uses >= RESPONSES:
            return "used_url"
        self._responses[response] = (born, uses + 1)
        return ""
