"""What a card says where the chat itself changed: a message deleted, a channel archived, a person gone, the app taken out.

Late and double clicks, two people at once and what a limit does are told in test_work_on_a_case.py, tests/faults/test_faults_in_front.py
and tests/faults/test_copies.py; docs/truth.md says which test holds which line.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from core.engine import journal
from core.engine.db.tables.engine import cards, outbox
from core.people.commands import AddStaff, RemoveStaff
from playground.proxy import Fault
from tests.harness.faces import FACES, Face, TeamsFace
from tests.harness.questions import ask
from tests.harness.world import ADA, ANA, CHANNELS, TEAM, TENANT, World


def asked(world: World, face: Face) -> int:
    """A question whose card is in the chat's billing channel."""
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()
    return case_id


def held(face: Face) -> dict[str, dict[str, Any]]:
    """What the chat holds in the billing channel."""
    world = face.world
    there = world.local_slack.ledger.channels if face.name == "slack" else world.local_teams.ledger.conversations
    return there[CHANNELS[face.name]]


def close_channel(face: Face) -> None:
    """Archived in Slack; in Teams every call is refused as in a team that the bot is no part of."""
    if face.name == "slack":
        face.world.local_slack.methods.archived.add(CHANNELS["slack"])
    else:
        face.world.local_teams.switches.set("bot_left", 1000)


def open_channel(face: Face) -> None:
    if face.name == "slack":
        face.world.local_slack.methods.archived.clear()
    else:
        face.world.local_teams.switches.set("bot_left", 0)


def app(face: Face, *, installed: bool) -> None:
    """Slack revokes the token of an app that is taken out; Teams tells each conversation."""
    if face.name == "slack":
        revoked = [Fault(method=name, error="token_revoked") for name in ("chat.update", "chat.postMessage", "conversations.open")] * 20
        face.world.local_slack.faults = [] if installed else revoked
        return
    assert isinstance(face, TeamsFace)
    change = {"membersAdded" if installed else "membersRemoved": [{"id": "28:app-1"}]}
    activity = face.message("", ADA, CHANNELS["teams"]) | {"type": "conversationUpdate"} | change
    assert face.deliver(activity).status_code == 200


def row(world: World) -> Any:
    with world.house.desk.reading() as connection:
        return connection.execute(sa.select(cards)).one()


def pause_over(world: World) -> None:
    """As if the real pause were over: nothing but the time is changed."""
    with world.house.store.writing() as connection:
        connection.execute(sa.update(cards).values(next_at=None))


def calls(world: World) -> int:
    return len(world.local_slack.ledger.calls) + len(world.local_teams.ledger.calls)


def events(world: World, case_id: int, name: str) -> int:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        found = journal.journal.c
        match = (found.subject == f"case:{case_id}") & (found.event == name)
        return int(connection.scalar(sa.select(sa.func.count()).where(match)) or 0)


def said(world: World) -> list[tuple[str, str, str]]:
    """Reminders by lane, sentence and state, in order."""
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id)).all()
        return [(r.lane.partition(":")[0], r.ids["say"], r.state) for r in rows if r.ids["say"].startswith("nudge.")]


def test_a_click_on_a_message_that_is_deleted_at_that_moment_counts_and_its_card_comes_back(world: World, face: Face) -> None:
    case_id = asked(world, face)
    card = face.channel()
    held(face).clear()

    face.click(card, "Take", by=ANA)
    world.settle()

    assert events(world, case_id, "case_taken") == 1
    assert len(held(face)) == 1
    assert ANA.name in face.channel()


def test_a_private_answer_that_was_deleted_is_not_said_again_and_its_click_still_counts(world: World, face: Face) -> None:
    case_id = asked(world, face)
    face.type(f"take {case_id}", by=ANA)
    world.move(hours=3)
    told = face.told(ANA)
    ledger = world.local_slack.ledger.channels if face.name == "slack" else world.local_teams.ledger.conversations
    ledger[told.place].clear()

    assert f"C-{case_id}" in face.click(told, "Show the case", by=ANA)
    face.type(f"note {case_id} seen", by=ANA)
    world.settle()

    assert not [shown for shown in ledger[told.place].values() if "has no answer yet" in str(shown)]


def test_a_channel_that_is_closed_and_opened_again_gets_the_truth_with_the_first_click_in_it(world: World, face: Face) -> None:
    case_id = asked(world, face)
    stale = face.channel()
    close_channel(face)
    face.type(f"take {case_id}", by=ANA)
    world.settle()
    assert row(world).state == "gone"
    quiet = calls(world)
    world.settle()
    assert calls(world) == quiet, "nothing is asked again where nobody can be"
    assert ANA.name not in face.channel(), "what stands there is old"

    open_channel(face)
    assert f"C-{case_id} is yours already" in face.click(stale, "Take", by=ANA)
    world.settle()

    assert row(world).state == "live"
    assert ANA.name in face.channel()
    assert len(held(face)) == 1


def test_a_mention_in_a_channel_that_is_open_again_brings_its_old_cards_up_to_date(world: World, face: Face) -> None:
    case_id = asked(world, face)
    close_channel(face)
    face.type(f"take {case_id}", by=ANA)
    world.settle()
    open_channel(face)

    assert f"C-{case_id}" in face.mention(f"case {case_id}", by=ANA)
    world.settle()

    assert ANA.name in str(next(iter(held(face).values())))


def test_a_click_in_a_channel_that_takes_no_message_is_tried_once_and_no_more(world: World, face: Face) -> None:
    asked(world, face)
    stale = face.channel()
    close_channel(face)
    face.click(stale, "Take", by=ANA)
    world.settle()
    before = calls(world)

    face.click(stale, "Take", by=ANA)
    world.settle()
    world.settle()

    assert calls(world) - before <= 1
    assert row(world).state == "gone"


def test_a_case_that_comes_while_the_channel_is_closed_is_not_lost(world: World, face: Face) -> None:
    world.route(face.name, "question")
    close_channel(face)
    case_id = ask(world)
    world.settle()
    assert row(world).state == "gone"
    open_channel(face)  # what is typed privately goes another way

    assert f"C-{case_id}" in face.type("queue", by=ANA)
    assert f"C-{case_id} is yours now" in face.type(f"take {case_id}", by=ANA)


def test_somebody_removed_while_a_form_is_open_sends_it_in_for_nothing(world: World, face: Face) -> None:
    case_id = asked(world, face)
    form = face.click(face.channel(), "Note", by=ANA)
    world.do(RemoveStaff(handle=ANA.handle))

    assert "I do not know you" in face.fill(form, by=ANA, text="Two seats more since May")
    assert events(world, case_id, "note_added") == 0
    assert face.suggest("match", "customer", "nowak", by=ANA) == {}


def test_a_form_sent_in_twice_has_one_effect_and_is_answered_politely(world: World, face: Face) -> None:
    case_id = asked(world, face)
    form = face.click(face.channel(), "Note", by=ANA)

    face.fill(form, by=ANA, text="Two seats more since May")
    assert face.again() == 200
    again = face.fill(form, by=ANA, text="Two seats more since May, I think")

    assert events(world, case_id, "note_added") == 1
    assert "went wrong" not in again
    assert not again.errors


def unreachable(world: World, who: Any, face: Face) -> None:
    """The chat closed the account, or its person took the app out there: nothing can be said to them, and they are in no other chat."""
    world.do(RemoveStaff(handle=who.handle))
    identity = ("slack", TEAM, who.slack) if face.name == "slack" else ("teams", TENANT, who.teams)
    world.do(AddStaff(handle=who.handle, name=who.name, roles=who.roles, identities=(identity,)))


@pytest.mark.parametrize("how", ["closed", "never_installed"])
def test_a_reminder_for_somebody_whom_no_chat_reaches_any_more_goes_to_the_group(world: World, face: Face, how: str) -> None:
    case_id = asked(world, face)
    unreachable(world, ANA, face)
    face.type(f"take {case_id}", by=ANA)
    if face.name == "slack":
        world.local_slack.methods.strangers.add(ANA.slack)
    elif how == "closed":
        world.local_teams.switches.set("writes_blocked", 1)
    else:
        assert isinstance(face, TeamsFace)
        face.deliver(face.message("", ANA, f"a:{ANA.teams}") | {"type": "installationUpdate", "action": "remove"})

    with capture_logs() as logged:
        world.move(hours=3)

    assert said(world) == [("staff", "nudge.first_response_soon", "sent"), ("conversation", "nudge.first_response_soon", "sent")]
    assert "has no answer yet" in face.channel()
    assert events(world, case_id, "reminder_unreached") == 1
    assert [line["staff"] for line in logged if "reached in no chat" in line["event"]]


def test_while_the_app_is_taken_out_copies_wait_and_are_true_when_it_is_back(world: World, face: Face) -> None:
    case_id = asked(world, face)
    app(face, installed=False)
    FACES["teams"](world).type(f"take {case_id}", by=ANA)  # in Slack nobody could type to an app that is gone
    world.settle()
    assert events(world, case_id, "case_taken") == 1, "the desk itself goes on"
    assert row(world).state == "live"
    assert ANA.name not in face.channel()
    quiet = calls(world)
    world.settle()
    assert calls(world) == quiet

    app(face, installed=True)
    pause_over(world)
    world.settle()

    assert ANA.name in face.channel()
    assert len(held(face)) == 1


def test_an_app_that_was_taken_out_unheard_and_is_installed_again_finds_its_cards_true(world: World, face: Face) -> None:
    case_id = asked(world, face)
    close_channel(face)
    face.type(f"take {case_id}", by=ANA)
    world.settle()
    assert row(world).state == "gone"

    open_channel(face)
    if face.name == "teams":
        app(face, installed=True)
    else:
        world.route("slack", "question")  # `./desk groups set`, as after inviting it anew
    world.settle()

    assert ANA.name in face.channel()
