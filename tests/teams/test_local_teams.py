"""The stand-in itself: what it takes, what it refuses, and that only this machine may act in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE
from playground.teams.directory import Conversation, Directory, Person
from playground.teams.faults import WINDOWS, Limits
from playground.teams.package import App, load_package
from playground.teams.quoting import payload_of
from playground.teams.server import CONNECTOR, LocalTeams
from playground.teams.tokens import Login

CHANNEL = "19:one@thread.tacv2"


@pytest.fixture
def teams(login: Login) -> Iterator[LocalTeams]:
    directory = Directory(tenant="tenant-1")
    for name in ("ana", "ben"):
        directory.add_person(Person(id=name, name=name.title(), tenant="tenant-1", email=f"{name}@partner.example"))
    directory.conversations[CHANNEL] = Conversation(id=CHANNEL, kind="channel", name="one", team="Team", members=("ana",))
    made = LocalTeams(login=login, directory=directory, secret="s", bot_url="http://127.0.0.1:9/")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def bot(teams: LocalTeams) -> Iterator[httpx.Client]:
    """A bot with a token of the stand-in's own login."""
    form = {"client_id": "app-1", "client_secret": "s", "grant_type": "client_credentials", "scope": CONNECTOR}
    token = httpx.post(f"{teams.url}/tenant-1/oauth2/v2.0/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{teams.service_url}v3", headers=headers, trust_env=False) as made:
        yield made


def text(words: str) -> dict[str, Any]:
    return {"type": "message", "text": words}


def test_a_wrong_secret_gets_no_token_and_a_strange_token_no_call(teams: LocalTeams) -> None:
    wrong = {"client_id": "app-1", "client_secret": "guess"}
    assert httpx.post(f"{teams.url}/tenant-1/oauth2/v2.0/token", data=wrong).status_code == 401
    refused = httpx.post(f"{teams.service_url}v3/conversations/a:ana/activities", json=text("hi"), headers={"Authorization": "Bearer x"})
    assert refused.status_code == 401
    assert teams.ledger.messages == {}


def test_a_message_is_sent_answered_changed_and_deleted(teams: LocalTeams, bot: httpx.Client) -> None:
    made = bot.post("/conversations/a:ana/activities", json=text("one")).json()["id"]
    reply = bot.post(f"/conversations/a:ana/activities/{made}", json=text("two")).json()["id"]
    assert teams.ledger.messages[reply].activity["replyToId"] == made

    assert bot.put(f"/conversations/a:ana/activities/{made}", json=text("three")).status_code == 200
    assert teams.ledger.messages[made].edited
    assert bot.delete(f"/conversations/a:ana/activities/{made}").status_code == 200
    assert bot.put(f"/conversations/a:ana/activities/{made}", json=text("four")).json()["error"]["code"] == "ActivityNotFound"
    assert bot.post("/conversations/a:nobody/activities", json=text("five")).json()["error"]["code"] == "ConversationNotFound"


def test_a_personal_chat_and_a_channel_post_are_made_but_no_group(teams: LocalTeams, bot: httpx.Client) -> None:
    assert bot.post("/conversations", json={"members": [{"id": "29:ben"}], "isGroup": False}).json() == {"id": "a:ben"}
    assert bot.post("/conversations", json={"members": [{"id": "29:zoe"}]}).status_code == 403
    assert bot.post("/conversations", json={"isGroup": True, "members": [{"id": "29:ana"}, {"id": "29:ben"}]}).status_code == 403

    made = bot.post("/conversations", json={"isGroup": True, "channelData": {"channel": {"id": CHANNEL}}, "activity": text("post")}).json()
    assert made["id"] == f"{CHANNEL};messageid={made['activityId']}"
    answered = bot.post(f"/conversations/{made['id']}/activities", json=text("in the thread")).json()["id"]
    assert teams.ledger.messages[answered].thread == made["activityId"]


def test_members_are_named_with_their_directory_id_and_address(bot: httpx.Client) -> None:
    assert [m["aadObjectId"] for m in bot.get(f"/conversations/{CHANNEL}/members").json()] == ["ana"]
    assert bot.get(f"/conversations/{CHANNEL}/pagedmembers").json()["members"][0]["email"] == "ana@partner.example"
    assert bot.get(f"/conversations/{CHANNEL}/members/29:ana").json()["name"] == "Ana"
    assert bot.get(f"/conversations/{CHANNEL}/members/29:ben").status_code == 404


def test_too_much_is_refused(bot: httpx.Client) -> None:
    refused = bot.post("/conversations/a:ana/activities", json=text("x" * 60_000))

    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "MessageSizeTooBig")


def test_more_than_teams_allows_a_second_is_refused_per_conversation() -> None:
    limits, (_, most) = Limits(), WINDOWS[0]

    assert [limits.allows("a:ana") for _ in range(most + 1)] == [True] * most + [False]
    assert limits.allows("a:ben")


def test_another_sites_page_may_not_act_here(teams: LocalTeams) -> None:
    say = {"person": "ana", "conversation": "a:ana", "text": "help"}

    assert httpx.post(f"{teams.url}/api/say", json=say, headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.get(f"{teams.url}/api/people", headers={"Host": "evil.example"}).status_code == 403
    assert httpx.post(f"{teams.url}/api/say", json=say | {"conversation": CHANNEL, "person": "ben"}).status_code == 400
    assert teams.ledger.messages == {}


def test_a_bot_that_does_not_listen_is_said(teams: LocalTeams) -> None:
    answer = teams.client.say("ana", "a:ana", "help")

    assert answer.status == 502
    assert "nobody listens" in answer.toast


def test_a_person_sees_only_their_own_conversations(teams: LocalTeams, bot: httpx.Client) -> None:
    bot.post("/conversations/a:ana/activities", json=text("for Ana"))
    bot.post(f"/conversations/{CHANNEL}/activities", json=text("for the channel"))

    def news(person: str) -> dict[str, Any]:
        return dict(httpx.get(f"{teams.url}/api/news", params={"person": person, "since": -1}).json())

    assert [m["text"] for m in news("ana")["messages"]] == ["for Ana", "for the channel"]
    assert news("ben")["messages"] == []
    assert {c["id"]: c["unread"] for c in news("ana")["conversations"]} == {"a:ana": 1, CHANNEL: 1}


def test_the_installed_package_says_what_a_message_s_own_menu_has_in_its_reader_s_language(tmp_path: Path) -> None:
    made = tmp_path / "desk.zip"
    made.write_bytes(package(manifest("app-1", "desk.example.org", TABLE, datetime.now(UTC)), localisation(TABLE)))
    app = load_package(made)

    assert app.on_messages("en-GB") == [{"id": "new", "title": "Make this a billing case"}, {"id": "add_message", "title": "Add to case"}]
    assert [entry["title"] for entry in app.on_messages("pl-PL")] == ["Utwórz z tego sprawę", "Dodaj do sprawy"]
    assert not app.has("take")
    assert App().on_messages("en") == []


def test_an_entry_that_the_package_does_not_have_cannot_be_chosen(teams: LocalTeams, bot: httpx.Client) -> None:
    sent = bot.post("/conversations/a:ana/activities", json=text("hi")).json()["id"]

    refused = httpx.post(f"{teams.url}/api/menu", json={"person": "ana", "message": sent, "command": "take"})
    assert refused.status_code == 400


def test_a_message_is_handed_over_with_its_author_its_text_and_its_cards(teams: LocalTeams, bot: httpx.Client) -> None:
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard", "version": "1.5", "body": []}}
    sent = bot.post("/conversations/a:ana/activities", json={"type": "message", "text": "one\n<two>", "attachments": [card]}).json()["id"]
    teams.client.say("ana", CHANNEL, "Is <this> ours?")

    own = payload_of(teams.ledger.messages[sent], teams.directory)
    assert own["from"]["application"]["displayName"] == "Billing Desk"
    assert own["body"]["content"] == f'<p>one</p><p>&lt;two&gt;</p><attachment id="{sent}-0"></attachment>'
    assert own["attachments"][0]["id"] == f"{sent}-0"
    theirs = payload_of(list(teams.ledger.messages.values())[-1], teams.directory)
    assert theirs["from"]["user"]["displayName"] == "Ana"
    assert theirs["body"]["content"] == "<p>Is &lt;this&gt; ours?</p>"
    assert theirs["linkToMessage"].startswith("https://teams.microsoft.com/l/message/19:one@thread.tacv2/")
