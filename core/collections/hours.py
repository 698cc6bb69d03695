"""The calendars by which it is decided and suspended: the customer's, and that of the group which gets requests to decide on."""

from datetime import date, time, timedelta

from sqlalchemy import Connection

from core.customers.queries import calendar_of
from core.engine.calendars import Calendar
from core.people.calendars import group_routed

from .curfew import HORIZON, Hours, chance
from .policy import Policy

MORNING = time(9)  # by the customer's clock, on a working day there: nothing of the ladder happens at night, at weekends or on holidays
ROUTE = "approval"  # the kind of card that approvers' conversations get


def desk_hours(connection: Connection) -> Calendar:
    """When the approvers' group is staffed; the default calendar where no group gets requests."""
    return group_routed(connection, ROUTE)[1]


def hours_for(connection: Connection, policy: Policy, customer_id: int, *, lifted: bool = False) -> Hours:
    """What the curfew goes by for this customer. Raises NotFound."""
    theirs = calendar_of(connection, customer_id)
    return Hours(rules=policy.curfew, theirs=theirs, ours=desk_hours(connection), lifted=lifted)


def askable_on(connection: Connection, policy: Policy, customer_id: int, day: date) -> date:
    """The day itself, or the first working day after it, on whose morning an approval could be carried out before it runs out; the day
    itself where there is none in two months."""
    hours = hours_for(connection, policy, customer_id)
    first = hours.theirs.add_working_days(day, 0)
    days = (first + timedelta(days=number) for number in range(HORIZON.days))
    mornings = (found for found in days if hours.theirs.is_working_day(found))
    return next((found for found in mornings if not chance(hours, policy.decision, hours.theirs.moment(found, MORNING)).is_vain), first)
