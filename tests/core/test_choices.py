"""Every choice of every verb is typed in Polish and in English, with and without diacritics; what is misspelt is asked back."""

from collections.abc import Iterator

import pytest

from core.chat.actions import Action, Argument, ArgumentKind
from core.chat.choosing import all_typed, meant, nearest, spellings, spelt, typed_as
from core.chat.showing.help import SAMPLE, example
from core.chat.table import TABLE
from core.chat.words import LANGUAGES, Words
from core.engine.folding import folded

ENGLISH, POLISH = Words("en"), Words("pl")
THE_SAME = {"microsoft", "agent"}  # words of both languages


def chosen() -> Iterator[tuple[Action, Argument]]:
    return ((action, argument) for action in TABLE.all for argument in action.arguments if action.typed and argument.choices)


def test_every_choice_has_a_polish_word_that_is_understood_with_and_without_diacritics() -> None:
    for action, argument in chosen():
        for choice in argument.choices:
            shown = typed_as(POLISH, argument.name, choice)
            place = f"{action.name}, {argument.name}: {choice}"
            assert shown != choice or choice in THE_SAME, f"{place} is typed in English; say typed.{argument.name}.{choice} in typed.po"
            assert len(shown.split()) == 1 or argument.kind is ArgumentKind.WORD, f"{place}: {shown} is several words"
            for typed in (shown, folded(shown), shown.upper(), choice, choice.replace("_", " "), choice.replace("_", "-")):
                assert meant(typed, argument) == choice, f"{place}: {typed}"
            assert typed_as(ENGLISH, argument.name, choice) == choice, place


def test_no_word_means_two_choices() -> None:
    for _, argument in chosen():
        seen: dict[str, str] = {}
        for choice in argument.choices:
            for language in LANGUAGES:
                for text in spelt(Words(language), argument.name, choice):
                    assert seen.setdefault(folded(text), choice) == choice, f"{argument.name}: {text}"
                    assert spellings(argument.name, argument.choices)[folded(text).replace("_", " ").replace("-", " ")] == choice


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("triage", "rodzaj 104 proporcja"), ("resolve", "rozwiąż 104 tak"), ("hold", "blokada 104 dobra wola"),
        ("settle", "rozstrzygnij D-1 uznany"), ("restore", "przywróć 104 teraz"), ("microsoft", "microsoft 104 zgłoszenie"),
        ("prefs", "preferencje spóźnione rano"),
    ],
)  # fmt: skip
def test_polish_examples_are_typed_in_polish(verb: str, line: str) -> None:
    action = TABLE.named(verb)
    assert action is not None

    assert example(POLISH, action, SAMPLE).startswith(line)


def test_a_misspelt_choice_is_asked_back_in_the_reader_s_words() -> None:
    notice = TABLE.named("notice")
    assert notice is not None
    method = next(a for a in notice.arguments if a.name == "method")

    assert nearest(POLISH, "polecny", method) == "polecony"
    assert nearest(ENGLISH, "emial", method) == "email"
    assert nearest(ENGLISH, "pigeon", method) == ""
    assert all_typed(POLISH, method) == "mail, list, polecony, kurier, telefon"
