"""Whatever people write, Slack takes the card: checked by rules that know nothing of our renderers."""

import re

import pytest

from bots.slack.cards import message
from bots.slack.forms import modal
from bots.slack.listeners import information
from core.chat.views import VIEWS, Button, Confirm, NoteView
from core.chat.words import Words
from playground.slack.blocks import check
from tests.harness.faces import seen_in_slack
from tests.harness.hostile import HOSTILE, form, view, views

WORDS = [Words("en", "Europe/Warsaw"), Words("pl-PL", "Europe/Warsaw")]


@pytest.mark.parametrize("words", WORDS, ids=["en", "pl"])
@pytest.mark.parametrize("name", HOSTILE)
def test_every_view_is_taken(name: str, words: Words) -> None:
    for shown in views(HOSTILE[name]):
        assert check("message", message(shown, words)) == [], type(shown)
        assert check("modal", information(shown, words)) == [], type(shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_form_is_taken(name: str) -> None:
    for options in (1, 200):
        assert check("modal", modal(form(HOSTILE[name], options=options), WORDS[0])) == []


@pytest.mark.parametrize("kind", VIEWS)
def test_a_hundred_of_everything_is_cut_visibly_and_keeps_its_buttons(kind: type) -> None:
    drawn = message(view(kind, HOSTILE["long"], many=100), WORDS[0])

    assert check("message", drawn) == []
    assert any(block["type"] == "actions" for block in drawn["blocks"])
    assert "…" in str(drawn["blocks"])


@pytest.mark.parametrize("kind", VIEWS)
def test_a_persons_text_is_neither_markup_nor_a_mention(kind: type) -> None:
    for name in ("mention", "markup", "date token"):
        seen = seen_in_slack(message(view(kind, HOSTILE[name]), WORDS[0]))
        for text in seen.markup:
            assert not re.search(r"<(!channel|@U1\||!subteam|at>|!date\^0)", text), (name, text)


def test_an_empty_view_still_says_something() -> None:
    assert check("message", message(NoteView(title=""), WORDS[0])) == []


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]}, "0 characters"),
        ({"blocks": [{"type": "divider"}] * 51}, "51 of at most 50"),
        ({"blocks": [{"type": "marquee"}]}, "unsupported type"),
        ({"blocks": [{"type": "alert"}]}, "may not be in a message"),
        ({"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}]}, "2001 characters"),
        ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "not a type of text"),
        ({"blocks": [{"type": "divider", "block_id": "a"}] * 2}, "block_id 'a' is there 2 times"),
        ({"blocks": [{"type": "actions", "elements": []}]}, "0 of 1 to 25"),
        ({"blocks": [{"type": "section", "colour": "red", "text": {"type": "mrkdwn", "text": "x"}}]}, "unknown property 'colour'"),
        ({"blocks": [{"type": "context", "elements": [{"type": "button"}]}]}, "not a type of text"),
    ],
)  # fmt: skip
def test_the_check_finds_what_slack_refuses(payload: dict[str, object], problem: str) -> None:
    assert any(problem in line for line in check("message", payload)), check("message", payload)


def test_no_rare_button_is_lost_and_none_that_asks_first_or_carries_much_stands_in_a_menu() -> None:
    rare = [Button(label=f"Rare {n}", action=f"rare{n}", subject=1, rare=True) for n in range(12)]
    asks = Button(
        label="Stop", action="stop", subject=1, rare=True, confirm=Confirm(title="Stop?", text="It stops.", yes="Stop", no="Keep")
    )
    long = Button(label="Long", action="note", subject=1, rare=True, values={"text": "x" * 400})

    made = message(NoteView(title="Buttons", buttons=(*rare, asks, long)), WORDS[0])

    assert check("message", made) == []
    elements = [e for block in made["blocks"] for e in block.get("elements", ()) if "type" in e]
    assert {e["text"]["text"]: "confirm" in e for e in elements if e["type"] == "button"} == {"Stop": True, "Long": False}
    shown = [option["text"]["text"] for e in elements if e["type"] == "overflow" for option in e["options"]]
    assert shown == [button.label for button in rare]
