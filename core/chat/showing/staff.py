"""The view of who works here: a page of the staff, for an admin's eyes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from core.cases.leaving import owned_by
from core.chat.values import Text
from core.chat.views import Button, ReportView, Table
from core.chat.words import Words
from core.people.absence import Absence, away_now
from core.people.model import Member, Role
from core.people.queries import count_staff, identities_of, staff_after

PAGE = 10
COLUMNS = ("person", "handle", "roles", "chats", "cases")


def staff_view(connection: Connection, words: Words, now: datetime, *, after: str = "") -> ReportView:
    """By short name, from behind `after`: what each may do, where they are linked, how many open cases are theirs, who is away."""
    found, absent = staff_after(connection, after, limit=PAGE + 1), away_now(connection, now)
    shown, more = found[:PAGE], len(found) > PAGE
    rows = tuple(_row(connection, words, who, absent) for who in shown)
    columns = tuple(words.say(f"staff.column.{name}") for name in COLUMNS)
    return ReportView(
        title=words.say("staff.title"),
        status=words.count("staff.count", count_staff(connection)),
        tables=(Table(title="", columns=columns, rows=rows, numeric=frozenset({4})),) if rows else (),
        buttons=tuple(_turning(words, shown, more=more, after=after)),
        footnotes=(Text(words.say("staff.how")),),
    )


def roles_spoken(words: Words, roles: Sequence[Role]) -> str:
    """In the reader's words."""
    return ", ".join(words.say(f"choice.roles.{role}") for role in roles)


def _row(connection: Connection, words: Words, who: Member, absent: Mapping[int, Absence]) -> tuple[Text, ...]:
    chats = ", ".join(dict.fromkeys(row.face.capitalize() for row in identities_of(connection, who.id)))
    name = who.name if who.id not in absent else words.say("staff.away", name=who.name, until=absent[who.id].until_at)
    return (
        Text(name, quoted=True),
        Text(who.handle, quoted=True),
        Text(roles_spoken(words, [role for role in Role if role in who.roles]) or words.say("staff.no_role")),
        Text(chats or words.say("staff.no_chat")),
        Text(str(owned_by(connection, who.id))),
    )


def _turning(words: Words, shown: Sequence[Member], *, more: bool, after: str) -> Iterator[Button]:
    if more:
        yield Button(label=words.say("find.next"), action="staff", subject=0, values={"after": shown[-1].handle})
    if after:
        yield Button(label=words.say("find.first"), action="staff", subject=0)
