"""Choices as people type them: by our own word, by the catalogue's words or short label in any language, never guessed.

`typed.<argument>.<choice>` in a catalogue holds the words for one, separated by bars, the one that is shown first; without it the label
`choice.<argument>.<choice>` is typed as it is read, where it is short enough.
"""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache

from core.engine.folding import folded

from .actions import Argument
from .words import LANGUAGES, Words

MOST_WORDS = 3  # of a label that may be typed
LONGEST = 40  # characters worth comparing; no choice comes near it


def meant(text: str, argument: Argument) -> str:
    """The choice that is meant, case, diacritics, hyphens and underscores aside; "" for none."""
    return text if text in argument.choices else spellings(argument.name, argument.choices).get(_plain(text), "")


def nearest(words: Words, text: str, argument: Argument) -> str:
    """The choice that is spelt most like it, as the reader types it; "" when nothing comes close."""
    known = spellings(argument.name, argument.choices)
    near = difflib.get_close_matches(_plain(text)[:LONGEST], known, n=1)
    return typed_as(words, argument.name, known[near[0]]) if near else ""


def typed_as(words: Words, name: str, choice: str) -> str:
    """How the reader types it."""
    said = list(spelt(words, name, choice))
    return said[0] if said and (words.language != "en" or words.has(f"typed.{name}.{choice}")) else str(choice)


def all_typed(words: Words, argument: Argument) -> str:
    """All of the argument's choices, as the reader types them."""
    return ", ".join(typed_as(words, argument.name, choice) for choice in argument.choices)


@cache
def spellings(name: str, choices: tuple[str, ...]) -> Mapping[str, str]:
    """Every way to type one of them, with the choice it stands for. Our own words come first."""
    found = {_plain(choice): str(choice) for choice in choices}
    for language in LANGUAGES:
        for choice in choices:
            for text in spelt(Words(language), name, choice):
                found.setdefault(_plain(text), str(choice))
    return found


def spelt(words: Words, name: str, choice: str) -> Iterator[str]:
    """The catalogue's words for it, the one to show first."""
    if words.has(f"typed.{name}.{choice}"):
        yield from words.say(f"typed.{name}.{choice}").split("|")
    if words.has(f"choice.{name}.{choice}"):
        label = words.say(f"choice.{name}.{choice}")
        if len(label.split()) <= MOST_WORDS and label.replace(" ", "").replace("-", "").isalnum():
            yield label[:1].lower() + label[1:]


def _plain(text: str) -> str:
    return " ".join(folded(text).replace("_", " ").replace("-", " ").split())
