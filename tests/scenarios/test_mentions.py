"""Who is really mentioned in a conversation: whoever must act, once, where its workspace knows them; nobody who only reads or is named."""

import re
from typing import Any

from core.people.commands import AddStaff, SetGroup
from core.people.model import ROUND_ROBIN, Role
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.face import Seen
from tests.harness.faces import Face, seen_in_slack, seen_in_teams
from tests.harness.questions import ask
from tests.harness.suspensions import CLEO, OTTO, ripe
from tests.harness.world import ANA, BEN, CHANNELS, FAY, TEAM, TENANT, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))


def mentioned(seen: Seen) -> list[str]:
    """The identities that the chat would notify; in Teams a text is a mention only where an entity names it."""
    if "attachments" not in seen.raw:
        return sorted(re.findall(r"<@([^>]+)>", str(seen.raw)))
    entities = seen.raw["attachments"][0]["content"]["msteams"].get("entities", [])
    return sorted(f"29:{str(entity['mentioned']['id']).removeprefix('29:')}" for entity in entities)  # as learnt, or of Entra


def known(face: Face, *people: Persona) -> list[str]:
    return sorted(who.slack if face.name == "slack" else f"29:{who.teams}" for who in people)


def newest(face: Face, about: str) -> Seen:
    """The newest message of the channel that says it, as it stands there now."""
    ledger: Any = face.world.local_slack.ledger if face.name == "slack" else face.world.local_teams.ledger
    held = (ledger.channels if face.name == "slack" else ledger.conversations)[CHANNELS[face.name]]
    shown = (seen_in_slack(raw) if face.name == "slack" else seen_in_teams(raw) for raw in reversed(held.values()))
    return next(seen for seen in shown if about in seen)


def test_the_owner_is_mentioned_once_the_case_is_late_and_not_anew_with_every_change(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    face.type(f"watch {case_id}", by=VIC)
    world.settle()
    card = "Nowak i Syn"
    assert mentioned(newest(face, card)) == []

    world.move(hours=4, minutes=1)
    assert "missed" in str(newest(face, card)).lower()
    assert mentioned(newest(face, card)) == known(face, ANA)
    assert mentioned(face.type(f"case {case_id}", by=BEN)) == [], "an answer that only one person sees mentions nobody"

    face.type(f"note {case_id} They called again", by=ANA)
    world.settle()
    # Slack notifies of no mention in a message that is updated; of Teams nobody knows, so there the name is plain from then on.
    assert mentioned(newest(face, card)) == (known(face, ANA) if face.name == "slack" else [])
    assert "Ana Agent" in newest(face, card)

    world.hire(EVA)
    face.type(f"assign {case_id} eva", by=ANA)
    world.settle()
    assert mentioned(newest(face, card)) == known(face, EVA), "somebody else must act now"


def test_an_owner_who_is_away_is_named_and_left_in_peace(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    face.type("away until 27.11.2026", by=ANA)

    world.move(hours=4, minutes=1)

    assert mentioned(newest(face, "Nowak i Syn")) == []
    assert "Ana Agent" in newest(face, "Nowak i Syn")


def test_the_group_is_told_whose_turn_it_is_when_nobody_works_on_a_late_case(world: World, face: Face) -> None:
    world.route(face.name, "question")
    ask(world)
    world.hire(EVA)
    world.do(SetGroup(name="desk", routes=("question",), members=("eva",)))
    world.do(SetGroup(name="desk", assign=ROUND_ROBIN, most_cases=1))

    world.move(hours=4, minutes=1)

    said = newest(face, "has had no answer")
    assert mentioned(said) == known(face, EVA)
    assert "Asked to see to it" in said


def test_approvers_are_asked_by_name_until_they_decided(world: World, local: LocalPartnerCenter, face: Face) -> None:
    world.route(face.name, "approval", "collection")
    story = ripe(world, local)
    world.hire(FAY)
    story.propose(face)
    world.settle()

    card = newest(face, "Asked to decide")
    assert mentioned(card) == known(face, BEN, CLEO, OTTO), "not Ana, who asked, and not Fay, who may not decide"

    face.type("refuse S-1 Talk to them first", by=BEN)
    world.settle()
    assert mentioned(newest(face, "S-1")) == []


def test_a_name_is_plain_where_the_workspace_does_not_know_the_person_and_harmless_where_it_does(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    mean = "<at>Boss</at> <!channel> *Mo* _Hoo_ [x](https://evil.example)"
    other = (("slack", "T0OTHER", "UMO"), ("teams", "tenant-2", "oid-mo"))
    world.do(AddStaff(handle="mo", name=mean, roles=(Role.AGENT,), identities=other))
    face.type(f"take {case_id}", by=ANA)
    face.type(f"assign {case_id} mo", by=ANA)
    world.move(hours=4, minutes=1)
    assert mentioned(newest(face, "Nowak i Syn")) == []

    here = (("slack", TEAM, "UMO"), ("teams", TENANT, "oid-mo2"))
    world.do(AddStaff(handle="moo", name=mean, roles=(Role.AGENT,), identities=here))
    face.type(f"assign {case_id} moo", by=ANA)
    world.settle()
    card = newest(face, "Nowak i Syn")
    assert mentioned(card) == ["UMO" if face.name == "slack" else "29:oid-mo2"]
    assert "<!channel>" not in "".join(card.markup)
