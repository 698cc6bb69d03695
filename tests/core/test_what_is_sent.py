"""Four rules over every card, form and message that the golden files hold, in both chats and languages: nobody is mentioned but those who
must act, in a conversation's card; something is said where no card is drawn; no sign stands without words; every button's verb is typed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.chat.table import TABLE
from tests.core.test_table import NEXT_STEPS
from tests.harness.golden import GOLDEN
from tests.harness.stage import action_of

FILES = sorted(GOLDEN.rglob("*.json"))
# A person, everybody there, a group; dates and links are tokens too. https://docs.slack.dev/messaging/formatting-message-text
MENTION = re.compile(r"<@|<!(here|channel|everyone|subteam)|<at>")
DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>|\{\{(DATE|TIME)\([^)]*\)\}\}")
WORD = re.compile(r"\w")


@pytest.fixture(params=FILES, ids=lambda path: "/".join(path.parts[-3:]))
def path(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


@pytest.fixture
def payload(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def every(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, the outer ones first."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from every(inner)


def test_there_is_something_to_look_at() -> None:
    assert {(path.parts[-3], path.parts[-2]) for path in FILES} == {(c, w) for c in ("slack", "teams") for w in ("en", "pl")}


def test_nobody_is_mentioned_but_who_is_asked_to_decide_and_only_in_a_conversation(path: Path, payload: Any) -> None:
    if path.name == "card.suspension.json":
        said = path.read_text(encoding="utf-8")
        asked = re.findall(r"<@(\w+)>", said) or [entity["mentioned"]["id"] for n in every(payload) for entity in n.get("entities", ())]
        assert {re.sub("oid-|29:|U", "", who).lower() for who in asked} == {"ben", "cleo", "otto"}
        return
    texts = [text for node in every(payload) for name, text in node.items() if name in ("text", "value", "title") and isinstance(text, str)]

    assert [text for text in texts if MENTION.search(text)] == []
    assert [node["entities"] for node in every(payload) if node.get("entities")] == []


def test_what_draws_no_card_still_says_it(path: Path, payload: Any) -> None:
    """A notification, a screen reader, an old client: https://docs.slack.dev/reference/methods/chat.postMessage, and `fallbackText`."""
    if path.parts[-3] == "slack":
        if payload.get("type") in ("modal", "home"):
            assert payload.get("type") == "home" or WORD.search(payload["title"]["text"])
            return
        if "errors" in payload:
            assert all(WORD.search(said) for said in payload["errors"].values())
            return
        if set(payload) == {"response_action"}:
            return  # a window that closes says nothing
        said = payload["text"]
    else:
        said = payload.get("summary") or payload.get("title") or payload["card"].get("fallbackText", "")
        assert "title" in payload or WORD.search(payload["card"].get("fallbackText", "")), "a card in a conversation"
    assert WORD.search(said)
    heading = next((n["text"]["text"] for n in every(payload) if n.get("type") == "header"), "")
    assert heading[:100] in said.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")


def test_no_sign_stands_without_words(payload: Any) -> None:
    """Meaning is never in a colour, an emoji or a picture alone."""
    for node in every(payload):
        kind = str(node.get("type", ""))
        assert kind not in ("image", "Image", "Icon") or WORD.search(node.get("alt_text") or node.get("altText") or ""), node
        if kind in ("button", "option") or kind.startswith("Action."):
            label = node["title"] if kind.startswith("Action.") else node["text"]["text"]
            assert WORD.search(label), node
        if kind in ("TextBlock", "mrkdwn", "plain_text", "header"):
            text = node["text"] if isinstance(node["text"], str) else node["text"]["text"]
            assert WORD.search(DATE.sub("x", text)) or text in ("…", "–"), node
        if kind == "overflow":
            assert all(WORD.search(option["text"]["text"]) for option in node["options"])
        if kind.startswith("Input.") and kind != "Input.Toggle":
            assert WORD.search(node.get("label", "")), node
        if kind == "input":
            assert WORD.search(node["label"]["text"]), node


def test_every_button_has_a_verb_that_is_typed(path: Path, payload: Any) -> None:
    chat, language = path.parts[-3], path.parts[-2]
    pressed = set()
    for node in every(payload):
        if node.get("type") == "button" or str(node.get("type", "")).startswith("Action."):
            pressed.add(action_of(chat, node, "") if "url" not in node else "")
        if node.get("type") == "overflow":
            pressed |= {str(option["value"]).partition("|")[0] for option in node["options"]}

    for name in pressed - {""}:  # a form's own button sends the form in: its verb is the form's
        action = TABLE.named(name)
        assert action is not None, name
        typed = action if action.typed else TABLE.named(action.instead)
        assert name in NEXT_STEPS or (typed is not None and typed.typed), name
        assert typed is None or WORD.search(typed.called(language))


@pytest.mark.parametrize("language", ["en", "pl"])
def test_both_chats_tell_the_same_story(language: str) -> None:
    """The same play, so the same sentence stands for each message: what differs is layout."""
    told: dict[str, dict[str, str]] = {}
    for path in FILES:
        held = json.loads(path.read_text(encoding="utf-8"))
        said = held.get("text" if path.parts[-3] == "slack" else "summary") if path.parts[-2] == language else None
        if said and not path.stem.startswith(("form.", "menu.")):
            told.setdefault(path.stem, {})[path.parts[-3]] = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    both = {scene: chats for scene, chats in told.items() if len(chats) == len(("slack", "teams"))}
    assert len(both) > 20
    assert {scene: chats for scene, chats in both.items() if chats["slack"] != chats["teams"]} == {}
