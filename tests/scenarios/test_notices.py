"""The desk sends the ladder's notices: rendered once, carried, proven after a day without a bounce, and taken out of what counts by one."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.cases.commands import OpenCase, RecordNoteSent
from core.cases.queries import case, note
from core.collections import rows
from core.collections.addresses import case_of_address
from core.collections.commands import ApplyPolicy, ProveNotice, RecordBounce, RecordCarriage, RecordPromise, ReportPayment, SendNotice
from core.collections.ladder import Waits
from core.collections.letters import letter_of
from core.collections.notices import Channel, NoticeState
from core.collections.policy import Sender
from core.collections.ports import Carriage, Carried
from core.collections.shipped import SHIPPED
from core.customers.commands import AddContact, ConfirmLink, RecordSubscriptions, RemoveContact, SetCustomerLanguage, SwitchMode
from core.customers.model import LinkKind, Mode
from core.engine.errors import Conflict
from core.receivables.model import NoticeKind
from core.suspensions.evidence import evidence
from core.suspensions.facts import gather
from core.suspensions.model import State
from core.suspensions.rules import blockers
from playground.partner_center.fixtures import subscription
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.notices import ANY_BOOKS, Post, apply_texts, connect_mail, post, sent
from tests.harness.receivables import collection_of, feed
from tests.harness.suspensions import ripe
from tests.harness.world import ANA, VIC, World
from tests.scenarios.test_ladder import climbed, owing, running, sent_by_hand, soon, until

TENANT = "11111111-2222-4333-8444-555555555555"
__all__ = ["post"]


def buys(world: World, customer_id: int) -> None:
    """The customer has a subscription that could be suspended."""
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection="partner_center", external=TENANT))
    bought = subscription("new_commerce", now=world.now, customer=TENANT, id="00000000-0000-4000-8000-000000000001")
    world.do(RecordSubscriptions(customer_id=customer_id, tenant=TENANT, as_of=world.now, resources=(bought,)))


def to_the_final_notice(world: World) -> None:
    """Everything went well until the final notice left: each proof takes a day, and what falls on a weekend leaves on Monday."""
    buys(world, owing(world))
    until(world, date(2026, 12, 15))


def test_a_reminder_is_sent_proven_and_the_next_counts_from_its_proof(world: World, post: Post) -> None:
    owing(world)
    until(world, date(2026, 11, 25))

    (letter,) = post.letters
    assert letter.recipient == "ala@nowak.example"
    assert letter.reply_to == "billing@partner.example"  # nothing is overdue yet, so there is no case to return to
    assert letter.subject == "Partner sp. z o.o.: 123.00 PLN due on 25 November 2026"
    assert "invoice F/1: 123.00\xa0PLN of 123.00\xa0PLN, due on 25 November 2026" in letter.body
    assert (climbed(world), running(world).waits) == ([("due", "sending")], Waits.PROOF)

    until(world, date(2026, 11, 26), hour=7)
    assert running(world).waits is Waits.PROOF
    until(world, date(2026, 11, 26))
    assert (climbed(world), sent(world)[0].state) == ([("due", "proven")], NoticeState.PROVEN)
    assert running(world).last_on == date(2026, 11, 26)

    until(world, date(2026, 11, 30), hour=7)
    assert len(post.letters) == 1
    until(world, date(2026, 11, 30))  # three days after the proof is a Sunday
    assert "was due on 25 November 2026" in post.letters[1].subject
    key = world.house.desk._digest_key
    assert case_of_address(post.letters[1].reply_to, key) == collection_of(world)
    assert post.letters[0].message_id != post.letters[1].message_id


def test_a_final_notice_names_day_hour_and_what_stops_and_is_old_enough_only_a_week_after_its_proof(world: World, post: Post) -> None:
    to_the_final_notice(world)
    final = sent(world)[-1]

    assert final.kind == NoticeKind.FINAL
    assert "Microsoft 365 Business Basic" in final.body
    assert final.names_at == datetime(2026, 12, 28, 8, tzinfo=UTC)  # a week after the proof is the eve of a holiday
    assert "28 December 2026, 09:00 (CET)" in final.subject
    until(world, date(2026, 12, 16))
    assert climbed(world)[-1] == ("final", "proven")

    until(world, date(2026, 12, 22))
    with world.house.desk.reading() as connection:
        facts = gather(connection, case(connection, collection_of(world)), (), world.now).listed
    (fact,) = [each for each in facts["notices"] if each["kind"] == "final"]
    assert fact == {
        "id": final.number, "kind": "final", "sent_on": "2026-12-15", "method": "mail", "proven_on": "2026-12-16", "names": "2026-12-28",
        "amount": 12300, "lapsed": False,
    }  # fmt: skip
    assert blockers(facts | {"notices": [fact | {"names": ""}]}, SHIPPED, date(2026, 12, 22)) == ["final_notice_young"]
    assert blockers(facts | {"notices": [fact | {"names": ""}]}, SHIPPED, date(2026, 12, 23)) == []
    assert blockers(facts, SHIPPED, date(2026, 12, 27)) == ["final_notice_young"]  # whatever its age: no earlier than it says
    assert blockers(facts, SHIPPED, date(2026, 12, 28)) == []
    until(world, date(2026, 12, 28))
    assert climbed(world)[-1] == ("ask", "done")


def test_a_late_bounce_unproves_the_notice_and_puts_the_ladder_back_to_it(world: World, post: Post) -> None:
    to_the_final_notice(world)
    until(world, date(2026, 12, 28))
    assert climbed(world)[-1] == ("ask", "done")

    final = sent(world)[-1]
    world.do(RecordBounce(message_id=f"<{final.message_id}>", permanent=False, said="4.4.7 delayed"))
    assert sent(world)[-1].state is NoticeState.PROVEN
    world.do(RecordBounce(message_id=f"<{final.message_id}>", permanent=True, said="5.1.1 no such user"))

    assert running(world).waits is Waits.HAND
    with world.house.desk.reading() as connection:
        facts = gather(connection, case(connection, collection_of(world)), (), world.now).listed
        kept = evidence(connection, collection_of(world), world.now)["notices_by_the_desk"]
    assert "no_final_notice" in blockers(facts, SHIPPED, world.now.date())
    assert (kept[-1]["state"], kept[-1]["bounce_said"], kept[-1]["sha256"]) == ("bounced", "5.1.1 no such user", final.digest)
    assert world.do(RecordBounce(message_id=final.message_id, permanent=True, said="again")).kind == "unchanged"

    sent_by_hand(world, NoticeKind.FINAL)
    until(world, date(2027, 1, 3))
    assert [name for name, _ in climbed(world)].count("ask") == 1
    until(world, date(2027, 1, 4))
    assert [name for name, _ in climbed(world)].count("ask") == 2


def test_what_is_refused_waits_for_a_person_who_is_told_and_lets_the_desk_send_again(face: Face, world: World, post: Post) -> None:
    owing(world)
    until(world, date(2026, 11, 27))
    face.type(f"take {collection_of(world)}", by=ANA)
    face.type("prefs morning off", by=ANA)
    post.answers.append(Carriage(kind=Carried.REFUSED, said="550 5.1.1 unknown user"))
    until(world, date(2026, 11, 30))

    assert climbed(world)[-1] == ("friendly", "failed")
    assert "550 5.1.1 unknown user" in str(face.told(ANA))
    shown = face.type(f"policy {collection_of(world)}", by=ANA)
    assert "The desk’s own was refused" in str(shown)

    assert "Let the desk send it" not in face.type(f"preview {collection_of(world)}", by=VIC).buttons
    preview = face.type(f"preview {collection_of(world)}", by=ANA)
    face.click(preview, "Let the desk send it", by=ANA)
    world.settle()
    assert running(world).waits is Waits.PROOF
    assert post.letters[-1].recipient == "ala@nowak.example"
    assert [each.state for each in sent(world)[-2:]] == [NoticeState.REFUSED, NoticeState.ACCEPTED]
    assert "No notice waits" in str(face.type(f"deliver {collection_of(world)}", by=ANA))
    world.move(days=1)
    assert climbed(world)[-1] == ("friendly", "proven")


def test_the_preview_is_what_is_sent_to_the_letter(face: Face, world: World, post: Post) -> None:
    owing(world)
    until(world, date(2026, 11, 27))
    preview = str(face.type(f"preview {collection_of(world)}", by=ANA))

    assert "ala@nowak.example" in preview
    assert "version ours-1" in preview
    until(world, date(2026, 11, 30))
    letter = post.letters[-1]
    assert letter.subject in preview
    for paragraph in letter.body.split("\n\n"):
        for line in paragraph.splitlines():
            assert line.strip("- ") in preview, line
    assert sent(world)[-1].digest[:16] in preview
    assert "on its way" in str(face.type(f"preview {collection_of(world)}", by=ANA))


def test_what_the_desk_cannot_send_waits_for_a_person_who_is_told_why(world: World, face: Face) -> None:
    owing(world)
    until(world, date(2026, 11, 27))
    face.type(f"take {collection_of(world)}", by=ANA)
    face.type("prefs morning off", by=ANA)
    sent_by_hand(world)
    until(world, date(2026, 11, 30))
    assert "no texts of notices are in force" in str(face.told(ANA))
    assert "no texts of notices are in force" in str(face.type(f"deliver {collection_of(world)}", by=ANA))

    apply_texts(world)
    assert "no mail is set up" in str(face.type(f"preview {collection_of(world)}", by=ANA))
    connect_mail(world)
    assert "123.00" in str(face.type(f"preview {collection_of(world)}", by=ANA))
    assert running(world).waits is Waits.HAND


def test_a_final_notice_that_could_not_say_what_stops_is_not_sent(world: World, post: Post) -> None:
    owing(world)
    until(world, date(2026, 12, 15))

    assert (climbed(world)[-1], running(world).waits) == (("final", "sending"), Waits.HAND)
    with world.house.desk.reading() as connection:
        row = rows.waiting_step(connection, 1)
    assert row is not None
    assert row.detail == "no_products"


def test_money_that_comes_before_the_letter_leaves_takes_it_back(world: World, post: Post) -> None:
    owing(world)
    post.answers.extend([Carriage(kind=Carried.LATER, said="421 busy", retry_after=3600)] * 3)
    until(world, date(2026, 11, 25), hour=9)
    assert sent(world)[0].state is NoticeState.QUEUED

    feed(world, soon(open=10000), as_of=world.now)
    assert sent(world)[0].state is NoticeState.WITHDRAWN
    world.do(ReportPayment(payer_id=1, amount=10000, currency="PLN", paid_on=world.now.date(), proof="a slip"))
    world.move(hours=3)
    assert post.letters == []
    with world.house.desk.reading() as connection, pytest.raises(Conflict):
        letter_of(connection, sent(world)[0].id)


def test_a_customer_switched_to_dry_run_gets_nothing_that_waits(world: World, post: Post) -> None:
    customer_id = owing(world)
    post.answers.append(Carriage(kind=Carried.LATER, said="421 busy", retry_after=3600))
    until(world, date(2026, 11, 25), hour=9)

    world.do(SwitchMode(customer_id=customer_id, mode=Mode.DRY_RUN))
    assert sent(world)[0].state is NoticeState.WITHDRAWN
    world.move(hours=2)
    assert (post.letters, climbed(world)) == ([], [("due", "withdrawn"), ("due", "dry_run")])


def test_hearing_twice_changes_nothing(world: World, post: Post) -> None:
    owing(world)
    until(world, date(2026, 11, 26))
    again = Carriage(kind=Carried.ACCEPTED, said="once more")

    assert world.do(RecordCarriage(notice_id=1, carriage=again)).kind == "unchanged"
    assert world.do(ProveNotice(notice_id=1)).kind in ("notice_proven", "unchanged")
    assert world.do(ProveNotice(notice_id=1)).kind == "unchanged"
    assert world.do(RecordBounce(message_id="nobody@elsewhere", permanent=True, said="")).kind == "unchanged"


def test_in_dry_run_nothing_is_written_and_nothing_leaves(world: World, post: Post) -> None:
    customer_id = owing(world, live=False)
    until(world, date(2026, 12, 1))
    assert (post.letters, sent(world)) == ([], [])

    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    world.move(hours=24)
    assert len(post.letters) == 1
    assert sent(world)[0].queued_at == world.now


def test_an_approval_that_stood_on_a_notice_falls_with_its_bounce(world: World, local: LocalPartnerCenter, face: Face, post: Post) -> None:
    story = ripe(world, local, notices=False)
    face.type(f"start {story.case_id}", by=ANA)
    while climbed(world)[-1:] != [("ask", "done")]:
        world.move(days=1)
        story.hear()
    story.sync()
    story.approved(face)
    assert story.newest().state is State.COOLING

    final = next(each for each in sent(world) if each.kind == NoticeKind.FINAL)
    world.do(RecordBounce(message_id=final.message_id, permanent=True, said="5.1.1 no such user"))
    world.settle()

    assert story.newest().state is State.VOIDED
    assert story.status() == "active"
    assert story.newest().end_reason == "facts_changed"


def test_notices_go_into_the_ticket_that_was_chosen_and_answer_no_question(face: Face, world: World) -> None:
    apply_texts(world)
    customer_id = owing(world)
    until(world, date(2026, 11, 27))
    about = {"customer_id": customer_id, "ticket_connection": "helpdesk"}
    theirs = world.do(OpenCase(title="Why?", ticket="77", requestor="Ala@nowak.example", **about)).ids["case_id"]
    strangers = world.do(OpenCase(title="Why?", ticket="78", requestor="eve@nowak.example", **about)).ids["case_id"]
    sent_by_hand(world)
    feed(world, soon(), as_of=world.now)

    assert "nobody who is a billing contact" in str(face.type(f"ticket {collection_of(world)} {strangers}", by=ANA))
    assert "no open question" in str(face.type(f"ticket {collection_of(world)} {collection_of(world)}", by=ANA))
    assert f"C-{theirs}" in str(face.type(f"ticket {collection_of(world)} {theirs}", by=ANA))
    assert "ticket" in str(face.type(f"preview {collection_of(world)}", by=ANA))
    until(world, date(2026, 11, 30))

    (notice,) = sent(world)
    assert (notice.channel, notice.state) == (Channel.TICKET, NoticeState.QUEUED)
    assert notice.note_id is not None
    with world.house.desk.reading() as connection:
        written = note(connection, notice.note_id)
    assert (written.case_id, written.body) == (theirs, f"{notice.subject}\n\n{notice.body}")
    assert "Undo" not in str(face.type(f"case {theirs}", by=ANA).buttons)

    world.do(RecordNoteSent(note_id=written.id, external="4711"))
    assert (sent(world)[0].state, sent(world)[0].said) == (NoticeState.ACCEPTED, "comment 4711")
    with world.house.desk.reading() as connection:
        assert case(connection, theirs).responded_at is None
    world.move(days=1)
    assert climbed(world)[-1] == ("friendly", "proven")


def test_the_final_notice_goes_to_two_and_counts_when_both_have_it(world: World, post: Post) -> None:
    customer_id = owing(world)
    for name in ("jan", "ewa"):
        world.do(AddContact(customer_id=customer_id, name=name.title(), email=f"{name}@nowak.example"))
    buys(world, customer_id)
    until(world, date(2026, 12, 14))
    assert len([each for each in sent(world) if each.kind == NoticeKind.REMINDER]) == 9  # each reminder to all three
    world.do(SetCustomerLanguage(customer_id=customer_id, locale="pl-PL"))
    post.answers.extend([Carriage(kind=Carried.ACCEPTED, said="250"), Carriage(kind=Carried.REFUSED, said="550 gone")])
    until(world, date(2026, 12, 17))

    finals = [each for each in sent(world) if each.kind == NoticeKind.FINAL]
    assert [each.recipient for each in finals] == ["ala@nowak.example", "jan@nowak.example"]
    assert {each.state for each in finals} == {NoticeState.PROVEN, NoticeState.REFUSED}
    assert finals[0].subject == "Partner sp. z o.o.: OSTATECZNE WEZWANIE, 123,00 PLN, możliwe zawieszenie od 28 grudnia 2026, 09:00 (CET)"
    assert "ustawy z dnia 8 marca 2013 r." in finals[0].body
    assert running(world).waits is Waits.HAND
    with world.house.desk.reading() as connection:
        facts = gather(connection, case(connection, collection_of(world)), (), world.now).listed
    assert "no_final_notice" in blockers(facts, SHIPPED, date(2027, 1, 20))

    world.do(RemoveContact(customer_id=customer_id, email="JAN@nowak.example"))
    world.do(SendNotice(ladder_id=1))
    world.settle()
    until(world, date(2026, 12, 18), hour=13)
    assert climbed(world)[-1] == ("final", "proven")


def test_a_step_of_the_accounting_system_waits_for_its_proof_and_the_notice_before_the_due_date_names_the_period(
    world: World, post: Post
) -> None:
    upcoming, due = (replace(step, enabled=True) for step in SHIPPED.steps[:2])
    steps = (upcoming, replace(due, sender=Sender.ACCOUNTING), *SHIPPED.steps[2:])
    world.do(ApplyPolicy(policy=replace(ANY_BOOKS, version="ours", since=date(2026, 11, 1), steps=steps), text=""))
    owing(world, due_on=date(2026, 11, 30), period="2026-10")
    until(world, date(2026, 11, 23))

    (letter,) = post.letters
    assert letter.subject == "Partner sp. z o.o.: 123.00 PLN due on 30 November 2026 for October 2026"
    assert sent(world)[0].case_id is None
    until(world, date(2026, 12, 1))
    assert climbed(world) == [("upcoming", "proven"), ("due", "sending")]
    assert running(world).waits is Waits.HAND
    assert len(post.letters) == 1

    sent_by_hand(world)
    until(world, date(2026, 12, 4))
    assert [name for name, _ in climbed(world)] == ["upcoming", "due", "friendly"]
    assert len(post.letters) == 2


def test_why_says_when_the_next_notice_leaves_what_it_waits_for_and_what_proves_it(world: World, face: Face, post: Post) -> None:
    owing(world)
    until(world, date(2026, 11, 26))
    case_id = collection_of(world)
    said = str(face.type(f"why {case_id}", by=ANA))
    assert "The next notice is “Friendly reminder”. It leaves at the earliest" in said
    assert "in the morning of a working day at the customer’s (Europe/Warsaw)" in said
    assert "nothing came back for 24 h" in said
    assert "Until then" not in said

    until(world, date(2026, 11, 30))
    said = str(face.type(f"why {case_id}", by=ANA))
    assert "sent by the desk, not proven yet" in said
    assert "counts as proven from" in said
    assert "The next notice" not in said, "one is on its way"

    until(world, date(2026, 12, 1))
    world.do(RecordPromise(payer_id=1, amount=12300, currency="PLN", promised_on=date(2026, 12, 4), how="by phone"))
    said = str(face.type(f"why {case_id}", by=ANA))
    assert "The next notice is “Firm reminder”" in said
    assert "Until then it waits: the customer promised to pay (P-1), until Monday, 7 December 2026 at least." in said
