"""What the desk refuses to switch off comes with what a person does instead, step by step."""

import pytest

from core.suspensions.propose import BY_HAND
from core.suspensions.runbooks import RUNBOOKS
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import ripe
from tests.harness.world import ANA, World


def test_whatever_is_refused_has_its_runbook() -> None:
    assert set(RUNBOOKS) == set(BY_HAND)


@pytest.mark.parametrize(("kind", "step"), [("azure_plan", "shuts running workloads down"), ("trial", "takes no change")])
def test_the_runbook_says_what_to_do_with_page_and_day(kind: str, step: str, world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, kind=kind)

    shown = face.type(f"runbook {story.case_id}", by=ANA)

    assert step in shown
    assert "31 Oct 2023" in shown
    assert story.tenant in shown
    assert "learn.microsoft.com/partner-center" in str(shown.raw)


def test_licences_have_none(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)

    assert "There is no runbook" in face.type(f"runbook {story.case_id}", by=ANA)
