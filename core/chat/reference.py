"""The reference of the verbs as a page: written into docs/verbs.md, never by hand."""

from collections.abc import Iterator
from itertools import groupby

from core.chat.actions import Action, ActionTable
from core.chat.parsing import form_of
from core.chat.words import Words
from core.people.model import RIGHTS, Right, Role


def reference(table: ActionTable, words: Words) -> str:
    """A table of Markdown per topic: how each verb is typed, its other names, who may, what it does."""
    by_topic = groupby(table.typed(frozenset(Right)), key=lambda action: action.topic)
    return "\n\n".join("\n".join(_table(list(actions), words, words.say(f"topic.{topic}"))) for topic, actions in by_topic)


def _table(actions: list[Action], words: Words, title: str) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| verb | Polish | also | who | what it does |"
    yield "| --- | --- | --- | --- | --- |"
    for action in actions:
        asks = " Asks first." if action.dangerous else ""
        cells = (
            _code(form_of(words, action)),
            *(" ".join(map(_code, names)) for names in (action.polish, action.aliases)),
            _who(action.right),
        )
        yield f"| {' | '.join(cells)} | {words.say(f'help.{action.name}')}{asks} |"


def _who(right: Right) -> str:
    holders = [role.value for role in Role if right in RIGHTS[role]]
    return "everybody" if len(holders) == len(Role) else ", ".join(holders)


def _code(text: str) -> str:
    return f"`{text}`"
