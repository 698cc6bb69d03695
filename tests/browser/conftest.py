"""A headless Chromium, and a local Teams with the desk behind it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from app.prepare import install_npm
from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE
from playground.slack.server import LocalSlack
from playground.teams.directory import Conversation, Directory, Person
from playground.teams.package import load_package
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from tests.harness.databases import Databases, free_port
from tests.harness.world import ANA, BEN, CHANNELS, DORA, STAFF, TENANT, World, build_world

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One browser per test: Playwright keeps an event loop in its thread, which no other test must find there."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=20_000)  # milliseconds; a busy machine draws slowly
        made = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield made
        made.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots go; not kept in the repository."""
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def teams_world(databases: dict[str, Databases], login: Login, local_slack: LocalSlack, tmp_path: Path) -> Iterator[World]:
    """The desk listening on loopback, and a local Teams whose people are the staff and one stranger, the app installed from its package."""
    port = free_port()
    directory = Directory(tenant=TENANT)
    for persona in (*STAFF, DORA):
        directory.add_person(Person(id=persona.teams, name=persona.name, tenant=TENANT))
    members = tuple(p.teams for p in (ANA, BEN, DORA))
    channel = Conversation(id=CHANNELS["teams"], kind="channel", name="billing", team="Nordwind Partner", members=members)
    directory.conversations[channel.id] = channel
    installed = tmp_path / "desk.zip"
    installed.write_bytes(package(manifest("app-1", "desk.example.org", TABLE, datetime.now(UTC)), localisation(TABLE)))
    teams = LocalTeams(
        login=login, directory=directory, bot_url=f"http://127.0.0.1:{port}/api/messages",
        renderer=install_npm(ROOT / "playground" / "teams") / "adaptivecards" / "dist", package=load_package(installed),
    )  # fmt: skip
    teams.start()
    with databases["sqlite"].fresh() as url:
        world = build_world(url, teams, local_slack)
        desk = make_server("127.0.0.1", port, world.client.application, threaded=True)
        threading.Thread(target=desk.serve_forever, args=(0.02,), daemon=True).start()
        yield world
        desk.shutdown()
        desk.server_close()
        world.house.close()
    teams.stop()
