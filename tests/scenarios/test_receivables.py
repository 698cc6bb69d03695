"""What customers owe, asked and recorded in both chats."""

import re
from datetime import date, timedelta

from core.customers.commands import AddCustomer
from core.receivables.queries import notices_of
from tests.harness.faces import Face
from tests.harness.receivables import AS_OF, collection_of, customer_with_payer, feed, invoice
from tests.harness.world import ANA, VIC, World


def test_a_collection_case_shows_what_is_owed_and_since_when_it_is_known(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, invoice("F/1"), invoice("F/2", due_on=date(2026, 12, 15), total=5000, open=4999))

    seen = face.type(f"case {collection_of(world)}", by=ANA)

    assert "PLN 172.99" in seen
    assert "123.00" in seen
    assert "F/1" in seen
    assert "F/2" in seen
    assert "As of" in seen
    assert "Without a proven final notice nothing can be suspended" in seen


def test_an_invoice_the_newest_feed_does_not_name_is_shown_as_unknown(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, invoice("F/1"), invoice("F/2"))
    feed(world, invoice("F/1"), as_of=AS_OF + timedelta(minutes=1))

    seen = face.type("owed Nowak", by=ANA)

    assert "The newest feed does not name F/2" in seen
    assert "unknown" in seen


def test_a_customer_without_a_payer_is_never_said_to_owe_nothing(world: World, face: Face) -> None:
    world.hire(VIC)
    world.do(AddCustomer(name="Kowalski"))

    seen = face.type("owed kowalski", by=VIC)

    assert "No payer is linked" in seen
    assert "Everything is paid" not in seen


def test_a_notice_is_recorded_with_its_proof_and_shown_on_the_case(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, invoice())
    case_id = collection_of(world)

    seen = face.type(f"notice {case_id} final 2026-11-10 email ala@nowak.example 250 accepted, id 7f3a", by=ANA)

    assert "Final notice" in seen
    assert "250 accepted, id 7f3a" in seen
    with world.house.desk.reading() as connection:
        assert [kept.to_contact for kept in notices_of(connection, case_id)] == [True]


def test_a_notice_that_cannot_be_true_is_refused_in_a_sentence_and_not_kept(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, invoice())
    case_id = collection_of(world)

    assert "has not come yet" in face.type(f"notice {case_id} final 2026-11-24 email ala@nowak.example proof", by=ANA)
    assert "has to be asked, so nothing was done" in face.type(f"notice {case_id} final 03/04 email ala@nowak.example proof", by=ANA)
    assert "is not one of" in face.type(f"notice {case_id} final 2026-11-10 pigeon ala@nowak.example proof", by=ANA)
    assert "is not an e-mail address" in face.type(f"notice {case_id} final 2026-11-10 email ala proof", by=ANA)

    with world.house.desk.reading() as connection:
        assert notices_of(connection, case_id) == []


def test_a_viewer_may_look_and_not_record(world: World, face: Face) -> None:
    world.hire(VIC)
    customer_with_payer(world)
    feed(world, invoice())
    case_id = collection_of(world)

    assert "F/1" in face.type("owed Nowak", by=VIC)
    queue = str(face.type("queue", by=VIC))
    assert re.search(rf"C-{case_id}\b.*\bnew\b", queue, re.DOTALL)
    assert "nobody works on it" not in queue
    assert "Nothing was done" in face.type(f"notice {case_id} final 2026-11-10 email ala@nowak.example proof", by=VIC)

    with world.house.desk.reading() as connection:
        assert notices_of(connection, case_id) == []


def test_a_notice_is_recorded_from_the_cases_card_with_errors_beside_the_fields(world: World, face: Face) -> None:
    world.hire(ANA)
    world.route(face.name, "collection")
    customer_with_payer(world)
    feed(world, invoice())
    world.settle()
    case_id = collection_of(world)

    form = face.click(face.channel(), "Record a notice", by=ANA)
    assert form.is_form
    facts = {"kind": "final", "day": "2026-11-10", "recipient": "Ala", "method": "email", "proof": "250 accepted"}
    wrong = face.fill(form, by=ANA, **facts)
    assert set(wrong.errors) == {"recipient"}
    assert "is not an e-mail address" in wrong.errors["recipient"]

    face.fill(wrong, by=ANA, **(facts | {"recipient": "ala@nowak.example"}))
    world.settle()

    assert "250 accepted" in face.channel()
    with world.house.desk.reading() as connection:
        assert [kept.recipient for kept in notices_of(connection, case_id)] == ["ala@nowak.example"]


def test_a_letter_s_form_asks_for_its_receipt_and_addressee_and_counts_to_the_billing_contact(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, invoice())
    case_id = collection_of(world)

    form = face.type(f"notice {case_id} final 2026-11-10 registered", by=ANA)
    assert {"receipt", "addressee"} <= form.inputs.keys()
    assert not {"recipient", "proof"} & form.inputs.keys()
    face.fill(form, by=ANA, receipt="(00)559007731234567890", addressee="Ala Nowak, Warszawa")
    assert "Ala Nowak" in face.type(f"notice {case_id} reminder 2026-11-12 courier WZ-7 Ala Nowak, Warszawa", by=ANA)
    face.type(f"notice {case_id} reminder 2026-11-13 letter L-8 Their landlord", by=ANA)
    called = face.type(f"notice {case_id} reminder 2026-11-14 phone NR-12 Ala Nowak, +48 601 100 200", by=ANA)
    assert "Phone call to Ala Nowak, +48 601 100 200" in called

    with world.house.desk.reading() as connection:
        kept = {notice.proof: notice.to_contact for notice in notices_of(connection, case_id)}
    assert kept == {"(00)559007731234567890": True, "WZ-7": True, "L-8": False, "NR-12": True}


def test_every_card_follows_when_the_money_comes(world: World, face: Face) -> None:
    world.hire(ANA)
    world.route(face.name, "collection")
    customer_with_payer(world)
    feed(world, invoice())
    world.settle()
    assert "PLN 123.00" in face.channel()

    feed(world, invoice(open=0), as_of=AS_OF + timedelta(hours=1))
    world.settle()

    assert "Resolved" in face.channel()
    assert "Record a notice" not in face.channel().buttons


def test_the_customer_shows_what_is_owed_beside_everything_else(world: World, face: Face) -> None:
    world.hire(VIC)
    customer_with_payer(world)
    feed(world, invoice("F/1"))

    seen = face.type("customer Nowak", by=VIC)

    assert "F/1" in seen
    assert "PLN 123.00" in seen
    assert "As of" in seen
