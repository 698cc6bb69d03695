"""`./desk customers sync` and `tenants`, against the local Partner Center, through settings."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from app.cli import customers
from app.partner_sync import CONNECTION
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.customers.queries import subscriptions_of
from core.suspensions.ports import Wanted
from playground.partner_center.__main__ import sample
from playground.partner_center.fixtures import KINDS
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.partner_center import settings_for
from tests.harness.world import World, build_world


@pytest.fixture
def connected(database: str, local_teams: LocalTeams, local_slack: LocalSlack, local: LocalPartnerCenter) -> Iterator[World]:
    """A desk whose settings name a Partner Center; it signs in with a consent and reads with the application."""
    local.login.refresh_tokens["consent"] = "mfa"
    made = build_world(database, local_teams, local_slack, **settings_for(local), PARTNER_CENTER_REFRESH_TOKEN="consent")
    yield made
    made.house.close()


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(customers, arguments, obj=lambda: world.house)


def confirm(world: World, name: str, tenant: str) -> int:
    customer_id = world.do(AddCustomer(name=name)).ids["customer_id"]
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection=CONNECTION, external=tenant))
    return customer_id


def test_every_kind_of_subscription_arrives(connected: World, local: LocalPartnerCenter) -> None:
    customer_id = confirm(connected, "Contoso", sample(local))

    result = run(connected, "sync")

    assert result.exit_code == 0, result.output
    assert "Read 5 subscriptions of 1 tenants" in result.output
    with connected.house.desk.reading() as connection:
        found = subscriptions_of(connection, customer_id)
    assert {s.kind for s in found} == set(KINDS)
    assert {s.as_of for s in found} == {connected.now}
    assert {call.identity for call in local.ledger.calls} == {"app"}


def test_a_tenant_that_cannot_be_read_is_named_and_stops_no_other(connected: World, local: LocalPartnerCenter) -> None:
    confirm(connected, "Alpha", "00000000-0000-4000-8000-000000000009")
    confirm(connected, "Contoso", sample(local))

    result = run(connected, "sync")

    assert result.exit_code == 1
    assert "Alpha (00000000-0000-4000-8000-000000000009): not read. Partner Center answered 403 900159" in result.output
    assert "Read 5 subscriptions of 1 tenants" in result.output


def test_one_customer_is_read_by_name_and_a_wrong_name_reads_nobody(connected: World, local: LocalPartnerCenter) -> None:
    confirm(connected, "Contoso", sample(local))
    connected.do(AddCustomer(name="Fabrikam"))

    assert run(connected, "sync", "contoso").exit_code == 0
    asked = len(local.ledger.calls)
    nobody, untied = run(connected, "sync", "Nobody"), run(connected, "sync", "Fabrikam")

    assert "is not one customer; nothing was read" in nobody.output
    assert "no confirmed Microsoft tenant" in untied.output
    assert len(local.ledger.calls) == asked


def test_tenants_are_listed_with_whom_they_were_confirmed_for(connected: World, local: LocalPartnerCenter) -> None:
    confirm(connected, "Contoso Polska", sample(local))
    local.add_customer("Stranger")

    shown = run(connected, "tenants").output

    assert "Contoso Polska" in shown
    assert "not confirmed" in shown


def test_without_partner_center_the_command_says_what_to_give(world: World) -> None:
    result = run(world, "sync")

    assert result.exit_code == 1
    assert "Give PARTNER_CENTER_TENANT_ID" in result.output


def test_writes_go_out_under_the_consented_user(connected: World, local: LocalPartnerCenter) -> None:
    customer = sample(local)
    first = next(iter(local.customers[customer].subscriptions))
    port = connected.house.subscriptions
    assert port is not None

    port.write_status(
        customer, first, port.read(customer, first), Wanted.SUSPENDED,
        request_id="00000000-0000-4000-8000-000000000001", correlation_id="00000000-0000-4000-8000-000000000002",
    )  # fmt: skip

    assert [(c.method, c.identity) for c in local.ledger.calls] == [("GET", "app"), ("PATCH", "user")]
