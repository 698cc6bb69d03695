"""The housekeeping job: what was kept raw for long enough is erased, batch after batch."""

from datetime import timedelta

from app.wiring import House
from core.engine.transaction import SYSTEM
from core.people.erasing import EraseDeliveries, is_due


def sweep_raw(house: House) -> int:
    """Erase a batch of deliveries older than `DESK_KEEP_RAW_DAYS`, by the database's clock; returns 1 while there may be more."""
    with house.store.reading() as connection:
        before = house.store.real_now(connection) - timedelta(days=house.settings.desk_keep_raw_days)
        if not is_due(connection, before):
            return 0
    house.desk.do(EraseDeliveries(before=before), SYSTEM, house.clock.now())
    return 1
