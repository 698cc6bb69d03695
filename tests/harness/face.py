"""What a person does in a chat, in one vocabulary for both: type, mention, click, fill, look."""

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from tests.harness.world import Persona, World

counter = itertools.count(1)


@dataclass
class Seen:
    """What a person was shown: every text of it, its buttons by label; a form also has fields by name, with values, and their errors."""

    raw: Any
    texts: list[str] = field(default_factory=list)
    buttons: dict[str, Any] = field(default_factory=dict)
    markup: list[str] = field(default_factory=list)  # the texts the chat would interpret
    fields: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)  # the raw inputs by field name
    typed: dict[str, str] = field(default_factory=dict)  # what stays in a form that was refused
    place: str = ""  # the conversation it was seen in; "" for an answer nobody else reads
    reference: str = ""  # the message's own id there
    menu: Any = None  # of a form that a message's own menu opened in Teams: what each of its submissions carries again

    def __contains__(self, text: str) -> bool:
        return any(text in shown for shown in self.texts)

    def __str__(self) -> str:
        return "\n".join(self.texts)

    @property
    def is_form(self) -> bool:
        """Whether it asks for something."""
        return bool(self.inputs)


class Face(ABC):
    """A chat in which a persona acts. Every answer is what that person alone is shown, empty when nothing is."""

    name: str

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def type(self, text: str, *, by: Persona) -> Seen:
        """Type a verb privately; returns the answer, or the form that opened (in Teams: after its button was pressed)."""

    @abstractmethod
    def mention(self, text: str, *, by: Persona, thread: str = "") -> Seen:
        """Type a verb to the desk in the billing channel, or in the thread under a message of it; returns the private answer."""

    @abstractmethod
    def write(self, text: str, *, by: Persona) -> Seen:
        """Write a verb in the person's own conversation with the desk; returns the answer."""

    @abstractmethod
    def click(self, seen: Seen, label: str, *, by: Persona) -> Seen:
        """Press a button, and say yes where it asks first. Returns the private answer or the form; where the chat answers a click with
        the card's new truth, that card."""

    def fill(self, form: Seen, *, by: Persona, **values: str) -> Seen:
        """Submit a form, fields by name (a choice by its value or label, a tick as "yes" or ""). Fields that only come with an answer are
        waited for. Returns what is shown then: the form again with errors, a sentence, or nothing when it closed."""
        asked_before: set[str] = set()
        while missing := set(values) - set(form.inputs):
            answers = {name: values[name] for name in self.deciding(form) if name in values and name not in asked_before}
            assert answers, f"the form has no {missing}, only {set(form.inputs)}"
            first = next(iter(answers))
            asked_before.add(first)
            known = {name: text for name, text in values.items() if name in form.inputs and name != first}
            form = self.answer(form, first, values[first], by=by, **known)
        return self.send(form, by=by, **values)

    @abstractmethod
    def send(self, form: Seen, *, by: Persona, **values: str) -> Seen:
        """Submit a form as it is shown, whatever else its fields would have brought."""

    @abstractmethod
    def deciding(self, form: Seen) -> list[str]:
        """The fields of the form on which others depend."""

    @abstractmethod
    def answer(self, form: Seen, name: str, value: str, *, by: Persona, **typed: str) -> Seen:
        """Answer a field on which others depend, with `typed` in others, and look at the form that follows."""

    @abstractmethod
    def on_message(self, action: str, text: str, *, author: str, by: Persona) -> Seen:
        """Choose an entry of the own menu of a message that `author` wrote in the billing channel; returns the form that opened."""

    @abstractmethod
    def suggest(self, action: str, field: str, typed: str, *, by: Persona, form: Seen | None = None) -> dict[str, str]:
        """Type into a search field of the action's form, or of one that is open; returns the labels offered, by their values."""

    @abstractmethod
    def channel(self) -> Seen:
        """The newest card in the billing channel."""

    @abstractmethod
    def told(self, who: Persona) -> Seen:
        """The newest message in the person's own conversation with the desk."""

    @abstractmethod
    def again(self) -> int:
        """Deliver the last gesture once more, byte for byte; returns the HTTP status."""

    @abstractmethod
    def status_of(self, text: str, *, by: Persona) -> int:
        """The HTTP status the gesture got."""
