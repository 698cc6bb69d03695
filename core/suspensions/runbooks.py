"""What a person does about a subscription that the desk does not switch off itself: steps by kind, with the page they come from.

Partner Center's portal only; Microsoft offers no call that the desk would use (docs/suspensions.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

READ = date(2023, 10, 31)  # the pages as they stood then


@dataclass(frozen=True, kw_only=True)
class Runbook:
    """`steps`: the sentences `runbook.<step>`, in order. `page`: where the rules stand, as read on `read_on`."""

    steps: tuple[str, ...]
    page: str
    read_on: date


RUNBOOKS: Mapping[str, Runbook] = {
    "azure_plan": Runbook(
        steps=("agree", "role", "azure_cancel", "azure_goes_on", "azure_back", "write_down"),
        page="https://learn.microsoft.com/partner-center/azure-plan-manage",
        read_on=READ,
    ),
    "trial": Runbook(
        steps=("trial_ends", "trial_turns", "write_down"),
        page="https://learn.microsoft.com/partner-center/customers/create-a-new-subscription",
        read_on=READ,
    ),
    "other": Runbook(
        steps=("agree", "other_portal", "write_down"),
        page="https://learn.microsoft.com/partner-center/customers/create-a-new-subscription",
        read_on=READ,
    ),
}
