"""The Connector's answers, in one place: which end a message, a conversation, or only this attempt.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
"""

import httpx

from core.chat.ports import ContentRefused, MessageGone, TokenRefused
from core.engine.errors import DeliveryError

PASSING = frozenset({408, 412, 429, 500, 502, 503, 504})
PLACE_GONE = frozenset({"BotNotInConversationRoster", "ConversationNotFound", "ForbiddenOperationException", "MessageWritesBlocked"})


def delivery_error(answer: httpx.Response) -> DeliveryError:
    """What a refused call means for the one who must decide whether to try again."""
    reason = _code(answer)
    status = answer.status_code
    if status in PASSING:
        return DeliveryError(f"{status} {reason}", retry_after=_retry_after(answer), unknown=status in (408, 500, 502, 504))
    if status == httpx.codes.NOT_FOUND and reason not in PLACE_GONE and answer.request.method in ("PUT", "DELETE"):
        return MessageGone(reason or "message not found")
    if status == httpx.codes.UNAUTHORIZED:
        return TokenRefused("401 our token was refused", retry_after=10)
    if status in (httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE):
        return ContentRefused(f"{status} {reason}", permanent=True)
    return DeliveryError(f"{status} {reason}", permanent=True)


def transport_error(error: Exception) -> DeliveryError:
    """No answer: refused connections certainly did nothing, anything later is unknown."""
    return DeliveryError(type(error).__name__, unknown=not isinstance(error, httpx.ConnectError))


def _code(answer: httpx.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    inner = found.get("error") if isinstance(found, dict) else None
    return str(inner.get("code", "")) if isinstance(inner, dict) else ""


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, if it says so; the documentation promises no such header."""
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() else None
