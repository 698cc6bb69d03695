"""The app package: what Teams' own schema takes, made from the action table."""

import json
import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from app.manifests import teams
from bots.teams.manifest import COMMANDS, icon, localisation, manifest, package
from core.chat.actions import Use
from core.chat.table import TABLE
from core.engine.folding import folded
from tests.harness.schema import SCHEMAS

APP_ID = "11111111-2222-3333-4444-555555555555"


def made() -> dict[str, Any]:
    return manifest(APP_ID, "desk.example.com", TABLE, datetime(2026, 11, 28, 17, 45, tzinfo=UTC))


@pytest.mark.needs_schemas
def test_teams_own_schema_takes_the_manifest() -> None:
    schema = json.loads((SCHEMAS / "teams-manifest-1.29.schema.json").read_text(encoding="utf-8"))

    assert [f"{e.instance_path}: {e.message}" for e in jsonschema_rs.Draft4Validator(schema).iter_errors(made())] == []


def test_the_commands_offered_are_the_everyday_verbs_and_help_in_both_languages() -> None:
    commands, polish = made()["bots"][0]["commandLists"][0]["commands"], localisation(TABLE)
    everyday = {action.name for action in TABLE.all if action.typed and action.use is Use.EVERYDAY}

    assert len(everyday) < COMMANDS, "Teams lists twelve: make one of the everyday verbs a usual one"
    assert {command["title"] for command in commands} == everyday | {"help"}
    for at, command in enumerate(commands):
        shown = polish[f"bots[0].commandLists[0].commands[{at}].title"]
        assert TABLE.named(folded(shown)) is TABLE.named(command["title"])
        assert shown != command["title"]


def test_polish_replaces_what_the_manifest_says_and_nothing_else() -> None:
    manifest_ = made()

    for place, text in localisation(TABLE).items():
        if place != "$schema":
            found: Any = manifest_
            for step in re.findall(r"[a-zA-Z]+|\d+", place):
                found = found[int(step) if step.isdigit() else step]
            assert found, place
            assert len(text) <= {"short": 80, "description": 128, "title": 32}.get(place.rpartition(".")[2], 4000), place


def test_the_package_holds_the_manifest_and_icons_of_the_sizes_teams_asks_for() -> None:
    with zipfile.ZipFile(BytesIO(package(made(), localisation(TABLE)))) as archive:
        assert json.loads(archive.read("manifest.json"))["id"] == APP_ID
        assert json.loads(archive.read("pl.json")) == localisation(TABLE)
        for name, size in (("color.png", 192), ("outline.png", 32)):
            head = archive.read(name)[16:24]
            assert (int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")) == (size, size)


def test_an_icon_is_a_png_that_a_reader_opens() -> None:
    assert icon(32, (0, 0, 0, 0), (255, 255, 255, 255)).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(("app_id", "host"), [("not-an-id", "desk.example.com"), (APP_ID, "https://desk.example.com"), (APP_ID, "desk")])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(app_id: str, host: str, tmp_path: Path) -> None:
    file = tmp_path / "app.zip"

    refused = CliRunner().invoke(teams, ["--app-id", app_id, "--host", host, str(file)])

    assert refused.exit_code == 1
    assert "Nothing was written" in refused.output
    assert not file.exists()
