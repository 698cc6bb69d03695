"""What is asked back: which of several readings was meant, and the form that a gesture could not open by itself."""

import json
from collections.abc import Mapping

from core.chat.actions import Action
from core.chat.forms import FieldKind, Form
from core.chat.views import Button, NoteView
from core.chat.words import Words
from core.engine.errors import Ambiguous

MOST = 5  # readings offered as buttons; more is a list to read, and the person writes it more exactly
CARRIED = 1500  # characters a button carries at most: Slack allows 2,000 (https://docs.slack.dev/reference/block-kit/block-elements)


def readings_view(words: Words, action: Action, error: Ambiguous) -> NoteView:
    """Nothing was done; a button per reading does it, with everything else as it was typed."""
    title = words.error(error)
    choices = [(typed, meant, {**error.typed_beside, error.field: typed}) for typed, meant in error.readings]
    if len(choices) > MOST or any(_length(values) > CARRIED for _, _, values in choices):
        return NoteView(title=title)
    buttons = [
        Button(label=words.reading(meant), action=action.name, subject=0, form=action.form, values=values) for _, meant, values in choices
    ]
    return NoteView(title=title, buttons=tuple(buttons))


def opener(words: Words, form: Form) -> NoteView:
    """A private button whose press opens the form with what is known already; a long text is visibly cut where a button ends."""
    values = dict(form.given)
    for field in sorted((f for f in form.fields if f.value), key=lambda field: field.kind is FieldKind.LONG_TEXT):
        room = CARRIED - _length({**values, field.name: ""})
        if _length({"": field.value}) <= room:
            values[field.name] = field.value
        elif field.kind is FieldKind.LONG_TEXT and room > 1:
            values[field.name] = _cut(field.value, room)
    press = Button(label=words.say("form.open"), action=form.action, subject=form.subject, facts=form.facts, form=True, values=values)
    return NoteView(title=form.title, buttons=(press,))


def _cut(text: str, room: int) -> str:
    """As much of it as fits, which says that there was more."""
    while _length({"": f"{text}…"}) > room:
        text = text[: min(room, len(text) * 9 // 10)]
    return f"{text}…"


def _length(values: Mapping[str, str]) -> int:
    """As a button writes them: a line break or a quotation mark takes two characters."""
    return sum(len(json.dumps(text, ensure_ascii=False)) - 2 for pair in values.items() for text in pair)
