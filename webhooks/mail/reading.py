"""A raw message taken apart, whatever it holds: headers as words, parts, texts. What a sender wrote can make nothing fail but itself."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value, getaddresses
from itertools import islice

from webhooks.reading import Unreadable

from .addresses import folded, line

PARTS = 100  # a mail with an invoice and a signature's pictures has a dozen
LEAVES = 500  # of its parts are looked at
HEADERS = 256 * 1024  # bytes before the first empty line; servers refuse far less (Exchange 256 KB, Postfix 100 KB)
MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
ID = re.compile(r"<([^<>\s]{1,400})>")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One leaf of a message, or a message within it (`kind` message/rfc822, whose own parts are no parts of this one)."""

    kind: str
    name: str
    is_attached: bool
    message: Message = field(repr=False)

    @property
    def text(self) -> str:
        """Its text; what cannot be decoded is replaced, sign by sign."""
        payload = self.message.get_payload(decode=True)
        return decoded(payload, self.message.get_content_charset("utf-8")) if isinstance(payload, bytes) else ""


class Mail:
    """A message. Raises Unreadable for what is none, or is made to be hard to read."""

    def __init__(self, raw: bytes) -> None:
        head = re.split(rb"\r?\n\r?\n", raw[: HEADERS + 4], maxsplit=1)[0]
        if len(head) > HEADERS:
            raise Unreadable("Its headers are longer than any mail server makes them.")
        if len(MULTIPART.findall(raw)) > PARTS:
            raise Unreadable("It has more parts within parts than any mail program makes.")
        try:
            self.message = email.message_from_bytes(raw, policy=compat32)
            self.parts = tuple(islice(_parts(self.message), LEAVES))
        except (MessageError, ValueError, LookupError, RecursionError, TypeError, AttributeError):  # what the parser is known to raise
            raise Unreadable("It is no message that can be taken apart.") from None
        if not self.message.keys() or not (self.message["from"] or self.message["received"] or self.message["message-id"]):
            raise Unreadable("It is no mail: it has neither sender nor Message-ID.")

    @property
    def kind(self) -> str:
        """The message's own content type."""
        return self.message.get_content_type()

    def header(self, name: str) -> str:
        """The first of these headers as one line of words; "" without one."""
        return words(self.message, name)

    def parameter(self, name: str) -> str:
        """A parameter of the content type, in small letters."""
        found = self.message.get_param(name, "")
        return line(collapse_rfc2231_value(found) if isinstance(found, tuple) else str(found)).casefold()

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """(name, address) of every one of these headers, in order."""
        written = [line(str(value), 10_000) for name in names for value in self.message.get_all(name, [])[:50]]
        written = [value for value in written if value.count("(") < 50]  # comments within comments: Python's parser follows each
        return [(_decoded(name), address) for name, address in getaddresses(written[:50])[:200] if "@" in address]

    @property
    def sender(self) -> str:
        """The address it says it comes from, as addresses are compared; "" without one."""
        found = self.addresses("from")
        return folded(found[0][1]) if found else ""

    @property
    def identity(self) -> str:
        """Its Message-ID without brackets; "" without one."""
        return next(iter(identities(self.message, "message-id")), "")


def words(message: Message, name: str) -> str:
    """The first of the message's headers of that name as one line of words; "" without one."""
    value = message.get(name)
    return "" if value is None else line(_decoded(str(value)), 2_000)


def identities(message: Message, *names: str) -> list[str]:
    """The Message-IDs in these headers, without brackets, in order."""
    return [found for name in names for value in message.get_all(name, [])[:5] for found in ID.findall(str(value)[:20_000])]


def decoded(payload: bytes, charset: str | None) -> str:
    """The text by the charset it says, or by the one it is more likely to be: UTF-8, else Windows' for Central Europe."""
    for name in (charset or "utf-8", "utf-8", "cp1250"):
        try:
            return payload.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return payload.decode("utf-8", errors="replace")


def _decoded(value: str) -> str:
    """Encoded words as what they mean (RFC 2047); what cannot be decoded stays as it is."""
    try:
        found = decode_header(value)
    except (MessageError, ValueError, LookupError):
        return value
    return "".join(decoded(part, name) if isinstance(part, bytes) else part for part, name in found)


def _parts(message: Message, depth: int = 0) -> Iterator[Part]:
    kind = message.get_content_type()
    if message.is_multipart() and not kind.startswith("message/") and depth < PARTS:
        for inner in message.get_payload():
            if isinstance(inner, Message):
                yield from _parts(inner, depth + 1)
        return
    name = line(_decoded(str(message.get_filename(""))), 120)
    yield Part(kind=kind, name=name, is_attached=bool(name) or message.get_content_disposition() == "attachment", message=message)
