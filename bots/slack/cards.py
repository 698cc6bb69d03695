"""Views as Block Kit, as plain dicts. One renderer per view type; limits of https://docs.slack.dev/reference/block-kit/blocks."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bots.slack.markup import clip, clip_markup, escape, literal, marked, mrkdwn, plain
from bots.slack.payloads import Block, Payload
from core.chat.values import Text, visible
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
)  # fmt: skip
from core.chat.words import Words

BLOCKS = 50
FIELDS, HEADING = 10, 150
BUTTONS = 5  # Slack allows 25 in a row; more than five is a wall
OVERFLOW, ENTRY = 5, 150  # entries of a menu, and characters that one carries
ELEMENTS, NOTES = 25, 10  # of a row of buttons, and of the small print
WIDE, NARROW, GAP = 72, 12, "  "  # characters of a line that a message of usual width does not wrap, and of a column that may give way
STYLES = {Tone.GOOD: "primary", Tone.DANGER: "danger"}
STEP = re.compile(r"\d+\. ")  # a line that has its number needs no bullet
SIGNS = {Tone.NEUTRAL: "", Tone.GOOD: "✅ ", Tone.WARNING: "🕒 ", Tone.DANGER: "⛔ "}


def message(view: View, words: Words) -> Payload:
    """`text` and `blocks` of a message; the text is what a notification or a screen reader says."""
    spoken = escape(". ".join(part for part in (view.title, view.status) if part))
    return {"text": clip_markup(spoken, 3000, words) if spoken.strip() else "–", "blocks": blocks(view, words)}


def blocks(view: View, words: Words) -> list[Block]:
    """The view's blocks, at most fifty, the cut visible."""
    made = RENDERERS[type(view)](view, words)
    return made if len(made) <= BLOCKS else _cut(made, words)


def _cut(made: list[Block], words: Words) -> list[Block]:
    """What can be pressed stays, with the small print after it; the middle gives way, visibly."""
    at = next((n for n, block in enumerate(made) if block["type"] == "actions"), len(made))
    end = made[at:][:BLOCKS]
    return [*made[: BLOCKS - len(end) - 1], {"type": "context", "elements": [marked(words.say("shortened.rest"), words)]}, *end]


def card(view: View, words: Words) -> list[Block]:
    """The common card: heading, state, facts, sections, tables, buttons, small print."""
    made: list[Block] = [{"type": "header", "text": plain(view.title, HEADING)}]
    if len(view.title) > HEADING:
        made.append({"type": "section", "text": marked(literal(view.title), words)})
    if view.status:
        made.append({"type": "section", "text": marked(f"{SIGNS[view.tone]}*{literal(view.status)}*", words)})
    made += fields(view.facts, words)
    for section in view.sections:
        made += _section(section, words)
    for table in view.tables:
        made += _table(table, words)
    return made + buttons(view.buttons) + _footnotes(view, words)


def listing(view: View, words: Words) -> list[Block]:
    """A list to read: the heading in words, a line per fact of a section."""
    made: list[Block] = [{"type": "section", "text": marked(f"*{literal(view.title)}*", words)}]
    if view.status:
        made.append({"type": "context", "elements": [marked(literal(view.status), words)]})
    made += fields(view.facts, words)
    for section in view.sections:
        made += _lines(section.facts, words, f"*{literal(section.title)}*")
    for table in view.tables:
        made += _table(table, words)
    return made + buttons(view.buttons) + _footnotes(view, words)


def home(view: View, words: Words) -> list[Block]:
    """One person's page: a line per thing that waits, its button beside it."""
    made = card(replace(view, buttons=(), footnotes=()), words)
    for group in view.groups if isinstance(view, HomeView) else ():
        made += [{"type": "divider"}, {"type": "section", "text": marked(f"*{literal(group.title)}*", words)}]
        made += [_item(item, words) for item in group.items]
    return made + buttons(view.buttons) + _footnotes(view, words)


def page(view: View, words: Words) -> Payload:
    """The home tab. https://docs.slack.dev/surfaces/app-home"""
    return {"type": "home", "blocks": blocks(view, words)}


def _item(item: Item, words: Words) -> Block:
    """What waits, with the button that shows it beside it."""
    known = " · ".join(mrkdwn(line, words) for line in item.lines)
    return {"type": "section", "text": marked(f"{literal(item.title)}\n{known}", words), "accessory": button(item.button, 0)}


def _lines(facts: Iterable[Fact], words: Words, *heading: str) -> list[Block]:
    """A line per fact, its label as it is typed: as many to a block as a block takes."""
    lines = [*heading, *(f"`{escape(fact.label).replace('`', chr(39))}`  {mrkdwn(fact.value, words)}" for fact in facts)]
    return _texts(lines, words)


def note(view: View, words: Words) -> list[Block]:
    """A sentence."""
    made: list[Block] = [{"type": "section", "text": marked(literal(view.title), words)}]
    return made + fields(view.facts, words) + buttons(view.buttons) + _footnotes(view, words)


def fields(facts: Iterable[Fact], words: Words) -> list[Block]:
    """Facts two by two; ten to a block."""
    shown = [marked(f"*{escape(fact.label)}*\n{mrkdwn(fact.value, words)}", words, 2000) for fact in facts]
    return [{"type": "section", "fields": shown[at : at + FIELDS]} for at in range(0, len(shown), FIELDS)]


def buttons(given: Iterable[Button]) -> list[Block]:
    """The usual ones in a row, the rare ones behind the dots, five to a menu; one that asks first never: an entry cannot."""
    found = list({value_of(b): b for b in given}.values())
    drawn = [b for b in found if _must_be_drawn(b)]
    room = max(0, BUTTONS - len(drawn))
    usual = [b for b in found if not b.rare and b not in drawn]
    row = [b for b in found if b in drawn or b in usual[:room]]
    rare = [*usual[room:], *(b for b in found if b.rare and b not in drawn)]
    menus = [_menu(rare[at : at + OVERFLOW], at) for at in range(0, len(rare), OVERFLOW)]
    elements = [*(button(b, n) for n, b in enumerate(row[: ELEMENTS - len(menus)])), *menus]
    return [{"type": "actions", "elements": elements}] if elements else []


def _must_be_drawn(given: Button) -> bool:
    """Whether it cannot stand in a menu: it asks first, or carries more than an entry may."""
    return given.confirm is not None or len(value_of(given)) > ENTRY


def _menu(given: Iterable[Button], at: int) -> Block:
    options = [{"text": plain(b.label, 75), "value": value_of(b)} for b in given]
    return {"type": "overflow", "action_id": f"billing:overflow:{at}" if at else "billing:overflow", "options": options}


def button(given: Button, position: int) -> Block:
    """One button: its action in the id, action, subject and facts in the value."""
    made: Block = {
        "type": "button", "action_id": f"billing:{given.action}:{position}", "text": plain(given.label, 75), "value": value_of(given),
    }  # fmt: skip
    if given.tone in STYLES:
        made["style"] = STYLES[given.tone]
    if given.confirm:
        asked = given.confirm
        made["confirm"] = {
            "title": plain(asked.title, 100), "text": plain(asked.text, 300), "confirm": plain(asked.yes, 30), "deny": plain(asked.no, 30),
        }  # fmt: skip
    return made


def value_of(given: Button) -> str:
    """`take|104|3`, and what else it carries as JSON: compared by the core, never believed."""
    carried = f"|{json.dumps(dict(given.values), ensure_ascii=False)}" if given.values else ""
    return f"{given.action}|{given.subject}|{given.facts}{carried}"


def _section(section: Section, words: Words) -> list[Block]:
    said = [mrkdwn(line, words) for line in section.lines]
    lines = [line if len(said) == 1 or STEP.match(line) else f"• {line}" for line in said]
    heading = f"{SIGNS[section.tone]}*{literal(section.title)}*"
    return [{"type": "divider"}, *_texts([heading, *lines], words), *fields(section.facts, words)]


def _table(table: Table, words: Words) -> list[Block]:
    """Aligned text in a code block, as `table` blocks are not drawn by every client yet; labelled lines where it is too wide for one."""
    rows = [tuple(_cell(words.show(cell)) for cell in row) for row in table.rows]
    widths = _widths(table, rows)
    title = [{"type": "section", "text": marked(f"*{literal(table.title)}*", words)}] if table.title else []
    if sum(widths) + len(GAP) * (len(widths) - 1) > WIDE:
        return [*title, *_texts([_labelled(table, row) for row in rows], words)]
    return [*title, *_texts([_aligned(table, widths, row) for row in (table.columns, *rows)], words, "```")]


def _texts(lines: list[str], words: Words, fence: str = "") -> list[Block]:
    """As many lines to a block as a block takes."""
    return [{"type": "section", "text": marked(fence + "\n".join(chunk) + fence, words)} for chunk in _chunks(lines, 2900)]


def _widths(table: Table, rows: list[tuple[str, ...]]) -> list[int]:
    """Characters for each column: as many as its longest cell has, the widest texts giving way until all fit on a line: a
    moment or an amount that is cut would say something else."""
    widths = [max(len(row[at]) for row in (table.columns, *rows)) for at in range(len(table.columns))]
    whole = {at for row in table.rows for at, cell in enumerate(row) if not isinstance(cell, Text)} | table.numeric
    while sum(widths) + len(GAP) * (len(widths) - 1) > WIDE:
        widest = max((at for at in range(len(widths)) if at not in whole), key=lambda at: widths[at], default=None)
        if widest is None or widths[widest] <= NARROW:
            break
        widths[widest] -= 1
    return widths


def _aligned(table: Table, widths: list[int], row: tuple[str, ...]) -> str:
    shown = (clip(text, width).rjust(width) if at in table.numeric else clip(text, width).ljust(width)
             for at, (text, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
    return escape(GAP.join(shown).rstrip())


def _labelled(table: Table, row: tuple[str, ...]) -> str:
    """The first cell in bold, every other behind the name of its column; what is empty is left out."""
    known = [f"{literal(name)} {literal(clip(text, 200))}" for name, text in zip(table.columns[1:], row[1:], strict=True) if text.strip()]
    return f"*{literal(clip(row[0], 200)) or '–'}*: " + " · ".join(known)


def _cell(text: str) -> str:
    return visible(text).replace("`", "'").replace("\n", " ")


def _footnotes(view: View, words: Words) -> list[Block]:
    if not view.footnotes:
        return []
    more = len(view.footnotes) - NOTES
    shown = (*view.footnotes[: NOTES - 1], Text(words.count("list.more", more + 1))) if more > 0 else view.footnotes
    return [{"type": "context", "elements": [marked(mrkdwn(line, words), words, 2000) for line in shown]}]


def _chunks(lines: list[str], limit: int) -> Iterable[list[str]]:
    chunk: list[str] = []
    for line in lines:
        if chunk and sum(len(x) + 1 for x in chunk) + len(line) > limit:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


RENDERERS: Mapping[type[View], Callable[[View, Words], list[Block]]] = {
    CaseView: card,
    QueueView: card,
    FindView: card,
    CustomerView: card,
    ComparisonView: card,
    SuspensionView: card,
    PreviewView: card,
    ReportView: card,
    HelpView: listing,
    HomeView: home,
    NoteView: note,
}
