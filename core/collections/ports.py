"""What the ladder asks of whatever carries a notice. One call each, never inside a transaction; the desk decides what an answer means."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One notice to one person. `message_id` (RFC 5322, without brackets) is the same on every try, so that a bounce and an answer find
    back; `reply_to` returns an answer to the case; `body` is plain text in `language` (a tag such as pl)."""

    message_id: str
    recipient: str
    reply_to: str
    subject: str
    body: str
    language: str


def digest_of(subject: str, body: str) -> str:
    """What the evidence knows a letter by: SHA-256 over its subject, an empty line and its body."""
    return hashlib.sha256(f"{subject}\n\n{body}".encode()).hexdigest()


class Carried(StrEnum):
    """What the carrier said."""

    ACCEPTED = "accepted"  # it takes over; a bounce may still come
    REFUSED = "refused"  # for good: this address, this text
    LATER = "later"  # nothing happened; come back


@dataclass(frozen=True, kw_only=True)
class Carriage:
    """The carrier's answer. `said`: its own words, for the evidence; `retry_after` seconds."""

    kind: Carried
    said: str = ""
    retry_after: float = 0
