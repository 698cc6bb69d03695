"""Who may decide a request, who is asked and who only watches: three sets, by name, that follow people as they come and go."""

from dataclasses import replace

import pytest

from app.evidence.files import pdf
from core.cases.commands import AssignCase
from core.chat.words import LANGUAGES, Words
from core.collections.commands import ApplyPolicy
from core.collections.policy import Quorum
from core.collections.shipped import DATED, OURS, SHIPPED
from core.people.commands import RemoveStaff, SetGroup
from core.people.model import Role
from core.people.queries import by_handle, everyone
from core.suspensions.asking import Part, people_of
from core.suspensions.evidence import evidence
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face
from tests.harness.suspensions import CLEO, OTTO, Story, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, Persona, World
from tests.scenarios.test_suspension_guards import told

IDA = Persona("ida", "Ida Treasurer", (Role.APPROVER, Role.FINANCE))
OLEK = Persona("olek", "Olek Treasurer", (Role.APPROVER, Role.FINANCE))


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live; Ben, Cleo and Otto may decide, and only Ben is in the group that gets approvals."""
    made = ripe(world, local)
    world.hire(ADA)
    world.do(SetGroup(name="billing-slack", routes=("approval",), members=("ben", "vic")))
    return made


def policy(story: Story, *rules: Quorum) -> None:
    """A policy with these quorums besides the shipped one."""
    story.world.do(ApplyPolicy(policy=replace(SHIPPED, version="ours", quorums=(*SHIPPED.quorums, *rules)), text="ours"))


def of(whom: str, approvals: int = 2) -> Quorum:
    return Quorum(approvals=approvals, of=whom, source=OURS, dated=DATED)


def part(story: Story, part: Part) -> set[str]:
    """Who has it now, by handle."""
    with story.world.house.desk.reading() as connection:
        standing = {e.staff_id for e in people_of(connection, story.newest().id) if e.part is part and e.until_at is None}
        return {who.handle for who in everyone(connection) if who.id in standing}


def test_who_is_asked_is_told_personally_who_may_decide_too_is_not_and_who_watches_has_no_vote(story: Story, face: Face) -> None:
    face.type("help", by=BEN)

    story.propose(face)

    card = str(face.channel())
    assert (part(story, Part.ASKED), part(story, Part.DECIDES), part(story, Part.WATCHES)) == (
        {"ben"}, {"ben", "cleo", "otto"}, {"ana", "vic"},
    )  # fmt: skip
    for said in (
        "Asked to decide",
        "Ben Approver",
        "May decide, too",
        "Cleo Approver, Otto Both",
        "Watch, without a vote",
        "Ana Agent, Vic Viewer",
    ):
        assert said in card, said
    assert "S-1 (C-101), a request to suspend, waits for your decision" in face.told(BEN)
    assert told(story, "tell.asked_to_decide") == {"ben"}
    assert "needs a role you do not hold" in face.click(face.channel(), "Approve", by=VIC)
    face.click(face.channel(), "Approve", by=CLEO)
    assert story.newest().state is State.COOLING


def test_the_sets_follow_who_goes_away_takes_the_case_or_loses_the_role(story: Story, face: Face) -> None:
    face.type("help", by=CLEO)
    story.propose(face)

    face.type("away until 27.11.2026 delegate cleo", by=BEN)
    story.world.settle()
    assert part(story, Part.ASKED) == {"cleo"}
    assert "Cleo Approver (for Ben Approver, who is away)" in face.channel()
    assert "Ben Approver is away and you stand in" in face.told(CLEO)

    face.type("staff role cleo viewer", by=ADA)  # nobody of those to be asked is there: everybody present who may decide
    assert part(story, Part.ASKED) == {"otto"}
    with story.world.house.desk.reading() as connection:
        otto = by_handle(connection, "otto").id
    story.world.do(AssignCase(case_id=story.case_id, staff_id=otto))
    assert (part(story, Part.ASKED), part(story, Part.DECIDES)) == (set(), {"ben"})
    assert "otto" in part(story, Part.WATCHES)

    face.type("back", by=BEN)
    story.world.settle()
    assert (part(story, Part.ASKED), part(story, Part.DECIDES)) == ({"ben"}, {"ben"})


def test_who_owns_or_watches_the_case_hears_how_it_ended(story: Story, face: Face) -> None:
    for who in (FAY, OTTO):
        face.type("help", by=who)
    face.type(f"watch {story.case_id}", by=FAY)
    face.type(f"take {story.case_id}", by=OTTO)
    story.propose(face)

    face.fill(face.click(face.channel(), "Refuse…", by=BEN), by=BEN, reason="They called")
    story.world.settle()

    assert f"C-{story.case_id}: S-1, a request to suspend, was refused" in face.told(FAY)
    assert "S-1 (C-101) was refused" in face.told(OTTO)


def test_two_of_the_role_that_the_policy_names_once_per_person_across_chats(story: Story, face: Face) -> None:
    story.world.hire(IDA, OLEK)
    policy(story, of("role finance"))
    face.type("help", by=IDA)
    story.propose(face)
    card = face.channel()
    assert "2 (other people), 2 by the role finance" in str(card)
    assert part(story, Part.ASKED) == {"ida", "olek"}

    assert "wants the approvals of finance" in face.click(card, "Approve", by=BEN)
    face.click(card, "Approve", by=IDA)
    story.world.settle()
    other = FACES["teams" if face.name == "slack" else "slack"](story.world)
    assert "1 given" in str(other.channel())
    assert "voted" in str(other.click(other.channel(), "Approve", by=IDA))
    assert story.newest().state is State.PROPOSED

    other.click(other.channel(), "Approve", by=OLEK)
    assert story.newest().state is State.COOLING


def test_a_group_that_nobody_of_is_present_is_said_at_once_with_who_could(story: Story, face: Face) -> None:
    story.world.hire(IDA)
    story.world.do(SetGroup(name="money", routes=(), members=("ida",)))
    policy(story, of("group money", approvals=1))
    face.type("help", by=ANA)
    face.type("away until 27.11.2026", by=IDA)

    story.propose(face)

    card = str(face.channel())
    assert "Could: Ida Treasurer, away until Fri 27 Nov 2026" in card
    assert "Not: Ben Approver, Cleo Approver, Otto Both, as the policy wants 1 by the group money" in card
    assert "made an approver by Ada Admin" in card
    assert "First to be back: Ida Treasurer" in face.told(ANA)


def test_after_the_first_of_two_it_is_said_that_the_second_is_missing_and_likewise_when_somebody_leaves(story: Story, face: Face) -> None:
    policy(story, replace(SHIPPED.quorums[0], approvals=2))
    face.type("help", by=ANA)
    story.propose(face)
    face.click(face.channel(), "Approve", by=BEN)
    story.world.do(RemoveStaff(handle="cleo"))
    story.world.settle()
    assert "cannot approve it" not in face.channel()

    seen = face.type("staff role otto agent", by=ADA)
    story.world.settle()

    assert "S-1 cannot be approved by those who are present. 1 approval is missing" in seen
    assert "Those who are present cannot approve it" in face.channel()
    assert "S-1 lacks an approval that nobody present can give" in face.told(ANA)


def test_the_evidence_says_who_could_and_was_asked_from_when_to_when(story: Story, face: Face) -> None:
    story.propose(face)
    asked_at = story.world.now
    story.world.move(minutes=10)
    face.type("away until 27.11.2026 delegate otto", by=BEN)
    gone_at = story.world.now
    face.click(face.channel(), "Approve", by=OTTO)

    with story.world.house.desk.reading() as connection:
        known = evidence(connection, story.case_id, story.world.now)
    (request,) = known["requests"]

    assert request["asked"] == [
        {"name": "Ben Approver", "since": asked_at.isoformat(), "until": gone_at.isoformat(), "instead_of": ""},
        {"name": "Otto Both", "since": gone_at.isoformat(), "until": "", "instead_of": "Ben Approver"},
    ]
    assert [one["name"] for one in request["could_decide"]] == ["Ben Approver", "Cleo Approver", "Otto Both"]
    assert [(one["by"], one["verdict"]) for one in request["votes"]] == [("Otto Both", "approve")]
    assert {event["event"] for event in known["events"]} >= {"people_asked"}
    assert all(pdf(known, Words(language)).startswith(b"%PDF-") for language in LANGUAGES)  # also of a request that cools off
