"""Views say what is true: which facts, in which order, in which words. Layout, colour and markup belong to the faces.

Every view is one of the closed types at the end; a face has one renderer for each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .values import Text, Value


class Tone(StrEnum):
    """How a state feels; always said in words too."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True)
class Fact:
    """A labelled value, or several."""

    label: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """What is asked before a dangerous button does anything."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, kw_only=True)
class Button:
    """An action's name, an id and the `facts` shown: compared, never believed. `form`: the action asks for more first.

    `values` are further arguments, understood when it is pressed as if they had just been typed.
    """

    label: str
    action: str
    subject: int
    facts: int = 0
    tone: Tone = Tone.NEUTRAL
    form: bool = False
    confirm: Confirm | None = None
    rare: bool = False
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings; `numeric` names the columns that are aligned as numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of a view: a subscription of a request, the newest notes of a case."""

    title: str
    facts: tuple[Fact, ...] = ()
    lines: tuple[Value, ...] = ()
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, kw_only=True)
class View:
    """What every view has. `title` also serves as the message's plain text, for notifications and screen readers."""

    title: str
    status: str = ""
    tone: Tone = Tone.NEUTRAL
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    buttons: tuple[Button, ...] = ()
    footnotes: tuple[Text, ...] = ()


class CaseView(View):
    """One case: whose, what, who works on it, what is due."""


class QueueView(View):
    """Cases to work on, most pressing first."""


class FindView(View):
    """What was found by its words, a table per kind of thing."""


class CustomerView(View):
    """A customer: links, subscriptions, what is open."""


class ComparisonView(View):
    """Two invoices line by line."""


class SuspensionView(View):
    """A request to switch off: impact, votes, process; a section per subscription."""


class PreviewView(View):
    """What would be sent, to whom, by whom; nothing has left yet."""


class ReportView(View):
    """The desk about itself: its health, what it gave up."""


class HelpView(View):
    """What this person may do, with examples."""


class NoteView(View):
    """A sentence or two, such as an answer that needs no layout."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that waits for the reader: what it is, what is known at a glance, and the button that shows it."""

    title: str
    lines: tuple[Value, ...]
    button: Button


@dataclass(frozen=True, kw_only=True)
class Group:
    """Items that wait for the same reason."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class HomeView(View):
    """One person's own page: what waits for them, a page of it at a time."""

    groups: tuple[Group, ...] = ()


VIEWS: tuple[type[View], ...] = (
    CaseView, QueueView, FindView, CustomerView, ComparisonView, SuspensionView, PreviewView, ReportView, HelpView, HomeView, NoteView,
)  # fmt: skip


def values_of(view: View) -> Iterator[Value]:
    """Everything that is shown as a value, wherever it stands."""
    for fact in (*view.facts, *(fact for section in view.sections for fact in section.facts)):
        yield from fact.value if isinstance(fact.value, tuple) else (fact.value,)
    yield from (line for section in view.sections for line in section.lines)
    yield from (cell for table in view.tables for row in table.rows for cell in row)
    yield from (line for group in (view.groups if isinstance(view, HomeView) else ()) for item in group.items for line in item.lines)
