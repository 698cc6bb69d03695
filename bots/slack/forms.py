"""Forms as modals, and what a submitted modal says. Limits: https://docs.slack.dev/reference/views/modal-views."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bots.slack.cards import blocks
from bots.slack.markup import marked, plain
from bots.slack.payloads import Block, Payload
from core.chat.forms import Field, FieldKind, Form, Option
from core.chat.words import Words

CALLBACK = "billing:form"
INPUT = "value"
TICKED = "yes"
CHECKBOXES, OPTIONS, METADATA = 10, 100, 3000


def modal(form: Form, words: Words) -> Payload:
    """The modal; what the form carries travels in private_metadata (3,000 characters at most, ids only)."""
    lead = blocks(form.lead, words)[:60] if form.lead else []
    fields, deciding = form.applying, form.deciding
    problem = [{"type": "context", "elements": [marked(f"⛔ {form.problem}", words, 2000)]}] if form.problem else []
    errors = problem + [_error(field, words) for field in fields if field.error]
    carried = {"action": form.action, "subject": form.subject, "facts": form.facts, "key": form.key, "given": form.given}
    inputs = [input_block(field) | ({"dispatch_action": True} if field.name in deciding else {}) for field in fields]
    return {
        "type": "modal", "callback_id": CALLBACK, "title": plain(form.title, 24), "submit": plain(form.submit, 24),
        "close": plain(words.say("form.cancel"), 24), "private_metadata": _metadata(carried | {"locale": words.locale}, form.put_by),
        "blocks": [block for block in lead if block["type"] != "actions"] + errors + inputs,
    }  # fmt: skip


def _metadata(carried: Payload, put_by: Mapping[str, str]) -> str:
    """What was typed into fields that went travels along while there is room: longer texts stay behind."""
    held = dict(sorted(put_by.items(), key=lambda item: len(item[1])))
    while held and len(json.dumps(carried | {"put_by": held})) > METADATA:
        held.popitem()
    return json.dumps(carried | ({"put_by": held} if held else {}))


def input_block(field: Field) -> Block:
    """A labelled input; its block id is the field's name, so that errors find it."""
    made: Block = {
        "type": "input", "block_id": field.name, "label": plain(field.label, 2000), "optional": not field.required,
        "element": ELEMENTS[field.kind](field) | {"action_id": INPUT},
    }  # fmt: skip
    return made | ({"hint": plain(field.hint, 2000)} if field.hint else {})


def suggestion(found: Option) -> Block:
    """A choice offered in a search field."""
    return {"text": plain(found.label, 75), "value": found.value[:150]}


def field_errors(form: Form) -> dict[str, str]:
    """For `response_action: errors`: the typed values stay where they are."""
    return {field.name: field.error for field in form.applying if field.error}


def submitted(view: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the modal carried, and what was typed by field name. Untouched inputs are absent."""
    carried = carried_by(view.get("private_metadata") or "{}")
    state = (view.get("state") or {}).get("values") or {}
    typed = {name: text for name, inputs in state.items() for text in [_typed(inputs.get(INPUT) or {})] if text is not None}
    return carried, {**carried.get("given", {}), **typed}


def seen_fields(view: Mapping[str, Any]) -> frozenset[str]:
    """The fields that stood in the modal when it was sent: all are in its state, also the empty ones."""
    return frozenset((view.get("state") or {}).get("values") or {})


def carried_texts(text: str) -> dict[str, str]:
    """The further arguments of a button."""
    return {name: str(value) for name, value in carried_by(text or "{}").items()}


def carried_by(text: str) -> dict[str, Any]:
    """What our own modal or button took along; nothing for one that is not ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _typed(element: Mapping[str, Any]) -> str | None:
    if element.get("selected_option"):
        return str(element["selected_option"]["value"])
    if "selected_options" in element:
        return ",".join(str(option["value"]) for option in element["selected_options"])  # a tick's only value is TICKED
    found = element.get("value") or element.get("selected_date") or element.get("selected_user")
    return None if found is None else str(found)


def _text(field: Field) -> Block:
    made: Block = {"type": "plain_text_input", "multiline": field.kind is FieldKind.LONG_TEXT, "max_length": min(field.max_length, 3000)}
    return made | ({"initial_value": field.value[:3000]} if field.value else {})


def _options(field: Field) -> list[Block]:
    """As many choices as Slack takes, the cut visible; what is chosen stays."""
    given = [{"text": plain(option.label, 75), "value": option.value[:150]} for option in field.options]
    if len(given) <= OPTIONS:
        return given
    chosen = field.value.split(",")
    kept = [option for at, option in enumerate(given) if at < OPTIONS - 1 - len(chosen) or option["value"] in chosen]
    return [*kept, {"text": plain("…", 75), "value": "…"}]


def _choice(field: Field) -> Block:
    options = _options(field)
    chosen = [option for option in options if option["value"] == field.value]
    return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})


def _choices(field: Field) -> Block:
    options = _options(field)
    chosen = [option for option in options if option["value"] in field.value.split(",")]
    # Ten at most fit checkboxes, which show every choice at once: https://docs.slack.dev/reference/block-kit/block-elements/
    kind = "checkboxes" if len(options) <= CHECKBOXES else "multi_static_select"
    return {"type": kind, "options": options} | ({"initial_options": chosen} if chosen else {})


def _search(field: Field) -> Block:
    made: Block = {"type": "external_select", "min_query_length": 0 if field.options else 2}
    if field.value:
        made["initial_option"] = {"text": plain(field.value_label or field.value, 75), "value": field.value[:150]}
    return made


def _day(field: Field) -> Block:
    return {"type": "datepicker"} | ({"initial_date": field.value} if field.value else {})


def _tick(field: Field) -> Block:
    option = {"text": plain(field.label, 75), "value": TICKED}
    return {"type": "checkboxes", "options": [option]} | ({"initial_options": [option]} if field.value == TICKED else {})


def _error(field: Field, words: Words) -> Block:
    return {"type": "context", "elements": [marked(f"⛔ {field.label}: {field.error}", words, 2000)]}


ELEMENTS: Mapping[FieldKind, Callable[[Field], Block]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.NUMBER: _text,
    FieldKind.MONEY: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.SEARCH: _search,
    FieldKind.PERSON: lambda _field: {"type": "users_select"},
    FieldKind.DAY: _day,
    FieldKind.TICK: _tick,
}
