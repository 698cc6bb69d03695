"""Verbs between yes and no: what an approver wants first, and the proposer's answer."""

from collections.abc import Mapping
from dataclasses import replace

from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.forms import Option
from core.chat.parsing import usage
from core.chat.requests import Card, Reply
from core.chat.showing.proposing import revision_view
from core.chat.showing.suspensions import suspension_view
from core.chat.verbs.suspensions import REASON, SUSPENSION, questions_of, refuse_several, suspendable
from core.chat.views import View
from core.engine.errors import InvalidInput
from core.people.model import Right
from core.suspensions.commands import RequestChanges, ReviseSuspension
from core.suspensions.queries import suspension
from core.suspensions.revising import refuse_if_not_asked
from core.suspensions.terms.queries import term_ends_of

from .terms import AT_TERM_END, common_answer


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
    command = ReviseSuspension(
        suspension_id=_of(given), reason=str(given["reason"]), subscription_ids=chosen, questions=seen,
        at_term_end=str(given.get("at_term_end", "")),
    )  # fmt: skip
    asked.do(command)
    return _card(asked, given)


def may_be_chosen(asked: Asked, given: Given) -> tuple[Option, ...]:
    """What may be suspended for the request's case, whatever it is about now."""
    if SUSPENSION.name not in given:
        return ()
    with asked.reading() as connection:
        return suspendable(connection, asked.words, suspension(connection, _of(given)).customer_id)


def questions_now(asked: Asked, given: Given) -> tuple[Option, ...]:
    """Those about the overdue invoices of the request's case."""
    if SUSPENSION.name not in given:
        return ()
    with asked.reading() as connection:
        return questions_of(connection, case(connection, suspension(connection, _of(given)).case_id), asked.now)


def as_it_is(asked: Asked, given: Given) -> Mapping[str, str]:
    """The form begins with what was asked for. Raises Conflict or NotAllowed where there is nothing to answer, or not by this person,
    InvalidInput when nobody said which."""
    if SUSPENSION.name not in given:
        raise InvalidInput("argument_missing", missing=asked.words.say("field.suspension"), usage=usage(asked, REVISE))
    with asked.reading() as connection:
        found = suspension(connection, _of(given))
        refuse_if_not_asked(connection, found, f"staff:{asked.member.id}")
        mine = _chosen(asked, given)
        known = [(read, end) for read, end in term_ends_of(connection, found.customer_id) if read.id in mine]
    ends = [end if end.seats in (None, read.quantity) else replace(end, decided=None) for read, end in known]
    return {"reason": found.reason, "subscriptions": ",".join(str(each) for each in mine), "at_term_end": common_answer(ends)}


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
        replace(AT_TERM_END, required=False),
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
