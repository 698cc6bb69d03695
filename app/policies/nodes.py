"""A YAML file as nodes that know their lines. Nothing is guessed from how a value looks: each is text until a field says what it is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TypeVar

import yaml
from babel.numbers import get_currency_precision, list_currencies

T = TypeVar("T")
DURATION = re.compile(r"([0-9]{1,7}) ?(s|min|h|d)", re.ASCII)
UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?", re.ASCII)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, on which line (counted from 1)."""

    line: int
    sentence: str


@dataclass
class Faults:
    """Everything that is wrong with a file, so that one reading shows all of it."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, sentence: str) -> None:
        self.found.append(Fault(line, sentence))


class Faulty(Exception):
    """The file does not say what it should; `faults` says why, line by line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(set(faults))


class Unreadable(ValueError):
    """A value is not what its field needs; the sentence says what is."""


class Entry:
    """A mapping of the file: each field is asked for once, and what nobody asked for is a fault."""

    def __init__(self, node: yaml.Node, faults: Faults, name: str) -> None:
        self.line = node.start_mark.line + 1
        self.name = name
        self._faults = faults
        self._asked: set[str] = set()
        self._fields: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            faults.add(self.line, f"{name} must be fields with values, such as `name: value`.")
            return
        for key, value in node.value:
            if key.value in self._fields:
                faults.add(key.start_mark.line + 1, f"“{key.value}” stands twice in {name}.")
            self._fields[key.value] = value

    def has(self, key: str) -> bool:
        """Whether the field is there at all."""
        return key in self._fields

    def read(self, key: str, reader: Callable[[str], T], default: T | None = None) -> T | None:
        """The field's value; None, with a fault on its line, where it is missing or not what `reader` takes."""
        self._asked.add(key)
        node = self._fields.get(key)
        if node is None:
            if default is None:
                self._faults.add(self.line, f"{self.name} lacks “{key}”.")
            return default
        if not isinstance(node, yaml.ScalarNode):
            self._faults.add(node.start_mark.line + 1, f"“{key}” of {self.name} must be one value.")
            return None
        try:
            return reader(node.value)
        except ValueError as error:
            why = str(error) if isinstance(error, Unreadable) else f"“{node.value}” cannot be read."
            self._faults.add(node.start_mark.line + 1, f"“{key}” of {self.name}: {why}")
            return None

    def values(self, key: str, reader: Callable[[str], T]) -> tuple[T, ...]:
        """The field's list of single values; a value that cannot be read is a fault and left out."""
        self._asked.add(key)
        node = self._fields.get(key)
        if node is None or not isinstance(node, yaml.SequenceNode):
            self._faults.add(self.line if node is None else node.start_mark.line + 1, f"{self.name} needs a list “{key}”, such as [1, 2].")
            return ()
        made = []
        for one in node.value:
            try:
                made.append(reader(one.value))
            except (ValueError, TypeError):
                self._faults.add(one.start_mark.line + 1, f"“{key}” of {self.name}: “{one.value}” cannot be read.")
        return tuple(made)

    def each(self, reader: Callable[[str], T]) -> dict[str, T]:
        """Every field by its name, whatever they are called."""
        found = {key: self.read(key, reader) for key in self._fields}
        return {key: value for key, value in found.items() if value is not None}

    def fault(self, sentence: str) -> None:
        """Note what else is wrong with it, on its first line."""
        self._faults.add(self.line, sentence)

    def text_begins(self, key: str) -> int:
        """The line on which the field's text begins: below its name where it is a block, as after a `|`."""
        node = self._fields[key]
        is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return int(node.start_mark.line) + (2 if is_block else 1)

    def entry(self, key: str) -> "Entry":
        """The field's own fields; an empty entry, with a fault, where it is missing."""
        self._asked.add(key)
        node = self._fields.get(key)
        if node is None:
            self._faults.add(self.line, f"The file lacks the part “{key}”.")
            here = yaml.Mark("", 0, self.line - 1, 0, "", 0)
            node = yaml.MappingNode("tag:yaml.org,2002:map", [], here, here)
        return Entry(node, self._faults, key)

    def entries(self, key: str, *, optional: bool = False) -> list["Entry"]:
        """The field's list of entries; `optional` where it may be left out."""
        self._asked.add(key)
        node = self._fields.get(key)
        if node is None and optional:
            return []
        if node is None or not isinstance(node, yaml.SequenceNode):
            line = self.line if node is None else node.start_mark.line + 1
            self._faults.add(line, f"The file needs a list “{key}”, each entry after a dash.")
            return []
        return [Entry(one, self._faults, f"{key}, entry {number}") for number, one in enumerate(node.value, 1)]

    def unknown(self) -> Iterator[tuple[int, str]]:
        """Fields that nobody asked for, with their lines."""
        for key, node in self._fields.items():
            if key not in self._asked:
                yield node.start_mark.line + 1, key

    def close(self) -> None:
        """Note every unknown field: a misspelt rule must not silently be none."""
        for line, key in self.unknown():
            self._faults.add(line, f"{self.name} knows no “{key}”.")


def root(text: str, faults: Faults) -> Entry | None:
    """The file's fields; None, with a fault, where it is no YAML at all."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        faults.add(line, f"This is no YAML: {error.problem}.")
        return None
    except yaml.YAMLError as error:
        faults.add(1, f"This is no YAML: {error}.")
        return None
    if node is None:
        faults.add(1, "The file is empty.")
        return None
    return Entry(node, faults, "the file")


def text(value: str) -> str:
    """Words."""
    if not value.strip():
        raise Unreadable("it must not be empty.")
    return value.strip()


def whole(value: str) -> int:
    """A whole number, negative ones too."""
    try:
        return int(value)
    except ValueError:
        raise Unreadable(f"“{value}” is no whole number.") from None


def banking_days(value: str) -> int:
    """One at least: 3."""
    number = whole(value)
    if number < 1:
        raise Unreadable(f"“{value}” is no number of banking days: at least 1, and where it should not be asked the line is left out.")
    return number


def day(value: str) -> date:
    """2026-11-01."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"“{value}” is no day; write it like 2026-11-01.") from None


def clock(value: str) -> time:
    """15:00."""
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"“{value}” is no time of day; write it like 15:00.") from None


def duration(value: str) -> timedelta:
    """30 min, 4 h, 7 d."""
    found = DURATION.fullmatch(value.strip())
    if found is None:
        raise Unreadable(f"“{value}” is no duration; write it like 30 min, 4 h or 7 d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def money(value: str) -> tuple[int, str]:
    """100.00 PLN, as minor units and currency."""
    number, _, currency = value.strip().partition(" ")
    if currency not in list_currencies() or NUMBER.fullmatch(number) is None:
        raise Unreadable(f"“{value}” is no amount; write it like 100.00 PLN, with a point.")
    minor = Decimal(number).scaleb(get_currency_precision(currency))
    if minor != int(minor):
        raise Unreadable(f"“{value}” is less than the smallest coin of {currency}.")
    return int(minor), currency


def switch(value: str) -> bool:
    """yes or no."""
    words = {"yes": True, "no": False, "true": True, "false": False}
    if value.casefold() not in words:
        raise Unreadable(f"“{value}” is neither yes nor no.")
    return words[value.casefold()]
