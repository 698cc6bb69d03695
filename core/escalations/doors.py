"""Which of Microsoft's doors a question belongs to, and what each wants to be told. No request can be opened by API: a person does it.

Sources, read in November 2026: which portal (https://learn.microsoft.com/partner-center/support-resource-options), what a request asks
for (…/report-problems-with-partner-center), credits (…/request-credit), fraud (…/non-payment-fraud-misuse), credit limit
(…/credit-limit-enforcement). The reading of service requests by API never had a way back for creating them (since 31 August 2020).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.cases.triage import Triage

HELP_AND_SUPPORT = "https://partner.microsoft.com/dashboard/v2/support/servicerequests/create"


class Door(StrEnum):
    """Where a question goes."""

    PARTNER_CENTER = "partner_center"  # invoices, reconciliation, charges, prices, purchases
    CREDIT = "credit"  # a credit or refund that Microsoft owes: an outage, a mistake
    AZURE = "azure"  # consumption, quotas, fraud within 60 days
    ADMIN_CENTER = "admin_center"  # seats that differ between the admin center and Partner Center
    CREDIT_LIMIT = "credit_limit"  # the partner's own limit; by mail only


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the door is gone through. `needs`: fields of the packet it is refused without. `workspace`, `problem`: what its form asks."""

    url: str
    workspace: str
    problem: str
    needs: tuple[str, ...] = ()


WAYS: Mapping[Door, Way] = {
    Door.PARTNER_CENTER: Way(url=HELP_AND_SUPPORT, workspace="Billing", problem="Invoice, reconciliation or charges", needs=("tenant",)),
    Door.CREDIT: Way(
        url="https://partner.microsoft.com/support/v2/?stage=2&topicid=cb49dd48-9497-e427-1a6e-f4d5f51da512", workspace="Billing",
        problem="Request a credit or refund", needs=("tenant", "incident"),
    ),
    Door.AZURE: Way(
        url="https://portal.azure.com/#view/Microsoft_Azure_Support/HelpAndSupportBlade", workspace="Help + support (Azure portal)",
        problem="Billing: consumption and quotas", needs=("tenant", "products"),
    ),
    Door.ADMIN_CENTER: Way(
        url="https://admin.microsoft.com/", workspace="Support (Microsoft 365 admin center)", problem="Licences: seat count",
        needs=("tenant", "products"),
    ),
    Door.CREDIT_LIMIT: Way(url="mailto:ucmwrcsp@microsoft.com", workspace="by mail", problem="Credit limit"),
}  # fmt: skip

# Everything else goes through Partner Center's Help + support.
BY_TRIAGE: Mapping[str, Door] = {
    Triage.OUTAGE_CREDIT: Door.CREDIT,
    Triage.REFUND: Door.CREDIT,
    Triage.AZURE_SPIKE: Door.AZURE,
    Triage.SEATS: Door.ADMIN_CENTER,
}


def proposed(triage: str) -> Door:
    """The door for that kind of question; a person may choose another."""
    return BY_TRIAGE.get(triage, Door.PARTNER_CENTER)
