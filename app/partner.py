"""Partner Center's side of a suspension or restore: each outbox row one step, read first, nothing written that the desk did not allow.

The order is always: read the full resource, let the desk look at it and write down what it saw, call, record what came back together
with settling the row. A crash anywhere repeats the row, and the row begins with reading again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from app.partner_sync import PARTNER_CENTER, what_is_there
from app.wiring import House
from core.customers.model import Mode
from core.customers.queries import customer, subscription, tenants_of
from core.customers.reading import RECONCILE
from core.desk import Settles
from core.engine import outbox
from core.engine.errors import DeliveryError
from core.engine.handling import Command
from core.engine.outbox import Posting
from core.engine.transaction import SYSTEM
from core.suspensions.answers import meaning
from core.suspensions.commands import RecordAnswer, RecordNoAnswer, RecordReadBack, RecordSnapshot
from core.suspensions.model import Item, ItemState, Restore, RestoreState
from core.suspensions.ports import Answer, AnswerKind, SubscriptionsPort, Wanted
from core.suspensions.queries import item, restore
from core.suspensions.restore_commands import RecordRestoreAnswer, RecordRestoreReadBack
from core.suspensions.rules import status_of

log = structlog.get_logger(__name__)
Where = tuple[str, str]  # the tenant and the subscription as Partner Center names them


def send_suspension(house: House, posting: Posting) -> None:
    """Switch one subscription off, if everything still stands with what is read now."""
    port, request_id = _port(house), str(posting.ids["request_id"])
    one, where = _item(house, posting)
    if one.state is not ItemState.SENDING or one.request_id != request_id:
        _settle(house, posting)
        return
    record = partial(RecordAnswer, item_id=one.id, request_id=request_id)
    try:
        resource = port.read(*where)
    except DeliveryError as error:
        _refused_read(house, posting, record, error)
        return
    seen = house.desk.do(RecordSnapshot(item_id=one.id, request_id=request_id, resource=resource), SYSTEM, house.clock.now())
    if seen.kind != "snapshot_recorded":
        _settle(house, posting)
        return
    try:
        answer = port.write_status(
            *where, resource, Wanted.SUSPENDED, request_id=request_id, correlation_id=one.correlation_id
        )  # fmt: skip
    except DeliveryError as error:
        _unanswered(house, one, error)
        answer = _final(error)
    _record(house, posting, record(answer=answer))


def verify_suspension(house: House, posting: Posting) -> None:
    """Read one subscription back."""
    one, where = _item(house, posting)
    _record(house, posting, RecordReadBack(item_id=one.id, resource=_read_back(_port(house), where)))


def send_restore(house: House, posting: Posting) -> None:
    """Switch one subscription on; nothing holds this back."""
    port, request_id = _port(house), str(posting.ids["request_id"])
    found, where = _restore(house, posting)
    if found.state is not RestoreState.SENDING or found.request_id != request_id:
        _settle(house, posting)
        return
    record = partial(RecordRestoreAnswer, restore_id=found.id, request_id=request_id)
    try:
        resource = port.read(*where)
    except DeliveryError as error:
        _refused_read(house, posting, partial(record, resource={}), error)
        return
    try:
        answer = _switch_on(port, where, resource, found)
    except DeliveryError as error:
        answer = _final(error)
    _record(house, posting, record(resource=resource, answer=answer))


def verify_restore(house: House, posting: Posting) -> None:
    """Read one subscription back."""
    found, where = _restore(house, posting)
    _record(house, posting, RecordRestoreReadBack(restore_id=found.id, resource=_read_back(_port(house), where)))


def read_all_again(house: House, posting: Posting) -> None:
    """Read the tenant's subscriptions anew. Raises DeliveryError: the row waits, or is given up and the next sync brings them."""
    with house.desk.reading() as connection:
        named = subscription(connection, int(posting.ids["subscription_id"]))
        is_by_hand = customer(connection, named.customer_id).mode is Mode.BY_HAND
    if house.partner_center is None and is_by_hand:
        _settle(house, posting)  # an indirect reseller's: there is nothing to read
        return
    if house.partner_center is None:
        raise DeliveryError("Partner Center is not set up")
    found = what_is_there(house, house.partner_center, named.customer_id, named.tenant)
    house.desk.do(found, PARTNER_CENTER, house.clock.now(), settles=Settles("outbox", posting.id))


def reconcile(house: House, posting: Posting) -> None:
    """The day's reading of a tenant. Without Partner Center, or once the tenant is no more the customer's, there is nothing to read.
    Raises DeliveryError: the row waits as long as Partner Center asks, and tomorrow's reading does not come on top of it."""
    asked = house.partner_center
    with house.desk.reading() as connection:
        is_theirs = str(posting.ids["tenant"]) in tenants_of(connection, int(posting.ids["customer_id"]))
    if asked is None or not is_theirs:
        _settle(house, posting)
        return
    found = what_is_there(house, asked, int(posting.ids["customer_id"]), str(posting.ids["tenant"]))
    house.desk.do(found, PARTNER_CENTER, house.clock.now(), settles=Settles("outbox", posting.id))


def _port(house: House) -> SubscriptionsPort:
    """Raises DeliveryError while Partner Center is not set up: the row waits."""
    if house.subscriptions is None:
        raise DeliveryError("Partner Center is not set up")
    return house.subscriptions


def _item(house: House, posting: Posting) -> tuple[Item, Where]:
    with house.desk.reading() as connection:
        one = item(connection, int(posting.ids["item_id"]))
        named = subscription(connection, one.subscription_id)
    return one, (named.tenant, named.external)


def _restore(house: House, posting: Posting) -> tuple[Restore, Where]:
    with house.desk.reading() as connection:
        found = restore(connection, int(posting.ids["restore_id"]))
        named = subscription(connection, found.subscription_id)
    return found, (named.tenant, named.external)


def _read_back(port: SubscriptionsPort, where: Where) -> Mapping[str, Any] | None:
    """None when the subscription is not there any more; other faults are tried again."""
    try:
        return port.read(*where)
    except DeliveryError as error:
        if error.permanent:
            return None
        raise


def _switch_on(port: SubscriptionsPort, where: Where, resource: Mapping[str, Any], found: Restore) -> Answer:
    """Nothing is written to what is active already. Raises DeliveryError."""
    if status_of(resource) == Wanted.ACTIVE:
        return Answer(kind=AnswerKind.DONE, resource=resource)
    ids = {"request_id": found.request_id, "correlation_id": found.correlation_id}
    return port.write_status(*where, resource, Wanted.ACTIVE, **ids)


def _final(error: DeliveryError) -> Answer:
    """A call that can never work, or not before a person mended something, is an answer. Raises the error again when it may work later,
    or may have worked."""
    code = str(getattr(error, "code", ""))
    if error.unknown or not (error.permanent or meaning(code).acts):
        raise error
    return Answer(kind=AnswerKind.REFUSED, code=code, description=error.reason)


def _refused_read(house: House, posting: Posting, record: Any, error: DeliveryError) -> None:
    """A subscription that cannot be read is not written. Raises the error again when reading may work later."""
    _record(house, posting, record(answer=_final(error)))


def _unanswered(house: House, one: Item, error: DeliveryError) -> None:
    """Written down at once, so that the next try knows that this one may have taken effect."""
    if error.unknown:
        log.warning("Partner Center did not answer a suspension.", item=one.id, reason=error.reason)
        house.desk.do(RecordNoAnswer(item_id=one.id, request_id=one.request_id), SYSTEM, house.clock.now())


def _record(house: House, posting: Posting, command: Command) -> None:
    house.desk.do(command, SYSTEM, house.clock.now(), settles=Settles("outbox", posting.id))


def _settle(house: House, posting: Posting) -> None:
    """The row was overtaken: what it wanted is done, or wanted no more."""
    house.store.attempt(partial(outbox.sent, posting_id=posting.id))


SENDERS = {
    "partner_center.suspend": send_suspension,
    "partner_center.verify": verify_suspension,
    "partner_center.restore": send_restore,
    "partner_center.verify_restore": verify_restore,
    "partner_center.read": read_all_again,
    RECONCILE: reconcile,
}
