"""Every verb, every role that lacks its right, every way in: refused in both chats, and nothing changed. Made from the action table."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bots.slack import cards as slack_cards
from bots.slack.forms import modal
from bots.teams import cards as teams_cards
from bots.teams.forms import dialog
from core.chat.actions import Action
from core.chat.forms import Form
from core.chat.table import TABLE
from core.chat.views import Button
from core.chat.words import Words
from core.engine.db.tables.engine import journal
from core.people.model import RIGHTS, Right
from tests.harness.faces import Face, Seen, seen_in_slack, seen_in_teams
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, Persona, World

NOA = Persona("noa", "Noa Nothing", ())
EVERYBODY = (ANA, BEN, FAY, VIC, ADA, NOA)


def lacking(who: Persona) -> Iterator[Action]:
    held = frozenset().union(*(RIGHTS[role] for role in who.roles))
    return (action for action in TABLE.all if action.right not in held)


def button(face: Face, action: Action) -> Seen:
    """A button as a card of ours would carry it; whoever sees a shared card sees them all."""
    press = Button(label="Press", action=action.name, subject=1, form=action.form)
    drawn = slack_cards.button(press, 0) if face.name == "slack" else teams_cards.action(press)
    return Seen({}, buttons={"Press": drawn})


def opened_form(face: Face, action: Action) -> Seen:
    """A form that was opened before the right was taken away."""
    form = Form(action=action.name, subject=1, title="Form", submit="Go", fields=(), key=f"form:{action.name}:{face.name}")
    words = Words("en")
    return (
        seen_in_slack(modal(form, words))
        if face.name == "slack"
        else seen_in_teams({"attachments": [dialog(form, words)["task"]["value"]["card"]]})
    )


def changes(world: World) -> int:
    with world.house.desk.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(journal)) or 0


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.handle)
def test_what_a_role_does_not_allow_is_refused_however_it_is_asked(who: Persona, world: World, face: Face) -> None:
    world.hire(who)
    before = changes(world)

    for action in lacking(who):
        says = f"Nothing was done: {Words('en').say(f'right.{action.right}')}"
        if action.typed:
            assert says in face.type(f"{action.name} 1", by=who), f"{action.name} typed"
            assert says in face.mention(action.called("pl"), by=who), f"{action.name} mentioned"
        assert says in face.click(button(face, action), "Press", by=who), f"{action.name} pressed"
        assert says in face.fill(opened_form(face, action), by=who), f"{action.name} submitted"

    assert changes(world) == before


def test_each_right_is_somebodys_and_none_is_everybodys() -> None:
    for right in {action.right for action in TABLE.all}:
        assert any(right in held for held in RIGHTS.values())
        assert right == Right.READ or not all(right in held for held in RIGHTS.values())
