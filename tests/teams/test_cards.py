"""Whatever people write, Teams takes the card: checked by rules that know nothing of our renderers, and by the official schema."""

import json
import re
from typing import Any

import pytest

from bots.teams.cards import card
from bots.teams.forms import confirmation, dialog, said
from bots.teams.notifier import message
from core.chat.forms import FieldKind
from core.chat.views import VIEWS, NoteView
from core.chat.words import Words
from playground.teams.checks import SIZE, check_activity, check_card
from tests.harness.faces import seen_in_teams
from tests.harness.hostile import HOSTILE, form, view, views
from tests.harness.schema import against_schema

WORDS = [Words("en", "Europe/Warsaw"), Words("pl-PL", "Europe/Warsaw")]


def content(answer: dict[str, Any] | None) -> dict[str, Any]:
    assert answer is not None
    return dict(answer["task"]["value"]["card"]["content"])


@pytest.mark.parametrize("words", WORDS, ids=["en", "pl"])
@pytest.mark.parametrize("name", HOSTILE)
def test_every_view_is_taken(name: str, words: Words) -> None:
    for shown in views(HOSTILE[name]):
        assert check_activity(message(shown, words)) == [], type(shown)
        assert check_card(content(said(shown, words))) == [], type(shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_form_and_confirmation_is_taken(name: str) -> None:
    for options in (1, 200):
        drawn = content(dialog(form(HOSTILE[name], options=options), WORDS[0]))
        assert check_card(drawn) == []
        assert len([node for node in drawn["body"] if node["type"].startswith("Input.")]) == 2 * len(FieldKind)
    press = next(a for a in card(view(VIEWS[0], HOSTILE[name]), WORDS[0])["actions"] if "confirm" in a["data"])
    assert check_card(content(confirmation(press["data"]))) == []


def test_what_a_form_needs_is_said_in_a_sentence_before_anything_is_sent() -> None:
    drawn = content(dialog(form("Reason"), WORDS[1]))

    needed = [node for node in drawn["body"] if node.get("isRequired")]
    assert needed
    assert {node["errorMessage"] for node in needed} == {"Pole „Reason” jest wymagane; nic nie wysłano."}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_hundred_of_everything_fits_and_is_cut_visibly(kind: type) -> None:
    drawn = message(view(kind, HOSTILE["long"], many=100), WORDS[0])

    assert check_activity(drawn) == []
    assert "…" in json.dumps(drawn, ensure_ascii=False)
    assert drawn["attachments"][0]["content"]["actions"]


@pytest.mark.parametrize("kind", VIEWS)
def test_a_persons_text_is_neither_markup_nor_a_mention(kind: type) -> None:
    for name in ("mention", "markup", "date token"):
        seen = seen_in_teams(message(view(kind, HOSTILE[name]), WORDS[0]))
        for text in seen.markup:
            assert not re.search(r"(?<!\\)\]\(https://evil", text), (name, text)
            assert "{{DATE(2026-01-01" not in text, (name, text)
            assert "<at>Ana" not in text, (name, text)


def test_an_empty_view_still_says_something() -> None:
    assert check_activity(message(NoteView(title=""), WORDS[0])) == []


@pytest.mark.needs_schemas
def test_the_official_schema_takes_every_view_and_form() -> None:
    for name, text in HOSTILE.items():
        for each in [card(shown, WORDS[0]) for shown in views(text)] + [content(dialog(form(text), WORDS[0]))]:
            assert against_schema(each) == [], name


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ({"type": "TextBlok", "text": "x"}, "unknown element"),
        ({"type": "TextBlock", "txt": "x"}, "unknown property 'txt'"),
        ({"type": "TextBlock", "text": ""}, "text: required"),
        ({"type": "TextBlock", "text": "x", "color": "Red"}, "color: 'Red'"),
        ({"type": "Input.Text", "id": "a", "isRequired": True}, "errorMessage"),
        ({"type": "FactSet", "facts": [{"title": "", "value": "x"}]}, "title and value"),
    ],
)
def test_the_check_finds_what_teams_would_not_draw(node: dict[str, Any], problem: str) -> None:
    found = check_card({"type": "AdaptiveCard", "version": "1.5", "body": [node]})
    assert any(problem in line for line in found), found


def test_the_check_knows_the_size() -> None:
    assert check_activity({"type": "message", "text": "x" * (SIZE + 1)})
