"""The verb about the end of a term: cancel, renew, or let it run on knowingly."""

from collections.abc import Mapping

from core.cases.model import Kind
from core.cases.queries import case
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.forms import Option
from core.chat.parsing import usage
from core.chat.requests import Private, Reply
from core.chat.showing.terms import term_view
from core.chat.views import View
from core.customers.model import Subscription
from core.engine.errors import Conflict, InvalidInput
from core.people.model import Right
from core.suspensions.queries import open_suspension_of
from core.suspensions.terms.commands import DecideTermEnd
from core.suspensions.terms.model import ANSWERS, TermEnd
from core.suspensions.terms.queries import term_ends_of

GONE = frozenset({"expired", "deleted"})  # what is over has no end any more


def decide(asked: Asked, given: Given) -> Reply:
    """Record it and read back what Partner Center would do. Raises what DecideTermEnd raises."""
    chosen = given["subscriptions"]
    assert isinstance(chosen, tuple)  # noqa: S101 (the parser's own promise)
    case_id = int(str(given["case"]))
    asked.do(DecideTermEnd(case_id=case_id, subscription_ids=chosen, choice=str(given["at_term_end"])))
    with asked.reading() as connection:
        whose = case(connection, case_id).customer_id or 0
        return Private(term_view(connection, asked.words, whose, chosen))


def offered(asked: Asked, given: Given) -> tuple[Option, ...]:
    """The customer's subscriptions that have such an end, those of the case's open request first."""
    if "case" not in given:
        return ()
    options = []
    for read, end in _ends(asked, int(str(given["case"]))):
        until = asked.words.say("term.until", until=end.ends_at) if end.ends_at else ""
        options.append(Option(str(read.id), f"{read.name}{until}"))
    return tuple(options)


def everything(asked: Asked, given: Given) -> Mapping[str, str]:
    """Those of the open request, else all; the answer they have in common. Raises Conflict where there is nothing to ask,
    InvalidInput when nobody said for which case."""
    if "case" not in given:
        raise InvalidInput("argument_missing", missing=asked.words.say("field.case"), usage=usage(asked, TERM))
    case_id = int(str(given["case"]))
    ends = _ends(asked, case_id)
    with asked.reading() as connection:
        whole = open_suspension_of(connection, case_id)
    mine = {one.subscription_id for one in whole.items} if whole else set()
    wanted = [end for _, end in ends if end.subscription_id in mine] or [end for _, end in ends]
    return {"subscriptions": ",".join(str(end.subscription_id) for end in wanted), "at_term_end": common_answer(wanted)}


def before(asked: Asked, given: Given) -> View:
    """Where each of them stands."""
    with asked.reading() as connection:
        return term_view(connection, asked.words, case(connection, int(str(given["case"]))).customer_id or 0)


def common_answer(ends: list[TermEnd]) -> str:
    """The one answer given for all of them, "" without one."""
    answers = {end.decided for end in ends}
    found = answers.pop() if len(answers) == 1 else None
    return found.value if found else ""


def _ends(asked: Asked, case_id: int) -> list[tuple[Subscription, TermEnd]]:
    with asked.reading() as connection:
        found = case(connection, case_id)
        if found.kind is not Kind.COLLECTION or found.customer_id is None:
            raise Conflict("term_not_collection", number=found.number)
        ends = [(read, end) for read, end in term_ends_of(connection, found.customer_id) if read.status not in GONE]
    if not ends:
        raise Conflict("term_nothing", number=found.number)
    return ends


AT_TERM_END = Argument(name="at_term_end", kind=ArgumentKind.WORD, choices=tuple(answer.value for answer in ANSWERS))
TERM = Action(
    name="term", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=decide, form=True, polish=("okres",), example="term {case} cancel",
    prefill=everything, lead=before,
    arguments=(
        Argument(name="case", kind=ArgumentKind.CASE), AT_TERM_END,
        Argument(name="subscriptions", kind=ArgumentKind.SUBSCRIPTIONS, options=offered),
    ),
)  # fmt: skip
ACTIONS = (TERM,)
