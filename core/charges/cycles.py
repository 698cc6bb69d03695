"""Which charge cycle a purchase or renewal begins, where the subscription says enough to be sure of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.customers.resources import facts, moment, text

from .proration import Cycle, monthly_cycle


def first_cycle(resource: Mapping[str, Any]) -> Cycle | None:
    """The cycle that begins with `effectiveStartDate`, in days of UTC as Microsoft counts them; None where it cannot be told.

    A term that ends on another day of the month than it began was made to end with something else, and then its first cycle is shorter in
    a way the resource does not say.
    Raises ValueError for what is no subscription.
    """
    began, ends = moment(text(resource, "effectiveStartDate")), facts(resource).term_end_at
    if began is None or ends is None or ends <= began or (ends.date() + timedelta(days=1)).day != began.day:
        return None
    billed = text(resource, "billingCycle").casefold()
    if billed == "annual":
        whole_year = (ends.date() - began.date()).days + 1
        return Cycle(first=began.date(), last=ends.date()) if whole_year in (365, 366) else None
    return monthly_cycle(began.date()) if billed == "monthly" else None
