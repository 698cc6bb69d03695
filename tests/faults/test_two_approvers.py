"""Two approvers at the same instant, each by a signed delivery of their own chat: always exactly one approval, exactly one execution."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from app.partner_sync import CONNECTION
from core.collections.commands import ApplyPolicy
from core.collections.curfew import Hours, next_allowed
from core.collections.shipped import SHIPPED
from core.customers.commands import ConfirmLink, SwitchMode
from core.customers.model import LinkKind, Mode
from core.engine.calendars import Calendar
from core.engine.db.tables.customers import subscriptions
from core.engine.db.tables.engine import outbox
from core.engine.db.tables.suspensions import votes
from core.engine.errors import Conflict
from core.engine.handling import Command
from core.engine.transaction import SYSTEM, Actor
from core.people.queries import by_handle
from core.suspensions.commands import ApproveSuspension, Look, ProposeSuspension, RecordAnswer, StopSuspension
from core.suspensions.model import ItemState
from core.suspensions.ports import Answer, AnswerKind
from core.suspensions.queries import suspension
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.face import Seen
from tests.harness.receivables import collection_of, customer_with_payer, feed, invoice
from tests.harness.slack_face import SlackFace, interaction, seen_in_slack
from tests.harness.suspensions import CLEO, Story, ripe
from tests.harness.teams_face import TeamsFace
from tests.harness.world import BEN, CHANNELS, World

pytestmark = [pytest.mark.slow, pytest.mark.postgres_only, pytest.mark.timeout(600)]
ROUNDS = 200
LATE = "is already decided"


@pytest.fixture(params=["postgres"])
def store_kind(request: pytest.FixtureRequest) -> str:
    """SQLite has one writer at a time anyway."""
    return str(request.param)


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live; nothing is sent here, only the rows that would send are counted."""
    return ripe(world, local)


def at_once(*acts: Callable[[], str]) -> list[str]:
    """Every act in the same instant; returns what each came to."""
    gate = threading.Barrier(len(acts))

    def act(one: Callable[[], str]) -> str:
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as people:
        return sorted(people.map(act, acts))


def given(story: Story, command: Command) -> str:
    """What the command comes to when the desk itself gives it."""
    try:
        return story.world.house.desk.do(command, SYSTEM, story.world.now).kind
    except Conflict as refusal:
        return refusal.kind


def press_in_slack(story: Story, suspension_id: int, facts: int) -> Callable[[], str]:
    """Ben's press of the card's Approve, as a signed delivery that only has to be posted; what he is told, "" for the card itself."""
    face = SlackFace(story.world)
    button = {"type": "button", "action_id": "billing:approve:0", "value": f"approve|{suspension_id}|{facts}", "text": {"text": "Approve"}}
    payload = face.pressed(Seen({}, buttons={"Approve": button}, place=CHANNELS["slack"]), "Approve", BEN)

    def press() -> str:
        assert face.deliver(interaction(payload)).status_code == 200
        told = story.world.local_slack.ledger.responses.get(payload["response_url"].rpartition("/")[2])
        return str(seen_in_slack(told[-1])) if told else ""

    return press


def press_in_teams(story: Story, suspension_id: int, facts: int) -> Callable[[], str]:
    """Cleo's yes in the dialog that the card's Approve opened; what she is told, "" for the card itself."""
    face = TeamsFace(story.world)
    form = {
        "action": "approve",
        "subject": suspension_id,
        "facts": facts,
        "given": None,
        "confirmed": True,
        "key": f"confirm:{suspension_id}",
    }
    activity = face.invoke("task/submit", {"data": {"form": form}, "context": {"theme": "default"}}, CLEO, CHANNELS["teams"])

    def press() -> str:
        answer = face.deliver(activity)
        assert answer.status_code == 200
        said = (answer.get_json(silent=True) or {}).get("task")
        return str(said["value"]["card"]["content"]["body"]) if said else ""

    return press


def next_noon(now: datetime) -> datetime:
    """A round a day, on which the curfew allows it: ten a day are the most."""
    hours = Hours(rules=SHIPPED.curfew, theirs=Calendar(), ours=Calendar())
    found = next_allowed(hours, now.replace(hour=11, minute=0) + timedelta(days=1))
    assert found is not None
    return found


def count(story: Story, statement: sa.Select[tuple[int]]) -> int:
    with story.world.house.desk.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def test_two_approvers_at_the_same_instant_always_come_to_exactly_one_execution(story: Story) -> None:
    with story.world.house.desk.reading() as connection:
        ana = by_handle(connection, "ana").id
        subscription_id = int(connection.execute(sa.select(subscriptions.c.id)).scalar_one())
    proposal = ProposeSuspension(case_id=story.case_id, reason="Silent", subscription_ids=(subscription_id,))

    for number in range(1, ROUNDS + 1):
        story.world.now = next_noon(story.world.now)
        story.hear()
        made = story.world.do(proposal, Actor(f"staff:{ana}", "slack")).ids["suspension_id"]
        facts = story.newest().facts
        first, late = at_once(press_in_slack(story, made, facts), press_in_teams(story, made, facts))
        assert (first, LATE in late) == ("", True), (number, first, late)
        assert count(story, sa.select(sa.func.count()).select_from(votes).where(votes.c.suspension_id == made)) == 1

        story.world.now += timedelta(minutes=30)
        story.hear()
        look = partial(given, story, Look(suspension_id=made))
        assert at_once(look, look) == ["sending_begun", "unchanged"], number
        sends = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.kind == "partner_center.suspend")
        assert count(story, sends) == number
        (one,) = story.newest().items
        refused = RecordAnswer(item_id=one.id, request_id=one.request_id, answer=Answer(kind=AnswerKind.REFUSED, code="800096"))
        story.world.do(refused)


def another(story: Story) -> Story:
    """A second customer, with a debt and a subscription of their own."""
    world, local = story.world, story.local
    tenant = local.add_customer("Kowalska")
    external = local.add_subscription(tenant)
    customer_id = customer_with_payer(world, external="K-2", name="Kowalska")
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection=CONNECTION, external=tenant))
    feed(world, invoice("K/1"), external="K-2")
    made = Story(world, local, customer_id, collection_of(world, "K-2"), tenant, external)
    made.sync()
    made.decide()
    made.notice()
    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    return made


def test_two_looks_at_the_same_instant_never_come_to_more_calls_than_the_day_allows(story: Story) -> None:
    one = replace(SHIPPED, version="one", since=date(2026, 1, 2), decision=replace(SHIPPED.decision, most_a_day=1))
    story.world.do(ApplyPolicy(policy=one, text=""))
    second = another(story)
    with story.world.house.desk.reading() as connection:
        ana, ben = (Actor(f"staff:{by_handle(connection, name).id}", "slack") for name in ("ana", "ben"))
        rows = {row.external: int(row.id) for row in connection.execute(sa.select(subscriptions.c.id, subscriptions.c.external))}

    for number in range(1, 21):
        story.world.now = next_noon(story.world.now)
        looks = []
        for each in (story, second):
            proposal = ProposeSuspension(case_id=each.case_id, reason="Silent", subscription_ids=(rows[each.subscription],))
            made = story.world.do(proposal, ana).ids["suspension_id"]
            story.world.do(ApproveSuspension(suspension_id=made, facts=story.newest().facts), ben)
            looks.append(Look(suspension_id=made))
        story.world.now += timedelta(minutes=30)
        story.hear()
        feed(story.world, invoice("K/1"), external="K-2", as_of=story.world.now)
        came = at_once(*(partial(given, story, look) for look in looks))
        assert came == ["sending_begun", "suspension_held"], number
        for look in looks:
            end(story, look.suspension_id, ben)


def end(story: Story, suspension_id: int, by: Actor) -> None:
    """Whatever became of it, so that the case can be asked about again."""
    with story.world.house.desk.reading() as connection:
        (one,) = suspension(connection, suspension_id).items
    if one.state is not ItemState.SENDING:
        story.world.do(StopSuspension(suspension_id=suspension_id), by)
        return
    refused = Answer(kind=AnswerKind.REFUSED, code="800096")
    story.world.do(RecordAnswer(item_id=one.id, request_id=one.request_id, answer=refused))
