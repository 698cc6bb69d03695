"""In which language and zone somebody reads the desk: from the chat's own profile at first contact, or as they chose; a channel's cards;
what is sent to a customer."""

import pytest

from core.cases.commands import OpenCase
from core.customers.queries import customer
from core.engine.db.tables.engine import journal
from core.engine.errors import NotAllowed
from core.engine.transaction import Actor
from core.people.commands import AddStaff, ChooseReading, SetPlaceReading
from core.people.model import Role
from core.people.queries import by_handle
from tests.harness.faces import FACES, Face
from tests.harness.questions import acting, ask
from tests.harness.world import ADA, ANA, BEN, DORA, TEAM, TENANT, VIC, Persona, World
from tests.scenarios.test_watching import hear

NEW = Persona("nina", "Nina New", (Role.AGENT,))


def newcomer(world: World) -> None:
    """Somebody of whom the desk knows neither language nor zone yet."""
    identities = (("slack", TEAM, NEW.slack), ("teams", TENANT, NEW.teams))
    world.do(AddStaff(handle=NEW.handle, name=NEW.name, roles=NEW.roles, identities=identities))


def reads(world: World, who: Persona) -> tuple[str, str]:
    with world.house.desk.reading() as connection:
        found = by_handle(connection, who.handle)
    return found.locale, found.zone


def test_the_chats_profile_counts_from_the_first_contact_on_until_one_chooses(world: World, face: Face) -> None:
    newcomer(world)
    world.local_slack.methods.profiles[NEW.slack] = {"locale": "pl-PL", "tz": "Asia/Tokyo"}
    assert reads(world, NEW) == ("", "")

    face.type("help", by=NEW)
    assert reads(world, NEW) == (("pl-PL", "Asia/Tokyo") if face.name == "slack" else ("en-GB", "Europe/Warsaw"))
    assert "You read the desk in this language from now on: English" in face.type("language English", by=NEW)
    face.type("zone new york", by=NEW)

    assert reads(world, NEW) == ("en", "America/New_York")
    face.type("language chat", by=NEW)
    face.type("strefa czat" if face.name == "slack" else "zone auto", by=NEW)
    face.type("help", by=NEW)
    assert reads(world, NEW) == (("pl-PL", "Asia/Tokyo") if face.name == "slack" else ("en-GB", "Europe/Warsaw"))


def test_somebody_of_whom_slack_says_nothing_is_answered_all_the_same(world: World) -> None:

    newcomer(world)
    face = FACES["slack"](world)
    world.local_slack.methods.profiles[NEW.slack] = {"locale": "", "tz": ""}

    assert "help" in str(face.type("help", by=NEW)).lower()
    assert reads(world, NEW) == ("", "")


def test_what_is_said_told_and_shown_follows(world: World, face: Face) -> None:
    case_id = ask(world)
    face.write("help", by=ANA)

    assert "Od teraz czytasz biurko w tym języku: polski" in face.type("language polski", by=ANA)
    face.type("strefa Ateny", by=ANA)
    face.type(f"obserwuj {case_id}", by=ANA)
    hear(world, 1, "Any news?")
    world.settle()

    assert f"Klient napisał w C-{case_id}" in face.told(ANA)
    assert "11:00 EET" in face.type("język", by=ANA)
    assert "Prowadzi" in face.type(f"case {case_id}", by=ANA)
    assert "Owner" in face.type(f"case {case_id}", by=VIC)
    assert "You read the desk in this language" in face.type("język angielski", by=ANA)


def test_the_choices_are_buttons_too(world: World, face: Face) -> None:
    world.hire(ANA)

    shown = face.write("language", by=ANA)
    assert {"English", "polski"} <= set(shown.buttons)
    face.click(shown, "polski", by=ANA)

    assert reads(world, ANA)[0] == "pl"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("language polsky", "Did you mean polski?"),
        ("language deutsch", "English, polski"),
        ("zone Europe/Warsav", "Write it like Europe/Warsaw"),
        ("zone nowhere at all", "Write it like"),
        ("zone Louisville", "America/Kentucky/Louisville"),
        ("language here chat", "have no profile of their own"),
        ("zone here ../../etc/passwd", "no time zone I know"),
        ("language here", "language is missing"),
    ],
)
def test_what_is_not_known_is_answered_with_the_nearest_right_form(typed: str, says: str, world: World, face: Face) -> None:
    world.hire(ADA)

    assert says in face.type(typed, by=ADA)
    assert reads(world, ADA) == ("", "Europe/Warsaw") or reads(world, ADA)[0].startswith("en")


def test_an_admin_sets_a_channels_language_and_its_open_cards_are_drawn_anew(world: World, face: Face) -> None:
    world.hire(ADA)
    world.route(face.name, "question")
    ask(world)
    case_id = world.do(OpenCase(title="A call", customer_id=1)).ids["case_id"]
    world.settle()
    assert "Owner" in face.channel()

    assert "Cards in this channel are in this language from now on: polski" in face.mention("language here polski", by=ADA)
    world.settle()

    assert f"C-{case_id}" in face.channel()
    assert "Prowadzi" in face.channel()
    face.mention("zone here Asia/Tokyo", by=ADA)
    face.mention("language here en", by=ADA)
    world.settle()
    assert "Owner" in face.channel()
    assert "Owner" in face.type(f"case {case_id}", by=ADA)


def test_only_an_admin_speaks_for_a_channel_and_only_where_cards_come(world: World, face: Face) -> None:
    ask(world)
    world.hire(ADA)

    assert "no cards come to this conversation" in face.write("language here polski", by=ADA)
    world.route(face.name, "question")
    for who in (ANA, VIC, BEN):
        assert "needs a role you do not hold" in face.mention("language here polski", by=who)
    with pytest.raises(NotAllowed):
        world.do(SetPlaceReading(conversation_id=1, locale="pl"), acting(world, ANA))


def test_what_a_customer_is_sent_is_set_by_who_works_on_cases(world: World, face: Face) -> None:
    case_id = ask(world)

    assert "Nowak i Syn is in this language from now on: English" in face.type("language for Nowak i Syn English", by=ANA)
    assert "English" in face.type("customer Nowak", by=VIC)
    assert "English" in face.type(f"reply {case_id} The price rose.", by=ANA)
    assert "needs a role you do not hold" in face.type("language for Nowak polski", by=VIC)
    face.type("język dla Nowak polski", by=ANA)

    with world.house.desk.reading() as connection:
        assert customer(connection, 1).locale == "pl"


def test_a_stranger_and_the_desk_itself_choose_nothing(world: World, face: Face) -> None:
    world.hire(ADA)

    assert "language from now on" not in face.type("language polski", by=DORA)
    with pytest.raises(Exception, match="only_people_read"):
        world.do(ChooseReading(locale="pl"), Actor("system", "cli"))


def test_choosing_is_in_the_journal_and_the_same_again_is_not(world: World, face: Face) -> None:
    world.hire(ANA)

    for _ in range(2):
        face.type("language polski", by=ANA)

    with world.house.desk.reading() as connection:
        rows = list(connection.scalars(journal.select().with_only_columns(journal.c.event).where(journal.c.event == "reading_chosen")))
    assert rows == ["reading_chosen"]
