"""The action table of the desk: every row, once."""

from .actions import ActionTable
from .verbs import (
    absence,
    cases,
    collecting,
    customers,
    desk,
    escalations,
    evidence,
    executing,
    finding,
    home,
    ladder,
    messages,
    people,
    preferences,
    reading,
    receivables,
    replies,
    revising,
    snoozing,
    staff,
    suspensions,
    terms,
    watching,
    webhooks,
    working,
)
from .verbs.help import help_action

_itself: list[ActionTable] = []
HELP = help_action(_itself)
TABLE = ActionTable(
    cases.ACTIONS,
    finding.ACTIONS,
    working.ACTIONS,
    watching.ACTIONS,
    snoozing.ACTIONS,
    messages.ACTIONS,
    replies.ACTIONS,
    escalations.ACTIONS,
    customers.ACTIONS,
    receivables.ACTIONS,
    collecting.ACTIONS,
    ladder.ACTIONS,
    suspensions.ACTIONS,
    executing.ACTIONS,
    terms.ACTIONS,
    revising.ACTIONS,
    evidence.ACTIONS,
    people.ACTIONS,
    staff.ACTIONS,
    absence.ACTIONS,
    preferences.ACTIONS,
    reading.ACTIONS,
    webhooks.ACTIONS,
    desk.ACTIONS,
    home.ACTIONS,
    (HELP,),
)
_itself.append(TABLE)
