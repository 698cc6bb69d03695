"""The values views are made of: meaning, never markup. Each face draws them in its own way."""

from dataclasses import dataclass
from datetime import date, datetime

# Line breaks and tabs aside, no control character belongs in a text; the bidirectional overrides make one read as another.
UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(13, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def visible(text: str) -> str:
    """The text without what cannot be seen and would deceive or break a chat."""
    return text if text.isprintable() else text.translate(UNSEEN)  # nothing unseen is printable, and most texts are


@dataclass(frozen=True)
class Text:
    """Words of ours, or a person's or customer's text (`quoted`), shown as they are: never markup, never a mention."""

    value: str
    quoted: bool = False


@dataclass(frozen=True)
class Money:
    """Integer minor units with their currency (ISO 4217)."""

    minor: int
    currency: str


@dataclass(frozen=True)
class Moment:
    """An aware moment; drawn by the chat's own date token where it has one, else in the reader's zone."""

    at: datetime


@dataclass(frozen=True)
class Day:
    """A date without a time."""

    on: date


@dataclass(frozen=True)
class Person:
    """A member of staff by name. `acts` is their row where they are the one who must act, 0 elsewhere; `address` what the conversation's
    workspace calls them, filled in only for those, and only in what everybody there sees: nobody else is mentioned. `note` is what is said
    of them in brackets."""

    name: str
    acts: int = 0
    address: str = ""
    note: str = ""

    @property
    def noted(self) -> str:
        """What follows the name."""
        return f" ({self.note})" if self.note else ""


@dataclass(frozen=True)
class Link:
    """A label that leads somewhere."""

    label: str
    url: str


Value = Text | Money | Moment | Day | Person | Link
