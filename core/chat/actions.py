"""The one action table: a row per verb, for both faces. Help, hints, manifests, the reference and the permission tests come from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.engine.folding import folded
from core.people.model import Right

from .asking import Asked
from .days import Tense
from .forms import Option, When
from .requests import Reply
from .views import View

Given = Mapping[str, object]


class ArgumentKind(StrEnum):
    """How a word of a command, or a field of a form, is understood."""

    CASE = "case"  # C-104, 104 → int
    SUSPENSION = "suspension"  # S-3, 3 → int
    RECORD = "record"  # P-3, 3 → int, with the argument's own `prefix`
    CUSTOMER = "customer"  # a name or tax number → int
    DEBTOR = "debtor"  # a case, an invoice or a customer → the case's int, `id:7` for a customer, or the invoice's number
    INVOICE = "invoice"  # an invoice's number as it was typed; left out where what stands there is none
    LINE = "line"  # a line of an invoice: #2 → int
    STAFF = "staff"  # a member who may work on cases, by handle, or "me" → int
    MEMBER = "member"  # any member, by handle, name or mention, or "me" → int
    MONTH = "month"  # 2026-09 → str
    WORD = "word"  # one of `choices`
    WORDS = "words"  # several of `choices` → tuple of str
    NAME = "name"  # one word as it was typed: an address, a reference
    TEXT = "text"  # the rest of the line
    LONG_TEXT = "long_text"  # the rest of the line; several lines in a form
    SUBSCRIPTIONS = "subscriptions"  # several of `options`, asked in a form only: 3,5 → (3, 5)
    DAY = "day"  # 2026-09-30, 30.09, on friday, za 2 dni → date
    MOMENT = "moment"  # jutro 9, 30.11 14:30 → aware datetime, in the person's zone
    MONEY = "money"  # 1 200,50 zł → Money
    LANGUAGE = "language"  # polski, Polish, pl-PL → a locale of ours, "" for whatever the chat says
    ZONE = "zone"  # Europe/Warsaw, Warszawa → an IANA name, "" likewise
    TICK = "tick"  # yes or no → bool
    NUMBER = "number"  # the number of a row that has no letter of its own: 7 → int
    HIDDEN = "hidden"  # carried by a form from where it opened, never typed


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument. Its label, hint and error sentences are `field.<name>` … in the catalogue.

    `choices` are words of ours; `options` reads what may be chosen from the database. `looked_up`: whether understanding a case's
    number looks that there is one; an answer that reads the case before anything else says so itself. `tense`: on which side of now a
    day or a moment lies. `after`: the words, without case and diacritics, behind which it is typed (`until friday`, `for ana`); the first
    one that must be there may also stand without. `filler`: words that may stand before it and say nothing (`hold 104 legal until …`).
    `prefix`: of a record's number. `about`: the argument before it by which what may be chosen is found.
    `when`: it matters only then, `required_when`: is required only then; both look at an earlier
    argument; where that one was left out of a typed line it may be given, and need not.
    """

    name: str
    kind: ArgumentKind
    required: bool = True
    choices: tuple[str, ...] = ()
    max_length: int = 3000
    options: Callable[[Asked, Given], tuple[Option, ...]] | None = None
    looked_up: bool = True
    tense: Tense = Tense.ANY
    after: tuple[str, ...] = ()
    filler: tuple[str, ...] = ()
    prefix: str = ""
    about: str = ""
    when: When | None = None
    required_when: When | None = None


class Topic(StrEnum):
    """Under which heading help and the reference list a verb; in this order. Its title is `topic.<topic>` in the catalogue."""

    CASES = "cases"
    REPLIES = "replies"
    CUSTOMERS = "customers"
    ESCALATIONS = "escalations"
    MONEY = "money"
    SUSPENSIONS = "suspensions"
    PEOPLE = "people"
    DESK = "desk"


class Use(StrEnum):
    """How often a verb is needed: everyday ones stand in the chats' own lists of commands, rare ones come last in help."""

    EVERYDAY = "everyday"
    USUAL = "usual"
    RARE = "rare"


@dataclass(frozen=True, kw_only=True)
class Action:
    """A verb. The first argument of a button's action is its subject.

    A name may be two words, joined by an underscore where it is a key (`link_code`), by a space where it is typed and shown.
    `polish`: its Polish names, spelt properly, the first one shown to Polish readers; `aliases`: further names. What is typed is
    compared without case and diacritics. `example`: the line as it is typed, with `{case}`, `{customer}`, `{suspension}`, `{person}`,
    `{before}`, `{after}` (months) and `{text}` (`example.<name>` in the catalogue) where help shows the reader's own.
    `form`: what is missing is asked in a form (else in a sentence). `lead`: what the form shows above its fields. `prefill`: what
    its fields start with. `typed` False: a button only, and `instead` names the verb that is typed for the same; without one it is
    a form's or a preview's next step. `dangerous`: its buttons ask first, and so does the typed verb.
    `on_message`: the chats offer it in a message's own menu, called `message.<name>`; its form starts with the message.
    """

    name: str
    right: Right
    answer: Callable[[Asked, Given], Reply]
    topic: Topic = Topic.DESK
    arguments: tuple[Argument, ...] = ()
    polish: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    form: bool = False
    lead: Callable[[Asked, Given], View | None] | None = None
    prefill: Callable[[Asked, Given], Mapping[str, str]] | None = None
    typed: bool = True
    instead: str = ""
    use: Use = Use.USUAL
    dangerous: bool = False
    example: str = ""
    on_message: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it answers to, as it is spelt."""
        return (self.name, *self.aliases, *self.polish)

    def called(self, language: str) -> str:
        """What a reader of that language types."""
        return self.polish[0] if language == "pl" and self.polish else self.name.replace("_", " ")

    def shown(self, language: str, facts: Mapping[str, str]) -> str:
        """The example in that language, about `facts`."""
        _, space, rest = (self.example or self.name).partition(" ")
        return f"{self.called(language)}{space}{rest.format(**facts)}"


class ActionTable:
    """All actions by name and alias, indexed once: nothing is computed when a verb is looked up."""

    def __init__(self, *groups: tuple[Action, ...]) -> None:
        self.all = tuple(action for group in groups for action in group)
        for action in self.all:
            _check_conditions(action)
        self._by_word: dict[str, Action] = {}
        for action in self.all:
            spelt = dict.fromkeys(folded(name.replace("_", " ")) for name in action.names)
            for word in dict.fromkeys((action.name, *spelt)):
                if word in self._by_word:
                    raise ValueError(f"two actions answer to {word}")
                self._by_word[word] = action

    def named(self, word: str) -> Action | None:
        """The action of that name or alias, written without case and diacritics."""
        return self._by_word.get(word)

    def typed(self, rights: frozenset[Right]) -> Iterator[Action]:
        """What somebody with these rights may type, by topic, the everyday first and the rare last."""
        order = list(Topic), list(Use)
        may = (action for action in self.all if action.typed and action.right in rights)
        return iter(sorted(may, key=lambda a: (order[0].index(a.topic), order[1].index(a.use))))

    def on_messages(self) -> tuple[Action, ...]:
        """What the chats offer in a message's own menu."""
        return tuple(action for action in self.all if action.on_message)

    def spelt(self, rights: frozenset[Right]) -> dict[str, str]:
        """Every word that somebody with these rights may type, without case and diacritics, with its proper spelling."""
        names = (name.replace("_", " ") for action in self.typed(rights) for name in action.names)
        return {folded(name): name for name in names}


def _check_conditions(action: Action) -> None:
    """Raises ValueError for an argument that depends on none before it, or on a word that one cannot hold."""
    before: dict[str, Argument] = {}
    for argument in action.arguments:
        for when in (argument.when, argument.required_when):
            decider = before.get(when.field) if when else None
            known = {*decider.choices, "yes"} if decider else set()
            if when and (decider is None or (decider.choices and not known.issuperset(when.among))):
                raise ValueError(f"{action.name}: {argument.name} depends on {when.field}, which stands nowhere before it or cannot be so")
        before[argument.name] = argument
