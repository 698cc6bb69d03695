"""The view of one person's own page: what waits for them and why, most pressing first."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from core.cases.clocks import Deadline
from core.cases.model import Case, State
from core.cases.queries import case
from core.cases.queue import next_owed, queue_of
from core.cases.watching import watched_by
from core.chat.showing.deadlines import owed_value
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, Fact, Group, HomeView, Item, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.absence import away
from core.people.model import Member, Right
from core.suspensions.model import Suspension
from core.suspensions.queries import undecided_by

PAGE = 10  # items shown at once: both chats take more, but nobody reads more
Waiting = tuple[str, Case | Suspension]  # why, and what


def home_view(connection: Connection, words: Words, reader: Member, now: datetime, page: int = 1) -> HomeView:
    """The member's page at `now`; a page that there is not any more is the last one."""
    waiting = waiting_for(connection, reader, now)
    waiting += _watched(connection, reader, {found.id for _, found in waiting if isinstance(found, Case)})
    pages = max(1, -(-len(waiting) // PAGE))
    at = min(max(page, 1), pages)
    shown = waiting[(at - 1) * PAGE : at * PAGE]
    absence = away(connection, reader.id, now)
    return HomeView(
        title=words.say("home.title", name=reader.name),
        status=words.count("home.count", len(waiting)) if waiting else words.say("home.empty"),
        tone=Tone.WARNING if any(why == "late" for why, _ in waiting) else Tone.NEUTRAL if waiting else Tone.GOOD,
        facts=(Fact(words.say("home.away"), Moment(absence.until_at)),) if absence else (),
        groups=tuple(_groups(connection, words, shown, [why for why, _ in waiting])),
        buttons=tuple(_buttons(words, reader, at, pages)),
        footnotes=(Text(words.say("home.page", page=at, pages=pages)),) if pages > 1 else (),
    )


def waiting_for(connection: Connection, reader: Member, now: datetime) -> list[Waiting]:
    """What waits for the member and why (approve, late, mine, customer), most pressing first."""
    return [*_approvals(connection, reader), *_cases(connection, reader, now)]


def _approvals(connection: Connection, reader: Member) -> list[Waiting]:
    return [("approve", found) for found in undecided_by(connection, reader.id)] if Right.DECIDE in reader.rights else []


def _cases(connection: Connection, reader: Member, now: datetime) -> Iterator[Waiting]:
    """What is late in my hands or in nobody's, what waits for me, and what waits for a customer of mine."""
    if Right.WORK not in reader.rights:
        return
    queue = queue_of(connection, reader.id, now)
    yield from (("late", found) for found in queue.overdue if found.assignee_id in (None, reader.id))
    own = [found for found in (*queue.mine, *queue.unmatched) if found.assignee_id == reader.id]
    yield from (("mine", found) for found in own if found.state is not State.WAITING)
    yield from (("customer", found) for found in own if found.state is State.WAITING)


def _watched(connection: Connection, reader: Member, listed: set[int]) -> list[Waiting]:
    """What I watch and nothing else on the page names."""
    watched = (number for number in watched_by(connection, reader.id) if number not in listed)
    return [("watched", case(connection, number)) for number in watched] if Right.READ in reader.rights else []


def _groups(connection: Connection, words: Words, shown: list[Waiting], reasons: list[str]) -> Iterator[Group]:
    due = next_owed(connection, [found.id for _, found in shown if isinstance(found, Case)])
    for why, waiting in groupby(shown, key=lambda one: one[0]):
        items = tuple(
            _request(connection, words, found) if isinstance(found, Suspension) else _case(connection, words, found, due.get(found.id))
            for _, found in waiting
        )
        yield Group(title=words.say(f"home.{why}", n=reasons.count(why)), items=items)


def _request(connection: Connection, words: Words, found: Suspension) -> Item:
    whose = Text(customer(connection, found.customer_id).name, quoted=True)
    show = Button(label=words.say("home.show", number=found.number), action="suspension", subject=found.id)
    return Item(title=words.say("home.request", number=found.number), lines=(whose, Text(found.reason, quoted=True)), button=show)


def _case(connection: Connection, words: Words, found: Case, due: Deadline | None) -> Item:
    unmatched = Text(words.say("queue.whose"))
    whose: Value = unmatched if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    when = Text(words.say(f"queue.state.{found.stand}")) if due is None else owed_value(words, due)
    show = Button(label=words.say("home.show", number=found.number), action="case", subject=found.id)
    return Item(title=words.say("case.title", number=found.number, title=found.title), lines=(whose, when), button=show)


def _buttons(words: Words, reader: Member, at: int, pages: int) -> Iterator[Button]:
    if Right.WORK in reader.rights:
        yield Button(label=words.say("home.new"), action="new", subject=0, form=True, tone=Tone.GOOD)
    yield Button(label=words.say("home.queue"), action="queue", subject=0)
    for label, page in (("home.before", at - 1), ("home.further", at + 1)):
        if 1 <= page <= pages:
            yield Button(label=words.say(label), action="home", subject=0, values=_page(page))
    yield Button(label=words.say("home.refresh"), action="home", subject=0, values=_page(at))


def _page(number: int) -> Mapping[str, str]:
    return {"page": str(number)}
