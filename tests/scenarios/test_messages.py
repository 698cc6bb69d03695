"""What somebody wrote in a chat becomes a case, or a remark of one, from the message's own menu; until then it is not in the case."""

import json

import sqlalchemy as sa

from app.tickets import as_comment
from bots.slack.gestures import permalink
from bots.teams.reading import text_of
from core.cases.model import Case, Note
from core.cases.queries import case, notes_of
from core.engine.db.tables.cases import cases
from tests.harness.faces import Face, SlackFace, TeamsFace
from tests.harness.questions import ask
from tests.harness.slack_face import interaction
from tests.harness.world import ANA, CHANNELS, DORA, VIC, World

SAID = "Their invoice doubled. Why?\nThey have two seats more since May."
LINKS = {
    "slack": "https://partner.slack.com/archives/C0BILLING/p1763888400000200?thread_ts=1763888300.000100&cid=C0BILLING",
    "teams": "https://teams.microsoft.com/l/message/",
}


def newest(world: World) -> Case:
    with world.house.desk.reading() as connection:
        return case(connection, connection.scalar(sa.select(sa.func.max(cases.c.id))) or 0)


def remarks(world: World, case_id: int) -> list[Note]:
    with world.house.desk.reading() as connection:
        return notes_of(connection, case_id)


def test_a_message_becomes_a_case_with_its_words_its_author_and_the_way_back(world: World, face: Face) -> None:
    world.route(face.name, "question")
    ask(world)

    form = face.on_message("new", SAID, author="UOLA", by=ANA)
    assert form.fields["title"] == "Their invoice doubled. Why?"
    assert form.fields["text"] == SAID
    assert form.fields["said_by"] == "UOLA"
    made = face.fill(form, by=ANA, customer="id:1")
    world.settle()

    found = newest(world)
    assert found.number in made
    assert (found.title, found.requestor) == ("Their invoice doubled. Why?", "UOLA")
    assert found.message.startswith(LINKS[face.name])
    assert [note.body for note in remarks(world, found.id)] == [SAID]
    card = face.channel()
    assert any(found.message in text for text in card.markup) or found.message.replace("&", "&amp;") in str(card.markup)
    assert "Talk in threads is not in the case until somebody adds it" in card


def test_a_message_is_added_to_a_case_as_a_remark_with_the_way_back(world: World, face: Face) -> None:
    case_id = ask(world)

    form = face.on_message("add_message", SAID, author="UOLA", by=ANA)
    assert set(form.inputs) == {"case", "text"}
    face.fill(form, by=ANA, case=str(case_id))

    kept = remarks(world, case_id)[0]
    assert kept.body == f"UOLA wrote in the chat:\n{SAID}"
    assert kept.link.startswith(LINKS[face.name])
    assert "message in the chat" in str(face.type(f"case {case_id}", by=ANA).raw)


def test_a_case_nobody_has_is_named_beside_its_field_and_nothing_is_kept(world: World, face: Face) -> None:
    case_id = ask(world)

    form = face.on_message("add_message", SAID, author="UOLA", by=ANA)
    refused = face.fill(form, by=ANA, case="a case of beer")

    assert "case" in refused.errors
    assert remarks(world, case_id) == []


def test_the_field_of_the_case_looks_cases_up(world: World, face: Face) -> None:
    case_id = ask(world)

    assert face.suggest("add_message", "case", "invoice", by=ANA) == {
        str(case_id): f"C-{case_id} Why is my invoice higher than last month?"
    }


def test_who_may_not_work_on_cases_and_whom_nobody_knows_get_no_form(world: World, face: Face) -> None:
    ask(world)

    for action in ("new", "add_message"):
        assert "needs a role you do not hold" in face.on_message(action, SAID, author="UOLA", by=VIC)
        assert not face.on_message(action, SAID, author="UOLA", by=DORA).is_form


def test_a_message_of_any_length_or_of_pictures_only_still_opens_the_form(world: World, face: Face) -> None:
    ask(world)

    long = face.on_message("new", "a" * 9000, author="N" * 900, by=ANA)
    empty = face.on_message("new", "", author="UOLA", by=ANA)

    assert long.fields["text"].endswith("…")
    assert len(long.fields["text"]) == 3000
    assert len(long.fields["title"]) == 120
    assert empty.fields["title"] == ""
    assert empty.is_form


def test_a_link_that_somebody_put_in_its_place_is_refused(world: World, face: Face) -> None:
    case_id = ask(world)
    form = face.on_message("add_message", SAID, author="UOLA", by=ANA)

    if face.name == "slack":
        carried = json.loads(form.raw["private_metadata"])
        carried["given"]["link"] = "javascript:alert(1)"
        form.raw["private_metadata"] = json.dumps(carried)
    else:
        submit = next(b for b in form.buttons.values() if "form" in b["data"])
        submit["data"]["form"]["given"]["link"] = "javascript:alert(1)"
    refused = face.fill(form, by=ANA, case=str(case_id))

    assert "Nothing was written: the link to the message is no web address" in refused
    assert remarks(world, case_id) == []


def test_the_remark_takes_the_way_back_along_into_the_ticket(world: World, face: Face) -> None:
    case_id = ask(world)

    face.fill(face.on_message("add_message", SAID, author="UOLA", by=ANA), by=ANA, case=str(case_id))

    written = remarks(world, case_id)[0]
    assert as_comment(written) == f"{written.body}\n\n{written.link}"


def test_people_of_another_company_in_a_shared_channel_get_nothing(world: World) -> None:
    ask(world)
    slack, teams = SlackFace(world), TeamsFace(world)

    theirs = slack.shortcut("new", SAID, "UOLA", ANA)
    theirs["user"]["team_id"] = "T9999"
    assert slack.deliver(interaction(theirs)).data == b""
    guest = teams.invoke("composeExtension/fetchTask", teams.menu("new", SAID, "UOLA"), ANA, CHANNELS["teams"])
    guest["from"] |= {"tenantId": "tenant-2"}
    assert teams.deliver(guest).data == b""

    assert world.local_slack.ledger.opened == []
    assert [call.method for call in world.local_slack.ledger.calls if call.method == "users.info"] == []


def test_slack_that_does_not_tell_a_name_or_is_late_does_not_keep_the_form_from_opening(world: World) -> None:
    ask(world)
    slack = SlackFace(world)
    world.local_slack.methods.strangers.add("UOLA")

    assert slack.on_message("new", SAID, author="UOLA", by=ANA).fields["said_by"] == ""

    late = slack.shortcut("new", SAID, "UOLA", ANA)
    late["trigger_id"] = "1.expired"
    slack.deliver(interaction(late))
    told = world.local_slack.ledger.responses[late["response_url"].rpartition("/")[2]][-1]
    assert "Open form" in json.dumps(told)
    assert "p1763888400000200" in json.dumps(told)


def test_the_address_of_a_message_is_told_only_from_what_slack_says() -> None:
    said = {"team": {"domain": "partner"}, "channel": {"id": "C1"}, "message": {"ts": "1.2"}}

    assert permalink(said) == "https://partner.slack.com/archives/C1/p12"
    assert permalink(said | {"team": {"domain": "evil.example/"}}) == ""
    assert permalink({}) == ""


def test_a_message_of_teams_is_read_without_its_markup() -> None:
    body = {"contentType": "html", "content": "<div>One<br>two &lt;3 <b>three</b> <img alt='🎉'></div><p>four</p>"}

    assert text_of(body) == "One\ntwo <3 three 🎉\nfour"
    assert text_of({"contentType": "text", "content": " <b> "}) == "<b>"
    assert text_of({}) == ""
