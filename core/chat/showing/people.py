"""People who must act, named in a row: the first few, and how many more."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from core.chat.values import Person, Text, Value
from core.chat.words import Words
from core.engine.transaction import SYSTEM
from core.people.queries import display_name, names_of
from core.suspensions.model import POLICY

CALLED = 6  # people named at once; more are a crowd, in which nobody acts


def people_who_act(connection: Connection, words: Words, staff_ids: Collection[int]) -> tuple[Value, ...]:
    """By name, each to be mentioned where the conversation's workspace knows them."""
    return first_of(words, [Person(name, acts=staff_id) for staff_id, name in names_of(connection, staff_ids)])


def first_of(words: Words, people: Sequence[Person]) -> tuple[Value, ...]:
    """The first of them, and that there are more."""
    more = len(people) - CALLED
    return (*people[:CALLED], Text(words.count("people.more", more))) if more > 0 else tuple(people)


def actor_name(connection: Connection, words: Words, actor: str) -> str:
    """Who did it: a person by name, the desk in the reader's words, a system of record by the name of its connection."""
    if actor == SYSTEM.id:
        return words.say("actor.desk")
    if actor.startswith(POLICY):
        return words.say("actor.policy", version=actor.removeprefix(POLICY))
    return display_name(connection, actor).removeprefix("connection:")
