"""Subscriptions are recorded tenant by tenant, never older over newer, and only for a confirmed tenant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.customers.commands import AddCustomer, ConfirmLink, RecordSubscriptions
from core.customers.model import LinkKind
from core.customers.queries import subscriptions_of, with_tenant
from core.engine.db.tables.engine import journal
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from playground.partner_center.fixtures import subscription
from tests.harness.world import ANA, World

TENANT = "11111111-2222-4333-8444-555555555555"
READ = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def customer_id(world: World) -> int:
    made = world.do(AddCustomer(name="Contoso")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=made, kind=LinkKind.TENANT, connection="partner_center", external=TENANT))
    return made


def one(number: int, **fields: Any) -> dict[str, Any]:
    return subscription("new_commerce", now=READ, customer=TENANT, id=f"00000000-0000-4000-8000-00000000000{number}", **fields)


def record(world: World, customer_id: int, *resources: Any, at: datetime = READ, actor: Actor | None = None) -> str:
    command = RecordSubscriptions(customer_id=customer_id, tenant=TENANT, as_of=at, resources=resources)
    return world.do(command, actor or Actor("connection:partner_center", "webhook")).kind


def test_what_was_read_is_kept_with_its_as_of(world: World, customer_id: int) -> None:
    record(world, customer_id, one(1, quantity="25"), one(2, status="somethingNew"))

    with world.house.desk.reading() as connection:
        first, second = subscriptions_of(connection, customer_id)
        assert [c.name for c in with_tenant(connection)] == ["Contoso"]
    assert (first.quantity, first.status, first.as_of, first.kind) == (25, "active", READ, "new_commerce")
    assert second.status == "somethingnew"


def test_an_older_reading_changes_nothing(world: World, customer_id: int) -> None:
    record(world, customer_id, one(1, status="suspended"))

    assert record(world, customer_id, one(1), at=READ - timedelta(hours=1)) == "unchanged"
    with world.house.desk.reading() as connection:
        assert subscriptions_of(connection, customer_id)[0].status == "suspended"


def test_changes_and_absences_are_in_the_journal(world: World, customer_id: int) -> None:
    record(world, customer_id, one(1), one(2))
    record(world, customer_id, one(1, status="suspended"), {"nonsense": True}, at=READ + timedelta(hours=1))

    with world.house.desk.reading() as connection:
        last = connection.execute(
            sa.select(journal).where(journal.c.event == "subscriptions_recorded").order_by(journal.c.id.desc())
        ).first()
        kept = {s.external[-1]: s.as_of for s in subscriptions_of(connection, customer_id)}
    assert last is not None
    assert last.data["changed"] == [f"{one(1)['id']}: active → suspended"]
    assert last.data["absent"] == [one(2)["id"]]
    assert kept == {"1": READ + timedelta(hours=1), "2": READ}


def test_an_unconfirmed_tenant_and_a_person_are_refused(world: World, customer_id: int) -> None:
    world.hire(ANA)
    other = world.do(AddCustomer(name="Fabrikam")).ids["customer_id"]

    with pytest.raises(DeskError, match="tenant_not_confirmed"):
        record(world, other, one(1))
    with pytest.raises(DeskError, match="not_allowed"):
        record(world, customer_id, one(1), actor=Actor("staff:1", "slack"))
