"""Understanding what people write. What is ambiguous is refused with the right form beside it, never guessed."""

import re
from collections.abc import Mapping
from datetime import date

from core.cases.queries import case
from core.customers.model import folded
from core.customers.queries import named
from core.engine.errors import InvalidInput, NotFound
from core.people.queries import by_handle

from .actions import Action, Argument, ArgumentKind
from .asking import Asked
from .words import Words

NEVER_TYPED = {ArgumentKind.HIDDEN, ArgumentKind.SUBSCRIPTIONS}
REST_OF_LINE = {ArgumentKind.TEXT, ArgumentKind.LONG_TEXT}
SPACES = re.compile(r"[\s\u00a0\u200b\u202f]+")
NUMBER = re.compile(r"(?:[cs]-)?(\d{1,12})", re.IGNORECASE)
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
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


def from_typed(asked: Asked, action: Action, rest: str) -> dict[str, object]:
    """The arguments of a typed command; missing required ones are simply absent. Raises InvalidInput, NotFound."""
    given: dict[str, object] = {}
    names = [a for a in action.arguments if a.kind not in NEVER_TYPED]
    for position, argument in enumerate(names):
        if not rest.strip():
            break
        token, rest = _next_token(asked, argument, rest, last=position == len(names) - 1)
        given[argument.name] = understand(asked, argument, token)
    if rest.strip():
        raise InvalidInput("too_many_words", rest=rest.strip(), usage=usage(asked, action))
    return given


def from_values(asked: Asked, action: Action, values: Mapping[str, str]) -> tuple[dict[str, object], dict[str, InvalidInput]]:
    """The arguments of a form, and what is wrong by field."""
    given: dict[str, object] = {}
    wrong: dict[str, InvalidInput] = {}
    for argument in action.arguments:
        typed = values.get(argument.name, "")
        if not typed.strip():
            if argument.required and argument.kind is not ArgumentKind.TICK:
                wrong[argument.name] = InvalidInput("field_missing", argument.name)
            continue
        try:
            given[argument.name] = understand(asked, argument, typed)
        except InvalidInput as error:
            wrong[argument.name] = error
    return given, wrong


def understand(asked: Asked, argument: Argument, typed: str) -> object:  # noqa: PLR0911 (one return per kind)
    """One argument's value. Raises InvalidInput with the nearest right form, NotFound for an id nobody has."""
    kind, text = argument.kind, typed.strip()
    if len(text) > argument.max_length:
        raise InvalidInput("text_too_long", argument.name, limit=argument.max_length)
    if kind is ArgumentKind.CASE:
        return case_number(asked, text) if argument.looked_up else number(text, argument.name)
    if kind is ArgumentKind.SUSPENSION:
        return number(text, argument.name)
    if kind is ArgumentKind.CUSTOMER:
        return customer_id(asked, text, argument.name)
    if kind is ArgumentKind.SUBSCRIPTIONS:
        return rows(text, argument.name)
    if kind is ArgumentKind.STAFF:
        return staff_id(asked, text, argument.name)
    if kind is ArgumentKind.MONTH:
        return month(text, argument.name)
    if kind is ArgumentKind.DAY:
        return day(text, argument.name)
    if kind is ArgumentKind.TICK:
        return folded(text) in YES
    if kind is ArgumentKind.WORD:
        return word(text, argument)
    return text


def number(text: str, field: str = "") -> int:
    """104, C-104, c-104. Raises InvalidInput."""
    found = NUMBER.fullmatch(text.lstrip("#"))
    if found is None:
        raise InvalidInput("not_a_number", field, typed=text)
    return int(found[1])


def case_number(asked: Asked, text: str) -> int:
    """An existing case's number. Raises InvalidInput, NotFound."""
    found = number(text, "case")
    with asked.reading() as connection:
        return case(connection, found).id


def customer_id(asked: Asked, text: str, field: str = "customer") -> int:
    """The one customer of that name or tax number. Raises InvalidInput naming the candidates when there are several."""
    if text.startswith("id:") and text[3:].isdigit():  # what our own search fields send back
        return int(text[3:])
    with asked.reading() as connection:
        found = named(connection, text)
    if not found:
        raise InvalidInput("customer_not_found", field, name=text)
    if len(found) > 1:
        raise InvalidInput("customer_ambiguous", field, name=text, names=", ".join(c.name for c in found[:5]))
    return found[0].id


def rows(text: str, field: str) -> tuple[int, ...]:
    """What a form's list of choices sends back: `3,5`. Raises InvalidInput."""
    return tuple(number(part.strip(), field) for part in text.split(",") if part.strip())


def staff_id(asked: Asked, text: str, field: str = "person") -> int:
    """The active member of that handle. Raises InvalidInput."""
    if folded(text) in MYSELF:
        return asked.member.id
    try:
        with asked.reading() as connection:
            return by_handle(connection, text).id
    except NotFound:
        raise InvalidInput("staff_not_found", field, name=text) from None


def month(text: str, field: str = "month") -> str:
    """2026-09. Raises InvalidInput."""
    if not MONTH.fullmatch(text):
        raise InvalidInput("not_a_month", field, typed=text)
    return text


def day(text: str, field: str = "day") -> date:
    """2026-09-30 or 30.09.2026; `03/04` could be two days and is refused. Raises InvalidInput."""
    iso, dotted = ISO_DAY.fullmatch(text), DOTTED_DAY.fullmatch(text)
    parts = (iso[1], iso[2], iso[3]) if iso else (dotted[3], dotted[2], dotted[1]) if dotted else None
    if parts is None:
        raise InvalidInput("not_a_day", field, typed=text)
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise InvalidInput("not_a_day", field, typed=text) from None


def word(text: str, argument: Argument) -> str:
    """One of the argument's choices, case and diacritics aside. Raises InvalidInput naming them."""
    if folded(text) not in argument.choices:
        raise InvalidInput("not_a_choice", argument.name, typed=text, choices=", ".join(argument.choices))
    return folded(text)


def usage(asked: Asked, action: Action) -> str:
    """`case <case>`, in the reader's words; what may be left out stands in square brackets."""
    return form_of(asked.words, action)


def form_of(words: Words, action: Action) -> str:
    """How the verb is typed, in these words."""
    typed = [a for a in action.arguments if a.kind not in NEVER_TYPED]
    shown = [f"<{label}>" if a.required else f"[{label}]" for a in typed for label in [words.say(f"field.{a.name}")]]
    return " ".join([action.called(words.language), *shown])


def _next_token(asked: Asked, argument: Argument, rest: str, *, last: bool) -> tuple[str, str]:
    """The next argument's text and what is left. A customer's name may have several words: the longest that is one."""
    if argument.kind in REST_OF_LINE or last:
        return rest.strip(), ""
    words = tidy(rest).split(" ")
    if argument.kind is ArgumentKind.CUSTOMER:
        for length in range(len(words), 1, -1):
            with asked.reading() as connection:
                if len(named(connection, " ".join(words[:length]))) == 1:
                    return " ".join(words[:length]), " ".join(words[length:])
    _, _, left = rest.strip().partition(" ")
    return words[0], left
