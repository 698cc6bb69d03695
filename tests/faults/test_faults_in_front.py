"""What goes wrong between the desk and each chat, staged by a proxy before it: the same stories in both, over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from core.cases.commands import OpenCase
from core.engine.db.tables.engine import cards, journal
from core.engine.db.tables.people import conversations
from core.people.commands import RemoveStaff
from core.people.model import Role
from playground.proxy import Fault, FaultProxy
from playground.slack.proxy import Proxy as SlackProxy
from playground.slack.server import LocalSlack
from playground.teams.proxy import Proxy as TeamsProxy
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from tests.harness.databases import free_port
from tests.harness.face import Face
from tests.harness.faces import FACES
from tests.harness.supervised import Answered, until
from tests.harness.world import ANA, CHANNELS, TEAM, Persona, World, build_world

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))
# What each chat calls it, and the call it meets: (method, error, status).
UPDATE = {"slack": "chat.update", "teams": "update"}
LIMITED = {"slack": ("ratelimited", 429), "teams": ("TooManyRequests", 429)}
REFUSED = {"slack": ("invalid_blocks", 200), "teams": ("BadSyntax", 400)}
GONE = {
    "slack": [("is_archived", 200), ("channel_not_found", 200), ("not_in_channel", 200)],
    "teams": [("ConversationNotFound", 404), ("BotNotInConversationRoster", 403), ("MessageWritesBlocked", 403)],
}
BAD_TOKEN = {
    "slack": [("invalid_auth", 200), ("token_revoked", 200), ("account_inactive", 200)],
    "teams": [("Unauthorized", 401)],
}


class Through:
    """Stands where Flask's test client stands in a World: each chat's deliveries go through its proxy."""

    def __init__(self, doors: dict[str, str]) -> None:
        self._doors = doors

    def post(self, path: str, *, data: bytes, headers: dict[str, str]) -> Answered:
        """Deliver once; what comes back is what the chat is told."""
        return Answered(httpx.post(f"{self._doors[path]}{path}", content=data, headers=headers, timeout=20))


@dataclass
class Stage:
    """A desk behind a proxy for each chat, its card in both channels; the story acts in `face` and stages faults in `proxy`."""

    world: World
    face: Face
    proxy: FaultProxy
    case_id: int

    def fault(self, method: dict[str, str], error: tuple[str, int], **more: Any) -> Fault:
        """The chat answers its next such call so."""
        name, status = error
        made = Fault(method=method[self.face.name], error=name, status=status, **more)
        self.proxy.faults.append(made)
        return made

    def take(self, by: Persona = ANA) -> int:
        """Press Take on the card; the HTTP status the chat was told."""
        with suppress(AssertionError):
            self.face.click(self.face.channel(), "Take", by=by)
        return self.proxy.deliveries[-1].status

    def row(self) -> Any:
        """The copy in this chat's channel."""
        with self.world.house.desk.reading() as connection:
            return connection.execute(sa.select(cards).where(cards.c.conversation_id == self.conversation())).one()

    def conversation(self) -> int:
        match = conversations.c.face == self.face.name
        with self.world.house.desk.reading() as connection:
            return int(connection.scalar(sa.select(conversations.c.id).where(match)) or 0)

    def taken(self) -> int:
        """How often the case was taken, as the journal has it."""
        with self.world.house.desk.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(journal).where(journal.c.event == "case_taken")) or 0)

    def pause_over(self) -> None:
        """As if the real pause were over: nothing but the time is changed."""
        with self.world.house.store.writing() as connection:
            connection.execute(sa.update(cards).values(next_at=None))
        if self.world.house.teams:
            self.world.house.teams.connector._token._next_try = 0.0

    def is_true(self) -> bool:
        """The card in this chat's channel names who took the case."""
        self.world.settle()
        return ANA.name in str(self.face.channel().raw)


@pytest.fixture(params=sorted(FACES))
def stage(request: pytest.FixtureRequest, database: str, login: Login) -> Iterator[Stage]:
    """Everything on loopback, each hop a real one."""
    port = free_port()
    desk_url = f"http://127.0.0.1:{port}"
    local_slack = LocalSlack(team=TEAM, channels=[CHANNELS["slack"]])
    local_slack.start()
    slack = SlackProxy(local_slack.url, desk_url, local_slack.token, retries=(0.1, 0.1))
    slack.start()
    local_teams = LocalTeams(login=login)
    local_teams.start()
    teams = TeamsProxy(local_teams.url, desk_url)
    teams.start()
    local_teams.service = teams.url
    hosts = f"{local_teams.url},{teams.url}".replace("http://", "")
    world = build_world(database, local_teams, local_slack, SLACK_API_URL=f"{slack.url}/api/", TEAMS_SERVICE_HOSTS=hosts)
    desk = make_server("127.0.0.1", port, world.client.application, threaded=True)
    threading.Thread(target=desk.serve_forever, args=(0.02,), daemon=True).start()
    world.client = Through({"/slack/events": slack.url, "/api/messages": teams.url})  # type: ignore[assignment]  # speaks as the client does
    world.hire(ANA, EVA)
    world.route(request.param, "question")
    case_id = world.do(OpenCase(title="Why is it higher?")).ids["case_id"]
    world.settle()
    proxy: FaultProxy = {"slack": slack, "teams": teams}[request.param]
    yield Stage(world, FACES[request.param](world), proxy, case_id)
    desk.shutdown()
    desk.server_close()
    world.house.close()
    for server in (slack, teams, local_slack, local_teams):
        server.stop()


def changed(stage: Stage) -> None:
    """The case is taken by a line typed, so that only the copy in the channel has to follow."""
    stage.face.type(f"take {stage.case_id}", by=ANA)
    assert stage.taken() == 1


def test_a_limit_is_honoured_to_the_second_and_then_the_card_is_right(stage: Stage) -> None:
    changed(stage)
    stage.fault(UPDATE, LIMITED[stage.face.name], retry_after=1)
    stage.world.settle()
    limited = stage.proxy.calls[-1]
    assert limited.error == LIMITED[stage.face.name][0]

    until(stage.is_true)
    after = next(call for call in stage.proxy.calls if call.method == UPDATE[stage.face.name] and call.at > limited.at)
    assert after.at - limited.at >= 1.0
    assert (stage.row().shown, stage.row().next_at, stage.row().error) == (stage.row().wanted, None, "")


def test_an_acknowledgement_that_came_too_late_and_the_same_delivery_again_are_one_effect(stage: Stage) -> None:
    stage.proxy.deadline = 0.0005
    assert stage.take() == 0
    until(stage.taken)

    stage.proxy.deadline = 10
    assert stage.face.again() == 200
    assert stage.taken() == 1
    until(stage.is_true)


def test_a_delivery_that_comes_twice_has_one_effect(stage: Stage) -> None:
    stage.proxy.twice = 1
    assert stage.take() == 200

    assert [delivery.status for delivery in stage.proxy.deliveries] == [200, 200]
    assert stage.taken() == 1


def test_a_double_click_has_one_effect_and_the_second_is_answered_politely(stage: Stage) -> None:
    card = stage.face.channel()
    stage.face.click(card, "Take", by=ANA)
    again = stage.face.click(card, "Take", by=ANA)

    assert again.texts
    assert stage.taken() == 1


def test_two_people_at_once_have_one_effect_and_each_gets_an_answer(stage: Stage) -> None:
    card, answered = stage.face.channel(), []
    faces = {who: FACES[stage.face.name](stage.world) for who in (ANA, EVA)}
    gate = threading.Barrier(2)

    def press(who: Persona) -> None:
        gate.wait()
        answered.append(faces[who].click(card, "Take", by=who))

    threads = [threading.Thread(target=press, args=(who,)) for who in faces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answered) == 2
    late = [answer for answer in answered if "was quicker" in answer]
    assert len(late) == 1, answered
    assert stage.taken() == 1
    until(lambda: is_shown_to_be_somebodys(stage))


def is_shown_to_be_somebodys(stage: Stage) -> bool:
    """The card names one of the two, and offers no more to take it."""
    stage.world.settle()
    card = stage.face.channel()
    return any(who.name in str(card) for who in (ANA, EVA)) and "Take" not in card.buttons


def test_a_card_that_the_chat_refuses_is_said_plainly_and_says_so(stage: Stage) -> None:
    changed(stage)
    stage.fault(UPDATE, REFUSED[stage.face.name])
    stage.world.settle()

    shown = str(list(held(stage).values()))
    assert "Why is it higher?" in shown
    assert "This chat refused the full card" in shown
    assert "take" not in shown, "nothing is decided on what cannot be read"
    assert stage.row().state == "live"
    assert stage.row().shown == stage.row().wanted


def test_a_card_refused_even_plainly_is_given_up_with_its_reason(stage: Stage) -> None:
    changed(stage)
    stage.fault(UPDATE, REFUSED[stage.face.name])
    stage.fault(UPDATE, REFUSED[stage.face.name])
    calls = quiet_after(stage)

    assert calls == 2
    assert stage.row().state == "gone"
    assert REFUSED[stage.face.name][0] in stage.row().error


def held(stage: Stage) -> dict[str, dict[str, Any]]:
    """What the chat itself holds in the channel."""
    world = stage.world
    there = world.local_slack.ledger.channels if stage.face.name == "slack" else world.local_teams.ledger.conversations
    return there[CHANNELS[stage.face.name]]


def quiet_after(stage: Stage) -> int:
    """Let the sweeps rest, and rest again: how many updates the chat was asked for, and none in the second rest."""
    method = UPDATE[stage.face.name]
    stage.world.settle()
    asked = [call.method for call in stage.proxy.calls].count(method)
    stage.world.settle()
    assert [call.method for call in stage.proxy.calls].count(method) == asked, "it asks again and again"
    return asked


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_conversation_that_is_gone_loses_its_copy_and_nothing_is_asked_again(stage: Stage, number: int) -> None:
    changed(stage)
    stage.fault(UPDATE, GONE[stage.face.name][number])

    assert quiet_after(stage) == 1
    assert stage.row().state == "gone"
    assert GONE[stage.face.name][number][0] in stage.row().error
    assert ANA.name in stage.face.type(f"case {stage.case_id}", by=ANA), "the desk itself goes on"


@pytest.mark.parametrize(("stage", "number"), [("slack", 0), ("slack", 1), ("slack", 2), ("teams", 0)], indirect=["stage"])
def test_a_token_that_is_refused_or_revoked_keeps_the_copy_tells_operators_and_does_not_loop(stage: Stage, number: int) -> None:
    changed(stage)
    stage.fault(UPDATE, BAD_TOKEN[stage.face.name][number])

    with capture_logs() as said:
        assert quiet_after(stage) == 1
    assert [line["face"] for line in said if "refuses the desk's own token" in line["event"]] == [stage.face.name]
    assert stage.row().state == "live"
    assert stage.row().next_at is not None
    stage.pause_over()
    until(stage.is_true)


def test_a_message_deleted_in_the_chat_is_posted_anew(stage: Stage) -> None:
    gone = stage.row().ref
    del held(stage)[gone]
    changed(stage)

    until(stage.is_true)
    assert stage.row().ref != gone
    assert len(held(stage)) == 1


def test_somebody_removed_gets_no_effect_from_a_card_they_still_see(stage: Stage) -> None:
    card = stage.face.channel()
    stage.world.do(RemoveStaff(handle=ANA.handle))

    assert "I do not know you" in stage.face.click(card, "Take", by=ANA)
    assert stage.taken() == 0


@pytest.mark.parametrize("stage", ["slack"], indirect=True)
def test_slack_delivers_an_event_again_that_was_not_acknowledged_in_time_and_it_has_one_effect(stage: Stage) -> None:
    stage.proxy.deadline = 0.0005
    with suppress(AssertionError):
        stage.face.mention(f"take {stage.case_id}", by=ANA)
    until(stage.taken)
    stage.proxy.deadline = 10
    until(lambda: any(d.attempt and d.status == 200 for d in stage.proxy.deliveries), seconds=5)

    assert stage.taken() == 1
