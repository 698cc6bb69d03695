"""What people see, kept in files: a card or form that looks different from its file fails here, and is looked at before it is kept."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.chat.table import TABLE
from core.chat.views import VIEWS
from core.chat.words import LANGUAGES
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.databases import Databases
from tests.harness.faces import FACES
from tests.harness.golden import GOLDEN, differences, write
from tests.harness.scenes import play
from tests.harness.sidescenes import SIDE_SCENES
from tests.harness.stage import Stage, Texts, staged
from tests.harness.world import build_world

NewStage = Callable[[], Stage]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=sorted(FACES))
def chat(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stages(
    chat: str, language: str, databases: dict[str, Databases], local_teams: LocalTeams, local_slack: LocalSlack
) -> Iterator[NewStage]:  # fmt: skip
    with ExitStack() as opened:

        def made() -> Stage:
            world = build_world(opened.enter_context(databases["sqlite"].fresh()), local_teams, local_slack)
            world.locale = language
            opened.callback(world.house.close)
            return staged(world, chat, Texts())

        yield made


def test_every_card_and_form_is_as_its_file_says(chat: str, language: str, stages: NewStage, local: LocalPartnerCenter) -> None:
    stage = stages()
    play(stage, local)
    for aside in SIDE_SCENES:
        other = stages()
        aside(other, local)
        assert not stage.shown.keys() & other.shown.keys()
        stage.shown |= other.shown
    folder = GOLDEN / chat / language
    if os.environ.get("DESK_GOLDEN") == "write":
        write(folder, stage.shown)

    assert sorted(kind.__name__ for kind in set(VIEWS) - stage.views) == [], "add a scene for it to tests/harness/scenes.py"
    assert sorted(f"form.{a.name}" for a in TABLE.all if a.form and f"form.{a.name}" not in stage.shown) == []
    wrong = differences(folder, stage.shown)
    assert not wrong, "\n".join((*wrong, "Look at what is different; where it is meant: ./desk golden --write, and look at the diff."))


def test_a_difference_an_orphan_and_a_scene_without_a_file_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"kept": {"text": "a"}, "changed": {"text": "a"}, "gone": {}})

    found = "\n".join(differences(tmp_path, {"kept": {"text": "a"}, "changed": {"text": "b"}, "added": {}}))

    assert '-{"text": "a"}' in found
    assert '+{"text": "b"}' in found
    assert "gone.json: no scene shows it" in found
    assert "added.json: there is no such file" in found
    assert "kept" not in found


def test_writing_removes_what_no_scene_shows(tmp_path: Path) -> None:
    write(tmp_path, {"gone": {}})
    write(tmp_path, {"kept": {}})

    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]
