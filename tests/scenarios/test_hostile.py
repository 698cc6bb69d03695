"""The whole play with what people and systems really send in the place of every text: each card and form is still taken, nothing of a
stranger's text becomes markup or a mention, and what is too long is shortened visibly. A new verb's form and a new scene are in it by
themselves; that a chat would take every payload is proven by the harness (tests/harness/outgoing.py)."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.people.commands import AddStaff
from core.people.model import Role
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.databases import Databases
from tests.harness.faces import FACES, seen_in_slack, seen_in_teams
from tests.harness.hostile import HOSTILE, LONG
from tests.harness.outgoing import OUTGOING
from tests.harness.scenes import play
from tests.harness.stage import Stage, Texts, staged
from tests.harness.world import build_world

CROWD = 200  # members who may be chosen: twice as many as a list in Slack holds
TEXTS = {
    "long": LONG,
    "one long word": HOSTILE["one long word"],
    "injections": " ".join(HOSTILE[name] for name in ("mention", "markup", "date token", "right to left", "emoji")),
}
INJECTED = {
    "slack": re.compile(r"<(!channel|@U1>|!subteam|at>|!date\^0)"),
    "teams": re.compile(r"(?<!\\)\]\(https://evil|\{\{DATE\(2026-01-01T00:00:00Z|<at>Ana</at>"),
}


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return TEXTS[request.param]


@pytest.fixture(params=sorted(FACES))
def stage(
    request: pytest.FixtureRequest, text: str, databases: dict[str, Databases], local_teams: LocalTeams, local_slack: LocalSlack
) -> Iterator[Stage]:  # fmt: skip
    with databases["sqlite"].fresh() as url:
        world = build_world(url, local_teams, local_slack)
        world.called = lambda name: f"{name} {text[:500]}"
        for number in range(CROWD):
            world.do(AddStaff(handle=f"m{number}", name=f"{number} {text[:500]}", roles=(Role.AGENT,)))
        address = re.sub(r"\s", "", text)[:120]
        typed = {"note": text[:3000], "reason": text[:1000]}  # more is refused with a sentence when it is typed
        mail = f"{address}@nowak.example"
        yield staged(world, request.param, Texts(title=text, customer=text, letter=text, requestor=mail, **typed))
        world.house.close()


def test_every_card_and_form_is_taken_with_hostile_texts(stage: Stage, local: LocalPartnerCenter, text: str) -> None:
    before = OUTGOING.seen

    play(stage, local)

    assert OUTGOING.seen - before > len(stage.shown)  # each went through a door that was watched
    drawn = INJECTED[stage.face.name]
    for scene, payload in stage.shown.items():
        found = [shown for shown in markup(stage.face.name, payload) if drawn.search(shown)]
        assert found == [], scene
    if text == LONG:
        cut = [scene for scene in ("queue", "case.new", "form.assign") if "…" not in json.dumps(stage.shown[scene], ensure_ascii=False)]
        assert cut == []


def markup(chat: str, payload: Any) -> list[str]:
    """The texts of a payload that the chat would interpret."""
    if chat == "slack":
        return seen_in_slack(payload).markup
    return seen_in_teams({"attachments": [{"content": payload["card"]}]} if "card" in payload else payload).markup
