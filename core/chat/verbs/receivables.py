"""Verbs about what customers owe."""

from datetime import date

from dateutil.relativedelta import relativedelta

from core.cases.files import OfferFigures
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.forms import When
from core.chat.requests import Private, Reply
from core.chat.showing.cases import case_view
from core.chat.showing.comparison import comparison_view
from core.chat.showing.receivables import owed_view
from core.chat.showing.statements import aging_title, aging_view, statement_view
from core.chat.verbs.handing import good_once, hand_over
from core.chat.views import NoteView
from core.customers.queries import today_of
from core.engine.errors import Conflict, InvalidInput, NotAllowed
from core.people.model import Right
from core.receivables.aging import aging
from core.receivables.commands import RecordNotice
from core.receivables.model import BY_HAND, NoticeKind, NoticeMethod
from core.receivables.queries import last_two_months

CUSTOMER = Argument(name="customer", kind=ArgumentKind.CUSTOMER)
BY_MAIL = When(field="method", among=(NoticeMethod.EMAIL,))
ON_PAPER = When(field="method", among=BY_HAND)


def show_owed(asked: Asked, given: Given) -> Reply:
    """What the customer owes now; for this reader only."""
    with asked.reading() as connection:
        return Private(owed_view(connection, asked.words, int(str(given["customer"])), asked.now))


def record_notice(asked: Asked, given: Given) -> Reply:
    """Keep the notice and show the case with it. Raises what RecordNotice raises."""
    case_id, day = int(str(given["case"])), given["day"]
    assert isinstance(day, date)  # noqa: S101 (the parser's own promise)
    method = NoticeMethod(str(given["method"]))
    recipient, proof = ("addressee", "receipt") if method in BY_HAND else ("recipient", "proof")
    command = RecordNotice(
        case_id=case_id, kind=NoticeKind(str(given["kind"])), sent_on=day, recipient=str(given[recipient]), method=method,
        proof=str(given[proof]),
    )  # fmt: skip
    asked.do(command)
    with asked.reading() as connection:
        return Private(case_view(connection, asked.words, case_id, asked.now, asked.member))


def compare_months(asked: Asked, given: Given) -> Reply:
    """Two months' invoices line by line; without months the last two. Raises InvalidInput when only one is named."""
    customer_id, named = int(str(given["customer"])), [str(given[name]) for name in ("before", "after") if given.get(name)]
    if len(named) == 1:
        raise InvalidInput("compare_one_month")
    with asked.reading() as connection:
        before, after = sorted(named) if named else last_two_months(connection, customer_id, asked.now)
        return Private(comparison_view(connection, asked.words, customer_id, before, after))


def show_statement(asked: Asked, given: Given) -> Reply:
    """What was billed, credited and paid since a month; the last three without one. For this reader only."""
    customer_id = int(str(given["customer"]))
    with asked.reading() as connection:
        today = today_of(connection, customer_id, asked.now)
        since = date.fromisoformat(f"{given['since']}-01") if given.get("since") else today.replace(day=1) - relativedelta(months=2)
        return Private(statement_view(connection, asked.words, customer_id, since, asked.now))


def show_aging(asked: Asked, given: Given) -> Reply:
    """How old what is open is, as a roll-up with bars in text. Raises NotAllowed for everybody's together."""
    customer_id = _whose_ages(asked, given)
    with asked.reading() as connection:
        return Private(aging_view(connection, asked.words, customer_id, asked.now))


def show_chart(asked: Asked, given: Given) -> Reply:
    """The same drawn, as links to a page and a picture. Raises NotAllowed likewise; Conflict where nothing is open, and where the desk
    does not know its own address."""
    customer_id = _whose_ages(asked, given)
    with asked.reading() as connection:
        if not aging(connection, asked.now, customer_id=customer_id):
            raise Conflict("chart_nothing_open")
        title = aging_title(connection, asked.words, customer_id)
    links, offered = hand_over(asked, "chart", ("pdf", "png"))
    asked.do(OfferFigures(customer_id=customer_id, **offered))
    return Private(NoteView(title=asked.words.say("chart.offered", title=title), facts=links, footnotes=(good_once(asked.words),)))


def _whose_ages(asked: Asked, given: Given) -> int | None:
    """One customer's for whoever may read, everybody's together for those who collect or lead finance."""
    customer_id = int(str(given["customer"])) if given.get("customer") else None
    if customer_id is None and not (asked.may(Right.WORK) or asked.may(Right.FINANCE)):
        raise NotAllowed("aging_all")
    return customer_id


ACTIONS = (
    Action(
        name="statement", right=Right.READ, topic=Topic.MONEY, answer=show_statement, polish=("zestawienie",),
        example="statement {customer}",
        arguments=(CUSTOMER, Argument(name="since", kind=ArgumentKind.MONTH, required=False)),
    ),
    Action(
        name="aging", right=Right.READ, topic=Topic.MONEY, answer=show_aging, polish=("wiekowanie",), aliases=("ageing",),
        example="aging {customer}", arguments=(Argument(name="customer", kind=ArgumentKind.CUSTOMER, required=False),),
    ),
    Action(
        name="chart", right=Right.READ, topic=Topic.MONEY, answer=show_chart, polish=("wykres",), aliases=("aging chart",),
        example="chart {customer}", arguments=(Argument(name="customer", kind=ArgumentKind.CUSTOMER, required=False),),
    ),
    Action(
        name="compare", right=Right.READ, topic=Topic.MONEY, answer=compare_months, polish=("porównaj",), use=Use.EVERYDAY,
        example="compare {customer} {before} {after}",
        arguments=(
            CUSTOMER,
            Argument(name="before", kind=ArgumentKind.MONTH, required=False),
            Argument(name="after", kind=ArgumentKind.MONTH, required=False),
        ),
    ),
    Action(
        name="owed", right=Right.READ, topic=Topic.MONEY, answer=show_owed, arguments=(CUSTOMER,), polish=("należności",),
        aliases=("owes",), example="owed {customer}",
    ),
    Action(
        name="notice", right=Right.WORK, topic=Topic.MONEY, answer=record_notice, form=True, polish=("wezwanie",), example="notice {case}",
        arguments=(
            Argument(name="case", kind=ArgumentKind.CASE),
            Argument(name="kind", kind=ArgumentKind.WORD, choices=tuple(NoticeKind)),
            Argument(name="day", kind=ArgumentKind.DAY, tense=Tense.PAST),
            Argument(name="method", kind=ArgumentKind.WORD, choices=tuple(NoticeMethod)),
            Argument(name="recipient", kind=ArgumentKind.NAME, max_length=200, when=BY_MAIL),
            Argument(name="proof", kind=ArgumentKind.LONG_TEXT, max_length=2000, when=BY_MAIL),
            Argument(name="receipt", kind=ArgumentKind.NAME, max_length=300, when=ON_PAPER),
            Argument(name="addressee", kind=ArgumentKind.TEXT, max_length=200, when=ON_PAPER),
        ),
    ),
)  # fmt: skip
