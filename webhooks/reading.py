"""What a kind of system is given to read a delivery with, and what it says when it cannot."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.engine.handling import Command
from core.engine.inbox import Received
from core.people.commands import Hint


@dataclass(frozen=True, kw_only=True)
class Access:
    """The connection a delivery came through: its settings, and the token the desk calls that system with.

    `known` tells which entries of a ticket are kept already, None for a ticket without a case; `case_of` whose answers an address of
    ours is for, and `case_of_letter` whose letter has that Message-ID, None for any other; `stored` whether a delivery with that key came
    already.
    """

    name: str
    settings: Mapping[str, str]
    token: str = field(default="", repr=False)
    known: Callable[[str], frozenset[str] | None] = field(default=lambda _ticket: None, repr=False)
    case_of: Callable[[str], int | None] = field(default=lambda _address: None, repr=False)
    case_of_letter: Callable[[str], int | None] = field(default=lambda _message_id: None, repr=False)
    stored: Callable[[str], bool] = field(default=lambda _key: False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Polled:
    """What a system said when it was asked. `watermark` is the newest change of it, by that system's clock."""

    hints: tuple[Hint, ...]
    watermark: datetime


class Unreadable(Exception):
    """The delivery can never be understood. `reason` is a sentence for the operator, without anything the sender wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Turns a delivery into commands, in order. It may call the sending system; it raises Unreadable, or DeliveryError when that call fails.
Take = Callable[[Received, Access], Iterable[Command]]
# What is wrong with a connection's settings, as a sentence, or "".
Check = Callable[[Mapping[str, str]], str]
# Whom the desk's token is of. Raises DeliveryError when the system cannot be called with it.
Examine = Callable[[Access], str]
# Asks a system what changed since a moment of its own clock. Raises DeliveryError.
Poll = Callable[[Access, datetime], Polled]
