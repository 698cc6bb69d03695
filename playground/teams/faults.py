"""What may go wrong, by name: each switch is good for the next so many times, and then gone.

Statuses and codes: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
"""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any


@dataclass(frozen=True)
class Fault:
    """An answer of the Connector in place of the real one; `after`: only once the call was carried out; `calls`: which ones it meets."""

    status: int
    code: str
    text: str
    headers: Mapping[str, str]
    calls: tuple[str, ...] = ("send", "update", "delete", "create")
    after: bool = False

    def body(self) -> dict[str, Any]:
        """As the Connector words it."""
        return {"error": {"code": self.code, "message": self.text}}


CONNECTOR: Mapping[str, Fault] = {
    "limited": Fault(429, "TooManyRequests", "Too many requests; wait before the next one.", {"Retry-After": "2"}),
    "limited_silently": Fault(429, "TooManyRequests", "Too many requests; no time is named.", {}),
    "unavailable": Fault(503, "ServiceUnavailable", "The service is away for a moment.", {}),
    "refused_card": Fault(400, "BadSyntax", "The card has an invalid format.", {}, ("send", "update")),
    "refused_token": Fault(401, "Unauthorized", "Authorization has been denied for this request.", {}),
    "message_gone": Fault(404, "ActivityNotFound", "The activity was not found.", {}, ("update", "delete")),
    "bot_left": Fault(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.", {}),
    "writes_blocked": Fault(403, "MessageWritesBlocked", "The user has blocked the bot.", {}),
    "too_large": Fault(413, "MessageSizeTooBig", "The message is too large.", {}, ("send", "update")),
    "answer_lost": Fault(502, "BadGateway", "Carried out, but the answer was lost.", {}, after=True),
}
CLIENT: Mapping[str, str] = {
    "twice": "the gesture is delivered twice, under one id",
    "late": "the client gives up before the bot's answer arrives",
    "forged": "the gesture is signed with a key that may not speak for Teams",
}
LOGIN: Mapping[str, str] = {"login_refused": "the login refuses the bot's secret"}
WINDOWS = ((1.0, 7), (2.0, 8), (30.0, 60), (3600.0, 1800))  # seconds, calls per conversation


class Switches:
    """Faults to come, by name; thread-safe."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def set(self, name: str, times: int) -> None:
        """Let it happen the next so many times; 0 takes it back. Raises KeyError for a fault nobody knows."""
        if name not in {**CONNECTOR, **CLIENT, **LOGIN}:
            raise KeyError(name)
        with self._lock:
            self._left[name] = times

    def left(self) -> dict[str, int]:
        """What is still to come."""
        with self._lock:
            return {name: times for name, times in self._left.items() if times > 0}

    def take(self, *names: str) -> str:
        """The first of these that is switched on, used once; "" for none."""
        with self._lock:
            for name in names:
                if self._left.get(name, 0) > 0:
                    self._left[name] -= 1
                    return name
        return ""


class Limits:
    """Teams' documented limits per bot and conversation; a call above them is refused and not counted."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def allows(self, conversation: str) -> bool:
        """Count a call, if it is still allowed."""
        moment = monotonic()
        with self._lock:
            made = self._calls[conversation]
            while made and made[0] < moment - WINDOWS[-1][0]:
                made.popleft()
            if any(sum(at > moment - span for at in made) >= most for span, most in WINDOWS):
                return False
            made.append(moment)
            return True
