"""Help, which shows only what this person may do."""

from core.chat.actions import Action, ActionTable, Given
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.values import Text
from core.chat.views import Fact, HelpView
from core.chat.words import Words
from core.people.model import Member, Right


def help_view(words: Words, member: Member, table: ActionTable) -> HelpView:
    """Every verb the member may use, with what it does and an example."""
    allowed = [action for action in table.all if action.typed and action.right in member.rights]
    facts = tuple(Fact(action.example or action.name, Text(words.say(f"help.{action.name}"))) for action in allowed)
    return HelpView(title=words.say("help.title"), status=words.say("help.lead"), facts=facts)


def help_action(table: list[ActionTable]) -> Action:
    """The row for help; `table` is filled once all rows are known."""

    def answer(asked: Asked, _given: Given) -> Reply:
        return Private(help_view(asked.words, asked.member, table[0]))

    return Action(name="help", right=Right.READ, answer=answer, aliases=("pomoc", "?"), example="help")
