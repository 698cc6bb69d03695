"""The side scenes: what happens on a desk of its own, as it would change the pictures of the play in tests/harness/scenes.py.

Each is told with the same faces, languages and texts, on a world where nothing has happened yet.
"""

from core.cases.commands import OpenCase, RecordNoteSent
from core.cases.queries import queued_reply
from core.chat.views import NoteView
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.notices import apply_texts
from tests.harness.scenes import BOUGHT
from tests.harness.stage import Stage
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN

ADDON_REFUSED = {"code": 900311, "description": "As Microsoft puts it"}


def by_hand(stage: Stage, local: LocalPartnerCenter) -> None:
    """An indirect reseller's customer: a person asks the provider, and records it, both ways."""
    story = ripe(stage.world, local, live=False, **BOUGHT)
    stage.world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.BY_HAND, provider="ALSO"))
    _approved(stage, story)
    stage.show("told.by_hand", stage.face.told(ANA), NoteView)
    shown = stage.type("suspension.by_hand", "suspension S-1")
    stage.face.fill(stage.click(shown, "carried"), by=ANA, reference="PR-5512", who="Jan")
    stage.world.settle()
    stage.type("suspension.off_by_hand", "suspension S-1")
    story.hear(open=0)
    stage.world.settle()
    stage.type("suspension.paid", "suspension S-1", by=BEN)
    stage.click(stage.face.type("suspension S-1", by=BEN), "restore_paid", by=BEN)
    stage.world.settle()
    stage.type("suspension.on_by_hand", "suspension S-1", by=BEN)
    stage.type("case.paid", f"case {story.case_id}")


def half_done(stage: Stage, local: LocalPartnerCenter) -> None:
    """A set of which Partner Center refused a part; what is left is taken up again, and told when all is back."""
    story = ripe(stage.world, local, **BOUGHT)
    local.add_subscription(story.tenant, "addon", parentSubscriptionId=story.subscription, quantity=3, friendlyName="Copilot", **BOUGHT)
    local.add_subscription(story.tenant, "azure_plan", friendlyName="Azure plan")
    stage.world.move(minutes=1)
    story.sync()
    story.decide()
    local.stage(path=story.subscription, status=400, body=ADDON_REFUSED)
    _approved(stage, story)
    story.settle_for(5)
    stage.type("suspension.half_done", "suspension S-1")
    stage.type("case.half_done", f"case {story.case_id}")
    stage.type("runbook", f"runbook {story.case_id}")
    stage.type("policy", f"policy {story.case_id}")
    stage.face.type(f"restore {story.case_id} now {stage.texts.reason}", by=BEN)
    story.settle_for(5)
    _told(stage, story)


def _told(stage: Stage, story: Story) -> None:
    """The customer hears in their ticket that service is back: prepared words, looked at, sent."""
    apply_texts(stage.world)
    about = {"ticket_connection": "helpdesk", "ticket": "77", "requestor": "ala@nowak.example", "customer_id": story.customer_id}
    asks = stage.world.do(OpenCase(title=stage.texts.title, **about)).ids["case_id"]
    stage.face.type(f"ticket {story.case_id} {asks}", by=ANA)
    form = stage.show("form.announce.back", stage.click(stage.face.type(f"case {story.case_id}", by=ANA), "announce"))
    preview = stage.show("preview.announce", stage.face.fill(form, by=ANA))
    stage.face.fill(preview, by=ANA)
    with stage.world.house.desk.reading() as connection:
        queued = queued_reply(connection, asks)
    assert queued is not None
    stage.world.do(RecordNoteSent(note_id=queued.id, external="9"))
    stage.type("case.told", f"case {story.case_id}")


def _approved(stage: Stage, story: Story) -> None:
    stage.world.settle()
    story.propose(stage.face)
    stage.click(stage.face.type("suspension S-1", by=BEN), "approve", by=BEN)
    stage.world.settle()
    story.cool_off()


SIDE_SCENES = (by_hand, half_done)
