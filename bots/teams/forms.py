"""Forms as dialogs: an Adaptive Card with inputs, its errors beside the fields and the typed values kept."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bots.teams.cards import RENDERERS, literal, mentions, text_block
from bots.teams.fitting import clip, fitted
from bots.teams.payloads import CARD_TYPE, Element
from core.chat.forms import Field, FieldKind, Form
from core.chat.views import View
from core.chat.words import Words

TICKED = "yes"


def dialog(form: Form, words: Words) -> Element:
    """The answer to `task/fetch`, and to a `task/submit` that was refused for its fields."""
    body: list[Element] = RENDERERS[type(form.lead)](form.lead, words) if form.lead else []
    body += [text_block(literal(f"⛔ {form.problem}"), color="Attention", id="problem")] if form.problem else []
    for field in form.fields:
        body += _field(field, words)
    carried = {"action": form.action, "subject": form.subject, "facts": form.facts, "key": form.key, "given": form.given}
    submit = {"type": "Action.Submit", "title": clip(form.submit, 75), "style": "positive", "data": {"form": carried}}
    return _continue(form.title, {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [submit]}, form.lead)


def confirmation(pressed: Mapping[str, Any]) -> Element | None:
    """A dangerous button asks first, in the words its card carried; None for a button that need not ask."""
    asked = pressed.get("confirm")
    if not isinstance(asked, Mapping):
        return None
    title, text, yes = (clip(str(asked.get(name) or ""), limit) for name, limit in (("title", 60), ("text", 300), ("yes", 75)))
    carried = {name: pressed.get(name) for name in ("action", "subject", "facts")} | {"given": pressed.get("values"), "confirmed": True}
    carried["key"] = f"confirm:{secrets.token_urlsafe(18)}"  # good for one effect, however often the dialog is sent in
    submit = {"type": "Action.Submit", "title": yes, "style": "destructive", "data": {"form": carried}}
    body = [text_block(literal(text))]
    return _continue(title, {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [submit]})


def said(view: View, words: Words) -> Element:
    """A dialog that only says something."""
    return _continue("Billing Desk", {"type": "AdaptiveCard", "version": "1.5", "body": RENDERERS[type(view)](view, words)}, view)


def submitted(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the dialog carried, and what was typed by field name."""
    carried = data.get("form")
    known = dict(carried) if isinstance(carried, Mapping) else {}
    given = known.get("given")
    settled = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    typed = {name: str(value) for name, value in data.items() if name not in ("form", "msteams") and value is not None}
    return known, {**settled, **typed}


def _continue(title: str, content: Element, about: View | None = None) -> Element:
    drawn = fitted(content)
    named = mentions(about, drawn) if about else {}
    value = {
        "title": clip(title, 60),
        "height": "medium",
        "width": "medium",
        "card": {"contentType": CARD_TYPE, "content": drawn | ({"msteams": named} if named else {})},
    }
    return {"task": {"type": "continue", "value": value}}


def _field(field: Field, words: Words) -> list[Element]:
    made = INPUTS[field.kind](field) | {"id": field.name, "label": clip(literal(field.label), 300), "isRequired": field.required}
    if field.required:
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
    chosen = [{"title": clip(field.value_label or field.value, 200), "value": field.value}] if field.value else []
    return {
        "type": "Input.ChoiceSet", "choices": chosen, "value": field.value, "style": "filtered",
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
