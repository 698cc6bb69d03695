"""Two approvers at the same instant, one per chat: always exactly one approval, and exactly one execution."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core.collections.curfew import Hours, next_allowed
from core.collections.shipped import SHIPPED
from core.engine.calendars import Calendar
from core.engine.db.tables.customers import subscriptions
from core.engine.db.tables.engine import outbox
from core.engine.db.tables.suspensions import votes
from core.engine.errors import Conflict
from core.engine.transaction import SYSTEM, Actor
from core.people.queries import by_handle
from core.suspensions.commands import ApproveSuspension, Look, ProposeSuspension, RecordAnswer
from core.suspensions.ports import Answer, AnswerKind
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.suspensions import Story, ripe
from tests.harness.world import World

pytestmark = [pytest.mark.slow, pytest.mark.postgres_only, pytest.mark.timeout(600)]
ROUNDS = 200


@pytest.fixture(params=["postgres"])
def store_kind(request: pytest.FixtureRequest) -> str:
    """SQLite has one writer at a time anyway."""
    return str(request.param)


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live; nothing is sent here, only the rows that would send are counted."""
    return ripe(world, local)


def at_once(story: Story, command: object, actors: list[Actor]) -> list[str]:
    """Every actor gives the command in the same instant; returns what each came to."""
    gate, came = threading.Barrier(len(actors)), []

    def give(actor: Actor) -> None:
        gate.wait()
        try:
            came.append(story.world.house.desk.do(command, actor, story.world.now).kind)  # type: ignore[arg-type]
        except Conflict as refusal:
            came.append(refusal.kind)

    threads = [threading.Thread(target=give, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


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
        ana, ben, cleo = (by_handle(connection, name).id for name in ("ana", "ben", "cleo"))
        subscription_id = int(connection.execute(sa.select(subscriptions.c.id)).scalar_one())
    proposal = ProposeSuspension(case_id=story.case_id, reason="Silent", subscription_ids=(subscription_id,))
    approvers = [Actor(f"staff:{ben}", "slack"), Actor(f"staff:{cleo}", "teams")]

    for number in range(1, ROUNDS + 1):
        story.world.now = next_noon(story.world.now)
        story.hear()
        made = story.world.do(proposal, Actor(f"staff:{ana}", "slack")).ids["suspension_id"]
        approval = ApproveSuspension(suspension_id=made, facts=story.newest().facts)
        assert at_once(story, approval, approvers) == ["already_decided", "suspension_approved"], number
        assert count(story, sa.select(sa.func.count()).select_from(votes).where(votes.c.suspension_id == made)) == 1

        story.world.now += timedelta(minutes=30)
        story.hear()
        assert at_once(story, Look(suspension_id=made), [SYSTEM, SYSTEM]) == ["sending_begun", "unchanged"], number
        sends = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.kind == "partner_center.suspend")
        assert count(story, sends) == number
        (one,) = story.newest().items
        refused = RecordAnswer(item_id=one.id, request_id=one.request_id, answer=Answer(kind=AnswerKind.REFUSED, code="800096"))
        story.world.do(refused)
