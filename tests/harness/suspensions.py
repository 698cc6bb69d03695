"""A collection case that is ripe for a suspension, in front of a local Partner Center."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.partner_sync import CONNECTION, sync_tenant
from core.customers.commands import ConfirmLink, SwitchMode
from core.customers.model import LinkKind, Mode
from core.customers.queries import customer
from core.engine.db.tables.suspensions import suspensions
from core.engine.transaction import Actor
from core.people.model import Role
from core.people.queries import by_handle
from core.receivables.commands import RecordNotice
from core.receivables.model import NoticeKind, NoticeMethod
from core.suspensions.model import Restore, Suspension
from core.suspensions.queries import items_maybe_off, restores_of, suspension
from core.suspensions.terms.commands import DecideTermEnd
from core.suspensions.terms.queries import term_ends_of
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face, Seen
from tests.harness.partner_center import identity
from tests.harness.receivables import collection_of, customer_with_payer, feed, invoice
from tests.harness.world import ANA, BEN, FAY, OPERATOR, VIC, Persona, World
from webhooks.partner_center.auth import Token
from webhooks.partner_center.client import PartnerCenter

CLEO = Persona("cleo", "Cleo Approver", (Role.APPROVER,))
OTTO = Persona("otto", "Otto Both", (Role.AGENT, Role.APPROVER))


@dataclass
class Story:
    """One overdue customer: 123.00 PLN since October, whose subscriptions a local Partner Center holds."""

    world: World
    local: LocalPartnerCenter
    customer_id: int
    case_id: int
    tenant: str
    subscription: str

    @property
    def number(self) -> str:
        return f"C-{self.case_id}"

    def status(self) -> str:
        """What is true in Partner Center."""
        return str(self.local.truth(self.tenant, self.subscription)["status"])

    def newest(self) -> Suspension:
        """The newest request."""
        with self.world.house.desk.reading() as connection:
            return suspension(connection, connection.scalar(sa.select(sa.func.max(suspensions.c.id))) or 0)

    def restores(self) -> list[Restore]:
        """The ways back of what is, or may be, off."""
        with self.world.house.desk.reading() as connection:
            return [r for one in items_maybe_off(connection, case_id=self.case_id) for r in restores_of(connection, one)]

    def notice(self, *, sent_on: date = date(2026, 11, 10), kind: NoticeKind = NoticeKind.FINAL, to: str = "ala@nowak.example") -> None:
        """A proven notice."""
        facts = {"recipient": to, "method": NoticeMethod.EMAIL, "proof": "Message-ID <1@partner>"}
        self.world.do(RecordNotice(case_id=self.case_id, kind=kind, sent_on=sent_on, **facts))  # type: ignore[arg-type]  # values of several types

    def hear(self, **changed: Any) -> None:
        """The accounting speaks now."""
        feed(self.world, invoice(**changed), as_of=self.world.now)

    def sync(self) -> None:
        """The desk reads the tenant's subscriptions."""
        client = self.world.house.partner_center
        assert client is not None
        with self.world.house.desk.reading() as connection:
            whose = customer(connection, self.customer_id)
        assert not sync_tenant(self.world.house, client, whose, self.tenant).problem

    def decide(self, choice: str = "cancel", *, by: Persona | None = None) -> None:
        """What is to become of everything with a term when it ends."""
        with self.world.house.desk.reading() as connection:
            asked = tuple(read.id for read, _ in term_ends_of(connection, self.customer_id))
            actor = OPERATOR if by is None else Actor(f"staff:{by_handle(connection, by.handle).id}", "slack")
        if asked:
            self.world.do(DecideTermEnd(case_id=self.case_id, subscription_ids=asked, choice=choice), actor)

    def propose(self, face: Face, *, by: Persona = ANA, reason: str = "Silent for six weeks", at_term_end: str = "cancel") -> Seen:
        """Fill the form with everything that is offered, and one answer for the end of every term."""
        form = face.type(f"suspend {self.case_id}", by=by)
        assert form.is_form, str(form)
        answer = face.fill(form, by=by, reason=reason, at_term_end=at_term_end)
        self.world.settle()
        return answer

    def approved(self, face: Face, *, by: Persona = BEN) -> Seen:
        """Proposed, and approved on the card in the billing channel."""
        self.propose(face)
        answer = face.click(face.channel(), "Approve", by=by)
        self.world.settle()
        return answer

    def cool_off(self, *, heard: bool = True) -> None:
        """The cooling-off passes; the accounting spoke meanwhile, or not."""
        self.world.now += timedelta(minutes=29)
        if heard:
            self.hear()
        self.world.move(minutes=2)

    def carried_out(self, face: Face) -> None:
        """Approved, cooled off, and every call of it answered and read back."""
        self.approved(face)
        self.cool_off()
        self.settle_for()

    def settle_for(self, minutes: int = 3) -> None:
        """Let what reads back be read back."""
        for _ in range(minutes):
            self.world.move(minutes=1)


def connected(local: LocalPartnerCenter) -> dict[str, Any]:
    """The house's two ports to a local Partner Center."""
    reader = Token(local.url, identity(local))
    client = PartnerCenter(local.url, reader=reader, writer=reader)
    return {"subscriptions": client, "partner_center": client}


NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # on a Monday nothing is suspended before noon in Warsaw


def ripe(
    world: World,
    local: LocalPartnerCenter,
    *,
    live: bool = True,
    notices: bool = True,
    zone: str = "Europe/Warsaw",
    decided: bool = True,
    segment: str = "",
    at: datetime = NOON,
    **fields: Any,
) -> Story:
    """Everything a suspension needs but the request itself, at a moment at which the curfew allows one."""
    world.now = at
    world.hire(ANA, BEN, CLEO, FAY, VIC, OTTO)
    for face in ("slack", "teams"):
        world.route(face, "approval")
    tenant = local.add_customer("Nowak")
    external = local.add_subscription(tenant, fields.pop("kind", "new_commerce"), **fields)
    world.house = replace(world.house, **connected(local))
    customer_id = customer_with_payer(world, zone=zone, segment=segment)
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection=CONNECTION, external=tenant))
    feed(world, invoice())
    story = Story(world, local, customer_id, collection_of(world), tenant, external)
    story.sync()
    if decided:
        story.decide()
    if notices:
        story.notice()
    if live:
        world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    world.settle()
    return story
