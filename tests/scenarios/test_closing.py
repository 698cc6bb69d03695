"""A collection is over when its services are back as they were and the customer knows: never silently before, and asked for until then."""

import pytest

from core.cases.commands import OpenCase, RecordNoteSent
from core.cases.queries import case, queued_reply
from core.customers.commands import AddContact
from core.customers.queries import is_billing_contact
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, VIC, World
from tests.scenarios.test_reconcile import in_the_portal


@pytest.fixture
def story(world: World, local: LocalPartnerCenter, face: Face) -> Story:
    """Suspended, read back."""
    made = ripe(world, local)
    made.approved(face)
    made.cool_off()
    made.settle_for()
    assert made.status() == "suspended"
    return made


def state(story: Story) -> str:
    with story.world.house.desk.reading() as connection:
        return case(connection, story.case_id).state.value


def paid(story: Story) -> None:
    story.hear(open=0)
    story.world.settle()


def restored(story: Story, face: Face) -> None:
    assert "Stopped" not in face.type(f"restore {story.case_id} now paid in full", by=BEN)
    story.settle_for()
    assert story.status() == "active"


def test_paid_in_full_it_stays_open_until_all_is_back_and_the_customer_knows(story: Story, face: Face) -> None:
    paid(story)
    assert state(story) != "resolved", "it is still off"
    assert "is, or may be, switched off" in face.type(f"case {story.case_id}", by=ANA)
    assert "Why it stays open" in face.type(f"why {story.case_id}", by=ANA)
    assert "nothing of" in face.type(f"told {story.case_id} by phone", by=ANA)

    restored(story, face)
    assert state(story) != "resolved"
    shown = face.type(f"case {story.case_id}", by=ANA)
    assert "still to be set by hand" in shown
    assert "nobody said that the customer was told" in shown
    assert "a role you do not hold" in face.type(f"told {story.case_id} by phone", by=VIC)

    face.fill(face.click(shown, "Customer was told…", by=ANA), by=ANA, told_how="By phone, Anna Nowak")
    story.world.settle()
    assert "By phone, Anna Nowak" in face.type(f"suspension {story.newest().number}", by=ANA)
    assert state(story) != "resolved", "auto-renew is not on again"
    assert "nothing of" in face.type(f"powiadomiono {story.case_id} again", by=ANA)

    in_the_portal(story, autoRenewEnabled=True)
    face.type(f"checked {story.case_id}", by=ANA)
    story.world.settle()
    assert state(story) == "resolved"
    assert "Why it stays open" not in face.type(f"why {story.case_id}", by=ANA)


def test_they_are_told_in_their_ticket_with_prepared_words_looked_at_first(story: Story, face: Face) -> None:
    about = {"ticket_connection": "helpdesk", "ticket": "77", "requestor": "ala@nowak.example", "customer_id": story.customer_id}
    asks = story.world.do(OpenCase(title="Why?", **about)).ids["case_id"]  # type: ignore[arg-type]  # a mixed dict
    assert "nothing of" in face.type(f"announce {story.case_id} Good day", by=ANA), "it is still off"
    paid(story)
    restored(story, face)
    assert "no open ticket was chosen" in face.type(f"announce {story.case_id} Good day", by=ANA)
    assert "Microsoft 365 Business Basic. Users can" in face.type(f"told {story.case_id}", by=ANA), "to be read out"
    with story.world.house.desk.reading() as connection:
        known = is_billing_contact(connection, story.customer_id, "ala@nowak.example")
    assert known or story.world.do(AddContact(customer_id=story.customer_id, name="Ala", email="ala@nowak.example"))
    face.type(f"ticket {story.case_id} {asks}", by=ANA)
    assert "a role you do not hold" in face.type(f"oznajmij {story.case_id} Good day", by=VIC)

    form = face.click(face.type(f"case {story.case_id}", by=ANA), "Tell the customer…", by=ANA)
    preview = face.fill(form, by=ANA)
    assert "Microsoft 365 Business Basic" in preview
    assert "nobody said that the customer was told" in face.type(f"case {story.case_id}", by=ANA), "nothing has left"
    face.fill(preview, by=ANA)
    with story.world.house.desk.reading() as connection:
        queued = queued_reply(connection, asks)
    assert queued is not None
    story.world.do(RecordNoteSent(note_id=queued.id, external="9"))

    assert "helpdesk 77 (Ana Agent" in face.type(f"suspension {story.newest().number}", by=ANA)
    assert "nobody said" not in face.type(f"case {story.case_id}", by=ANA)


def test_nobody_told_them_and_is_asked_in_opening_hours_until_somebody_did(story: Story, face: Face) -> None:
    paid(story)
    restored(story, face)
    in_the_portal(story, autoRenewEnabled=True)
    face.type(f"checked {story.case_id}", by=ANA)
    story.world.move(hours=1)
    assert "the customer was told. Tell them" not in str(face.told(ANA))

    story.world.move(hours=2)
    assert "the customer was told. Tell them" in face.told(ANA)
    face.type(f"told {story.case_id} by phone", by=ANA)
    story.world.settle()
    assert state(story) == "resolved"


def test_a_person_resolves_it_and_says_whether_the_customer_knows(story: Story, face: Face) -> None:
    paid(story)
    form = face.type(f"resolve {story.case_id}", by=ANA)
    assert "is, or may be, switched off" in form

    face.fill(form, by=ANA, told="no", why="They want it off for good")
    story.world.settle()
    assert state(story) == "resolved"
