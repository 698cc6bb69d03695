"""What a finance lead said of the bank: on the card, in the reckoning of a case's deadlines, read back; and the button for it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from core.chat.values import Moment, Person, Text
from core.chat.views import Button, Fact, NoteView
from core.chat.words import Words
from core.people.model import Member, Right
from core.people.queries import display_name
from core.suspensions.attesting import Attested, attested_for
from core.suspensions.model import Suspension


def attested(connection: Connection, words: Words, found: Suspension) -> tuple[Fact, ...]:
    """Until when the bank was checked, by whom and how, beyond what the accounting said."""
    said = _beyond(connection, found)
    return () if said is None else _facts(connection, words, said)


def why_attested(connection: Connection, words: Words, found: Suspension) -> Iterable[str]:
    """The same as a sentence, with what it is good for."""
    said = _beyond(connection, found)
    if said is not None:
        person = display_name(connection, said.by)
        yield words.say("why.attested", person=person, at=said.at, until=said.until, checked=said.checked, as_of=_position(found))


def attest_button(words: Words, found: Suspension, reader: Member | None) -> tuple[Button, ...]:
    """Offered where the last look misses a newer word of the accounting."""
    is_missed = any(each["what"] in ("position", "closed_days") for each in found.missing)
    may = reader is None or (Right.FINANCE in reader.rights and f"staff:{reader.id}" not in found.askers)
    if not (is_missed and found.is_open and may):
        return ()
    label = words.say("button.attest")
    return (Button(label=label, action="attest", subject=found.case_id, facts=found.facts, form=True, rare=True),)


def attested_view(connection: Connection, words: Words, found: Suspension, said: Attested) -> NoteView:
    """Read back: until when, and what it does not stand for."""
    title = words.say("attest.done", number=found.number)
    return NoteView(
        title=title, facts=_facts(connection, words, said), footnotes=(Text(words.say("attest.good_for", as_of=_position(found))),)
    )


def _beyond(connection: Connection, found: Suspension) -> Attested | None:
    return attested_for(connection, found, _position(found))


def _position(found: Suspension) -> datetime:
    return datetime.fromisoformat(found.bound["as_of"]["position"])


def _facts(connection: Connection, words: Words, said: Attested) -> tuple[Fact, ...]:
    who = Person(display_name(connection, said.by))
    return (
        Fact(words.say("fact.bank_checked"), (Moment(said.until), who, Text(words.say("attest.said", at=said.at)))),
        Fact(words.say("fact.bank_checked_how"), Text(said.checked, quoted=True)),
    )
