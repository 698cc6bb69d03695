"""The calendars by which it is decided and suspended: the customer's, and that of the group which gets requests to decide on."""

from datetime import datetime

from sqlalchemy import Connection

from core.customers.queries import calendar_of
from core.engine.calendars import Calendar
from core.people.calendars import group_routed

from .curfew import Hours, chance
from .policy import Policy

ROUTE = "approval"  # the kind of card that approvers' conversations get


def desk_hours(connection: Connection) -> Calendar:
    """When the approvers' group is staffed; the default calendar where no group gets requests."""
    return group_routed(connection, ROUTE)[1]


def hours_for(connection: Connection, policy: Policy, customer_id: int, *, lifted: bool = False) -> Hours:
    """What the curfew goes by for this customer. Raises NotFound."""
    theirs = calendar_of(connection, customer_id)
    return Hours(rules=policy.curfew, theirs=theirs, ours=desk_hours(connection), lifted=lifted)


def is_worth_asking(connection: Connection, policy: Policy, customer_id: int, now: datetime) -> bool:
    """Whether an approval given now could be carried out before it runs out."""
    return not chance(hours_for(connection, policy, customer_id), policy.decision, now).is_vain
