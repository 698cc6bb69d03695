"""Connecting Zendesk from the command line: what cannot be right is refused with a sentence, and the doctor tries the token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.connecting import connections
from app.customers import customers
from app.doctor import connected
from core.chat.words import Words
from core.customers.commands import AddCustomer
from core.engine.db.tables.engine import journal
from core.engine.errors import NotAllowed
from core.engine.transaction import Actor
from core.people.commands import ChangeConnection
from core.people.connections import all_connections
from playground.zendesk.server import LocalZendesk
from tests.harness.tickets import case_of, handle
from tests.harness.world import ANA, World
from tests.harness.zendesk import SECRET, USER, configure, connect, listening


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "token").write_text("t")
    return "--secret-file", str(tmp_path / "secret"), "--token-file", str(tmp_path / "token")


@pytest.fixture
def zendesk() -> Iterator[LocalZendesk]:
    made = LocalZendesk("http://127.0.0.1:9/", SECRET, token="t", user=USER)
    made.deliveries.silent = True
    made.start()
    yield made
    made.stop()


def add(world: World, files: tuple[str, ...], *pairs: str) -> Result:
    options = [word for pair in pairs for word in ("--set", pair)]
    return CliRunner().invoke(connections, ["add", "tickets-zendesk", "zendesk", *files, *options], obj=lambda: world.house)


URL = "url=https://partner.zendesk.com"


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ((), "--set url=… is missing"),
        (("url=http://partner.zendesk.com",), "url must begin with https://"),
        ((URL, "queue=Billing"), "queue is no setting of this kind; known are: url, user, brand, group, form, tag"),
        ((URL, "user=billing-desk"), "user takes the e-mail address of the agent"),
        ((URL, "user=desk@partner.example/token"), "user takes the e-mail address of the agent"),
        ((URL, "brand=Nordwind"), "brand takes ids"),
        ((URL, "group=7001,,7002"), "group takes ids"),
        ((URL, "group="), "group takes ids"),
        ((URL, "form=-6"), "form takes ids"),
        ((URL, "tag=not billing"), "tag takes tags"),
        ((URL, "closed=solved,done"), "closed takes statuses of new, open, pending, hold, solved, closed"),
        ((URL, "statuses=waiting=stalled"), "statuses takes pairs like open=open,waiting=pending"),
        ((URL, "statuses=paused=hold"), "statuses takes pairs like"),
        ((URL, "statuses=resolved=closed"), "statuses takes pairs like"),
        ((URL, "return_group=Support"), "return_group takes the id of one group"),
        ((URL, "return_group=1,2"), "return_group takes the id of one group"),
        ((URL, "return_tag=a,b"), "return_tag takes one tag"),
        ((URL, "case_field=BillingCase"), "case_field takes the id of a custom field, or external_id"),
        ((URL, "authors=ana"), "authors takes pairs"),
        ((URL, "authors=ana=ana@partner.example"), "authors takes pairs"),
        ((URL, "authors=٤=٤"), "authors takes pairs"),
    ],
)
def test_a_connection_that_cannot_be_right_is_not_added(
    world: World, files: tuple[str, ...], pairs: tuple[str, ...], sentence: str
) -> None:
    told = add(world, files, *pairs)

    assert told.exit_code == 1
    assert f"Nothing was added: {sentence}" in told.output
    with world.house.desk.reading() as connection:
        assert all_connections(connection) == []


def test_a_secret_too_short_or_no_token_is_refused(world: World, files: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "short").write_text("hunter2")
    assert "too short" in add(world, ("--secret-file", str(tmp_path / "short"), *files[2:]), URL).output
    assert "tickets-zendesk needs --token-file" in add(world, files[:2], URL).output


def test_every_setting_that_is_right_is_taken(world: World, files: tuple[str, ...]) -> None:
    pairs = (
        URL, "user=desk@partner.example", "brand=1,2", "group=7001", "form=6", "tag=billing,faktury", "subject=invoice",
        "requestor=nowak.test",
        "closed=solved,closed", "statuses=waiting=hold,resolved=solved", "return_group=7002", "return_tag=not_billing",
        "case_field=360001", "authors=ana=4001,ben=4002",
    )  # fmt: skip
    told = add(world, files, *pairs)

    assert told.exit_code == 0, told.output
    assert "POST /webhooks/zendesk" in told.output


def change(world: World, *words: str) -> Result:
    return CliRunner().invoke(connections, ["set", "zendesk", *words], obj=lambda: world.house)


def settings(world: World) -> dict[str, str]:
    with world.house.desk.reading() as connection:
        (row,) = all_connections(connection)
    return dict(row.settings)


def test_settings_are_changed_one_by_one_and_the_change_is_in_the_journal(world: World, files: tuple[str, ...]) -> None:
    add(world, files, URL, "group=7001", "tag=billing")

    told = change(world, "--set", "group=7001,7002", "--unset", "tag")

    assert told.output == "zendesk is changed. Running processes hear of it within seconds.\n"
    assert settings(world) == {"url": "https://partner.zendesk.com", "group": "7001,7002"}
    assert change(world, "--set", "group=7001,7002").output == "zendesk is as it was.\n"
    with world.house.desk.reading() as connection:
        ((data,),) = connection.execute(sa.select(journal.c.data).where(journal.c.event == "connection_changed")).all()
    assert data["before"]["tag"] == "billing"
    assert data["settings"]["group"] == "7001,7002"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "group=Billing"), "Nothing was changed: group takes ids"),
        (("--set", "colour=red"), "Nothing was changed: colour is no setting of this kind"),
        (("--set", "url=http://elsewhere.example"), "Nothing was changed: url must begin with https://"),
        (("--unset", "url"), "Nothing was changed: --set url=… is missing"),
        (("--unset", "brand"), "Nothing was changed: zendesk has no setting brand"),
    ],
)
def test_a_change_that_cannot_be_right_is_not_made(world: World, files: tuple[str, ...], words: tuple[str, ...], sentence: str) -> None:
    add(world, files, URL, "group=7001")

    told = change(world, *words)

    assert told.exit_code == 1
    assert sentence in told.output
    assert settings(world) == {"url": "https://partner.zendesk.com", "group": "7001"}


def test_only_an_administrator_may_change_it(world: World, files: tuple[str, ...]) -> None:
    add(world, files, URL)
    world.hire(ANA)

    with pytest.raises(NotAllowed):
        world.do(ChangeConnection(name="zendesk", settings={}), Actor("staff:1", "slack"))


def test_the_doctor_names_what_the_settings_name_and_zendesk_does_not_have(world: World, zendesk: LocalZendesk) -> None:
    agent = zendesk.account.user("ana@partner.example", role="agent")
    connect(world, zendesk.url, authors=f"ana={agent.id}", return_group="7002")
    assert [is_well for is_well, _ in doctor(world)] == [True]

    configure(world, case_field="99", return_group="7009", authors="ana=4")
    ((is_well, said),) = doctor(world)
    assert not is_well
    assert (
        "there is no case_field 99, no return_group 7009, no authors 4 in Zendesk, which its settings name. ./desk connections set" in said
    )


def doctor(world: World) -> list[tuple[bool, str]]:
    return [(finding.is_well, finding.said(Words())) for finding in connected(world.house)]


def test_the_doctor_says_as_whom_it_can_be_called_and_what_is_wrong(world: World, zendesk: LocalZendesk) -> None:
    connect(world, zendesk.url)
    assert doctor(world) == [(True, f"zendesk: the desk can call it, as {USER}.")]

    zendesk.desk.role = "end-user"
    ((is_well, said),) = doctor(world)
    assert not is_well
    assert "the token is not good for any agent" in said
    zendesk.faults.stage("limit")
    assert "it answered 429" in doctor(world)[0][1]
    zendesk.stop()
    ((is_well, said),) = doctor(world)
    assert (is_well, "it cannot be reached" in said) == (False, True)
    assert "./desk connections rotate zendesk --token-file F" in said


def test_a_customer_is_linked_to_an_organisation_by_hand(world: World) -> None:
    world.do(AddCustomer(name="Nowak sp. z o.o."))
    with listening(world) as zendesk:
        words = ["link", "Nowak sp. z o.o.", "ticket_org", "zendesk", "360000501"]
        told: Any = CliRunner().invoke(customers, words, obj=lambda: world.house)
        assert told.exit_code == 0, told.output
        zendesk.account.user("anna@gmail.test", organization_id=360000501)
        ticket = zendesk.account.open("anna@gmail.test", "From home", "?")
        while zendesk.deliveries.open:
            continue
        handle(world)
        assert case_of(world, str(ticket.id)).customer_id is not None
