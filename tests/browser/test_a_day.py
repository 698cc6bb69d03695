"""A day of an agent in each chat's page: help, the queue, a form that is mended, home, linking, away, help from colleagues."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from core.people.absence import away_now
from core.receivables.queries import notices_of
from tests.browser.test_local_slack import Stage, stage
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.world import ANA, STAFF, World

pytestmark = [pytest.mark.needs_chromium, pytest.mark.slow]
__all__ = ["stage"]


def to_work_on(world: World) -> None:
    """C-101, a question, is there; C-102 is the debt of a customer whose payer is known."""
    customer_with_payer(world)
    feed(world, invoice())
    world.settle()


@pytest.fixture
def teams(browser: Browser, teams_world: World) -> Iterator[Page]:
    """Local Teams, acting as Ana."""
    teams_world.hire(*STAFF)
    customer_id = teams_world.do(AddCustomer(name="Wilk")).ids["customer_id"]
    teams_world.do(OpenCase(title="Why is our invoice *twice* as high?", customer_id=customer_id))
    to_work_on(teams_world)
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{teams_world.local_teams.url}/?person={ANA.teams}")
    yield page
    context.close()


@pytest.fixture
def slack(browser: Browser, stage: Stage) -> Iterator[Page]:
    """local-slack, in the billing channel."""
    to_work_on(stage.world)
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, locale="en-GB", timezone_id="Europe/Warsaw")
    page = context.new_page()
    page.goto(stage.emulator.url)
    yield page
    context.close()


def said_in_teams(page: Page, line: str, *, until: str) -> Locator:
    """Type a line; the newest card when it says so."""
    page.get_by_label("Type a message").fill(line)
    page.get_by_role("button", name="Send").click()
    card = page.locator("#messages article .card").last
    expect(card).to_contain_text(until)
    return card


def test_an_agents_day_in_teams(teams: Page, teams_world: World, artefacts: Path) -> None:
    dialog = teams.get_by_role("dialog")
    said_in_teams(teams, "help", until="take")
    teams.screenshot(path=artefacts / "day-teams-help.png")
    queue = said_in_teams(teams, "queue collections", until="C-102")
    teams.screenshot(path=artefacts / "day-teams-queue.png")
    queue.get_by_role("button", name="C-102").first.click()
    case = teams.locator("#messages article .card").last
    expect(case).to_contain_text("Earliest due")
    teams.screenshot(path=artefacts / "day-teams-case.png")

    said_in_teams(teams, "notice 102", until="Record a notice").get_by_role("button", name="Open form").click()
    expect(dialog).to_contain_text("Record a notice")
    dialog.get_by_label("Day").fill("2027-01-15")
    dialog.get_by_label("Kind").select_option(index=1)
    dialog.get_by_label("Method").select_option(index=1)
    dialog.get_by_role("button", name="Next").click()
    dialog.get_by_label("Recipient").fill("ala@nowak.example")
    dialog.get_by_label("Proof").fill("250 2.0.0 accepted")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_contain_text("has not come yet")
    teams.screenshot(path=artefacts / "day-teams-error.png")
    dialog.get_by_label("Day").fill("2026-11-20")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_contain_text("ala@nowak.example")
    dialog.get_by_role("button", name="Close dialog").click()
    with teams_world.house.desk.reading() as connection:
        assert len(notices_of(connection, 102)) == 1

    said_in_teams(teams, "match 101", until="Whose case is it?").get_by_role("button", name="Open form").click()
    dialog.get_by_role("combobox").or_(dialog.locator("input")).first.press_sequentially("now")
    found = dialog.locator(".ac-choiceSetInput-choice", has_text="Nowak")
    expect(found).to_be_visible()
    teams.screenshot(path=artefacts / "day-teams-search.png")
    found.click()
    dialog.get_by_role("button", name="Close dialog").click()

    said_in_teams(teams, "escalate 102 They do not answer", until="C-102 is escalated")
    teams.screenshot(path=artefacts / "day-teams-escalate.png")
    said_in_teams(teams, "link", until="link ")
    teams.screenshot(path=artefacts / "day-teams-link.png")
    said_in_teams(teams, "home", until="What waits for Ana Agent")
    teams.screenshot(path=artefacts / "day-teams-home.png")
    said_in_teams(teams, "away until friday", until="away")
    teams.screenshot(path=artefacts / "day-teams-away.png")
    with teams_world.house.desk.reading() as connection:
        assert len(away_now(connection, teams_world.now)) == 1


def said_in_slack(page: Page, line: str, *, until: str) -> None:
    box = page.locator(".composer-input")
    box.fill(f"/billing {line}")
    box.press("Enter")
    expect(page.get_by_role("main")).to_contain_text(until)


def choose_notice(modal: Locator, day: str) -> None:
    """local-slack dispatches no answer of an input, and forgets what is chosen when a modal is replaced; Slack does neither."""
    modal.locator("select").nth(0).select_option(index=1)
    modal.locator("select").nth(1).select_option(index=1)
    modal.locator("input[type=date]").fill(day)


def test_an_agents_day_in_slack(slack: Page, stage: Stage, artefacts: Path) -> None:
    said_in_slack(slack, "help", until="take")
    slack.screenshot(path=artefacts / "day-slack-help.png")
    said_in_slack(slack, "queue collections", until="C-102")
    slack.screenshot(path=artefacts / "day-slack-queue.png")
    slack.get_by_role("button", name="C-102").last.click()
    expect(slack.get_by_role("main")).to_contain_text("Earliest due")
    slack.screenshot(path=artefacts / "day-slack-case.png")

    said_in_slack(slack, "notice 102", until="C-102")
    modal = slack.locator(".modal-overlay")
    expect(modal).to_contain_text("Record a notice")
    slack.screenshot(path=artefacts / "day-slack-form.png")
    choose_notice(modal, "2026-11-20")
    modal.locator(".modal-btn.primary").click()
    expect(modal).to_contain_text("what was chosen asks for more")
    slack.screenshot(path=artefacts / "day-slack-asks-for-more.png")
    choose_notice(modal, "2027-01-15")
    typed = modal.locator("input:not([type=date]), textarea")
    typed.nth(0).fill("ala@nowak.example")
    typed.nth(1).fill("250 2.0.0 accepted")
    modal.locator(".modal-btn.primary").click()
    expect(modal).to_contain_text("has not come yet")
    expect(typed.nth(1)).to_have_value("250 2.0.0 accepted")
    slack.screenshot(path=artefacts / "day-slack-error.png")
    modal.locator("input[type=date]").fill("2026-11-20")
    modal.locator(".modal-btn.primary").click()
    expect(modal).to_contain_text("ala@nowak.example")
    slack.screenshot(path=artefacts / "day-slack-done.png")
    slack.locator(".modal-x").click()
    with stage.world.house.desk.reading() as connection:
        assert len(notices_of(connection, 102)) == 1

    said_in_slack(slack, "escalate 102 They do not answer", until="C-102 is escalated")
    slack.screenshot(path=artefacts / "day-slack-escalate.png")
    said_in_slack(slack, "link", until="ten minutes")
    slack.screenshot(path=artefacts / "day-slack-link.png")
    said_in_slack(slack, "away until friday", until="away")
    slack.screenshot(path=artefacts / "day-slack-away.png")
    with stage.world.house.desk.reading() as connection:
        assert len(away_now(connection, stage.world.now)) == 1
    slack.locator(".sidebar-item", has_text="billing-desk").click()
    stage.world.settle()
    expect(slack.locator("body")).to_contain_text("What waits for Ana Agent")
    slack.screenshot(path=artefacts / "day-slack-home.png")
