"""Slack's error strings, in one place: which end a message, a conversation, or only this attempt.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from slack_sdk.errors import SlackApiError, SlackClientError

from core.chat.ports import ContentRefused, MessageGone, TokenRefused
from core.engine.errors import DeliveryError

PLACE_GONE = frozenset(
    {
        "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "user_not_found",
        "cannot_dm_bot", "team_access_not_granted", "user_disabled", "user_not_visible",
    }
)  # fmt: skip
MESSAGE_GONE = frozenset({"message_not_found", "cant_update_message", "cant_delete_message"})
BROKEN_SETUP = frozenset({"invalid_auth", "not_authed", "missing_scope", "token_expired", "token_revoked", "account_inactive"})
CONTENT_REFUSED = frozenset({"invalid_blocks", "msg_too_long", "no_text", "msg_blocks_too_long", "invalid_arguments"})


def delivery_error(error: Exception) -> DeliveryError:
    """What a failed call means for the one who must decide whether to try again."""
    if not isinstance(error, SlackApiError):
        if isinstance(error, SlackClientError | OSError):
            return DeliveryError(type(error).__name__, unknown=True)
        raise error
    reason = str(error.response.get("error", "unknown")) if hasattr(error.response, "get") else "unknown"
    status = getattr(error.response, "status_code", 200)
    if status == 429:
        given = str((getattr(error.response, "headers", {}) or {}).get("Retry-After", ""))
        return DeliveryError("ratelimited", retry_after=float(given) if given.isascii() and given.isdigit() else 1.0)
    if reason in MESSAGE_GONE:
        return MessageGone(reason)
    if reason in CONTENT_REFUSED:
        return ContentRefused(reason, permanent=True)
    if reason in BROKEN_SETUP:
        return TokenRefused(reason, retry_after=300)
    return DeliveryError(reason, permanent=reason in PLACE_GONE)
