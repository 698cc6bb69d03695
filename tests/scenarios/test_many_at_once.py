"""What touches hundreds of requests or cases at once is done whole: the first few with the change itself, the others one after another."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.sweeps import sweep_timers
from core.collections.commands import ApplyPolicy
from core.collections.policy import OnPayment
from core.collections.shipped import SHIPPED
from core.customers.model import LinkKind
from core.engine.db.tables.cases import cases
from core.engine.db.tables.customers import links, subscriptions
from core.engine.db.tables.engine import journal, outbox
from core.engine.db.tables.receivables import invoices, payers
from core.engine.db.tables.suspensions import suspension_items, suspensions, votes
from core.people.commands import RemoveStaff
from core.people.queries import by_handle
from core.people.telling import TELL
from core.suspensions import spreading
from core.suspensions.commands import Look
from core.suspensions.model import RestoreState, State
from core.suspensions.restore_commands import RestoreService
from core.suspensions.spreading import AT_ONCE
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES
from tests.harness.suspensions import OTTO, Story, ripe
from tests.harness.world import ANA, BEN, World

SUBSCRIPTIONS = 210
MANY = 45  # more than are done at once


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """A customer of very many payers, each with a collection and a request to suspend of their own, all Ana's."""
    made = ripe(world, local)
    made.propose(FACES["slack"](world))
    with world.house.store.writing() as connection:
        ana = by_handle(connection, ANA.handle).id
        connection.execute(sa.update(cases).where(cases.c.id == made.case_id).values(assignee_id=ana))
        for number in range(2, MANY + 1):
            payer_id = _another(connection, payers, external=f"K-{number}")
            _another(connection, links, kind=LinkKind.PAYER.value, external=f"k-{number}")
            _another(connection, invoices, payer_id=payer_id)
            case_id = _another(connection, cases, payer_id=payer_id)
            suspension_id = _another(connection, suspensions, case_id=case_id)
            _another(connection, suspension_items, suspension_id=suspension_id)
    return made


def _another(connection: sa.Connection, table: sa.Table, **changed: Any) -> int:
    """One more row like the first of the kind."""
    like = sa.select(table).order_by(table.c.id).limit(1)
    like = like.where(table.c.kind == changed["kind"]) if "kind" in changed else like
    row = {name: value for name, value in connection.execute(like).mappings().one().items() if name != "id"}
    return int(connection.execute(sa.insert(table).values(**row | changed).returning(table.c.id)).scalar_one())


def counted(story: Story, event: str) -> list[int]:
    """How often it happened to each subject it happened to."""
    with story.world.house.desk.reading() as connection:
        by_subject = sa.select(sa.func.count()).where(journal.c.event == event).group_by(journal.c.subject)
        return sorted(connection.scalars(by_subject))


def go_on(story: Story) -> None:
    """What was left for later, until nothing is."""
    while sweep_timers(story.world.house):
        pass


def unsettled(story: Story, state: str) -> int:
    with story.world.house.desk.reading() as connection:
        others = sa.select(sa.func.count()).select_from(suspensions).where(suspensions.c.state != state)
        return connection.scalar(others) or 0


def test_a_policy_is_looked_at_by_hundreds_of_requests_each_once(story: Story) -> None:
    later = replace(SHIPPED, version="later", since=date(2026, 1, 2), title="Later")

    story.world.do(ApplyPolicy(policy=later, text=""))
    assert counted(story, "facts_rebound") == [1] * AT_ONCE
    go_on(story)

    assert counted(story, "facts_rebound") == [1] * MANY


def test_hundreds_of_requests_of_a_leaver_fall_and_none_twice(story: Story) -> None:
    with story.world.house.store.writing() as connection:
        approver = by_handle(connection, BEN.handle).id
        connection.execute(sa.update(suspensions).values(cooling_until=story.world.now + timedelta(hours=1)))
        for found in connection.scalars(sa.select(suspensions.c.id)).all():
            vote = {"round": 1, "staff_id": approver, "verdict": "approve", "at": story.world.now, "face": "slack"}
            connection.execute(sa.insert(votes).values(suspension_id=found, **vote))
    story.world.do(RemoveStaff(handle=ANA.handle, successor=OTTO.handle))
    story.world.do(RemoveStaff(handle=BEN.handle))  # in the same minute: neither's requests are forgotten over the other's
    assert unsettled(story, "voided") > MANY // 2
    go_on(story)

    assert unsettled(story, "voided") == 0
    assert counted(story, "suspension_ended") == [1] * MANY
    with story.world.house.desk.reading() as connection:
        assert set(connection.scalars(sa.select(cases.c.assignee_id))) == {by_handle(connection, OTTO.handle).id}


def test_a_case_of_hundreds_of_subscriptions_is_called_off_and_restored_at_once(world: World, local: LocalPartnerCenter) -> None:
    story = ripe(world, local)
    story.approved(FACES["slack"](world))
    story.cool_off()
    story.settle_for()
    with world.house.store.writing() as connection:
        open_ = {"state": "executing", "ended_at": None}
        connection.execute(sa.update(suspensions).values(**open_))
        for number in range(SUBSCRIPTIONS):
            state = {} if number else {"state": "looking", "sent_at": None}
            subscription_id = _another(connection, subscriptions, external=f"more-{number}")
            _another(connection, suspension_items, subscription_id=subscription_id, **state)

    world.do(RestoreService(case_id=story.case_id, reason="Paid at the counter"))

    assert len(story.restores()) == SUBSCRIPTIONS
    assert story.newest().ended_at is not None


def test_what_waits_its_turn_after_a_leaver_is_never_carried_out(
    world: World, local: LocalPartnerCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = ripe(world, local)
    story.approved(FACES["slack"](world))
    monkeypatch.setattr(spreading, "AT_ONCE", 0)
    world.now += timedelta(minutes=29)
    story.hear()
    world.do(RemoveStaff(handle=ANA.handle))
    world.now += timedelta(minutes=2)

    world.do(Look(suspension_id=story.newest().id))

    assert (story.newest().state, story.newest().end_reason) == (State.VOIDED, "proposer_left")
    world.settle()
    assert story.status() == "active"
    assert counted(story, "suspension_ended") == [1]


def paid(world: World, local: LocalPartnerCenter, more: int, on_payment: OnPayment) -> list[str]:
    """Every statement with which the payment is heard that ends what so many, and one, were switched off for."""
    rules = replace(SHIPPED.restoring, on_payment=on_payment)
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="paid", restoring=rules), text=""))
    story = ripe(world, local)
    story.carried_out(FACES["slack"](world))
    with world.house.store.writing() as connection:
        for number in range(more):
            subscription_id = _another(connection, subscriptions, external=f"more-{number}")
            _another(connection, suspension_items, subscription_id=subscription_id)
    said: list[str] = []

    def listen(*given: Any) -> None:
        said.append(given[2])

    sa.event.listen(world.house.store.engine, "before_cursor_execute", listen)
    story.hear(open=0)
    sa.event.remove(world.house.store.engine, "before_cursor_execute", listen)
    proposed = RestoreState.PROPOSED if on_payment is OnPayment.ONE_CLICK else RestoreState.SENDING
    assert [way.state for way in story.restores()] == [proposed] * (more + 1)
    with world.house.desk.reading() as connection:
        told = [ids["say"] for ids in connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind == TELL))]
    assert told.count("tell.restore_proposed") == (1 if on_payment is OnPayment.ONE_CLICK else 0), "once for the whole set"
    return said


@pytest.mark.parametrize("on_payment", OnPayment)
@pytest.mark.parametrize("more", [5, 30])
def test_what_a_payment_brings_back_is_read_as_a_whole_no_more_often_for_many_than_for_few(
    world: World, local: LocalPartnerCenter, more: int, on_payment: OnPayment
) -> None:
    said = paid(world, local, more, on_payment)

    joined = [" ".join(each.split()) for each in said]
    whole = [each for each in joined if "FROM suspension_items WHERE suspension_items.suspension_id =" in each]
    assert len(whole) <= 3, "the request with all of its subscriptions is read once for the whole set, and by what else hears of money"
    assert len(said) < 100 + 18 * more, "each subscription costs its own rows, whatever their number"
