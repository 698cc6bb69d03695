"""Verbs about what holds back collecting: payments reported, promises and holds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.amounts import written
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.debtors import Debtor, debtor, payer_for
from core.chat.forms import When
from core.chat.requests import Card, Gesture, Private, Reply
from core.chat.showing.collecting import hold_view, pauses_view, payment_view, promise_view
from core.chat.values import Money
from core.chat.views import Button
from core.collections.commands import (
    PlaceHold,
    RecordPromise,
    ReleaseHold,
    ReportPayment,
    WithdrawPayment,
    WithdrawPromise,
)
from core.collections.model import HoldKind
from core.collections.standing import promise
from core.customers.queries import today_of
from core.people.model import Right


def report_payment(asked: Asked, given: Given) -> Reply:
    """Record it and read it back. Raises what ReportPayment raises."""
    payer_id, amount = _payer(asked, given)
    command = ReportPayment(
        payer_id=payer_id, amount=amount.minor, currency=amount.currency, paid_on=day(given["day"]), proof=str(given["evidence"])
    )
    return shown(asked, payment_view, asked.do(command).ids["payment_id"])


def withdraw_payment(asked: Asked, given: Given) -> Reply:
    """It was not so."""
    payment_id = int(str(given["reported"]))
    asked.do(WithdrawPayment(payment_id=payment_id, reason=str(given["reason"])))
    return shown(asked, payment_view, payment_id)


def record_promise(asked: Asked, given: Given) -> Reply:
    """Record it and read it back, with when it will be judged. Raises what RecordPromise raises."""
    payer_id, amount = _payer(asked, given)
    command = RecordPromise(
        payer_id=payer_id, amount=amount.minor, currency=amount.currency, promised_on=day(given["promised_on"]), how=str(given["how"])
    )
    return shown(asked, promise_view, asked.do(command).ids["promise_id"])


def replace_promise(asked: Asked, given: Given) -> Reply:
    """Another amount or day takes the place of a promise whose day has not come."""
    replaced, amount = int(str(given["promise"])), money(given["amount"])
    with asked.reading() as connection:
        before = promise(connection, replaced)
    command = RecordPromise(
        payer_id=before.payer_id, amount=amount.minor, currency=amount.currency, promised_on=day(given["promised_on"]),
        how=before.how, replaces=replaced, reason=str(given["reason"]),
    )  # fmt: skip
    return shown(asked, promise_view, asked.do(command).ids["promise_id"])


def as_promised(asked: Asked, given: Given) -> Mapping[str, str]:
    """What was promised before is what the form starts with; empty where nobody said which promise."""
    if "promise" not in given:
        return {}
    with asked.reading() as connection:
        before = promise(connection, int(str(given["promise"])))
    return {"amount": written(Money(before.amount, before.currency)), "promised_on": before.promised_on.isoformat()}


def withdraw_promise(asked: Asked, given: Given) -> Reply:
    """Taken back before its day."""
    promise_id = int(str(given["promise"]))
    asked.do(WithdrawPromise(promise_id=promise_id, reason=str(given["reason"])))
    return shown(asked, promise_view, promise_id)


def place_hold(asked: Asked, given: Given) -> Reply:
    """Collect nothing until that day, or until it is released. Raises what PlaceHold raises."""
    with asked.reading() as connection:
        whose = debtor(connection, given["debtor"])
        today = today_of(connection, whose.customer_id, asked.now)
    command = PlaceHold(
        customer_id=whose.customer_id, payer_id=whose.payer_id, kind=HoldKind(str(given["hold_kind"])),
        since=day(given["first_day"]) if given.get("first_day") else today,
        until=day(given["last_day"]) if given.get("last_day") else None, reason=str(given["reason"]),
    )  # fmt: skip
    return shown(asked, hold_view, asked.do(command).ids["hold_id"])


def release_hold(asked: Asked, given: Given) -> Reply:
    """Collect again."""
    hold_id = int(str(given["hold"]))
    asked.do(ReleaseHold(hold_id=hold_id, reason=str(given["reason"])))
    return shown(asked, hold_view, hold_id)


def show_pauses(asked: Asked, given: Given) -> Reply:
    """Everything that holds back collecting; for this reader only, in place of the card whose button was pressed where a chat can."""
    with asked.reading() as connection:
        whose = debtor(connection, given["debtor"])
        view = pauses_view(connection, asked.words, whose.customer_id, asked.now, asked.member)
    if isinstance(given["debtor"], int):
        back = Button(label=asked.words.say("button.case"), action="case", subject=given["debtor"])
        view = replace(view, buttons=(*view.buttons, back))
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


def _payer(asked: Asked, given: Given) -> tuple[int, Money]:
    amount = money(given["amount"])
    with asked.reading() as connection:
        whose: Debtor = debtor(connection, given["debtor"])
        return payer_for(connection, whose, amount), amount


def money(given: object) -> Money:
    """An understood amount."""
    assert isinstance(given, Money)  # noqa: S101 (the parser's own promise)
    return given


def day(given: object) -> date:
    """An understood day."""
    assert isinstance(given, date)  # noqa: S101 (the parser's own promise)
    return given


def shown(asked: Asked, view: Any, record_id: int) -> Reply:
    """The record, read back."""
    with asked.reading() as connection:
        return Private(view(connection, asked.words, record_id, asked.member))


DEBTOR = Argument(name="debtor", kind=ArgumentKind.DEBTOR)
AMOUNT = Argument(name="amount", kind=ArgumentKind.MONEY)
REASON = Argument(name="reason", kind=ArgumentKind.LONG_TEXT, max_length=1000)
PROMISE = Argument(name="promise", kind=ArgumentKind.RECORD, prefix="P")
PROMISED_ON = Argument(name="promised_on", kind=ArgumentKind.DAY, tense=Tense.FUTURE)

ACTIONS = (
    Action(
        name="payment", right=Right.WORK, topic=Topic.MONEY, answer=report_payment, form=True, polish=("wpłata",),
        example="payment {case} {text}",
        arguments=(
            DEBTOR, AMOUNT, Argument(name="day", kind=ArgumentKind.DAY, tense=Tense.PAST),
            Argument(name="evidence", kind=ArgumentKind.LONG_TEXT, max_length=1000),
        ),
    ),
    Action(
        name="withdraw_payment", right=Right.WORK, topic=Topic.MONEY, answer=withdraw_payment, form=True, polish=("cofnij wpłatę",),
        use=Use.RARE, arguments=(Argument(name="reported", kind=ArgumentKind.RECORD, prefix="PAY"), REASON),
        example="withdraw_payment PAY-1 {text}",
    ),
    Action(
        name="promise", right=Right.WORK, topic=Topic.MONEY, answer=record_promise, form=True, polish=("obietnica",),
        example="promise {case} {text}",
        arguments=(DEBTOR, AMOUNT, PROMISED_ON, Argument(name="how", kind=ArgumentKind.LONG_TEXT, max_length=1000)),
    ),
    Action(
        name="replace_promise", right=Right.WORK, topic=Topic.MONEY, answer=replace_promise, form=True, polish=("zmień obietnicę",),
        use=Use.RARE, prefill=as_promised, arguments=(PROMISE, AMOUNT, PROMISED_ON, REASON),
        example="replace_promise P-1 {text}",
    ),
    Action(
        name="withdraw_promise", right=Right.WORK, topic=Topic.MONEY, answer=withdraw_promise, form=True, polish=("cofnij obietnicę",),
        use=Use.RARE, arguments=(PROMISE, REASON), example="withdraw_promise P-1 {text}",
    ),
    Action(
        name="hold", right=Right.STOP, topic=Topic.MONEY, answer=place_hold, form=True, polish=("blokada",),
        example="hold {case} goodwill {text}",
        arguments=(
            DEBTOR, Argument(name="hold_kind", kind=ArgumentKind.WORD, choices=tuple(HoldKind)),
            Argument(
                name="last_day", kind=ArgumentKind.DAY, tense=Tense.FUTURE, filler=("until", "till", "do"),
                required_when=When(field="hold_kind", among=(HoldKind.GOODWILL,)),
            ),
            REASON,
            Argument(name="first_day", kind=ArgumentKind.DAY, tense=Tense.FUTURE, required=False),
        ),
    ),
    Action(
        name="release", right=Right.STOP, topic=Topic.MONEY, answer=release_hold, form=True, polish=("zwolnij",), use=Use.RARE,
        arguments=(Argument(name="hold", kind=ArgumentKind.RECORD, prefix="H"), REASON), example="release H-1 {text}",
    ),
    Action(
        name="pauses", right=Right.READ, topic=Topic.MONEY, answer=show_pauses, polish=("przeszkody",), example="pauses {case}",
        arguments=(DEBTOR,),
    ),
)  # fmt: skip
