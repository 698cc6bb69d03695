"""Fields that depend on an answer: they come and go with it, nothing typed is lost, and what is not asked for counts for nothing."""

import json

import pytest

from core.cases.model import State
from core.cases.queries import case
from core.customers.commands import AddCustomer
from tests.harness.faces import Face, Seen, SlackFace, TeamsFace
from tests.harness.practice import practise, titles
from tests.harness.questions import ask
from tests.harness.slack_face import interaction
from tests.harness.world import ANA, World

one_store = pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def practice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    practise(world, monkeypatch)
    world.hire(ANA)


def test_fields_come_with_the_answer_that_asks_for_them_and_what_was_typed_stays(face: Face) -> None:
    form = face.type("appeal", by=ANA)
    assert not {"phone", "address", "remark", "because", "discount"} & form.inputs.keys()

    mail = face.answer(form, "way", "mail", by=ANA)
    assert {"way", "address", "remark", "sure", "customer"} == mail.inputs.keys()
    phone = face.answer(mail, "way", "phone", by=ANA, address="ala@nowak.example", sure="yes")
    assert {"way", "phone", "sure", "because", "customer"} == phone.inputs.keys()
    assert phone.fields["sure"] == "yes"
    again = face.answer(phone, "way", "mail", by=ANA, because="They asked twice")

    assert (again.fields["address"], again.fields["because"]) == ("ala@nowak.example", "They asked twice")
    assert not again.errors
    face.send(again, by=ANA)
    assert titles(face.world) == ["mail address=ala@nowak.example because=They asked twice"]


def test_an_answer_in_a_search_field_brings_its_field(world: World, face: Face) -> None:
    customer_id = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    form = face.answer(face.type("appeal", by=ANA), "way", "mail", by=ANA)

    asked = face.answer(form, "customer", f"id:{customer_id}", by=ANA, address="a@b")
    assert "Nowak" in str(asked.inputs["customer"])
    refused = face.send(asked, by=ANA)

    assert refused.errors.keys() == {"discount"}
    face.send(refused, by=ANA, discount="5 %")
    assert titles(world) == ["mail address=a@b discount=5 %"]


def test_a_required_field_that_was_never_shown_is_asked_for_beside_it(face: Face) -> None:
    form = face.answer(face.type("appeal", by=ANA), "way", "phone", by=ANA)

    refused = face.send(form, by=ANA, way="mail", phone="+48 22 000 00 00")  # sent in before its fields could follow

    assert refused.is_form
    assert "what was chosen asks for more" in refused
    assert "needed with what was chosen" in str(refused)
    assert refused.fields["way"] == "mail"
    assert titles(face.world) == []
    face.send(refused, by=ANA, address="ala@nowak.example")
    assert titles(face.world) == ["mail address=ala@nowak.example"]


def test_a_field_that_may_be_left_out_is_shown_once_before_it_counts_as_left_out(world: World, face: Face) -> None:
    customer_id = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    form = face.answer(face.type("appeal", by=ANA), "way", "phone", by=ANA)

    again = face.send(form, by=ANA, phone="1", customer=f"id:{customer_id}")
    assert "discount" in again.inputs
    assert not again.errors
    face.send(again, by=ANA)

    assert titles(world) == ["phone phone=1"]


def test_a_value_of_a_field_that_does_not_matter_is_ignored(world: World, face: Face) -> None:
    form = face.answer(face.type("appeal", by=ANA), "way", "phone", by=ANA)

    smuggled(face, form)

    assert titles(world) == ["phone phone=1"]


def smuggled(face: Face, form: Seen) -> None:
    """Send the form with values of fields that are not in it, as nobody's client would."""
    if isinstance(face, SlackFace):
        payload = face.submission(form, ANA, form.typed | {"phone": "1"})
        for name in ("address", "because", "discount"):
            payload["view"]["state"]["values"][name] = {"value": {"type": "plain_text_input", "value": "x"}}
        assert face.deliver(interaction(payload)).status_code == 200
    elif isinstance(face, TeamsFace):
        submit = form.buttons["Send"]["data"]
        data = {**form.fields, **submit, "phone": "1", "address": "x", "because": "x", "discount": "x"}
        assert face.deliver(face.invoke("task/submit", {"data": data}, ANA)).status_code == 200


def test_typed_what_does_not_matter_is_left_out_and_what_is_missing_is_asked(world: World, face: Face) -> None:
    form = face.type("appeal mail ala@nowak.example", by=ANA)
    assert titles(world) == ["mail address=ala@nowak.example"]
    assert not form.is_form

    asked = face.type("appeal mail", by=ANA)
    assert {"address", "remark"} <= asked.inputs.keys()
    assert asked.fields["way"] == "mail"


def test_a_conditional_form_sent_in_twice_has_one_effect(world: World, face: Face) -> None:
    form = face.answer(face.type("appeal", by=ANA), "way", "mail", by=ANA)

    face.send(form, by=ANA, address="ala@nowak.example")
    assert face.again() == 200
    face.send(form, by=ANA, address="bob@nowak.example")  # the same form, from another window

    assert titles(world) == ["mail address=ala@nowak.example"]


@one_store
def test_a_conditional_form_whose_trigger_expired_opens_by_a_button(world: World) -> None:
    slack = SlackFace(world)
    world.local_slack.triggers.life = 0.0
    late = slack.type("appeal mail", by=ANA)
    world.local_slack.triggers.life = 3.0
    assert list(late.buttons) == ["Open form"]

    form = slack.click(late, "Open form", by=ANA)

    assert {"address", "remark"} <= form.inputs.keys()
    slack.fill(form, by=ANA, address="a@b")
    slack.fill(slack.click(late, "Open form", by=ANA), by=ANA, address="c@d")  # another form, with a key of its own
    assert titles(world) == ["mail address=a@b", "mail address=c@d"]


@one_store
def test_in_slack_a_late_or_repeated_answer_draws_nothing_over_a_newer_one(world: World) -> None:
    slack = SlackFace(world)
    form = slack.type("appeal", by=ANA)
    first = interaction(slack.answered(form, "way", "phone", ANA))
    second = interaction(slack.answered(form, "way", "mail", ANA))  # pressed before the first was followed: of the same state

    slack.deliver(second)
    slack.deliver(first)
    slack.deliver(second)

    assert "address" in slack.open_now(form).inputs
    assert [call.error for call in world.local_slack.ledger.called("views.update")] == [""]


@one_store
def test_in_slack_two_quick_answers_end_with_the_newer_one(world: World) -> None:
    slack = SlackFace(world)
    form = slack.type("appeal", by=ANA)

    slack.answer(form, "way", "phone", by=ANA)
    shown = slack.answer(form, "way", "mail", by=ANA)  # its hash is that of before the first

    assert "address" in shown.inputs
    assert "phone" not in shown.inputs


@one_store
def test_in_slack_an_answer_over_another_process_s_work_changes_nothing_and_is_asked_for_on_sending(world: World) -> None:
    slack = SlackFace(world)
    form = slack.type("appeal", by=ANA)
    held = world.local_slack.ledger.opened[-1]
    held["view"] = {**held["view"], "hash": "another"}

    shown = slack.answer(form, "way", "mail", by=ANA)
    assert "address" not in shown.inputs
    assert world.local_slack.ledger.called("views.update")[-1].error == "hash_conflict"
    refused = slack.send(shown, by=ANA)

    assert "needed with what was chosen" in str(refused)
    slack.send(refused, by=ANA, address="a@b")
    assert titles(world) == ["mail address=a@b"]


@one_store
def test_in_slack_a_long_text_that_does_not_fit_beside_the_form_is_not_kept_and_the_form_still_opens(world: World) -> None:
    slack = SlackFace(world)
    form = slack.answer(slack.type("appeal", by=ANA), "sure", "yes", by=ANA, way="mail")

    form = slack.answer(form, "sure", "", by=ANA, because="x" * 2990)
    form = slack.answer(form, "sure", "yes", by=ANA)

    assert form.fields["because"] == ""
    assert len(json.dumps(form.raw["private_metadata"])) < 3000


def test_a_form_whose_answer_asks_for_nothing_more_is_sent_in_at_once(world: World, face: Face) -> None:
    case_id = ask(world)

    form = face.type(f"resolve {case_id}", by=ANA)
    assert list(form.inputs) == ["told"]
    assert not face.send(form, by=ANA, told="yes").is_form

    with world.house.desk.reading() as connection:
        assert case(connection, case_id).state is State.RESOLVED


@one_store
def test_in_teams_the_first_step_asks_only_what_decides(world: World) -> None:
    teams = TeamsFace(world)
    form = teams.type("appeal", by=ANA)

    assert list(form.inputs) == ["way"]
    assert list(form.buttons) == ["Next"]
    step = teams.answer(form, "way", "mail", by=ANA)
    assert list(step.buttons) == ["Show the fields for this choice", "Send"]
    assert not step.inputs["address"]["isRequired"]  # else nobody could change their mind without inventing one
    assert step.inputs["address"]["label"] == "Address *"
    assert teams.send(step, by=ANA).errors.keys() == {"address"}
