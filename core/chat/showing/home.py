"""The view of one person's own page: what waits for them and why, most pressing first."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection

from core.cases.clocks import Deadline
from core.cases.model import Case
from core.cases.queue import Part, counted, first_of, home_parts, next_owed, watched_part
from core.chat.showing.deadlines import owed_value
from core.chat.showing.revising import reason_of
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, Fact, Group, HomeView, Item, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.absence import away
from core.people.model import Member, Right
from core.suspensions.model import Suspension
from core.suspensions.queries import to_revise_by, undecided_by

ELSEWHERE = frozenset({"customer", "watched"})  # shown, but it is somebody else's turn
PAGE = 10  # items shown at once: both chats take more, but nobody reads more


def home_view(connection: Connection, words: Words, reader: Member, now: datetime, page: int = 1) -> HomeView:
    """The member's page at `now`; a page that there is not any more is the last one."""
    counts = counts_for(connection, reader, now, watched=True)
    total, waiting = sum(counts.values()), sum(count for why, count in counts.items() if why not in ELSEWHERE)
    pages = max(1, -(-total // PAGE))
    at = min(max(page, 1), pages)
    absence = away(connection, reader.id, now)
    return HomeView(
        title=words.say("home.title", name=reader.name),
        status=words.count("home.count", waiting) if waiting else words.say("home.empty"),
        tone=Tone.WARNING if counts.get("late") else Tone.NEUTRAL if waiting else Tone.GOOD,
        facts=(Fact(words.say("home.away"), Moment(absence.until_at)),) if absence else (),
        groups=tuple(_groups(connection, words, reader, now, counts, (at - 1) * PAGE)),
        buttons=tuple(_buttons(words, reader, at, pages)),
        footnotes=(Text(words.say("home.page", page=at, pages=pages)),) if pages > 1 else (),
    )


def counts_for(connection: Connection, reader: Member, now: datetime, *, watched: bool = False) -> Mapping[str, int]:
    """How much waits for the member, by why (approve, revise, late, mine, customer), most pressing first; and what they watch beside it."""
    requests = {why: len(found) for why, found in _requests(connection, reader).items()}
    return {**requests, **counted(connection, _parts(reader, watched=watched), now)}


def _requests(connection: Connection, reader: Member) -> Mapping[str, list[Suspension]]:
    """To approve or refuse; and the member's own of which an approver wants something."""
    return {
        "approve": undecided_by(connection, reader.id) if Right.DECIDE in reader.rights else [],
        "revise": to_revise_by(connection, reader.id) if Right.PROPOSE in reader.rights else [],
    }


def _parts(reader: Member, *, watched: bool) -> Mapping[str, Part]:
    """What waits is for who works on cases; to watch is for whoever may look."""
    own = home_parts(reader.id) if Right.WORK in reader.rights else {}
    sees = watched and Right.READ in reader.rights
    return {**own, "watched": watched_part(reader.id, but=own.values())} if sees else own


def _groups(
    connection: Connection, words: Words, reader: Member, now: datetime, counts: Mapping[str, int], skipped: int
) -> Iterator[Group]:
    """One page: what of each reason falls between the items `skipped` and the page's end."""
    parts, requests, left = _parts(reader, watched=True), _requests(connection, reader), PAGE
    for why, count in counts.items():
        begin, taken = min(skipped, count), min(left, max(0, count - skipped))
        skipped, left = skipped - begin, left - taken
        if not taken:
            continue
        if why in requests:
            items = tuple(_request(connection, words, found) for found in requests[why][begin : begin + taken])
        else:
            shown = first_of(connection, parts[why], now, limit=taken, after=begin)
            due = next_owed(connection, [found.id for found in shown])
            items = tuple(_case(connection, words, found, due.get(found.id)) for found in shown)
        yield Group(title=words.say(f"home.{why}", n=count), items=items)


def _request(connection: Connection, words: Words, found: Suspension) -> Item:
    whose = Text(customer(connection, found.customer_id).name, quoted=True)
    show = Button(label=words.say("home.show", number=found.number), action="suspension", subject=found.id)
    return Item(
        title=words.say("home.request", number=found.number), lines=(whose, Text(reason_of(words, found), quoted=True)), button=show
    )


def _case(connection: Connection, words: Words, found: Case, due: Deadline | None) -> Item:
    unmatched = Text(words.say("queue.whose"))
    whose: Value = unmatched if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    when = Text(words.say(f"queue.state.{found.stand}")) if due is None else _due(words, due)
    show = Button(label=words.say("home.show", number=found.number), action="case", subject=found.id)
    return Item(title=words.say("case.title", number=found.number, title=found.title), lines=(whose, when), button=show)


def _due(words: Words, owed: Deadline) -> Value:
    """With what the moment is: it stands in a line, under no heading."""
    return owed_value(words, owed) if owed.due_at is None else Text(words.say("home.due", at=owed.due_at))


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
