"""A local Partner Center for each test, and a client connected to it; one Request Tracker for all, which each test's desk hears in turn."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.databases import free_port
from tests.harness.partner_center import Connected, connect
from tests.harness.request_tracker import LiveTracker
from tests.harness.signing import SECRET
from tests.harness.signing import connect as connect_tickets
from tests.harness.world import ANA, World


@pytest.fixture
def contoso(local: LocalPartnerCenter) -> Iterator[Connected]:
    """A customer with a new-commerce subscription that renews itself and has a scheduled change."""
    made = connect(
        local, scheduledNextTermInstructions={"product": {"termDuration": "P1Y"}, "quantity": 10},
        scheduledActions=[{"scheduleType": "TermEnd", "actionType": "RenewToNewTerm"}], futureField={"kept": True},
    )  # fmt: skip
    yield made
    made.client.close()


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTracker]:
    """One Request Tracker for all tests of this process; its scrip posts to one port, where each test's desk listens in turn."""
    made = LiveTracker(tmp_path_factory.mktemp("rt") / "instance", f"http://127.0.0.1:{free_port()}/webhooks/helpdesk", SECRET)
    made.prepare()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk(world: World, tracker: LiveTracker) -> Iterator[World]:
    """A desk that listens where the scrip posts, connected as its operator's guide says."""
    world.hire(ANA)
    connect_tickets(world, token=tracker.token("csp-bot"), url=tracker.url, queue="General", case_field="BillingCaseId")
    server = make_server("127.0.0.1", tracker.hook_port, world.client.application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield world
    server.shutdown()
    server.server_close()
