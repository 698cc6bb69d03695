"""Understanding what people write. What is ambiguous is refused with the right form beside it, never guessed."""

import re
from collections.abc import Callable, Mapping

from core.cases.queries import case
from core.customers.queries import customer, named
from core.engine.errors import Ambiguous, DeskError, InvalidInput, NotFound
from core.engine.folding import folded
from core.people.model import Right
from core.people.queries import everyone, holders

from .actions import Action, ActionTable, Argument, ArgumentKind
from .amounts import amount
from .applying import applying
from .asking import Asked
from .choosing import all_typed, meant, nearest
from .days import day
from .finding import case_meant, colleague, customer_of_case, customers_of_invoice
from .locales import language, zone
from .moments import moment
from .months import month
from .numbering import NUMBER, NUMBERED, numbered
from .words import OWN, Words, known_zone

NEVER_TYPED = {ArgumentKind.HIDDEN, ArgumentKind.SUBSCRIPTIONS}
TIMES = {ArgumentKind.DAY, ArgumentKind.MOMENT, ArgumentKind.MONTH}
SPACES = re.compile(r"[\s\u00a0\u200b\u202f]+")
OWN_ROW = re.compile(rf"{OWN}\d{{1,18}}", re.ASCII)
PLAIN: Mapping[ArgumentKind, Callable[..., object]] = {  # understood whoever asks
    ArgumentKind.MONEY: amount, ArgumentKind.LANGUAGE: language, ArgumentKind.ZONE: zone,
}  # fmt: skip
YES = frozenset({"yes", "true", "1", "tak"})
MYSELF = frozenset({"me", "myself", "ja", "mnie"})


def tidy(text: str) -> str:
    """One line's words with plain single spaces; line breaks inside a text are kept by `split_verb`."""
    return SPACES.sub(" ", text).strip()


def split_verb(text: str) -> tuple[str, str]:
    """The verb, without case and diacritics, and the rest as it was typed."""
    stripped = text.strip()
    first, _, rest = stripped.replace("\u00a0", " ").partition(" ")
    head, line_break, tail = first.partition("\n")
    return folded(head), (tail + " " + rest if line_break else rest).strip()


def begun(table: ActionTable, line: str) -> tuple[Action | None, str, str]:
    """The action a line begins with, as one word or two; that word; the rest as it was typed."""
    verb, rest = split_verb(line)
    second, further = split_verb(rest)
    longer = table.named(f"{verb} {second}") if second else None
    return (longer, f"{verb} {second}", further) if longer else (table.named(verb), verb, rest)


def from_carried(asked: Asked, action: Action, texts: Mapping[str, str]) -> dict[str, object]:
    """Every argument there is a text for, as typed or as a button carries it. Raises as `from_typed`; an Ambiguous knows the others."""
    given: dict[str, object] = {}
    for argument in applying(action.arguments, decided(action, texts), in_form=False):
        if not texts.get(argument.name, "").strip():
            continue
        try:
            given[argument.name] = understand(asked, argument, texts[argument.name])
        except Ambiguous as error:
            error.typed_beside = {name: text for name, text in texts.items() if name != argument.name}
            raise
    return given


def from_values(asked: Asked, action: Action, values: Mapping[str, str]) -> tuple[dict[str, object], dict[str, DeskError]]:
    """The arguments of a form, and what is wrong by field. A value of a field that does not matter is ignored."""
    given: dict[str, object] = {}
    wrong: dict[str, DeskError] = {}
    for argument in applying(action.arguments, values, in_form=True):
        typed = values.get(argument.name, "")
        if not typed.strip():
            if argument.required and argument.kind is not ArgumentKind.TICK:
                wrong[argument.name] = InvalidInput("field_missing", argument.name)
            continue
        try:
            given[argument.name] = understand(asked, argument, typed)
        except (InvalidInput, NotFound) as error:
            wrong[argument.name] = error
    return given, wrong


def decided(action: Action, texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed, each choice by its own word, as far as it is one."""
    choices = {a.name: a for a in action.arguments if a.kind is ArgumentKind.WORD}
    return {name: meant(text, choices[name]) or text if name in choices else text for name, text in texts.items()}


def understand(asked: Asked, argument: Argument, typed: str) -> object:  # noqa: PLR0911 (one return per kind)
    """One argument's value. Raises InvalidInput with the nearest right form, NotFound for an id nobody has."""
    kind, text = argument.kind, typed.strip()
    if len(text) > argument.max_length:
        raise InvalidInput("text_too_long", argument.name, limit=argument.max_length)
    if kind is ArgumentKind.CASE:
        return case_number(asked, text, argument.name, looked_up=argument.looked_up)
    if kind in NUMBERED:
        return numbered(text, argument)
    if kind in (ArgumentKind.CUSTOMER, ArgumentKind.DEBTOR):
        return (customer_id if kind is ArgumentKind.CUSTOMER else debtor_meant)(asked, text, argument.name)
    if kind in (ArgumentKind.STAFF, ArgumentKind.MEMBER):
        return _person(asked, text, argument)
    if kind in TIMES:
        return _time(asked, argument, text)
    if kind in PLAIN:
        return PLAIN[kind](text, field=argument.name)
    if kind is ArgumentKind.TICK:
        return folded(text) in YES
    if kind is ArgumentKind.WORDS:
        return tuple(dict.fromkeys(word(asked.words, part, argument) for part in text.replace(",", " ").split()))
    if kind is ArgumentKind.WORD:
        return word(asked.words, text, argument)
    return text


def case_number(asked: Asked, text: str, field: str = "case", *, looked_up: bool = True) -> int:
    """A case by its number, its invoice or its ticket's link. Raises InvalidInput, Ambiguous, NotFound."""
    plain = NUMBER.fullmatch(text.lstrip("#"))
    if plain and not looked_up:
        return int(plain[1])
    with asked.reading() as connection:
        return case(connection, int(plain[1])).id if plain else case_meant(connection, text, field)


def customer_id(asked: Asked, text: str, field: str = "customer") -> int:
    """The one customer of that name, tax number, invoice or case. Raises InvalidInput naming the candidates when there are several."""
    if OWN_ROW.fullmatch(text):  # what our own search fields and buttons send back
        return int(text.removeprefix(OWN))
    with asked.reading() as connection:
        found = named(connection, text)
        if not found:
            rows = customers_of_invoice(connection, text) or customer_of_case(connection, text, field)
            found = [customer(connection, each) for each in rows]
    if not found:
        raise InvalidInput("customer_not_found", field, name=text)
    if len(found) > 1:
        readings = [(f"{OWN}{c.id}", c.name) for c in found]
        raise Ambiguous("customer_ambiguous", field, readings=readings, name=text)
    return found[0].id


def debtor_meant(asked: Asked, text: str, field: str = "debtor") -> int | str:
    """Whose money: a case's number, `id:7` for a customer, or an invoice's number. Raises InvalidInput, Ambiguous, NotFound."""
    plain = NUMBER.fullmatch(text.lstrip("#"))
    if plain or text.casefold().startswith(("http://", "https://")):
        return case_number(asked, text, field)
    if OWN_ROW.fullmatch(text):
        return text
    with asked.reading() as connection:
        if customers_of_invoice(connection, text):
            return text
    return f"{OWN}{customer_id(asked, text, field)}"


def staff_id(asked: Asked, text: str, field: str = "person", *, anybody: bool = False) -> int:
    """The active member of that handle, mention or name; by name only who may work on cases, unless `anybody`. Raises InvalidInput."""
    if folded(text) in MYSELF:
        return asked.member.id
    with asked.reading() as connection:
        named = everyone(connection) if anybody else holders(connection, Right.WORK)
        return colleague(connection, text, named, face=asked.request.face, workspace=asked.request.workspace, field=field)


def _person(asked: Asked, text: str, argument: Argument) -> int | str:
    """A member, or whoever is next in turn where the argument offers that."""
    if argument.choices and (found := meant(text, argument)):
        return found
    return staff_id(asked, text, argument.name, anybody=argument.kind is ArgumentKind.MEMBER)


def word(words: Words, text: str, argument: Argument) -> str:
    """One of the argument's choices, as it may be typed. Raises InvalidInput naming them, and the nearest one."""
    found = meant(text, argument)
    if found:
        return found
    near, choices = nearest(words, text, argument), all_typed(words, argument)
    if near:
        raise InvalidInput("not_a_choice_near", argument.name, typed=text, choices=choices, near=near)
    raise InvalidInput("not_a_choice", argument.name, typed=text, choices=choices)


def usage(asked: Asked, action: Action) -> str:
    """`case <case>`, in the reader's words; what may be left out stands in square brackets."""
    return form_of(asked.words, action)


def form_of(words: Words, action: Action) -> str:
    """How the verb is typed, in these words: `staff add <short name> <roles> [called <full name>]`."""
    typed = [a for a in action.arguments if a.kind not in NEVER_TYPED]
    return " ".join([action.called(words.language), *(_slot(words, argument) for argument in typed)])


def _slot(words: Words, argument: Argument) -> str:
    """Where an argument stands; before one that may be left out the word that introduces it, without which it is not seen."""
    label = words.say(f"field.{argument.name}")
    if argument.required and argument.when is None:
        return f"<{label}>"
    before = introduced(words, argument)
    return f"[{' '.join(before)} <{label}>]" if before else f"[{label}]"


def introduced(words: Words, argument: Argument) -> tuple[str, ...]:
    """The word, if any, that goes before an argument, as the reader types it."""
    return (argument.after[-1] if words.language == "pl" else argument.after[0],) if argument.after else ()


def _time(asked: Asked, argument: Argument, text: str) -> object:
    """A day, a moment or a month, as it is now in the person's own zone."""
    zone = known_zone(asked.words.zone)
    today = asked.now.astimezone(zone).date()
    if argument.kind is ArgumentKind.MONTH:
        return month(text, today=today, field=argument.name)
    if argument.kind is ArgumentKind.DAY:
        return day(text, today=today, tense=argument.tense, field=argument.name)
    return moment(text, now=asked.now, zone=zone, tense=argument.tense, field=argument.name)
