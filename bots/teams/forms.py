"""Forms as dialogs: an Adaptive Card with inputs, its errors beside the fields and the typed values kept.

No input of a dialog hides others by its value: `Action.ToggleVisibility` answers to a click, not to a choice, and a hidden input is sent
and held to be required all the same (https://learn.microsoft.com/adaptive-cards/authoring-cards/input-validation). So a form whose fields
depend on an answer asks up to that answer first, and `task/submit` is answered with a `continue` that has the fields that fit. There a
button beside the answer brings those of another one; what stands after it is required by the desk, not by the card, so that it never
keeps anybody from changing their mind.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bots.teams.cards import RENDERERS, action, literal, mentions, text_block
from bots.teams.fitting import clip, fitted
from bots.teams.payloads import CARD_TYPE, Element
from core.chat.forms import Field, FieldKind, Form, Option
from core.chat.views import View
from core.chat.words import Words

TICKED = "yes"
AT_ONCE = 6  # buttons; a dialog draws no dots for more


def dialog(form: Form, words: Words) -> Element:
    """The answer to `task/fetch`, and to a `task/submit` that was refused for its fields."""
    body: list[Element] = RENDERERS[type(form.lead)](form.lead, words) if form.lead else []
    body += [text_block(literal(f"⛔ {form.problem}"), color="Attention", id="problem")] if form.problem else []
    fields, next_one = form.applying, form.undecided
    if next_one:
        fields = fields[: [field.name for field in fields].index(next_one) + 1]
    carried: Element = {"action": form.action, "subject": form.subject, "facts": form.facts, "key": form.key, "given": form.given}
    carried |= _of_step(form, fields)
    for at, field in enumerate(fields):
        body += _field(field, words, by_desk=any(before.name in form.deciding for before in fields[:at]))
        if field.name in form.deciding and not next_one:
            body.append({"type": "ActionSet", "actions": [_change(words.say("form.fit"), carried)]})
    submit = {"type": "Action.Submit", "title": clip(form.submit, 75), "style": "positive", "data": {"form": carried}}
    if next_one:
        submit = _step(form, fields, words, carried)
    content = {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [submit]}
    return _continue(form.title, fitted(content, words), form.lead)


def _of_step(form: Form, fields: tuple[Field, ...]) -> Element:
    """What only a form with conditions carries: which fields are shown, and what was typed into others."""
    if not form.deciding:
        return {}
    shown = [field.name for field in fields]
    return {"seen": shown, "put_by": {f.name: f.value for f in form.fields if f.value and f.name not in shown}}


def _step(form: Form, fields: tuple[Field, ...], words: Words, carried: Element) -> Element:
    """The button of a step: the form's own where some answer asks for nothing more, and sends it in then."""
    decides = fields[-1]
    may_end = any(len(form.answered(decides.name, option.value).applying) == len(fields) for option in decides.options)
    title = form.submit if may_end else words.say("form.next")
    return {"type": "Action.Submit", "title": clip(title, 75), "style": "positive", "data": {"form": carried | {"step": True}}}


def _change(title: str, carried: Element) -> Element:
    return {"type": "Action.Submit", "title": clip(title, 75), "data": {"form": carried | {"change": True}}}


def confirmation(pressed: Mapping[str, Any]) -> Element | None:
    """A dangerous button asks first, in the words its card carried; None for a button that need not ask."""
    asked = pressed.get("confirm")
    if not isinstance(asked, Mapping):
        return None
    title, text, yes = (clip(str(asked.get(name) or ""), limit) for name, limit in (("title", 60), ("text", 300), ("yes", 75)))
    submit = {"type": "Action.Submit", "title": yes, "style": "destructive", "data": _pressing(pressed)}
    body = [text_block(literal(text))]
    return _continue(title, {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [submit]})


def _pressing(pressed: Mapping[str, Any], *, here: bool = False) -> Element:
    """What a dialog's button sends in: a press of a card's button, good for one effect, however often the dialog is sent in. `here`: what
    comes of it is shown in the dialog's place; else the card that was pressed shows it."""
    carried = {name: pressed.get(name) for name in ("action", "subject", "facts")} | {"given": pressed.get("values"), "confirmed": True}
    carried |= {"here": True} if here else {}
    return {"form": carried | {"key": f"confirm:{secrets.token_urlsafe(18)}"}}


def said(view: View, words: Words) -> Element:
    """A dialog that only says something, with those of the view's buttons that need no further dialog: a dialog opens none."""
    content: Element = {"type": "AdaptiveCard", "version": "1.5", "body": RENDERERS[type(view)](view, words)}
    direct = [action(button) for button in view.buttons if not (button.form or button.confirm or button.rare)][:AT_ONCE]
    if direct:
        content["actions"] = [
            {"type": "Action.Submit", "title": made["title"], "data": _pressing(made["data"], here=True)} for made in direct
        ]
    return _continue("Billing Desk", fitted(content, words), view)


def submitted(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the dialog carried, and what was typed by field name."""
    carried = data.get("form")
    known = dict(carried) if isinstance(carried, Mapping) else {}
    given = known.get("given")
    settled = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    typed = {name: str(value) for name, value in data.items() if name not in ("form", "msteams") and value is not None}
    return known, {**settled, **typed}


def _continue(title: str, drawn: Element, about: View | None = None) -> Element:
    named = mentions(about, drawn) if about else {}
    value = {
        "title": clip(title, 60),
        "height": "medium",
        "width": "medium",
        "card": {"contentType": CARD_TYPE, "content": drawn | ({"msteams": named} if named else {})},
    }
    return {"task": {"type": "continue", "value": value}}


def _field(field: Field, words: Words, *, by_desk: bool = False) -> list[Element]:
    """`by_desk`: that it is required is looked at where it is sent to, and marked as the card would."""
    by_card = field.required and not by_desk
    label = clip(literal(field.label), 300) + (" *" if field.required and by_desk else "")
    made = INPUTS[field.kind](field) | {"id": field.name, "label": label, "isRequired": by_card}
    if by_card:
        made["errorMessage"] = clip(words.say("form.missing", field=field.label), 300)
    error = [text_block(literal(field.error), color="Attention", size="Small", id=f"error-{field.name}")] if field.error else []
    hint = [text_block(literal(field.hint), isSubtle=True, size="Small")] if field.hint else []
    return [made, *error, *hint]


def _text(field: Field) -> Element:
    lines = field.kind is FieldKind.LONG_TEXT
    return {"type": "Input.Text", "value": field.value, "isMultiline": lines, "maxLength": field.max_length}


def _choice(field: Field) -> Element:
    choices = [{"title": clip(option.label, 200), "value": option.value} for option in field.options]
    return {"type": "Input.ChoiceSet", "choices": choices, "value": field.value, "style": "compact"}


def _choices(field: Field) -> Element:
    return {**_choice(field), "isMultiSelect": True, "style": "expanded"}


def _search(field: Field) -> Element:
    """Typeahead from our own database (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search)."""
    held = [Option(field.value, field.value_label or field.value)] if field.value else []
    offered = {option.value: option for option in (*held, *field.options)}.values()
    choices = [{"title": clip(option.label, 200), "value": option.value} for option in offered]
    return {
        "type": "Input.ChoiceSet", "choices": choices, "value": field.value, "style": "filtered",
        "choices.data": {"type": "Data.Query", "dataset": field.source},
    }  # fmt: skip


def _tick(field: Field) -> Element:
    return {"type": "Input.Toggle", "title": clip(literal(field.label), 300), "value": field.value, "valueOn": TICKED, "valueOff": ""}


INPUTS: Mapping[FieldKind, Callable[[Field], Element]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.NUMBER: _text,
    FieldKind.MONEY: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.SEARCH: _search,
    FieldKind.PERSON: _search,
    FieldKind.DAY: lambda field: {"type": "Input.Date", "value": field.value},
    FieldKind.TICK: _tick,
}
