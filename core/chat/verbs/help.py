"""Help, which shows only what this person may do."""

from core.chat.actions import Action, ActionTable, Argument, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.showing.help import help_view, verb_view
from core.chat.suggesting import unknown
from core.engine.folding import folded
from core.people.model import Right

VERB = Argument(name="verb", kind=ArgumentKind.NAME, required=False, max_length=100)


def help_action(table: list[ActionTable]) -> Action:
    """The row for help; `table` is filled once all rows are known."""

    def answer(asked: Asked, given: Given) -> Reply:
        with asked.reading() as connection:
            if "verb" not in given:
                return Private(help_view(asked, connection, table[0]))
            return Private(verb_view(asked, connection, _named(asked, str(given["verb"]))))

    def _named(asked: Asked, word: str) -> Action:
        """The verb of that name. Raises InvalidInput also for one that the member may not use: help tells nothing of it."""
        found = table[0].named(folded(word))
        if found is None or not found.typed or not asked.may(found.right):
            raise unknown(table[0], asked.member.rights, word)
        return found

    return Action(name="help", right=Right.READ, topic=Topic.DESK, answer=answer, arguments=(VERB,), polish=("pomoc",), aliases=("?",))
