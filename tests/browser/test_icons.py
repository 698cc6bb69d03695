"""Every page brings its own icon, so that no browser asks a server for a /favicon.ico that is not there."""

import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from playground.accounting.server import PAGE

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = [each for folder in ("app", "bots", "playground", "webhooks") for each in sorted((ROOT / folder).rglob("*.html"))]
PAGES = {str(each.relative_to(ROOT)): each.read_text(encoding="utf-8") for each in FILES} | {"accounting": PAGE}


@pytest.mark.parametrize("name", [each for each, page in PAGES.items() if "<title>" in page])
def test_a_page_draws_its_own_icon(name: str) -> None:
    found = re.search(r'<link rel="icon"\s+href="data:image/svg\+xml,([^"]+)">', PAGES[name])
    assert found, "a browser will ask for /favicon.ico"
    assert ET.fromstring(unquote(found[1])).tag == "{http://www.w3.org/2000/svg}svg"
