"""Whose money and whose services: the payer and the tenant's domain stand on what people decide by, with who confirmed them."""

import pytest

from core.engine.errors import DeliveryError
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import ripe
from tests.harness.world import ANA, World
from webhooks.partner_center.client import PartnerCenter


def test_the_payer_and_the_tenants_domain_stand_on_the_card_and_above_the_form(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    domain = local.customers[story.tenant].domain
    assert domain
    assert f"{domain}, confirmed by the desk on 23 Nov 2026" in face.type(f"suspend {story.case_id}", by=ANA)

    story.propose(face)
    card = face.channel()
    assert "Nowak sp. z o.o. (K-1 in books), confirmed by the desk on 23 Nov 2026" in card
    assert f"{domain}, confirmed by the desk on 23 Nov 2026" in card


def test_a_domain_that_cannot_be_read_loses_no_subscription_and_the_one_that_is_known_stays(
    world: World, local: LocalPartnerCenter, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = ripe(world, local)
    known = local.customers[story.tenant].domain
    local.customers[story.tenant].domain = "renamed.example"
    with monkeypatch.context() as patch:
        patch.setattr(PartnerCenter, "domain", no_answer)
        world.move(minutes=1)
        story.sync()
    assert known in face.type(f"suspend {story.case_id}", by=ANA)
    world.move(minutes=1)
    story.sync()
    assert "renamed.example" in face.type(f"suspend {story.case_id}", by=ANA)


def no_answer(_self: PartnerCenter, _tenant: str) -> str:
    raise DeliveryError("Partner Center did not answer a read (ReadTimeout)")
