"""The action table: every row says who may, under which topic, in both languages; every button has a verb that is typed."""

from collections.abc import Iterator

import pytest

from core.chat.actions import Action, ActionTable, Topic
from core.chat.parsing import begun, split_verb
from core.chat.showing.help import SAMPLE, example
from core.chat.table import TABLE
from core.chat.words import LANGUAGES, Words
from core.people.model import RIGHTS, Right, Role

EVERYTHING = frozenset(Right)
NEXT_STEPS = {"explain_stop"}  # forms that only follow a verb, which asks for the same again when it is typed again


def typed() -> Iterator[Action]:
    return TABLE.typed(EVERYTHING)


def test_every_button_has_a_verb_that_is_typed() -> None:
    for action in TABLE.all:
        if not action.typed and action.name not in NEXT_STEPS:
            instead = TABLE.named(action.instead)
            assert instead is not None, action.name
            assert instead.typed
            assert instead.right is action.right


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_begins_with_the_verb_and_is_about_the_reader_s_own(language: str) -> None:
    words = Words(language)

    for action in typed():
        shown = example(words, action, SAMPLE)
        meant, _, rest = begun(TABLE, shown)
        assert meant is action, shown
        assert not ("104" in rest and "{case}" not in action.example), f"{action.name}: write {{case}}"
        assert language != "pl" or action.polish, f"{action.name} has no Polish name"


def test_polish_verbs_are_spelt_with_their_diacritics_and_understood_without() -> None:
    assert split_verb("WEŹ 104") == split_verb("wez 104") == ("wez", "104")
    assert TABLE.named(split_verb("Zwróć 104")[0]) is TABLE.named("notbilling")
    assert TABLE.spelt(EVERYTHING)["wez"] == "weź"


def test_two_rows_cannot_answer_to_the_same_word() -> None:
    row = next(typed())

    with pytest.raises(ValueError, match="two actions answer to"):
        ActionTable((row,), (row,))


@pytest.mark.parametrize("role", Role)
def test_nobody_is_offered_what_their_role_does_not_allow(role: Role) -> None:
    offered = list(TABLE.typed(RIGHTS[role]))

    assert {action.right for action in offered} <= RIGHTS[role]
    assert [action.topic for action in offered] == sorted((a.topic for a in offered), key=list(Topic).index)
