"""What a suspension can be defended by is handed over in both chats: as a link that is good once, for ten minutes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit import verifier
from core.chat.words import Words
from core.engine.db.tables.cases import file_passes
from core.engine.db.tables.engine import private_texts
from core.suspensions.evidence import evidence
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face, Seen
from tests.harness.questions import ask
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, FAY, VIC, World

DESK = "https://desk.example.org"


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    world.house.chat.public_url = DESK
    return ripe(world, local)


def carried_out(story: Story, face: Face) -> None:
    story.carried_out(face)


def links(seen: Seen) -> list[str]:
    """Their paths, the PDF's first."""
    found = re.findall(rf"{re.escape(DESK)}(/files/[\w-]+)", json.dumps(seen.raw))
    assert len(set(found)) == 2, seen.raw
    return list(dict.fromkeys(found))


def test_who_asked_who_could_who_did_on_which_facts_and_what_microsoft_was_told(story: Story, face: Face) -> None:
    carried_out(story, face)
    face.type(f"restore {story.case_id} now they paid in cash", by=BEN)
    story.world.settle()
    story.settle_for()

    asked = face.type(f"evidence {story.case_id}", by=ANA)
    pdf, data = links(asked)
    found = story.world.client.post(data)
    known = json.loads(found.data)

    (request,) = known["requests"]
    (item,) = request["subscriptions"]
    (sent, back) = (entry for entry in story.local.ledger.writes() if entry)
    assert (request["asked_by"], request["reason"]) == ("Ana Agent", "Silent for six weeks")
    assert [one["name"] for one in request["could_decide"]] == ["Ben Approver", "Cleo Approver", "Otto Both"]
    assert [(one["name"], one["since"]) for one in request["asked"]] == [
        (name, request["asked_at"]) for name in ("Ben Approver", "Cleo Approver", "Otto Both")
    ]
    assert [one["name"] for one in request["watched"]] == ["Ana Agent"]
    assert request["needed"] == [{"approvals": 1, "of": "*"}]
    assert [(v["by"], v["verdict"], v["chat"]) for v in request["votes"]] == [("Ben Approver", "approve", face.name)]
    assert (request["facts"]["overdue"], request["facts"]["currency"]) == (12300, "PLN")
    assert [n["proof"] for n in known["notices"]] == ["Message-ID <1@partner>"]
    assert item["ms_request_id"] == sent.request_id
    assert item["restores"][0]["ms_request_id"] == back.request_id
    assert item["restores"][0]["reason"] == "they paid in cash"
    assert story.world.client.post(pdf).data.startswith(b"%PDF-")


def test_the_chain_in_the_file_verifies_by_itself_and_not_when_somebody_touched_it(story: Story, face: Face, tmp_path: Path) -> None:
    carried_out(story, face)
    _, data = links(face.type(f"evidence {story.case_id}", by=ANA))
    events = json.loads(story.world.client.post(data).data)["events"]
    plain = [{name: value for name, value in event.items() if name not in ("who", "texts")} for event in events]

    assert list(verifier.faults(plain)) == []
    plain[2]["actor"] = "staff:99"
    kept = tmp_path / "events.jsonl"
    kept.write_text("\n".join(json.dumps(row) for row in plain), encoding="utf-8")
    checked = subprocess.run([sys.executable, "-I", verifier.__file__, str(kept)], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert "was changed" in checked.stdout


def test_a_link_is_looked_at_freely_and_used_once(story: Story, face: Face) -> None:
    pdf, _ = links(face.type(f"evidence {story.case_id}", by=ANA))
    client = story.world.client

    looked = [client.get(pdf) for _ in range(3)]  # a chat's preview opens it ahead
    taken, again = client.post(pdf), client.post(pdf)

    assert [page.status_code for page in looked] == [200] * 3
    assert "Download" in looked[0].text
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"] == f'attachment; filename="evidence-C-{story.case_id}.pdf"'
    assert taken.headers["Cache-Control"] == "no-store"
    assert again.status_code == 410
    assert "of no more use" in again.text
    assert client.get(pdf).status_code == 410


def test_a_link_runs_out_by_the_real_clock_and_one_made_up_is_none(story: Story, face: Face) -> None:
    pdf, data = links(face.type(f"evidence {story.case_id}", by=ANA))
    story.world.now = story.world.now.replace(year=2030)  # the business clock ends no link
    assert story.world.client.get(pdf).status_code == 200
    with story.world.house.store.writing() as connection:
        now = story.world.house.store.real_now(connection)
        connection.execute(sa.update(file_passes).values(expires_at=now))

    for path in (pdf, data, "/files/made-up", "/files/" + "x" * 4000):
        assert story.world.client.get(path).status_code == 410
        assert story.world.client.post(path).status_code == 410


def test_the_token_itself_is_kept_nowhere(story: Story, face: Face) -> None:
    pdf, _ = links(face.type(f"evidence {story.case_id}", by=ANA))
    with story.world.house.store.reading() as connection:
        kept = [row.digest for row in connection.execute(sa.select(file_passes))]

    assert pdf.rpartition("/")[2] not in kept
    assert len(kept) == 2


def test_who_may_not_and_what_has_none(story: Story, face: Face) -> None:
    for who in (ANA, BEN, FAY):
        assert "is ready" in face.type(f"evidence {story.case_id}", by=who)
    assert "is ready" not in face.type(f"evidence {story.case_id}", by=VIC)
    question = ask(story.world)
    assert "not a collection case" in face.type(f"evidence {question}", by=ANA)
    story.world.house.chat.public_url = ""
    assert "DESK_PUBLIC_URL" in face.type(f"evidence {story.case_id}", by=ANA)


def test_a_person_who_was_erased_is_missing_and_nothing_else(story: Story, face: Face) -> None:
    carried_out(story, face)
    with story.world.house.store.writing() as connection:
        connection.execute(sa.delete(private_texts))
    with story.world.house.desk.reading() as connection:
        known = evidence(connection, story.case_id, story.world.now)

    assert all(event["texts"] == {} for event in known["events"])
    assert len(known["events"]) > 5


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_is_printed_in_both_languages_whatever_people_wrote(language: str, story: Story, face: Face) -> None:
    from app.evidence.files import pdf

    story.propose(face, reason='#import "x" $evil$ *bold* [ł] ' + "bardzo długi powód " * 80)
    with story.world.house.desk.reading() as connection:
        known = evidence(connection, story.case_id, story.world.now)

    assert pdf(known, Words(language)).startswith(b"%PDF-")


def test_a_dispute_that_finance_let_go_and_who_confirmed_payer_and_tenant_are_kept_and_printed(story: Story, face: Face) -> None:
    from app.evidence.laying import lay_out

    face.type(f"dispute {story.case_id} F/1 20 PLN two seats too many", by=ANA)
    face.type("override D-1 the rest is undisputed", by=FAY)
    story.propose(face)
    with story.world.house.desk.reading() as connection:
        known = evidence(connection, story.case_id, story.world.now)

    (dispute,) = known["disputes"]
    assert (dispute["number"], dispute["overridden_by"], dispute["override_reason"]) == ("D-1", "Fay Finance", "the rest is undisputed")
    domain = story.local.customers[story.tenant].domain
    assert [(each["kind"], each["shown"], each["confirmed_by"]) for each in known["links"]] == [
        ("payer", "", "system"), ("tenant", domain, "system"),
    ]  # fmt: skip
    assert [each["overdue_then"] for each in known["notices"]] == [12300]
    printed = str(lay_out(known, Words("en")))
    assert "Fay Finance let it go on: the rest is undisputed" in printed
    assert f"{domain}, confirmed by the desk" in printed
