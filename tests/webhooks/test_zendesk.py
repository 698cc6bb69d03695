"""Zendesk posts signed webhooks to a listening desk, and the desk reads and writes its tickets."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.cases.commands import AddNote, DraftReply, HandBack, ReopenCase, ResolveCase, SendReply, WaitForCustomer
from core.cases.model import Told
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.engine.transaction import Actor
from playground.zendesk.account import CASE_FIELD, Ticket
from playground.zendesk.server import LocalZendesk
from tests.harness.faces import Face
from tests.harness.tickets import case_of, notes_of
from tests.harness.world import ANA, World
from tests.harness.zendesk import configure, handle, listening, said, states

ANA_ACTS = Actor("staff:1", "slack")
ASKED = ("ap@nowak.test", "Invoice G012345 disputed", "Zażółć: billed twice.")


@pytest.fixture
def zendesk(world: World) -> Iterator[LocalZendesk]:
    world.hire(ANA)
    with listening(world) as made:
        yield made


@pytest.fixture
def ticket(world: World, zendesk: LocalZendesk) -> Ticket:
    """A customer's question, which the desk has heard of."""
    made = zendesk.account.open(*ASKED)
    handle(world, zendesk)
    return made


def case_id(world: World, ticket: Ticket) -> int:
    return int(case_of(world, str(ticket.id)).id)


def answer(world: World, ticket: Ticket, text: str) -> None:
    draft = world.do(DraftReply(case_id=case_id(world, ticket), text=text), ANA_ACTS).ids["note_id"]
    world.do(SendReply(note_id=draft), ANA_ACTS)


def test_a_question_goes_all_the_way_from_the_ticket_to_its_resolution(world: World, zendesk: LocalZendesk, face: Face) -> None:
    # Given a customer who is linked, and a ticket of theirs
    customer_id = world.do(AddCustomer(name="Nowak sp. z o.o.")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TICKET_ORG, connection="zendesk", external="nowak.test"))
    ticket = zendesk.account.open(*ASKED)
    handle(world, zendesk)
    found = case_of(world, str(ticket.id))
    assert (found.title, found.customer_id, found.requestor) == ("Invoice G012345 disputed", customer_id, "ap@nowak.test")
    assert ticket.custom_fields[CASE_FIELD] == f"C-{found.id}"
    assert "Zażółć: billed twice." in face.type(f"case {found.id}", by=ANA)
    assert f"C-{found.id}" in face.type(f"case {zendesk.url}/agent/tickets/{ticket.id}", by=ANA)  # its link, pasted

    # When it is noted, answered and resolved from the chat
    face.type(f"note {found.id} Seats were added twice.", by=ANA)
    answer(world, ticket, "We are sorry & will correct <it>.\nAna")
    handle(world, zendesk)
    world.do(ResolveCase(case_id=found.id, told=Told.YES), ANA_ACTS)
    handle(world, zendesk)

    # Then everything stands in the ticket once, each for whom it is.
    assert said(ticket) == [
        ("Zażółć: billed twice.", True), ("Seats were added twice.", False), ("We are sorry & will correct <it>.\nAna", True),
    ]  # fmt: skip
    assert ticket.status == "solved"
    assert case_of(world, str(ticket.id)).state == "resolved"
    assert [note.state for note in notes_of(world, str(ticket.id))] == ["kept", "sent", "sent"]
    assert "already" not in face.type(f"case {found.id}", by=ANA)


def test_no_customer_ever_sees_a_marker_and_no_echo_is_news(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    answer(world, ticket, "Corrected.")
    handle(world, zendesk)

    (audit,) = [each for each in ticket.audits if each.custom]
    assert str(audit.custom["billing_desk"]).startswith("desk-")
    assert all("desk-" not in event["body"] for each in ticket.audits for event in each.events if event["type"] == "Comment")
    assert len(notes_of(world, str(ticket.id))) == 2
    assert set(states(world)) == {"done"}


def test_the_desk_writes_in_the_name_of_an_agent_it_is_told_of(world: World) -> None:
    world.hire(ANA)
    with listening(world) as zendesk:
        agent = zendesk.account.user("ana@partner.example", role="agent")
        world.house.connections.forget()
        ticket = zendesk.account.open(*ASKED)
        handle(world, zendesk)
        configure(world, authors=f"ana={agent.id},ben=4")
        answer(world, ticket, "Corrected.")
        handle(world, zendesk)

        authors = [event["author_id"] for each in ticket.audits for event in each.events if event["type"] == "Comment"]
        assert authors[-1] == agent.id
        assert len(notes_of(world, str(ticket.id))) == 2  # though the API's user is not who wrote it


def test_the_customers_word_ends_waiting_and_reopens(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    world.do(WaitForCustomer(case_id=case_id(world, ticket)), ANA_ACTS)
    handle(world, zendesk)
    assert (case_of(world, str(ticket.id)).state, ticket.status) == ("waiting", "pending")

    customer = zendesk.account.user("ap@nowak.test")
    zendesk.account.say(ticket, customer, "Here it is.", files=("invoice.pdf",))
    handle(world, zendesk)
    assert (case_of(world, str(ticket.id)).state, ticket.status) == ("open", "open")
    assert notes_of(world, str(ticket.id))[-1].body == "Here it is.\n[invoice.pdf]"

    world.do(ResolveCase(case_id=case_id(world, ticket), told=Told.NOT_NEEDED), ANA_ACTS)
    handle(world, zendesk)
    zendesk.account.say(ticket, customer, "Still wrong.")
    handle(world, zendesk)
    assert case_of(world, str(ticket.id)).state in ("new", "open")
    assert ticket.status == "open"


def test_somebody_copied_in_from_outside_is_a_customer_and_an_agent_is_not(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    world.do(WaitForCustomer(case_id=case_id(world, ticket)), ANA_ACTS)
    handle(world, zendesk)

    helga = zendesk.account.user("helga@partner.example", role="agent")
    zendesk.account.say(ticket, helga, "Chased them by phone.", public=False)
    handle(world, zendesk)
    assert case_of(world, str(ticket.id)).state == "waiting"

    zendesk.account.say(ticket, zendesk.account.user("boss@nowak.test"), "I can answer that.")
    handle(world, zendesk)
    assert case_of(world, str(ticket.id)).state == "open"


def test_an_agents_public_answer_in_zendesk_is_the_first_answer(world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face) -> None:
    assert "First answer due" in face.type(f"case {case_id(world, ticket)}", by=ANA)

    zendesk.account.say(ticket, zendesk.account.user("helga@partner.example", role="agent"), "You added three seats.")
    handle(world, zendesk)

    note = notes_of(world, str(ticket.id))[-1]
    assert (note.author, note.direction, note.audience, note.state) == ("Helga", "out", "customer", "sent")
    assert case_of(world, str(ticket.id)).responded_at is not None
    assert "First answer due" not in face.type(f"case {case_id(world, ticket)}", by=ANA)


def test_not_billing_hands_the_ticket_back_with_its_reason_its_group_and_its_tag(world: World) -> None:
    world.hire(ANA)
    with listening(world, return_group="7002", return_tag="not_billing", group="7001", tag="billing") as zendesk:
        ticket = zendesk.account.open(*ASKED, tags={"billing", "vip"}, assignee_id=zendesk.desk.id)
        handle(world, zendesk)

        world.do(HandBack(case_id=case_id(world, ticket), reason="About a broken phone."), ANA_ACTS)
        handle(world, zendesk)

        assert said(ticket)[-1] == ("About a broken phone.", False)
        assert (ticket.status, ticket.group_id, ticket.assignee_id) == ("open", 7002, None)
        assert ticket.tags == {"billing", "vip", "not_billing"}
        assert case_of(world, str(ticket.id)).state == "handed_back"


@pytest.mark.parametrize(
    ("settings", "other"),
    [
        ({"brand": "8001"}, {"brand_id": 8002}),
        ({"group": "7001, 7009"}, {"group_id": 7002}),
        ({"group": "7001"}, {"group_id": None}),
        ({"form": "6001"}, {"ticket_form_id": 6002}),
        ({"tag": "billing"}, {"tags": {"hardware"}}),
        ({"subject": "invoice"}, {"subject": "My phone is broken"}),
        ({"requestor": "nowak.test"}, {"email": "eve@other.test"}),
    ],
)
def test_a_filter_keeps_other_tickets_out(world: World, settings: dict[str, str], other: dict[str, Any]) -> None:
    world.hire(ANA)
    with listening(world, **settings) as zendesk:
        wanted = zendesk.account.open(*ASKED, tags={"billing", "x"})
        given = {"email": ASKED[0], "subject": ASKED[1], "text": ASKED[2], "tags": {"billing"}, **other}
        unwanted = zendesk.account.open(**given)
        handle(world, zendesk)

        assert case_of(world, str(wanted.id)) is not None
        assert case_of(world, str(unwanted.id)) is None
        assert set(states(world)) == {"done"}
        # What became a case stays one, wherever it is moved.
        zendesk.account.change(wanted, zendesk.desk, group_id=7002, brand_id=8002, tags=set(), subject="Renamed")
        handle(world, zendesk)
        assert case_of(world, str(wanted.id)).title == "Renamed"


def test_a_ticket_of_a_linked_organisation_is_its_customers_whatever_the_address(world: World, zendesk: LocalZendesk) -> None:
    customer_id = world.do(AddCustomer(name="Nowak sp. z o.o.")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TICKET_ORG, connection="zendesk", external="501"))
    zendesk.account.user("anna@gmail.test", organization_id=501)

    known = zendesk.account.open("anna@gmail.test", "From home", "?")
    unknown = zendesk.account.open("eve@gmail.test", "Who am I", "?")
    handle(world, zendesk)

    assert case_of(world, str(known.id)).customer_id == customer_id
    assert case_of(world, str(unknown.id)).customer_id is None


def test_a_ticket_solved_or_merged_there_says_so_on_the_card(world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face) -> None:
    helga = zendesk.account.user("helga@partner.example", role="agent")
    zendesk.account.change(ticket, helga, status="solved")
    handle(world, zendesk)
    assert "already “solved” there" in face.type(f"case {case_id(world, ticket)}", by=ANA)

    other = zendesk.account.open("ap@nowak.test", "Once more", "Also this.")
    zendesk.account.merge(ticket, other, helga)
    handle(world, zendesk)
    assert "already “merged” there" in face.type(f"case {case_id(world, ticket)}", by=ANA)
    assert case_of(world, str(other.id)).state == "new"  # the other ticket is a case of its own


def test_a_follow_up_of_a_closed_ticket_is_a_case_that_names_the_first(
    world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face
) -> None:
    helga = zendesk.account.user("helga@partner.example", role="agent")
    zendesk.account.change(ticket, helga, status="closed")
    later = zendesk.account.open("ap@nowak.test", "Re: Invoice G012345 disputed", "It happened again.", follows=ticket)
    handle(world, zendesk)

    first, second = case_of(world, str(ticket.id)), case_of(world, str(later.id))
    assert later.custom_fields[CASE_FIELD] == f"C-{second.id}"  # not the first one's number, which it came with
    card = face.type(f"case {second.id}", by=ANA)
    assert "Follows" in card
    assert f"C-{first.id}" in card


def test_a_reopened_case_of_a_closed_ticket_stays_open_here_and_holds_up_nothing(
    world: World, zendesk: LocalZendesk, ticket: Ticket
) -> None:
    world.do(ResolveCase(case_id=case_id(world, ticket), told=Told.NOT_NEEDED), ANA_ACTS)
    handle(world, zendesk)
    zendesk.account.change(ticket, zendesk.account.user("helga@partner.example", role="agent"), status="closed")
    world.do(ReopenCase(case_id=case_id(world, ticket)), ANA_ACTS)
    world.do(AddNote(case_id=case_id(world, ticket), text="Once more."), ANA_ACTS)
    handle(world, zendesk)

    assert ticket.status == "closed"
    assert case_of(world, str(ticket.id)).state in ("new", "open")
    assert notes_of(world, str(ticket.id))[-1].state == "failed"


def test_who_asked_and_was_deleted_since_cannot_be_answered_and_who_is_suspended_can(
    world: World, zendesk: LocalZendesk, face: Face
) -> None:
    gone, lost, held = (zendesk.account.user(f"{name}@nowak.test") for name in ("gone", "lost", "held"))
    zendesk.deliveries.silent = True
    tickets = [zendesk.account.open(user.email, user.name, "?") for user in (gone, lost, held)]
    gone.active, held.suspended = False, True
    zendesk.account.forget(lost)
    zendesk.deliveries.silent = False
    for ticket in tickets:
        zendesk.account.change(ticket, zendesk.desk, status="open")
    handle(world, zendesk)

    assert [case_of(world, str(ticket.id)).requestor for ticket in tickets] == ["", "", "held@nowak.test"]
    assert "nobody" in str(face.type(f"reply {case_id(world, tickets[0])} Hello", by=ANA)).casefold()
    assert [len(notes_of(world, str(ticket.id))) for ticket in tickets] == [1, 1, 1]


def test_a_deleted_ticket_says_so_and_its_case_stays(world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face) -> None:
    zendesk.account.delete(ticket)
    zendesk.account.happened(ticket, ticket.audits[-1])  # an event subscription tells of it, a trigger does not
    handle(world, zendesk)

    assert "already “deleted” there" in face.type(f"case {case_id(world, ticket)}", by=ANA)
    answer(world, ticket, "Too late?")
    handle(world, zendesk)
    assert notes_of(world, str(ticket.id))[-1].state == "failed"


def test_webhooks_of_an_event_subscription_are_understood_as_well(world: World) -> None:
    world.hire(ANA)
    with listening(world, events=True) as zendesk:
        ticket = zendesk.account.open(*ASKED)
        zendesk.account.say(ticket, zendesk.account.user("ap@nowak.test"), "Anybody?")
        handle(world, zendesk)

        assert [note.body for note in notes_of(world, str(ticket.id))] == ["Zażółć: billed twice.", "Anybody?"]
