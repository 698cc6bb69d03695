"""Views as Adaptive Cards 1.5, as plain dicts. One renderer per view type.

Limits and gaps: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from itertools import accumulate

from bots.teams.fitting import clip, fitted
from bots.teams.payloads import Element
from core.chat.values import Link, Moment, Person, Text, Value, visible
from core.chat.views import (
    Button,
    CaseView,
    ComparisonView,
    CustomerView,
    Fact,
    FindView,
    HelpView,
    HomeView,
    Item,
    NoteView,
    PreviewView,
    QueueView,
    ReportView,
    Section,
    SuspensionView,
    Table,
    Tone,
    View,
    values_of,
)  # fmt: skip
from core.chat.words import Words

TEXT_LIMIT, NAME = 3000, 60  # characters of a text, and of a name that is mentioned
PRIMARY, SECONDARY = 6, 16  # Teams draws six buttons; the others stand behind the dots
NARROW, WIDEST = 8, 24  # the share of a table's width that a column has, in characters of its longest cell
ROW, MARGIN = 60, 4  # characters of a row of buttons before the renderer cuts their labels, and what a button's frame takes of them
COLORS = {Tone.GOOD: "Good", Tone.WARNING: "Warning", Tone.DANGER: "Attention"}
STYLES = {Tone.GOOD: "positive", Tone.DANGER: "destructive"}
SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]#~"})


def literal(text: str) -> str:
    """A person's text, so that Teams' Markdown and `<at>` make nothing of it."""
    return visible(text).translate(SPECIAL).replace("<", "‹").replace(">", "›").replace("{{", "{\u200b{")


def _own(text: str) -> str:
    """A sentence of ours, which may have a person's name in it: emphasis aside, nothing in it is markup."""
    return visible(text).replace("<at>", "‹at›").replace("](", "]\u200b(").replace("{{", "{\u200b{")


def shown(value: Value | tuple[Value, ...], words: Words) -> str:
    """A value in a text block: moments by Teams' own date functions, drawn in each reader's zone."""
    if isinstance(value, tuple):
        return ", ".join(shown(v, words) for v in value)
    if isinstance(value, Moment):
        stamp = value.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{{{{DATE({stamp}, SHORT)}}}} {{{{TIME({stamp})}}}}"
    if isinstance(value, Link):
        return f"[{literal(value.label)}]({value.url.replace(')', '%29').replace(' ', '%20')})"
    if isinstance(value, Person) and value.address:
        return _mention(value) + literal(value.noted)
    if isinstance(value, Text) and not value.quoted:
        return _own(value.value)
    return literal(words.show(value))


def _mention(person: Person) -> str:
    """The entity's text must be found again in the card as it is, so nothing may need an escape in it."""
    name = visible(person.name).translate(dict.fromkeys(map(ord, '\\`*_[]()#~<>{}"')))
    return f"<at>{clip(' '.join(name.split()), NAME)}</at>"


def card(view: View, words: Words) -> Element:
    """The whole card."""
    made: Element = {
        "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.5",
        "body": RENDERERS[type(view)](view, words), "fallbackText": clip(plain_text(view), TEXT_LIMIT),
        "msteams": {"width": "Full"},
    }  # fmt: skip
    actions = [action(b) for b in arranged(view.buttons)]
    drawn = fitted(made | ({"actions": actions} if actions else {}) | {"msteams": {"width": "Full"} | mentions(view, made)}, words)
    return drawn | {"msteams": {"width": "Full"} | mentions(view, drawn)}


def arranged(buttons: Iterable[Button]) -> list[Button]:
    """The usual ones in a row, as many as it holds without cutting their labels; the others and the rare ones behind the dots."""
    given = list(buttons)
    usual = [b for b in given if not b.rare]
    room = sum(1 for taken in accumulate(len(b.label) + MARGIN for b in usual[:PRIMARY]) if taken <= ROW) or 1
    return [*usual[:room], *[replace(b, rare=True) for b in (*usual[room:], *(b for b in given if b.rare))][:SECONDARY]]


def mentions(view: View, drawn: Element) -> Element:
    """A mention in a card is only one if an entity names the person, its text the very same; of what the card still shows.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
    takes the person's id of Teams or of Entra.
    """
    people = [v for v in values_of(view) if isinstance(v, Person) and v.address]
    said = json.dumps(drawn | {"msteams": {}}, ensure_ascii=False)
    named = {(p.address, _mention(p)): p.name for p in people if _mention(p) in said}
    entities = [{"type": "mention", "text": text, "mentioned": {"id": who, "name": name}} for (who, text), name in named.items()]
    return {"entities": entities} if entities else {}


def plain_text(view: View) -> str:
    """What a notification or a screen reader says."""
    return ". ".join(part for part in (view.title, view.status) if part)


def standard(view: View, words: Words) -> list[Element]:
    """The common body: heading, state, facts, sections, tables, small print."""
    body = [text_block(literal(view.title), size="Large", weight="Bolder", style="heading")]
    if view.status:
        body.append(text_block(literal(view.status), weight="Bolder", color=COLORS.get(view.tone, "Default")))
    body += fact_set(view.facts, words)
    for section in view.sections:
        body.append(_section(section, words))
    for table in view.tables:
        body += _table(table, words)
    return body + [text_block(shown(line, words), isSubtle=True, size="Small") for line in view.footnotes]


def listing(view: View, words: Words) -> list[Element]:
    """A list to read: what is typed in bold, what it does behind it; in two columns it would break where it must not."""
    body = standard(replace(view, sections=(), footnotes=()), words)
    for section in view.sections:
        body.append(text_block(literal(section.title), weight="Bolder", separator=True))
        body += [text_block(f"**{literal(f.label)}** {shown(f.value, words)}", spacing="Small") for f in section.facts]
    return body + [text_block(shown(line, words), isSubtle=True, size="Small") for line in view.footnotes]


def home(view: View, words: Words) -> list[Element]:
    """One person's page: a line per thing that waits, its button beside it."""
    body = standard(replace(view, footnotes=()), words)
    for group in view.groups if isinstance(view, HomeView) else ():
        body.append(text_block(literal(group.title), weight="Bolder", separator=True))
        body += [_item(item, words) for item in group.items]
    return body + [text_block(shown(line, words), isSubtle=True, size="Small") for line in view.footnotes]


def _item(item: Item, words: Words) -> Element:
    known = " · ".join(shown(line, words) for line in item.lines)
    said = [text_block(literal(item.title)), text_block(known, isSubtle=True, size="Small", spacing="None")]
    press = {"type": "ActionSet", "actions": [action(item.button)]}
    columns = [{"type": "Column", "width": "stretch", "items": said}, {"type": "Column", "width": "auto", "items": [press]}]
    return {"type": "ColumnSet", "columns": columns}


def note(view: View, words: Words) -> list[Element]:
    """A sentence."""
    small = [text_block(shown(line, words), isSubtle=True) for line in view.footnotes]
    return [text_block(literal(view.title)), *fact_set(view.facts, words), *small]


def text_block(text: str, **more: object) -> Element:
    """A paragraph; it always wraps, and is shortened when the whole card is fitted."""
    return {"type": "TextBlock", "text": text if text.strip() else "–", "wrap": True, **more}


def fact_set(facts: Iterable[Fact], words: Words) -> list[Element]:
    """Labelled values."""
    rows = [{"title": clip(fact.label, 200), "value": shown(fact.value, words)} for fact in facts]
    return [{"type": "FactSet", "facts": rows}] if rows else []


def action(given: Button) -> Element:
    """`Action.Execute` answers in place; a button whose action has a form must be a Submit that fetches a dialog.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview
    """
    data: Element = {"action": given.action, "subject": given.subject, "facts": given.facts}
    if given.values:
        data["values"] = dict(given.values)
    if given.confirm and not given.form:  # Teams has no confirm of its own: a dialog asks, drawn from what the card carried
        asked = given.confirm
        data["confirm"] = {"title": clip(asked.title, 60), "text": clip(asked.text, 300), "yes": clip(asked.yes, 75)}
    if given.form or given.confirm:
        made: Element = {"type": "Action.Submit", "title": clip(given.label, 75), "data": data | {"msteams": {"type": "task/fetch"}}}
    else:
        made = {"type": "Action.Execute", "title": clip(given.label, 75), "verb": given.action, "data": data}
    if given.tone in STYLES:
        made["style"] = STYLES[given.tone]
    if given.rare:
        made["mode"] = "secondary"
    return made


def _section(section: Section, words: Words) -> Element:
    heading = text_block(literal(section.title), weight="Bolder", color=COLORS.get(section.tone, "Default"))
    lines = [text_block(shown(line, words), spacing="Small") for line in section.lines]
    items = [heading, *lines, *fact_set(section.facts, words)]
    return {"type": "Container", "separator": True, "spacing": "Medium", "items": items}


def _table(table: Table, words: Words) -> list[Element]:
    rows = [[shown(cell, words) for cell in row] for row in table.rows]
    columns = [_column(at, table, words) for at in range(len(table.columns))]
    head = _row([text_block(literal(name), weight="Bolder", size="Small") for name in table.columns])
    drawn: Element = {
        "type": "Table", "columns": columns, "rows": [head, *(_row([text_block(cell, size="Small") for cell in row]) for row in rows)],
        "showGridLines": True, "firstRowAsHeaders": True,
    }  # fmt: skip
    title = [text_block(literal(table.title), weight="Bolder", separator=True)] if table.title else []
    plain = [" | ".join(literal(words.show(cell)) for cell in row) for row in table.rows]
    return [*title, drawn | {"fallback": text_block("\n\n".join(plain))}]


def _column(at: int, table: Table, words: Words) -> Element:
    """As wide beside the others as its longest cell: no amount is broken for the sake of a short number beside it."""
    longest = max(len(text) for text in (table.columns[at], *(words.show(row[at]) for row in table.rows)))
    side = "Right" if at in table.numeric else "Left"
    return {"width": min(WIDEST, max(NARROW, longest + 1)), "horizontalCellContentAlignment": side}


def _row(cells: list[Element]) -> Element:
    return {"type": "TableRow", "cells": [{"type": "TableCell", "items": [cell]} for cell in cells]}


RENDERERS: Mapping[type[View], Callable[[View, Words], list[Element]]] = {
    CaseView: standard,
    QueueView: standard,
    FindView: standard,
    CustomerView: standard,
    ComparisonView: standard,
    SuspensionView: standard,
    PreviewView: standard,
    ReportView: standard,
    HelpView: listing,
    HomeView: home,
    NoteView: note,
}
