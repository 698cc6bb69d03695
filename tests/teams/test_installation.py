"""Where the desk may speak: learnt from installations, kept while they last, and nothing written for what is known."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.engine.db.tables.people import conversations, identities
from core.people.queries import address_of, place_of
from tests.harness.faces import TeamsFace
from tests.harness.world import ANA, CHANNELS, DORA, TENANT, World


def update(face: TeamsFace, kind: str, conversation: str, **more: Any) -> int:
    activity = face.message("", ANA, conversation) | {"type": kind} | more
    activity.pop("text")
    return int(face.deliver(activity).status_code)


def personal(world: World) -> Any:
    with world.house.desk.reading() as connection:
        return address_of(connection, "teams", TENANT, ANA.teams)


def place(world: World) -> Any:
    with world.house.desk.reading() as connection:
        return place_of(connection, "teams", TENANT, CHANNELS["teams"])


def test_an_installation_makes_a_member_reachable_and_its_end_unreachable(world: World) -> None:
    world.hire(ANA)
    face = TeamsFace(world)

    assert update(face, "installationUpdate", f"a:{ANA.teams}", action="add") == 200
    assert personal(world)["personal"] == f"a:{ANA.teams}"
    assert personal(world)["user"] == f"29:{ANA.teams}"

    assert update(face, "installationUpdate", f"a:{ANA.teams}", action="remove") == 200
    assert personal(world) == {}


def test_a_channel_is_reachable_while_the_app_is_in_its_team(world: World) -> None:
    face = TeamsFace(world)

    update(face, "conversationUpdate", CHANNELS["teams"], membersAdded=[{"id": "28:app-1"}])
    address, reachable = place(world)
    assert reachable
    assert address == {"service_url": world.local_teams.service_url, "bot": "28:app-1"}

    update(face, "conversationUpdate", CHANNELS["teams"], membersRemoved=[{"id": "28:app-1"}])
    assert place(world)[1] is False

    update(face, "conversationUpdate", CHANNELS["teams"], membersRemoved=[{"id": "29:somebody-else"}])
    assert place(world)[1] is True


def test_a_stranger_is_not_kept(world: World) -> None:
    face = TeamsFace(world)

    face.type("help", by=DORA)

    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(identities)) == 0
        assert connection.scalar(sa.select(sa.func.count()).select_from(conversations)) == 0


def test_speaking_in_a_channel_does_not_forget_the_personal_chat(world: World) -> None:
    world.hire(ANA)
    face = TeamsFace(world)
    face.type("help", by=ANA)

    face.mention("help", by=ANA)

    assert personal(world)["personal"] == f"a:{ANA.teams}"


def test_the_personal_chat_is_made_once(world: World) -> None:
    world.hire(ANA)
    face = TeamsFace(world)

    face.mention("help", by=ANA)
    face.mention("help", by=ANA)

    assert [call for call, _, _ in world.local_teams.ledger.calls].count("create") == 1


def test_a_read_writes_nothing_once_its_reader_is_known(world: World) -> None:
    world.hire(ANA)
    face = TeamsFace(world)
    face.mention("help", by=ANA)
    face.mention("help", by=ANA)
    statements: list[str] = []
    sa.event.listen(world.house.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    assert "Billing Desk" in face.mention("help", by=ANA)

    assert statements
    assert all(statement.startswith(("SELECT", "BEGIN")) for statement in statements)


@pytest.mark.parametrize("wrong", [{"userRole": "guest"}, {"aadObjectId": None}, {"tenantId": "another"}])
def test_guests_and_people_of_other_tenants_get_nothing(world: World, wrong: dict[str, Any]) -> None:
    world.hire(ANA)
    face = TeamsFace(world)
    activity = face.message("help", ANA, CHANNELS["teams"])
    activity["from"] |= wrong

    assert face.deliver(activity).status_code == 200

    assert world.local_teams.ledger.calls == []
