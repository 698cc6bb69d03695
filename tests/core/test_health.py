"""What a load balancer asks: alive is the process, ready is the process with its database at the newest version."""

import sqlalchemy as sa

from tests.harness.databases import free_port
from tests.harness.world import World


def test_alive_and_ready(world: World) -> None:
    assert (world.client.get("/healthz").status_code, world.client.get("/readyz").status_code) == (200, 200)


def test_an_old_database_is_not_ready_and_says_what_to_run(world: World) -> None:
    with world.house.store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    answer = world.client.get("/readyz")

    assert answer.status_code == 503
    assert "./desk migrate" in answer.text
    assert world.client.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_not_ready(world: World) -> None:
    store = world.house.store
    away = (
        store.engine.url.set(host="127.0.0.1", port=free_port())
        if store.engine.url.host
        else store.engine.url.set(database="/nowhere/desk.sqlite")
    )
    engine, store.engine = store.engine, sa.create_engine(away)
    try:
        answer = world.client.get("/readyz")
    finally:
        store.engine = engine

    assert answer.status_code == 503
    assert "does not answer" in answer.text
