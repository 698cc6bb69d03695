"""Who is really mentioned: people who must act, in a conversation, where they have an identity in its workspace. Nobody else, ever."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from .values import Person, Value
from .views import Fact, Section, View, values_of


def called(view: View) -> frozenset[int]:
    """The members of staff whom the view asks to act."""
    return frozenset(value.acts for value in values_of(view) if isinstance(value, Person) and value.acts)


def addressed(view: View, addresses: Mapping[int, str]) -> View:
    """The view with everybody who must act by the address a conversation's workspace knows them by; by name alone whom it does not know."""
    return _with_people(view, lambda person: replace(person, address=addresses.get(person.acts, "")))


def _with_people(view: View, change: Callable[[Person], Person]) -> View:
    """The view with its people changed: they stand in facts and in lines."""

    def value(given: Value) -> Value:
        return change(given) if isinstance(given, Person) else given

    def fact(given: Fact) -> Fact:
        return replace(given, value=tuple(map(value, given.value)) if isinstance(given.value, tuple) else value(given.value))

    def section(given: Section) -> Section:
        return replace(given, facts=tuple(map(fact, given.facts)), lines=tuple(map(value, given.lines)))

    return replace(view, facts=tuple(map(fact, view.facts)), sections=tuple(map(section, view.sections)))
