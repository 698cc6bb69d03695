"""Forms built from an action's own arguments, so that a row of the table is all a verb needs."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from core.engine.errors import DeskError
from core.people.queries import member, names

from .actions import Action, Argument, ArgumentKind, Given
from .amounts import written
from .asking import Asked
from .billed import invoices_offered
from .forms import Field, FieldKind, Form, Option
from .options import LIMIT, PEOPLE, chosen, source_of
from .values import Money
from .words import OWN

# People in a list to look through; more are searched by name. A Slack list takes a hundred, and says nothing of the rest.
MOST_LISTED = 25
FIELD_KINDS = {
    ArgumentKind.CASE: FieldKind.SEARCH,
    ArgumentKind.SUSPENSION: FieldKind.NUMBER,
    ArgumentKind.NUMBER: FieldKind.NUMBER,
    ArgumentKind.RECORD: FieldKind.NUMBER,
    ArgumentKind.CUSTOMER: FieldKind.SEARCH,
    ArgumentKind.DEBTOR: FieldKind.SEARCH,
    ArgumentKind.INVOICE: FieldKind.SEARCH,
    ArgumentKind.LINE: FieldKind.NUMBER,
    ArgumentKind.STAFF: FieldKind.CHOICE,
    ArgumentKind.MEMBER: FieldKind.CHOICE,
    ArgumentKind.MONTH: FieldKind.TEXT,
    ArgumentKind.WORD: FieldKind.CHOICE,
    ArgumentKind.WORDS: FieldKind.CHOICES,
    ArgumentKind.NAME: FieldKind.TEXT,
    ArgumentKind.TEXT: FieldKind.TEXT,
    ArgumentKind.LONG_TEXT: FieldKind.LONG_TEXT,
    ArgumentKind.SUBSCRIPTIONS: FieldKind.CHOICES,
    ArgumentKind.DAY: FieldKind.DAY,
    ArgumentKind.MOMENT: FieldKind.TEXT,  # as it would be typed: no picker of either chat knows the person's zone
    ArgumentKind.MONEY: FieldKind.MONEY,
    ArgumentKind.LANGUAGE: FieldKind.TEXT,
    ArgumentKind.ZONE: FieldKind.TEXT,
    ArgumentKind.TICK: FieldKind.TICK,
}

SUBJECTS = {ArgumentKind.CASE, ArgumentKind.SUSPENSION, ArgumentKind.NUMBER}


def build_form(
    asked: Asked, action: Action, given: Given, *, values: Mapping[str, str] | None = None, wrong: Mapping[str, DeskError] | None = None,
    key: str = "", problem: str = "",
) -> Form:  # fmt: skip
    """The action's form. What was settled before (its subject, hidden arguments) is carried, the rest are fields.

    What is `wrong` with something that is no field of it is said above the fields, as the `problem` is.
    """
    settled = {n: _as_sent(asked, action, n, v) for n, v in given.items() if values is None}
    typed_first = values is not None and not asked.request.subject  # the subject was a field, and stays one
    carried = _carried(action, given, but=action.arguments[0].name if typed_first and action.arguments else "")
    prefill = dict(action.prefill(asked, given)) if action.prefill and values is None else {}
    shown = {**prefill, **settled, **(values or {})}
    asks = [a for a in action.arguments if a.name not in carried and a.kind is not ArgumentKind.HIDDEN and not _is_idle(asked, a, given)]
    fields = tuple(_field(asked, action, a, given, shown.get(a.name, ""), (wrong or {}).get(a.name)) for a in asks)
    first = action.arguments[0].name if action.arguments else ""
    subject = int(str(given[first])) if first in carried else 0
    form = Form(
        action=action.name, subject=subject, title=asked.words.say(f"form.{action.name}.title"),
        submit=asked.words.say(f"form.{action.name}.submit"), fields=fields, key=key or f"form:{secrets.token_urlsafe(18)}",
        facts=asked.request.facts, lead=action.lead(asked, given) if action.lead and _is_settled(action, carried) else None, given=carried,
        problem=problem,
    )  # fmt: skip
    shown_names = {field.name for field in form.applying}
    unseen = [asked.words.error(error) for name, error in (wrong or {}).items() if name not in shown_names]
    return form if problem or not unseen else replace(form, problem=" ".join(unseen))


def _is_settled(action: Action, carried: Mapping[str, str]) -> bool:
    """Whether it is known what the form is about; while that is a field of its own, there is nothing to show above it."""
    about = action.arguments[0] if action.arguments else None
    return about is None or about.kind not in SUBJECTS or about.name in carried


def _carried(action: Action, given: Given, *, but: str = "") -> dict[str, str]:
    of_case = {a.name for a in action.arguments if a.kind is ArgumentKind.DEBTOR and isinstance(given.get(a.name), int)}
    subjects = {*SUBJECTS, ArgumentKind.RECORD, ArgumentKind.HIDDEN}
    carried = (a for a in action.arguments if (a.kind in subjects or a.name in of_case) and a.name in given)
    return {a.name: str(given[a.name]) for a in carried if a.name != but or a.kind is ArgumentKind.HIDDEN}


def _is_idle(asked: Asked, argument: Argument, given: Given) -> bool:
    """Whether there is nothing to choose from in a field that may be left out."""
    return argument.options is not None and not argument.required and not argument.options(asked, given)


def _field(asked: Asked, action: Action, argument: Argument, given: Given, value: str, wrong: DeskError | None) -> Field:
    words = asked.words
    own, hint = f"form.{action.name}.field.{argument.name}", f"field.{argument.name}.hint"
    options = argument.options(asked, given) if argument.options else _options(asked, argument, given)
    searched = len(options) > MOST_LISTED and argument.kind.value in PEOPLE
    kind = _kind(argument, options, searched=searched)
    held = _held(asked, argument, value) if kind is FieldKind.SEARCH else None
    return Field(
        name=argument.name, label=_capital(words.say(own if words.has(own) else f"field.{argument.name}")), kind=kind,
        value=held.value if held else value, value_label=held.label if held else "",
        hint=words.say(hint) if words.has(hint) else "", error=words.error(wrong) if wrong else "",
        required=argument.required and argument.kind is not ArgumentKind.TICK, options=() if searched else options,
        source=source_of(argument, str(given.get(argument.about, ""))) if kind is FieldKind.SEARCH else "",
        max_length=argument.max_length, about=argument.about, when=argument.when, required_when=argument.required_when,
    )  # fmt: skip


def _kind(argument: Argument, options: tuple[Option, ...], *, searched: bool) -> FieldKind:
    """A number of a list that is known is chosen from it."""
    if searched:
        return FieldKind.SEARCH
    return FieldKind.CHOICE if argument.kind is ArgumentKind.LINE and options else FIELD_KINDS[argument.kind]


def _held(asked: Asked, argument: Argument, value: str) -> Option | None:
    """What a search field holds already, with its label."""
    if not value:
        return None
    if value in argument.choices:
        return Option(value, asked.words.say(f"choice.{argument.name}.{value}"))
    with asked.reading() as connection:
        return chosen(connection, asked.words, argument.kind.value, value)


def _capital(label: str) -> str:
    """A label begins a line; in a sentence the same word stands small."""
    return label[:1].upper() + label[1:]


def _as_sent(asked: Asked, action: Action, name: str, value: object) -> str:
    """A settled argument as its field would send it: a customer's row is told from a number that was typed as a name."""
    kind = next(a.kind for a in action.arguments if a.name == name)
    if kind in (ArgumentKind.STAFF, ArgumentKind.MEMBER) and isinstance(value, int):
        with asked.reading() as connection:
            found = member(connection, value)
        return found.handle if found else ""
    is_customer = kind is ArgumentKind.CUSTOMER
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Money):
        return written(value)
    return f"{OWN}{value}" if is_customer and isinstance(value, int) else str(value)


def _options(asked: Asked, argument: Argument, given: Given) -> tuple[Option, ...]:
    """A closed list's labels; for a person, everybody who may work on cases now, or everybody; the first invoices of whom it is about."""
    if argument.kind is ArgumentKind.INVOICE and argument.about in given:
        with asked.reading() as connection:
            return invoices_offered(connection, asked.words, str(given[argument.about]), "", limit=LIMIT)
    if argument.kind in (ArgumentKind.STAFF, ArgumentKind.MEMBER):
        with asked.reading() as connection:
            known = names(connection, PEOPLE[argument.kind.value])
        return (*_choices(asked, argument), *(Option(handle, name) for handle, name in known))
    return _choices(asked, argument)


def _choices(asked: Asked, argument: Argument) -> tuple[Option, ...]:
    return tuple(Option(choice, asked.words.say(f"choice.{argument.name}.{choice}")) for choice in argument.choices)
