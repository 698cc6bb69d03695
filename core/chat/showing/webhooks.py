"""The views of deliveries that were given up: a list, and one of them with as much of it as a chat should hold."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from core.chat.values import Moment, Text
from core.chat.views import Button, Fact, ReportView, Section, Table, Tone
from core.chat.words import Words
from core.engine import inbox
from core.engine.errors import NotFound

PAGE = 10
OPENED = 4  # buttons to the deliveries themselves
BODY = 1200  # characters; the whole is shown by `./desk webhooks show`
REASON = 120  # characters of a reason in the list
# Stored headers are allow-listed where they come in (webhooks/signatures.py); a chat shows only those of which we know what they say.
HEADERS = (
    "content-type", "webhook-id", "webhook-timestamp", "x-zendesk-webhook-invocation-id", "x-atlassian-webhook-identifier",
    "x-github-delivery", "secret",
)  # fmt: skip
HIDDEN = "•••"
SECRETS = re.compile(
    r"""(?i)("[\w-]*(?:token|secret|password|passwd|api_?key|authorization)[\w-]*"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)"""
)


def letters_view(connection: Connection, words: Words, *, after: int = 0) -> ReportView:
    """The oldest first, from behind row `after`."""
    found, count = inbox.dead_letters(connection, after=after, limit=PAGE + 1), inbox.count_dead(connection)
    shown, more = found[:PAGE], len(found) > PAGE
    columns = tuple(words.say(f"webhooks.column.{name}") for name in ("number", "connection", "received", "reason"))
    rows = tuple(
        (Text(str(row.id)), Text(row.connection, quoted=True), Moment(row.received_at), Text(_short(row.error, REASON), quoted=True))
        for row in shown
    )
    return ReportView(
        title=words.say("webhooks.title"),
        status=words.count("webhooks.count", count) if count else words.say("webhooks.none"),
        tone=Tone.WARNING if count else Tone.GOOD,
        tables=(Table(title="", columns=columns, rows=rows, numeric=frozenset({0})),) if rows else (),
        buttons=tuple(_list_buttons(words, shown, more=more, after=after)),
    )


def _list_buttons(words: Words, shown: list[Any], *, more: bool, after: int) -> Iterator[Button]:
    if more:
        yield Button(label=words.say("find.next"), action="webhooks", subject=0, values={"after": str(shown[-1].id)})
    if after:
        yield Button(label=words.say("find.first"), action="webhooks", subject=0)
    for row in shown[:OPENED]:
        yield Button(label=words.say("webhooks.show", number=str(row.id)), action="webhook", subject=row.id)


def letter_view(connection: Connection, words: Words, delivery: int) -> ReportView:
    """One dead letter, for an admin's eyes. Raises NotFound for what is none, or is none any more."""
    row = inbox.delivery(connection, delivery)
    if row is None or row.state != "dead":
        raise NotFound("dead_letter_not_found", delivery=str(delivery))
    facts = (
        Fact(words.say("webhooks.received"), Moment(row.received_at)),
        Fact(words.say("webhooks.attempts"), Text(str(row.attempts))),
        Fact(words.say("webhooks.size"), Text(words.say("webhooks.bytes", count=len(row.body)))),
    )
    return ReportView(
        title=words.say("webhooks.one", number=str(row.id), connection=row.connection),
        status=row.error,
        tone=Tone.WARNING,
        facts=facts,
        sections=(
            Section(title=words.say("webhooks.headers"), facts=tuple(_headers(words, row.headers))),
            Section(title=words.say("webhooks.body"), lines=(Text(body_text(row.body), quoted=True),)),
        ),
        buttons=(
            Button(label=words.say("webhooks.replay"), action="webhook_replay", subject=row.id, tone=Tone.GOOD),
            Button(label=words.say("webhooks.discard"), action="webhook_discard", subject=row.id, form=True),
            Button(label=words.say("webhooks.all"), action="webhooks", subject=0),
        ),
        footnotes=(Text(words.say("webhooks.whole", number=str(row.id))),),
    )


def _headers(words: Words, headers: Mapping[str, str]) -> Iterator[Fact]:
    """What was kept of them, and with which of the connection's secrets it was signed: its number, never the secret."""
    for name, value in sorted(headers.items()):
        label = words.say("webhooks.signed") if name == "secret" else name
        yield Fact(label, Text(value if name in HEADERS else HIDDEN, quoted=True))


def body_text(body: bytes) -> str:
    """The beginning of a body as text: what a chat may show of it, secrets by the names of their fields left out."""
    text = body[: 4 * BODY].decode("utf-8", errors="backslashreplace")
    return _short(SECRETS.sub(rf"\g<1>{HIDDEN}", text), BODY) or "–"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
