"""A local Partner Center for each test, and a client connected to it."""

from collections.abc import Iterator

import pytest

from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.partner_center import Connected, connect


@pytest.fixture
def local() -> Iterator[LocalPartnerCenter]:
    """A Partner Center on loopback, nobody in it."""
    made = LocalPartnerCenter()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def contoso(local: LocalPartnerCenter) -> Iterator[Connected]:
    """A customer with a new-commerce subscription that renews itself and has a scheduled change."""
    made = connect(
        local, scheduledNextTermInstructions={"product": {"termDuration": "P1Y"}, "quantity": 10},
        scheduledActions=[{"scheduleType": "TermEnd", "actionType": "RenewToNewTerm"}], futureField={"kept": True},
    )  # fmt: skip
    yield made
    made.client.close()
