"""The two stores' door."""

import sqlalchemy as sa

from core.engine.db.store import Store


def test_what_a_thread_still_holds_as_the_store_closes_is_closed_when_given_back(database: str) -> None:
    store = Store(database)
    with store.reading() as connection:
        connection.execute(sa.text("SELECT 1"))
        held = connection.connection.dbapi_connection
        store.close()

    assert held is not None
    assert is_closed(held)


def is_closed(raw: object) -> bool:
    closed = getattr(raw, "closed", None)  # psycopg says it; sqlite3 only refuses
    if closed is not None:
        return bool(closed)
    try:
        raw.cursor()  # type: ignore[attr-defined]  # a DBAPI connection
    except Exception as error:  # noqa: BLE001 (each driver has its own)
        return "closed" in str(error)
    return False
