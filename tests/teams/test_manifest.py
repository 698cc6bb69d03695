"""The app package: what Teams' own schema takes, made from the action table."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from app.teams_package import teams_package
from bots.teams.manifest import COMMANDS, icon, localisation, manifest, package
from core.chat.table import TABLE
from tests.conftest import SCHEMAS

APP_ID = "11111111-2222-3333-4444-555555555555"


def made() -> dict[str, Any]:
    return manifest(APP_ID, "desk.example.com", TABLE)


@pytest.mark.needs_schemas
def test_teams_own_schema_takes_the_manifest() -> None:
    schema = json.loads((SCHEMAS / "teams-manifest-1.29.schema.json").read_text(encoding="utf-8"))

    assert [f"{list(e.path)}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(made())] == []


def test_every_command_offered_is_one_the_desk_understands() -> None:
    commands = made()["bots"][0]["commandLists"][0]["commands"]

    assert 0 < len(commands) <= COMMANDS
    for command in commands:
        action = TABLE.named(command["title"].split()[0])
        assert action is not None
        assert action.typed


def test_the_package_holds_the_manifest_and_icons_of_the_sizes_teams_asks_for() -> None:
    with zipfile.ZipFile(BytesIO(package(made(), localisation(TABLE)))) as archive:
        assert json.loads(archive.read("manifest.json"))["id"] == APP_ID
        for name, size in (("color.png", 192), ("outline.png", 32)):
            head = archive.read(name)[16:24]
            assert (int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")) == (size, size)


def test_an_icon_is_a_png_that_a_reader_opens() -> None:
    assert icon(32, (0, 0, 0, 0), (255, 255, 255, 255)).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(("app_id", "host"), [("not-an-id", "desk.example.com"), (APP_ID, "https://desk.example.com"), (APP_ID, "desk")])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(app_id: str, host: str, tmp_path: Path) -> None:
    file = tmp_path / "app.zip"

    refused = CliRunner().invoke(teams_package, ["--app-id", app_id, "--host", host, str(file)])

    assert refused.exit_code == 1
    assert "Nothing was written" in refused.output
    assert not file.exists()
