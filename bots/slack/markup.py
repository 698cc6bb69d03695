"""Texts as Slack wants them: escaped, shortened visibly, dates by Slack's own token.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from datetime import UTC

from bots.slack.payloads import Block
from core.chat.values import Link, Moment, Person, Text, Value, visible
from core.chat.words import Words

ELLIPSIS = "…"
PARTED = str.maketrans({sign: f"\u200b{sign}" for sign in "*_~`"})


def escape(text: str) -> str:
    """No markup and no mention can come out of it (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Escaped, and a zero-width space keeps *bold*, _italic_, ~strike~ and `code` of a stranger's text from becoming markup."""
    return escape(text).translate(PARTED)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the cut visible."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def clip_markup(text: str, limit: int, words: Words) -> str:
    """At most `limit` characters; that it was cut is said, and no half escape or token is left before it."""
    if len(text) <= limit:
        return text
    said = escape(words.say("shortened"))
    cut = text[: limit - len(said)]
    for opening, closing in (("<", ">"), ("&", ";")):
        if cut.rfind(opening) > cut.rfind(closing):
            cut = cut[: cut.rfind(opening)]
    return cut.rstrip() + said


def mrkdwn(value: Value | tuple[Value, ...], words: Words) -> str:
    """A value in Slack's markup."""
    if isinstance(value, tuple):
        return ", ".join(mrkdwn(v, words) for v in value)
    if isinstance(value, Moment):
        seconds = int(value.at.astimezone(UTC).timestamp())
        return f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{escape(words.moment(value.at))}>"
    if isinstance(value, Person) and value.address:
        return f"<@{escape(value.address)}>{literal(value.noted)}"
    if isinstance(value, Link):
        return f"<{escape(value.url).replace('|', '%7C')}|{escape(value.label) or '–'}>"
    if isinstance(value, Person) or (isinstance(value, Text) and value.quoted):
        return literal(words.show(value))
    return escape(words.show(value))


def plain(text: str, limit: int) -> Block:
    """A plain_text object; Slack refuses an empty one."""
    shown = visible(text)
    return {"type": "plain_text", "text": clip(shown, limit) if shown.strip() else "–", "emoji": False}


def marked(text: str, words: Words, limit: int = 3000) -> Block:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": clip_markup(text, limit, words) if text.strip() else "–", "verbatim": True}
