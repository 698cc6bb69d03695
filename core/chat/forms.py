"""Forms as data: fields with value and error. Slack draws a modal, Teams a dialog.

A field may depend on another (`When`). The core says only on what; how the fields that matter come and go is each face's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
class When:
    """While an earlier field holds one of `among`; with none named, while it holds anything."""

    field: str
    among: tuple[str, ...] = ()

    def met(self, held: str) -> bool:
        """Whether a field that holds this decides so; several choices are joined by commas."""
        return any(one in self.among for one in held.split(",")) if self.among else bool(held.strip())


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input. `source` names where a search looks; `error` is shown beside the field and the typed value kept.

    `when`: it matters only then. `required_when`: if it is required, then only then. `about`: the field by which its choices are found.
    A search with `options` offers these before anything is typed.
    """

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
    about: str = ""
    when: When | None = None
    required_when: When | None = None


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

    @property
    def deciding(self) -> frozenset[str]:
        """The names of the fields on which others depend."""
        conditions = (when.field for each in self.fields for when in (each.when, each.required_when) if when is not None)
        return frozenset((*conditions, *(each.about for each in self.applying if each.about)))

    @property
    def applying(self) -> tuple[Field, ...]:
        """The fields that matter with the values held now, in their order, each required or not as those values say."""
        held = dict(self.given)
        return tuple(self._applying(held))

    @property
    def put_by(self) -> dict[str, str]:
        """What was typed into fields that do not matter now: theirs again when they do."""
        shown = {each.name for each in self.applying}
        return {each.name: each.value for each in self.fields if each.name not in shown and each.value}

    @property
    def undecided(self) -> str:
        """The first field that must be answered before it is known which others matter; "" when all are."""
        return next((each.name for each in self.applying if each.name in self.deciding and each.required and not each.value), "")

    def answered(self, name: str, value: str) -> "Form":
        """The form with that value in a field."""
        return replace(self, fields=tuple(replace(each, value=value) if each.name == name else each for each in self.fields))

    def _applying(self, held: dict[str, str]) -> Iterator[Field]:
        for each in self.fields:
            if each.when is None or each.when.met(held.get(each.when.field, "")):
                held[each.name] = each.value
                needed = each.required_when is None or each.required_when.met(held.get(each.required_when.field, ""))
                yield each if needed else replace(each, required=False)
