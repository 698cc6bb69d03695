"""Every golden file as a picture, in both looks and both languages, on one page: artefacts/gallery/index.html. Look at them."""

import json
import mimetypes
import shutil
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from app.prepare import install_npm
from core.chat.words import LANGUAGES
from tests.harness.faces import FACES
from tests.harness.golden import GOLDEN

pytestmark = [pytest.mark.needs_chromium, pytest.mark.slow]
HERE = Path(__file__).resolve().parent
TEAMS = HERE.parent.parent / "playground" / "teams"
LOCALES = {"en": "en-GB", "pl": "pl-PL"}
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every card and form</title>
<style>body { font: 15px system-ui; margin: 16px } td { vertical-align: top; padding: 8px } img { max-width: 460px }
th { position: sticky; top: 0; background: #fff; text-align: left } h2 { margin: 24px 0 0 }</style>
<h1>Every card and form, as this run drew it</h1>
<p>From the files under tests/golden, which are what the desk sent. Teams: Microsoft's own renderer (adaptivecards), in the colours of
local Teams. Slack: a plain renderer of ours (tests/browser/gallery), as Slack publishes none and local-slack cannot draw a modal or the
Home from a file; what a button asks first and what stands behind the dots is drawn open.</p><table>
<tr><th>Slack, English</th><th>Teams, English</th><th>Slack, Polish</th><th>Teams, Polish</th></tr>"""
COLUMNS = tuple((chat, language) for language in LANGUAGES for chat in sorted(FACES))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The page that draws, its files taken from here and from the renderer's package."""
    places = {
        "gallery": HERE / "gallery",
        "page": TEAMS / "page",
        "renderer": install_npm(TEAMS) / "adaptivecards" / "dist",
    }

    def from_disk(route: Route) -> None:
        _, place, name = urlsplit(route.request.url).path.split("/")
        path = places[place] / name
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(path=path, content_type=kind) if path.is_file() else route.fulfill(status=404)

    context = browser.new_context(viewport={"width": 660, "height": 900}, timezone_id="Europe/Warsaw")
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.route("http://gallery.example/**", from_disk)
    made.goto("http://gallery.example/gallery/draw.html")
    made.wait_for_function("window.ready === true")
    yield made
    context.close()
    assert faults == []


@pytest.mark.timeout(240)
def test_every_card_and_form_is_drawn_in_both_looks(page: Page, artefacts: Path) -> None:
    folder = artefacts / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    drawn = {(chat, language): pictures(page, chat, language, folder) for chat, language in COLUMNS}

    scenes = sorted({scene for found in drawn.values() for scene in found})
    rows = "".join(f'<tr><td colspan="4"><h2>{escape(scene)}</h2></td></tr><tr>{cells(scene, drawn)}</tr>' for scene in scenes)
    (folder / "index.html").write_text(f"{HEAD}{rows}</table></html>", encoding="utf-8")

    assert all(drawn.values())
    assert page.locator("mark").count() == 0, page.locator("mark").all_inner_texts()


def pictures(page: Page, chat: str, language: str, folder: Path) -> dict[str, str]:
    """A picture per file; returns their addresses by scene."""
    files: list[tuple[str, Any]] = [(path.stem, json.loads(path.read_text())) for path in sorted((GOLDEN / chat / language).glob("*.json"))]
    page.evaluate("([all, chat, locale]) => window.show(all, chat, locale)", [files, chat, LOCALES[language]])
    place = folder / chat / language
    place.mkdir(parents=True)
    for scene, _ in files:
        page.locator(f"#scene-{scene.replace('.', '-')}").screenshot(path=place / f"{scene}.png", animations="disabled")
    return {scene: f"{chat}/{language}/{scene}.png" for scene, _ in files}


def cells(scene: str, drawn: Mapping[tuple[str, str], Mapping[str, str]]) -> str:
    """A picture per column; a dash where that chat has none."""
    found = ((column, drawn[column].get(scene)) for column in COLUMNS)
    return "".join(
        f'<td><img src="{at}" alt="{escape(scene)} in {chat}, {lang}" loading="lazy"></td>' if at else "<td>–</td>"
        for (chat, lang), at in found
    )
