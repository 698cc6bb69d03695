"""A form loses nothing: errors beside the fields, refusals above them, what was typed stays, sent in once, however slow or late."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bots.slack import working
from core.cases.model import State
from core.cases.queries import case, notes_of
from core.engine import journal
from core.people.model import Role
from tests.harness.faces import Face, Seen, SlackFace, TeamsFace
from tests.harness.questions import ask
from tests.harness.slack_face import interaction, seen_in_slack
from tests.harness.supervised import until
from tests.harness.world import ANA, OPERATOR, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))
LONG = "The customer pays two seats more since May, as ordered by phone.\n" * 40


def asked(world: World, face: Face) -> int:
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(EVA)
    world.settle()
    return case_id


def notes(world: World, case_id: int) -> list[str]:
    with world.house.desk.reading() as connection:
        return [note.body for note in notes_of(connection, case_id)]


def test_a_form_whose_case_was_closed_meanwhile_says_so_above_the_text_that_was_typed(world: World, face: Face) -> None:
    case_id = asked(world, face)
    form = face.type(f"notbilling {case_id}", by=ANA)
    face.type(f"resolve {case_id} yes", by=EVA)

    refused = face.fill(form, by=ANA, text="They ask about a broken keyboard, which the service desk mends.")

    assert refused.is_form
    assert "is resolved" in refused
    assert refused.fields["text"] == "They ask about a broken keyboard, which the service desk mends."
    assert not refused.errors
    face.type(f"reopen {case_id}", by=EVA)
    face.fill(refused, by=ANA, text=refused.fields["text"])
    with world.house.desk.reading() as connection:
        assert case(connection, case_id).state is State.HANDED_BACK


def test_a_colleague_who_has_the_case_already_may_be_chosen_anew(world: World, face: Face) -> None:
    case_id = asked(world, face)
    form = face.click(face.channel(), "Assign", by=ANA)
    face.type(f"assign {case_id} eva", by=ANA)

    refused = face.fill(form, by=ANA, person="eva")
    assert "Eva Agent has C-101 already" in refused
    face.fill(refused, by=ANA, person="ana")

    assert face.type(f"case {case_id}", by=ANA).texts
    with world.house.desk.reading() as connection:
        assert case(connection, case_id).assignee_id is not None
    assert "yours" in face.type(f"take {case_id}", by=ANA)


def test_a_case_nobody_has_is_named_beside_its_field_and_the_text_stays(world: World, face: Face) -> None:
    asked(world, face)
    form = face.on_message("add_message", "Their invoice doubled.", author="UOLA", by=ANA)

    refused = face.fill(form, by=ANA, case="999", text="Their invoice doubled, they say.")

    assert "999" in refused.errors["case"]
    assert refused.fields["text"] == "Their invoice doubled, they say."


def test_what_was_typed_before_a_form_could_open_is_in_it_afterwards(world: World, face: Face) -> None:
    case_id = asked(world, face)
    world.local_slack.triggers.life = 0.0
    late = face.type(f"handover {case_id} eva", by=ANA)  # in Teams a typed verb always gets the button, which the face presses
    world.local_slack.triggers.life = 3.0

    form = face.click(late, "Open form", by=ANA) if face.name == "slack" else late

    assert form.fields["person"] == "eva"
    face.fill(form, by=ANA, text="She knows them")
    assert "She knows them" in notes(world, case_id)[0]


def test_a_long_text_whose_form_could_not_open_is_cut_where_one_sees_it(world: World) -> None:
    ask(world)
    slack = SlackFace(world)
    payload = slack.shortcut("add_message", LONG, "UOLA", ANA)
    payload["trigger_id"] = "1.expired"
    slack.deliver(interaction(payload))
    told = seen_in_slack(world.local_slack.ledger.responses[payload["response_url"].rpartition("/")[2]][-1])

    form = slack.click(told, "Open form", by=ANA)

    assert form.fields["text"].startswith(LONG[:1000])
    assert form.fields["text"].endswith("…")


@contextmanager
def busy(world: World, case_id: int) -> Iterator[threading.Event]:
    """Somebody else holds the case until the event is set, or the block ends."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with world.house.store.writing() as connection:
            journal.lock_root(world.house.desk._tx(connection, OPERATOR, world.now, "hold"), f"case:{case_id}")
            held.set()
            let_go.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    try:
        yield let_go
    finally:
        let_go.set()
        thread.join()


def newest_modal(world: World) -> str:
    return json.dumps(world.local_slack.ledger.opened[-1]["view"], ensure_ascii=False)


@pytest.mark.parametrize(("closed", "came"), [(False, "Done."), (True, "is resolved")], ids=["done", "refused"])
def test_a_slow_submission_says_that_it_works_and_then_what_came_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch, closed: bool, came: str
) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0.1)
    slack = SlackFace(world)
    case_id = asked(world, slack)
    form = slack.click(slack.channel(), "Triage", by=ANA)
    if closed:
        slack.type(f"resolve {case_id} yes", by=EVA)

    with busy(world, case_id) as let_go:
        began = time.monotonic()
        at_once = slack.fill(form, by=ANA, triage="tax")
        assert time.monotonic() - began < 2
        assert "Working on it" in at_once
        assert not at_once.is_form
        let_go.set()

    until(lambda: came in newest_modal(world))
    with world.house.desk.reading() as connection:
        found = case(connection, case_id)
        assert (found.triage == "tax") is not closed
        assert (found.state is State.RESOLVED) is closed


def test_a_dialog_that_teams_gave_up_waiting_for_is_sent_again_for_the_same_outcome(world: World) -> None:
    teams = TeamsFace(world)
    case_id = asked(world, teams)
    form = teams.click(teams.channel(), "Note", by=ANA)
    seen: list[Seen] = []

    with busy(world, case_id) as let_go:
        waits = [threading.Thread(target=lambda: seen.append(teams.fill(form, by=ANA, text="Two seats more"))) for _ in range(2)]
        for thread in waits:
            thread.start()
        time.sleep(0.3)
        assert seen == []
        let_go.set()
        for thread in waits:
            thread.join()

    assert notes(world, case_id) == ["Two seats more"]
    assert len({str(one) for one in seen}) == 1


def test_what_slack_cannot_show_afterwards_stays_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0.1)
    slack = SlackFace(world)
    case_id = asked(world, slack)
    form = slack.click(slack.channel(), "Note", by=ANA)
    form.raw = {**form.raw, "id": "Vgone"}

    with busy(world, case_id) as let_go:
        assert "Working on it" in slack.fill(form, by=ANA, text="Two seats more")
        let_go.set()

    until(lambda: notes(world, case_id) == ["Two seats more"])
    until(lambda: [call.error for call in world.local_slack.ledger.called("views.update")] == ["not_found"])
