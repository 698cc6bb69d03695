"""What the desk gave up, in both chats: admins hear of it once, look at it, have it handled again or discard it; nobody else sees it."""

import sqlalchemy as sa

from app.receiving import sweep_inbox
from core.engine import journal
from core.engine.db.tables.engine import inbox, outbox, private_texts
from core.engine.db.tables.engine import journal as entries
from tests.harness.faces import Face
from tests.harness.letters import given_up
from tests.harness.world import ADA, ANA, CHANNELS, STAFF, World


def state(world: World, number: str) -> str:
    with world.house.desk.reading() as connection:
        return str(connection.scalar(sa.select(inbox.c.state).where(inbox.c.id == int(number))))


def told(world: World) -> list[dict[str, object]]:
    with world.house.desk.reading() as connection:
        rows = connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind == "chat.tell").order_by(outbox.c.id)).all()
    return [dict(row) for row in rows if row["say"] == "tell.letters"]


def test_an_admin_looks_at_what_was_given_up_and_has_it_handled_again(world: World, face: Face) -> None:
    world.hire(ADA)
    assert "No delivery waits" in face.type("webhooks", by=ADA)
    number = given_up(world, b'{"ticket": <b>not json</b>')

    listed = face.type("webhooks", by=ADA)
    shown = face.click(listed, f"Show {number}", by=ADA)

    assert "1 delivery waits for a person." in listed
    assert "helpdesk" in listed
    assert "not a hint as docs/request-tracker.md describes it" in shown
    assert "webhook-id" in shown
    assert "not json" in shown
    assert "is handled again" in face.click(shown, "Handle it again", by=ADA)
    assert state(world, number) == "new"
    sweep_inbox(world.house)
    assert state(world, number) == "dead"


def test_it_is_discarded_with_a_reason_that_the_journal_keeps(world: World, face: Face) -> None:
    world.hire(ADA)
    number = given_up(world)

    nothing = face.type(f"webhook discard {int(number) + 1}", by=ADA)
    assert not nothing.is_form
    assert f"no dead letter {int(number) + 1}" in nothing
    form = face.type(f"webhook discard {number}", by=ADA)
    assert "helpdesk" in form  # what would be given up stands above the reason
    assert face.fill(form, by=ADA, reason="").errors
    assert not face.fill(form, by=ADA, reason="A test of the helpdesk's").errors

    assert state(world, number) == "discarded"
    assert f"no dead letter {number}" in face.type(f"webhook {number}", by=ADA)
    assert f"no dead letter {number}" in face.type(f"webhook replay {number}", by=ADA)
    with world.house.desk.reading() as connection:
        kept = connection.execute(sa.select(entries).where(entries.c.event == "delivery_discarded")).one()
        texts = {row.digest: row.body for row in connection.execute(sa.select(private_texts))}
        assert journal.broken_links(connection, "connection:helpdesk") == []
    assert kept.actor.startswith("staff:")
    assert kept.face == face.name
    assert texts[kept.data["reason"]["private"]] == "A test of the helpdesk's"


def test_what_looks_like_a_secret_and_what_is_long_stays_out_of_the_chat(world: World, face: Face) -> None:
    world.hire(ADA)
    number = given_up(world, b'{"api_token": "s3cr3t-value", "text": "' + b"x" * 5000 + b'END"')
    with world.house.store.writing() as connection:
        headers = {"content-type": "text/plain", "cookie": "session=abc"}
        connection.execute(sa.update(inbox).where(inbox.c.id == int(number)).values(headers=headers))

    shown = face.type(f"webhook {number}", by=ADA)

    assert "s3cr3t-value" not in shown
    assert "session=abc" not in shown
    assert "END" not in shown
    assert "text/plain" in shown
    assert f"./desk webhooks show {number}" in shown


def test_the_admins_hear_of_it_once_until_there_are_twice_as_many(world: World, face: Face) -> None:
    world.hire(ADA)
    face.write("help", by=ADA)  # heard from, and so reached
    numbers = [given_up(world), given_up(world)]
    world.move(minutes=2)
    assert [ids["params"] for ids in told(world)] == [{"count": 2}]
    assert "waiting for a person: 2" in face.told(ADA)
    assert "2 deliveries wait" in face.click(face.told(ADA), "Show them", by=ADA)

    numbers.append(given_up(world))
    world.move(minutes=2)
    assert len(told(world)) == 1

    numbers.append(given_up(world))
    world.move(minutes=2)
    assert [ids["params"] for ids in told(world)] == [{"count": 2}, {"count": 4}]

    for number in numbers:
        face.type(f"webhook discard {number} Ours", by=ADA)
    given_up(world)
    world.move(minutes=2)
    assert len(told(world)) == 3


def test_in_polish(world: World, face: Face) -> None:
    world.hire(ADA)
    number = given_up(world)

    assert "helpdesk" in face.type("dostawy", by=ADA)
    assert "not a hint" in face.type(f"dostawa {number}", by=ADA)
    assert "is handled again" in face.type(f"dostawa powtorz {number}", by=ADA)


def test_nobody_else_sees_or_settles_any_of_it(world: World, face: Face) -> None:
    others = [who for who in STAFF if who is not ADA]
    world.hire(*others)
    number = given_up(world, b"a customer's words")

    for who in others:
        for line in ("webhooks", f"webhook {number}", f"webhook replay {number}", f"webhook discard {number} because"):
            assert "administering the desk needs a role you do not hold" in face.type(line, by=who)

    assert state(world, number) == "dead"
    assert told(world) == []


def test_in_a_channel_the_list_is_told_privately(world: World, face: Face) -> None:
    world.hire(ADA, ANA)
    number = given_up(world, b"a customer's words")

    assert "a customer's words" in face.mention(f"webhook {number}", by=ADA)

    slack, teams = world.local_slack.ledger.channels, world.local_teams.ledger.conversations
    assert "a customer's words" not in str(slack.get(CHANNELS["slack"])) + str(teams.get(CHANNELS["teams"]))


def test_what_a_stranger_sent_mentions_nobody_and_formats_nothing(world: World, face: Face) -> None:
    world.hire(ADA)
    number = given_up(world, "<!channel> <at>Ana</at> <https://evil.example|click> \u202e {{DATE(1)}}".encode())

    shown = face.type(f"webhook {number}", by=ADA)

    interpreted = "\n".join(shown.markup)
    of_chat = {"slack": ("<!channel>", "<https://evil.example|"), "teams": ("<at>", "{{DATE(1)}}")}[face.name]
    for trap in (*of_chat, "\u202e"):
        assert trap not in interpreted, trap
    assert "click" in shown
