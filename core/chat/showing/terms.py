"""The end of a term: what was decided, what Partner Center would do, and what a person has to set there by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from core.chat.showing.people import actor_name
from core.chat.values import Link, Moment, Person, Text, Value
from core.chat.views import CustomerView, Fact, Section, Tone
from core.chat.words import Words
from core.customers.model import Subscription
from core.customers.queries import customer
from core.customers.terms import AtTermEnd
from core.suspensions.terms.model import TermEnd
from core.suspensions.terms.queries import term_ends_of

SOURCE = "https://learn.microsoft.com/partner-center/customers/extended-service-terms"


def term_facts(connection: Connection, words: Words, end: TermEnd) -> tuple[Fact, ...]:
    """What was decided and by whom, and what Partner Center said last, with its moment."""
    if end.decided is None or end.decided_at is None:
        answer: Value | tuple[Value, ...] = Text(words.say("term.undecided"))
    else:
        answer = (
            Text(words.say(f"term.decided.{end.decided}")),
            Person(actor_name(connection, words, end.decided_by)),
            Moment(end.decided_at),
        )
    says: tuple[Value, ...] = (Text(words.say(f"term.says.{end.says}")), Moment(end.as_of))
    return (Fact(words.say("fact.end_of_term"), answer), Fact(words.say("fact.at_term_end"), says))


def term_lines(words: Words, end: TermEnd, *, to_come: bool = False) -> Iterator[str]:
    """What is missing: an answer, or that a person sets it in Partner Center; `to_come`: a suspension that would undo it again."""
    if end.decided is None:
        yield words.say("term.ask")
    elif end.contradicts:
        yield words.say(f"term.set.{end.decided}")
    if to_come and end.decided is not None:
        yield words.say("term.after")
    if AtTermEnd.EXTEND in (end.decided, end.says):
        yield words.say("term.extended")


def term_view(connection: Connection, words: Words, customer_id: int, about: Iterable[int] = ()) -> CustomerView:
    """Where the end of each term stands, of these subscriptions or of all. Raises NotFound."""
    wanted, whose = set(about), customer(connection, customer_id)
    found = [(read, end) for read, end in term_ends_of(connection, customer_id) if not wanted or read.id in wanted]
    theirs = replace(words, zone=whose.zone)
    rule = Section(title=words.say("windows.rules"), lines=(Link(words.say("term.source"), SOURCE),))
    return CustomerView(
        title=words.say("term.title", customer=whose.name),
        status=_status(words, [end for _, end in found]),
        tone=Tone.NEUTRAL if all(end.is_kept for _, end in found) else Tone.WARNING,
        sections=(*(_section(connection, words, theirs, read, end) for read, end in found), *((rule,) if found else ())),
        footnotes=(Text(words.say("term.by_hand")),) if found else (),
    )


def _status(words: Words, found: list[TermEnd]) -> str:
    if not found:
        return words.say("term.none")
    undecided, unset = (sum(is_so) for is_so in ((end.decided is None for end in found), (end.contradicts for end in found)))
    if undecided:
        return words.count("term.status.undecided", undecided)
    return words.count("term.status.unset", unset) if unset else words.say("term.status.kept")


def _section(connection: Connection, words: Words, theirs: Words, read: Subscription, end: TermEnd) -> Section:
    when = theirs.say("term.ends", until=end.ends_at) if end.ends_at else words.say("impact.no_return_unknown")
    lines = (when, *(term_lines(words, end) if end.decided else ()))
    tone = Tone.NEUTRAL if end.is_kept else Tone.WARNING
    return Section(title=read.name, facts=term_facts(connection, words, end), lines=tuple(Text(line) for line in lines), tone=tone)
