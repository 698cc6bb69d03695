"""The one action table: a row per verb, for both faces. Help, hints, manifests, the reference and the permission tests come from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.people.model import Right

from .asking import Asked
from .forms import Option
from .requests import Reply
from .views import View

Given = Mapping[str, object]


class ArgumentKind(StrEnum):
    """How a word of a command, or a field of a form, is understood."""

    CASE = "case"  # C-104, 104 → int
    SUSPENSION = "suspension"  # S-3, 3 → int
    CUSTOMER = "customer"  # a name or tax number → int
    STAFF = "staff"  # a member who may work on cases, by handle, or "me" → int
    MONTH = "month"  # 2026-09 → str
    WORD = "word"  # one of `choices`
    NAME = "name"  # one word as it was typed: an address, a reference
    TEXT = "text"  # the rest of the line
    LONG_TEXT = "long_text"  # the rest of the line; several lines in a form
    SUBSCRIPTIONS = "subscriptions"  # several of `options`, asked in a form only: 3,5 → (3, 5)
    DAY = "day"  # 2026-09-30, 30.09.2026 → date
    TICK = "tick"  # yes or no → bool
    HIDDEN = "hidden"  # carried by a form from where it opened, never typed


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument. Its label, hint and error sentences are `field.<name>` … in the catalogue.

    `choices` are words of ours; `options` reads what may be chosen from the database. `looked_up`: whether understanding a case's
    number looks that there is one; an answer that reads the case before anything else says so itself.
    """

    name: str
    kind: ArgumentKind
    required: bool = True
    choices: tuple[str, ...] = ()
    max_length: int = 3000
    options: Callable[[Asked, Given], tuple[Option, ...]] | None = None
    looked_up: bool = True


@dataclass(frozen=True, kw_only=True)
class Action:
    """A verb. The first argument of a button's action is its subject.

    `form`: what is missing is asked in a form (else in a sentence). `lead`: what the form shows above its fields. `prefill`: what
    its fields start with.
    """

    name: str
    right: Right
    answer: Callable[[Asked, Given], Reply]
    arguments: tuple[Argument, ...] = ()
    aliases: tuple[str, ...] = ()
    form: bool = False
    lead: Callable[[Asked, Given], View] | None = None
    prefill: Callable[[Asked, Given], Mapping[str, str]] | None = None
    typed: bool = True
    example: str = ""


class ActionTable:
    """All actions by name and alias."""

    def __init__(self, *groups: tuple[Action, ...]) -> None:
        self.all = tuple(action for group in groups for action in group)
        self._by_word: dict[str, Action] = {}
        for action in self.all:
            for word in (action.name, *action.aliases):
                if word in self._by_word:
                    raise ValueError(f"two actions answer to {word}")
                self._by_word[word] = action

    def named(self, word: str) -> Action | None:
        """The action of that name or alias."""
        return self._by_word.get(word)

    def words(self) -> list[str]:
        """Everything that may be typed."""
        return sorted(word for word, action in self._by_word.items() if action.typed)

    def opens_form(self, name: str) -> bool:
        """Whether a button of this action asks for more first."""
        return self._by_word[name].form
