"""A collection is over when its services are back as they were and the customer knows: never silently before, and asked for until then."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.evidence.laying import lay_out
from core.cases.commands import OpenCase, RecordNoteSent
from core.cases.queries import case, queued_reply
from core.chat.words import Words
from core.collections.commands import ApplyPolicy, RecordBounce
from core.collections.policy import Tells
from core.collections.shipped import SHIPPED
from core.customers.commands import AddContact, SetCustomerLanguage
from core.customers.queries import is_billing_contact
from core.engine.db.tables.engine import outbox
from core.suspensions.evidence import evidence
from playground.mail.smtp import MailServer
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.mail import address_of, connect, serving
from tests.harness.notices import apply_texts
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, VIC, World
from tests.scenarios.test_reconcile import in_the_portal


@pytest.fixture
def story(world: World, local: LocalPartnerCenter, face: Face) -> Story:
    """Suspended, read back."""
    made = ripe(world, local)
    made.carried_out(face)
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
    assert "there is no way to the customer of" in face.type(f"announce {story.case_id} Good day", by=ANA)
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


@pytest.fixture
def postbox(world: World) -> Iterator[MailServer]:
    """A mail server that the desk sends by, and our texts."""
    apply_texts(world)
    with serving() as server:
        connect(world, server.port)
        yield server


def test_they_are_told_by_mail_with_words_looked_at_first_and_it_can_be_taken_back(story: Story, face: Face, postbox: MailServer) -> None:
    paid(story)
    restored(story, face)
    world = story.world
    form = face.click(face.type(f"case {story.case_id}", by=ANA), "Tell the customer…", by=ANA)
    preview = face.fill(form, by=ANA)
    for said in (
        "Letter to the customer of C-",
        "Ana Agent, by mail",
        "ala@nowak.example",
        "Microsoft 365 Business Basic",
        "Partner sp. z o.o.: service is back",
        "Nothing has left yet",
        "ours-1",
    ):
        assert said in preview, said
    face.fill(preview, by=ANA)
    face.type(f"withdraw {story.case_id}", by=ANA)
    later(world)
    assert postbox.box.letters == []
    assert "nobody said that the customer was told" in face.type(f"case {story.case_id}", by=ANA)

    again = face.fill(face.click(face.type(f"case {story.case_id}", by=ANA), "Tell the customer…", by=ANA), by=ANA)
    face.fill(again, by=ANA)
    assert postbox.box.letters == [], "there is half a minute to take it back"
    later(world)

    (letter,) = postbox.box.letters
    assert letter.subject == "Partner sp. z o.o.: service is back"
    assert address_of(world, story.case_id) in letter.message["Reply-To"]
    shown = face.type(f"case {story.case_id}", by=ANA)
    assert "nobody said" not in shown
    assert "mail: ala@nowak.example (Ana Agent" in face.type(f"suspension {story.newest().number}", by=ANA)
    with world.house.desk.reading() as connection:
        found = evidence(connection, story.case_id, world.now)
    withdrawn, kept = found["letters_about_access"]
    assert [withdrawn["state"], kept["state"]] == ["withdrawn", "accepted"]
    assert kept["texts"] == "ours-1"
    assert kept["body"] == letter.text.strip()
    assert "L-2, że usługi znów działają" in str(lay_out(found, Words("pl", "Europe/Warsaw")))

    world.do(RecordBounce(message_id=kept["message_id"], permanent=True, said="550 5.1.1 no such user"))
    world.settle()
    assert "L-2, a letter about the customer’s access, did not reach its recipient" in face.told(ANA)
    assert "nobody said that the customer was told" in face.type(f"case {story.case_id}", by=ANA)


def telling(world: World, suspended: Tells, restored: Tells) -> None:
    """A policy by which the customer is told so."""
    rules = replace(SHIPPED.notices, suspended=suspended, restored=restored)
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="telling", notices=rules), text=""))


def test_by_the_policy_the_desk_itself_tells_them_that_it_is_off_and_that_it_is_back(
    world: World, local: LocalPartnerCenter, face: Face, postbox: MailServer
) -> None:
    telling(world, Tells.AUTOMATIC, Tells.AUTOMATIC)
    story = ripe(world, local)
    world.do(SetCustomerLanguage(customer_id=story.customer_id, locale="pl"))
    story.carried_out(face)
    later(world)
    (off,) = postbox.box.letters
    assert off.subject == "Partner sp. z o.o.: dostęp zawieszony"
    assert "Microsoft 365 Business Basic" in off.text
    assert "The customer was told that access is off: mail: ala@nowak.example (" in face.type(f"suspension {story.newest().number}", by=ANA)

    paid(story)
    restored(story, face)
    later(world)
    assert [each.subject for each in postbox.box.letters[1:]] == ["Partner sp. z o.o.: usługi znów działają"]
    assert "nobody said" not in face.type(f"case {story.case_id}", by=ANA)
    with world.house.desk.reading() as connection:
        kept = [each["kind"] for each in evidence(connection, story.case_id, world.now)["letters_about_access"]]
    assert kept == ["suspended", "restored"]


def test_where_the_policy_wants_a_person_to_tell_them_that_it_is_off_one_is_asked_and_looks_first(
    world: World, local: LocalPartnerCenter, face: Face, postbox: MailServer
) -> None:
    telling(world, Tells.PERSON, Tells.PERSON)
    story = ripe(world, local)
    face.type("help", by=ANA)
    story.carried_out(face)
    assert "by the policy the customer is to be told" in face.told(ANA)
    later(world)
    assert postbox.box.letters == []
    assert "nobody said that they were" in face.type(f"suspension {story.newest().number}", by=ANA)

    form = face.click(face.type(f"case {story.case_id}", by=ANA), "Tell the customer…", by=ANA)
    preview = face.fill(form, by=ANA)
    assert "access is suspended" in preview
    face.fill(preview, by=ANA)
    later(world)

    assert len(postbox.box.letters) == 1
    assert "Ana Agent" in str(face.type(f"suspension {story.newest().number}", by=ANA)).partition("told that access is off")[2]
    assert "nothing of" in face.type(f"told {story.case_id} again", by=ANA)


def test_without_words_or_a_way_a_person_is_asked_after_all(world: World, local: LocalPartnerCenter, face: Face) -> None:
    telling(world, Tells.AUTOMATIC, Tells.AUTOMATIC)
    story = ripe(world, local)
    face.type("help", by=ANA)
    story.carried_out(face)

    assert "by the policy the customer is to be told" in face.told(ANA)
    face.type(f"told {story.case_id} by phone", by=ANA)
    assert "access is off: by phone (Ana Agent" in face.type(f"suspension {story.newest().number}", by=ANA)


def later(world: World) -> None:
    """The half minute in which it can be undone has passed, and what waits leaves."""
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).values(next_at=outbox.c.created_at))
    world.settle()
