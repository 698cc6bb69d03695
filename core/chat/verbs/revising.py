"""Verbs between yes and no: what an approver wants first, and the proposer's answer."""

from collections.abc import Mapping

from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.forms import Option
from core.chat.parsing import usage
from core.chat.requests import Card, Reply
from core.chat.showing.proposing import revision_view
from core.chat.showing.suspensions import suspension_view
from core.chat.verbs.suspensions import REASON, SUSPENSION, refuse_several
from core.chat.views import View
from core.customers.queries import subscriptions_of, today_of
from core.engine.errors import InvalidInput
from core.people.model import Right
from core.receivables.queries import position
from core.suspensions.commands import RequestChanges, ReviseSuspension
from core.suspensions.facts import questions_about
from core.suspensions.propose import why_not
from core.suspensions.queries import suspension
from core.suspensions.revising import refuse_if_not_asked


def changes(asked: Asked, given: Given) -> Reply:
    """Neither yes nor no: back to whoever proposed it."""
    refuse_several(asked, str(given["reason"]))
    asked.do(RequestChanges(suspension_id=_of(given), reason=str(given["reason"])))
    return _card(asked, given)


def revise(asked: Asked, given: Given) -> Reply:
    """The proposer's answer. Typed with a reason alone, it stays about the same subscriptions."""
    chosen, seen = given.get("subscriptions") or _chosen(asked, given), given.get("questions", ())
    assert isinstance(chosen, tuple)  # noqa: S101 (the parser's own promise)
    assert isinstance(seen, tuple)  # noqa: S101 (the parser's own promise)
    asked.do(ReviseSuspension(suspension_id=_of(given), reason=str(given["reason"]), subscription_ids=chosen, questions=seen))
    return _card(asked, given)


def may_be_chosen(asked: Asked, given: Given) -> tuple[Option, ...]:
    """What may be suspended for the request's case, whatever it is about now."""
    if SUSPENSION.name not in given:
        return ()
    with asked.reading() as connection:
        found = suspension(connection, _of(given))
        theirs = [s for s in subscriptions_of(connection, found.customer_id) if why_not(connection, s) is None]
    seats = [asked.words.count("suspension.seats", s.quantity) for s in theirs]
    return tuple(Option(str(s.id), f"{s.name}, {shown}") for s, shown in zip(theirs, seats, strict=True))


def questions_now(asked: Asked, given: Given) -> tuple[Option, ...]:
    """The customer's open questions about the overdue invoices: each must be ticked as seen."""
    if SUSPENSION.name not in given:
        return ()
    with asked.reading() as connection:
        about = case(connection, suspension(connection, _of(given)).case_id)
        if about.payer_id is None or about.customer_id is None:
            return ()
        owed = position(connection, about.payer_id, about.currency, today_of(connection, about.customer_id, asked.now))
        named = [case(connection, each) for each in questions_about(connection, about.customer_id, owed)]
    return tuple(Option(str(each.id), f"{each.number} {each.title}") for each in named)


def as_it_is(asked: Asked, given: Given) -> Mapping[str, str]:
    """The form begins with what was asked for. Raises Conflict or NotAllowed where there is nothing to answer, or not by this person,
    InvalidInput when nobody said which."""
    if SUSPENSION.name not in given:
        raise InvalidInput("argument_missing", missing=asked.words.say("field.suspension"), usage=usage(asked, REVISE))
    with asked.reading() as connection:
        found = suspension(connection, _of(given))
        refuse_if_not_asked(connection, found, f"staff:{asked.member.id}")
    return {"reason": found.reason, "subscriptions": ",".join(str(each) for each in _chosen(asked, given))}


def before_revising(asked: Asked, given: Given) -> View:
    """What was wanted, and what is owed."""
    with asked.reading() as connection:
        return revision_view(connection, asked.words, _of(given), asked.now)


def _chosen(asked: Asked, given: Given) -> tuple[int, ...]:
    with asked.reading() as connection:
        return tuple(one.subscription_id for one in suspension(connection, _of(given)).items)


def _card(asked: Asked, given: Given) -> Reply:
    with asked.reading() as connection:
        return Card(suspension_view(connection, asked.words, _of(given), asked.now, asked.member))


def _of(given: Given) -> int:
    return int(str(given["suspension"]))


REVISE = Action(
    name="revise", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=revise, form=True, polish=("popraw",),
    example="revise {suspension}", prefill=as_it_is, lead=before_revising,
    arguments=(
        SUSPENSION, REASON, Argument(name="subscriptions", kind=ArgumentKind.SUBSCRIPTIONS, options=may_be_chosen),
        Argument(name="questions", kind=ArgumentKind.SUBSCRIPTIONS, options=questions_now, required=False),
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        name="changes", right=Right.DECIDE, topic=Topic.SUSPENSIONS, answer=changes, arguments=(SUSPENSION, REASON), form=True,
        polish=("poprawki",), example="changes {suspension} {text}",
    ),
    REVISE,
)  # fmt: skip
