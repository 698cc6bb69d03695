"""Teams' door: every fault of a token is 401, of channel, tenant or service 403, of a body 4xx; nothing processed, never a 5xx."""

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bots.teams.auth import Keys, Unauthenticated
from playground.teams.server import LocalTeams
from tests.harness.faces import TeamsFace
from tests.harness.practice import practise, titles
from tests.harness.world import ANA, CHANNELS, DORA, TENANT, World


def from_now(seconds: int) -> int:
    """A token's moment, counted when the test runs and not when it is collected: a long suite is minutes older by then."""
    return int(time.time()) + seconds


@pytest.fixture
def store_kind() -> str:
    """One store is enough here: nothing of this depends on it."""
    return "sqlite"


@pytest.fixture
def teams(world: World, monkeypatch: pytest.MonkeyPatch) -> TeamsFace:
    practise(world, monkeypatch)
    world.hire(ANA)
    return TeamsFace(world)


def counted(teams: TeamsFace, **changes: Any) -> dict[str, Any]:
    """A message whose verb has an effect; a change to None takes a part away."""
    made = teams.message("count", ANA, f"a:{ANA.teams}") | changes
    return {name: value for name, value in made.items() if value is not None}


def foreign(local: LocalTeams, kid: str) -> str:
    """Signed by somebody else's key, under a name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": "https://api.botframework.com", "aud": local.app_id, "serviceurl": local.service_url, "exp": from_now(900)}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def unsigned(local: LocalTeams) -> str:
    claims = {"iss": "https://api.botframework.com", "aud": local.app_id, "serviceurl": local.service_url, "exp": from_now(900)}
    return jwt.encode(claims, None, algorithm="none", headers={"kid": local.login.newest})


def with_public_key_as_secret(local: LocalTeams) -> str:
    """The classic confusion: the public key used as an HMAC secret."""
    claims = {"iss": "https://api.botframework.com", "aud": local.app_id, "serviceurl": local.service_url, "exp": from_now(900)}
    return jwt.encode(claims, json.dumps(local.login.jwks()) * 2, algorithm="HS256", headers={"kid": local.login.newest})


def signed(*, app: str = "", service: str = "", **claims: Any) -> Callable[[LocalTeams], str]:
    """`exp` and `nbf` are seconds from now; None leaves a claim out."""

    def make(local: LocalTeams) -> str:
        given = {name: from_now(value) if name in ("exp", "nbf") and value is not None else value for name, value in claims.items()}
        return local.login.sign(app or local.app_id, service or local.service_url, **given)

    return make


TOKENS: dict[str, tuple[Callable[[LocalTeams], str], int]] = {
    "valid": (signed(), 200),
    "garbage": (lambda _: "garbage", 401),
    "three garbage parts": (lambda _: "a.b.c", 401),
    "empty": (lambda _: "", 401),
    "not ascii": (lambda _: "\xe9.\xe9.\xe9", 401),
    "wrong audience": (signed(app="somebody-else"), 401),
    "no audience": (signed(aud=None), 401),
    "expired ten minutes ago": (signed(exp=-600), 401),
    "expired just now": (signed(exp=-200), 200),
    "no expiry": (signed(exp=None), 401),
    "good in ten minutes": (signed(nbf=900), 401),
    "wrong issuer": (signed(iss="https://sts.windows.net/tenant-1/"), 401),
    "emulator's issuer": (signed(iss="https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"), 401),
    "no issuer": (signed(iss=None), 401),
    "another service address": (signed(service="https://smba.trafficmanager.net/teams/"), 401),
    "no service address": (signed(serviceurl=None), 401),
    "wrong key, known name": (lambda local: foreign(local, local.login.newest), 401),
    "unknown key": (lambda local: foreign(local, "key-unknown"), 401),
    "no signature": (unsigned, 401),
    "public key as secret": (with_public_key_as_secret, 401),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_counts_only_if_the_connector_made_it_for_us(teams: TeamsFace, world: World, name: str) -> None:
    make, status = TOKENS[name]

    assert teams.deliver(counted(teams), token=make(world.local_teams)).status_code == status
    assert titles(world) == (["counted"] if status == 200 else [])


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "bearer ", "Bearer a, Bearer b", "Negotiate"])
def test_no_bearer_token_is_refused(teams: TeamsFace, world: World, header: str) -> None:
    answer = world.client.post("/api/messages", json=counted(teams), headers={"Authorization": header})

    assert answer.status_code == 401
    assert titles(world) == []


def test_a_repeated_authorization_header_is_refused(teams: TeamsFace, world: World) -> None:
    good = f"Bearer {world.local_teams.login.sign(world.local_teams.app_id, world.local_teams.service_url)}"
    headers = [("Authorization", "Bearer x"), ("Authorization", good)]

    assert world.client.post("/api/messages", json=counted(teams), headers=headers).status_code == 401
    assert titles(world) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"channelId": "directline"},
        {"channelId": "webchat"},
        {"channelId": None},
        {"channelData": {"tenant": {"id": "tenant-9"}}},
        {"channelData": {}, "conversation": {"id": "a:oid-ana", "tenantId": "tenant-9"}},
        {"channelData": {}, "conversation": {"id": "a:oid-ana"}},
    ],
    ids=str,
)
def test_a_good_token_from_elsewhere_is_forbidden(teams: TeamsFace, world: World, changes: dict[str, Any]) -> None:
    assert teams.deliver(counted(teams, **changes)).status_code == 403
    assert titles(world) == []


@pytest.mark.parametrize(
    "service", ["https://evil.example/teams/", "http://127.0.0.1:1/", "http://[::1/", "http://127.0.0.1:x/", "file:///etc", ""]
)
def test_our_token_goes_to_no_other_host(teams: TeamsFace, world: World, service: str) -> None:
    local = world.local_teams
    token = local.login.sign(local.app_id, service)

    assert teams.deliver(counted(teams, serviceUrl=service), token=token).status_code in (401, 403)
    assert titles(world) == []


def test_a_new_signing_key_is_good_at_once_and_an_unknown_one_is_asked_for_once_in_five_minutes(teams: TeamsFace, world: World) -> None:
    moment = [1000.0]
    keys = Keys(f"{world.local_teams.url}/.well-known/openidconfiguration", now=lambda: moment[0])
    login = world.local_teams.login
    assert keys.find(login.newest)

    rolled = login.roll()
    with pytest.raises(Unauthenticated):
        keys.find(rolled)
    moment[0] += 301
    assert keys.find(rolled)


def test_old_keys_stay_good_while_the_metadata_is_away_or_odd(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, local = [1000.0], world.local_teams
    keys = Keys(f"{local.url}/.well-known/openidconfiguration", now=lambda: moment[0])
    known = keys.find(local.login.newest)
    moment[0] += 25 * 3600
    keys._url = "http://127.0.0.1:9/nobody"
    assert keys.find(local.login.newest) == known
    moment[0] += 25 * 3600
    keys._url = f"{local.url}/keys"
    assert keys.find(local.login.newest) == known


def test_without_any_metadata_everything_is_refused_and_nothing_breaks(teams: TeamsFace, world: World) -> None:
    assert world.house.teams is not None
    world.house.teams.keys._url = "http://127.0.0.1:9/nobody"

    assert teams.deliver(counted(teams)).status_code == 401
    assert titles(world) == []


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"type": 7}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "application/json", 400),
        (b'{"type": "' + b"x" * 1_000_001 + b'"}', "application/json", 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_no_activity_is_refused(teams: TeamsFace, world: World, raw: bytes, content_type: str, status: int) -> None:
    assert teams.deliver(raw, content_type=content_type).status_code == status
    assert titles(world) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"from": "ana"}, {"from": []}, {"recipient": 7}, {"conversation": "a:x"}, {"conversation": None}, {"conversation": {"id": 7}},
        {"channelData": "x"}, {"timestamp": "soon"}, {"entities": "x"}, {"text": ["x"]}, {"text": {"x": 1}}, {"id": 7}, {"id": None},
        {"locale": 7}, {"localTimezone": "Moon/Base"}, {"value": "x"}, {"attachments": "x"}, {"from": None}, {"type": "telepathy"},
        {"type": "messageReaction"}, {"type": "invoke"}, {"type": "conversationUpdate", "conversation": None},
    ],
    ids=str,
)  # fmt: skip
def test_an_odd_activity_is_never_a_fault(teams: TeamsFace, changes: dict[str, Any]) -> None:
    status = teams.deliver(counted(teams, **changes)).status_code

    assert status in (200, 400, 403, 501)


ODD: list[Any] = [None, [], "x", 7, {"action": None}, {"action": "x"}, {"action": {"verb": 7, "data": "x"}}, {"data": []}, {"data": None}]
ODD += [{"data": {"form": "x"}}, {"data": {"form": {"action": "drop", "subject": {}, "facts": [], "key": {}}}}, {"data": {"confirm": {}}}]
ODD += [{"data": {"action": "drop", "confirm": {"title": [], "text": None}}}, {"data": {"form": {"action": "complain", "given": [1]}}}]


@pytest.mark.parametrize("value", ODD, ids=str)
@pytest.mark.parametrize("name", ["adaptiveCard/action", "task/fetch", "task/submit", "application/search", "composeExtension/query"])
def test_a_malformed_invoke_is_answered_and_does_nothing(teams: TeamsFace, world: World, name: str, value: Any) -> None:
    status = teams.deliver(teams.invoke(name, value, ANA)).status_code

    assert status in (200, 400, 501)
    assert [title for title in titles(world) if "dropped 0" not in title and "None" not in title] == []


@pytest.mark.parametrize(
    "sender",
    [
        {"id": "29:x", "aadObjectId": None},
        {"id": "29:x"},
        {"id": "29:oid-ana", "aadObjectId": ANA.teams, "tenantId": "tenant-9"},
        {"id": "29:oid-ana", "aadObjectId": ANA.teams, "userRole": "guest"},
    ],
    ids=str,
)
def test_guests_and_people_of_shared_channels_get_nothing(teams: TeamsFace, world: World, sender: dict[str, Any]) -> None:
    answer = teams.deliver(counted(teams, **{"from": sender}))

    assert answer.status_code == 200
    assert titles(world) == []
    assert not world.local_teams.ledger.conversations.get(f"a:{ANA.teams}")


def test_a_name_or_a_value_makes_nobody_somebody(teams: TeamsFace, world: World) -> None:
    sender = {"id": f"29:{ANA.teams}", "name": ANA.name, "aadObjectId": DORA.teams}
    teams.deliver(counted(teams, **{"from": sender, "value": {"action": "count", "user": ANA.teams, "tenant": TENANT}}))

    assert titles(world) == []


def test_the_same_activity_again_has_one_effect(teams: TeamsFace, world: World) -> None:
    activity = counted(teams)
    assert [teams.deliver(activity).status_code for _ in range(3)] == [200] * 3

    assert titles(world) == ["counted"]


def test_teams_being_away_is_no_fault_of_the_gesture(teams: TeamsFace, world: World) -> None:
    world.local_teams.faults.append((503, {}, {"error": {"code": "ServiceUnavailable", "message": "x"}}))
    activity = counted(teams, conversation={"id": CHANNELS["teams"], "conversationType": "channel", "tenantId": TENANT})

    assert teams.deliver(activity).status_code == 200
    assert titles(world) == ["counted"]
