"""Verbs about suspensions and restores."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.building import build_form
from core.chat.days import Tense
from core.chat.forms import Option
from core.chat.parsing import usage
from core.chat.requests import Card, Gesture, Open, Private, Refused, Reply
from core.chat.showing.attesting import attested_view
from core.chat.showing.holding import lifted_view
from core.chat.showing.proposing import not_offered, proposal_view
from core.chat.showing.suspensions import suspension_view
from core.chat.views import NoteView, View
from core.chat.words import Words
from core.customers.queries import subscription, subscriptions_of, today_of
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Command, Outcome
from core.people.model import Right
from core.receivables.queries import position
from core.suspensions.attesting import attested_of_case
from core.suspensions.commands import (
    AllowSuspensions,
    ApproveSuspension,
    AskAgain,
    AttestBank,
    ExplainStop,
    HaltSuspensions,
    LiftCurfew,
    ProposeSuspension,
    RefuseSuspension,
    StopSuspension,
)
from core.suspensions.facts import questions_about
from core.suspensions.holding import refuse_asking
from core.suspensions.propose import proposable_case, why_not
from core.suspensions.queries import newest_suspension_of, open_suspension_of
from core.suspensions.restore_commands import RestoreService
from core.suspensions.terms.queries import term_ends_of

from .terms import AT_TERM_END, common_answer

ANOTHER = re.compile(r"s-\d+\b", re.IGNORECASE)


def show_suspension(asked: Asked, given: Given) -> Reply:
    """The request as it is now."""
    return Private(_view(asked, int(str(given["suspension"]))))


def propose(asked: Asked, given: Given) -> Reply:
    """Ask for it; the proposer sees the same card as the approvers."""
    chosen, seen = given["subscriptions"], given.get("questions", ())
    assert isinstance(chosen, tuple)  # noqa: S101 (the parser's own promise)
    assert isinstance(seen, tuple)  # noqa: S101 (the parser's own promise)
    command = ProposeSuspension(
        case_id=int(str(given["case"])), reason=str(given["reason"]), subscription_ids=chosen, questions=seen,
        at_term_end=str(given.get("at_term_end", "")),
    )  # fmt: skip
    return Private(_view(asked, asked.do(command).ids["suspension_id"]))


def offered(asked: Asked, given: Given) -> tuple[Option, ...]:
    """What may be suspended for this case."""
    with asked.reading() as connection:
        found = proposable_case(connection, int(str(given["case"])), asked.now)
        return suspendable(connection, asked.words, found.customer_id or 0)


def open_questions(asked: Asked, given: Given) -> tuple[Option, ...]:
    """Those about the overdue invoices of this case."""
    if "case" not in given:
        return ()
    with asked.reading() as connection:
        return questions_of(connection, proposable_case(connection, int(str(given["case"])), asked.now), asked.now)


def suspendable(connection: Connection, words: Words, customer_id: int) -> tuple[Option, ...]:
    """The customer's subscriptions that may be suspended, with their seats."""
    theirs = [s for s in subscriptions_of(connection, customer_id) if why_not(connection, s) is None]
    return tuple(Option(str(s.id), f"{s.name}, {words.count('suspension.seats', s.quantity)}") for s in theirs)


def questions_of(connection: Connection, about: Case, now: datetime) -> tuple[Option, ...]:
    """The customer's open questions about the overdue invoices of a case: each must be ticked as seen."""
    if about.payer_id is None or about.customer_id is None:
        return ()
    owed = position(connection, about.payer_id, about.currency, today_of(connection, about.customer_id, now))
    named = [case(connection, each) for each in questions_about(connection, about.customer_id, owed)]
    return tuple(Option(str(each.id), f"{each.number} {each.title}") for each in named)


def everything(asked: Asked, given: Given) -> Mapping[str, str]:
    """All that may be suspended is chosen at first. Raises Conflict when nothing may be, InvalidInput when nobody said for whom."""
    if "case" not in given:
        raise InvalidInput("argument_missing", missing=asked.words.say("field.case"), usage=usage(asked, SUSPEND))
    options = offered(asked, given)
    chosen = {int(option.value) for option in options}
    with asked.reading() as connection:
        found = proposable_case(connection, int(str(given["case"])), asked.now)
        if not options:
            raise not_offered(connection, found)
        known = [(read, end) for read, end in term_ends_of(connection, found.customer_id or 0) if read.id in chosen]
        wanted = [subscription(connection, each) for each in sorted(chosen)]
        refuse_asking(connection, found.id, wanted, (f"staff:{asked.member.id}",), asked.now)
    return {"subscriptions": ",".join(option.value for option in options), "at_term_end": common_answer([end for _, end in known])}


def before_proposing(asked: Asked, given: Given) -> View:
    """What is owed, and what cannot be chosen and why."""
    with asked.reading() as connection:
        return proposal_view(connection, asked.words, int(str(given["case"])), asked.now)


def approve(asked: Asked, given: Given) -> Reply:
    """A yes to the facts on the card; when they changed unnoticed, the card shows the new ones and nothing was approved.

    Typed, it approves nothing yet: it shows the facts, with the button that is bound to them.
    """
    if asked.request.gesture is Gesture.TYPED:
        return show_suspension(asked, given)
    outcome = asked.do(ApproveSuspension(suspension_id=int(str(given["suspension"])), facts=asked.request.facts))
    if outcome.kind == "facts_rebound":
        return Refused(NoteView(title=asked.words.error(Conflict("facts_changed"))))
    return Card(_view(asked, outcome.ids["suspension_id"]))


def refuse(asked: Asked, given: Given) -> Reply:
    """A no with its reason."""
    refuse_several(asked, str(given["reason"]))
    suspension_id = int(str(given["suspension"]))
    return _done(asked, RefuseSuspension(suspension_id=suspension_id, reason=str(given["reason"])), suspension_id)


def stop(asked: Asked, given: Given) -> Reply:
    """Stops first, asks why afterwards."""
    suspension_id = int(str(given["suspension"]))
    asked.do(StopSuspension(suspension_id=suspension_id))
    return Open(build_form(asked, EXPLAIN, {"suspension": suspension_id}))


def explain(asked: Asked, given: Given) -> Reply:
    """Why it was stopped."""
    suspension_id = int(str(given["suspension"]))
    return _done(asked, ExplainStop(suspension_id=suspension_id, reason=str(given["reason"])), suspension_id)


def ask_again(asked: Asked, given: Given) -> Reply:
    """A new request about the same, in one click."""
    return Private(_view(asked, asked.do(AskAgain(suspension_id=int(str(given["suspension"])))).ids["suspension_id"]))


def restore(asked: Asked, given: Given) -> Reply:
    """Switch on again, now."""
    return _restored(asked, int(str(given["case"])), str(given["reason"]))


def restore_paid(asked: Asked, given: Given) -> Reply:
    """The one click after a payment."""
    return _restored(asked, int(str(given["case"])), asked.words.say("restore.paid"))


def lift(asked: Asked, given: Given) -> Reply:
    """Set the curfew aside for the case; what waits for it goes on."""
    case_id = int(str(given["case"]))
    asked.do(LiftCurfew(case_id=case_id, reason=str(given["reason"])))
    with asked.reading() as connection:
        open_one = open_suspension_of(connection, case_id)
        view = lifted_view(connection, asked.words, case_id, asked.now)
    return Private(view if open_one is None else _view(asked, open_one.id))


def attest(asked: Asked, given: Given) -> Reply:
    """Say until when the bank was checked; the last look is taken again at once."""
    case_id, until = int(str(given["case"])), given["checked_until"]
    assert isinstance(until, datetime)  # noqa: S101 (the parser's own promise)
    asked.do(AttestBank(case_id=case_id, until=until, checked=str(given["checked"])))
    with asked.reading() as connection:
        found = newest_suspension_of(connection, case_id)
        assert found is not None  # noqa: S101 (it was written for one in this very gesture)
        return Private(attested_view(connection, asked.words, found, attested_of_case(connection, case_id)[-1]))


def halt(asked: Asked, _given: Given) -> Reply:
    """The kill switch."""
    outcome = asked.do(HaltSuspensions())
    return Private(NoteView(title=asked.words.say("halt.already" if outcome.kind == "unchanged" else "halt.done")))


def allow(asked: Asked, _given: Given) -> Reply:
    """The kill switch, off again."""
    outcome = asked.do(AllowSuspensions())
    return Private(NoteView(title=asked.words.say("allow.already" if outcome.kind == "unchanged" else "allow.done")))


def _restored(asked: Asked, case_id: int, reason: str) -> Reply:
    outcome: Outcome = asked.do(RestoreService(case_id=case_id, reason=reason))
    with asked.reading() as connection:
        newest = newest_suspension_of(connection, case_id)
    return Private(_view(asked, outcome.ids.get("suspension_id") or (newest.id if newest else 0)))


def refuse_several(asked: Asked, reason: str) -> None:
    """A second number typed where the reason begins would be a verdict about one of them only. Raises InvalidInput."""
    if asked.request.gesture is Gesture.TYPED and ANOTHER.match(reason):
        raise InvalidInput("one_at_a_time", "suspension")


def _done(asked: Asked, command: Command, suspension_id: int) -> Reply:
    asked.do(command)
    return Card(_view(asked, suspension_id))


def _view(asked: Asked, suspension_id: int) -> View:
    with asked.reading() as connection:
        return suspension_view(connection, asked.words, suspension_id, asked.now, asked.member)


SUSPENSION = Argument(name="suspension", kind=ArgumentKind.SUSPENSION)
CASE = Argument(name="case", kind=ArgumentKind.CASE)
REASON = Argument(name="reason", kind=ArgumentKind.LONG_TEXT, max_length=1000)
EXPLAIN = Action(
    name="explain_stop", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=explain, arguments=(SUSPENSION, REASON), form=True, typed=False,
)  # fmt: skip

QUESTIONS = Argument(name="questions", kind=ArgumentKind.SUBSCRIPTIONS, options=open_questions, required=False)
SUSPEND = Action(
    name="suspend", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=propose, form=True, polish=("zawieś",), dangerous=True,
    example="suspend {case}", prefill=everything, lead=before_proposing,
    arguments=(
        CASE, replace(AT_TERM_END, required=False), REASON,
        Argument(name="subscriptions", kind=ArgumentKind.SUBSCRIPTIONS, options=offered), QUESTIONS,
    ),
)  # fmt: skip

ACTIONS = (
    SUSPEND,
    Action(
        name="suspension", right=Right.READ, topic=Topic.SUSPENSIONS, answer=show_suspension, arguments=(SUSPENSION,),
        polish=("zawieszenie",), example="suspension {suspension}",
    ),
    Action(
        name="approve", right=Right.DECIDE, topic=Topic.SUSPENSIONS, answer=approve, arguments=(SUSPENSION,), polish=("zatwierdź",),
        dangerous=True, example="approve {suspension}",
    ),
    Action(
        name="refuse", right=Right.DECIDE, topic=Topic.SUSPENSIONS, answer=refuse, arguments=(SUSPENSION, REASON), form=True,
        polish=("odmów",), example="refuse {suspension}",
    ),
    Action(
        name="stop", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=stop, arguments=(SUSPENSION,), polish=("zatrzymaj",),
        aliases=("undo",), use=Use.EVERYDAY, example="stop {suspension}",
    ),
    EXPLAIN,
    Action(
        name="ask_again", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=ask_again, arguments=(SUSPENSION,), polish=("ponów",),
        aliases=("again",), use=Use.RARE, example="ask_again {suspension}",
    ),
    Action(
        name="restore", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=restore, form=True, polish=("przywróć",), use=Use.EVERYDAY,
        example="restore {case} now {text}",
        arguments=(CASE, Argument(name="when", kind=ArgumentKind.WORD, choices=("now",)), REASON),
        prefill=lambda _asked, _given: {"when": "now"},
    ),
    Action(
        name="restore_paid", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=restore_paid, arguments=(CASE,), typed=False,
        instead="restore", dangerous=True,
    ),
    Action(
        name="lift", right=Right.FINANCE, topic=Topic.SUSPENSIONS, answer=lift, form=True, polish=("uchyl",), use=Use.RARE,
        arguments=(CASE, REASON), example="lift {case} {text}",
    ),
    Action(
        name="attest", right=Right.FINANCE, topic=Topic.SUSPENSIONS, answer=attest, form=True, polish=("poświadcz",), use=Use.RARE,
        arguments=(
            CASE, Argument(name="checked_until", kind=ArgumentKind.MOMENT, tense=Tense.PAST, filler=("until", "till", "do")),
            Argument(name="checked", kind=ArgumentKind.LONG_TEXT, max_length=1000),
        ),
        example="attest {case} 14:30 {text}",
    ),
    Action(name="halt", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=halt, polish=("wstrzymaj",), aliases=("stop-all",), use=Use.RARE),
    Action(
        name="allow", right=Right.ADMINISTER, topic=Topic.SUSPENSIONS, answer=allow, polish=("wznów",), use=Use.RARE,
    ),
)  # fmt: skip
