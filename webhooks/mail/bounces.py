"""A letter that did not arrive: told by a delivery status notification (RFC 3464), or by a server that only attaches what came back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message

from .addresses import line
from .reading import Mail, Part, identities, words

MACHINES = re.compile(r"(mailer-daemon|postmaster|mail-daemon|microsoftexchange[0-9a-f]+)@", re.IGNORECASE)
ENHANCED = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")  # https://www.rfc-editor.org/rfc/rfc3463
PLAIN = re.compile(r"\b([45])\d\d\b[ -]")
# "You need not send it again": Sendmail, Postfix, Exim and Exchange, and home.pl, nazwa.pl and the like.
TRYING = re.compile(
    r"warning message only|delayed|will (?:be retried|keep trying|retry)|not yet been delivered|op[oó][zź]ni|kolejn\w+ pr[oó]b"
    r"|nie trzeba ponawia",
    re.IGNORECASE,
)
INNER_ID = re.compile(r"^Message-ID:[ \t]*(?:\r?\n[ \t]+)?<([^<>\s]{1,400})>", re.IGNORECASE | re.MULTILINE)
XTEXT = re.compile(r"\+([0-9A-F]{2})")
SAID, RECIPIENTS = 300, 50


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """What a mail server says of a letter of ours. `permanent`: it will not arrive, else it is still tried."""

    message_id: str
    permanent: bool
    said: str


def is_report(mail: Mail) -> bool:
    """Whether a mail server wrote it about another message, in whichever form."""
    if mail.kind == "multipart/report" and mail.parameter("report-type") in ("delivery-status", ""):
        return True
    if any(part.kind in ("message/delivery-status", "message/global-delivery-status") for part in mail.parts):
        return True
    nobody = mail.header("return-path") == "<>" and bool(_returned(mail))
    return bool(mail.message["x-failed-recipients"] or MACHINES.match(mail.sender) or nobody)


def bounces(mail: Mail) -> list[Bounce]:
    """What it says of the letter it is about; nothing for "delivered", and for a report that names no letter."""
    about = _about(mail)
    if not about:
        return []
    status = [fields for part in mail.parts if part.kind.endswith("delivery-status") for fields in _fields(part)]
    told = [found for fields in status if (found := _of_recipient(about, fields)) is not None]
    if any("action" in fields for fields in status):
        return told
    return [_guessed(about, mail)]


def _of_recipient(about: str, fields: Mapping[str, str]) -> Bounce | None:
    """https://www.rfc-editor.org/rfc/rfc3464#section-2.3 : `failed` is for good, also when the time to try is over (4.4.7)."""
    action = fields.get("action", "").casefold()
    if action not in ("failed", "delayed"):
        return None
    kind, _, diagnostic = fields.get("diagnostic-code", "").partition(";")
    said = line(f"{fields.get('status', '')} {diagnostic or kind}", SAID)
    return Bounce(message_id=about, permanent=action == "failed", said=said or action)


def _guessed(about: str, mail: Mail) -> Bounce:
    """By the words of a server that knows no form. What is not clearly a delay counts as a failure: then nothing is done on a letter that
    nobody may have read."""
    text = "\n".join(part.text for part in mail.parts if part.kind.startswith("text/plain"))[:20_000]
    code = ENHANCED.search(text) or PLAIN.search(text)
    delayed = TRYING.search(f"{mail.header('subject')}\n{text}") is not None and (code is None or code.group(1) != "5")
    shown = next((row for row in text.splitlines() if code and code.group() in row), mail.header("subject"))
    return Bounce(message_id=about, permanent=not delayed, said=line(shown, SAID))


def _about(mail: Mail) -> str:
    """The Message-ID of what it is about: of the message or the headers it returns, of the envelope it was sent in, of its own thread."""
    for part in _returned(mail):
        inner = part.message.get_payload(0) if part.message.is_multipart() else None
        if found := identities(inner, "message-id") if isinstance(inner, Message) else INNER_ID.findall(part.text):
            return found[0]
    for part in mail.parts:
        if part.kind.endswith("delivery-status"):
            for fields in _fields(part):
                if envelope := fields.get("original-envelope-id", ""):
                    return XTEXT.sub(lambda found: chr(int(found.group(1), 16)), envelope).strip("<>")
    for part in mail.parts:  # some write the headers into their text
        if part.kind == "text/plain" and (found := INNER_ID.findall(part.text[:50_000])):
            return found[-1]
    threaded = identities(mail.message, "in-reply-to", "references")
    return threaded[-1] if threaded else ""


def _returned(mail: Mail) -> list[Part]:
    kinds = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
    return [part for part in mail.parts if part.kind in kinds]


def _fields(part: Part) -> Iterator[Mapping[str, str]]:
    """The groups of fields of a status part: the first about the message, then one for each recipient."""
    found = part.message.get_payload()
    for group in found[:RECIPIENTS] if isinstance(found, list) else []:
        if isinstance(group, Message):
            yield {name.casefold(): words(group, name) for name in group.keys()}  # noqa: SIM118 (a Message is no mapping)
