"""Forms as data: fields with value and error. Slack draws a modal, Teams a dialog."""

from dataclasses import dataclass, field
from enum import StrEnum

from .views import View


class FieldKind(StrEnum):
    """What may be typed into a field."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"  # several of a closed list, their values joined by commas
    SEARCH = "search"
    PERSON = "person"
    DAY = "day"
    MONEY = "money"
    NUMBER = "number"
    TICK = "tick"


@dataclass(frozen=True)
class Option:
    """A choice: what is sent back, and what is read."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input. `source` names where a search looks; `error` is shown beside the field and the typed value kept."""

    name: str
    label: str
    kind: FieldKind
    value: str = ""
    value_label: str = ""
    hint: str = ""
    error: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    source: str = ""
    max_length: int = 3000


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of one action about one subject. `key` is good for one effect; `given` carries what was settled before it opened.

    `problem`: why it was refused as a whole, said above the fields, so that nothing that was typed is lost.
    """

    action: str
    subject: int
    title: str
    submit: str
    fields: tuple[Field, ...]
    key: str
    facts: int = 0
    lead: View | None = None
    problem: str = ""
    given: dict[str, str] = field(default_factory=dict)
