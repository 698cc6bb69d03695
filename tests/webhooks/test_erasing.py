"""What came in is kept as it came for so many days; then only that it came, what it was and what became of it."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from click.testing import CliRunner

from app.cli import main
from app.erasing import sweep_raw
from app.receiving import sweep_inbox
from core.engine import journal
from core.engine.db.tables.engine import inbox
from core.engine.db.tables.engine import journal as journal_table
from core.people.commands import DiscardDelivery
from core.people.erasing import BATCH
from tests.harness.letters import given_up
from tests.harness.signing import Sender
from tests.harness.world import World


def aged(world: World, days: float) -> None:
    """All that is in the inbox came so long ago."""
    with world.house.store.writing() as connection:
        at = world.house.store.real_now(connection) - timedelta(days=days)
        connection.execute(sa.update(inbox).values(received_at=at))


def rows(world: World) -> list[sa.Row[tuple[object, ...]]]:
    with world.house.desk.reading() as connection:
        return list(connection.execute(sa.select(inbox).order_by(inbox.c.id)))


def erased(world: World) -> None:
    while sweep_raw(world.house):
        pass


def test_the_content_goes_after_its_days_and_what_it_was_stays(world: World) -> None:
    number = given_up(world, body=b"Ala Nowak wrote this")
    world.do(DiscardDelivery(delivery=int(number), by="op", reason="spam"))
    aged(world, 89)
    erased(world)
    assert rows(world)[0].body == b"Ala Nowak wrote this"

    aged(world, 91)
    erased(world)

    (row,) = rows(world)
    assert (row.body, row.headers, row.state) == (b"", {}, "discarded")
    assert (row.digest, row.size) == (hashlib.sha256(b"Ala Nowak wrote this").hexdigest(), 20)
    assert row.delivery_key
    assert row.error
    with world.house.desk.reading() as connection:
        told = connection.execute(sa.select(journal_table).where(journal_table.c.event == "deliveries_erased")).one()
        assert told.data["deliveries"] == [int(number)]
        assert journal.broken_links(connection, "inbox:all") == []
    shown = CliRunner().invoke(main, ["webhooks", "show", number], obj=lambda: world.house)
    assert "Its content was erased on" in shown.output
    assert row.digest in shown.output
    assert sweep_raw(world.house) == 0


def test_what_was_given_up_or_still_waits_is_never_erased_by_itself(world: World) -> None:
    given_up(world, body=b"not understood")
    aged(world, 4000)

    erased(world)

    assert [row.body for row in rows(world)] == [b"not understood"]


def test_many_go_batch_by_batch_and_the_same_delivery_again_is_still_known(world: World) -> None:
    for _ in range(BATCH + 2):
        number = given_up(world, body=b"again and again")
        world.do(DiscardDelivery(delivery=int(number)))
    aged(world, 91)

    erased(world)

    assert {row.body for row in rows(world)} == {b""}
    assert Sender(world).send(b"again and again", delivery="letter_0").status_code == 202
    assert len(rows(world)) == BATCH + 2, "it came before"
    assert sweep_inbox(world.house) == 0
