"""The desk in a browser: typed, clicked and seen in local Teams, cards drawn by the official renderer."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.cases.commands import OpenCase
from core.cases.queries import case
from core.customers.commands import AddCustomer
from core.receivables.queries import notices_of
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.world import ANA, BEN, STAFF, Persona, World

pytestmark = [pytest.mark.needs_chromium, pytest.mark.slow]


@pytest.fixture
def page(browser: Browser, teams_world: World) -> Iterator[Page]:
    """Local Teams, opened."""
    teams_world.hire(*STAFF)
    customer_id = teams_world.do(AddCustomer(name="Nowak & Syn")).ids["customer_id"]
    teams_world.do(OpenCase(title="Why is our invoice *twice* as high?", customer_id=customer_id))
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB", timezone_id="America/New_York")
    made = context.new_page()
    made.set_default_timeout(15_000)
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.goto(teams_world.local_teams.url)
    yield made
    context.close()
    assert faults == []


def act_as(page: Page, persona: Persona) -> None:
    page.get_by_label("Acting as").select_option(persona.teams)


def open_chat(page: Page, name: str) -> None:
    page.locator("#chats button", has_text=name).click()


def type_line(page: Page, text: str) -> None:
    page.get_by_label("Type a message").fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_typed_verb_is_answered_with_a_drawn_card(page: Page, artefacts: Path) -> None:
    act_as(page, ANA)

    type_line(page, "case 101")

    card = page.locator("#messages .card .ac-adaptiveCard").last
    expect(card).to_contain_text("C-101")
    expect(card).to_contain_text("Why is our invoice *twice* as high?")
    expect(card).to_contain_text("Nowak & Syn")
    page.screenshot(path=artefacts / "teams-case.png")


def test_a_moment_is_drawn_in_the_zone_of_the_one_who_reads(page: Page) -> None:
    act_as(page, ANA)

    type_line(page, "case 101")

    card = page.locator("#messages .card").last
    expect(card).to_contain_text(re.compile(r"23 Nov 2026 10:00"))
    assert "{{" not in card.inner_text()


def test_in_a_channel_the_answer_stays_private_and_others_see_a_neutral_line(page: Page, artefacts: Path) -> None:
    act_as(page, ANA)
    open_chat(page, "Nordwind")

    type_line(page, "case 101")

    expect(page.locator("#messages")).to_contain_text("I answered you in our personal chat.")
    assert "Nowak" not in page.locator("#messages").inner_text()
    expect(page.locator("#chats button", has_text="Billing Desk").locator("em")).to_have_text("1")
    page.screenshot(path=artefacts / "teams-channel.png")

    act_as(page, BEN)
    open_chat(page, "Nordwind")
    expect(page.locator("#messages")).to_contain_text("I answered you in our personal chat.")
    assert "Nowak" not in page.locator("#messages").inner_text()


def test_a_line_that_does_not_mention_the_desk_never_reaches_it(page: Page, teams_world: World) -> None:
    act_as(page, ANA)
    open_chat(page, "Nordwind")
    page.locator("#mention input").uncheck()

    type_line(page, "case 101")

    expect(page.locator("#messages")).to_contain_text("case 101")
    assert teams_world.local_teams.ledger.calls == []


def test_a_desk_that_does_not_answer_is_said_to_the_person(page: Page, teams_world: World) -> None:
    act_as(page, ANA)
    teams_world.local_teams.switches.set("forged", 1)

    type_line(page, "case 101")

    expect(page.get_by_role("status")).to_contain_text("it answered 401")
    assert teams_world.local_teams.ledger.calls == []


def test_a_form_opens_as_a_dialog_keeps_what_was_typed_and_closes_with_its_effect(
    page: Page, teams_world: World, artefacts: Path
) -> None:  # fmt: skip
    customer_with_payer(teams_world)
    feed(teams_world, invoice())
    act_as(page, ANA)
    type_line(page, "notice 102")
    page.locator("#messages").get_by_role("button", name="Open form").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Record a notice")

    dialog.get_by_label("Day").fill("2027-01-15")
    dialog.get_by_label("Kind").select_option(index=1)
    dialog.get_by_label("Method").select_option(index=1)
    page.screenshot(path=artefacts / "teams-dialog-step.png")
    dialog.get_by_role("button", name="Next").click()
    dialog.get_by_label("Recipient").fill("ala@nowak.example")
    dialog.get_by_label("Proof").fill("250 2.0.0 accepted")
    page.screenshot(path=artefacts / "teams-dialog.png")
    dialog.get_by_role("button").last.click()

    expect(dialog.get_by_text("“2027-01-15” has not come yet")).to_be_visible()
    expect(dialog.get_by_label("Proof")).to_have_value("250 2.0.0 accepted")
    page.screenshot(path=artefacts / "teams-dialog-error.png")

    dialog.get_by_label("Day").fill("2026-11-20")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_contain_text("ala@nowak.example")
    page.screenshot(path=artefacts / "teams-dialog-done.png")


def test_a_line_that_arrives_twice_has_one_effect(page: Page, teams_world: World) -> None:
    customer_with_payer(teams_world)
    feed(teams_world, invoice())
    act_as(page, ANA)
    teams_world.local_teams.switches.set("twice", 1)

    type_line(page, "notice 102 final 2026-11-10 email ala@nowak.example 250 accepted")

    expect(page.locator("#messages .card").last).to_contain_text("250 accepted")
    with teams_world.house.desk.reading() as connection:
        assert len(notices_of(connection, 102)) == 1


def test_a_message_becomes_a_case_from_its_own_menu(page: Page, teams_world: World, artefacts: Path) -> None:
    act_as(page, BEN)
    open_chat(page, "Nordwind")
    page.locator("#mention input").uncheck()
    type_line(page, "Nowak & Syn called: why <b>two</b> seats more?")
    act_as(page, ANA)
    open_chat(page, "Nordwind")
    message = page.locator("#messages article", has_text="Nowak & Syn called")
    message.hover()
    message.get_by_role("button", name="More options").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Make this a billing case", "Add to case"])
    page.screenshot(path=artefacts / "teams-message-menu.png")

    page.get_by_role("menuitem", name="Make this a billing case").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value("Nowak & Syn called: why <b>two</b> seats more?")
    dialog.get_by_label("Title").fill("")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Title").fill("Two seats more?")
    page.screenshot(path=artefacts / "teams-message-dialog.png")
    dialog.get_by_role("button").last.click()

    expect(dialog).to_contain_text("C-102")
    page.screenshot(path=artefacts / "teams-message-case.png")
    with teams_world.house.desk.reading() as connection:
        made = case(connection, 102)
    assert (made.title, made.requestor) == ("Two seats more?", "Ben Approver")
    assert made.message.startswith("https://teams.microsoft.com/l/message/")


def test_the_menu_of_a_message_is_worked_by_keys_and_speaks_its_reader_s_language(page: Page, teams_world: World) -> None:
    act_as(page, ANA)
    open_chat(page, "Nordwind")
    page.locator("#mention input").uncheck()
    type_line(page, "They have two seats more")
    people = teams_world.local_teams.directory.people
    people[ANA.teams] = replace(people[ANA.teams], locale="pl-PL")
    page.reload()
    open_chat(page, "Nordwind")

    page.locator("#messages article").last.get_by_role("button", name="More options").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Dodaj do sprawy")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.locator("#messages article").last.get_by_role("button", name="More options")).to_be_focused()


def test_a_card_in_a_channel_changes_for_everybody_when_one_person_acts(page: Page, teams_world: World, artefacts: Path) -> None:
    teams_world.route("teams", "question")
    teams_world.do(OpenCase(title="Two seats too many"))
    teams_world.settle()
    act_as(page, ANA)
    open_chat(page, "Nordwind")
    card = page.locator("#messages .card").last
    expect(card).to_contain_text("Two seats too many")
    page.screenshot(path=artefacts / "teams-channel-card.png")

    card.get_by_role("button", name="Take").click()
    expect(page.locator("#messages .card").last).to_contain_text("Ana Agent")
    act_as(page, BEN)
    open_chat(page, "Nordwind")
    assert "Ana Agent" not in page.locator("#messages .card").last.inner_text()

    teams_world.settle()
    expect(page.locator("#messages .card").last).to_contain_text("Ana Agent")
    expect(page.locator("#messages .updated")).to_have_count(1)
    page.screenshot(path=artefacts / "teams-channel-card-taken.png")
