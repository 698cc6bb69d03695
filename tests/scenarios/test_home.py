"""One's own page: what waits and why, in both chats; in Slack a tab that is published when it is opened and when it changes."""

import json
from datetime import timedelta
from typing import Any

import pytest

import app.homes
from core.cases.commands import OpenCase
from core.people.commands import RemoveStaff
from playground.proxy import Fault
from playground.slack.blocks import check
from tests.harness.faces import Face, Seen, SlackFace, TeamsFace, seen_in_slack
from tests.harness.questions import ask
from tests.harness.slack_face import interaction
from tests.harness.world import ANA, DORA, TEAM, VIC, Persona, World


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.homes, "PAUSE", timedelta(0))


def opened(slack: SlackFace, who: Persona, tab: str = "home", **more: Any) -> None:
    event = {"type": "app_home_opened", "user": who.slack, "channel": f"D{who.slack}", "tab": tab, "event_ts": "1", **more}
    body = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": "EvHome", "event_time": 1, "event": event}
    assert slack.deliver(json.dumps(body), "application/json").status_code == 200
    slack.world.settle()


def tab(world: World, who: Persona) -> Seen:
    view = world.local_slack.ledger.homes[who.slack]
    assert check("home", {name: view[name] for name in ("type", "blocks")}) == []
    return seen_in_slack(view)


def published(world: World) -> int:
    return sum(call.method == "views.publish" for call in world.local_slack.ledger.calls)


def press(slack: SlackFace, view: dict[str, Any], label: str, who: Persona) -> dict[str, Any] | None:
    """Press a button in a home or a modal; returns the modal that is open then."""
    seen = seen_in_slack(view)
    payload = slack.pressed(seen, label, who)
    for name in ("channel", "response_url", "message"):
        payload.pop(name, None)
    payload |= {"view": view, "container": {"type": "view", "view_id": view["id"]}}
    assert slack.deliver(interaction(payload)).status_code == 200
    held = slack.world.local_slack.ledger.opened
    return held[-1]["view"] if held else None


def test_home_names_what_waits_for_me_and_why(world: World, face: Face) -> None:
    late = ask(world)
    world.move(hours=5)
    own = world.do(OpenCase(title="Two seats too many", customer_id=1)).ids["case_id"]
    waiting = world.do(OpenCase(title="Which currency?", customer_id=1)).ids["case_id"]
    for case_id in (own, waiting):
        face.type(f"take {case_id}", by=ANA)
    face.type(f"wait {waiting}", by=ANA)

    seen = face.type("home", by=ANA)

    assert "2 things wait for you" in seen
    text = str(seen)
    assert text.index("Late (1)") < text.index("Yours to do (1)") < text.index("Yours, waiting for somebody else (1)")
    assert {f"Show C-{each}" for each in (late, own, waiting)} <= set(seen.buttons)
    assert "Nowak i Syn" in seen
    assert "Co czeka na" not in seen


def test_who_has_nothing_waiting_is_told_so_and_offered_only_what_they_may(world: World, face: Face) -> None:
    ask(world)

    seen = face.type("moje", by=VIC)

    assert "Nothing waits for you" in seen
    assert "New case" not in seen.buttons
    assert "Whole queue" in seen.buttons


def test_who_is_away_sees_until_when(world: World, face: Face) -> None:
    ask(world)
    face.type("away 30.11 9:00", by=ANA)

    assert "You are away until" in face.type("home", by=ANA)
    assert "You are away until" not in face.type("home", by=VIC)


def test_a_long_page_is_turned_where_it_is(world: World, face: Face) -> None:
    ask(world)
    for number in range(14):
        face.type(f"take {world.do(OpenCase(title=f'Question {number}', customer_id=1)).ids['case_id']}", by=ANA)

    first = face.write("home", by=ANA)
    assert "Page 1 of 2" in first
    assert "Question 13" not in first
    second = face.click(first, "Further", by=ANA)

    assert "Question 13" in second
    assert "Question 0" not in second
    assert "Question 0" in face.click(second, "Earlier", by=ANA)


def test_home_s_buttons_work(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)

    seen = face.write("home", by=ANA)

    assert f"C-{case_id}" in face.click(seen, f"Show C-{case_id}", by=ANA)
    assert face.click(seen, "New case", by=ANA).is_form
    assert "1 thing waits for you" in face.click(seen, "Refresh", by=ANA)


def test_a_tab_is_published_when_it_is_opened_and_when_it_changes_and_else_not(world: World) -> None:
    slack, case_id = SlackFace(world), ask(world)
    slack.type(f"take {case_id}", by=ANA)
    world.settle()
    assert published(world) == 0  # nobody opened one

    opened(slack, ANA)
    assert "Why is my invoice higher" in tab(world, ANA)
    opened(slack, ANA)
    world.do(OpenCase(title="Somebody else's", customer_id=1))
    world.settle()
    assert published(world) == 1  # the journal went on, the page is the same

    TeamsFace(world).type(f"resolve {case_id} yes", by=ANA)
    world.settle()
    assert "Nothing waits for you" in tab(world, ANA)
    assert published(world) == 2


def test_a_click_in_the_tab_opens_a_modal_whose_buttons_work(world: World) -> None:
    slack, case_id = SlackFace(world), ask(world)
    slack.type(f"take {case_id}", by=ANA)
    opened(slack, ANA)

    shown = press(slack, world.local_slack.ledger.homes[ANA.slack], f"Show C-{case_id}", ANA)
    assert shown is not None
    assert "Why is my invoice higher" in seen_in_slack(shown)
    form = press(slack, shown, "Note", ANA)
    assert form is not None
    assert seen_in_slack(form).is_form
    done = press(slack, shown, "Wait for the customer", ANA)
    world.settle()

    assert done is not None
    assert "Yours, waiting for somebody else (1)" in tab(world, ANA)


def test_the_tab_turns_its_page_and_stays_there(world: World) -> None:
    slack = SlackFace(world)
    ask(world)
    for number in range(14):
        slack.type(f"take {world.do(OpenCase(title=f'Question {number}', customer_id=1)).ids['case_id']}", by=ANA)
    opened(slack, ANA)

    press(slack, world.local_slack.ledger.homes[ANA.slack], "Further", ANA)
    world.settle()

    assert "Question 13" in tab(world, ANA)
    assert world.local_slack.ledger.opened == []


def test_strangers_guests_and_the_messages_tab_have_nothing_published(world: World) -> None:
    slack = SlackFace(world)
    ask(world)

    opened(slack, DORA)
    opened(slack, ANA, user_team="T9999")
    opened(slack, ANA, tab="messages")

    assert world.local_slack.ledger.homes == {}


def test_who_left_keeps_no_customer_s_name_on_the_tab(world: World) -> None:
    slack, case_id = SlackFace(world), ask(world)
    slack.type(f"take {case_id}", by=ANA)
    opened(slack, ANA)

    world.do(RemoveStaff(handle="ana"))
    world.settle()

    assert "Nowak" not in tab(world, ANA)
    assert "nothing for you any more" in tab(world, ANA)


def test_a_limit_only_delays_the_tab(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = SlackFace(world)
    ask(world)
    monkeypatch.setattr(app.homes, "pause", lambda *_: timedelta(0))
    world.local_slack.faults.append(Fault(method="views.publish", status=429, error="ratelimited", retry_after=1))

    opened(slack, ANA)

    assert "Nothing waits for you" in tab(world, ANA)


def test_installing_the_app_in_teams_shows_the_page_in_the_personal_chat(world: World) -> None:
    ask(world)
    teams = TeamsFace(world)

    for who in (ANA, DORA):
        installed = teams.message("", who, f"a:{who.teams}") | {"type": "installationUpdate", "action": "add"}
        assert teams.deliver(installed).status_code == 200

    assert "What waits for Ana Agent" in teams.told(ANA)
    assert f"a:{DORA.teams}" not in world.local_teams.ledger.conversations
