"""Every form and every button works in both chats, and so does every surface beside the verbs'."""

from dataclasses import replace
from functools import partial

from core.cases.commands import OpenCase
from core.chat.table import TABLE
from core.collections.commands import ApplyPolicy
from core.collections.shipped import SHIPPED
from core.customers.commands import ConfirmLink
from core.customers.model import LinkKind
from core.people.commands import AddStaff
from core.people.model import Role
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face, SlackFace, TeamsFace
from tests.harness.letters import given_up
from tests.harness.notices import apply_texts, connect_mail
from tests.harness.parity import NOTES
from tests.harness.questions import REQUESTOR, ask
from tests.harness.receivables import customer_with_payer, feed
from tests.harness.saying import fill, fill_notice, suspended
from tests.harness.scenes import tab
from tests.harness.suspensions import ripe
from tests.harness.world import ADA, ANA, BEN, FAY, Persona, World
from tests.scenarios.test_compare import OCTOBER, SEPTEMBER
from tests.scenarios.test_linking import CODE


def test_every_form_and_button_about_money_works(world: World, local: LocalPartnerCenter, face: Face) -> None:
    case_id = ripe(world, local).case_id
    given = {
        "They say they paid…": {"amount": "23 PLN", "day": "2026-11-23", "evidence": "confirmation"},
        "Promise to pay…": {"amount": "23 PLN", "promised_on": "2026-11-24", "how": "by bank"},
        "Dispute…": {"invoice": "F/1", "amount": "20 PLN", "reason": "too many seats"},
        "Hold…": {"hold_kind": "goodwill", "last_day": "2026-11-24", "reason": "a fire"},
    }
    for label, values in given.items():
        assert not face.fill(face.click(face.type(f"case {case_id}", by=ANA), label, by=ANA), by=ANA, **values).errors, label
    for label, by, values in (
        ("Withdraw PAY-1…", ANA, {}),
        ("Replace P-1…", ANA, {"promised_on": "2026-11-26"}),
        ("Withdraw P-2…", ANA, {}),
        ("Override D-1…", FAY, {}),
        ("Close D-1…", ANA, {"outcome": "accepted"}),
        ("Release H-1…", ANA, {}),
    ):
        shown = face.click(face.type(f"case {case_id}", by=by), "What holds it back", by=by)
        assert not face.fill(face.click(shown, label, by=by), by=by, reason="because", **values).errors, label


def test_the_buttons_of_a_notice_work(world: World, local: LocalPartnerCenter, face: Face) -> None:
    case_id = ripe(world, local).case_id
    face.type(f"start {case_id}", by=ANA)
    world.settle()
    apply_texts(world)
    connect_mail(world)

    assert "the next notice" in face.click(face.type(f"case {case_id}", by=ANA), "Next notice", by=ANA)
    face.click(face.type(f"case {case_id}", by=ANA), "Let the desk send it", by=ANA)
    assert "Let the desk send it" not in face.type(f"case {case_id}", by=ANA).buttons


def test_every_form_and_button_of_a_case_works(world: World, face: Face) -> None:
    pressed: set[str] = set()
    ask(world)

    for number, label in enumerate(labels(world, face)):
        about = {"ticket_connection": "helpdesk", "ticket": str(number), "requestor": REQUESTOR}
        case_id = world.do(OpenCase(title="Why?", customer_id=None if label == "Match" else 1, **about)).ids["case_id"]
        seen = face.click(face.type(f"case {case_id}", by=ANA), label, by=ANA)
        if seen.is_form:
            fill(face, seen, ANA)
        pressed.add(label)

    assert {"Take", "Note", "Resolve", "Match", "Assign", "Triage", "Not billing"} <= pressed
    fill(face, face.type("new", by=ANA), ANA)


def labels(world: World, face: Face) -> list[str]:
    """What the cards of an unmatched and of a matched case offer."""
    unmatched = world.do(OpenCase(title="Whose?", ticket_connection="helpdesk", ticket="u", requestor=REQUESTOR)).ids["case_id"]
    return list({**face.type(f"case {unmatched}", by=ANA).buttons, **face.type("case 101", by=ANA).buttons})


def test_a_case_goes_from_hand_to_hand_and_back_from_microsoft(world: World, face: Face) -> None:
    case_id = ask(world)

    fill(face, face.type(f"handover {case_id}", by=ANA), ANA)
    face.type(f"wait {case_id} microsoft", by=ANA)
    face.click(face.type(f"case {case_id}", by=ANA), "Our turn again", by=ANA)

    assert "Our turn again" not in face.type(f"case {case_id}", by=ANA).buttons


def test_every_form_about_people_works(world: World, face: Face) -> None:
    world.hire(ADA, ANA, Persona("iga", "Iga New", (Role.AGENT, Role.VIEWER)))

    for verb in ("away", "staff add", "staff role", "staff remove"):
        fill(face, face.type(verb, by=ADA), ADA)


def test_the_buttons_of_a_case_that_needs_help_work(world: World, face: Face) -> None:
    case_id = ask(world)
    world.do(ConfirmLink(customer_id=1, kind=LinkKind.TENANT, connection="partner_center", external="11111111-aaaa"))

    face.type(f"escalate {case_id} Nobody here can explain it.", by=ANA)
    face.click(face.type(f"case {case_id}", by=ANA), "I see to it", by=ANA)
    form = face.click(face.type(f"case {case_id}", by=ANA), "Escalate…", by=ANA)
    packet = face.fill(form, by=ANA, text="The same seats are billed twice", to="microsoft")
    written = {"summary": "Billed twice", "tried": "Compared two months"}
    assert "Problem summary: Billed twice" in face.fill(packet, by=ANA, **written)
    form = face.click(face.type(f"case {case_id}", by=ANA), "Microsoft…", by=ANA)
    assert not face.fill(form, by=ANA, number="2411190040001234").errors

    assert "2411190040001234" in face.type(f"case {case_id}", by=ANA)


def test_an_answer_s_and_a_closed_case_s_buttons_work(world: World, face: Face) -> None:
    case_id = ask(world)

    preview = face.type(f"reply {case_id} The price rose.", by=ANA)
    queued = face.click(preview, "Send to the customer", by=ANA)
    face.click(queued if queued.buttons else face.type(f"case {case_id}", by=ANA), "Undo sending", by=ANA)
    face.type(f"reply {case_id} The price rose.", by=ANA)
    face.type(f"send {case_id}", by=ANA)
    face.click(face.type(f"case {case_id}", by=ANA), "Undo sending", by=ANA)
    face.type(f"resolve {case_id} yes", by=ANA)
    face.click(face.type(f"case {case_id}", by=ANA), "Reopen", by=ANA)

    assert "Take" in face.type(f"case {case_id}", by=ANA).buttons or "Resolve" in face.type(f"case {case_id}", by=ANA).buttons


def test_every_entry_of_a_message_s_own_menu_works(world: World, face: Face) -> None:
    case_id = ask(world)

    for action in TABLE.on_messages():
        form = face.on_message(action.name, "Their invoice doubled. Why?", author="UOLA", by=ANA)
        assert not face.fill(form, by=ANA, **({"case": str(case_id)} if "case" in form.inputs else {})).errors


def test_the_buttons_of_one_s_home_work(world: World, face: Face) -> None:
    face.type(f"take {ask(world)}", by=ANA)

    seen = face.write("home", by=ANA)

    assert "Show C-101" in face.click(seen, "Refresh", by=ANA).buttons
    assert "C-101" in face.click(seen, "Show C-101", by=ANA)
    assert "C-101" in face.click(seen, "Whole queue", by=ANA) or "queue" in str(face.told(ANA)).lower()
    fill(face, face.click(seen, "New case", by=ANA), ANA)


def test_the_button_of_what_one_is_told_works(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)

    world.move(hours=3)

    assert f"C-{case_id}" in face.click(face.told(ANA), "Show the case", by=ANA)


def test_a_reminder_is_snoozed_and_taken_up_again_by_its_buttons(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    world.move(hours=3)

    form = face.click(face.told(ANA), "Snooze…", by=ANA)
    assert not face.fill(form, by=ANA, until="in 2 hours", reason="They call back").errors
    face.click(face.type(f"case {case_id}", by=ANA), "Remind me again", by=ANA)

    assert "They call back" not in face.type(f"case {case_id}", by=ANA)


def test_what_one_wants_to_hear_is_changed_by_its_button(world: World, face: Face) -> None:
    world.hire(ANA)

    form = face.click(face.type("prefs", by=ANA), "Change…", by=ANA)
    assert not face.fill(form, by=ANA, late="digest").errors

    assert "in the morning" in face.type("prefs", by=ANA)


def test_every_button_of_a_request_works(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="newer"), text=""))

    face.click(face.type(f"case {story.case_id}", by=ANA), "Start reminders", by=ANA)
    assert "collections policy" in face.click(face.type(f"case {story.case_id}", by=FAY), "Ladder", by=FAY)
    assert "newer" in face.click(face.type(f"policy {story.case_id}", by=FAY), "Follow the new policy", by=FAY)
    assert "Nowak" in face.click(face.type("customer Nowak", by=ANA), "What can be cancelled", by=ANA)
    fill_notice(face, face.click(face.type(f"case {story.case_id}", by=ANA), "Record a notice", by=ANA))
    face.fill(face.click(face.type(f"case {story.case_id}", by=ANA), "Suspend…", by=ANA), by=ANA, reason="Silent for six weeks")
    face.fill(face.click(face.type("suspension S-1", by=BEN), "Refuse…", by=BEN), by=BEN, reason="Not yet")
    face.click(face.type("suspension S-1", by=ANA), "Ask again", by=ANA)
    face.fill(face.click(face.type("suspension S-2", by=ANA), "Withdraw", by=ANA), by=ANA, reason="They called")
    face.click(face.type("suspension S-2", by=ANA), "Ask again", by=ANA)
    suspended(story, face, "S-3")
    face.fill(face.click(face.type("suspension S-3", by=BEN), "Restore…", by=BEN), by=BEN, reason="Paid in cash")

    assert [made.state for made in story.restores()]
    story.settle_for()
    face.click(face.type("suspension S-3", by=ANA), "Set by hand: read it back", by=ANA)


def test_the_buttons_of_what_was_given_up_work(world: World, face: Face) -> None:
    world.hire(ADA)
    face.write("help", by=ADA)
    numbers = [given_up(world) for _ in range(11)]
    world.move(minutes=2)

    listed = face.click(face.told(ADA), "Show them", by=ADA)
    further = face.click(listed, "Next", by=ADA)
    assert f"Show {numbers[10]}" in further.buttons
    assert f"Show {numbers[0]}" in face.click(further, "From the start", by=ADA).buttons
    shown = face.click(listed, f"Show {numbers[0]}", by=ADA)
    fill(face, face.click(shown, "Discard…", by=ADA), ADA)
    shown = face.click(listed, f"Show {numbers[1]}", by=ADA)
    assert "handled again" in face.click(shown, "Handle it again", by=ADA)
    assert "9 deliveries wait" in face.click(shown, "All that were given up", by=ADA)


def test_every_button_to_what_was_found_works(world: World, face: Face) -> None:
    ask(world)
    customer_with_payer(world)
    feed(world, SEPTEMBER, OCTOBER)
    for number in range(5):
        world.do(OpenCase(title=f"Licence {number}", customer_id=1))

    assert "Nowak i Syn" in face.click(face.type("find nowak syn", by=ANA), "Nowak i Syn", by=ANA)
    assert "What Nowak owes" in face.click(face.type(f"find {SEPTEMBER.number}", by=ANA), "Nowak sp. z o.o.", by=ANA)
    pages = face.click(face.type("find licence", by=ANA), "All cases", by=ANA)
    assert "Found for" in face.click(pages, "Everything", by=ANA)


def test_every_surface_is_answered(world: World, face: Face) -> None:
    """Each is what docs/parity.md says of it: a raw payload comes in there, and what is promised is seen."""
    world.route(face.name, "question")
    case_id, on = ask(world), partial(NOTES.on, face.name)
    world.hire(ADA)
    world.settle()
    with on("card"):
        face.click(face.channel(), "Take", by=ANA)
        world.settle()
        assert "Take" not in face.channel().buttons
    with on("dots"):
        card = face.type(f"case {case_id}", by=ANA)
        behind = card.buttons["Watch" if face.name == "slack" else "Assign"]
        assert behind.get("type") == "overflow" or behind.get("mode") == "secondary", behind
        face.click(card, "Watch", by=ANA)
        face.click(face.type(f"case {case_id}", by=ANA), "Stop watching", by=ANA)
    with on("thread"):
        assert "Why is my invoice" in face.mention(f"case {case_id}", by=ANA, thread="1763888400.000100")
    with on("search"):
        assert face.suggest("owed", "customer", "nowak", by=ANA) == {"id:1": "Nowak i Syn"}
    with on("refused"):
        refused = face.fill(face.type("away", by=ANA), by=ANA, until="yesterday")
        assert refused.errors, str(refused)
    with on("menu"):
        assert face.on_message("add_message", "Their invoice doubled.", author="UOLA", by=ANA).is_form
    with on("undo"):
        queued = face.click(face.type(f"reply {case_id} The price rose.", by=ANA), "Send to the customer", by=ANA)
        face.click(queued if queued.buttons else face.type(f"case {case_id}", by=ANA), "Undo sending", by=ANA)
        assert "Undo sending" not in face.type(f"case {case_id}", by=ANA).buttons


def test_what_is_each_chat_s_own_is_answered(world: World, local: LocalPartnerCenter, face: Face) -> None:
    on = partial(NOTES.on, face.name)
    ripe(world, local)
    world.hire(ADA)
    face.fill(face.type("suspend 101", by=ANA), by=ANA, reason="Silent for six weeks", at_term_end="cancel")
    with on("asked"):
        shown = face.type("suspension S-1", by=BEN)
        asks = shown.buttons["Approve"]
        assert "confirm" in asks or "confirm" in asks["data"], "it asks first"
        face.click(shown, "Approve", by=BEN)
        assert "Approve" not in face.type("suspension S-1", by=BEN).buttons
    with on("link"):
        world.do(AddStaff(handle="ola", name="Ola New", roles=(Role.AGENT,)))
        code = CODE.search(str(face.type("link code for ola", by=ADA)))
        assert code
        assert "You are Ola New" in face.type(f"link {code[0]}", by=Persona("ola", "Ola New", ()))
    if isinstance(face, SlackFace):
        with on("private"):
            assert face.mention("queue", by=ANA).raw["user"] == ANA.slack
    with on("page"):
        if isinstance(face, SlackFace):
            assert "waits for" in tab(face)
        elif isinstance(face, TeamsFace):
            installed = face.message("", ANA, f"a:{ANA.teams}") | {"type": "installationUpdate", "action": "add"}
            assert face.deliver(installed).status_code == 200
            assert "What waits for Ana Agent" in face.told(ANA)
