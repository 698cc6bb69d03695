"""What a person is told when quiet hours end, and in the morning's digest: what is new, late and waiting, and what waited to be said."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.clocks import is_still_due
from core.cases.model import Kind
from core.cases.queries import case
from core.cases.targets import CLOCK_OF
from core.chat.showing.home import counts_for
from core.chat.values import Text
from core.chat.views import Button, Group, HomeView, Item, Section, Tone
from core.chat.words import Words
from core.engine.db.tables.cases import cases
from core.people.model import Member, Right
from core.people.queries import routes_of

MOST = 10  # messages named one by one: nobody reads more in the morning
NUDGE = "nudge."
# What a digest counts, in this order; promises that fall due today are counted here once they are recorded (a row, and its number below).
COUNTED = ("new", "late", "mine", "approve")


def standing(connection: Connection, said: Mapping[str, Any]) -> bool:
    """Whether what waited to be said is still so: nobody is reminded in the morning of what was done at night."""
    rule = str(said["say"]).removeprefix(NUDGE)
    return rule not in CLOCK_OF or "case_id" not in said or is_still_due(rule, case(connection, int(said["case_id"])))


def morning_view(
    connection: Connection, words: Words, reader: Member, waited: Sequence[tuple[str, int | None]], since: datetime | None, now: datetime
) -> HomeView | None:
    """What waited (each sentence and its case), and for a digest (`since` set) the counts; None when there is nothing of either."""
    counts = Counter[str]() if since is None else _counts(connection, reader, since, now)
    if not waited and not counts.total():
        return None
    parts = [words.count(f"digest.{name}", counts[name]) for name in COUNTED if counts[name]]
    more = len(waited) - MOST
    return HomeView(
        title=words.say("digest.held") if since is None else words.say("digest.title", since=since),
        status=", ".join(parts) if parts else words.count("digest.waited", len(waited)),
        tone=Tone.WARNING if counts["late"] else Tone.NEUTRAL,
        sections=tuple(_plain(words, waited[:MOST])),
        groups=tuple(_about_cases(connection, words, waited[:MOST])),
        buttons=(
            Button(label=words.say("digest.home"), action="home", subject=0, tone=Tone.GOOD),
            Button(label=words.say("home.queue"), action="queue", subject=0),
            Button(label=words.say("digest.prefs"), action="prefs", subject=0, form=True, rare=True),
        ),
        footnotes=(Text(words.count("digest.more", more)),) if more > 0 else (),
    )


def _counts(connection: Connection, reader: Member, since: datetime, now: datetime) -> Counter[str]:
    found = Counter({why: count for why, count in counts_for(connection, reader, now).items() if why in COUNTED})
    found["new"] = _new(connection, reader, since)
    return found


def _new(connection: Connection, reader: Member, since: datetime) -> int:
    """Cases of the kinds that the member's groups get; of every kind for who works on cases and is in no group."""
    routes = routes_of(connection, reader.id)
    every = routes is None and Right.WORK in reader.rights
    kinds = [kind.value for kind in Kind if every or kind in (routes or ())]
    opened = sa.select(sa.func.count()).select_from(cases).where(cases.c.opened_at > since, cases.c.kind.in_(kinds))
    return int(connection.scalar(opened) or 0) if kinds else 0


def _plain(words: Words, waited: Sequence[tuple[str, int | None]]) -> Iterator[Section]:
    """What is about no case."""
    lines = tuple(Text(sentence, quoted=True) for sentence, case_id in waited if case_id is None)
    if lines:
        yield Section(title=words.say("digest.said"), lines=lines)


def _about_cases(connection: Connection, words: Words, waited: Sequence[tuple[str, int | None]]) -> Iterator[Group]:
    items = tuple(_item(connection, words, sentence, case_id) for sentence, case_id in waited if case_id is not None)
    if items:
        yield Group(title=words.say("digest.waited.title"), items=items)


def _item(connection: Connection, words: Words, sentence: str, case_id: int) -> Item:
    about = case(connection, case_id)
    show = Button(label=words.say("home.show", number=about.number), action="case", subject=case_id)
    return Item(title=sentence, lines=(Text(about.title, quoted=True),), button=show)
