"""Errors as a kind and parameters: the sentence is looked up when it is shown, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sum:
    """An amount in a refusal: integer minor units with their currency (ISO 4217)."""

    minor: int
    currency: str


class Because(str):
    """A reason in a refusal, a word of ours: said as `because.<word>` in the reader's language."""

    __slots__ = ()


class DeskError(Exception):
    """Something a person did or met. `kind` names the sentence `error.<kind>`; `params` fill it. Safe to show to that person."""

    def __init__(self, kind: str, **params: object) -> None:
        super().__init__(kind)
        self.kind = kind
        self.params = params

    def __str__(self) -> str:
        return f"{self.kind} {self.params}" if self.params else self.kind


class NotFound(DeskError):
    """There is no such case, customer, invoice …; nothing was changed."""


class InvalidInput(DeskError):
    """What was typed cannot be understood. `field` names the form field it belongs to, or "" for the whole."""

    def __init__(self, kind: str, field: str = "", **params: object) -> None:
        super().__init__(kind, **params)
        self.field = field


def required(text: str, field: str) -> str:
    """The text without what surrounds it. Raises InvalidInput when nothing is left."""
    kept = text.strip()
    if not kept:
        raise InvalidInput("field_missing", field)
    return kept


class Ambiguous(InvalidInput):
    """What was typed may mean several things, or one that nobody should take for granted. `readings`: what to type → what it means.

    `typed_beside` are the other arguments as they were typed, so that the person only has to choose.
    """

    def __init__(self, kind: str, field: str, *, readings: Sequence[tuple[str, object]], **params: object) -> None:
        super().__init__(kind, field, **params)
        self.readings = tuple(readings)
        self.typed_beside: Mapping[str, str] = {}


class Conflict(DeskError):
    """The subject is no longer in a state that allows this: decided by another, closed, changed since it was shown."""


class NotAllowed(DeskError):
    """This person may not do this. Checked under the lock, at every click."""


class DeliveryError(Exception):
    """A call to a chat or a system of record failed.

    `permanent` says that the same call can never work again; `retry_after` (seconds) is what the other side asked for;
    `unknown` says that the call may have taken effect although no answer came.
    """

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None, unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
