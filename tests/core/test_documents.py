"""What the docs say of the verbs and of Slack's manifest is what the code says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import documents
from core.chat.parsing import form_of
from core.chat.reference import reference
from core.chat.table import TABLE
from core.chat.words import Words


def test_the_docs_are_current() -> None:
    assert documents.outdated() == [], "run ./desk docs"


def test_every_test_that_the_page_about_truth_names_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", (documents.DOCS / "truth.md").read_text(encoding="utf-8"))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (documents.DOCS.parent / "tests").rglob("test_*.py"))

    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in written] == []


def test_a_page_that_is_not_current_is_named_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- from the code: verbs; ./desk docs -->\nold\n<!-- end -->\nAfter.\n", encoding="utf-8")
    monkeypatch.setattr(documents, "DOCS", tmp_path)

    checked = CliRunner().invoke(documents.docs, ["--check"])
    assert checked.exit_code == 1
    assert "docs/page.md is not current" in checked.output
    assert "old" in page.read_text(encoding="utf-8")

    assert CliRunner().invoke(documents.docs).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert reference(TABLE, Words("en")) in text


def test_the_reference_has_every_verb_once_with_its_polish_name() -> None:
    lines = reference(TABLE, Words("en")).splitlines()

    for action in TABLE.all:
        assert len([line for line in lines if line.startswith(f"| `{form_of(Words('en'), action)}` |")]) == action.typed
    assert any("`weź`" in line and line.startswith("| `take <case>`") for line in lines)
