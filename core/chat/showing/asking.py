"""What is asked back: which of several readings was meant, and the form that a gesture could not open by itself."""

from collections.abc import Mapping

from core.chat.actions import Action
from core.chat.forms import Form
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
    """A private button whose press opens the form with what is known already."""
    values = dict(form.given)
    for field in form.fields:
        if field.value and _length(values) + len(field.name) + len(field.value) <= CARRIED:
            values[field.name] = field.value
    press = Button(label=words.say("form.open"), action=form.action, subject=form.subject, facts=form.facts, form=True, values=values)
    return NoteView(title=form.title, buttons=(press,))


def _length(values: Mapping[str, str]) -> int:
    return sum(len(name) + len(value) for name, value in values.items())
