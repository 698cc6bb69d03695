"""Every row of Microsoft's error table has its behaviour: what the process does, and what the card says to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.chat.showing.impact import item_section
from core.chat.words import LANGUAGES, Words
from core.collections.commands import ApplyPolicy
from core.collections.shipped import SHIPPED
from core.customers.queries import subscription
from core.suspensions.answers import MEANINGS, OTHER, meaning
from core.suspensions.model import Item, ItemState, RestoreState, State
from core.suspensions.ports import AnswerKind
from core.suspensions.queries import is_halted
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, World
from webhooks.partner_center.errors import CODES, STATUSES

LOOKS, FAILS, SENDS = ItemState.LOOKING, ItemState.FAILED, RestoreState.SENDING
FAILED = RestoreState.FAILED

# Code, HTTP status, where a suspension's subscription stands then, and a restore's: "later" and what a person can mend keep it going.
ROWS: tuple[tuple[int, int, ItemState, RestoreState], ...] = (
    (900420, 401, FAILS, SENDS),
    (900329, 403, FAILS, SENDS),
    (900308, 403, FAILS, SENDS),
    (900150, 403, FAILS, SENDS),
    (900309, 403, FAILS, SENDS),
    (900159, 403, FAILS, FAILED),
    (800082, 409, LOOKS, SENDS),
    (409, 409, LOOKS, SENDS),
    (900278, 409, LOOKS, SENDS),
    (900277, 400, FAILS, FAILED),
    (900279, 400, FAILS, FAILED),
    (900280, 400, FAILS, FAILED),
    (900311, 400, FAILS, FAILED),
    (800091, 400, FAILS, FAILED),
    (800096, 400, FAILS, FAILED),
    (800093, 400, FAILS, FAILED),
    (27009, 409, FAILS, SENDS),
    (900115, 403, FAILS, FAILED),
    (900213, 400, FAILS, FAILED),
    (900257, 400, FAILS, FAILED),
    (900214, 400, FAILS, FAILED),
    (900121, 403, FAILS, SENDS),
    (800023, 400, FAILS, SENDS),
    (800025, 400, FAILS, SENDS),
    (20003, 404, FAILS, FAILED),
    (429, 429, LOOKS, SENDS),
    (401, 401, LOOKS, SENDS),
)
ELSEWHERE = {"10001", "2055", "412", "404"}  # stories of their own: below, and in test_suspension_execution.py


# The rows are the process's, not a chat's nor a store's: once each.
once = pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
TRIED = (900420, 900159, 900278, 800091, 27009, 900121, 20003, 429)  # with a restore; the rest follows from the same table


def set_of(story: Story, local: LocalPartnerCenter, codes: Iterable[int]) -> dict[int, str]:
    """A subscription for each code."""
    held = {code: local.add_subscription(story.tenant, friendlyName=f"Product {code}") for code in codes}
    story.world.now += timedelta(minutes=1)
    story.sync()
    return held


def stage(local: LocalPartnerCenter, held: Mapping[int, str]) -> None:
    for code, status in ((code, status) for code, status, *_ in ROWS if code in held):
        local.stage(path=held[code], status=status, body={"code": code, "description": "As Microsoft puts it"})


def what_the_card_says(story: Story, one: Item) -> str:
    """Its section; a card with so many does not show them all in Slack."""
    with story.world.house.desk.reading() as connection:
        return str(item_section(connection, Words(), story.newest(), one).lines)


def test_the_two_tables_and_the_rows_name_the_same_codes() -> None:
    rows = {str(code) for code, *_ in ROWS} | ELSEWHERE

    assert set(MEANINGS) == rows
    assert set(MEANINGS) == set(CODES) | {str(status) for status in STATUSES} | {"404"}


def test_a_restore_goes_on_where_time_or_a_person_can_mend_it() -> None:
    kinds = {code: CODES[str(code)].kind if str(code) in CODES else STATUSES[code].kind for code, *_ in ROWS}

    goes_on = {code: kinds[code] is AnswerKind.LATER or meaning(code).pursued for code, *_ in ROWS}
    assert goes_on == {code: after is SENDS for code, _, _, after in ROWS}
    assert {code: kind is AnswerKind.LATER for code, kind in kinds.items()} == {code: state is LOOKS for code, _, state, _ in ROWS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_meaning_has_its_sentence(language: str) -> None:
    assert [m.name for m in (*MEANINGS.values(), OTHER) if not Words(language).has(f"answer.{m.name}")] == []


@once
def test_one_set_meets_every_row(world: World, local: LocalPartnerCenter) -> None:
    story, face = ripe(world, local), FACES["slack"](world)
    many = replace(SHIPPED, version="many", since=date(2026, 1, 2), decision=replace(SHIPPED.decision, most_a_day=100))
    world.do(ApplyPolicy(policy=many, text=""))
    world.hire(ADA)
    face.type("home", by=ADA)
    face.type("home", by=FAY)
    held = set_of(story, local, (code for code, *_ in ROWS))
    stage(local, held)
    story.approved(face)
    story.cool_off()

    with world.house.desk.reading() as connection:
        named = {one.id: subscription(connection, one.subscription_id).external for one in story.newest().items}
    states = {named[one.id]: one for one in story.newest().items}
    assert {code: states[held[code]].state for code, *_ in ROWS} == {code: state for code, _, state, _ in ROWS}
    for code, _, state, _ in ROWS:
        answer = states[held[code]].answer
        assert (answer["code"], bool(answer["until"])) == (str(code), state is LOOKS)
    assert local.truth(story.tenant, held[800096])["status"] == "active"
    assert {e.subscription for e in local.ledger.effects} == {story.subscription}, "the one that nothing was staged for"
    assert "An admin: " in str(face.told(ADA))
    assert "ucmwrcsp@microsoft.com" in str(face.told(FAY))

    said = {code: what_the_card_says(story, states[held[code]]) for code, *_ in ROWS}
    assert [code for code in said if Words().say(f"answer.{meaning(code).name}") not in said[code]] == []
    assert [code for code, _, state, _ in ROWS if state is FAILS and f"{code} As Microsoft puts it" not in said[code]] == []


@once
def test_a_restore_meets_them(world: World, local: LocalPartnerCenter) -> None:
    story, face = ripe(world, local), FACES["slack"](world)
    held = set_of(story, local, TRIED)
    story.carried_out(face)
    assert story.newest().state is State.SUSPENDED
    stage(local, held)

    face.type(f"restore {story.case_id} now paid in cash", by=BEN)
    world.settle()

    with world.house.desk.reading() as connection:
        states = {subscription(connection, way.subscription_id).external: way.state for way in story.restores()}
    assert {code: states[held[code]] for code in TRIED} == {code: after for code, _, _, after in ROWS if code in TRIED}

    world.move(hours=25)
    story.settle_for()
    pursued = {held[code] for code, _, _, after in ROWS if code in TRIED and after is SENDS}
    assert {local.truth(story.tenant, each)["status"] for each in pursued} == {"active"}, "tried again by itself, without end"


def test_a_consent_without_mfa_halts_suspensions_and_asks_the_admin(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    world.hire(ADA)
    face.type("home", by=ADA)
    local.stage(status=403, body={"code": 10001, "description": "MFA required"})
    story.approved(face)
    story.cool_off()

    assert story.newest().state is State.FAILED
    assert "consent again with MFA" in str(face.told(ADA))
    with world.house.desk.reading() as connection:
        assert is_halted(connection)
    assert "halted" in face.type(f"carry_on {story.newest().number}", by=ANA)

    face.type("allow", by=ADA)
    face.click(face.type(f"suspension {story.newest().number}", by=ANA), "Go on with the rest", by=ANA)
    story.settle_for()
    assert story.newest().state is State.SUSPENDED
    assert meaning("10001").halts
