"""The play: what happens on the desk, scene after scene, so that every view and every form is shown.

A new verb's form is shown by itself. A new type of view needs a scene of its own here, at the end of its act:
tests/scenarios/test_golden.py fails until there is one.
"""

import json
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import app.homes
from core.cases.commands import OpenCase
from core.chat.findings import well, wrong
from core.chat.table import TABLE
from core.chat.views import CaseView, HomeView, NoteView, ReportView, SuspensionView
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.people.commands import SwitchConnection
from core.people.model import Role
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.face import Seen
from tests.harness.faces import SlackFace, seen_in_slack
from tests.harness.letters import given_up
from tests.harness.notices import apply_texts, connect_mail
from tests.harness.receivables import feed, invoice
from tests.harness.stage import Stage, subject_of
from tests.harness.suspensions import OTTO, ripe
from tests.harness.world import ADA, ANA, BEN, DORA, FAY, TEAM, VIC, Persona, who_may
from tests.scenarios.test_compare import OCTOBER, SEPTEMBER

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))

BOUGHT: Mapping[str, Any] = {  # two days ago and three seats more since: days of its own, as the local Partner Center lives today
    "effectiveStartDate": "2026-11-21T08:20:00Z", "commitmentEndDate": "2027-11-20T00:00:00Z", "refundOptions": [],
    "commitmentEndDateTime": "2027-11-20T23:59:59Z", "cancellationAllowedUntilDate": "2026-11-28T08:20:00Z",
    "refundableQuantity": {"totalQuantity": 3, "details": [{"quantity": 3, "allowedUntilDateTime": "2026-11-29T14:30:00Z"}]},
}  # fmt: skip
FOUND = (
    well("schema"), well("sqlite", version="3.46.1", system="ext4"), wrong("slack_scopes_missing", scopes="users:read"),
    well("teams_token"), well("message", chat="Teams", place="19:billing@thread.tacv2"), wrong("dead_letters", name="helpdesk", count=1),
    wrong("connection_refused", name="books", reason="HTTP 401"), well("connection_silent", name="helpdesk"),
    wrong("slack_lacks.shortcuts", names="“Make this a billing case”", host="desk.example.com"),
    wrong("slack_differs", setting="settings.interactivity.is_enabled", has="false", wants="true", host="desk.example.com"),
    well("slack_more.scopes", names="files:write"), wrong("teams_package_old", version="26.11281745.483920"),
)  # fmt: skip
SUBJECTS: Mapping[str, str] = {  # forms that cannot be opened about the question: the name of their subject in `stage.ids`
    "attest": "collection", "lift": "collection", "match": "unmatched", "notice": "collection", "restore": "collection",
    "term": "collection",
    "webhook_discard": "letter",
}  # fmt: skip


def play(stage: Stage, local: LocalPartnerCenter) -> None:
    """Everything, in order: what happens later changes no picture taken before."""
    for act in (curtain, questions, lists, money, held_back, requests, forms, people, endings, mornings, answers):
        act(stage, local)


def curtain(stage: Stage, local: LocalPartnerCenter) -> None:
    """A customer who owes, and one who asks."""
    world, texts = stage.world, stage.texts
    story = ripe(world, local, decided=False, notices=False, at=world.now, **BOUGHT)
    world.hire(ADA)
    world.route(stage.face.name, "approval", "question", "collection")
    contacts = (("Jan Nowak", texts.requestor),)
    whose = world.do(AddCustomer(name=texts.customer, locale="pl", contacts=contacts)).ids["customer_id"]
    world.do(ConfirmLink(customer_id=whose, kind=LinkKind.TENANT, connection="partner_center", external="11111111-aaaa"))
    feed(world, invoice(), SEPTEMBER, OCTOBER, as_of=world.now)
    story.notice()
    about = {"ticket_connection": "helpdesk", "requestor": texts.requestor}
    asked = world.do(OpenCase(title=texts.title, customer_id=whose, ticket="77", text=texts.letter, **about)).ids["case_id"]
    unmatched = world.do(OpenCase(title="Two seats too many", ticket="78", **about)).ids["case_id"]
    stage.ids |= {"collection": story.case_id, "case": asked, "unmatched": unmatched, "suspension": 1, "customer": whose}


def questions(stage: Stage, _local: LocalPartnerCenter) -> None:
    """A case from its first card to its end at Microsoft's door."""
    number = stage.ids["case"]
    stage.type("case.new", f"case {number}")
    stage.type("case.unmatched", f"case {stage.ids['unmatched']}")
    stage.type("case.for_a_viewer", f"case {number}", by=VIC)
    stage.type("note.done", f"take {number}")
    stage.type("note.noted", f"note {number} {stage.texts.note}")
    stage.type("note.triaged", f"triage {number} proration")
    stage.type("why", f"why {number}")
    preview = stage.type("preview.reply", f"reply {number} {stage.texts.note}")
    stage.show("note.sent", stage.click(preview, "send_draft"))
    stage.type("case.sending", f"case {number}")
    stage.face.type(f"withdraw {number}", by=ANA)
    stage.type("note.waiting", f"wait {number} customer")
    stage.face.type(f"ours {number}", by=ANA)
    stage.type("note.escalated", f"escalate {number} {stage.texts.note}")
    stage.face.type(f"acknowledge {number}", by=BEN)
    stage.face.type(f"microsoft {number} ticket 2411190040001234", by=ANA)
    stage.type("case.at_microsoft", f"case {number}")
    stage.world.settle()
    stage.show("card.case", stage.face.channel(), CaseView)


def lists(stage: Stage, _local: LocalPartnerCenter) -> None:
    """What people look through."""
    stage.type("queue", "queue")
    stage.type("queue.part", "queue questions")
    stage.type("queue.empty_part", "queue late")
    stage.type("find", "find invoice")
    stage.type("find.nothing", "find gherkins")
    stage.type("home", "home")
    stage.type("home.empty", "home", by=VIC)
    stage.type("help", "help")
    stage.type("help.for_a_viewer", "help", by=VIC)
    stage.type("help.verb", "help reply")
    if isinstance(stage.face, SlackFace):
        stage.show("home.tab", tab(stage.face), HomeView)


def tab(slack: SlackFace) -> Seen:
    """The app's Home in Slack, as it is published when it is opened."""
    event = {"type": "app_home_opened", "user": ANA.slack, "channel": f"D{ANA.slack}", "tab": "home", "event_ts": "1"}
    body = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": "EvHome", "event_time": 1, "event": event}
    slack.deliver(json.dumps(body), "application/json")
    slack.world.move(seconds=app.homes.PAUSE.total_seconds() + 1)
    return seen_in_slack(slack.world.local_slack.ledger.homes[ANA.slack])


def money(stage: Stage, _local: LocalPartnerCenter) -> None:
    """What is owed, and what changed."""
    stage.type("case.collection", f"case {stage.ids['collection']}")
    stage.type("customer", "customer Nowak")
    stage.type("owed", "owed Nowak")
    stage.type("windows", "windows Nowak")
    stage.type("compare", "compare Nowak 2026-09 2026-10")


def held_back(stage: Stage, _local: LocalPartnerCenter) -> None:
    """What holds back collecting, recorded, shown and ended again; statement and ages."""
    case_id = stage.ids["collection"]
    stage.ids |= {"debtor": case_id, "record": 1}
    stage.type("note.payment", f"payment {case_id} 23 PLN today {stage.texts.note[:300]}")
    stage.type("note.promise", f"promise {case_id} 100 PLN 27.11 {stage.texts.note[:300]}")
    stage.type("note.dispute", f"dispute {case_id} F/1 20 PLN {stage.texts.note[:300]}")
    stage.type("note.hold", f"hold {case_id} legal until 2027-01-31 {stage.texts.note[:300]}", by=FAY)
    stage.face.type(f"override D-1 {stage.texts.reason}", by=FAY)
    stage.type("case.held_back", f"case {case_id}")
    stage.type("why.held_back", f"why {case_id}")
    stage.type("pauses", f"pauses {case_id}")
    for line, by in (("withdraw payment 1", ANA), ("withdraw promise 1", ANA), ("settle 1 rejected", ANA), ("release 1", FAY)):
        stage.face.type(f"{line} {stage.texts.reason}", by=by)
    apply_texts(stage.world)
    connect_mail(stage.world)
    stage.type("notice.preview", f"preview {case_id}")
    stage.world.do(SwitchConnection(name="post", active=False))
    stage.type("notice.preview_not", f"preview {case_id}")
    stage.type("statement", "statement Nowak 2026-09")
    stage.type("aging", "aging Nowak")
    stage.type("aging.all", "aging", by=FAY)


def requests(stage: Stage, _local: LocalPartnerCenter) -> None:
    """A request: asked, refused, asked again, approved, off."""
    stage.world.move(seconds=30)  # what the accounting said last is older than the approval
    form = stage.type("form.suspend", f"suspend {stage.ids['collection']}")
    stage.show("suspension.asked", stage.face.fill(form, by=ANA, reason=stage.texts.reason))
    stage.show("term", stage.face.fill(stage.type("form.term", f"term {stage.ids['collection']}"), by=ANA, at_term_end="cancel"))
    stage.world.settle()
    stage.show("card.suspension", stage.face.channel(), SuspensionView)
    stage.type("suspension.for_an_approver", "suspension S-1", by=BEN)
    form = stage.type("form.changes", "changes S-1", by=BEN)
    stage.face.fill(form, by=BEN, reason=stage.texts.note[:900])
    stage.type("suspension.to_revise", "suspension S-1")
    form = stage.type("form.revise", "revise S-1")
    stage.face.fill(form, by=ANA, reason=f"They were called twice. {stage.texts.reason}"[:1000])
    stage.type("suspension.revised", "suspension S-1", by=BEN)
    stage.face.fill(stage.face.type("refuse S-1", by=BEN), by=BEN, reason=stage.texts.reason)
    stage.type("suspension.refused", "suspension S-1", by=BEN)
    stage.type("suspension.asked_again", "ask_again S-1")
    stage.world.settle()
    stage.asked("confirm.approve", stage.face.type("suspension S-2", by=BEN), "approve", by=BEN)
    stage.click(stage.face.type("suspension S-2", by=BEN), "approve", by=BEN)
    stage.world.settle()
    stage.type("suspension.cooling_off", "suspension S-2")
    stage.ids |= {"suspension": 2, "letter": int(given_up(stage.world))}


def forms(stage: Stage, _local: LocalPartnerCenter) -> None:
    """Every form of the action table, opened by its button; and the message's own menu."""
    for action in (a for a in TABLE.all if a.form and f"form.{a.name}" not in stage.shown):
        subject = stage.ids[SUBJECTS[action.name]] if action.name in SUBJECTS else subject_of(action, stage.ids)
        stage.show(f"form.{action.name}", stage.form(action, subject, who_may(action.right)))
    for action in TABLE.on_messages():
        stage.show(f"menu.{action.name}", stage.face.on_message(action.name, stage.texts.note, author="UOLA", by=ANA))


def people(stage: Stage, _local: LocalPartnerCenter) -> None:
    """What is said in a sentence: refusals, greetings; and what one wants to hear."""
    stage.type("note.preferences", "prefs late digest quiet 20:00-07:00")
    stage.type("note.preference_refused", "prefs decisions off")
    stage.type("report.staff", "staff", by=ADA)
    stage.type("note.queue_unknown", "queue wating", by=ANA)
    stage.type("report.webhooks", "webhooks", by=ADA)
    stage.type("report.webhook", f"webhook {stage.ids['letter']}", by=ADA)
    examined(stage)
    stage.type("note.unknown_verb", "caes 101")
    stage.type("note.what_is_missing", "take")
    stage.type("note.not_allowed", f"take {stage.ids['case']}", by=VIC)
    stage.type("note.stranger", "queue", by=DORA)


def examined(stage: Stage) -> None:
    """The desk's health, as an admin asks for it in chat; what was found is written down, as it differs from machine to machine."""
    stage.type("note.doctor", "doctor", by=ADA)
    with patch("app.examining.examine", return_value=FOUND):
        stage.world.settle()
    stage.show("told.doctor", stage.face.told(ADA), ReportView)


def endings(stage: Stage, local: LocalPartnerCenter) -> None:
    """Off, and on again; what people are told privately; and a case that is done."""
    world = stage.world
    world.move(minutes=40)
    stage.show("told.what_is_held_back", stage.face.told(ANA), NoteView)
    stage.type("suspension.held_back", "suspension S-2")
    world.move(hours=1, minutes=30)
    world.move(minutes=2)
    stage.show("told.what_is_missing", stage.face.told(ANA), NoteView)
    stage.type("suspension.facts_missing", "suspension S-2")
    until = world.now.isoformat(timespec="minutes")
    stage.type("note.bank_checked", f"attest {stage.ids['collection']} {until} {stage.texts.note[:900]}", by=FAY)
    stage.type("suspension.bank_checked", "suspension S-2")
    feed(world, invoice(), SEPTEMBER, OCTOBER, as_of=world.now)
    world.move(minutes=5)
    stage.type("suspension.off", "suspension S-2")
    stage.face.type(f"restore {stage.ids['collection']} now {stage.texts.reason}", by=BEN)
    world.move(minutes=5)
    stage.type("suspension.restored", "suspension S-2")
    all_back(stage, local)
    stage.face.type(f"handover {stage.ids['unmatched']} ana {stage.texts.note}", by=OTTO)
    world.settle()
    stage.show("told.handover", stage.face.told(ANA), NoteView)
    stage.face.type(f"resolve {stage.ids['case']} yes", by=ANA)
    stage.type("case.resolved", f"case {stage.ids['case']}")


def all_back(stage: Stage, local: LocalPartnerCenter) -> None:
    """What resuming did not bring back is set in Partner Center's own pages and read back, and the customer was told."""
    for whole in local.customers.values():
        for one in whole.subscriptions.values():
            one.resource.update(autoRenewEnabled=True)
    stage.type("note.checked", f"checked {stage.ids['collection']}")
    stage.world.settle()
    stage.type("suspension.all_back", f"told {stage.ids['collection']} {stage.texts.reason[:500]}")


def mornings(stage: Stage, _local: LocalPartnerCenter) -> None:
    """Not now, said of a case; and the next working day, with what waited for it."""
    number = stage.ids["unmatched"]
    stage.world.hire(EVA)
    stage.face.type(f"take {number}", by=ANA)
    stage.type("note.snoozed", f"snooze {number} 2h {stage.texts.reason}")
    stage.type("case.snoozed", f"case {number}")
    stage.type("why.snoozed", f"why {number}")
    world = stage.world
    world.move(hours=10)  # the evening
    for title in (stage.texts.title, "Two invoices for one month"):
        given = world.do(OpenCase(title=title, customer_id=stage.ids["customer"])).ids["case_id"]
        stage.face.type(f"assign {given} ana", by=EVA)
    world.move(hours=14)
    stage.show("told.digest", stage.face.told(ANA), HomeView)


def answers(stage: Stage, _local: LocalPartnerCenter) -> None:
    """Forms whose fields depend on an answer, before it and after each; refused ones, with what was typed."""
    face, case_id = stage.face, stage.ids["collection"]
    known = {"kind": "final", "day": "2026-11-20"}
    notice = face.type(f"notice {case_id}", by=ANA)
    mail = stage.show("form.notice.by_mail", face.answer(notice, "method", "email", by=ANA, **known))
    stage.show("refused.notice.beside_its_field", face.send(mail, by=ANA, recipient="Ala", proof=stage.texts.note[:300]))
    stage.show("form.notice.on_paper", face.answer(mail, "method", "registered", by=ANA))
    stage.show("refused.notice.asks_for_more", face.send(mail, by=ANA, method="courier", recipient="ala@nowak.example", proof="250"))
    dispute = face.type(f"dispute {case_id}", by=ANA)
    whole = stage.show("form.dispute.whole", face.answer(dispute, "scope", "whole", by=ANA, invoice=OCTOBER.number))
    stage.show("form.dispute.line", face.answer(whole, "scope", "line", by=ANA))
    resolve = face.type(f"resolve {stage.ids['unmatched']}", by=ANA)
    untold = stage.show("form.resolve.untold", face.answer(resolve, "told", "no", by=ANA))
    face.type(f"resolve {stage.ids['unmatched']} yes", by=OTTO)
    stage.show("refused.resolve.as_a_whole", face.send(untold, by=ANA, why=stage.texts.reason))
