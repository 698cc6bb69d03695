"""The action table of the desk: every row, once."""

from .actions import ActionTable
from .verbs import cases, customers, people, receivables, replies, suspensions, working
from .verbs.help import help_action

_itself: list[ActionTable] = []
HELP = help_action(_itself)
TABLE = ActionTable(
    cases.ACTIONS, working.ACTIONS, replies.ACTIONS, customers.ACTIONS, receivables.ACTIONS, suspensions.ACTIONS, people.ACTIONS, (HELP,)
)
_itself.append(TABLE)
