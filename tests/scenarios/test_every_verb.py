"""Every verb is answered wherever it may be typed, as its example says and in both languages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from core.cases.commands import OpenCase
from core.chat.showing.help import SAMPLE, example
from core.chat.table import TABLE
from core.chat.words import Words
from core.collections.commands import ApplyPolicy
from core.collections.shipped import SHIPPED
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.letters import given_up
from tests.harness.notices import apply_texts, connect_mail
from tests.harness.parity import OF_A_CHANNEL
from tests.harness.questions import REQUESTOR, ask
from tests.harness.receivables import feed
from tests.harness.saying import fill_notice, say, suspended, typed
from tests.harness.suspensions import ripe
from tests.harness.world import ADA, ANA, BEN, FAY, World, who_may
from tests.scenarios.test_compare import OCTOBER, SEPTEMBER

WAYS = ("slash", "mention", "personal")
OF_A_REQUEST = {
    "suspend",
    "suspension",
    "approve",
    "refuse",
    "changes",
    "revise",
    "stop",
    "ask_again",
    "restore",
    "term",
    "leave_off",
    "checked",
    "announce",
    "told",
    "carried",
    "runbook",
    "carry_on",
    "notice",
    "compare",
    "owed",
    "statement",
    "aging",
    "chart",
    "windows",
    "policy",
    "start",
    "replan",
    "preview",
    "deliver",
    "ticket",
    "evidence",
    "lift",
    "attest",
}
OF_MONEY = {  # in this order each finds what the one before it left
    "payment": "payment {case} 23 PLN today confirmation",
    "withdraw_payment": "withdraw payment PAY-1 not theirs",
    "promise": "promise {case} 23 PLN tomorrow by bank",
    "replace_promise": "replace promise P-1 20 PLN 2026-12-01 more time",
    "withdraw_promise": "withdraw promise P-2 by mistake",
    "dispute": "dispute {case} F/1 20 PLN too many seats",
    "override": "override D-1 the rest is not in question",
    "settle": "settle D-1 rejected the order is in the file",
    "hold": "hold {case} goodwill until tomorrow a fire",
    "release": "release H-1 they are back",
    "pauses": "pauses {case}",
}
MADE_READY: Mapping[str, tuple[str, ...]] = {  # what must have happened to the case before the verb means something
    "acknowledge": ("escalate {case} Nobody here can explain it.",),
    "back": ("away tomorrow 9",),
    "staff_remove": ("staff add eva agent",),
    "ours": ("wait {case} microsoft",),
    "reopen": ("resolve {case} yes",),
    "snooze": ("take {case}",),
    "wake": ("take {case}", "snooze {case} 2h soon"),
    "send": ("reply {case} The price rose.",),
    "unwatch": ("watch {case}",),
    "withdraw": ("reply {case} The price rose.", "send {case}"),
}


def facts_of(case_id: int) -> dict[str, str]:
    return {**SAMPLE, "case": str(case_id), "customer": "Nowak i Syn", "person": "ana"}


@pytest.mark.parametrize("way", WAYS)
def test_every_verb_about_a_question_is_answered_as_its_example_is_typed(way: str, world: World, face: Face) -> None:
    ask(world)
    world.route(face.name, "question")
    world.hire(ADA)

    for number, action in enumerate(a for a in TABLE.all if a.typed and a.name not in OF_A_REQUEST | OF_MONEY.keys()):
        about = {"ticket_connection": "helpdesk", "ticket": f"{way}-{number}", "requestor": REQUESTOR}
        facts = facts_of(world.do(OpenCase(title="Why?", customer_id=1, **about)).ids["case_id"])
        by = who_may(action.right)
        if "{delivery}" in action.example:
            facts |= {"delivery": given_up(world)}
        for line in MADE_READY.get(action.name, ()):
            face.type(line.format(**facts), by=by)

        line = example(Words("pl" if number % 2 else "en"), action, facts)
        is_private = way == "personal" or (way, face.name) == ("slash", "teams")
        if is_private and action.name in OF_A_CHANNEL:
            assert "no cards come to this conversation" in face.write(line, by=by)
            continue
        seen = say(face, way, line, by)

        assert str(seen), action.name
        if action.name == "language":
            face.type("language English", by=by)  # the rest is read in English again


@pytest.mark.parametrize("way", WAYS)
def test_every_verb_about_a_suspension_is_answered_wherever_it_is_typed(
    way: str, world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, decided=False)
    world.hire(ADA)

    world.house.chat.public_url = "https://desk.example.org"
    assert "is ready" in say(face, way, f"evidence {story.case_id}", ANA)
    assert "have started" in say(face, way, f"start {story.case_id}", ANA)
    assert "The ladder" in say(face, way, f"zasady {story.case_id}", ANA)
    world.settle()
    apply_texts(world)
    connect_mail(world)
    assert "Partner sp. z o.o." in say(face, way, f"preview {story.case_id}", ANA)
    assert "on its way" in say(face, way, f"doręcz {story.case_id}", ANA)
    about = {"ticket_connection": "helpdesk", "ticket": "77", "requestor": "ala@nowak.example"}
    asks = world.do(OpenCase(title="Why?", customer_id=story.customer_id, **about)).ids["case_id"]
    assert not face.fill(say(face, way, f"ticket {story.case_id}", ANA), by=ANA, ticket_case=str(asks)).errors
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="newer"), text=""))
    assert "newer" in say(face, way, f"replan {story.case_id}", FAY)
    fill_notice(face, say(face, way, f"notice {story.case_id}", ANA))
    asked = face.fill(say(face, way, f"suspend {story.case_id}", ANA), by=ANA, reason="Silent for six weeks")
    assert not asked.errors, str(asked)
    world.settle()
    shown = say(face, way, "suspension S-1", ANA)
    assert "Silent for six weeks" in shown
    face.fill(face.click(shown, "End of term…", by=ANA), by=ANA, at_term_end="renew")
    ends = face.fill(say(face, way, f"okres {story.case_id} cancel", ANA), by=ANA)
    assert "Cancel it" in (ends if str(ends) else face.told(ANA))
    assert not face.fill(say(face, way, f"lift {story.case_id}", FAY), by=FAY, reason="Reported to the police").errors
    shown = say(face, way, "approve S-1", BEN)
    face.click(shown, "Approve", by=BEN)
    world.now += timedelta(minutes=2)
    bank = {"checked_until": f"today {world.now.astimezone(ZoneInfo('Europe/Warsaw')):%H:%M}", "checked": "account page"}
    checked = face.fill(say(face, way, f"attest {story.case_id}", FAY), by=FAY, **bank)
    assert "The bank was checked for S-1" in (checked if str(checked) else face.told(FAY))
    face.fill(say(face, way, "stop S-1", ANA), by=ANA, reason="They called")
    assert "S-2" in say(face, way, "ask_again S-1", ANA)
    face.fill(say(face, way, "changes S-2", BEN), by=BEN, reason="Call them first")
    face.fill(say(face, way, "revise S-2", ANA), by=ANA, reason="Called twice, nobody answers")
    assert "Called twice" in say(face, way, "suspension S-2", BEN)
    face.fill(say(face, way, "refuse S-2", BEN), by=BEN, reason="Not yet")
    assert "S-3" in say(face, way, "ponów S-2", ANA)
    assert "no approved suspension" in typed(face, way, f"poświadcz {story.case_id} 11:59 strona rachunku", FAY)
    assert "still under way" in typed(face, way, "dokończ S-3", ANA)
    assert "no restore waits" in typed(face, way, f"leave off {story.case_id} they gave notice", BEN)
    assert "nothing of" in typed(face, way, f"ustawione {story.case_id}", ANA)
    assert "nothing of" in typed(face, way, f"oznajmij {story.case_id} Good day", ANA)
    assert "nothing of" in typed(face, way, f"powiadomiono {story.case_id} telefonicznie", ANA)
    assert "There is no runbook" in typed(face, way, f"instrukcja {story.case_id}", ANA)
    suspended(story, face, "S-3")
    story.hear(open=0)
    world.settle()
    assert not face.fill(say(face, way, f"leave off {story.case_id}", BEN), by=BEN, reason="They asked us to").errors
    story.hear()
    assert "S-3" in say(face, way, f"przywróć {story.case_id} now zapłacono", BEN)
    story.settle_for()
    preview = face.fill(say(face, way, f"announce {story.case_id}", ANA), by=ANA)
    assert "Microsoft 365 Business Basic" in preview
    if way == "personal":
        assert not face.fill(say(face, way, f"told {story.case_id}", ANA), by=ANA, told_how="by phone").errors
    else:
        assert "by phone" in say(face, way, f"told {story.case_id} by phone", ANA)
    feed(world, SEPTEMBER, OCTOBER)
    for line in (
        "compare Nowak 2026-09 2026-10", "owed Nowak", "statement Nowak 2026-09", "aging Nowak", "wykres Nowak", "windows Nowak",
        f"okna {story.case_id}",
    ):  # fmt: skip
        assert "Nowak" in say(face, way, line, ANA)
    ages = face.click(face.write("statement Nowak", by=ANA), "By age", by=ANA)
    ages = ages if ages.buttons else face.told(ANA)
    assert "Nowak" in face.click(ages, "Statement", by=ANA)
    assert "chart is ready" in face.click(ages, "Chart", by=ANA)
    assert "S-3" in say(face, way, f"checked {story.case_id}", ANA)
    story.local.add_subscription(story.tenant, "trial")
    story.sync()
    assert "Nowak" in say(face, way, f"runbook {story.case_id}", ANA)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_done_by_hand_is_recorded_wherever_it_is_said(way: str, world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, live=False)
    world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.BY_HAND, provider="ALSO"))
    story.approved(face)
    story.cool_off()

    assert "Suspended by hand" in say(face, way, f"załatwione {story.case_id} PR-1 Jan", ANA)
    face.type(f"restore {story.case_id} now by mistake", by=BEN)
    world.settle()
    form = face.click(face.type("suspension S-1", by=BEN), "Done by hand…", by=BEN)
    assert not face.fill(form, by=BEN, reference="PR-2").errors


@pytest.mark.parametrize("way", WAYS)
def test_every_verb_about_money_is_answered_wherever_it_is_typed(way: str, world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)

    for name, line in OF_MONEY.items():
        action = TABLE.named(name)
        assert action is not None
        seen = say(face, way, line.format(case=story.case_id), who_may(action.right))
        assert "needs a role" not in seen, str(seen)


def test_what_partner_center_refused_is_taken_up_wherever_that_is_typed(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    refusal: dict[str, object] = {"path": story.subscription, "status": 400, "body": {"code": 900311, "description": "no"}}
    local.stage(**refusal)
    story.approved(face)
    story.cool_off()
    story.settle_for(5)

    for way in WAYS:
        local.stage(**refusal)
        assert "S-1" in say(face, way, "carry_on S-1", ANA)
        story.settle_for(5)
