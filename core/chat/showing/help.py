"""The views of help: what this person may do, by topic, with examples about cases and customers of theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import Connection

from core.cases.queue import first_of, queue_parts
from core.chat.actions import Action, ActionTable, Argument, ArgumentKind
from core.chat.asking import Asked
from core.chat.choosing import all_typed, typed_as
from core.chat.forms import When
from core.chat.parsing import form_of, introduced
from core.chat.values import Text
from core.chat.views import Fact, HelpView, Section
from core.chat.words import Words
from core.customers.queries import customer
from core.suspensions.queries import newest_suspension

SAMPLE = {
    "case": "104",
    "customer": "Nowak",
    "suspension": "S-3",
    "person": "ana",
    "leaver": "eva",
    "delivery": "7",
    "before": "2026-09",
    "after": "2026-10",
}
OWN = ("mine", "overdue", "unassigned", "unmatched")  # where an example is looked for, in this order


def help_view(asked: Asked, connection: Connection, table: ActionTable) -> HelpView:
    """Every verb the member may type, with an example and what it does."""
    words, facts = asked.words, own_facts(asked, connection)
    by_topic = groupby(table.typed(asked.member.rights), key=lambda action: action.topic)
    sections = tuple(
        Section(title=words.say(f"topic.{topic}"), facts=tuple(_line(words, action, facts) for action in actions))
        for topic, actions in by_topic
    )
    more = words.say("help.more")
    return HelpView(title=words.say("help.title"), status=words.say("help.lead"), sections=sections, footnotes=(Text(more),))


def verb_view(asked: Asked, connection: Connection, action: Action) -> HelpView:
    """One verb: how it is typed, what its arguments are, what else it is called."""
    words, called = asked.words, action.called(asked.words.language)
    others = ", ".join(name for name in action.names if name != called)
    facts = [
        Fact(words.say("help.usage"), Text(form_of(words, action))),
        Fact(words.say("help.example"), Text(example(words, action, own_facts(asked, connection)), quoted=True)),
        Fact(words.say("help.right"), Text(words.say(f"right.{action.right}"))),
    ]
    facts += [Fact(words.say("help.also"), Text(others))] if others else []
    return HelpView(title=called, status=words.say(f"help.{action.name}"), facts=(*facts, *_arguments(words, action)))


def example(words: Words, action: Action, facts: Mapping[str, str]) -> str:
    """The verb's example in the reader's language, about `facts`."""
    own = f"example.{action.name}"
    action = replace(action, example=" ".join(_spelt(words, action, word) for word in action.example.split(" ")))
    return action.shown(words.language, {**facts, "text": words.say(own)} if "{text}" in action.example else facts)


def _spelt(words: Words, action: Action, word: str) -> str:
    """A word of the example: a choice, or what introduces an argument, as the reader types it."""
    for argument in action.arguments:
        if word in argument.choices:
            return typed_as(words, argument.name, word)
        if argument.after[:1] == (word,):
            return " ".join(introduced(words, argument))
    return word


def own_facts(asked: Asked, connection: Connection) -> Mapping[str, str]:
    """What examples are about: what presses most in the member's own queue; made-up facts only where there are none."""
    facts = {**SAMPLE, "person": asked.member.handle, **_months(asked.now.date())}
    parts = queue_parts(asked.member.id)
    cases = [found for name in OWN for found in first_of(connection, parts[name], asked.now, limit=1)]
    if cases:
        facts["case"] = str(cases[0].id)
    whose = next((found.customer_id for found in cases if found.customer_id is not None), None)
    if whose is not None:
        facts["customer"] = customer(connection, whose).name
    newest = newest_suspension(connection)
    return facts if newest is None else facts | {"suspension": f"S-{newest}"}


def _months(today: date) -> dict[str, str]:
    """The two months before this one: what is compared when a new invoice has come."""
    after = today.replace(day=1) - timedelta(days=1)
    before = after.replace(day=1) - timedelta(days=1)
    return {"before": f"{before:%Y-%m}", "after": f"{after:%Y-%m}"}


def _line(words: Words, action: Action, facts: Mapping[str, str]) -> Fact:
    return Fact(example(words, action, facts), Text(words.say(f"help.{action.name}")))


def _arguments(words: Words, action: Action) -> Iterator[Fact]:
    """What an argument wants, where there is more to say than its name."""
    for argument in action.arguments:
        if argument.kind is not ArgumentKind.HIDDEN and (said := _wanted(words, argument)):
            yield Fact(words.say(f"field.{argument.name}"), Text(said))


def _only(words: Words, when: When) -> str:
    decides = words.say(f"field.{when.field}")
    if not when.among:
        return words.say("help.only_with", field=decides)
    return words.say("help.only", field=decides, choices=", ".join(typed_as(words, when.field, choice) for choice in when.among))


def _wanted(words: Words, argument: Argument) -> str:
    hint = f"field.{argument.name}.hint"
    parts = [
        words.say(hint) if words.has(hint) else "",
        all_typed(words, argument),
        "" if argument.required or argument.kind is ArgumentKind.TICK else words.say("help.optional"),
        "" if argument.when is None else _only(words, argument.when),
    ]
    return ". ".join(part.rstrip(".") for part in parts if part)
