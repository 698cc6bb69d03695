"""Verbs about a customer's ladder."""

from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Card, Gesture, Private, Reply
from core.chat.showing.ladder import policy_view
from core.chat.showing.notices import preview_view
from core.chat.verbs.cases import CASE, SHOWN_CASE, case_of, settled
from core.collections import rows
from core.collections.commands import ChooseTicket, ReplanLadder, SendNotice, StartLadder
from core.engine.errors import Conflict
from core.people.model import Right


def show_policy(asked: Asked, given: Given) -> Reply:
    """What comes next for this customer, when and why. Raises Conflict for a case that collects nothing."""
    with asked.reading() as connection:
        return Private(policy_view(connection, asked.words, case_of(given), asked.now, asked.member))


def start(asked: Asked, given: Given) -> Reply:
    """Old debts were looked at: reminders may begin."""
    asked.do(StartLadder(ladder_id=_ladder_id(asked, given)))
    return settled(asked, case_of(given), asked.words.say("ladder.started", number=f"C-{case_of(given)}"))


def replan(asked: Asked, given: Given) -> Reply:
    """The ladder follows the policy in force now; the list that was clicked is the new one."""
    asked.do(ReplanLadder(ladder_id=_ladder_id(asked, given)))
    with asked.reading() as connection:
        view = policy_view(connection, asked.words, case_of(given), asked.now, asked.member)
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


def preview(asked: Asked, given: Given) -> Reply:
    """The next notice as it will be sent; for this reader only. Raises Conflict for a case that collects nothing."""
    with asked.reading() as connection:
        return Private(preview_view(connection, asked.words, case_of(given), asked.now, asked.member))


def deliver(asked: Asked, given: Given) -> Reply:
    """What waits for a person is sent by the desk. Raises what SendNotice raises."""
    asked.do(SendNotice(ladder_id=_ladder_id(asked, given)))
    return settled(asked, case_of(given), asked.words.say("notice.delivered", number=f"C-{case_of(given)}"))


def choose_ticket(asked: Asked, given: Given) -> Reply:
    """The payer's notices go into that case's ticket. Raises what ChooseTicket raises."""
    chosen = int(str(given["ticket_case"]))
    asked.do(ChooseTicket(case_id=case_of(given), ticket_case_id=chosen))
    return settled(asked, case_of(given), asked.words.say("notice.ticket_chosen", number=f"C-{case_of(given)}", ticket=f"C-{chosen}"))


def _ladder_id(asked: Asked, given: Given) -> int:
    with asked.reading() as connection:
        found = case(connection, case_of(given))
        climbed = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    if climbed is None:
        raise Conflict("ladder_none", number=found.number)
    return climbed.id


ACTIONS = (
    Action(
        name="policy", right=Right.READ, topic=Topic.MONEY, answer=show_policy, arguments=(SHOWN_CASE,), polish=("zasady",),
        example="policy {case}",
    ),
    Action(
        name="start", right=Right.WORK, topic=Topic.MONEY, answer=start, arguments=(CASE,), polish=("rozpocznij",),
        example="start {case}",
    ),
    Action(
        name="preview", right=Right.READ, topic=Topic.MONEY, answer=preview, arguments=(SHOWN_CASE,), polish=("podgląd",),
        example="preview {case}",
    ),
    Action(
        name="deliver", right=Right.WORK, topic=Topic.MONEY, answer=deliver, arguments=(CASE,), polish=("doręcz",),
        example="deliver {case}",
    ),
    Action(
        name="ticket", right=Right.WORK, topic=Topic.MONEY, answer=choose_ticket, polish=("zgłoszenie",), form=True, use=Use.RARE,
        example="ticket {case}", arguments=(CASE, Argument(name="ticket_case", kind=ArgumentKind.CASE)),
    ),
    Action(
        name="replan", right=Right.FINANCE, topic=Topic.MONEY, answer=replan, arguments=(CASE,), polish=("zaplanuj",),
        example="replan {case}",
    ),
)  # fmt: skip
