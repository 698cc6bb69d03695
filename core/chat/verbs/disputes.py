"""Verbs about what a customer does not accept: a whole invoice, a line of it, or an amount."""

from collections.abc import Mapping
from dataclasses import replace

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.billed import invoice_meant, lines_offered
from core.chat.debtors import debtor
from core.chat.forms import When
from core.chat.requests import Reply
from core.chat.showing.collecting import dispute_view
from core.chat.values import Day, Moment, Money, Text
from core.chat.verbs.collecting import AMOUNT, DEBTOR, REASON, money, shown
from core.chat.views import Fact, NoteView, View
from core.collections.commands import CloseDispute, OpenDispute, OverrideDispute
from core.collections.model import DisputeState
from core.customers.queries import today_of
from core.engine.errors import InvalidInput
from core.people.model import Right
from core.receivables.queries import positions_of_customer

OFFERED = 8  # open invoices named above the form
WHOLE, LINE, PART = "whole", "line", "amount"


def open_dispute(asked: Asked, given: Given) -> Reply:
    """What the customer does not accept. Raises what OpenDispute raises, InvalidInput without an invoice or for another customer's."""
    with asked.reading() as connection:
        whose = debtor(connection, given["debtor"])
        invoice_id = invoice_meant(connection, whose, str(given["invoice"])) if given.get("invoice") else whose.invoice_id
    if invoice_id is None:
        raise InvalidInput("field_missing", "invoice")
    if "amount" not in given and given.get("scope") not in (WHOLE, LINE):
        raise InvalidInput("field_missing", "scope")
    amount = money(given["amount"]) if "amount" in given else None
    line = int(str(given["line"])) if given.get("line") else None
    command = OpenDispute(
        invoice_id=invoice_id, line=line, amount=amount.minor if amount else None, currency=amount.currency if amount else "",
        reason=str(given["reason"]),
    )  # fmt: skip
    return shown(asked, dispute_view, asked.do(command).ids["dispute_id"])


def before_disputing(asked: Asked, given: Given) -> View:
    """What is open, to choose the invoice from: the earliest due first."""
    facts: list[Fact] = []
    more = 0
    if "debtor" in given:
        with asked.reading() as connection:
            customer_id = debtor(connection, given["debtor"]).customer_id
            found = positions_of_customer(connection, customer_id, today_of(connection, customer_id, asked.now))
        unpaid = [(i, i.open) for owed in found for i in owed.invoices if i.open is not None and i.open > 0]
        facts = [Fact(i.number, (Money(left, i.currency), Day(i.due_on))) for i, left in unpaid[:OFFERED]]
        more = len(unpaid) - OFFERED
        facts += [Fact(asked.words.say("fact.as_of"), Moment(min(owed.as_of for owed in found)))] if found else []
    rest = (Text(asked.words.count("list.more", more)),) if more > 0 else ()
    return NoteView(title=asked.words.say("dispute.before"), facts=tuple(facts), footnotes=rest)


def at_first(_asked: Asked, given: Given) -> Mapping[str, str]:
    """The invoice by which the customer was named, if it was; an amount, or the line that was typed."""
    token = given.get("debtor")
    named = {"invoice": token} if isinstance(token, str) and not token.startswith("id:") else {}
    return {"scope": LINE if "line" in given else PART, **named}


def close_dispute(asked: Asked, given: Given) -> Reply:
    """How it ended."""
    dispute_id = int(str(given["dispute"]))
    asked.do(CloseDispute(dispute_id=dispute_id, outcome=DisputeState(str(given["outcome"])), reason=str(given["reason"])))
    return shown(asked, dispute_view, dispute_id)


def override_dispute(asked: Asked, given: Given) -> Reply:
    """A finance lead lets a suspension go on for the undisputed part."""
    dispute_id = int(str(given["dispute"]))
    asked.do(OverrideDispute(dispute_id=dispute_id, reason=str(given["reason"])))
    return shown(asked, dispute_view, dispute_id)


DISPUTE = Argument(name="dispute", kind=ArgumentKind.RECORD, prefix="D")
ENDS = (DisputeState.ACCEPTED, DisputeState.REJECTED, DisputeState.WITHDRAWN)
KNOWN = When(field="debtor")

ACTIONS = (
    Action(
        name="dispute", right=Right.WORK, topic=Topic.MONEY, answer=open_dispute, form=True, polish=("spór",), lead=before_disputing,
        prefill=at_first, example="dispute {case} {text}",
        arguments=(
            DEBTOR,
            Argument(name="invoice", kind=ArgumentKind.INVOICE, required=False, max_length=80, about="debtor", when=KNOWN),
            Argument(name="scope", kind=ArgumentKind.WORD, required=False, choices=(WHOLE, LINE, PART), when=KNOWN),
            Argument(
                name="line", kind=ArgumentKind.LINE, options=lines_offered, about="invoice", when=When(field="scope", among=(LINE,)),
            ),
            replace(AMOUNT, when=When(field="scope", among=(LINE, PART)), required_when=When(field="scope", among=(PART,))),
            REASON,
        ),
    ),
    Action(
        name="settle", right=Right.WORK, topic=Topic.MONEY, answer=close_dispute, form=True, polish=("rozstrzygnij",), use=Use.RARE,
        arguments=(DISPUTE, Argument(name="outcome", kind=ArgumentKind.WORD, choices=tuple(ENDS)), REASON),
        example="settle D-1 accepted {text}",
    ),
    Action(
        name="override", right=Right.FINANCE, topic=Topic.MONEY, answer=override_dispute, form=True, polish=("pomiń spór",), use=Use.RARE,
        arguments=(DISPUTE, REASON), example="override D-1 {text}",
    ),
)  # fmt: skip
