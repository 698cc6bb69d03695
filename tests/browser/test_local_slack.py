"""The desk in a browser: typed, clicked and seen in local-slack, with the fault proxy between it and the desk both ways."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.prepare import install_npm
from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from playground.slack.local import Emulator, workspace
from playground.slack.proxy import Proxy
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.databases import Databases, free_port
from tests.harness.world import ANA, BEN, CHANNELS, SIGNING_SECRET, STAFF, TEAM, World, build_world

pytestmark = [pytest.mark.needs_chromium, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent


class ThroughProxy(LocalSlack):
    """Where the desk's Slack is: the proxy's address instead of our own stand-in's."""

    proxy_url = ""

    @property
    def api_url(self) -> str:
        return f"{self.proxy_url}/api/"


@dataclass
class Stage:
    """The desk behind the proxy behind local-slack."""

    world: World
    proxy: Proxy
    emulator: Emulator


@pytest.fixture
def stage(databases: dict[str, Databases], local_teams: LocalTeams, tmp_path: Path) -> Iterator[Stage]:
    binary = install_npm(ROOT / "playground" / "slack") / "local-slack-linux-x64" / "bin" / "local-slack"
    desk_port, slack_port = free_port(), free_port()
    emulator = Emulator(binary, tmp_path, slack_port)
    proxy = Proxy(emulator.url, f"http://127.0.0.1:{desk_port}", "xoxb-test", retries=(0.0, 0.2))
    proxy.start()
    people = {persona.slack: persona.name for persona in (ANA, BEN)}
    request_url = f"{proxy.url}/slack/events"
    emulator.start(
        workspace(
            TEAM, request_url=request_url, token="xoxb-test", signing_secret=SIGNING_SECRET, people=people,
            channels={CHANNELS["slack"]: "billing"},
        )
    )  # fmt: skip
    slack = ThroughProxy(team=TEAM)
    slack.proxy_url = proxy.url
    with databases["sqlite"].fresh() as url:
        world = build_world(url, local_teams, slack)
        desk = make_server("127.0.0.1", desk_port, world.client.application, threaded=True)
        threading.Thread(target=desk.serve_forever, args=(0.02,), daemon=True).start()
        world.hire(*STAFF)
        world.route("slack", "question")
        customer_id = world.do(AddCustomer(name="Nowak & Syn")).ids["customer_id"]
        world.do(OpenCase(title="Why is our invoice *twice* as high?", customer_id=customer_id))
        yield Stage(world, proxy, emulator)
        desk.shutdown()
        desk.server_close()
        world.house.close()
    emulator.stop()
    proxy.stop()


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB", timezone_id="Europe/Warsaw")
    made = context.new_page()
    made.set_default_timeout(20_000)
    made.goto(stage.emulator.url)
    yield made
    context.close()


def type_line(page: Page, text: str) -> None:
    box = page.get_by_placeholder("Message #billing")
    box.fill(text)
    box.press("Enter")


def test_a_typed_command_is_answered_with_a_drawn_card_for_the_one_who_typed(page: Page, stage: Stage, artefacts: Path) -> None:
    type_line(page, "/billing case 101")

    shown = page.get_by_role("main")
    expect(shown).to_contain_text("C-101")
    expect(shown).to_contain_text("Nowak")  # local-slack shows escapes as they are
    expect(shown).to_contain_text("only visible to you")
    assert [(d.status, d.attempt) for d in stage.proxy.deliveries if d.status] == [(200, 0)]
    page.screenshot(path=artefacts / "slack-case.png")


def test_the_channels_card_comes_in_spite_of_a_limit_and_nothing_was_refused_for_its_blocks(
    page: Page, stage: Stage, artefacts: Path
) -> None:
    from playground.proxy import Fault

    stage.proxy.faults.append(Fault(method="chat.postMessage", status=429, error="ratelimited", retry_after=1))
    stage.world.settle()
    page.wait_for_timeout(1200)
    stage.world.settle()

    expect(page.get_by_role("main")).to_contain_text("C-101")
    assert stage.proxy.refused == [("chat.postMessage", "ratelimited")]
    page.screenshot(path=artefacts / "slack-channel.png")


def test_a_command_that_comes_twice_is_answered_and_an_unknown_verb_gets_the_nearest(page: Page, stage: Stage) -> None:
    stage.proxy.twice = 1
    type_line(page, "/billing caes 101")

    expect(page.get_by_role("main")).to_contain_text("Did you mean “case”?")
    assert [d.status for d in stage.proxy.deliveries if d.status] == [200, 200]
