"""Slack's manifest: what its own schema takes, made from the action table, with the scopes that are used and no others."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from app.cli import main
from bots.slack.manifest import CALLS, EVENTS, SCOPES, manifest
from core.chat.actions import Use
from core.chat.table import TABLE
from core.chat.words import LANGUAGES, Words
from core.engine.folding import folded
from tests.harness.schema import SCHEMAS

SOURCES = [path.read_text(encoding="utf-8") for path in (Path(__file__).resolve().parents[2] / "bots" / "slack").glob("*.py")]
CALLED = re.compile(r"\.((?:chat|views|conversations|users|bots|apps|usergroups|reactions|files|bookmarks|pins)_\w+)\b")
OF_EVENTS = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
}
NEEDED_ANYWAY = {"commands", "chat:write.public"}


def made(language: str = "en") -> dict[str, Any]:
    return manifest("desk.example.com", TABLE, Words(language))


@pytest.mark.needs_schemas
@pytest.mark.parametrize("language", LANGUAGES)
def test_slacks_own_schema_takes_the_manifest(language: str) -> None:
    schema = json.loads((SCHEMAS / "slack-manifest-2.0.0.schema.json").read_text(encoding="utf-8"))

    assert [f"{e.instance_path}: {e.message}" for e in jsonschema_rs.Draft7Validator(schema).iter_errors(made(language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hint_names_the_everyday_verbs_as_the_reader_types_them(language: str) -> None:
    hint = made(language)["features"]["slash_commands"][0]["usage_hint"].split(" | ")

    rows = [TABLE.named(folded(word)) for word in hint]
    assert [row.called(language) for row in rows if row is not None] == hint
    assert {row.name for row in rows if row is not None} == {a.name for a in TABLE.all if a.typed and a.use is Use.EVERYDAY} | {"help"}


def test_each_scope_is_used_and_each_call_has_its_scope() -> None:
    calls = {name for text in SOURCES for name in CALLED.findall(text)}

    assert calls == set(CALLS)
    assert (
        set(SCOPES)
        == {scope for scope in CALLS.values() if scope} | {OF_EVENTS[event] for event in EVENTS if OF_EVENTS[event]} | NEEDED_ANYWAY
    )


def test_the_manifest_is_printed_or_written_and_a_wrong_host_is_refused(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["manifest", "slack", "--host", "desk.example.com"])
    written = CliRunner().invoke(main, ["manifest", "slack", "--host", "desk.example.com", "--language", "pl", str(tmp_path / "app.json")])
    refused = CliRunner().invoke(main, ["manifest", "slack", "--host", "https://desk.example.com/x", str(tmp_path / "no.json")])

    assert json.loads(printed.output) == made()
    assert written.exit_code == 0
    assert json.loads((tmp_path / "app.json").read_text(encoding="utf-8")) == made("pl")
    assert refused.exit_code == 1
    assert "Nothing was written" in refused.output
    assert not (tmp_path / "no.json").exists()


@pytest.mark.parametrize("command", [["manifest", "teams"], ["teams-package"]])
def test_the_teams_package_is_made_under_its_new_name_and_its_old_one(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "app.zip"
    app_id = "11111111-2222-3333-4444-555555555555"

    done = CliRunner().invoke(main, [*command, "--app-id", app_id, "--host", "desk.example.com", str(file)])

    assert done.exit_code == 0, done.output
    assert file.read_bytes().startswith(b"PK")
